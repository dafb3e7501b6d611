/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * relay_image.h - a kernel and the stub made into one image (include/image.h has its layout)
 */
#ifndef RELAY_IMAGE_H
#define RELAY_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "bzimage.h"
#include "file.h"
#include "image.h"
#include "problem.h"

#define RELAY_ARENA_DEFAULT	(UINT64_C(16) << 20)
#define RELAY_ARENA_MIN		(UINT64_C(256) << 10)	/* less does not hold the report alone */
#define RELAY_ARENA_MAX		((UINT64_C(1) << 32) - 4096)	/* setup_data.len has 32 bits */

/* Reads the stub's own info block into `info`: is it one that wrap can fill in? */
bool relay_image_check_stub(const struct blob *stub, struct image_info *info,
			    struct problem *problem);

/* Does this kernel have a stub in front already? */
bool relay_image_is_wrapped(const struct bzimage *kernel);

/* What goes into an image. */
struct relay_parts {
	const struct bzimage *kernel;
	const struct blob *stub;
	const struct blob *dmar;	/* a DMAR table, at most DMAR_MAX_SIZE bytes; size 0: none */
	uint64_t arena_size;		/* a page multiple within the bounds above */
};

/*
 * Works out where things go, from what the stub's `info` says, and fills in the rest of `info` but its
 * flags. Refuses what does not fit the header's 32-bit fields.
 */
bool relay_image_lay_out(const struct relay_parts *parts, struct image_info *info,
			 struct problem *problem);

/* Bytes of memory that the image asks for: what its header's init_size will say. */
uint64_t relay_image_memory(const struct image_info *info);

/* Makes the image, in memory of its own. False if there is not enough. */
bool relay_image_build(const struct relay_parts *parts, const struct image_info *info,
		       struct blob *image);

#endif /* RELAY_IMAGE_H */
