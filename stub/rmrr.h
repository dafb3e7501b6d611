/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rmrr.h - reserved memory regions: what firmware's own devices use (VT-d spec 8.4)
 */
#ifndef RMRR_H
#define RMRR_H

#include "dmar.h"
#include "relay.h"
#include "report.h"

/* Add the region that `item` (of type DMAR_RMRR) describes to the report, if it is sound. */
void rmrr_report(const struct dmar_item *item, struct report *report);

/*
 * Step through the regions of a device: start with *offset = 0. `perhaps`: those, too, that may be
 * another's (scope_names()).
 */
bool rmrr_next(const struct relay *relay, uint32_t *offset, uint32_t segment, uint8_t bus, uint8_t devfn,
	       bool perhaps, struct handoff_range *region);

#endif /* RMRR_H */
