// SPDX-License-Identifier: GPL-2.0-only
#include "identity_map.h"

#include <string.h>

#include "hole.h"
#include "state.h"
#include "vtd.h"
#include "walk.h"

#define LARGEST_LEAF	3u	/* level: 1 GiB */

enum pass { COUNT_CONFLICTS, PUT_IDENTITY, PUT_SCRATCH };

struct map {
	struct relay *relay;
	const struct pt_format *format;
	uint8_t format_id;
	uint64_t rights;
	uint64_t mark;		/* of the arena: what was allocated after it, we may write to */
	const struct handoff_range *range;	/* of the memory, that is walked along */
	uint64_t conflicts;	/* pages */
	bool takes;		/* all of these can be taken from the kdump kernel */
	enum pass pass;
};

static struct map map_of(struct relay *relay, int format)
{
	const struct pt_format *its = &relay->formats.format[format];

	return (struct map){
		.relay = relay,
		.format = its,
		.format_id = (uint8_t)format,
		/* As if accessed and dirty already: hardware has nothing to write there. */
		.rights = VTD_SL_R | VTD_SL_W | VTD_SL_X | (its->present == VTD_FL_P ? its->marks : 0),
		.mark = arena_mark(&relay->arena),
	};
}

bool identity_link(struct relay *relay, uint64_t *at, uint64_t value)
{
	struct identity_links *links = relay->hide.last;

	if (!links || links->count == IDENTITY_LINKS) {
		links = arena_page(&relay->arena);
		if (!links)
			return false;
		links->next = NULL;
		links->previous = relay->hide.last;
		links->count = 0;
		*(relay->hide.last ? &relay->hide.last->next : &relay->hide.first) = links;
		relay->hide.last = links;
	}
	links->link[links->count++] = (struct identity_link){ at, value, *at };
	return true;
}

/* A table of `level`, of our own, that maps nothing. */
static uint64_t *empty_table(const struct map *map, unsigned int level)
{
	uint64_t *table = arena_page(&map->relay->arena), entry = hole_entry(map->relay, level);

	for (unsigned int i = 0; table && i < VTD_ENTRIES; i++)
		table[i] = entry;
	return table;
}

static bool is_leaf_level(const struct map *map, unsigned int level)
{
	return level <= LARGEST_LEAF && map->format->leaf_levels & 1u << level;
}

/* An entry of ours that refers to `table`. */
static uint64_t refer(const struct map *map, const uint64_t *table)
{
	return arena_phys(&map->relay->arena, table).pa | map->rights;
}

/* Which entry of `table`, of `level` and ours, leads towards `at`: of a table of `wanted`, made on the way. */
static uint64_t *slot_of(const struct map *map, uint64_t *table, unsigned int level, uint64_t at,
			 unsigned int wanted)
{
	for (; level > wanted; level--) {
		uint64_t *entry = &table[walk_index(at, level)];

		if (*entry & VTD_PT_HOLE || !*entry) {
			table = empty_table(map, level - 1);
			if (!table)
				return NULL;
			*entry = refer(map, table);
		} else {
			table = arena_at(&map->relay->arena, phys(*entry & VTD_SL_ADDRESS));
		}
	}
	return &table[walk_index(at, wanted)];
}

/* Map [at, end), whole pages, in a table of ours by leaves as large as can be. False: no room. */
static bool map_range(const struct map *map, uint64_t *table, unsigned int level, uint64_t at, uint64_t end)
{
	while (at < end) {
		unsigned int leaf = level;
		uint64_t *slot;

		while (leaf > 1 && (!is_leaf_level(map, leaf) || at % walk_span(leaf) || end - at < walk_span(leaf)))
			leaf--;
		slot = slot_of(map, table, level, at, leaf);
		if (!slot)
			return false;
		*slot = at | map->rights | (leaf > 1 ? map->format->superpage : 0);
		at += walk_span(leaf);
	}
	return true;
}

static uint64_t *find_table(const struct map *map, unsigned int level, uint64_t first)
{
	for (struct identity_table *known = map->relay->hide.tables; known; known = known->next)
		if (known->level == level && known->first == first && known->format == map->format_id)
			return known->entries;
	return NULL;
}

