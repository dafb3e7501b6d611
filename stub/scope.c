// SPDX-License-Identifier: GPL-2.0-only
#include "scope.h"

#include <string.h>

#include "acpi_dmar.h"
#include "function.h"
#include "state.h"

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

bool scope_names(const struct relay *relay, const struct dmar_item *item, size_t fixed, uint32_t segment,
		 uint8_t bus, uint8_t devfn, bool perhaps)
{
	struct dmar_scope_item scope;
	uint32_t offset = 0;

	while (dmar_next_scope(item, fixed, &offset, &scope))
		if (names(relay, segment, &scope, bus, devfn, perhaps))
			return true;
	return false;
}

static struct unit *unit_at(struct relay *relay, const struct dmar_drhd *drhd)
{
	for (uint32_t i = 0; i < relay->unit_count; i++)
		if (relay->units[i].base.pa == drhd->base && relay->units[i].segment == drhd->segment)
			return &relay->units[i];
	return NULL;
}

struct unit *scope_unit(struct relay *relay, uint32_t segment, uint8_t bus, uint8_t devfn)
{
	struct unit *of_all_others = NULL;
	struct dmar_item item;
	struct dmar_drhd drhd;
	uint32_t offset = 0;

	while (dmar_next(&relay->dmar, &offset, &item)) {
		if (item.type != DMAR_DRHD || item.size < sizeof(drhd))
			continue;
		memcpy(&drhd, item.bytes, sizeof(drhd));
		if (drhd.segment != segment)
			continue;
		if (scope_names(relay, &item, sizeof(drhd), segment, bus, devfn, false))
			return unit_at(relay, &drhd);
		if (drhd.flags & DMAR_DRHD_INCLUDE_ALL)
			of_all_others = unit_at(relay, &drhd);
	}
	return of_all_others;
}
