// SPDX-License-Identifier: GPL-2.0-only
#include "tree.h"

#include <stdlib.h>

#include "first_level.h"
#include "second_level.h"
#include "vtd.h"

/* Tables that lead to nothing of interest; a slot is 0, or table | access | level << 2. */
struct dead_ends {
	uint64_t *slots;
	uint64_t size;		/* a power of 2 */
	uint64_t used;
};

struct walk {
	const struct tables *tables;
	const struct tree *tree;
	struct tree_visit *visit;
	struct dead_ends dead_ends;
	bool over;
};

#define ACCESS_READ	1u
#define ACCESS_WRITE	2u

bool tree_of_domain(const struct tables *tables, uint32_t index, struct tree *tree)
{
	struct handoff_domain domain = handoff_get_domain(tables->view, index);
	struct handoff_unit unit = handoff_get_unit(tables->view, domain.unit);
	/* The handoff does not tell the host's width: what lies beyond it is no memory anyway. */
	const struct unit can = { .cap = unit.cap, .ecap = unit.ecap, .host_width = 52 };
	unsigned int levels = (domain.address_width - 12) / 9;

	if (domain.flags & HANDOFF_DOMAIN_PASS_THROUGH || domain.address_width < 30 ||
	    levels > PAGETABLE_MAX_LEVELS)
		return false;
	*tree = (struct tree){
		.first_level = domain.flags & HANDOFF_DOMAIN_FIRST_LEVEL,
		.root = (tables_copied(tables) ? domain.new_root : domain.old_root) & PAGE_MASK,
		.levels = levels,
	};
	tree->format = tree->first_level ? first_level_format(&can) : second_level_format(&can);
	return true;
}

static uint64_t *slot_of(const struct dead_ends *ends, uint64_t key)
{
	uint64_t at = (key * 0x9e3779b97f4a7c15ull >> 20) & (ends->size - 1);

	while (ends->slots[at] && ends->slots[at] != key)
		at = (at + 1) & (ends->size - 1);
	return &ends->slots[at];
}

static bool grow(struct dead_ends *ends)
{
	struct dead_ends larger = { .size = ends->size ? ends->size * 2 : 1024 };

	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (uint64_t i = 0; i < ends->size; i++)
		if (ends->slots[i])
			*slot_of(&larger, ends->slots[i]) = ends->slots[i];
	larger.used = ends->used;
	free(ends->slots);
	*ends = larger;
	return true;
}

static bool add_dead_end(struct dead_ends *ends, uint64_t key)
{
	if (ends->used * 2 >= ends->size && !grow(ends))
		return false;
	*slot_of(ends, key) = key;
	ends->used++;
	return true;
}

static uint64_t span_of(unsigned int level)
{
	return PAGE_SIZE << 9 * (level - 1);
}

static unsigned int access_of(const struct tree *tree, uint64_t entry)
{
	if (tree->first_level)
		return entry & VTD_FL_P ? ACCESS_READ | (entry & VTD_FL_RW ? ACCESS_WRITE : 0) : 0;
	return (entry & VTD_SL_R ? ACCESS_READ : 0) | (entry & VTD_SL_W ? ACCESS_WRITE : 0);
}

static bool is_leaf(const struct tree *tree, uint64_t entry, unsigned int level)
{
	return level == 1 || entry & tree->format.superpage;
}

static bool is_refused(const struct tree *tree, uint64_t entry, unsigned int level)
{
	const struct pt_format *format = &tree->format;

	if (!is_leaf(tree, entry, level))
		return entry & format->table_reserved[level];
	return !(format->leaf_levels & 1u << level) || entry & format->leaf_reserved[level];
}

static struct leaf leaf_of(const struct tree *tree, uint64_t entry, unsigned int level,
			   uint64_t address, unsigned int access)
{
	return (struct leaf){
		.address = address,
		.size = span_of(level),
		.target = entry & tree->format.address & ~(span_of(level) - 1),
		.entry = entry,
		.read = access & ACCESS_READ,
		.write = access & ACCESS_WRITE,
	};
}

