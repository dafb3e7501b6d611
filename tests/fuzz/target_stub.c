// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole stub, on the fake machine of tests/unit: bytes decide what the units can do, what state
 * they are in, what stands in the tables, and how much arena and time there is. The judge is
 * check_run(): nothing was touched, or every device translates as before, but for what is recorded.
 *
 * The input is a list of steps, each a byte that says which and its operands (see `enum step`).
 * FUZZ_LOG=1 shows the stub's log. The tables are in a pool of pages, so that a mutation of a reference leads to another table.
 */
#include "fuzz.h"

#include "acpi_dmar.h"
#include "check.h"
#include "fake.h"
#include "result.h"

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))
#define POOL_PAGES	64u
#define MOST_STEPS	4096u
#define TABLES		(BUILD_PAGES + 0x100000)	/* where the pool is */

enum step {
	STEP_WORD,	/* page, index (2), value (8) */
	STEP_ENTRY,	/* page, index (2), page it refers to, low bits (2), high bits (2) */
	STEP_MAP,	/* page, index (2), count, address (8): a run of entries, page after page */
	STEP_UNIT,	/* another unit: see add_unit() */
	STEP_DMAR,	/* length, bytes of a DMAR structure */
	STEP_MACHINE,	/* arena pages (2), option, ticks a look, with bring_dmar in bit 15 (2),
			   look that jumps (2) */
	STEPS
};

static uint64_t pool(uint64_t number)
{
	return TABLES + number % POOL_PAGES * PAGE_SIZE;
}

static void put_word(struct input *input)
{
	uint64_t page = pool(take_number(input, 1)), index = take_number(input, 2) % 512;

	memory_put64(page + index * 8, take_number(input, 8));
}

static void put_entry(struct input *input)
{
	uint64_t page = pool(take_number(input, 1)), index = take_number(input, 2) % 512;
	uint64_t target = pool(take_number(input, 1)), low = take_number(input, 2) & 0xfff;

	memory_put64(page + index * 8, target | low | take_number(input, 2) << 48);
}

static void put_map(struct input *input)
{
	uint64_t page = pool(take_number(input, 1)), index = take_number(input, 2) % 512;
	uint64_t count = take_number(input, 1), value = take_number(input, 8);

	for (uint64_t i = index; i < 512 && i <= index + count; i++, value += PAGE_SIZE)
		memory_put64(page + i * 8, value);
}

/*
 * Registers within what the mock unit knows: as many fault records, and where they and the IOTLB
 * registers are, stay; the queue is drained, since descriptors of another's making mean nothing here.
 */
static void add_unit(struct input *input, struct build *b)
{
	struct mock_unit *unit;
	uint64_t fixed_cap = 0xffull << 40 | 0x3ffull << 24, fixed_ecap = 0x3ffull << 8;
	uint64_t cap = take_number(input, 8), ecap = take_number(input, 8);
	uint64_t root = pool(take_number(input, 1)), flags = take_number(input, 2);
	uint64_t interrupts = pool(take_number(input, 1)), behaviour = take_number(input, 2);

	if (mock_count() == 3)
		return;
	unit = build_unit(b);
	unit->cap = (unit->cap & fixed_cap) | (cap & ~fixed_cap);
	unit->ecap = (unit->ecap & fixed_ecap) | (ecap & ~fixed_ecap);
	if (flags & 1)
		build_scalable(unit);
	if (flags & 2)
		root |= 0x800;			/* the other bit of the table mode */
	unit->rtaddr = unit->root = root | (unit->rtaddr & 0xc00);
	if (flags & 4) {
		unit->irta = unit->irt = interrupts | (flags >> 12 & 0xf) | (flags & 8) << 8;
		unit->gsts |= VTD_G_IRE | VTD_G_SIRTP;
	}
	if (flags & 0x10)
		unit->gsts &= ~VTD_G_QIE;
	if (flags & 0x20)
		unit->gsts &= ~VTD_G_TE;
	/* What a unit cannot do it does not say that it does. */
	if (!(unit->ecap & VTD_ECAP_QI))
		unit->gsts &= ~VTD_G_QIE;
	if (!(unit->ecap & VTD_ECAP_IR))
		unit->gsts &= ~VTD_G_IRE;
	unit->fsts = (uint32_t)(flags & 0x40 ? VTD_FSTS_IQE : 0);
	unit->pmen = flags & 0x80 && !(behaviour & 7) ? VTD_PMEN_EPM : 0;
	unit->fault[0][1] = flags & 0x100 ? VTD_FRCD_HIGH_F | behaviour : 0;

	unit->delay = (unsigned int)(behaviour & 0xf);
	if (behaviour & 0x10)
		unit->deaf = (uint32_t[]){ VTD_G_SRTP, VTD_G_SIRTP, VTD_G_QIE, VTD_G_WBF }[behaviour >> 5 & 3];
	unit->deaf_queue = behaviour & 0x80;
	unit->deaf_registers = behaviour & 0x100;
	unit->dead = (behaviour & 0xe00) == 0xe00;
}

