// SPDX-License-Identifier: GPL-2.0-only
#include "pagetable.h"

#include <string.h>

#include "fold.h"
#include "machine.h"
#include "ranges.h"
#include "state.h"
#include "vtd.h"
#include "walk.h"

#ifndef GARBAGE_LEAST		/* a proof over shorter tables has a lower one */
#define GARBAGE_LEAST	16u	/* bad entries of a table */
#endif

int pagetable_format(struct pagetable_formats *formats, const struct pt_format *format)
{
	for (uint32_t i = 0; i < formats->count; i++)
		if (!memcmp(&formats->format[i], format, sizeof(*format)))
			return (int)i;
	if (formats->count == PAGETABLE_MAX_FORMATS)
		return -1;
	formats->format[formats->count] = *format;
	return (int)formats->count++;
}

/* All entries of a level-1 table, the bulk of the work. */
static void walk_leaves(struct walk *walk, struct frame *frame)
{
	const struct pt_format *format = walk->format;
	uint64_t bad_bits = format->leaf_reserved[1] | format->beyond, before = walk->domain->leaves;
	unsigned int run = 0;	/* entries of the present run before `i` */

	for (unsigned int i = 0; i < VTD_ENTRIES; i++) {
		uint64_t entry = frame->entries[i];
		uint64_t address = entry & format->address;

		if (!(entry & format->present)) {
			if (run)
				ranges_add(&walk->relay->report, walk->domain,
					   walk_iova(frame, i - run), walk_iova(frame, i) - 1);
			run = 0;
			continue;
		}
		run++;
		walk->domain->leaves++;
		/* An empty gap {1, 0} lets nothing through. */
		if (entry & bad_bits || address < walk->gap.first || address > walk->gap.last ||
		    walk->gap.last - address < PAGE_SIZE - 1) {
			uint16_t rule = walk_vet_leaf(walk, entry, 1);

			if (rule)
				walk_replace(walk, frame, i, rule, HANDOFF_LEAF);
		}
	}
	if (run)
		ranges_add(&walk->relay->report, walk->domain, walk_iova(frame, VTD_ENTRIES - run),
			   frame->iova + VTD_ENTRIES * PAGE_SIZE - 1);
	frame->present = (unsigned int)(walk->domain->leaves - before);
}

static struct memo_key key_of(const struct walk *walk, phys_t table, unsigned int level, bool in_place)
{
	return (struct memo_key){ table, (uint8_t)level, walk->format_id, in_place };
}

static void push(struct walk *walk, uint64_t *entries, phys_t old, unsigned int level,
		 uint64_t iova_start, bool in_place)
{
	walk->frames[walk->depth++] = (struct frame){
		.entries = entries, .old = old, .iova = iova_start, .level = level, .in_place = in_place,
	};
}

enum entered { ENTERED, SEEN, UNTRACKED, UNREADABLE, GARBAGE };

static enum entered enter_in_place(struct walk *walk, phys_t old, unsigned int level,
				   uint64_t iova_start, phys_t *now)
{
	struct relay *relay = walk->relay;

	*now = old;
	/* Only tables of tables need an end to their cycles. */
	if (level > 1) {
		if (memo_find(&relay->memo, key_of(walk, old, level, true), now))
			return now->pa == MEMO_GARBAGE ? GARBAGE : SEEN;
		if (!memo_add(&relay->memo, key_of(walk, old, level, true), old))
			return UNTRACKED;
	}
	if (!machine_read(old, relay->scratch[level - 1], PAGE_SIZE))
		return UNREADABLE;
	walk->domain->in_place++;
	push(walk, relay->scratch[level - 1], old, level, iova_start, true);
	return ENTERED;
}

/*
 * The entry that leads to `copy`, the memo's value for the table that `above` refers to: a table's
 * address, or the superpage that it was folded into. 0 if that does not serve here.
 */
static uint64_t link_to(const struct walk *walk, uint64_t above, phys_t copy)
{
	if (!(copy.pa & ~PAGE_MASK))
		return (above & ~walk->format->address) | copy.pa;
	return above ? fold_under(walk->format, above, copy.pa) : 0;
}

