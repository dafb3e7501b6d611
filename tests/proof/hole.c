// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the copies do not map (stub/hole.c, memo_next_copy() of stub/memo.c).
 *
 * proof_hole_fill	A memo of 2 slots, each of which is free, stands for a table in place, for a
 *			folded one or for a copy, of any level (PASIDs' are 6 and 7) and of one of two
 *			formats; tables of 2 entries with any content; any options, a report that may
 *			be full, time that may be up at any look. Afterwards each entry that was
 *			present, by its table's own format, is what it was. Each other one of a copied
 *			page table is the hole's entry of its level, which the report names, or all
 *			are as they were: where nobody asked for it, or the report is full. When time
 *			is up either may be. Nothing else is written.
 */
#define TABLE_ENTRIES	2
#include "small.h"

#include "../../stub/hole.c"

#define SLOTS	2u
#define ARENA	0x80000000ull		/* slot n's copy is ARENA + n pages */
#define SINK	0x90000000ull		/* page n of the sink is SINK + n pages */
#define GUARD	TABLE_ENTRIES		/* behind each table */

static uint64_t copies[SLOTS][TABLE_ENTRIES + 1], before[SLOTS][TABLE_ENTRIES + 1];
static struct handoff_hole holes[5];
static unsigned int hole_count;
static bool is_full, is_late;

void *arena_at(const struct arena *arena, phys_t inside)
{
	(void)arena;
	prove(inside.pa >= ARENA && inside.pa % PAGE_SIZE == 0 && inside.pa < ARENA + SLOTS * PAGE_SIZE);
	return copies[(inside.pa - ARENA) >> PAGE_SHIFT];
}

void *report_add(struct report *report, enum handoff_section_type type)
{
	(void)report;
	prove(type == HANDOFF_HOLES && hole_count < 5);
	is_full = nondet_bool();
	return is_full ? NULL : &holes[hole_count++];
}

bool budget_exhausted(const struct budget *budget)
{
	(void)budget;
	prove(!is_late);
	return is_late = nondet_bool();
}

void log_line(struct report *report, const char *format, ...)
{
	(void)report;
	(void)format;
}

uint64_t sink_entry(const struct sink *sink, unsigned int level)
{
	prove(level >= 1 && level <= SINK_LEVELS);
	return sink->page[level - 1].pa | 7;
}

/* A slot by its layout (stub/memo.c): key in place 9, format 8:3, level 2:0. */
static struct memo_slot some_slot(unsigned int number)
{
	struct memo_slot slot = { nondet_u64() & PAGE_MASK, ARENA + number * PAGE_SIZE };
	unsigned int level = nondet_u8(), format = nondet_bool();

	assume(level >= 1 && level <= 7);
	if (nondet_bool())
		return (struct memo_slot){ 0, nondet_u64() };
	slot.key |= format << 3 | level;
	if (nondet_bool()) {
		slot.key |= 1 << 9;
		slot.value = nondet_u64() & PAGE_MASK;
	} else if (nondet_bool()) {		/* folded: a superpage's entry, or what has a tag */
		slot.value = nondet_u64();
		assume(slot.value & ~PAGE_MASK);
	}
	return slot;
}

static bool is_copy(struct memo_slot slot)
{
	return slot.key && !(slot.key & 1 << 9) && slot.value % PAGE_SIZE == 0;
}

void proof_hole_fill(void)
{
	static struct memo_slot slots[SLOTS];
	static struct relay relay;
	unsigned int table = nondet_u8(), entry = nondet_u8(), level;
	bool wanted, present;

	relay.memo = (struct memo){ slots, SLOTS, SLOTS };
	relay.formats.format[0].present = 3;
	relay.formats.format[1].present = 1;
	relay.params.holes = nondet_bool() ? HOLES_SINK : HOLES_KEEP;
	relay.params.bad = nondet_bool() ? BAD_SINK : BAD_BLOCK;
	for (unsigned int page = 0; page <= SINK_LEVELS; page++)
		relay.sink.page[page] = phys(SINK + page * PAGE_SIZE);
	for (unsigned int i = 0; i < SLOTS; i++)
		slots[i] = some_slot(i);
	anything(copies, sizeof(copies));
	assume(table < SLOTS && entry <= GUARD);
	before[table][entry] = copies[table][entry];
	hole_fill(&relay);

	level = slots[table].key & 7;
	wanted = relay.params.holes == HOLES_SINK && relay.params.bad == BAD_SINK && !is_full &&
		 is_copy(slots[table]) && level <= 5 && entry != GUARD;
	present = before[table][entry] & (slots[table].key >> 3 & 1 ? 1 : 3);
	if (!wanted || present || (is_late && copies[table][entry] == before[table][entry])) {
		prove(copies[table][entry] == before[table][entry]);
		return;
	}
	prove(copies[table][entry] == (SINK + (level - 1) * PAGE_SIZE | 1ull << 52 | 7));
	prove(hole_count == 5 && holes[level - 1].entry == copies[table][entry]);
}
