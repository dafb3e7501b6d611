/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * quarantine.h - what was bad, kept for the engineer
 */
#ifndef QUARANTINE_H
#define QUARANTINE_H

#include "report.h"

/* Add `record` to the report and, for the first few, a line to the log. False: no room for it. */
bool quarantine(struct report *report, const struct handoff_record *record);

/*
 * The same for an entry of a table that was left in place. Nothing is written yet: the record is
 * what mend_in_place() will go by. An entry that is met again is recorded once. False if there is
 * no room for its record, so that it cannot be mended.
 */
bool quarantine_in_place(struct report *report, const struct handoff_record *record);

/* Records made so far, those without room included. */
uint32_t quarantine_count(const struct report *report);

#endif /* QUARANTINE_H */
