// SPDX-License-Identifier: GPL-2.0-only
#include "rmrr.h"

#include <string.h>

#include "acpi_dmar.h"
#include "function.h"
#include "log.h"
#include "state.h"

void rmrr_report(const struct dmar_item *item, struct report *report)
{
	struct dmar_scope_item scope;
	struct handoff_rmrr *entry;
	struct dmar_rmrr rmrr;
	uint32_t offset = 0;

	if (item->size < sizeof(rmrr)) {
		log_line(report, "RMRR of %u bytes: too short", item->size);
		return;
	}
	memcpy(&rmrr, item->bytes, sizeof(rmrr));
	if (rmrr.limit < rmrr.base) {
		log_line(report, "RMRR %lx to %lx: empty", rmrr.base, rmrr.limit);
		return;
	}
	entry = report_add(report, HANDOFF_RMRRS);
	if (!entry)
		return;
	entry->base = rmrr.base;
	entry->limit = rmrr.limit;
	entry->segment = rmrr.segment;
	while (dmar_next_scope(item, sizeof(rmrr), &offset, &scope)) {
		if (!entry->scopes++ && scope.path_length) {
			entry->first_bus = scope.start_bus;
			entry->first_devfn = (uint8_t)(scope.path[0] << 3 | (scope.path[1] & 7));
		}
	}
}

#define SCOPE_ENDPOINT	1	/* VT-d spec 8.3.1 */
#define SCOPE_BRIDGE	2	/* the bridge and all behind it */

/* The device and function of pair `i` of the path. */
static uint8_t pair(const struct dmar_scope_item *scope, unsigned int i)
{
	return (uint8_t)(scope->path[2 * i] << 3 | (scope->path[2 * i + 1] & 7));
}

/* Might it be meant, by what is known without the buses' numbers? They rise on the way. */
static bool perhaps_names(const struct dmar_scope_item *scope, uint8_t bus, uint8_t devfn)
{
	return bus > scope->start_bus &&
	       (scope->type == SCOPE_BRIDGE || devfn == pair(scope, scope->path_length - 1u));
}

static bool names(const struct relay *relay, uint32_t segment, const struct dmar_scope_item *scope,
		  uint8_t bus, uint8_t devfn, bool perhaps)
{
	uint8_t at = scope->start_bus, last = scope->start_bus;
	struct pci_function bridge;

	if (!scope->path_length || (scope->type != SCOPE_ENDPOINT && scope->type != SCOPE_BRIDGE))
		return false;
	for (unsigned int i = 0; i < scope->path_length; i++) {
		bool is_last = i == scope->path_length - 1u;

		if (is_last && bus == at && devfn == pair(scope, i))
			return true;
		if (is_last && scope->type == SCOPE_ENDPOINT)
			return false;
		if (relay->params.pci == PCI_OFF ||
		    !pci_function_at(&relay->pci, segment, at, pair(scope, i), &bridge) ||
		    !function_buses(&bridge, &at, &last))
			return perhaps && perhaps_names(scope, bus, devfn);
	}
	return bus >= at && bus <= last;
}

bool rmrr_next(const struct relay *relay, uint32_t *offset, uint32_t segment, uint8_t bus, uint8_t devfn,
	       bool perhaps, struct handoff_range *region)
{
	struct dmar_scope_item scope;
	struct dmar_item item;
	struct dmar_rmrr rmrr;

	while (dmar_next(&relay->dmar, offset, &item)) {
		uint32_t at = 0;

		if (item.type != DMAR_RMRR || item.size < sizeof(rmrr))
			continue;
		memcpy(&rmrr, item.bytes, sizeof(rmrr));
		if (rmrr.segment != segment || rmrr.limit < rmrr.base)
			continue;
		while (dmar_next_scope(&item, sizeof(rmrr), &at, &scope)) {
			if (names(relay, segment, &scope, bus, devfn, perhaps)) {
				*region = (struct handoff_range){ rmrr.base, rmrr.limit };
				return true;
			}
		}
	}
	return false;
}
