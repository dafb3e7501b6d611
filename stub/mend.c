// SPDX-License-Identifier: GPL-2.0-only
#include "mend.h"

#include "machine.h"
#include "state.h"
#include "vtd.h"

/*
 * Not present. At whichever level the table is met, a zero leads nowhere; even FPD of an interrupt
 * entry would let a device write, where the same page serves as a page table.
 */
static void mend(const struct handoff_record *record)
{
	static const struct vtd_entry128 absent;

	machine_write(phys(record->where), &absent,
		      record->object == HANDOFF_IRTE ? sizeof(absent) : sizeof(absent.lo));
}

void mend_in_place(struct relay *relay)
{
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = report_entry(&relay->report, HANDOFF_RECORDS, i);

		if (record->in_place)
			mend(record);
	}
}
