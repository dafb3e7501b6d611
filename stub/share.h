/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * share.h - room for page tables: no device takes it all
 *
 * Page tables that find no room stay in place, among the crashed kernel's memory. So that one device
 * with gigabytes of them does not send all others' there, half of the room is divided among the
 * devices evenly, and each one's share is kept back until its turn comes. The other half is for who
 * comes first, and what somebody leaves is for those behind: a device finds its share at least, and
 * an arena that is large enough for all holds all, unless one of them needs more than half.
 */
#ifndef SHARE_H
#define SHARE_H

#include <stdint.h>

#include "arena.h"

struct share {
	struct arena *arena;
	uint64_t each;		/* bytes, whole pages */
	uint32_t to_come;	/* devices whose turn has not come */
};

/* All that `arena` has left from now on is for page tables of `devices` devices. */
void share_begin(struct share *share, struct arena *arena, uint32_t devices);

/* The turn of the next device. */
void share_next(struct share *share);

/* A page for a table of the device whose turn it is; NULL if it gets no more. */
void *share_page(const struct share *share);

#endif /* SHARE_H */
