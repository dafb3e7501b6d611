/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handoff_check.h - inside the reader: what its two files share
 */
#ifndef HANDOFF_CHECK_H
#define HANDOFF_CHECK_H

#include "handoff_read.h"

/* What the passes share: the payload, and where in the file it begins. */
struct reader {
	const uint8_t *payload;
	uint64_t size;		/* bytes there are */
	uint64_t start;		/* of the payload in the file, for messages */
	struct handoff_view *view;
	struct problem *problem;
};

#define LL(value)	((unsigned long long)(value))

/*
 * Of a header that is sound otherwise: is the mode one that there is, and the reason one that goes with
 * it? In a header without them both become 0.
 */
bool handoff_check_mode(const struct reader *r);

/* The last pass: do the entries of the sections in r->view lead only to others that exist? */
bool handoff_check_entries(const struct reader *r);

#endif /* HANDOFF_CHECK_H */
