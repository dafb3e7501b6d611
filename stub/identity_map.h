/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * identity_map.h - page tables that map the dump kernel's memory to itself
 *
 * What a kdump kernel without an IOMMU gives its devices are physical addresses. So each requester's
 * tables get an identity map of the dump kernel's memory (ram.h) beside what they map already. Subtrees
 * with nothing else in them are built once a format and shared by all.
 *
 * Nothing that is in force is written to here: what would change in a domain's top table becomes a list of
 * links, which hide.c stores after the switch.
 */
#ifndef IDENTITY_MAP_H
#define IDENTITY_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "relay.h"
#include "unit.h"

/* A store of 8 bytes that is to be made: *at becomes `value`. `old` is what it was. */
struct identity_link {
	uint64_t *at;
	uint64_t value, old;
};

/* Links in the order of their stores; pages of them in the arena. */
#define IDENTITY_LINKS	169u
struct identity_links {
	struct identity_links *next, *previous;
	uint64_t count;
	struct identity_link link[IDENTITY_LINKS];
};

/* Add a link, not stored yet. False: no room. */
bool identity_link(struct relay *relay, uint64_t *at, uint64_t value);

/* A table of nothing but the identity map. */
struct identity_table {
	struct identity_table *next;
	uint64_t first;			/* IOVA */
	uint64_t *entries;
	uint8_t level, format;
};

/*
 * The top table, of `levels` levels in format number `format` (pagetable_format()), of a tree with the
 * identity map alone; all else leads to scratch, or nowhere (hole.h). The same one at each call. NULL: no room.
 */
uint64_t *identity_tree(struct relay *relay, int format, unsigned int levels);

enum identity_result {
	IDENTITY_DONE,
	IDENTITY_CONFLICT,	/* mappings of the crashed kernel were in the way: scratch there, and no identity */
	IDENTITY_NO_ROOM,
};

/*
 * Make links that add the identity map to a domain with tables of its own. Where the crashed kernel had
 * mapped IOVAs that are addresses of the dump kernel's memory, or may have (the entry was bad), in-flight
 * DMA may still go by them. A few such pages are taken from the kdump kernel (hide.taken), and stay mapped as
 * they were. For more, the domain gets no identity map: what it had mapped there leads to scratch, so that no
 * driver reaches the crashed kernel's memory by its own addresses; *conflicts is their number of pages, else 0.
 * What was not mapped there stays so: scratch, or a fault where unmapped IOVAs are kept so (hole.h).
 */
enum identity_result identity_add(struct relay *relay, const struct handoff_domain *domain, int format,
				  uint64_t *conflicts);

/* May the tables translate all of the dump kernel's memory? `width`: of their addresses, bits. */
bool identity_fits(const struct relay *relay, const struct unit *unit, uint32_t width, bool first_level);

#endif /* IDENTITY_MAP_H */
