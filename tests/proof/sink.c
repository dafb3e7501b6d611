// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scratch tables (stub/sink.c).
 *
 * A sink is sound if it has its first pages, any number up to 6, and each entry of its table of level
 * n is present, allows reading and writing, is no superpage and refers to its page n - 1; page 0 is
 * the scratch page. Tables of 2 entries.
 *
 * proof_sink	From any sound sink, any arena of up to 8 pages and any number of pages that sinks may
 *		take: it is sound afterwards, and has all pages up to the level that was asked for, or
 *		there was no room; what it had, it has; it takes pages of the arena alone, and no more
 *		than it may. From its entry for any table whose pages it has, through any entry of
 *		each table, the way leads to its scratch page. That page has SCRATCH_WORD throughout at first.
 */
#define TABLE_ENTRIES	2
#include "small.h"

#include "../../stub/sink.c"

#define ROOM	8u		/* pages of the arena */
#define PAGES	(ROOM + SINK_LEVELS + 1)
#define BASE	0x80000000ull

static uint64_t pages[PAGES][TABLE_ENTRIES];	/* the arena's, then those that the sink had before */
static struct arena arena;

void *arena_page(struct arena *of)
{
	if (of->used == of->size)
		return NULL;
	of->used += PAGE_SIZE;
	return pages[of->used / PAGE_SIZE - 1];
}

phys_t arena_phys(const struct arena *of, const void *inside)
{
	(void)of;
	return phys(BASE + (uint64_t)((const uint8_t *)inside - (const uint8_t *)pages) / sizeof(pages[0]) * PAGE_SIZE);
}

/* The page that `entry` refers to: readable and writable, no superpage. */
static unsigned int page_of(uint64_t entry)
{
	uint64_t page = ((entry & VTD_BITS(51, 12)) - BASE) / PAGE_SIZE;

	prove((entry & ~VTD_BITS(51, 12)) == 7 && page < PAGES);
	return (unsigned int)page;
}

void proof_sink(void)
{
	unsigned int had = nondet_u8(), level = nondet_u8(), at = nondet_u8(), entry, page;
	struct sink_room room = { &arena, nondet_u32() };
	struct sink sink = { 0 }, before;
	uint32_t may_take = room.pages;
	uint64_t used;
	bool grown;

	assume(had <= SINK_LEVELS + 1 && level <= SINK_LEVELS && at <= SINK_LEVELS);
	arena = (struct arena){ .size = nondet_u8() % (ROOM + 1) * PAGE_SIZE };
	arena.used = used = nondet_u8() % (ROOM + 1) * PAGE_SIZE;
	assume(used <= arena.size);
	for (unsigned int n = 0; n < had; n++) {
		sink.page[n] = phys(BASE + (ROOM + n) * PAGE_SIZE);
		for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
			pages[ROOM + n][i] = n ? sink_entry(&sink, n) : nondet_u64();
	}
	before = sink;
	grown = sink_grow(&sink, &room, level);

	prove(arena.used <= arena.size && arena.used - used == (may_take - room.pages) * PAGE_SIZE);
	prove(room.pages <= may_take);
	prove(grown || arena.used == arena.size || !room.pages);
	prove(at >= had || sink.page[at].pa == before.page[at].pa);
	prove(at < had || !sink.page[at].pa || (sink.page[at].pa >= BASE + used && sink.page[at].pa < BASE + arena.used));
	prove(!grown || at > level || sink.page[at].pa);
	prove(!at || !sink.page[at].pa || sink.page[at - 1].pa);
	if (!sink.page[at].pa)
		return;
	/* From a table of level at + 1, down to the scratch page. */
	page = page_of(sink_entry(&sink, at + 1));
	for (unsigned int n = at; n > 0; n--) {
		entry = nondet_bool();
		page = page_of(pages[page][entry]);
	}
	prove(BASE + page * PAGE_SIZE == sink.page[0].pa);
	if (!had)
		prove(pages[page][0] == SCRATCH_WORD && pages[page][1] == SCRATCH_WORD);
}
