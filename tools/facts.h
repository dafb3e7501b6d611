/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts.h - what both forms of the report work out from a handoff
 */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handoff_read.h"

struct totals {
	uint64_t tables_copied;	/* root, context and page tables of all units */
	uint64_t bytes_copied;	/* those, and the interrupt tables of units that run on a copy */
	uint64_t tables_bytes;	/* arena spent on tables, sinks included */
	uint64_t quarantined;	/* records, those without room included */
	uint64_t stub_us;	/* all phases */
};

struct totals totals_of(const struct handoff_view *view);

/* A fault record taken apart (VT-d spec 11.4.14). */
struct fault {
	bool present;		/* false: only FSTS tells of a fault */
	bool interrupt;		/* an interrupt request: `address` is the index of its entry */
	uint8_t reason;
	uint16_t source;	/* bus 15:8, devfn 7:0 */
	const char *type;	/* "read", "write", ... */
	bool has_pasid;
	uint32_t pasid;
	uint64_t address;	/* of the page that the device asked for */
};

struct fault fault_of(const struct handoff_fault *entry);

/* The version text without its padding: bytes of it. */
size_t version_length(const struct handoff_header *header);

/* Where a run of `size` bytes ends, the end of the address space at most. */
uint64_t last_of(uint64_t first, uint64_t size);

#endif /* FACTS_H */
