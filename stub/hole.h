/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hole.h - what the copies do not translate goes to the sink, too
 *
 * A zeroed entry cannot be told from an entry that was never set: both are not present. A device whose
 * entry was lost goes on using it, and some machines answer with an NMI or a machine check. So once
 * the copies are complete, each entry of theirs that is not present is made to lead to the sink
 * that all may share: a translation through them can then fail only for want of a right. What that
 * costs is in docs/decisions.md.
 * A kdump kernel that adopts the tables must take these entries out: the report's section
 * HANDOFF_HOLES says what they look like.
 *
 * Left as they are: tables in place, which may be met at other levels; fences, whose holes are the
 * crash region; all with dmarelay.holes=keep, or where dmarelay.bad=block.
 */
#ifndef HOLE_H
#define HOLE_H

#include "relay.h"

/* What stands in an entry of a table of `level` that maps nothing: 0 where holes are left. */
uint64_t hole_entry(const struct relay *relay, unsigned int level);

/* Fill the holes of all copied tables. Ends early, which is logged, when the time budget is out. */
void hole_fill(struct relay *relay);

#endif /* HOLE_H */
