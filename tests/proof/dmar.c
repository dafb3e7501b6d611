// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMAR table: finding it, and stepping through it (stub/dmar.c, stub/dmar_items.c).
 *
 * proof_dmar_items	Any table of up to DMAR_MAX_SIZE bytes, from any place that a walk can have come
 *			to: one step leads forwards, by 4 bytes at least, and to a structure that lies
 *			inside. Hence a walk of any length stays inside and ends.
 * proof_dmar_scopes	The same for the scopes of any structure, 6 bytes a step.
 * proof_dmar_find	Any memory, each read anew; tables of tables of 3 entries at most; an arena of any
 *			size up to 64 bytes (a longer table finds no room). What is found lies in the
 *			arena, sums up to 0, and has a sound width.
 */
#include <stdlib.h>

#include "acpi_dmar.h"
#include "dmar.h"
#include "proof.h"

void proof_dmar_items(void)
{
	struct dmar dmar = { .size = nondet_u32() };
	uint32_t offset = nondet_u32(), before = offset;
	struct dmar_item item;

	assume(dmar.size >= sizeof(struct dmar_table) && dmar.size <= DMAR_MAX_SIZE);
	assume(offset == 0 || (offset >= sizeof(struct dmar_table) && offset <= dmar.size));
	dmar.table = malloc(dmar.size);
	assume(dmar.table);
	if (!dmar_next(&dmar, &offset, &item)) {
		prove(offset >= before && offset <= dmar.size);
		return;
	}
	prove(offset >= before + sizeof(struct dmar_structure) && offset <= dmar.size);
	prove(item.bytes >= dmar.table + sizeof(struct dmar_table));
	prove(item.size >= sizeof(struct dmar_structure));
	prove(item.bytes + item.size == dmar.table + offset);
	prove(__CPROVER_r_ok(item.bytes, item.size));
}

void proof_dmar_scopes(void)
{
	struct dmar_item item = { .size = nondet_u16() };
	uint32_t offset = nondet_u32(), before = offset;
	size_t fixed = nondet_bool() ? sizeof(struct dmar_drhd) : sizeof(struct dmar_rmrr);
	struct dmar_scope_item scope;

	assume(item.size >= sizeof(struct dmar_structure));
	assume(offset == 0 || (offset >= fixed && offset <= item.size));
	item.bytes = malloc(item.size);
	assume(item.bytes);
	if (!dmar_next_scope(&item, fixed, &offset, &scope))
		return;
	prove(offset >= before + sizeof(struct dmar_scope) && offset <= item.size);
	prove(scope.path >= item.bytes + fixed + sizeof(struct dmar_scope));
	prove(scope.path + 2 * scope.path_length <= item.bytes + offset);
	prove(__CPROVER_r_ok(scope.path, 2 * scope.path_length));
}

void proof_dmar_find(void)
{
	uint64_t size = nondet_u64();
	uint8_t *base, sum = 0;
	struct arena arena;
	struct dmar dmar;
	phys_t rsdp = phys(nondet_u64());

	assume(size <= 64);
	base = malloc(size);
	assume(base);
	arena_init(&arena, base, phys(0x100000), size);
	if (dmar_find(&dmar, rsdp, &arena) != HANDOFF_OK)
		return;
	prove(dmar.table >= base && dmar.table + dmar.size <= base + size);
	prove(__CPROVER_r_ok(dmar.table, dmar.size));
	prove(dmar.size >= sizeof(struct dmar_table));
	prove(dmar.address_width >= 1 && dmar.address_width <= 64);
	for (uint32_t i = 0; i < dmar.size; i++)
		sum += dmar.table[i];
	prove(sum == 0);
}
