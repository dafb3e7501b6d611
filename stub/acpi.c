// SPDX-License-Identifier: GPL-2.0-only
#include "acpi.h"

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

/* ACPI specification 5.2.5: an RSDP of revision 0 has an RSDT only. */
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
static uint64_t find_in(phys_t address, const char *root, size_t width, const char *signature)
{
	struct acpi_header header;
	uint32_t count;

	if (!address.pa || !machine_read(address, &header, sizeof(header)) ||
	    memcmp(header.signature, root, 4) || header.length < sizeof(header))
		return 0;
	count = (uint32_t)((header.length - sizeof(header)) / width);
	if (count > ACPI_MAX_TABLES)
		count = ACPI_MAX_TABLES;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t entry = 0;
		char name[4];

		if (machine_read(phys(address.pa + sizeof(header) + i * width), &entry, width) &&
		    entry && machine_read(phys(entry), name, sizeof(name)) && !memcmp(name, signature, 4))
			return entry;
	}
	return 0;
}

enum acpi_result acpi_copy(struct acpi_table *table, phys_t at, uint32_t least, struct arena *arena)
{
	struct acpi_header header;
	uint8_t *copy;

	*table = (struct acpi_table){ .at = at };
	if (!machine_read(at, &header, sizeof(header)))
		return ACPI_BAD_TABLE;
	table->size = header.length;
	if (header.length < least || header.length > ACPI_MAX_SIZE)
		return ACPI_BAD_TABLE;
	copy = arena_alloc(arena, header.length, 8);
	if (!copy)
		return ACPI_NO_ROOM;
	/* Only the copy counts from here on; the length is the one that the room was made for. */
	if (!machine_read(at, copy, header.length) || sum(copy, header.length))
		return ACPI_BAD_TABLE;
	table->bytes = copy;
	return ACPI_FOUND;
}

enum acpi_result acpi_find(struct acpi_table *table, phys_t rsdp_address, const char *signature,
			   uint32_t least, struct arena *arena)
{
	struct acpi_rsdp rsdp;
	uint64_t at;

	*table = (struct acpi_table){ .at = phys(0) };
	if (!read_rsdp(rsdp_address, &rsdp))
		return ACPI_NO_RSDP;
	at = find_in(phys(rsdp.xsdt), "XSDT", sizeof(uint64_t), signature);
	if (!at)
		at = find_in(phys(rsdp.rsdt), "RSDT", sizeof(uint32_t), signature);
	return at ? acpi_copy(table, phys(at), least, arena) : ACPI_NO_TABLE;
}
