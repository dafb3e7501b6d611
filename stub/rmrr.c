// SPDX-License-Identifier: GPL-2.0-only
#include "rmrr.h"

#include <string.h>

#include "acpi_dmar.h"
#include "log.h"

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

static bool names(const struct dmar_scope_item *scope, uint8_t bus, uint8_t devfn, bool perhaps)
{
	const uint8_t *last = scope->path + 2 * (scope->path_length - 1);
	bool is_last = scope->path_length && devfn == (uint8_t)(last[0] << 3 | (last[1] & 7));

	if (!scope->path_length || (scope->type != SCOPE_ENDPOINT && scope->type != SCOPE_BRIDGE))
		return false;
	if (scope->path_length == 1 && bus == scope->start_bus && is_last)
		return true;
	return perhaps && bus > scope->start_bus &&
	       (scope->type == SCOPE_BRIDGE || (scope->path_length > 1 && is_last));
}

bool rmrr_next(const struct dmar *dmar, uint32_t *offset, uint32_t segment, uint8_t bus, uint8_t devfn,
	       bool perhaps, struct handoff_range *region)
{
	struct dmar_scope_item scope;
	struct dmar_item item;
	struct dmar_rmrr rmrr;

	while (dmar_next(dmar, offset, &item)) {
		uint32_t at = 0;

		if (item.type != DMAR_RMRR || item.size < sizeof(rmrr))
			continue;
		memcpy(&rmrr, item.bytes, sizeof(rmrr));
		if (rmrr.segment != segment || rmrr.limit < rmrr.base)
			continue;
		while (dmar_next_scope(&item, sizeof(rmrr), &at, &scope)) {
			if (names(&scope, bus, devfn, perhaps)) {
				*region = (struct handoff_range){ rmrr.base, rmrr.limit };
				return true;
			}
		}
	}
	return false;
}
