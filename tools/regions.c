// SPDX-License-Identifier: GPL-2.0-only
#include "region_build.h"

#include <stdlib.h>

#include "addr.h"

void region_add(struct region_builder *builder, uint64_t first, uint64_t size)
{
	struct memory_ranges *ranges = &builder->region->ranges;
	uint64_t last = first + (size - 1);

	/* Grows when the count is a power of two. */
	if (!(ranges->count & (ranges->count - 1))) {
		size_t entries = ranges->count ? ranges->count * 2 : 1;
		struct handoff_range *all = realloc(ranges->all, entries * sizeof(*all));

		if (!all) {
			builder->out_of_memory = true;
			return;
		}
		ranges->all = all;
	}
	/* A register may say that a table goes on beyond the end of the address space. */
	ranges->all[ranges->count++] = (struct handoff_range){ first, last < first ? UINT64_MAX : last };
}

void region_add_table(void *context, uint64_t address)
{
	struct region_builder *builder = context;

	if (builder->left) {
		builder->left--;
		region_add(builder, address, PAGE_SIZE);
	}
}

static enum tree_interest no_interest(void *context, const struct leaf *leaf)
{
	(void)context, (void)leaf;
	return TREE_IGNORED;
}

void region_add_tree(struct region_builder *builder, const struct tree *tree)
{
	struct tree_visit visit = {
		.leaf = no_interest, .table = region_add_table, .context = builder,
		.left = &builder->left,
	};

	tree_walk(builder->tables, tree, &visit);
}

static void find_crash_region(struct region_builder *builder)
{
	const struct handoff_view *view = builder->tables->view;

	for (uint32_t i = 0; i < view->sections[HANDOFF_CRASH_REGION].count; i++) {
		struct handoff_range range = handoff_get_crash_range(view, i);

		if (range.first <= range.last)
			region_add(builder, range.first, range.last - range.first + 1);
	}
}

static int by_start(const void *one, const void *other)
{
	uint64_t a = ((const struct handoff_range *)one)->first;
	uint64_t b = ((const struct handoff_range *)other)->first;

	return (a > b) - (a < b);
}

/* Ascending and disjoint: what overlaps or touches becomes one. */
static void merge(struct memory_ranges *ranges)
{
	uint32_t kept = 0;

	if (!ranges->count)
		return;
	qsort(ranges->all, ranges->count, sizeof(*ranges->all), by_start);
	for (uint32_t i = 1; i < ranges->count; i++) {
		struct handoff_range *last = &ranges->all[kept];

		if (last->last == UINT64_MAX || ranges->all[i].first <= last->last + 1) {
			if (ranges->all[i].last > last->last)
				last->last = ranges->all[i].last;
		} else {
			ranges->all[++kept] = ranges->all[i];
		}
	}
	ranges->count = kept + 1;
}

bool region_find(const struct tables *tables, const struct requesters *requesters,
		 enum region_kind kind, struct region *region)
{
	struct region_builder builder = {
		.tables = tables, .region = region, .left = REACH_MAX_TABLES,
	};

	*region = (struct region){ 0 };
	switch (kind) {
	case REGION_TEXT:
		region_find_text(&builder);
		break;
	case REGION_PAGE_TABLES:
		region_find_page_tables(&builder);
		break;
	case REGION_REMAPPING:
		region_find_remapping(&builder, requesters);
		break;
	default:
		find_crash_region(&builder);
		break;
	}
	merge(&region->ranges);
	return !builder.out_of_memory;
}

static const struct {
	const char *name, *key;
} words[REGION_KINDS] = {
	[REGION_TEXT]		= { "kernel text", "kernel_text" },
	[REGION_PAGE_TABLES]	= { "kernel page tables", "kernel_page_tables" },
	[REGION_REMAPPING]	= { "remapping tables", "remapping_tables" },
	[REGION_CRASH]		= { "crash region", "crash_region" },
};

const char *region_name(enum region_kind kind)
{
	return words[kind].name;
}

const char *region_key(enum region_kind kind)
{
	return words[kind].key;
}