/*
 * Remember where the copy of a table is. A table that was folded where it was met first, but cannot
 * be here, is copied a second time.
 */
static bool remember(struct walk *walk, phys_t old, unsigned int level, phys_t copy)
{
	struct memo_key key = key_of(walk, old, level, false);
	phys_t folded;

	if (!memo_find(&walk->relay->memo, key, &folded))
		return memo_add(&walk->relay->memo, key, copy);
	memo_change(&walk->relay->memo, key, copy);
	return true;
}

/*
 * Step into the table at `old`, to which `above` refers (0: it is a root): into a copy of it, or,
 * where there is no room or the table above is in place itself, into its mirror. SEEN: it was done
 * before, nothing was entered. In both cases *now is where the table is from now on, or what it was
 * folded into (see link_to()). UNTRACKED: no room to remember it; UNREADABLE: the RAM map claims
 * memory that is not there; GARBAGE: it was done before, and is no table.
 */
static enum entered enter(struct walk *walk, phys_t old, uint64_t above, unsigned int level,
			  uint64_t iova_start, bool in_place, phys_t *now)
{
	struct relay *relay = walk->relay;
	uint64_t mark = arena_mark(&relay->arena);
	uint64_t *page = NULL;

	if (!in_place) {
		if (memo_find(&relay->memo, key_of(walk, old, level, false), now)) {
			if (now->pa == MEMO_GARBAGE)
				return GARBAGE;
			if (link_to(walk, above, *now)) {
				if (above && !(now->pa & ~PAGE_MASK))
					alias_add(&relay->alias, *now);
				return SEEN;
			}
		}
		page = share_page(&relay->share);
	}
	if (page && !machine_read(old, page, PAGE_SIZE)) {
		arena_rewind(&relay->arena, mark);
		return UNREADABLE;
	}
	if (page && remember(walk, old, level, arena_phys(&relay->arena, page))) {
		*now = arena_phys(&relay->arena, page);
		walk->domain->tables++;
		push(walk, page, old, level, iova_start, false);
		return ENTERED;
	}
	arena_rewind(&relay->arena, mark);
	return enter_in_place(walk, old, level, iova_start, now);
}

/* One entry of a table above level 1. */
static void walk_entry(struct walk *walk, struct frame *frame, unsigned int index)
{
	const struct pt_format *format = walk->format;
	uint64_t entry = frame->entries[index], start = walk_iova(frame, index);
	bool leaf = entry & format->superpage;
	uint16_t rule;
	phys_t now;

	if (!(entry & format->present))
		return;
	frame->present++;
	rule = leaf ? walk_vet_leaf(walk, entry, frame->level) : walk_vet_table(walk, entry, frame->level);
	if (rule || leaf) {
		walk->domain->leaves += leaf;
		if (leaf)
			ranges_add(&walk->relay->report, walk->domain, start, start + walk_span(frame->level) - 1);
		if (rule)
			walk_replace(walk, frame, index, rule, leaf ? HANDOFF_LEAF : HANDOFF_PAGE_TABLE);
		return;
	}

	switch (enter(walk, phys(entry & format->address), entry, frame->level - 1, start, frame->in_place,
		      &now)) {
	case ENTERED:
		break;
	case SEEN:
		/* Its ranges were listed where it was met first; here the whole span stands for them. */
		walk->lost |= walk->relay->unmendable;
		ranges_add(&walk->relay->report, walk->domain, start, start + walk_span(frame->level) - 1);
		break;
	case UNTRACKED:
		walk_replace(walk, frame, index, format->rule_untracked, HANDOFF_PAGE_TABLE);
		return;
	case UNREADABLE:
		walk_replace(walk, frame, index, format->rule_provenance, HANDOFF_PAGE_TABLE);
		return;
	case GARBAGE:
		walk_replace(walk, frame, index, format->rule_garbage, HANDOFF_PAGE_TABLE);
		return;
	}
	if (!frame->in_place)
		frame->entries[index] = link_to(walk, entry, now);
}

/*
 * A few bad entries are damage. Where most are bad, something else lies there, and what passes as an
 * entry does so by chance: it may lead to memory that nobody gave the device.
 */
static bool is_garbage(const struct frame *table)
{
	return table->bad >= GARBAGE_LEAST && table->bad > table->present / 2;
}

