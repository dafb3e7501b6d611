// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's side: relay*.c of kernel/6.12, as the driver of a kdump kernel
 * calls them, on a handoff that the stub made (kernel/bases.c) and the input damages. The judge is
 * kernel/judge.c: whatever is adopted is what docs/handoff.md says, and nobody else's.
 *
 * The input: which base, options, then steps, each a byte that says which and its operands. The digest
 * is made right unless an option says not; the tables it does not cover anyway. FUZZ_LOG=1 shows
 * what the kernel says.
 */
#include "fuzz.h"

#include "kernel/bases.h"
#include "kernel/driver.h"
#include "kernel/edit.h"
#include "kernel/judge.h"
#include "kernel/world.h"
#include "handoff.h"

#define NODE		16u		/* bytes of struct setup_data */

enum option {
	OPTION_AS_IT_IS		= 1 << 0,	/* the digest */
	OPTION_PASSTHROUGH	= 1 << 1,
	OPTION_DUMP_FIRST	= 1 << 2,
	OPTION_DIRECT_REGION	= 1 << 3,
};

enum step {		/* behind those of enum edit, which change the image */
	STEP_DEVICE = EDITS,	/* which, its quirks: see set_device() */
	STEP_UNIT,	/* which, register, value (8): what the hardware says */
	STEP_KERNEL,	/* which, value: of the kernel's own */
	STEPS
};

struct unit { uint64_t base, cap, ecap, rtaddr; uint16_t segment; };

static const struct base *base;
static struct driver_options options;
static struct unit units[DRIVER_MOST_UNITS];
static unsigned int unit_count;
static uint32_t other_node;		/* type of a node before ours; 0: none */
static bool no_chain;
static int fail_at;

static void set_device(struct input *input)
{
	struct driver_quirks *device = &options.devices[take_number(input, 1) % DRIVER_MOST_DEVICES];
	unsigned int flags = (unsigned int)take_number(input, 1);

	*device = (struct driver_quirks){
		.ats = flags & 1, .other_kind = flags & 2, .untrusted = flags & 4,
		.not_pci = flags & 8, .renamed = flags & 16, .leaves = flags & 32,
		.levels = (int8_t)(flags >> 6) - (flags >> 7) * 3,
	};
	device->group = (uint8_t)take_number(input, 1);
	device->alias = (uint16_t)take_number(input, 2);
}

static void set_unit(struct input *input)
{
	struct unit *unit = &units[take_number(input, 1) % DRIVER_MOST_UNITS];
	unsigned int which = take_number(input, 1) % 5;
	uint64_t value = take_number(input, 8);

	if (which == 4)
		unit->segment = (uint16_t)value;
	else
		*(uint64_t *[]){ &unit->base, &unit->cap, &unit->ecap, &unit->rtaddr }[which] = value;
}

static void set_kernel(struct input *input)
{
	unsigned int which = take_number(input, 1) % 6;
	uint32_t value = (uint32_t)take_number(input, 2);

	switch (which) {
	case 0: options.off = true; break;
	case 1: options.not_kdump = true; break;
	case 2: options.fail_region_at = value; break;
	case 3: fail_at = (int)value; break;
	case 4: other_node = value % 16; break;
	case 5: no_chain = true; break;
	}
}

static void step(struct input *input)
{
	unsigned int kind = (unsigned int)take_number(input, 1) % STEPS;

	switch (kind) {
	case STEP_DEVICE:
		set_device(input);
		break;
	case STEP_UNIT:
		set_unit(input);
		break;
	case STEP_KERNEL:
		set_kernel(input);
		break;
	default:
		edit_step((enum edit)kind, input);
	}
}

