// SPDX-License-Identifier: GPL-2.0-only
#include "mend.h"

#include "machine.h"
#include "state.h"
#include "vtd.h"

/* Not present. At whichever level the table is met, a zero leads nowhere. */
static void mend(const struct handoff_record *record)
{
	static const uint64_t absent;

	if (record->object == HANDOFF_IRTE)
		machine_write(phys(record->where), &vtd_irte_blocked, sizeof(vtd_irte_blocked));
	else
		machine_write(phys(record->where), &absent, sizeof(absent));
}

void mend_in_place(struct relay *relay)
{
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = report_entry(&relay->report, HANDOFF_RECORDS, i);

		if (record->in_place)
			mend(record);
	}
}
