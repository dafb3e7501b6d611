/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink.h - what takes the place of a bad entry: a mapping that goes nowhere and never faults
 *
 * One scratch page, and a chain of tables in which every entry points at the next: whatever a
 * device reads or writes through it completes, in the scratch page. Blocking instead makes each
 * access an error that some machines answer with an NMI or a machine check (docs/decisions.md).
 *
 * The scratch page is filled with SCRATCH_WORD. A device that reads a schedule, a ring or a command
 * there takes what it reads for a link, a buffer address or an opcode. A device may write to the
 * page, and another one reads it: hence each quarantined device and each domain gets a sink of its
 * own, as long as they are few.
 */
#ifndef SINK_H
#define SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

#define SINK_LEVELS	5u

/*
 * What the scratch page is filled with. Bit 0 of a dword is the terminate bit of UHCI's and EHCI's links
 * (UHCI 3.1, EHCI 3.1). As a 64-bit address it is within 39 bits: all ones would be beyond any width, and
 * a device that takes them for the address of a buffer faults. As a command's opcode 0x7b is none of
 * NVMe's. docs/campaign.md has the measurements.
 */
#define SCRATCH_WORD	0x0000007b0000007bull

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
