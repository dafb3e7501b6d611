// SPDX-License-Identifier: GPL-2.0-only
#include "mend.h"

#include "machine.h"
#include "state.h"
#include "vtd.h"

static void mend(const struct relay *relay, const struct handoff_record *record)
{
	uint64_t entry = record->action == HANDOFF_SUNK ? sink_entry(&relay->sink, record->level) : 0;

	if (record->object == HANDOFF_IRTE)
		machine_write(phys(record->where), &vtd_irte_blocked, sizeof(vtd_irte_blocked));
	else
		machine_write(phys(record->where), &entry, sizeof(entry));
}

void mend_in_place(struct relay *relay)
{
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = report_entry(&relay->report, HANDOFF_RECORDS, i);

		if (record->in_place)
			mend(relay, record);
	}
}
