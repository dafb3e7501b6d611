// SPDX-License-Identifier: GPL-2.0-only
#include "dmar.h"

#include <string.h>

#include "acpi_dmar.h"
#include "machine.h"

static uint8_t sum(const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;
	uint8_t total = 0;

	while (size--)
		total = (uint8_t)(total + *byte++);
	return total;
}

static bool read_rsdp(phys_t address, struct acpi_rsdp *rsdp)
{
	memset(rsdp, 0, sizeof(*rsdp));
	if (!address.pa || !machine_read(address, rsdp, ACPI_RSDP_V1_SIZE) ||
	    memcmp(rsdp->signature, "RSD PTR ", 8) || sum(rsdp, ACPI_RSDP_V1_SIZE))
		return false;
	/* The rest is believed only as a whole; without it the RSDT still serves. */
	if (rsdp->revision >= 2 &&
	    (!machine_read(address, rsdp, sizeof(*rsdp)) || sum(rsdp, sizeof(*rsdp))))
		rsdp->xsdt = 0;
	return true;
}

/* Look in the table of tables at `address`, whose entries have `width` bytes. 0 if not there. */
static uint64_t find_in(phys_t address, const char *signature, size_t width)
{
	struct acpi_header header;
	uint32_t count;

	if (!address.pa || !machine_read(address, &header, sizeof(header)) ||
	    memcmp(header.signature, signature, 4) || header.length < sizeof(header))
		return 0;
	count = (uint32_t)((header.length - sizeof(header)) / width);
	if (count > DMAR_MAX_ACPI_TABLES)
		count = DMAR_MAX_ACPI_TABLES;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t entry = 0;
		char name[4];

		if (machine_read(phys(address.pa + sizeof(header) + i * width), &entry, width) &&
		    entry && machine_read(phys(entry), name, sizeof(name)) && !memcmp(name, "DMAR", 4))
			return entry;
	}
	return 0;
}

static enum handoff_reason copy_table(struct dmar *dmar, phys_t address, struct arena *arena)
{
	struct dmar_table table;
	uint8_t *copy;

	if (!machine_read(address, &table, sizeof(table)) ||
	    table.header.length < sizeof(table) || table.header.length > DMAR_MAX_SIZE)
		return HANDOFF_BAD_DMAR;
	copy = arena_alloc(arena, table.header.length, 8);
	if (!copy)
		return HANDOFF_ARENA_TOO_SMALL;
	/* Only the copy counts from here on; the length is the one that the room was made for. */
	if (!machine_read(address, copy, table.header.length) || sum(copy, table.header.length))
		return HANDOFF_BAD_DMAR;
	dmar->table = copy;
	dmar->size = table.header.length;
	dmar->address_width = (uint8_t)(copy[offsetof(struct dmar_table, host_address_width)] + 1);
	return dmar->address_width && dmar->address_width <= 64 ? HANDOFF_OK : HANDOFF_BAD_DMAR;
}

enum handoff_reason dmar_find(struct dmar *dmar, phys_t rsdp_address, struct arena *arena)
{
	struct acpi_rsdp rsdp;
	uint64_t table;

	if (!read_rsdp(rsdp_address, &rsdp))
		return HANDOFF_NO_RSDP;
	table = find_in(phys(rsdp.xsdt), "XSDT", sizeof(uint64_t));
	if (!table)
		table = find_in(phys(rsdp.rsdt), "RSDT", sizeof(uint32_t));
	return table ? copy_table(dmar, phys(table), arena) : HANDOFF_NO_DMAR;
}
