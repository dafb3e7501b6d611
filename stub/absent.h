/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * absent.h - devices that may do DMA and have no context entry
 *
 * Damage to a root or context table that leaves an entry not present, or a whole bus, looks like a
 * device that never had one; its polling faults without end, as hole.h says. To fill all 65536 entries
 * would cost a table for each bus, so only those get one that need it: the functions that the survey
 * found, with bus mastering on. Linux gives every function an entry when it finds it, and takes it away
 * to block one on purpose: to go to the sink is as safe.
 */
#ifndef ABSENT_H
#define ABSENT_H

#include "relay.h"

/*
 * Give each such function of HANDOFF_FUNCTIONS an entry that leads to a sink, in our copy of the tables
 * of the unit that the firmware's scopes name, with a record and a row in HANDOFF_DEVICES. What cannot
 * get one (no room, no domain id, dmarelay.holes=keep, dmarelay.bad=block) is counted in the log. After
 * survey(). At most 1/ABSENT_SHARE of the run's time is spent. May be cut short by a trap: PCI
 * configuration space is read between entries alone, never within one.
 */
#define ABSENT_SHARE	16
void absent_sink(struct relay *relay);

#endif /* ABSENT_H */
