// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stepping through the DMAR table (stub/dmar_items.c).
 *
 * proof_dmar_items	Any table of up to DMAR_MAX_SIZE bytes, from any place that a walk can have come
 *			to: one step leads forwards, by 4 bytes at least, and to a structure that lies
 *			inside. Hence a walk of any length stays inside and ends.
 * proof_dmar_scopes	The same for the scopes of any structure, 6 bytes a step.
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
