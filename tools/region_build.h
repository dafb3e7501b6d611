/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * region_build.h - how regions.c and the finders put a region together
 */
#ifndef REGION_BUILD_H
#define REGION_BUILD_H

#include "regions.h"
#include "tree.h"

struct region_builder {
	const struct tables *tables;
	struct region *region;
	uint64_t left;			/* tables that may still be met */
	bool out_of_memory;
};

/* Ranges and pages in any order, met as often as may be. */
void region_add(struct region_builder *builder, uint64_t first, uint64_t size);
void region_add_table(void *builder, uint64_t address);

/* All tables of a tree. */
void region_add_tree(struct region_builder *builder, const struct tree *tree);

/* One finder a kind. */
void region_find_text(struct region_builder *builder);
void region_find_page_tables(struct region_builder *builder);
void region_find_remapping(struct region_builder *builder, const struct requesters *requesters);

#endif /* REGION_BUILD_H */
