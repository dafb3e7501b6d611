/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hole.h - what the copies do not translate goes to the sink, too
 *
 * An entry that was lost looks like one that never was: not present. A device that polls there would
 * fault without end, which is the storm that the sink is to spare the dump kernel. A device that
 * is well never goes there. So once the copies are complete, each entry of theirs that is not
 * present is made to lead to the sink that all may share: no translation through them can fail any
 * more, but for want of a right.
 * A kdump kernel that adopts the tables must take these entries out: the report's section
 * HANDOFF_HOLES says what they look like.
 *
 * Left as they are: tables in place, which may be met at other levels; fences, whose holes are the
 * crash region; all with dmarelay.holes=keep, or where dmarelay.bad=block.
 */
#ifndef HOLE_H
#define HOLE_H

#include "relay.h"

/* Fill the holes of all copied tables. Ends early, which is logged, when the time budget is out. */
void hole_fill(struct relay *relay);

#endif /* HOLE_H */
