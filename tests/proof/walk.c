// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk over page tables (stub/pagetable.c, walk_entry.c, fold.c with second_level.c and
 * first_level.c), step by step. Tables have 2 entries; a step looks at one table, and any entry of it.
 *
 * Nothing else is bounded: any content, any level and depth, any unit of 32 host address bits or
 * more, any arena and memo, which may be full at any time; the crash region is one range anywhere.
 * What is bad goes to the sink or is blocked. Each step is proved in both formats:
 *
 *	proof_walk_leaves_*	a table of leaves: an entry that is not quarantined stays as it was,
 *				keeps to the rules of the specification and leads out of the crash
 *				region; one that is leads to the sink or nowhere, or, in place, has a
 *				record to be mended by (else the domain is lost)
 *	proof_walk_entry_*	an entry above: the same for a superpage; an entry that refers to a
 *				table keeps all but its address, and refers to the copy of that very
 *				table: one made before, or the one that is entered now, read once and
 *				whole; or it becomes the superpage that its table was folded to
 *	proof_walk_leave_*	folding: what stands for the table translates as its entries did, each
 *				under the rights of the entry above
 *
 * From these follows, by induction over the levels, that the copy's translation is the original's but
 * for what is quarantined: docs/proofs.md. The checks of an entry below are written from the
 * specification (9.7, 9.8), not from the stub. The models of arena and share, memo, RAM map, sink and quarantine
 * keep what their headers promise; the real ones have proofs of their own.
 */
#define TABLE_ENTRIES	2
#include "small.h"

#include "../../stub/fold.c"
#include "../../stub/pagetable.c"
#include "../../stub/walk_entry.c"

#include "first_level.h"
#include "second_level.h"

#define PAGES		2u			/* at physical pages 1 to PAGES */
#define COPIES		3u			/* at most, from ARENA on */
#define ARENA		0x80000000ull
#define SINK		0x90000000ull		/* page n of the sink is SINK + n pages */
#define CRASH_REGION_SIZE 0x200000ull

static uint64_t memory[PAGES][TABLE_ENTRIES], copies[COPIES][TABLE_ENTRIES];
static uint64_t scratch[PAGETABLE_MAX_LEVELS][TABLE_ENTRIES];
static struct relay relay;
static uint64_t crash_region;

/* ---- What lies beneath ---- */

bool machine_read(phys_t from, void *to, size_t size)
{
	uint64_t page = from.pa >> PAGE_SHIFT;

	prove(size == PAGE_SIZE && from.pa % PAGE_SIZE == 0);
	prove(__CPROVER_w_ok(to, sizeof(memory[0])));
	if (page < 1 || page > PAGES)
		return false;
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		((uint64_t *)to)[i] = memory[page - 1][i];
	return true;
}

bool budget_exhausted(const struct budget *budget)
{
	(void)budget;
	return nondet_bool();
}

void *share_page(const struct share *share)
{
	struct arena *arena = &relay.arena;

	(void)share;
	if (arena->used == arena->size || nondet_bool())
		return NULL;
	arena->used += sizeof(copies[0]);
	return arena->base + arena->used - sizeof(copies[0]);
}

uint64_t arena_mark(const struct arena *arena)
{
	return arena->used;
}

void arena_rewind(struct arena *arena, uint64_t mark)
{
	prove(mark <= arena->used && mark % sizeof(copies[0]) == 0);
	arena->used = mark;
}

phys_t arena_phys(const struct arena *arena, const void *inside)
{
	(void)arena;
	return phys(ARENA + (uint64_t)((const uint8_t *)inside - (const uint8_t *)copies) /
			    sizeof(copies[0]) * PAGE_SIZE);
}

/* Whether pages beyond memory[] are the crashed kernel's is open: they cannot be read. */
bool ram_is_crashed(const struct ram *ram, phys_t start, uint64_t size)
{
	(void)ram;
	prove(size == PAGE_SIZE);
	return start.pa >> PAGE_SHIFT >= 1 && start.pa >> PAGE_SHIFT <= PAGES + 1;
}

bool ram_gap(const struct ram *ram, phys_t at, struct handoff_range *gap)
{
	(void)ram;
	if (at.pa >= crash_region && at.pa < crash_region + CRASH_REGION_SIZE)
		return false;
	*gap = at.pa < crash_region ? (struct handoff_range){ 0, crash_region - 1 } :
	       (struct handoff_range){ crash_region + CRASH_REGION_SIZE, UINT64_MAX };
	return true;
}

