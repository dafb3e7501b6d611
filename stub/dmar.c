// SPDX-License-Identifier: GPL-2.0-only
#include "dmar.h"

#include <string.h>

#include "acpi.h"
#include "acpi_dmar.h"

/* What became of the search for the table. */
static enum handoff_reason take(struct dmar *dmar, enum acpi_result result, const struct acpi_table *table)
{
	*dmar = (struct dmar){ .at = table->at, .table = table->bytes, .size = table->size };
	switch (result) {
	case ACPI_FOUND:
		break;
	case ACPI_NO_RSDP:
		return HANDOFF_NO_RSDP;
	case ACPI_NO_TABLE:
		return HANDOFF_NO_DMAR;
	case ACPI_NO_ROOM:
		return HANDOFF_ARENA_TOO_SMALL;
	default:
		return HANDOFF_BAD_DMAR;
	}
	dmar->address_width = (uint8_t)(table->bytes[offsetof(struct dmar_table, host_address_width)] + 1);
	if (dmar->address_width && dmar->address_width <= 64)
		return HANDOFF_OK;
	dmar->table = NULL;
	return HANDOFF_BAD_DMAR;
}

enum handoff_reason dmar_find(struct dmar *dmar, phys_t rsdp, struct arena *arena)
{
	struct acpi_table table;
	enum acpi_result result = acpi_find(&table, rsdp, "DMAR", sizeof(struct dmar_table), arena);

	return take(dmar, result, &table);
}

enum handoff_reason dmar_copy(struct dmar *dmar, phys_t at, struct arena *arena)
{
	struct acpi_table table;
	enum acpi_result result = acpi_copy(&table, at, sizeof(struct dmar_table), arena);

	return take(dmar, result, &table);
}

bool dmar_is_same(const struct dmar *any, const struct dmar *sound)
{
	return any->table && any->size == sound->size && !memcmp(any->table, sound->table, sound->size);
}