static void end(struct walk *walk)
{
	walk->over = walk->visit->more = true;
}

static void count(struct walk *walk)
{
	if (!*walk->visit->left)
		end(walk);
	else
		--*walk->visit->left;
}

static bool visit_leaf(struct walk *walk, const struct leaf *leaf)
{
	enum tree_interest interest = walk->visit->leaf(walk->visit->context, leaf);

	if (interest == TREE_IGNORED)
		return false;
	count(walk);
	if (interest == TREE_ENOUGH)
		end(walk);
	return true;
}

/* A table on the way, and what the way allows. */
struct place {
	uint64_t table;
	uint64_t address;	/* that its first entry translates */
	unsigned int level;
	unsigned int access;
	bool bad;
};

static bool walk_table(struct walk *walk, const struct place *place);

/* Returns whether it, or anything behind it, is of interest. */
static bool walk_entry(struct walk *walk, const struct place *place, unsigned int index,
		       uint64_t entry)
{
	const struct tree *tree = walk->tree;
	struct place next = {
		.table = entry & tree->format.address,
		.address = place->address + index * span_of(place->level),
		.level = place->level - 1,
		.access = place->access & access_of(tree, entry),
	};

	if (!next.access || is_refused(tree, entry, place->level) ||
	    (walk->visit->wanted && !walk->visit->wanted(walk->visit->context, next.address,
							 span_of(place->level))))
		return false;
	next.bad = place->bad ||
		   tables_entry_is_bad(walk->tables, place->table + index * sizeof(entry));
	if (is_leaf(tree, entry, place->level)) {
		struct leaf leaf = leaf_of(tree, entry, place->level, next.address, next.access);

		leaf.bad = next.bad;
		return visit_leaf(walk, &leaf);
	}
	return walk_table(walk, &next);
}

/* As deep as a tree has levels. */
static bool walk_table(struct walk *walk, const struct place *place)
{
	uint64_t key = place->table | place->access | place->level << 2, entries[TABLE_ENTRIES];
	bool found = false;

	if (walk->dead_ends.size && *slot_of(&walk->dead_ends, key))
		return false;
	count(walk);
	if (tables_page(walk->tables, place->table, entries)) {
		if (walk->visit->table)
			walk->visit->table(walk->visit->context, place->table);
		for (unsigned int i = 0; i < TABLE_ENTRIES && !walk->over; i++)
			found |= walk_entry(walk, place, i, entries[i]);
	} else {
		walk->visit->missing++;
	}
	if (!found && !walk->over && !add_dead_end(&walk->dead_ends, key))
		end(walk);
	return found;
}

void tree_walk(const struct tables *tables, const struct tree *tree, struct tree_visit *visit)
{
	struct walk walk = { .tables = tables, .tree = tree, .visit = visit };
	const struct place top = {
		.table = tree->root, .level = tree->levels, .access = ACCESS_READ | ACCESS_WRITE,
	};

	walk_table(&walk, &top);
	free(walk.dead_ends.slots);
}

bool tree_translate(const struct tables *tables, const struct tree *tree, uint64_t address,
		    struct leaf *leaf)
{
	unsigned int access = ACCESS_READ | ACCESS_WRITE;
	uint64_t table = tree->root, entries[TABLE_ENTRIES];

	for (unsigned int level = tree->levels; level; level--) {
		uint64_t entry, span = span_of(level);

		if (!tables_page(tables, table, entries))
			return false;
		entry = entries[address / span % TABLE_ENTRIES];
		access &= access_of(tree, entry);
		if (!access || is_refused(tree, entry, level))
			return false;
		if (is_leaf(tree, entry, level)) {
			*leaf = leaf_of(tree, entry, level, address & ~(span - 1), access);
			return true;
		}
		table = entry & tree->format.address;
	}
	return false;
}
