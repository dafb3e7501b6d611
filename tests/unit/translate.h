/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * translate.h - an independent translator: what a unit makes of a device's IOVA, from the VT-d spec
 * (chapters 3 and 9) and not from stub/, with literal bit numbers; legacy and scalable mode
 */
#ifndef TRANSLATE_H
#define TRANSLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "builder.h"
#include "mock_unit.h"

enum translate_result {
	TRANSLATE_ABSENT,	/* not present somewhere on the way: the unit faults */
	TRANSLATE_BAD,		/* an entry that hardware refuses, or that the stub must not let stand */
	TRANSLATE_MAPPED,
};

/* Where it ended: the level of a table (1 = leaf), or above the tables: */
#define STAGE_DEVICE	6u	/* context, PASID directory or PASID entry */
#define STAGE_BUS	7u	/* root entry */
#define STAGE_UNIT	8u	/* root table */

#define TRANSLATE_MAX_PATH	12u

struct translation {
	enum translate_result result;
	unsigned int stage;
	uint64_t path[TRANSLATE_MAX_PATH];	/* physical addresses of all entries met, first to last */
	unsigned int path_length;
	uint32_t corrupt;			/* of a judge's view: bit n: path[n] refers to a corrupt table */
	uint64_t pa;				/* MAPPED: where the byte is */
	uint64_t attributes;			/* of the leaf: all but address, and R and W */
	uint64_t granted, denied;		/* bits that each entry on the way has, or some */
	bool read, write;			/* all entries on the way together */
	bool leaf_writable;			/* the leaf alone */
	bool muted;				/* FPD in the context or PASID entries met (9.3 to 9.6) */
	unsigned int type, levels, page_bits;	/* 0 second-level, 1 ATS, 2 pass-through, 3 first-level, 4 nested */
	uint64_t guest[2];			/* nested: what names the guest's first level */
	uint64_t top;				/* the top table, or 0 */
	uint16_t source;
	uint32_t pasid;				/* scalable mode */
	uint16_t domain;
	unsigned int address_width;
};

struct translate_view {
	const struct mock_unit *unit;	/* whose capabilities count */
	/* Tables are read from here, pages that it has not from live memory; NULL: as the unit sees it. */
	const struct memory_picture *picture;
	/* Entries and translations come from here and go here; NULL: everything is read anew. */
	struct cache *cache;
	uint64_t root;			/* RTADDR */
	/*
	 * NULL: as hardware judges. Else as the stub must: tables have to lie in the crashed kernel's
	 * RAM, and no leaf may reach the crash region of this machine.
	 */
	const struct build *judge;
	unsigned int host_width;
	bool every_pasid;		/* also where the context entry lets none through */
};

/* A request without a PASID; in scalable mode it goes by the context's RID_PASID. */
struct translation translate(const struct translate_view *view, uint16_t source, uint64_t iova);

/* The same with a PASID, scalable mode. TRANSLATE_NO_PASID stands for one without. */
#define TRANSLATE_NO_PASID	~0u
struct translation translate_pasid(const struct translate_view *view, uint16_t source, uint32_t pasid,
				   uint64_t iova);

/*
 * A judge's view: must one of the entries on the way not stand, since it is bad or refers to a corrupt
 * table? And the first such entry, as an index of the path.
 */
bool translate_is_refused(const struct translation *t);
unsigned int translate_refused_at(const struct translation *t);

/* Memory has changed since a judge last looked. How many tables it has looked at since. */
void translate_forget(void);
unsigned int translate_tables_known(void);

/* Is [start, start + size) crashed RAM, free of the crash region? Does it touch the crash region? */
bool truth_is_crashed_ram(const struct build *b, uint64_t start, uint64_t size);
bool truth_hits_crash_region(const struct build *b, uint64_t start, uint64_t size);

/* Where memory ends, in whole 4 GiB. */
uint64_t truth_memory_end(const struct build *b);

/*
 * Visit the edges of everything that the tree behind `source` and `pasid` maps or holds by mistake:
 * for each present entry of each table its first and last byte, and those of the absent neighbours.
 * At most `most` entries.
 */
void translate_edges(const struct translate_view *view, uint16_t source, uint32_t pasid,
		     unsigned int most, void (*visit)(void *context, uint64_t iova), void *context);

/*
 * Visit the first `most` PASIDs that have a present entry, or a present and bad directory entry on
 * the way; in legacy mode none. Returns how many.
 */
unsigned int translate_pasids(const struct translate_view *view, uint16_t source, unsigned int most,
			      void (*visit)(void *context, uint32_t pasid), void *context);

#endif /* TRANSLATE_H */
