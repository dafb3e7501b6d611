/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dmar.h - from the RSDP to the remapping structures of the DMAR table
 */
#ifndef STUB_DMAR_H
#define STUB_DMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi.h"
#include "handoff.h"

#define DMAR_MAX_SIZE	ACPI_MAX_SIZE

struct dmar {
	phys_t at;		/* where it was found; 0 if nowhere */
	const uint8_t *table;	/* our copy, in the arena; at least struct dmar_table; NULL: it is unsound */
	uint32_t size;		/* bytes, as the table's header says */
	uint8_t  address_width;	/* host address bits, 1..64 */
};

/*
 * Find the DMAR table and copy it into `arena`; signature, length and checksum hold. HANDOFF_OK,
 * HANDOFF_NO_RSDP (none, or unsound), HANDOFF_NO_DMAR, HANDOFF_BAD_DMAR, HANDOFF_ARENA_TOO_SMALL.
 */
enum handoff_reason dmar_find(struct dmar *dmar, phys_t rsdp, struct arena *arena);

/* The same for a table that is known to be at `at`; HANDOFF_BAD_DMAR, or HANDOFF_ARENA_TOO_SMALL. */
enum handoff_reason dmar_copy(struct dmar *dmar, phys_t at, struct arena *arena);

/* Is `any` sound too, and not a byte different? */
bool dmar_is_same(const struct dmar *any, const struct dmar *sound);

/* A remapping structure, bounds-checked: `size` bytes at `bytes`, not aligned; any type. */
struct dmar_item {
	uint16_t type;		/* enum dmar_type, or one that we do not know */
	uint16_t size;		/* bytes, struct dmar_structure included */
	const uint8_t *bytes;
};

/*
 * Step through the structures: start with *offset = 0. False at the end, or at a structure whose
 * length cannot be (then *offset != dmar->size: what follows cannot be found).
 */
bool dmar_next(const struct dmar *dmar, uint32_t *offset, struct dmar_item *item);

/* A device scope inside a structure, bounds-checked. */
struct dmar_scope_item {
	uint8_t type;
	uint8_t start_bus;
	uint8_t path_length;		/* {device, function} pairs */
	const uint8_t *path;
};

/* Step through the device scopes behind the `fixed` bytes of `item`; as dmar_next(). */
bool dmar_next_scope(const struct dmar_item *item, size_t fixed, uint32_t *offset,
		     struct dmar_scope_item *scope);

#endif /* STUB_DMAR_H */
