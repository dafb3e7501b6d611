// SPDX-License-Identifier: GPL-2.0-only
#include "quarantine.h"

#include "log.h"
#include "rules.h"

#define LOGGED	32u	/* a damaged page can strike thousands of times */

uint32_t quarantine_count(const struct report *report)
{
	const struct report_section *records = &report->sections[HANDOFF_RECORDS];

	return records->count + records->dropped;
}

bool quarantine(struct report *report, const struct handoff_record *record)
{
	struct handoff_record *kept = report_add(report, HANDOFF_RECORDS);
	uint32_t count = quarantine_count(report);

	if (kept)
		*kept = *record;
	if (count <= LOGGED)
		log_line(report, "%s: %04x:%02x:%02x.%u iova %lx entry %lx:%lx at %lx target %lx",
			 rule_in_log(record->rule), record->segment, record->bus, record->devfn >> 3,
			 record->devfn & 7u, record->iova, record->found[1], record->found[0],
			 record->where, record->target);
	if (count == LOGGED)
		log_line(report, "further quarantine records are in the report only");
	return kept;
}

bool quarantine_in_place(struct report *report, const struct handoff_record *record)
{
	for (uint32_t i = 0; i < report_count(report, HANDOFF_RECORDS); i++) {
		const struct handoff_record *other = report_entry(report, HANDOFF_RECORDS, i);

		if (other->in_place && other->where == record->where)
			return true;
	}
	return quarantine(report, record);
}
