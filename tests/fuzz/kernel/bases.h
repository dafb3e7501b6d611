/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bases.h - handoffs for others to read, made by the stub on the machines of tests/unit
 */
#ifndef BASES_H
#define BASES_H

#include <stdint.h>

#include "handoff.h"

#define BASES_NAMED	10u		/* built by hand: see bases.c */
#define BASES_MOST_TABLES	256u
#define BASES_OLD		0x10000000ull
#define BASES		50u		/* and random ones */

struct base {
	uint8_t *image;			/* page aligned; struct setup_data, the handoff, its tables */
	uint64_t at;			/* its physical address */
	uint32_t pages;
	uint8_t *old;			/* the crashed kernel's own tables, from BASES_OLD on */
	uint32_t old_pages;
	uint32_t tables[BASES_MOST_TABLES];	/* pages that hold something */
	uint32_t table_count;
	uint32_t tops[16];		/* pages: the top tables of the first domains */
	uint32_t contexts[16];		/* the context tables of the first devices */
};

/* Made once, the same in each process. */
const struct base *bases_get(unsigned int number);

/* The entries of a section that the stub has made, and how many. */
const void *bases_section(const struct base *base, enum handoff_section_type type, uint32_t *count);

#endif /* BASES_H */
