// SPDX-License-Identifier: GPL-2.0-only
#include "mend.h"

#include "log.h"
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

/*
 * The kdump kernel finds the units by the firmware's table alone. One of another length is not the
 * table that the image's was copied from, and other tables may be its neighbours.
 */
static void mend_dmar(struct relay *relay)
{
	const struct dmar *damaged = &relay->damaged_dmar, *sound = &relay->dmar;

	if (!damaged->at.pa || damaged->size != sound->size ||
	    ram_touches(&relay->ram, damaged->at, damaged->size)) {
		log_line(&relay->report, "DMAR at %lx: cannot be mended", damaged->at.pa);
		return;
	}
	machine_write(damaged->at, sound->table, sound->size);
	log_line(&relay->report, "DMAR at %lx: mended", damaged->at.pa);
}

void mend_in_place(struct relay *relay)
{
	if (relay->dmar_brought)
		mend_dmar(relay);
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = report_entry(&relay->report, HANDOFF_RECORDS, i);

		if (record->in_place)
			mend(record);
	}
}