/* The shared table of `level` for the IOVAs from `first` on: identity, and nothing else. NULL: no room. */
static uint64_t *shared_table(const struct map *map, unsigned int level, uint64_t first)
{
	const struct ram_set *memory = &map->relay->ram.dump_memory;
	uint64_t *entries = find_table(map, level, first), last = first + (walk_span(level + 1) - 1);
	struct identity_table *table;

	if (entries)
		return entries;
	table = arena_alloc(&map->relay->arena, sizeof(*table), 8);
	entries = table ? empty_table(map, level) : NULL;
	for (size_t i = 0; entries && i < memory->count; i++) {
		uint64_t from = memory->ranges[i].first, to = memory->ranges[i].last;

		if (to < first || from > last)
			continue;
		if (!map_range(map, entries, level, from > first ? from : first, (to < last ? to : last) + 1))
			return NULL;
	}
	if (!entries)
		return NULL;
	*table = (struct identity_table){ map->relay->hide.tables, first, entries, (uint8_t)level, map->format_id };
	map->relay->hide.tables = table;
	return entries;
}

uint64_t *identity_tree(struct relay *relay, int format, unsigned int levels)
{
	struct map map = map_of(relay, format);

	return shared_table(&map, levels, 0);
}

/* What an entry of a table of `level` for IOVAs from `first` on becomes where nothing was mapped. 0: no room. */
static uint64_t identity_entry(const struct map *map, unsigned int level, uint64_t first)
{
	const struct ram_set *memory = &map->relay->ram.dump_memory;
	uint64_t *table;

	if (is_leaf_level(map, level) && ram_set_covers(memory, first, first + (walk_span(level) - 1)))
		return first | map->rights | (level > 1 ? map->format->superpage : 0);
	table = shared_table(map, level - 1, first);
	return table ? refer(map, table) : 0;
}

static bool is_present(const struct map *map, uint64_t entry)
{
	return entry & map->format->present;
}

static uint64_t *table_at(const struct map *map, uint64_t entry)
{
	const struct arena *arena = &map->relay->arena;
	uint64_t at = entry & VTD_SL_ADDRESS;

	return at - arena->phys.pa < arena->used ? arena_at(arena, phys(at)) : NULL;
}

static bool is_alike(const uint64_t *table)
{
	for (unsigned int i = 1; i < VTD_ENTRIES; i++)
		if (table[i] != table[0])
			return false;
	return true;
}

/*
 * Does a table of `level` (0: a page) lead to one page of the arena and nowhere else, as a sink's do? The crashed
 * kernel may have such tables, too, but no leaf of its may lead into the arena.
 */
static bool is_sink(const struct map *map, const uint64_t *table, unsigned int level)
{
	for (; table && level; level--)
		table = is_alike(table) ? table_at(map, table[0]) : NULL;
	return table;
}

/*
 * Had the crashed kernel nothing there, as far as can be told? Then no in-flight DMA goes by it. Its entries may have
 * our bits set: so an unmapped one is known as a whole, and the other kind by where it leads.
 */
static bool is_free(const struct map *map, uint64_t entry, unsigned int level)
{
	uint64_t hole = hole_entry(map->relay, level);

	/* Rights may be fewer: see grant(). Without a hole's entry, a leaf to address 0 is a leaf. */
	if (!is_present(map, entry) ||
	    (hole && !((entry ^ hole) & ~(HANDOFF_HOLE_MARKS | map->format->granted))))
		return true;
	return entry & VTD_PT_SELF && is_sink(map, table_at(map, entry), level - 1);
}

/* A scratch table of what was bad, of `level`, and not of what was never mapped. */
static bool is_scratch(const struct map *map, const uint64_t *table, unsigned int level)
{
	return is_sink(map, table, level) && !is_free(map, table[0], level);
}

/* Does the entry translate all that it covers, or send it to scratch? Else it refers to a table. */
static bool is_mapping(const struct map *map, uint64_t entry, unsigned int level)
{
	return level == 1 || entry & map->format->superpage || !table_at(map, entry) ||
	       is_scratch(map, table_at(map, entry), level - 1);
}

/* Pages of the range of the memory within [first, first + span). */
static uint64_t pages_within(const struct map *map, uint64_t first, uint64_t span)
{
	uint64_t from = map->range->first, to = map->range->last, last = first + (span - 1);

	return ((to < last ? to : last) - (from > first ? from : first) + 1) / PAGE_SIZE;
}

