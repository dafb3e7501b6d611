/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * translate.h - an independent translator: what a unit makes of a device's IOVA, from the VT-d spec
 * (chapters 3 and 9) and not from stub/, with literal bit numbers
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

struct translation {
	enum translate_result result;
	unsigned int stage;	/* where it ended: 6 root, 5 context, else the table's level (1 = leaf) */
	uint64_t entry;		/* physical address of the entry where it ended */
	uint64_t pa;		/* MAPPED: where the byte is */
	bool read, write, snooped, pass_through;
	unsigned int page_bits;
	uint16_t domain;
	unsigned int address_width;
};

/* Tables are read from `picture` where that has the page, else from live memory. */
struct translate_view {
	const struct mock_unit *unit;	/* whose capabilities count */
	const struct memory_picture *picture;
	uint64_t root;			/* RTADDR */
	/*
	 * NULL: as hardware judges. Else as the stub must: tables have to lie in the crashed kernel's
	 * RAM, and no leaf may reach the crash region of this machine.
	 */
	const struct build *judge;
	unsigned int host_width;
};

struct translation translate(const struct translate_view *view, uint16_t source, uint64_t iova);

/* Is [start, start + size) crashed RAM, free of the crash region? Does it touch the crash region? */
bool truth_is_crashed_ram(const struct build *b, uint64_t start, uint64_t size);
bool truth_hits_crash_region(const struct build *b, uint64_t start, uint64_t size);

/*
 * Visit the edges of everything that the tree of `source` maps or holds by mistake: for each present
 * entry of each table its first and last page, and those of the absent neighbours. At most `most`.
 */
void translate_edges(const struct translate_view *view, uint16_t source, unsigned int most,
		     void (*visit)(void *context, uint64_t iova), void *context);

#endif /* TRANSLATE_H */
