// SPDX-License-Identifier: GPL-2.0-only
#include "cell_machine.h"

#include "testing.h"

#include "../inject/inject.h"
#include "builder.h"
#include "check.h"
#include "choices.h"
#include "fake.h"
#include "pci_regs.h"
#include "pci_space.h"
#include "result.h"

#define DEVICES		4u
#define BEYOND_RAM	0x7f00000000ull
#define NO_MEMORY	0xfed40000ull		/* registers: to read them as a table fails the test */

/* What the injector needs to know of the devices. */
struct devices_built {
	uint16_t source[DEVICES], domain[DEVICES];
	uint64_t tree[DEVICES], iova[DEVICES];
	unsigned int levels;
};

static uint64_t read_word(void *context, uint64_t pa)
{
	uint64_t value = 0;

	(void)context;
	memory_get(pa, &value, sizeof(value));
	return value;
}

static void write_word(void *context, uint64_t pa, uint64_t value)
{
	(void)context;
	memory_put64(pa, value);
}

static uint64_t choose_word(void *context, uint64_t limit)
{
	(void)context;
	return choose(limit);
}

/* Some buffers of 4 KiB pages, side by side or not, and a 2 MiB page; as drivers leave them. */
static uint64_t map_buffers(struct build *b, uint64_t tree, unsigned int levels)
{
	uint64_t top = 0xfffff000, used = top - choose(8) * PAGE_SIZE;

	for (uint64_t i = 0, count = 8 + choose(24); i < count; i++)
		build_map(b, tree, levels, top - i * PAGE_SIZE, 0x20000000 + choose(0x10000) * PAGE_SIZE, 1);
	if (one_in(2)) {
		used = (top & ~0x1fffffull) - (8 + choose(8)) * 0x200000;
		build_map(b, tree, levels, used, 0x30000000 + choose(64) * 0x200000, 2);
	}
	return used;
}

static void build_devices(struct build *b, struct mock_unit *unit, struct devices_built *d)
{
	unsigned int aw = 1 + (unsigned int)choose(3);

	d->levels = aw + 2;
	for (unsigned int i = 0; i < DEVICES; i++) {
		d->source[i] = (uint16_t)(one_in(4) ? 0x100 + choose(0x300) : 0x10 + 8 * i);
		d->domain[i] = (uint16_t)(2 + i);
		d->tree[i] = build_page(b);
		d->iova[i] = map_buffers(b, d->tree[i], d->levels);
		build_attach(b, unit, d->source[i], d->tree[i], d->domain[i], aw);
	}
	if (one_in(2))		/* a second device of one of the domains */
		build_attach(b, unit, 0xf8, d->tree[0], d->domain[0], aw);
	if (one_in(2))		/* as for an ISA bridge */
		for (uint64_t at = 0; at < 0x20000; at += PAGE_SIZE)
			build_map(b, d->tree[1], d->levels, at, at, 1);
}

static void build_interrupt_entries(struct build *b, struct mock_unit *unit)
{
	unsigned int size = 7 + (unsigned int)choose(3);
	uint64_t table = build_interrupts(b, unit, size);

	for (uint64_t i = 0, count = 1 + choose(40); i < count; i++) {
		memory_put64(table + i * 16, 1 | (0x20 + choose(0xc0)) << 16);
		memory_put64(table + i * 16 + 8, 0x40000 | choose(0x10000));
	}
}

static void damage(struct build *b, const struct mock_unit *unit, const struct devices_built *d)
{
	uint32_t cell, device = (uint32_t)choose(DEVICES), other = (device + 1) % DEVICES;
	struct inject_machine machine = {
		.read = read_word,
		.write = write_word,
		.choose = choose_word,
		.root = unit->rtaddr,
		.interrupts = unit->irta,
		.queue = unit->iqa,
		.dmar = BUILD_DMAR,
		.dmar_size = memory_get64(BUILD_DMAR) >> 32,
		.crash = {
			[PART_FREE] = BUILD_CRASH_START + 0x2000000,
			[PART_KERNEL] = BUILD_IMAGE + 0x200000,
			[PART_INITRD] = BUILD_CRASH_END - 0x1000000,
			[PART_ARENA] = BUILD_ARENA + (b->arena_size / 2 & PAGE_MASK),
		},
		.beyond = BEYOND_RAM,
		.mmio = NO_MEMORY,
		.other = d->tree[other],
		.iova = d->iova[device],
		.source = d->source[device],
		.levels = d->levels,
		.domain = d->domain[other],
	};

	do
		cell = (uint32_t)choose(inject_cell_count());
	while (!inject(&machine, cell));
}

/* The devices, as the survey sees them: what has lost its entry is to be found. */
static void show_devices(const struct devices_built *d)
{
	for (unsigned int i = 0; i < DEVICES; i++)
		if (!space_find(0, d->source[i]))
			space_add(0, d->source[i])[PCI_COMMAND] = PCI_COMMAND_MASTER;
}

/* With a table of its own the stub always finds the unit, and so does the kernel after it. */
static void check_brought(bool switched)
{
	uint8_t live[BUILD_MAX_DMAR], brought[BUILD_MAX_DMAR];
	size_t size = memory_get64(BUILD_BROUGHT) >> 32;

	if (!switched)
		fail_msg("the machine was left as it was\n%s", result_log());
	assert_true(size <= sizeof(live) && memory_get(BUILD_DMAR, live, size) &&
		    memory_get(BUILD_BROUGHT, brought, size));
	assert_memory_equal(live, brought, size);
}

bool cell_machine_run(void)
{
	static const char *const options[] = { "", "dmarelay.bad=block" };
	struct build *b = build_machine();
	struct mock_unit *unit = build_unit(b);
	struct devices_built built;
	bool switched, bring = one_in(2);

	fake.open_bus = true;
	b->options = options[one_in(4)];
	for (size_t i = 0; i < b->load_count; i++)	/* RAM is RAM, though nobody wrote it */
		memory_allow(b->loads[i].first, b->loads[i].last);
	unit->cap |= 7ull << 9 | 3ull << 34;
	build_devices(b, unit, &built);
	build_interrupt_entries(b, unit);
	if (bring)
		build_bring_dmar(b);
	build_seal(b);
	damage(b, unit, &built);
	if (one_in(2))
		show_devices(&built);
	switched = build_run(b);
	check_run(b);
	if (bring)
		check_brought(switched);
	return switched;
}
