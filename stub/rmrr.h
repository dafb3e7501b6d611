/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rmrr.h - reserved memory regions: what firmware's own devices use (VT-d spec 8.4)
 */
#ifndef RMRR_H
#define RMRR_H

#include "dmar.h"
#include "report.h"

/* Add the region that `item` (of type DMAR_RMRR) describes to the report, if it is sound. */
void rmrr_report(const struct dmar_item *item, struct report *report);

#endif /* RMRR_H */
