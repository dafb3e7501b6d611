// SPDX-License-Identifier: GPL-2.0-only
#include "dmar_mask.h"

#include "acpi.h"
#include "acpi_dmar.h"
#include "machine.h"
#include "state.h"

#define NAME		"DMAR"
#define MASKED		"XMAR"		/* a name that ACPI allows, and nobody has registered */
#define CHECKSUM	9u		/* offset in struct acpi_header */

/* Is `byte` what memory has at `at` from now on? machine_write() takes it out of the cache. */
static bool write_byte(phys_t at, uint8_t byte)
{
	uint8_t read;

	return machine_write(at, &byte, sizeof(byte)) && machine_read(at, &read, sizeof(read)) && read == byte;
}

static bool mask_one(phys_t table, uint8_t checksum)
{
	return write_byte(table, MASKED[0]) &&
	       write_byte(phys(table.pa + CHECKSUM), (uint8_t)(checksum + NAME[0] - MASKED[0]));
}

static bool mask_tables(struct relay *relay, struct dmar_mask *mask, phys_t rsdp)
{
	phys_t table;

	for (uint32_t at = 0; acpi_next(rsdp, NAME, &at, &table);) {
		if (mask->count == DMAR_MASK_MAX || ram_touches(&relay->ram, table, sizeof(struct acpi_header)))
			return false;
		if (!machine_read(phys(table.pa + CHECKSUM), &mask->checksum[mask->count], 1))
			return false;
		mask->table[mask->count] = table;
		if (!mask_one(table, mask->checksum[mask->count++]))
			return false;
	}
	return true;
}

bool dmar_mask(struct relay *relay, struct dmar_mask *mask)
{
	const phys_t rsdps[] = { relay->boot.rsdp, phys(relay->params.acpi_rsdp) };

	mask->count = 0;
	for (unsigned int i = 0; i < 2; i++) {
		phys_t left;
		uint32_t at = 0;

		if (rsdps[i].pa && (!mask_tables(relay, mask, rsdps[i]) || acpi_next(rsdps[i], NAME, &at, &left)))
			return false;
	}
	/* Without a name of its own already, the image's copy has served (discover.c). */
	return mask->count || relay->dmar_brought;
}

void dmar_unmask(struct dmar_mask *mask)
{
	for (; mask->count; mask->count--) {	/* only then is it done: an exception may come in between */
		uint32_t i = mask->count - 1;

		(void)write_byte(mask->table[i], NAME[0]);
		(void)write_byte(phys(mask->table[i].pa + CHECKSUM), mask->checksum[i]);
	}
}
