/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hda.h - a sound controller that captures: endless writes of silence into a ring of two pages
 */
#ifndef HDA_H
#define HDA_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"

struct hda {
	uint16_t source;
	phys_t registers;
};

bool hda_find(struct hda *hda);

/* In addresses as the device sees them: a page of each, but for `list` and `positions`. */
struct hda_ring {
	iova_t pages[2];
	iova_t list;		/* where the descriptors are: hda_fill_list() */
	iova_t positions;	/* written all the time: how far the capture is */
};

#define HDA_LIST_BYTES	32u
void hda_fill_list(void *list, const struct hda_ring *ring);

/* Start to capture. The ring's list must be in place, and its pages reachable. */
bool hda_start(const struct hda *hda, const struct hda_ring *ring);

/* Reset: no DMA any more. */
void hda_stop(const struct hda *hda);

#endif /* HDA_H */
