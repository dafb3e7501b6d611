// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device scopes (VT-d spec 8.3.1).
 */
#include "dmar_oddities.h"

#define LAST_DEVICE	31
#define LAST_FUNCTION	7

static void look_at_path(const struct dmar_scope_item *scope, uint32_t at,
			 const struct listener *listener)
{
	if (!scope->path_length)
		odd(listener, at, "the device scope has no path");
	for (unsigned int i = 0; i < scope->path_length; i++) {
		uint8_t device = scope->path[2 * i], function = scope->path[2 * i + 1];

		if (device > LAST_DEVICE || function > LAST_FUNCTION)
			odd(listener, at, "the device scope's path has device 0x%02x, function %u",
			    device, function);
	}
}

static void look_at_scope(const struct dmar_item *item, const struct dmar_scope_item *scope,
			  uint32_t at, const struct listener *listener)
{
	struct dmar_scope head = dmar_scope_head(scope);
	/* Of a SIDP, the low byte is flags. */
	uint16_t reserved = item->type == DMAR_SIDP ? head.reserved & 0xff00 : head.reserved;
	bool is_pci = head.type == SCOPE_ENDPOINT || head.type == SCOPE_BRIDGE;

	if (head.type < SCOPE_ENDPOINT || head.type > SCOPE_ACPI)
		odd(listener, at, "device scope type %u is not known here", head.type);
	if (head.length % 2)
		odd(listener, at, "the device scope has an odd length, %u", head.length);
	if (reserved)
		odd(listener, at, "the device scope's reserved field is not 0: 0x%04x", reserved);
	if (is_pci && head.enumeration_id)
		odd(listener, at, "the device scope's enumeration id is not 0 for a PCI device: %u",
		    head.enumeration_id);
	look_at_path(scope, at, listener);
}

void dmar_odd_scopes(const struct dmar_view *view, const struct dmar_item *item,
		     const struct listener *listener)
{
	uint32_t start = dmar_offset(view, item), offset = 0;
	size_t fixed = dmar_fixed_size(item->type);
	struct dmar_scope_item scope;

	while (dmar_next_scope(item, fixed, &offset, &scope))
		look_at_scope(item, &scope,
			      (uint32_t)(scope.path - sizeof(struct dmar_scope) - view->dmar.table),
			      listener);
	if (offset < item->size)
		odd(listener, start + offset, "a device scope's length cannot be: the %u bytes to "
		    "the structure's end are lost", item->size - offset);
}
