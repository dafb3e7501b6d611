// SPDX-License-Identifier: GPL-2.0-only
#include "rmrr.h"

#include <string.h>

#include "acpi_dmar.h"
#include "log.h"
#include "scope.h"
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

bool rmrr_next(const struct relay *relay, uint32_t *offset, uint32_t segment, uint8_t bus, uint8_t devfn,
	       bool perhaps, struct handoff_range *region)
{
	struct dmar_item item;
	struct dmar_rmrr rmrr;

	while (dmar_next(&relay->dmar, offset, &item)) {
		if (item.type != DMAR_RMRR || item.size < sizeof(rmrr))
			continue;
		memcpy(&rmrr, item.bytes, sizeof(rmrr));
		if (rmrr.segment != segment || rmrr.limit < rmrr.base)
			continue;
		if (scope_names(relay, &item, sizeof(rmrr), segment, bus, devfn, perhaps)) {
			*region = (struct handoff_range){ rmrr.base, rmrr.limit };
			return true;
		}
	}
	return false;
}
