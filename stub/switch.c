// SPDX-License-Identifier: GPL-2.0-only
#include "switch.h"

#include "budget.h"
#include "command.h"
#include "log.h"
#include "machine.h"
#include "queue.h"
#include "state.h"
#include "vtd.h"

static bool has_work(const struct unit *unit)
{
	return unit_dma_active(unit) || unit_ir_active(unit) ||
	       unit->report->ir_reason == HANDOFF_UNIT_NO_ROOM;		/* mended in place */
}

bool switch_prepare(struct relay *relay)
{
	for (uint32_t i = 0; i < relay->unit_count; i++) {
		struct unit *unit = &relay->units[i];

		if ((unit_dma_active(unit) || unit_ir_active(unit)) && !queue_alloc(relay, unit))
			return false;
	}
	return true;
}

static void leave(struct unit *unit, enum handoff_reason reason)
{
	unit->report->dma_reason = reason;
	unit->report->ir_reason = reason;
}

/* Leave a unit that runs our queue already: the kdump kernel must be able to turn that off. */
static void leave_with_queue(const struct relay *relay, struct unit *unit, enum handoff_reason reason)
{
	leave(unit, reason);
	queue_finish(relay, unit);
}

/* The crash's fault records are saved by now; what comes next shall be seen as new. */
static void clear_faults(const struct unit *unit)
{
	uint32_t fro = (uint32_t)VTD_CAP_FRO(unit->cap);

	unit_write32(unit, VTD_FECTL, unit_read32(unit, VTD_FECTL) | VTD_FECTL_IM);
	for (uint32_t i = 0; i < VTD_CAP_NFR(unit->cap); i++) {
		uint32_t high = fro + i * VTD_FRCD_SIZE + 8;

		if (unit_read64(unit, high) & VTD_FRCD_HIGH_F)
			unit_write64(unit, high, VTD_FRCD_HIGH_F);
	}
	unit_write32(unit, VTD_FSTS, VTD_FSTS_CLEAR);
}

static bool flush_write_buffer(const struct relay *relay, const struct unit *unit)
{
	return !(unit->cap & VTD_CAP_RWBF) || command(relay, unit, VTD_G_WBF, 0, VTD_G_WBF, 0);
}

static void switch_dma(struct relay *relay, struct unit *unit)
{
	struct handoff_unit *report = unit->report;
	uint64_t root = arena_phys(&relay->arena, unit->root).pa | (report->old_root & ~VTD_RTADDR_ADDRESS);

	unit_write64(unit, VTD_RTADDR, root);
	if (!command(relay, unit, VTD_G_SRTP, 0, VTD_G_SRTP, VTD_G_SRTP)) {
		unit_write64(unit, VTD_RTADDR, report->old_root);
		report->dma_reason = HANDOFF_UNIT_SRTP;
		return;
	}
	report->new_root = root;
	report->flags |= HANDOFF_UNIT_DMA_SWITCHED;
	if (unit->cap & VTD_CAP_ESRTPS)
		return;
	/* In this order: an IOTLB entry may be made from a cached context or PASID entry (6.5.3). */
	if (!queue_invalidate_contexts(relay, unit) ||
	    (unit_is_scalable(unit) && !queue_invalidate_pasids(relay, unit)) ||
	    !queue_invalidate_iotlb(relay, unit))
		report->dma_reason = HANDOFF_UNIT_INVALIDATE;
}

static void switch_interrupts(struct relay *relay, struct unit *unit)
{
	struct handoff_unit *report = unit->report;
	uint64_t irta = arena_phys(&relay->arena, unit->irt).pa | (report->old_irta & ~VTD_IRTA_ADDRESS);

	if (!queue_is_ours(unit)) {	/* the entry cache could not be invalidated */
		report->ir_reason = HANDOFF_UNIT_QUEUE;
		return;
	}
	unit_write64(unit, VTD_IRTA, irta);
	if (!command(relay, unit, VTD_G_SIRTP, 0, VTD_G_SIRTP, VTD_G_SIRTP)) {
		unit_write64(unit, VTD_IRTA, report->old_irta);
		report->ir_reason = HANDOFF_UNIT_SIRTP;
		return;
	}
	report->new_irta = irta;
	report->flags |= HANDOFF_UNIT_IR_SWITCHED;
	if (!(unit->cap & VTD_CAP_ESIRTPS) && !queue_invalidate_interrupts(relay, unit))
		report->ir_reason = HANDOFF_UNIT_INVALIDATE;
}

static void switch_unit(struct relay *relay, struct unit *unit)
{
	if (!flush_write_buffer(relay, unit)) {
		leave_with_queue(relay, unit, HANDOFF_UNIT_SRTP);
		return;
	}
	if (unit_dma_active(unit))
		switch_dma(relay, unit);
	if (unit_ir_active(unit))
		switch_interrupts(relay, unit);
	else if (unit->report->flags & HANDOFF_UNIT_IR_ACTIVE)
		queue_invalidate_interrupts(relay, unit);	/* entries mended in place */
	if (!queue_finish(relay, unit) && !unit->report->dma_reason)
		unit->report->dma_reason = HANDOFF_UNIT_INVALIDATE;
	log_line(&relay->report, "unit %u: root %lx irta %lx fsts %x", unit->index,
		 unit->report->new_root, unit->report->new_irta, unit_read32(unit, VTD_FSTS));
}

void switch_all(struct relay *relay)
{
	/*
	 * Two passes: some chipsets hang unless queued invalidation is on in all units before the
	 * first SRTP (Linux, X58: drivers/iommu/intel/iommu.c, init_dmars()).
	 */
	for (uint32_t i = 0; i < relay->unit_count; i++) {
		struct unit *unit = &relay->units[i];

		if (!has_work(unit))
			continue;
		if (budget_exhausted(&relay->budget)) {
			leave(unit, HANDOFF_BUDGET);
			continue;
		}
		clear_faults(unit);
		if (!queue_take_over(relay, unit))
			leave(unit, HANDOFF_UNIT_QUEUE);
	}
	for (uint32_t i = 0; i < relay->unit_count; i++) {
		struct unit *unit = &relay->units[i];

		if (!has_work(unit))
			continue;
		if (budget_exhausted(&relay->budget))
			leave_with_queue(relay, unit, HANDOFF_BUDGET);
		else
			switch_unit(relay, unit);
	}
}
