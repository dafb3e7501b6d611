/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi.h - from the RSDP to one of the firmware's tables (ACPI specification 5.2.5 to 5.2.8)
 */
#ifndef ACPI_H
#define ACPI_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

#define ACPI_MAX_TABLES	512u		/* entries of an XSDT or RSDT that we look at */
#define ACPI_MAX_SIZE	0x10000u	/* bytes of a table; the largest seen has some 1,500 */

enum acpi_result {
	ACPI_FOUND,
	ACPI_NO_RSDP,		/* none, or unsound */
	ACPI_NO_TABLE,
	ACPI_BAD_TABLE,		/* length or checksum is wrong */
	ACPI_NO_ROOM,
};

struct acpi_table {
	phys_t at;		/* where the firmware has it; 0 if nowhere */
	const uint8_t *bytes;	/* our copy, in the arena, 8-byte aligned; NULL unless ACPI_FOUND */
	uint32_t size;		/* bytes, as the table's header says: `least` to ACPI_MAX_SIZE if found */
};

/*
 * Find the first table with `signature` (4 characters) and copy it into `arena`: its checksum holds,
 * and it has at least `least` bytes, itself no less than struct acpi_header.
 */
enum acpi_result acpi_find(struct acpi_table *table, phys_t rsdp, const char *signature, uint32_t least,
			   struct arena *arena);

/*
 * The tables with `signature` that entries of the XSDT and of the RSDT refer to, one a call: *at is 0 at first.
 * False: no more. A table that both list comes twice.
 */
bool acpi_next(phys_t rsdp, const char *signature, uint32_t *at, phys_t *table);

/* The same for a table that is known to be at `at`: ACPI_FOUND, ACPI_BAD_TABLE, ACPI_NO_ROOM. */
enum acpi_result acpi_copy(struct acpi_table *table, phys_t at, uint32_t least, struct arena *arena);

/*
 * Where a table is that has lost even its name, if there is just one, and no other begins within `size`
 * bytes from there; else 0.
 */
phys_t acpi_nameless(phys_t rsdp, uint32_t size);

#endif /* ACPI_H */
