/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * switch.h - the hardware moves to the copies: the order of things
 *
 * VT-d spec, GCMD.SRTP: the root-table pointer may change while remapping is on, provided that old
 * and new structures give the same results; then the context cache is invalidated, then the IOTLB.
 * GCMD.SIRTP is parallel for interrupts. Translation is never turned off.
 */
#ifndef SWITCH_H
#define SWITCH_H

#include "relay.h"

/* Room for what the switch itself needs, for every active unit. False if the arena has none. */
bool switch_prepare(struct relay *relay);

/*
 * Move every unit that has copies to them. What each unit did is in its report entry; one that
 * does not follow is put back and left. Bounded: a few polls of COMMAND_POLL_US a unit, and no new
 * unit once the budget is exhausted.
 */
void switch_all(struct relay *relay);

#endif /* SWITCH_H */
