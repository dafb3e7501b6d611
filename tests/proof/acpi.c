// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the RSDP to a table (stub/acpi.c, dmar.c).
 *
 * proof_acpi_find	Any memory, each read anew, any RSDP: XSDT and RSDT of up to 2 entries, a table of
 *			up to 56 bytes, an arena of up to 64. A table that is found lies in the arena, whole,
 *			is not shorter than it must be, and its bytes sum to 0.
 * proof_dmar_find	The same of the DMAR table by either way to it, with an address width of 1 to 64.
 *			Of one that is unsound no bytes are left to look at.
 * proof_acpi_nameless	The search for a table without a name ends, in bounds.
 */
#include "acpi.h"

#undef ACPI_MAX_TABLES
#define ACPI_MAX_TABLES	2u
#undef ACPI_MAX_SIZE
#define ACPI_MAX_SIZE	56u

#include "../../stub/acpi.c"
#include "../../stub/dmar.c"

#include "proof.h"

static _Alignas(8) uint8_t memory[64];

static struct arena some_arena(void)
{
	struct arena arena;
	uint64_t size = nondet_u64();

	assume(size <= sizeof(memory));
	arena_init(&arena, memory, phys(0x100000), size);
	return arena;
}

static void is_sound(const uint8_t *bytes, uint32_t size, const struct arena *arena)
{
	prove(bytes == memory && size <= arena->used && arena->used <= arena->size);
	prove(sum(bytes, size) == 0);
}

void proof_acpi_find(void)
{
	struct arena arena = some_arena();
	struct acpi_table table;
	uint32_t least = sizeof(struct acpi_header) + nondet_u8() % 16;

	if (acpi_find(&table, phys(nondet_u64()), "MCFG", least, &arena) != ACPI_FOUND) {
		prove(!table.bytes);
		return;
	}
	prove(table.at.pa && table.size >= least && table.size <= ACPI_MAX_SIZE);
	is_sound(table.bytes, table.size, &arena);
}

void proof_acpi_nameless(void)
{
	(void)acpi_nameless(phys(nondet_u64()), nondet_u32());
}

void proof_dmar_find(void)
{
	struct arena arena = some_arena();
	struct dmar dmar;
	enum handoff_reason reason = nondet_bool() ? dmar_find(&dmar, phys(nondet_u64()), &arena) :
						     dmar_copy(&dmar, phys(nondet_u64()), &arena);

	if (reason != HANDOFF_OK) {
		prove(!dmar.table);
		return;
	}
	prove(dmar.size >= sizeof(struct dmar_table) && dmar.size <= ACPI_MAX_SIZE);
	prove(dmar.address_width >= 1 && dmar.address_width <= 64);
	is_sound(dmar.table, dmar.size, &arena);
	prove(dmar_is_same(&dmar, &dmar));
}
