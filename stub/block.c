// SPDX-License-Identifier: GPL-2.0-only
#include "block.h"

#include "command.h"
#include "machine.h"
#include "queue.h"
#include "state.h"
#include "vtd.h"

#define CFI_US	1000u	/* how long GSTS may take to show CFIS; emulated units never do */

enum handoff_hide_reason block_prepare(struct relay *relay)
{
	uint64_t most = 0;

	for (uint32_t i = 0; i < relay->unit_count; i++) {
		uint64_t entries = VTD_IRTA_ENTRIES(relay->units[i].report->old_irta);

		if (unit_ir_active(&relay->units[i]) && entries > most)
			most = entries;
	}
	if (!most)
		return HANDOFF_HIDE_OK;
	relay->hide.irt = arena_alloc(&relay->arena, most * sizeof(*relay->hide.irt), PAGE_SIZE);
	for (uint64_t i = 0; relay->hide.irt && i < most; i++)
		relay->hide.irt[i] = vtd_irte_blocked;
	return relay->hide.irt ? HANDOFF_HIDE_OK : HANDOFF_HIDE_NO_ROOM;
}

/* Whether it is in effect is proved by an interrupt (machine_interrupt_arrives()), not by the status bit. */
static void pass_compatibility_format(const struct relay *relay, struct unit *unit)
{
	uint32_t state = unit_read32(unit, VTD_GSTS) & VTD_G_PERSISTENT;
	uint64_t deadline = machine_ticks() + (uint64_t)CFI_US * relay->budget.ticks_per_us;

	if (state & VTD_G_CFI)
		return;
	unit_write32(unit, VTD_GCMD, state | VTD_G_CFI);
	while (!(unit_read32(unit, VTD_GSTS) & VTD_G_CFI) && (int64_t)(deadline - machine_ticks()) > 0)
		machine_relax();
}

/* A lasting bit of GCMD. What is so already is no command. */
static bool set_bit(const struct relay *relay, struct unit *unit, uint32_t bit, bool on)
{
	if (!!(unit_read32(unit, VTD_GSTS) & bit) == on)
		return true;
	return command(relay, unit, on ? bit : 0, on ? 0 : bit, bit, on ? bit : 0);
}

/* With remapping off, so that table and EIME may change; then on again. */
static bool set_table(struct relay *relay, struct unit *unit, uint64_t irta, bool compatibility)
{
	if (!set_bit(relay, unit, VTD_G_IRE, false))
		return false;
	unit_write64(unit, VTD_IRTA, irta);
	if (!command(relay, unit, VTD_G_SIRTP, 0, VTD_G_SIRTP, VTD_G_SIRTP) ||
	    !queue_invalidate_interrupts(relay, unit) || !queue_finish(relay, unit))
		return false;
	if (compatibility)
		pass_compatibility_format(relay, unit);
	else
		(void)set_bit(relay, unit, VTD_G_CFI, false);	/* if it stays, more passes than has to */
	unit->report->new_irta = irta;
	return set_bit(relay, unit, VTD_G_IRE, true);
}

/* Messages of the unit's own pass by remapping. Nobody waits for them. */
static void mask_own_interrupts(const struct unit *unit)
{
	unit_write32(unit, VTD_IECTL, unit_read32(unit, VTD_IECTL) | VTD_FECTL_IM);
	if (unit->ecap & VTD_ECAP_PRS)
		unit_write32(unit, VTD_PECTL, unit_read32(unit, VTD_PECTL) | VTD_FECTL_IM);
}

bool block_interrupts(struct relay *relay)
{
	uint64_t table = relay->hide.irt ? arena_phys(&relay->arena, relay->hide.irt).pa : 0;

	for (uint32_t i = 0; i < relay->unit_count; i++) {
		struct unit *unit = &relay->units[i];

		if (!(unit->report->flags & HANDOFF_UNIT_IR_SWITCHED))
			continue;
		mask_own_interrupts(unit);
		unit->irq_blocked = true;
		if (!set_table(relay, unit, table | (unit->report->old_irta & ~(VTD_IRTA_ADDRESS | VTD_IRTA_EIME)),
			       true))
			return false;
	}
	return true;
}

void block_undo(struct relay *relay)
{
	for (uint32_t i = 0; i < relay->unit_count; i++) {
		struct unit *unit = &relay->units[i];

		if (!unit->irq_blocked)
			continue;
		if (!set_table(relay, unit, arena_phys(&relay->arena, unit->irt).pa |
			       (unit->report->old_irta & ~VTD_IRTA_ADDRESS),
			       unit->report->gsts & VTD_G_CFI))
			unit->report->ir_reason = HANDOFF_UNIT_SIRTP;
		unit->irq_blocked = false;
	}
}
