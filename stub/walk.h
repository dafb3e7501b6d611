/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * walk.h - the walk over page tables, as its two halves share it: pagetable.c goes from table to
 * table, walk_entry.c judges what stands in them
 */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "pagetable.h"
#include "sink.h"
#include "vtd.h"

/* A table on the way from the root to where the walk stands. */
struct frame {
	uint64_t *entries;	/* our copy, or the scratch page that mirrors a table left in place */
	phys_t old;
	uint64_t iova;		/* first IOVA of the table */
	unsigned int level;
	unsigned int index;	/* of the next entry */
	unsigned int present, bad;	/* entries of it so far */
	bool in_place;
};

struct walk {
	struct relay *relay;
	const struct pt_format *format;
	uint8_t format_id;
	struct handoff_domain *domain;
	const struct handoff_record *blame;
	struct handoff_range gap;	/* physical, around the last leaf: free of the crash region */
	struct frame frames[PAGETABLE_MAX_LEVELS];
	unsigned int depth;
	struct sink sink;		/* of this domain alone, as far as it was needed */
	bool lost;			/* a bad entry in place cannot be mended: nor can the domain stay */
};

/* Bytes of IOVA space that one entry of a table of `level` covers. */
static inline uint64_t walk_span(unsigned int level)
{
	return PAGE_SIZE << 9 * (level - 1);
}

/* Which entry of a table of `level` is for `iova`. */
static inline unsigned int walk_index(uint64_t iova, unsigned int level)
{
	return iova >> (3 + 9 * level) & (VTD_ENTRIES - 1);
}

static inline uint64_t walk_iova(const struct frame *frame, unsigned int index)
{
	return frame->iova + index * walk_span(frame->level);
}

/* 0, or the rule of walk->format that strikes a present leaf, or a present reference to a table. */
uint16_t walk_vet_leaf(struct walk *walk, uint64_t entry, unsigned int level);
uint16_t walk_vet_table(struct walk *walk, uint64_t entry, unsigned int level);

/*
 * What happens to a bad entry, HANDOFF_LEAF or HANDOFF_PAGE_TABLE: a record, and the sink or nothing
 * in its place. In a table left in place it is recorded alone; walk->lost is set if it cannot be.
 */
void walk_replace(struct walk *walk, struct frame *frame, unsigned int index, uint16_t rule,
		  enum handoff_object object);

#endif /* WALK_H */