/*
 * Behind the units, which check_run() wants to find, and none itself: there are no registers where
 * it would say. (target_dmar.c has lengths of every kind.)
 */
static void add_structure(struct input *input, struct build *b)
{
	uint8_t bytes[256] = { 0 };
	struct dmar_structure head;
	size_t size = take_number(input, 1);

	take(input, bytes, size);
	memcpy(&head, bytes, sizeof(head));
	head.type = head.type ? head.type : DMAR_RMRR;
	head.length = head.length > size ? head.length : (uint16_t)size;
	memcpy(bytes, &head, sizeof(head));
	if (size >= sizeof(head) && size <= sizeof(b->dmar) - b->dmar_size)
		build_structure(b, bytes, size);
}

/* The image brings a table, with the units but without the structures behind them. */
static bool bring_dmar;

static void set_machine(struct input *input, struct build *b)
{
	static const char *const options[] = {
		"", "dmarelay.bad=block", "dmarelay.pasid=drop", "dmarelay.bad=block dmarelay.pasid=drop",
		"dmarelay.log=ttyS0", "dmarelay.budget=1", "dmarelay.policy=off", "dmarelay.fence=on",
	};

	b->arena_size = 0x10000 + take_number(input, 2) % 192 * PAGE_SIZE;
	b->options = options[take_number(input, 1) % COUNT_OF(options)];
	fake.ticks_per_look = take_number(input, 2);
	bring_dmar = fake.ticks_per_look >> 15;
	fake.ticks_per_look %= 2048;
	fake.jump_at = take_number(input, 2);
	fake.jump = fake.jump_at ? 1ull << 40 : 0;
}

static struct build *build(struct input *input)
{
	struct build *b = build_machine();
	struct input structures[8];
	unsigned int structure_count = 0;
	uint8_t skipped[256];

	b->arena_size = 0x40000;
	bring_dmar = false;
	for (size_t i = 0; i < b->load_count; i++)	/* RAM is RAM, though nobody wrote it */
		memory_allow(b->loads[i].first, b->loads[i].last);
	for (unsigned int i = 0; i < POOL_PAGES; i++)
		memory_fill(pool(i), 0, PAGE_SIZE);
	for (unsigned int i = 0; input->size && i < MOST_STEPS; i++) {
		switch (take_number(input, 1) % STEPS) {
		case STEP_WORD:		put_word(input); break;
		case STEP_ENTRY:	put_entry(input); break;
		case STEP_MAP:		put_map(input); break;
		case STEP_UNIT:		add_unit(input, b); break;
		case STEP_DMAR:
			if (structure_count < COUNT_OF(structures))
				structures[structure_count++] = *input;
			take(input, skipped, take_number(input, 1));
			break;
		case STEP_MACHINE:	set_machine(input, b); break;
		}
	}
	/* Units answer before the stub gives them up, or never: late ones can only be guessed about. */
	for (unsigned int i = 0; fake.jump && i < mock_count(); i++)
		mock_unit(i)->delay = 0;
	if (bring_dmar)
		build_bring_dmar(b);
	while (structure_count)
		add_structure(&structures[--structure_count], b);
	return b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct build *b = build(&input);
	uint64_t payload;

	/* A report at least, unless the arena has no room for one. */
	build_seal(b);
	(void)build_run(b);
	relay_payload(&payload);
	if (payload && getenv("FUZZ_LOG"))
		fputs(result_log(), stderr);
	if (payload) {
		(void)result_header();	/* its form and digest are checked */
		check_run(b);
	}
	must(fake.event_count < 100000);	/* commands and polls are bounded */
	return 0;
}
