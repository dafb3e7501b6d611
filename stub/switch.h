/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * switch.h - the hardware moves to the copies: the order of things
 *
 * VT-d spec, GCMD.SRTP: the root-table pointer may change while remapping is on, provided that old
 * and new structures give the same results; then the context cache is invalidated, then the IOTLB.
 * GCMD.SIRTP is parallel for interrupts. Translation is never turned off.
 *
 * A CPU exception may cut all this anywhere. A unit's report entry says at each moment what is true if
 * nothing comes after it: HANDOFF_EXCEPTION from switch_begin() on, with HANDOFF_UNIT_DMA_SWITCHED (or
 * IR_SWITCHED) before the pointer is written, HANDOFF_UNIT_INVALIDATE when the unit has taken the pointer,
 * and HANDOFF_OK when the invalidations are complete.
 */
#ifndef SWITCH_H
#define SWITCH_H

#include "relay.h"
#include "unit.h"

/* Room for what the switch itself needs, for every active unit. False if the arena has none. */
bool switch_prepare(struct relay *relay);

/* Note what is to be done with each unit. Before anything that switch_all() counts on is changed. */
void switch_begin(struct relay *relay);

/*
 * Move every unit that has copies to them. What each unit did is in its report entry; one that
 * does not follow is put back and left. Bounded: a few polls of COMMAND_POLL_US a unit, and no new
 * unit once the budget is exhausted.
 */
void switch_all(struct relay *relay);

/*
 * An exception cut switch_all() short. A unit one of whose pointers was written is switched as a whole:
 * it is told everything again. Others stay with their tables; one that has lost its queue gets ours.
 * Bounded alike.
 */
void switch_resume(struct relay *relay);

/*
 * A switched unit's DMA tables were changed: make it forget all that it has cached of them. False if it does not
 * confirm that.
 */
bool switch_reload(struct relay *relay, struct unit *unit);

#endif /* SWITCH_H */
