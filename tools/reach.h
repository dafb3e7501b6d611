/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reach.h - which requesters could reach which memory
 */
#ifndef REACH_H
#define REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "requester.h"
#include "tables.h"

/* Ascending and disjoint. */
struct memory_ranges {
	struct handoff_range *all;
	uint32_t count;
};

/* A run of IOVAs that lead to a run of memory. */
struct hit {
	uint64_t iova;
	uint64_t first, last;	/* physical */
	bool read, write;
	bool bad;		/* quarantined since */
};

/* What one domain reaches of the memory that is asked for. */
struct reach {
	struct hit *hits;
	uint32_t count;
	uint64_t missing;	/* tables that could not be looked at */
	bool more;		/* there are more hits than are listed */
};

/* What all reach; one for each of HANDOFF_DOMAINS. */
struct reaches {
	struct reach *domains;
	uint32_t count;
};

/* More than this of one domain are not listed, and more tables than this not looked at. */
#define REACH_MAX_HITS		65536u
#ifndef REACH_MAX_TABLES	/* a fuzz target has less time */
#define REACH_MAX_TABLES	(1ull << 25)
#endif

/* False if there is no memory. The caller calls reaches_free() in any case. */
bool reaches_find(const struct tables *tables, const struct requesters *requesters,
		  const struct memory_ranges *wanted, struct reaches *reaches);
void reaches_free(struct reaches *reaches);

#endif /* REACH_H */
