/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pagetable.h - the one walk over page tables: read once, vet, write
 *
 * A table page is copied to the arena whole, in one read; its entries are then vetted and mended
 * in our copy, so that nothing is looked at twice; one that a superpage can stand for is folded
 * (fold.h). A page that finds no room in the arena stays in
 * place with everything below it: read into a scratch page and vetted there; a bad entry is
 * recorded, to be mended when the hardware is switched (mend.h).
 */
#ifndef PAGETABLE_H
#define PAGETABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "handoff.h"

#define PAGETABLE_MAX_LEVELS	5u
#define PAGETABLE_MAX_FORMATS	16u

/* Ranges a domain may list before they are merged across gaps. */
#define PAGETABLE_MAX_RANGES	4096u

/*
 * A leaf format as one unit implements it: what second_level.c makes of its capabilities. Arrays
 * are indexed by level, 1 = the table of 4 KiB leaves.
 */
struct pt_format {
	uint64_t present;				/* any of these: the entry counts */
	uint64_t superpage;				/* a leaf above level 1 */
	uint64_t address;				/* the address field */
	uint64_t beyond;				/* its part beyond the host address width */
	uint64_t table_reserved[PAGETABLE_MAX_LEVELS + 1];
	uint64_t leaf_reserved[PAGETABLE_MAX_LEVELS + 1];
	uint64_t granted, denied;			/* what every entry on the way must set, or none */
	uint64_t marks;					/* accessed and dirty: hardware's own */
	uint64_t pat, superpage_pat;			/* one attribute, in two places (0: none) */
	uint32_t leaf_levels;				/* bit n: leaves at level n are supported */
	uint16_t rule_reserved, rule_width, rule_superpage;	/* enum handoff_rule */
	uint16_t rule_provenance, rule_target, rule_untracked, rule_garbage;
};

/* The formats met so far: units alike share one, and so share copies. */
struct pagetable_formats {
	struct pt_format format[PAGETABLE_MAX_FORMATS];
	uint32_t count;
};

struct relay;

/* The number by which `format` is known from now on; -1 if there are too many. */
int pagetable_format(struct pagetable_formats *formats, const struct pt_format *format);

/*
 * Copy the tree under domain->old_root, of `levels` levels and format number `format`, into the
 * arena: sets new_root, counts, flags and ranges of `domain`. `blame` is a record with the device's
 * fields filled in, for the records of what is bad. old_root has been vetted. new_root stays 0 if
 * the domain cannot be kept: its root cannot be read or remembered, or a bad entry in place cannot
 * be mended; or, with HANDOFF_DOMAIN_GARBAGE set, its root is no table. False if the time budget ran out; the copy is then incomplete and must not be used.
 */
bool pagetable_copy(struct relay *relay, int format, unsigned int levels,
		    struct handoff_domain *domain, const struct handoff_record *blame);

#endif /* PAGETABLE_H */
