/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handoff_read.h - a handoff block in memory, checked and then easy to read
 *
 * Pure functions over a buffer that nobody vouches for: no allocation, no output, no state.
 * docs/handoff.md has the rules that this reader keeps.
 */
#ifndef HANDOFF_READ_H
#define HANDOFF_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "handoff.h"
#include "problem.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian");

#define HANDOFF_KNOWN_SECTIONS	(HANDOFF_HOLES + 1)

#define HANDOFF_MINOR_MODE	5	/* since then the header has mode and hide_reason */

#define HANDOFF_NO_DEVICE	0xffffffffu	/* handoff_pasid.device: DEVICES had no room for it */

/* One section; one that is missing in the block has count 0. */
struct handoff_slice {
	const uint8_t *entries;
	uint32_t entry_size;
	uint32_t count;
	uint32_t dropped;
	uint64_t length;
};

/* A block that has been checked. Points into the buffer, which must outlive it. */
struct handoff_view {
	struct handoff_header header;
	struct handoff_slice sections[HANDOFF_KNOWN_SECTIONS];	/* by enum handoff_section_type */
	bool digest_ok;		/* if not: sound in form, but not what the stub wrote */
};

/*
 * How much of a file handoff_read() wants to see, given its first `size` bytes: everything up to
 * the end of the sealed part. The copied tables behind it, most of the arena, are not needed.
 */
uint64_t handoff_extent(const uint8_t *data, size_t size);

/* The same with the copied tables. */
uint64_t handoff_extent_with_tables(const uint8_t *data, size_t size);

/* Where in a file's bytes the block begins: behind its setup_data node, if that is there. */
uint64_t handoff_start(const uint8_t *data, size_t size);

/*
 * Checks the block in `data`, which is 8-byte aligned and may have its setup_data node in front.
 * True: every section, index and slice that the view leads to is within bounds (a wrong digest is
 * told in view->digest_ok). False: malformed, and `problem` says where.
 */
bool handoff_read(struct handoff_view *view, const uint8_t *data, size_t size,
		  struct problem *problem);

/*
 * Copies one entry out, cut to the size known here; what an older stub did not write is 0. `index` is
 * below the section's count.
 */
static inline void handoff_copy(const struct handoff_view *view, enum handoff_section_type type,
				uint32_t index, void *entry, size_t size)
{
	const struct handoff_slice *slice = &view->sections[type];

	if (slice->entry_size < size) {
		memset(entry, 0, size);
		size = slice->entry_size;
	}
	memcpy(entry, slice->entries + (uint64_t)index * slice->entry_size, size);
}

/* handoff_get_unit(view, index) and so on: the entry, by value. */
#define HANDOFF_GETTER(name, type)							\
static inline struct handoff_##name handoff_get_##name(const struct handoff_view *view,	\
						       uint32_t index)			\
{											\
	struct handoff_##name entry;							\
											\
	handoff_copy(view, type, index, &entry, sizeof(entry));				\
	return entry;									\
}

HANDOFF_GETTER(unit, HANDOFF_UNITS)
HANDOFF_GETTER(domain, HANDOFF_DOMAINS)
HANDOFF_GETTER(device, HANDOFF_DEVICES)
HANDOFF_GETTER(pasid, HANDOFF_PASIDS)
HANDOFF_GETTER(range, HANDOFF_RANGES)
HANDOFF_GETTER(record, HANDOFF_RECORDS)
HANDOFF_GETTER(fault, HANDOFF_FAULTS)
HANDOFF_GETTER(rmrr, HANDOFF_RMRRS)
HANDOFF_GETTER(timing, HANDOFF_TIMING)
HANDOFF_GETTER(function, HANDOFF_FUNCTIONS)
HANDOFF_GETTER(hole, HANDOFF_HOLES)

#undef HANDOFF_GETTER

/* The ranges of HANDOFF_CRASH_REGION have a section of their own. */
static inline struct handoff_range handoff_get_crash_range(const struct handoff_view *view,
							   uint32_t index)
{
	struct handoff_range entry;

	handoff_copy(view, HANDOFF_CRASH_REGION, index, &entry, sizeof(entry));
	return entry;
}

#endif /* HANDOFF_READ_H */
