/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * walk_model.h - what lies beneath the walk over page tables; included by walk.c alone
 *
 * The crash region is one range anywhere above 1 MiB. The arena lies inside it, neither at its first
 * page nor at its last. Page n of arena_memory[], which the walk may allocate, is at arena_base + n
 * pages; behind them are the scratch tables that all domains share, then those that this domain had
 * before the step, whose content proof_sink is about. The models of the arena, the quota, the scratch
 * tables, the visited tables, the RAM map, the ranges and the records keep what the headers promise,
 * and prove that the walk keeps its side of it. The real ones have proofs of their own.
 */
#define PAGES		2u			/* of the crashed kernel, at physical pages 1 to PAGES */
#define COPIES		7u			/* pages of the arena at most: 2, and 5 of a sink */
#define SHARED		COPIES			/* pages SHARED + n: the shared scratch tables */
#define OWN		(SHARED + SINK_LEVELS + 1)
#define CRASH_REGION_SIZE 0x200000ull
#define ARENA_OFFSET	0x10000ull		/* of the arena in the crash region */

static uint64_t memory[PAGES][TABLE_ENTRIES], arena_memory[COPIES][TABLE_ENTRIES];
static uint64_t scratch[PAGETABLE_MAX_LEVELS][TABLE_ENTRIES];
static struct relay relay;
static uint64_t crash_region, arena_base;

#define PAGE_BYTES	sizeof(arena_memory[0])

static uint64_t page_address(unsigned int page)
{
	return arena_base + page * PAGE_SIZE;
}

bool machine_read(phys_t from, void *to, size_t size)
{
	uint64_t page = from.pa >> PAGE_SHIFT;

	prove(size == PAGE_SIZE && from.pa % PAGE_SIZE == 0);
	prove(__CPROVER_w_ok(to, PAGE_BYTES));
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

void *arena_page(struct arena *arena)
{
	if (arena->used == arena->size)
		return NULL;
	arena->used += PAGE_BYTES;
	return arena_memory[arena->used / PAGE_BYTES - 1];
}

static bool no_page;			/* the quota refused one */

void *share_page(const struct share *share)
{
	void *page = nondet_bool() ? arena_page(&relay.arena) : NULL;

	(void)share;
	no_page |= !page;
	return page;
}

uint64_t arena_mark(const struct arena *arena)
{
	return arena->used;
}

void arena_rewind(struct arena *arena, uint64_t mark)
{
	prove(mark <= arena->used && mark % PAGE_BYTES == 0);
	arena->used = mark;
}

phys_t arena_phys(const struct arena *arena, const void *inside)
{
	(void)arena;
	return phys(page_address((unsigned int)((uint64_t)((const uint8_t *)inside - (const uint8_t *)arena_memory) /
						PAGE_BYTES)));
}

/* As stub/sink.c, without what it writes to the pages. */
bool sink_grow(struct sink *sink, struct sink_room *room, unsigned int level)
{
	prove(level <= SINK_LEVELS);
	for (unsigned int at = 0; at <= level; at++) {
		const void *page;

		if (sink->page[at].pa)
			continue;
		page = room->pages ? arena_page(room->arena) : NULL;
		if (!page)
			return false;
		room->pages--;
		sink->page[at] = arena_phys(room->arena, page);
	}
	return true;
}

uint64_t sink_entry(const struct sink *sink, unsigned int level)
{
	prove(level >= 1 && level <= SINK_LEVELS && sink->page[level - 1].pa);
	return sink->page[level - 1].pa | 7;
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

/* The list of ranges: is a watched IOVA in it? It ends before listed_end; what is added ascends. */
static uint64_t watched, listed_end;
static bool is_listed;

void ranges_forget(struct report *report, struct handoff_domain *domain, uint64_t first)
{
	(void)report;
	(void)domain;
	if (listed_end > first)
		listed_end = first;
	is_listed &= watched < first;
}

void ranges_add(struct report *report, struct handoff_domain *domain, uint64_t first, uint64_t last)
{
	(void)report;
	(void)domain;
	prove(first <= last && first >= listed_end && last < UINT64_MAX);
	listed_end = last + 1;
	is_listed |= watched >= first && watched <= last;
}

void ranges_cover(struct report *report, struct handoff_domain *domain, uint64_t first, uint64_t last)
{
	prove(last + 1 >= listed_end);
	ranges_forget(report, domain, first);
	ranges_add(report, domain, first, last);
}

/* The visited tables: any may be known, by a copy, by what it was coalesced to, or as corrupt. */
static struct memo_key known, changed;
static phys_t known_copy, changed_to;
static bool is_known, is_known_in_place, is_corrupt_in_place, is_changed, is_memo_full;

bool memo_find(const struct memo *memo, struct memo_key key, phys_t *copy)
{
	(void)memo;
	if (!(key.in_place ? is_known_in_place : is_known))
		return false;
	known = key;
	*copy = !key.in_place ? known_copy : is_corrupt_in_place ? phys(MEMO_GARBAGE) : key.table;
	return true;
}

bool memo_add(struct memo *memo, struct memo_key key, phys_t copy)
{
	(void)memo;
	(void)key;
	(void)copy;
	prove(!(key.in_place ? is_known_in_place : is_known));
	is_memo_full |= nondet_bool();
	return !is_memo_full;
}

void memo_change(const struct memo *memo, struct memo_key key, phys_t copy)
{
	(void)memo;
	prove(key.in_place ? is_known_in_place : is_known);
	is_changed = true;
	changed = key;
	changed_to = copy;
}

/* A copy is met again, and no superpage. */
void alias_add(struct alias *alias, phys_t page)
{
	(void)alias;
	prove(is_known && page.pa == known_copy.pa && !(page.pa & ~PAGE_MASK));
}

/* Records about the watched entry, and how many of all. */
static uint64_t watched_where;
static struct handoff_record record;
static unsigned int records, all_records;
static bool is_kept;

bool quarantine(struct report *report, const struct handoff_record *bad)
{
	(void)report;
	is_kept = nondet_bool();
	all_records++;
	if (bad->where == watched_where) {
		record = *bad;
		records++;
	}
	return is_kept;
}

bool quarantine_in_place(struct report *report, const struct handoff_record *bad)
{
	prove(bad->in_place);
	return quarantine(report, bad);
}

/* Not called by any step: of the beginning of a walk, and of hole_fill(), which has its own proof. */
uint32_t report_count(const struct report *report, enum handoff_section_type type)
{
	(void)report;
	(void)type;
	prove(false);
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

void *report_add(struct report *report, enum handoff_section_type type)
{
	(void)report;
	(void)type;
	prove(false);
	return NULL;
}

bool memo_next_copy(const struct memo *memo, uint32_t *at, struct memo_table *table)
{
	(void)memo;
	(void)at;
	(void)table;
	prove(false);
	return false;
}

void *arena_at(const struct arena *arena, phys_t inside)
{
	(void)arena;
	(void)inside;
	prove(false);
	return NULL;
}

void log_line(struct report *report, const char *format, ...)
{
	(void)report;
	(void)format;
	prove(false);
}