void ranges_add(struct report *report, struct handoff_domain *domain, uint64_t first, uint64_t last)
{
	(void)report;
	(void)domain;
	prove(first <= last);
}

void ranges_cover(struct report *report, struct handoff_domain *domain, uint64_t first, uint64_t last)
{
	ranges_add(report, domain, first, last);
}

void ranges_forget(struct report *report, struct handoff_domain *domain, uint64_t first)
{
	(void)report;
	(void)domain;
	(void)first;
}

uint32_t report_count(const struct report *report, enum handoff_section_type type)
{
	(void)report;
	(void)type;
	return 0;
}

void *report_entry(const struct report *report, enum handoff_section_type type, uint32_t index)
{
	(void)report;
	(void)type;
	(void)index;
	prove(false);
	return NULL;
}

bool sink_grow(struct sink *sink, struct sink_room *room, unsigned int level)
{
	(void)sink;
	(void)room;
	(void)level;
	return false;
}

uint64_t sink_entry(const struct sink *sink, unsigned int level)
{
	prove(level >= 1 && level <= SINK_LEVELS);
	return sink->page[level - 1].pa | 7;
}

/* The memo: it may know any table, by a copy or, above level 1, by what that was folded to. */
static struct memo_key known, changed;
static phys_t known_copy, changed_to;
static bool is_known, is_known_in_place, is_changed;

bool memo_find(const struct memo *memo, struct memo_key key, phys_t *copy)
{
	(void)memo;
	if (!(key.in_place ? is_known_in_place : is_known))
		return false;
	known = key;
	*copy = key.in_place ? key.table : known_copy;
	return true;
}

bool memo_add(struct memo *memo, struct memo_key key, phys_t copy)
{
	(void)memo;
	(void)key;
	(void)copy;
	return nondet_bool();
}

void memo_change(const struct memo *memo, struct memo_key key, phys_t copy)
{
	(void)memo;
	is_changed = true;
	changed = key;
	changed_to = copy;
}

static struct handoff_record record;
static unsigned int records;

bool quarantine(struct report *report, const struct handoff_record *bad)
{
	(void)report;
	prove(!bad->in_place);
	record = *bad;
	records++;
	return nondet_bool();
}

bool quarantine_in_place(struct report *report, const struct handoff_record *bad)
{
	(void)report;
	prove(bad->in_place);
	record = *bad;
	records++;
	return nondet_bool();
}

/* ---- The specification ---- */

static bool first_level;
static struct unit unit;

static bool is_present(uint64_t entry)
{
	return entry & (first_level ? 1 : 3);
}

static uint64_t target(uint64_t entry)
{
	return entry & VTD_BITS(51, 12);
}

/* The address of a leaf, its size, and whether hardware takes it: 9.7 and 9.8, reserved fields. */
static uint64_t size_of(unsigned int level)
{
	return 4096ull << 9 * (level - 1);
}

static uint64_t leaf_target(uint64_t entry, unsigned int level)
{
	return target(entry) & ~(first_level && level > 1 ? VTD_BIT(12) : 0);
}

static bool leaf_is_sound(uint64_t entry, unsigned int level)
{
	uint64_t low = leaf_target(entry, level) & (size_of(level) - 1);

	if (target(entry) >> unit.host_width || low || level > 3)
		return false;
	if (first_level)
		return level < 3 || unit.cap & VTD_BIT(56);		/* FL1GP */
	if (level > 1 && !(unit.cap >> 34 & (level == 2 ? 1 : 2)))	/* SLLPS */
		return false;
	return (!(entry & VTD_BIT(11)) || unit.ecap & VTD_BIT(7)) &&	/* SNP wants SC */
	       (!(entry & VTD_BIT(62)) || unit.ecap & VTD_BIT(2));	/* TM wants DT */
}

static bool out_of_crash_region(uint64_t entry, unsigned int level)
{
	uint64_t from = leaf_target(entry, level), to = from + (size_of(level) - 1);

	return to < crash_region || from >= crash_region + CRASH_REGION_SIZE;
}

/* ---- The steps ---- */

static struct walk some_walk(bool is_first_level)
{
	struct walk walk;

	first_level = is_first_level;
	unit = (struct unit){ .cap = nondet_u64(), .ecap = nondet_u64(), .host_width = nondet_u8() };
	assume(unit.host_width >= 32 && unit.host_width <= 52);
	crash_region = nondet_u64();
	assume(crash_region >= 0x100000 && crash_region < 1ull << 52 && crash_region % PAGE_SIZE == 0);

