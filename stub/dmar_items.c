// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps through a DMAR table in memory, without a machine beneath: `dmarelay inspect` reads tables
 * from files through the same code.
 */
#include <string.h>

#include "acpi_dmar.h"
#include "dmar.h"

bool dmar_next(const struct dmar *dmar, uint32_t *offset, struct dmar_item *item)
{
	struct dmar_structure head;
	uint32_t left;

	if (*offset < sizeof(struct dmar_table))
		*offset = sizeof(struct dmar_table);
	left = dmar->size - *offset;
	if (left < sizeof(head))
		return false;
	memcpy(&head, dmar->table + *offset, sizeof(head));
	if (head.length < sizeof(head) || head.length > left)
		return false;
	*item = (struct dmar_item){ head.type, head.length, dmar->table + *offset };
	*offset += head.length;
	return true;
}

bool dmar_next_scope(const struct dmar_item *item, size_t fixed, uint32_t *offset,
		     struct dmar_scope_item *scope)
{
	struct dmar_scope head;

	if (*offset < fixed)
		*offset = (uint32_t)fixed;
	if (*offset > item->size || item->size - *offset < sizeof(head))
		return false;
	memcpy(&head, item->bytes + *offset, sizeof(head));
	if (head.length < sizeof(head) || head.length > item->size - *offset)
		return false;
	*scope = (struct dmar_scope_item){
		.type = head.type,
		.start_bus = head.start_bus,
		.path_length = (uint8_t)((head.length - sizeof(head)) / 2),
		.path = item->bytes + *offset + sizeof(head),
	};
	*offset += head.length;
	return true;
}