/* An entry grants all rights, and what it did not grant goes from the entries of the table that it refers to. */
static void grant(const struct map *map, uint64_t *entry, uint64_t *table)
{
	uint64_t lacking = map->format->granted & ~*entry;

	for (unsigned int i = 0; lacking && i < VTD_ENTRIES; i++)
		table[i] &= ~lacking;
	*entry |= map->format->granted;
}

/* The table that an entry refers to: for a walk that writes one of its own, copied unless it is. NULL: no room. */
static uint64_t *next_table(const struct map *map, uint64_t *entry)
{
	uint64_t *table = table_at(map, *entry), *copy;

	if (map->pass == COUNT_CONFLICTS || (uint64_t)((uint8_t *)table - map->relay->arena.base) >= map->mark)
		return table;
	copy = arena_page(&map->relay->arena);
	if (!copy)
		return NULL;
	memcpy(copy, table, PAGE_SIZE);
	grant(map, entry, copy);
	*entry = (*entry & ~VTD_SL_ADDRESS) | arena_phys(&map->relay->arena, copy).pa;
	return copy;
}

/* A leaf above level 1 becomes a table of leaves that say the same. False: no room. */
static bool split(const struct map *map, uint64_t *entry, unsigned int level)
{
	const struct pt_format *format = map->format;
	uint64_t *table = arena_page(&map->relay->arena), leaf = *entry;
	uint64_t pat = format->superpage_pat & leaf;

	if (!table || !is_leaf_level(map, level - 1))
		return false;
	if (level == 2)
		leaf = (leaf & ~(format->superpage | format->superpage_pat)) | (pat ? format->pat : 0);
	for (unsigned int i = 0; i < VTD_ENTRIES; i++)
		table[i] = leaf + i * walk_span(level - 1);
	*entry = refer(map, table);
	return true;
}

/* What becomes of an entry for the IOVAs from `first` on. */
enum settled { SETTLED, DEEPER, NO_ROOM };

/* Is it in RAM of boot_params' own table? Pages of a longer map's other entries cannot be taken (handover_take()). */
static bool is_in_table(const struct relay *relay, uint64_t page)
{
	for (size_t i = 0; i < RELAY_E820_TABLE - relay->boot.e820_room; i++)
		if (page - relay->boot.e820[i].start < relay->boot.e820[i].size)
			return true;
	return false;
}

/* Is it the loader's, or ours: what must stay where it is? */
static bool is_in_use(const struct relay *relay, uint64_t page)
{
	for (size_t i = 0; i < relay->boot.in_use_count; i++)
		if (page + PAGE_SIZE > relay->boot.in_use[i].start &&
		    page < relay->boot.in_use[i].start + relay->boot.in_use[i].size)
			return true;
	return false;
}

/* Take a page away from the kdump kernel, once. False: it cannot be had, or there are too many. */
static bool take(struct relay *relay, uint64_t page)
{
	struct hide *hide = &relay->hide;

	for (uint32_t i = 0; i < hide->taken_count; i++)
		if (hide->taken[i] == page)
			return true;
	if (hide->taken_count == HIDE_MAX_TAKEN || 2 * (hide->taken_count + 1) > relay->boot.e820_room ||
	    is_in_use(relay, page) || !is_in_table(relay, page))
		return false;
	hide->taken[hide->taken_count++] = page;
	return true;
}

/* A leaf that leads to the IOVA's own address, with all rights, is what the identity map would have there. */
static bool is_identity(const struct map *map, uint64_t entry, unsigned int level, uint64_t first)
{
	return (level == 1 || entry & map->format->superpage) &&
	       (entry & map->format->address & ~(walk_span(level) - 1)) == first &&
	       (entry & (VTD_SL_R | VTD_SL_W)) == (VTD_SL_R | VTD_SL_W);
}

/* Only look: how many pages of the memory are at IOVAs that may have been mapped? */
static enum settled count_conflicts(struct map *map, uint64_t *entry, unsigned int level, uint64_t first)
{
	if (is_free(map, *entry, level))
		return SETTLED;
	if (!is_mapping(map, *entry, level))
		return DEEPER;
	if (is_identity(map, *entry, level, first))
		return SETTLED;
	map->conflicts += pages_within(map, first, walk_span(level));
	if (level == 1)
		map->takes &= take(map->relay, first);
	else
		map->takes = false;
	return SETTLED;
}