	relay.arena = (struct arena){ .base = (uint8_t *)copies };
	relay.arena.size = (nondet_u8() % (COPIES + 1)) * sizeof(copies[0]);
	relay.params.bad = nondet_bool() ? BAD_SINK : BAD_BLOCK;
	for (unsigned int level = 0; level < PAGETABLE_MAX_LEVELS; level++)
		relay.scratch[level] = scratch[level];
	for (unsigned int page = 0; page <= SINK_LEVELS; page++)
		relay.sink.page[page] = phys(SINK + page * PAGE_SIZE);
	relay.formats.format[0] = first_level ? first_level_format(&unit) : second_level_format(&unit);
	for (unsigned int page = 0; page < PAGES; page++)
		for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
			memory[page][i] = nondet_u64();
	records = 0;
	walk = (struct walk){ .relay = &relay, .format = &relay.formats.format[0] };
	if (!ram_gap(&relay.ram, phys(nondet_u64()), &walk.gap))	/* around some leaf before, or none */
		walk.gap = (struct handoff_range){ 1, 0 };
	return walk;
}

static struct frame some_frame(uint64_t *entries, unsigned int level)
{
	struct frame frame = {
		.entries = entries, .old = phys(nondet_u64() & PAGE_MASK), .iova = nondet_u64(),
		.level = level, .in_place = nondet_bool(),
	};

	assume(frame.old.pa < 1ull << 52 && frame.iova < 1ull << 56);
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		entries[i] = nondet_u64();
	return frame;
}

/* An entry that was quarantined, and what it has become. */
static void is_out_of_use(const struct frame *frame, unsigned int index, uint64_t was)
{
	uint64_t now = frame->entries[index];

	prove(record.where == frame->old.pa + index * 8 && record.found[0] == was);
	prove(record.level == frame->level);
	prove(record.iova == frame->iova + index * size_of(frame->level) && record.size == size_of(frame->level));
	if (frame->in_place)
		prove(now == was && record.in_place && record.action == HANDOFF_BLOCKED);
	else if (relay.params.bad == BAD_SINK)
		prove(now == (relay.sink.page[frame->level - 1].pa | 7) && record.action == HANDOFF_SUNK);
	else
		prove(now == 0 && record.action == HANDOFF_BLOCKED);
}

/* One entry is looked at; the others are not present, so that a record can only be about that one. */
static void leaves(bool is_first_level)
{
	struct handoff_record blame = { 0 };
	struct handoff_domain domain = { .leaves = 0 };
	struct walk walk = some_walk(is_first_level);
	uint64_t entries[TABLE_ENTRIES];	/* an object of its own: nothing beyond is looked at */
	struct frame frame = some_frame(entries, 1);
	unsigned int index = nondet_bool();
	uint64_t was = frame.entries[index], now;

	walk.domain = &domain;
	walk.blame = &blame;
	frame.entries[!index] = 0;
	walk_leaves(&walk, &frame);
	now = frame.entries[index];
	prove(frame.entries[!index] == 0 && records <= 1);
	prove(domain.leaves == is_present(was));
	if (records) {
		prove(is_present(was) && (!leaf_is_sound(was, 1) || !out_of_crash_region(was, 1)));
		is_out_of_use(&frame, index, was);
		return;
	}
	prove(now == was && !walk.lost);
	prove(!is_present(now) || (leaf_is_sound(now, 1) && out_of_crash_region(now, 1)));
}

