// SPDX-License-Identifier: GPL-2.0-only
#include "dmar.h"

#include "acpi.h"
#include "acpi_dmar.h"

enum handoff_reason dmar_find(struct dmar *dmar, phys_t rsdp, struct arena *arena)
{
	struct acpi_table table;

	switch (acpi_find(&table, rsdp, "DMAR", sizeof(struct dmar_table), arena)) {
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
	dmar->table = table.bytes;
	dmar->size = table.size;
	dmar->address_width = (uint8_t)(table.bytes[offsetof(struct dmar_table, host_address_width)] + 1);
	return dmar->address_width && dmar->address_width <= 64 ? HANDOFF_OK : HANDOFF_BAD_DMAR;
}
