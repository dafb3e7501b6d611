/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * regions.h - the memory that no device has any business in
 */
#ifndef REGIONS_H
#define REGIONS_H

#include "reach.h"
#include "tables.h"

enum region_kind {
	REGION_TEXT,		/* the crashed kernel's code */
	REGION_PAGE_TABLES,	/* the CPU's tables for the crashed kernel's own addresses */
	REGION_REMAPPING,	/* the units' tables and queues */
	REGION_CRASH,		/* the kdump kernel's */
	REGION_KINDS,
};

struct region {
	struct memory_ranges ranges;
	const char *unknown;	/* why it is not known where it lies; NULL: it is */
};

/*
 * Finds out where `kind` lies: text and page tables by vmcoreinfo and the kernel's own page tables,
 * the units' by the handoff and the tables themselves, the crash region by the handoff. False if
 * there is no memory. The caller frees region->ranges.all in any case.
 */
bool region_find(const struct tables *tables, const struct requesters *requesters,
		 enum region_kind kind, struct region *region);

/* "kernel text" and so on; as a key of JSON, "kernel_text". */
const char *region_name(enum region_kind kind);
const char *region_key(enum region_kind kind);

#endif /* REGIONS_H */
