/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * queue.h - asking a unit to forget: invalidation by queue, or by registers where queued
 * invalidation was off (VT-d spec 6.5)
 *
 * The crashed kernel's queue lies in memory that nobody vouches for, so it is drained and replaced
 * by one of our own, a single page. While queued invalidation is on, the register interface must
 * not be used (6.5.1), and interrupt entries have no register interface at all.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>

#include "relay.h"
#include "unit.h"

/* Make room for unit->queue and unit->status. False if the arena has none. */
bool queue_alloc(struct relay *relay, struct unit *unit);

/*
 * Drain the old queue and start ours. Nothing happens where queued invalidation is off. A queue that
 * the crash left in error ends at the descriptor where it stopped. False if the unit does not follow
 * in time; it then has its old queue back.
 */
bool queue_take_over(const struct relay *relay, struct unit *unit);

/*
 * After an exception cut the run short, and command_settle(): go on with our queue, or start it if the unit
 * has none on. False if the unit runs its old queue still, or ours does not start.
 */
bool queue_resume(const struct relay *relay, struct unit *unit);

/* Is invalidation done by our queue, after a successful queue_take_over()? */
bool queue_is_ours(const struct unit *unit);

/* Global invalidations; each returns when the unit has confirmed it, false if it did not in time. */
bool queue_invalidate_contexts(const struct relay *relay, struct unit *unit);
bool queue_invalidate_iotlb(const struct relay *relay, struct unit *unit);
bool queue_invalidate_pasids(const struct relay *relay, struct unit *unit);	/* which must be ours */
bool queue_invalidate_interrupts(const struct relay *relay, struct unit *unit);

/*
 * End on a Wait descriptor: the kdump kernel turns the queue off, and there are units (QEMU's for
 * one) that refuse unless the last descriptor was one.
 */
bool queue_finish(const struct relay *relay, struct unit *unit);

#endif /* QUEUE_H */
