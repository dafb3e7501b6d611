/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scene.h - the tables of one row, as the "crashed kernel" has left them
 *
 * Domain 5: the edu device and sound. Domain 6: USB, whose addresses have 32 bits. Domain 7: the
 * victim. All see the lab's buffers through windows; with pass-through the addresses are the
 * physical ones.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>

#include "addr.h"
#include "iommu.h"
#include "lab.h"
#include "rows.h"

struct scene {
	const struct row *row;
	bool remapped;			/* interrupts */
	uint64_t root;			/* the page */
	struct iommu_tables tables;
	uint64_t top;			/* domain 5 */
	uint64_t usb_top, victim_top;
};

/* What the unit lacks for this row, or NULL. */
const char *scene_lacks(const struct row *row);

void scene_build(struct scene *scene, const struct row *row);

/* Where a buffer is for the edu device, sound and the victim; and for USB. */
iova_t scene_iova(const struct scene *scene, enum buffer buffer);
iova_t scene_usb_iova(const struct scene *scene, enum buffer buffer);

/*
 * The victim's other addresses: the damaged entry's (BAD_LEAF, BAD_TABLE), and one that is mapped
 * to BESIDE by the closest healthy neighbour.
 */
iova_t scene_bad_iova(const struct scene *scene);
iova_t scene_beside_iova(const struct scene *scene);

/* Change the original tables so that domain 5's window shows the decoys: not the copy's affair. */
void scene_lay_decoys(const struct scene *scene);

/* The interrupt's number of a device, which is its index in the interrupt table. */
#define EDU_HANDLE	1u
#define VICTIM_HANDLE	2u

#endif /* SCENE_H */
