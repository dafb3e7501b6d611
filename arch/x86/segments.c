// SPDX-License-Identifier: GPL-2.0-only
/*
 * segments.c - can the loader's GDT be put back?
 *
 * purgatory's can. But it is memory like any other, and a selector that does not load would be a
 * fault with no way to handle it: the handler's own code segment comes from the same table. So
 * depart reloads only what is found good here; otherwise the inner kernel gets our GDT, which is
 * what the boot protocol asks for.
 */
#include "entry.h"

#include <string.h>

#include "machine.h"

/* Intel SDM volume 3, 3.4.5 "Segment Descriptors", as one quadword. */
#define DESC_WRITABLE	(1ull << 41)	/* of data */
#define DESC_CODE	(1ull << 43)
#define DESC_MEMORY	(1ull << 44)	/* code or data, not a system segment */
#define DESC_DPL	(3ull << 45)
#define DESC_PRESENT	(1ull << 47)
#define DESC_LONG	(1ull << 53)

#define SELECTOR_TI_RPL	7u	/* local table, privilege */

static bool is_loadable(const struct entry_state *entry, uint16_t selector, uint64_t kind)
{
	uint64_t care = DESC_PRESENT | DESC_MEMORY | DESC_DPL | DESC_CODE | kind;
	uint64_t base, descriptor;
	uint16_t limit;

	memcpy(&limit, &entry->gdtr[0], sizeof(limit));
	memcpy(&base, &entry->gdtr[2], sizeof(base));
	return !(selector & SELECTOR_TI_RPL) && selector + 7u <= limit &&
	       range_fits(base, UINT16_MAX) &&
	       machine_read(phys(base + selector), &descriptor, sizeof(descriptor)) &&
	       (descriptor & care) == (DESC_PRESENT | DESC_MEMORY | kind);
}

/* The null selector needs no descriptor, in 64-bit mode not even for a stack. */
static bool is_loadable_data(const struct entry_state *entry, uint16_t selector)
{
	return selector == 0 || is_loadable(entry, selector, DESC_WRITABLE);
}

bool segments_restorable(const struct entry_state *entry)
{
	return is_loadable(entry, entry->cs, DESC_CODE | DESC_LONG) &&
	       is_loadable_data(entry, entry->ds) && is_loadable_data(entry, entry->es) &&
	       is_loadable_data(entry, entry->ss);
}
