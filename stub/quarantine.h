/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * quarantine.h - what was bad, kept for the engineer
 */
#ifndef QUARANTINE_H
#define QUARANTINE_H

#include "report.h"

/* Add `record` to the report and, for the first few, a line to the log. */
void quarantine(struct report *report, const struct handoff_record *record);

/* Records made so far, those without room included. */
uint32_t quarantine_count(const struct report *report);

#endif /* QUARANTINE_H */
