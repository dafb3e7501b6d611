/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink.h - what takes the place of a bad entry: a mapping that goes nowhere and never faults
 *
 * One scratch page, and a chain of tables in which every entry points at the next: whatever a
 * device reads or writes through it completes, in the scratch page. Blocking instead makes each
 * access an error that some machines answer with an NMI or a machine check (docs/decisions.md).
 *
 * The scratch page begins with all ones, as an aborted read returns, which ends USB schedules and
 * descriptor rings. A device may write to it, so that another one reads what it finds no end in:
 * hence each quarantined device and each domain gets a sink of its own, as long as they are few.
 */
#ifndef SINK_H
#define SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

#define SINK_LEVELS	5u

struct sink {
	phys_t page[SINK_LEVELS + 1];	/* [0] the scratch page, [n] a table of level n; 0: not yet */
};

/* How many pages sinks may still take, beside the one that serves where there is no other. */
struct sink_room {
	struct arena *arena;
	uint32_t pages;
};

/*
 * Build what *sink, zeroed at first, lacks up to its table of `level` (0: the scratch page alone).
 * False if there is no room; what it has stays.
 */
bool sink_grow(struct sink *sink, struct sink_room *room, unsigned int level);

/*
 * An entry for a table of `level` (1..5) that sends all it covers to the sink: readable, writable,
 * for any privilege, never a superpage. It means the same in first- and second-level tables.
 */
uint64_t sink_entry(const struct sink *sink, unsigned int level);

#endif /* SINK_H */