/* Whatever refers to the table that is done is bad, here and from now on. */
static void give_up(struct walk *walk, const struct frame *done, struct frame *above)
{
	struct memo_key key = key_of(walk, done->old, done->level, done->in_place);
	const struct pt_format *format = walk->format;
	phys_t now;

	if (memo_find(&walk->relay->memo, key, &now))
		memo_change(&walk->relay->memo, key, phys(MEMO_GARBAGE));
	if (!walk->depth) {
		walk->domain->flags |= HANDOFF_DOMAIN_GARBAGE;
		return;
	}
	above->entries[above->index - 1] = (above->entries[above->index - 1] & ~format->address) | done->old.pa;
	walk_replace(walk, above, above->index - 1, format->rule_garbage, HANDOFF_PAGE_TABLE);
}

/*
 * The last table is done. If a superpage can stand for it, the arena has its page back: nothing was
 * allocated after it, since all below it was folded as well.
 */
static void leave(struct walk *walk)
{
	struct relay *relay = walk->relay;
	struct frame *done = &walk->frames[--walk->depth], *above = done - 1;
	uint64_t leaf, entry, *slot;

	if (is_garbage(done)) {
		give_up(walk, done, above);
		return;
	}
	if (!walk->depth || done->in_place)
		return;
	slot = &above->entries[above->index - 1];
	leaf = fold_table(walk->format, done->entries, done->level);
	entry = leaf ? fold_under(walk->format, *slot, leaf) : 0;
	if (!entry)
		return;
	*slot = entry;
	memo_change(&relay->memo, key_of(walk, done->old, done->level, false), phys(leaf));
	arena_rewind(&relay->arena, (uint64_t)((uint8_t *)done->entries - relay->arena.base));
	walk->domain->tables--;
	walk->domain->folded++;
}

/* The root was copied for another domain, or met as a lower table: the ranges are known or all. */
static void share_ranges(struct walk *walk, unsigned int levels, phys_t root)
{
	struct report *report = &walk->relay->report;
	struct handoff_domain *domain = walk->domain;

	domain->flags |= HANDOFF_DOMAIN_SHARED;
	for (uint32_t i = 0; i < report_count(report, HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *other = report_entry(report, HANDOFF_DOMAINS, i);

		if (other != domain && other->old_root == domain->old_root &&
		    other->address_width == domain->address_width && other->new_root) {
			domain->flags |= other->flags;
			domain->leaves = other->leaves;
			domain->first_range = other->first_range;
			domain->range_count = other->range_count;
			return;
		}
	}
	alias_add(&walk->relay->alias, root);
	ranges_add(report, domain, 0, walk_span(levels + 1) - 1);
}

bool pagetable_copy(struct relay *relay, int format, unsigned int levels,
		    struct handoff_domain *domain, const struct handoff_record *blame)
{
	struct walk walk = {
		.relay = relay,
		.format = &relay->formats.format[format],
		.format_id = (uint8_t)format,
		.domain = domain,
		.blame = blame,
		.gap = { 1, 0 },
	};
	phys_t root;

	domain->first_range = report_count(&relay->report, HANDOFF_RANGES);
	switch (enter(&walk, phys(domain->old_root), 0, levels, 0, false, &root)) {
	case GARBAGE:
		domain->flags |= HANDOFF_DOMAIN_GARBAGE;
		return true;
	case UNTRACKED:
	case UNREADABLE:
		return true;
	case SEEN:
		walk.lost = relay->unmendable;
		share_ranges(&walk, levels, root);
		break;
	case ENTERED:
		break;
	}

	while (walk.depth) {
		struct frame *frame = &walk.frames[walk.depth - 1];

		if (frame->index == 0 && budget_exhausted(&relay->budget))
			return false;
		if (frame->level == 1) {
			walk_leaves(&walk, frame);
			leave(&walk);
		} else if (frame->index == VTD_ENTRIES) {
			leave(&walk);
		} else {
			walk_entry(&walk, frame, frame->index++);
		}
	}
	domain->new_root = walk.lost || domain->flags & HANDOFF_DOMAIN_GARBAGE ? 0 : root.pa;
	return true;
}