static void above(bool is_first_level, unsigned int level)
{
	struct handoff_record blame = { 0 };
	struct handoff_domain domain = { .leaves = 0 };
	struct walk walk = some_walk(is_first_level);
	unsigned int index = nondet_bool();
	struct frame *frame = &walk.frames[0];
	const struct frame *below = &walk.frames[1];
	uint64_t was, now, page, kept = ~VTD_BITS(51, 12);

	walk.domain = &domain;
	walk.blame = &blame;
	walk.depth = 1;
	walk.frames[0] = some_frame(copies[0], level);
	relay.arena.used = sizeof(copies[0]);
	assume(relay.arena.size >= relay.arena.used);
	is_known = nondet_bool();
	is_known_in_place = nondet_bool();
	known_copy = phys(nondet_u64());
	/* Of a table in place the memo says where it is, of another a copy or what it was folded to. */
	assume(known_copy.pa % PAGE_SIZE == 0 ? known_copy.pa >= ARENA && known_copy.pa < 1ull << 52 :
	       known_copy.pa & VTD_BIT(7) && is_present(known_copy.pa));
	was = frame->entries[index];
	walk_entry(&walk, frame, index);
	now = frame->entries[index];

	prove(records <= 1 && walk.depth <= 2);
	if (records) {
		prove(is_present(was) && walk.depth == 1);
		is_out_of_use(frame, index, was);
		return;
	}
	if (!is_present(was) || was & VTD_BIT(7)) {
		prove(now == was && walk.depth == 1);
		prove(!is_present(was) || (leaf_is_sound(was, level) && out_of_crash_region(was, level)));
		return;
	}
	page = target(was) >> PAGE_SHIFT;
	prove(!(target(was) >> unit.host_width) && page >= 1 && page <= PAGES + 1);
	if (walk.depth == 2) {			/* entered */
		prove(below->old.pa == target(was) && below->level == level - 1 && below->index == 0);
		prove(below->iova == frame->iova + index * size_of(level));
		prove(page <= PAGES && below->entries[0] == memory[page - 1][0]);
		prove(below->entries[1] == memory[page - 1][1]);
		prove(below->in_place || below->entries == copies[1]);
		prove(!frame->in_place || below->in_place);
		prove((now & kept) == (was & kept));
		prove(target(now) == (below->in_place ? target(was) : ARENA + PAGE_SIZE));
		return;
	}
	/* Seen before, under the same key. */
	prove(known.table.pa == target(was) && known.level == level - 1);
	prove(!frame->in_place || known.in_place);
	if (known.in_place)
		prove(now == was && is_known_in_place);
	else if (known_copy.pa % PAGE_SIZE == 0)
		prove((now & kept) == (was & kept) && target(now) == target(known_copy.pa));
	else
		prove(now == fold_under(walk.format, was, known_copy.pa) && is_present(now));
}

static void fold_up(bool is_first_level, unsigned int level)
{
	struct handoff_domain domain = { .tables = 1 };
	struct walk walk = some_walk(is_first_level);
	uint64_t rights = 7, denied = is_first_level ? VTD_BIT(63) : 0;
	uint64_t was, is, entry, before;
	unsigned int index = nondet_bool(), any = nondet_bool();

	walk.domain = &domain;
	walk.frames[0] = some_frame(copies[0], level + 1);
	walk.frames[1] = some_frame(copies[1], level);
	walk.frames[0].index = index + 1;
	walk.depth = 2;
	relay.arena.size = sizeof(copies);
	relay.arena.used = 2 * sizeof(copies[0]);
	is_changed = false;
	entry = copies[1][any];
	before = copies[0][index];
	/* The entries have been vetted: a leaf that is left is sound. */
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		assume(!is_present(copies[1][i]) || (level > 1 && !(copies[1][i] & VTD_BIT(7))) ||
		       leaf_is_sound(copies[1][i], level));
	leave(&walk);
	prove(walk.depth == 1);
	if (copies[0][index] == before)
		return;
	is = copies[0][index];
	prove(!walk.frames[1].in_place && is_changed && changed.level == level && !changed.in_place);
	prove(changed.table.pa == walk.frames[1].old.pa);
	prove(relay.arena.used == sizeof(copies[0]) && domain.folded == 1 && domain.tables == 0);
	prove(is_present(is) && is & VTD_BIT(7) && leaf_is_sound(is, level + 1));
	prove(is_present(entry));
	was = leaf_target(entry, level);
	prove(leaf_target(is, level + 1) + any * size_of(level) == was);
	prove((is & rights) == (entry & before & rights));
	prove((is & denied) == ((entry | before) & denied));
}

void proof_walk_leaves_second_level(void)
{
	leaves(false);
}

void proof_walk_leaves_first_level(void)
{
	leaves(true);
}

void proof_walk_entry_second_level(void)
{
	above(false, nondet_bool() ? 2 : 3);
}

void proof_walk_entry_first_level(void)
{
	above(true, nondet_bool() ? 2 : 3);
}

void proof_walk_leave_second_level(void)
{
	fold_up(false, nondet_bool() ? 1 : 2);
}

void proof_walk_leave_first_level(void)
{
	fold_up(true, nondet_bool() ? 1 : 2);
}