/* The hardware is as the stub left it. */
static void find_units(void)
{
	const struct handoff_unit *all;
	uint32_t count;

	all = bases_section(base, HANDOFF_UNITS, &count);
	must(all && count && count <= DRIVER_MOST_UNITS);
	memset(units, 0, sizeof(units));
	for (unit_count = 0; unit_count < count; unit_count++) {
		const struct handoff_unit *unit = &all[unit_count];
		bool switched = unit->flags & HANDOFF_UNIT_DMA_SWITCHED;

		units[unit_count] = (struct unit){ unit->base, unit->cap, unit->ecap,
						   switched ? unit->new_root : unit->old_root,
						   (uint16_t)unit->segment };
	}
}

/*
 * The chain as early boot saw it: it ends, and each node is reserved. Further nodes that a damaged
 * `next` leads to are not, and one of our type would not be where the judge looks.
 */
static bool chain_is_sound(uint64_t reserved)
{
	struct { uint64_t next; uint32_t type, length; } node;

	memcpy(&node, base->image, sizeof(node));
	for (unsigned int i = 0; node.next && i < 64; i++) {
		uint64_t offset = node.next - base->at;

		if (node.next < base->at || offset >= (uint64_t)base->pages * WORLD_PAGE)
			return true;		/* the kernel gives up there */
		if (offset > reserved - NODE)
			return false;
		memcpy(&node, base->image + offset, sizeof(node));
		if (offset && node.type == HANDOFF_SETUP_DATA_TYPE)
			return false;
	}
	return !node.next;
}

/* Another's node comes first, if asked for. */
static uint64_t chain(void)
{
	struct { uint64_t next; uint32_t type, length; } *other;

	if (!other_node)
		return base->at;
	other = world_alloc_page();
	must(other);
	other->next = base->at;
	other->type = other_node;
	return world_phys(other);
}

static unsigned int boot(uint64_t reserved, bool sound)
{
	const struct handoff_range *crash_region;
	unsigned int adopted;
	uint32_t count;

	world_begin(base->image, base->at, base->pages, reserved);
	world.log = getenv("FUZZ_LOG");
	world.fail_at = fail_at;
	judge_begin();
	if (sound) {
		crash_region = bases_section(base, HANDOFF_CRASH_REGION, &count);
		judge_sound(crash_region, count);
	}
	driver_begin(&options, no_chain ? 0 : chain());
	for (unsigned int i = 0; i < unit_count; i++) {
		judge_unit(i, units[i].base, units[i].segment);
		driver_add_unit(units[i].base, units[i].segment, units[i].cap, units[i].ecap,
				units[i].rtaddr);
	}
	adopted = driver_run();
	judge_end();
	world_end();
	return adopted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* What sound handoffs bring: else the rest of this says little. */
	static const unsigned int expected[BASES_NAMED] = { 2, 1, 2, 1, 1, 1, 2, 0, 4, 3 };
	struct input input = { data, size };
	unsigned int number = (unsigned int)take_number(&input, 1) % BASES;
	unsigned int flags = (unsigned int)take_number(&input, 1), adopted;
	uint64_t reserved;
	uint32_t length;
	bool sound;

	base = bases_get(number);
	edit_begin(base);
	other_node = 0;
	no_chain = false;
	fail_at = 0;
	options = (struct driver_options){
		.passthrough = flags & OPTION_PASSTHROUGH, .dump_first = flags & OPTION_DUMP_FIRST,
		.direct_region = flags & OPTION_DIRECT_REGION,
	};
	find_units();
	for (unsigned int i = 0; input.size && i < MOST_STEPS; i++)
		step(&input);
	sound = !edit_made();
	if (!(flags & OPTION_AS_IT_IS))
		edit_mend_digest();
	memcpy(&length, base->image + 12, sizeof(length));
	reserved = NODE + (uint64_t)length;
	if (chain_is_sound(reserved)) {
		adopted = boot(reserved, sound);
		must(size > 2 || number >= BASES_NAMED || adopted == expected[number]);
		must(world.work <= 1000ul + 512ul * base->pages + 100ul * 24 * base->pages);
	}
	edit_undo();
	return 0;
}
