/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - the handoff block while it is being written (include/handoff.h is its ABI)
 *
 * Every section gets its room at the start, a share of the arena, so that the tables behind can
 * grow freely. A section that is full counts what it had to drop.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "handoff.h"

#define REPORT_SECTIONS		HANDOFF_HOLES	/* section types are 1..REPORT_SECTIONS */

/* struct setup_data of the boot protocol: next, type, len. The node's payload comes behind it. */
#define REPORT_NODE_HEADER	16

struct report_section {
	uint8_t *entries;
	uint32_t entry_size;
	uint32_t capacity;
	uint32_t count;
	uint32_t dropped;
};

struct report {
	struct arena *arena;
	struct handoff_header *header;
	struct report_section sections[REPORT_SECTIONS + 1];	/* by type; [0] unused */
	uint16_t mode, hide_reason;	/* enum handoff_mode, handoff_hide_reason */
	uint64_t tables;	/* arena offset where the tables begin, page aligned */
};

/* Lay the empty report out at the arena's start. False if the arena cannot even hold that. */
bool report_init(struct report *report, struct arena *arena);

/* A new zeroed entry of section `type`, owned by the report; NULL (and counted) if it is full. */
void *report_add(struct report *report, enum handoff_section_type type);

/* Count an entry of section `type` that cannot be had. */
void report_drop(struct report *report, enum handoff_section_type type);

/* Number of entries in a section, and entry `index` (which must exist). */
uint32_t report_count(const struct report *report, enum handoff_section_type type);
void *report_entry(const struct report *report, enum handoff_section_type type, uint32_t index);

/* How many entries of a section found no room. */
uint32_t report_dropped(const struct report *report, enum handoff_section_type type);

/* Take back all entries of a section but the first `count`: what they told did not come about. */
void report_truncate(struct report *report, enum handoff_section_type type, uint32_t count);

/* Append text to the log section, as much as fits. */
void report_log(struct report *report, const char *text, size_t size);

/*
 * Write header and section table over what is there, and the digest. May be called again when
 * entries have changed. The payload's length is report_size().
 */
void report_seal(struct report *report, enum handoff_outcome outcome, enum handoff_reason reason);

/* Payload bytes: with the tables all of the arena, else the report alone. */
uint64_t report_size(const struct report *report, bool with_tables);

#endif /* REPORT_H */
