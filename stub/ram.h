/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ram.h - whose memory is whose
 *
 * Sets of physical ranges, from what the loader left for the kdump kernel:
 *
 *   crashed RAM	PT_LOAD segments of the ELF core header: what the crashed kernel used, and the
 *			only place where its tables can be (provenance)
 *   crash region	what the kdump kernel lives in: RAM of its e820, the ELF core header, and what
 *			the loader placed. No translation may lead there (target)
 *
 *   dump memory	the pages that the kdump kernel may give to a driver: RAM of its e820 but the arena,
 *			which is reserved (setup_data). With low memory: kernels before 5.13 use it
 *
 * The first MiB never counts as crash region, though e820 lists it: Linux sets it aside whole in a
 * kdump kernel (reserve_real_mode()), and crashed kernels do map it for ISA bridges.
 */
#ifndef RAM_H
#define RAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "params.h"
#include "relay.h"

struct ram_set {
	struct handoff_range *ranges;	/* ascending, disjoint, not adjacent; in the arena */
	size_t count;
};

struct ram {
	struct ram_set crashed;
	struct ram_set crash_region;
	struct ram_set dump_memory;
};

/*
 * Build the sets; they live in `arena`. HANDOFF_OK, or HANDOFF_BAD_E820, HANDOFF_NO_ELFCOREHDR,
 * HANDOFF_BAD_ELFCOREHDR, HANDOFF_ARENA_TOO_SMALL.
 */
enum handoff_reason ram_discover(struct ram *ram, const struct relay_boot *boot,
				 const struct params *params, struct arena *arena);

/* Is any, or each, byte of [first, last] in the set? */
bool ram_set_touches(const struct ram_set *set, uint64_t first, uint64_t last);
bool ram_set_covers(const struct ram_set *set, uint64_t first, uint64_t last);

/* Sort and merge ranges[0..count) in place into a set. Ranges with last < first must not occur. */
struct ram_set ram_set_make(struct handoff_range *ranges, size_t count);

/* All of [start, start + size) in crashed RAM, none of it in the crash region? size > 0. */
bool ram_is_crashed(const struct ram *ram, phys_t start, uint64_t size);

/* Any of [start, start + size) in the crash region? size > 0; a range that wraps counts as hit. */
bool ram_hits_crash_region(const struct ram *ram, phys_t start, uint64_t size);

/* Any of [start, start + size) in crashed RAM or in the crash region? As above. */
bool ram_touches(const struct ram *ram, phys_t start, uint64_t size);

/*
 * The widest stretch around `at` that is free of the crash region, for callers who ask often.
 * False, and *gap as it was, if `at` itself is in the crash region.
 */
bool ram_gap(const struct ram *ram, phys_t at, struct handoff_range *gap);

/* The last byte of either set. */
uint64_t ram_last(const struct ram *ram);

#endif /* RAM_H */
