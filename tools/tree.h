/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tree.h - all that a tree of page tables maps
 *
 * What an entry means is said by the stub's own formats (stub/second_level.c, stub/first_level.c);
 * an entry that hardware refuses maps nothing.
 */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "pagetable.h"
#include "tables.h"

/* A present leaf. `address` is what the tree translates: an IOVA, or a virtual address. */
struct leaf {
	uint64_t address;
	uint64_t size;
	uint64_t target;
	uint64_t entry;
	bool read, write;	/* by all entries on the way together */
	bool bad;		/* it, or an entry on the way, was quarantined */
};

struct tree {
	struct pt_format format;
	bool first_level;
	uint64_t root;
	unsigned int levels;
};

/* The tree of a domain: the crashed kernel's tables or the copies. False if it has no tables. */
bool tree_of_domain(const struct tables *tables, uint32_t domain, struct tree *tree);

enum tree_interest {
	TREE_IGNORED,		/* the leaf is of no interest */
	TREE_FOUND,		/* it is */
	TREE_ENOUGH,		/* it is, and it shall be the last */
};

struct tree_visit {
	enum tree_interest (*leaf)(void *context, const struct leaf *leaf);
	/* Each table, once a level; may be NULL. */
	void (*table)(void *context, uint64_t address);
	/* Whether to look at what an entry translates; NULL: at all. */
	bool (*wanted)(void *context, uint64_t address, uint64_t size);
	void *context;
	uint64_t *left;		/* tables and leaves of interest that may still be visited */
	/* What came of it: */
	uint64_t missing;	/* tables that are not to be had */
	bool more;		/* it ended before all was seen */
};

/*
 * Visits leaves by ascending address. A table that leads to nothing of interest is looked at once,
 * wherever it is met; with *left this bounds the work, whatever cycles there are.
 */
void tree_walk(const struct tables *tables, const struct tree *tree, struct tree_visit *visit);

/* The leaf that translates `address`; false if none does. */
bool tree_translate(const struct tables *tables, const struct tree *tree, uint64_t address,
		    struct leaf *leaf);

#endif /* TREE_H */
