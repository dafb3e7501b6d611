/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink.h - what takes the place of a bad entry: a mapping that goes nowhere and never faults
 *
 * One scratch page, and a chain of tables in which every entry points at the next: whatever a
 * device reads or writes through it completes, in the scratch page. Blocking instead makes each
 * access an error that some machines answer with an NMI, and a device that polls makes a storm.
 */
#ifndef SINK_H
#define SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

#define SINK_LEVELS	5u

struct sink {
	phys_t page[SINK_LEVELS + 1];	/* [0] the scratch page, [n] a table of level n */
};

/*
 * Build it in `arena`. False if there is no room. The scratch page holds all ones, as an aborted
 * read returns, which ends USB schedules and descriptor rings.
 */
bool sink_init(struct sink *sink, struct arena *arena);

/*
 * An entry for a table of `level` (1..5) that sends all it covers to the sink: readable, writable,
 * for any privilege, never a superpage. It means the same in first- and second-level tables.
 */
uint64_t sink_entry(const struct sink *sink, unsigned int level);

#endif /* SINK_H */