static enum settled put_identity(struct map *map, uint64_t *entry, unsigned int level, uint64_t first)
{
	if (!is_free(map, *entry, level))	/* a page that is taken stays as it is mapped */
		return is_mapping(map, *entry, level) ? SETTLED : DEEPER;
	*entry = identity_entry(map, level, first);
	return *entry ? SETTLED : NO_ROOM;
}

static enum settled put_scratch(struct map *map, uint64_t *entry, unsigned int level, uint64_t first)
{
	bool all = ram_set_covers(&map->relay->ram.dump_memory, first, first + (walk_span(level) - 1));

	if (is_free(map, *entry, level))
		return SETTLED;
	if (!is_mapping(map, *entry, level))
		return DEEPER;
	if (level > 1 && !(*entry & map->format->superpage))
		return SETTLED;		/* scratch as it is */
	if (all) {
		*entry = sink_entry(&map->relay->sink, level);
		return SETTLED;
	}
	return split(map, entry, level) ? DEEPER : NO_ROOM;
}

static enum settled settle(struct map *map, uint64_t *entry, unsigned int level, uint64_t first)
{
	switch (map->pass) {
	case COUNT_CONFLICTS:
		return count_conflicts(map, entry, level, first);
	case PUT_IDENTITY:
		return put_identity(map, entry, level, first);
	default:
		return put_scratch(map, entry, level, first);
	}
}

/* Along [at, end), from the entries of `top` down. False: no room. */
static bool walk_range(struct map *map, uint64_t *top, unsigned int levels, uint64_t at, uint64_t end)
{
	while (at < end) {
		unsigned int level = levels;
		uint64_t *table = top, *entry;
		enum settled settled;

		for (;;) {
			entry = &table[walk_index(at, level)];
			settled = settle(map, entry, level, at & ~(walk_span(level) - 1));
			if (settled != DEEPER)
				break;
			table = next_table(map, entry);
			if (!table)
				return false;
			level--;
		}
		if (settled == NO_ROOM)
			return false;
		at = (at & ~(walk_span(level) - 1)) + walk_span(level);
	}
	return true;
}

static bool walk_memory(struct map *map, enum pass pass, uint64_t *top, unsigned int levels)
{
	const struct ram_set *memory = &map->relay->ram.dump_memory;

	map->pass = pass;
	for (size_t i = 0; i < memory->count; i++) {
		map->range = &memory->ranges[i];
		if (!walk_range(map, top, levels, map->range->first, map->range->last + 1))
			return false;
	}
	return true;
}

/* What is different in `wanted` from the top table in force becomes links. */
static bool link_top(struct relay *relay, uint64_t *top, const uint64_t *wanted)
{
	for (unsigned int i = 0; i < VTD_ENTRIES; i++)
		if (top[i] != wanted[i] && !identity_link(relay, &top[i], wanted[i]))
			return false;
	return true;
}

enum identity_result identity_add(struct relay *relay, const struct handoff_domain *domain, int format,
				  uint64_t *conflicts)
{
	struct map map = map_of(relay, format);
	uint64_t *top = arena_at(&relay->arena, phys(domain->new_root)), *wanted = arena_page(&relay->arena);
	unsigned int levels = (domain->address_width - 12) / 9;
	uint32_t taken;

	if (!wanted)
		return IDENTITY_NO_ROOM;
	taken = relay->hide.taken_count;
	map.takes = true;
	walk_memory(&map, COUNT_CONFLICTS, top, levels);
	*conflicts = map.takes ? 0 : map.conflicts;
	if (*conflicts)
		relay->hide.taken_count = taken;
	memcpy(wanted, top, PAGE_SIZE);
	if (!walk_memory(&map, *conflicts ? PUT_SCRATCH : PUT_IDENTITY, wanted, levels) ||
	    !link_top(relay, top, wanted))
		return IDENTITY_NO_ROOM;
	return *conflicts ? IDENTITY_CONFLICT : IDENTITY_DONE;
}

bool identity_fits(const struct relay *relay, const struct unit *unit, uint32_t width, bool first_level)
{
	const struct ram_set *memory = &relay->ram.dump_memory;
	uint32_t mgaw = (uint32_t)VTD_CAP_MGAW(unit->cap);

	width -= first_level;		/* addresses are sign-extended (3.6) */
	width = width < mgaw ? width : mgaw;
	return !memory->count || !(memory->ranges[memory->count - 1].last >> width);
}
