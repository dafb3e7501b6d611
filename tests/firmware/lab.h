/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lab.h - what all rows share: devices, and the memory that these work in
 */
#ifndef LAB_H
#define LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edu.h"
#include "hda.h"
#include "uhci.h"

/* Pages of the lab's data, by use. */
enum buffer {
	BEFORE,		/* the edu device writes here before the switch, */
	FLYING,		/* across it, */
	AFTER,		/* after it, */
	ECHO,		/* and here what it has read from SOURCE */
	SOURCE,
	RING_0, RING_1, RING_LIST, POSITIONS,	/* sound */
	FRAMES,		/* USB */
	NEAR,		/* the victim writes here, */
	BESIDE,		/* and here, next to what is damaged */
	BUFFERS,
};

#define LAB_DATA_SIZE	0x200000ull	/* and its alignment: one 2 MiB leaf maps all */
#define LAB_GIB		0x40000000ull

struct lab {
	uint64_t data;		/* below 1 GiB: a 1 GiB leaf at 0 maps it, too */
	uint64_t decoys;	/* the same again: for DMA by tables that are not in force */
	uint64_t region;	/* the kdump kernel's memory, above 1 GiB */
	uint64_t forbidden;	/* a page of it that no one has a use for */
	struct edu edu;
	struct edu victim;	/* another, on a bus of its own: whose tables are damaged */
	struct hda hda;
	struct uhci uhci;
};

#define LAB_REGION_SIZE	0x400000ull

extern struct lab lab;

/* False, with the reason printed, if the machine does not have what it takes. */
bool lab_init(void);

/* Fill all buffers and decoys so that any write shows. */
void lab_reset(void);

uint64_t lab_buffer(enum buffer buffer);

/* EDU_BYTES at `at` that no one else writes: made from `seed`. */
void lab_put_pattern(uint64_t at, uint64_t seed);
bool lab_has_pattern(uint64_t at, uint64_t seed);

/* Is the page as lab_reset() left it? */
bool lab_untouched(uint64_t page);

/* The pages of [start, start + size) in which the pattern is. */
unsigned int lab_count_pattern(uint64_t start, uint64_t size, uint64_t seed);

#endif /* LAB_H */
