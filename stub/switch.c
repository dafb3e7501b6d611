// SPDX-License-Identifier: GPL-2.0-only
#include "switch.h"

#include "budget.h"
#include "command.h"
#include "log.h"
#include "machine.h"
#include "queue.h"
#include "state.h"
#include "vtd.h"

/* struct unit, work */
#define SWITCH_DMA		1u
#define SWITCH_INTERRUPTS	2u
#define SWITCH_FLUSH		4u	/* interrupt entries stay in place, perhaps mended: to be invalidated */

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

static uint8_t work_of(const struct unit *unit)
{
	uint8_t work = unit_dma_active(unit) ? SWITCH_DMA : 0;

	if (unit_ir_active(unit))
		return work | SWITCH_INTERRUPTS;
	if (unit->report->ir_reason == HANDOFF_UNIT_NO_ROOM ||
	    (work && unit->report->flags & HANDOFF_UNIT_IR_ACTIVE))
		return work | SWITCH_FLUSH;
	return work;
}

void switch_begin(struct relay *relay)
{
	for (uint32_t i = 0; i < relay->unit_count; i++) {
		struct unit *unit = &relay->units[i];

		if (unit->work)
			continue;
		unit->work = work_of(unit);
		unit->ir_left = unit->report->ir_reason;
		if (unit->work & SWITCH_DMA)
			unit->report->dma_reason = HANDOFF_EXCEPTION;
		if (unit->work & (SWITCH_INTERRUPTS | SWITCH_FLUSH))
			unit->report->ir_reason = HANDOFF_EXCEPTION;
	}
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

static bool flush_write_buffer(const struct relay *relay, struct unit *unit)
{
	return !(unit->cap & VTD_CAP_RWBF) || command(relay, unit, VTD_G_WBF, 0, VTD_G_WBF, 0);
}

/* In this order: an IOTLB entry may be made from a cached context or PASID entry (6.5.3). */
static bool invalidate_dma(struct relay *relay, struct unit *unit)
{
	return queue_invalidate_contexts(relay, unit) &&
	       (!unit_is_scalable(unit) || queue_invalidate_pasids(relay, unit)) &&
	       queue_invalidate_iotlb(relay, unit);
}

bool switch_reload(struct relay *relay, struct unit *unit)
{
	return flush_write_buffer(relay, unit) && invalidate_dma(relay, unit) && queue_finish(relay, unit);
}

static void switch_dma(struct relay *relay, struct unit *unit)
{
	struct handoff_unit *report = unit->report;
	uint64_t root = arena_phys(&relay->arena, unit->root).pa | (report->old_root & ~VTD_RTADDR_ADDRESS);

	report->dma_reason = HANDOFF_EXCEPTION;
	report->new_root = root;
	report->flags |= HANDOFF_UNIT_DMA_SWITCHED;
	unit_write64(unit, VTD_RTADDR, root);
	if (!command(relay, unit, VTD_G_SRTP, 0, VTD_G_SRTP, VTD_G_SRTP)) {
		unit_write64(unit, VTD_RTADDR, report->old_root);
		report->new_root = 0;
		report->flags &= ~HANDOFF_UNIT_DMA_SWITCHED;
		report->dma_reason = HANDOFF_UNIT_SRTP;
		unit->work &= (uint8_t)~SWITCH_DMA;
		return;
	}
	report->dma_reason = HANDOFF_UNIT_INVALIDATE;
	if (unit->cap & VTD_CAP_ESRTPS || invalidate_dma(relay, unit))
		report->dma_reason = HANDOFF_OK;
}

static void switch_interrupts(struct relay *relay, struct unit *unit)
{
	struct handoff_unit *report = unit->report;
	uint64_t irta = arena_phys(&relay->arena, unit->irt).pa | (report->old_irta & ~VTD_IRTA_ADDRESS);

	if (!queue_is_ours(unit)) {	/* the entry cache could not be invalidated */
		report->ir_reason = HANDOFF_UNIT_QUEUE;
		return;
	}
	report->ir_reason = HANDOFF_EXCEPTION;
	report->new_irta = irta;
	report->flags |= HANDOFF_UNIT_IR_SWITCHED;
	unit_write64(unit, VTD_IRTA, irta);
	if (!command(relay, unit, VTD_G_SIRTP, 0, VTD_G_SIRTP, VTD_G_SIRTP)) {
		unit_write64(unit, VTD_IRTA, report->old_irta);
		report->new_irta = 0;
		report->flags &= ~HANDOFF_UNIT_IR_SWITCHED;
		report->ir_reason = HANDOFF_UNIT_SIRTP;
		unit->work &= (uint8_t)~SWITCH_INTERRUPTS;
		return;
	}
	report->ir_reason = HANDOFF_UNIT_INVALIDATE;
	if (unit->cap & VTD_CAP_ESIRTPS || queue_invalidate_interrupts(relay, unit))
		report->ir_reason = HANDOFF_OK;
}

/* Without a queue there is no way: the unit goes by what it has cached of entries that were mended. */
static void flush_interrupts(struct relay *relay, struct unit *unit)
{
	if (queue_invalidate_interrupts(relay, unit) || !queue_is_ours(unit))
		unit->report->ir_reason = unit->ir_left;
	else
		unit->report->ir_reason = HANDOFF_UNIT_INVALIDATE;
}

static void move(struct relay *relay, struct unit *unit)
{
	if (unit->work & SWITCH_DMA)
		switch_dma(relay, unit);
	if (unit->work & SWITCH_INTERRUPTS)
		switch_interrupts(relay, unit);
	else if (unit->work & SWITCH_FLUSH)
		flush_interrupts(relay, unit);
	if (!queue_finish(relay, unit) && !unit->report->dma_reason)
		unit->report->dma_reason = HANDOFF_UNIT_INVALIDATE;
	log_line(&relay->report, "unit %u: root %lx irta %lx fsts %x", unit->index,
		 unit->report->new_root, unit->report->new_irta, unit_read32(unit, VTD_FSTS));
}

/* A unit that is left runs our queue already: the kdump kernel must be able to turn that off. */
static void switch_unit(struct relay *relay, struct unit *unit)
{
	enum handoff_reason reason = HANDOFF_OK;

	if (budget_exhausted(&relay->budget))
		reason = HANDOFF_BUDGET;
	else if (!flush_write_buffer(relay, unit))
		reason = HANDOFF_UNIT_SRTP;
	if (!reason) {
		move(relay, unit);
	} else {
		leave(unit, reason);
		queue_finish(relay, unit);
	}
}

/* False if the unit is left. */
static bool begin_unit(struct relay *relay, struct unit *unit)
{
	if (budget_exhausted(&relay->budget)) {
		leave(unit, HANDOFF_BUDGET);
		return false;
	}
	unit->stage = UNIT_BEGUN;
	clear_faults(unit);
	if (queue_take_over(relay, unit))
		return true;
	leave(unit, HANDOFF_UNIT_QUEUE);
	return false;
}

void switch_all(struct relay *relay)
{
	/*
	 * Two passes: some chipsets hang unless queued invalidation is on in all units before the
	 * first SRTP (Linux, X58: drivers/iommu/intel/iommu.c, init_dmars()).
	 */
	for (uint32_t i = 0; i < relay->unit_count; i++)
		if (relay->units[i].work && !begin_unit(relay, &relay->units[i]))
			relay->units[i].stage = UNIT_DONE;
	for (uint32_t i = 0; i < relay->unit_count; i++) {
		if (relay->units[i].stage != UNIT_BEGUN)
			continue;
		switch_unit(relay, &relay->units[i]);
		relay->units[i].stage = UNIT_DONE;
	}
}

/*
 * Was one of its pointers written? Whether the unit has taken it, registers do not tell. An entry that
 * says so of one that was not is put right.
 */
static bool is_moved(struct unit *unit)
{
	struct handoff_unit *report = unit->report;

	if (report->new_root && unit_read64(unit, VTD_RTADDR) != report->new_root) {
		report->flags &= ~HANDOFF_UNIT_DMA_SWITCHED;
		report->new_root = 0;
	}
	if (report->new_irta && unit_read64(unit, VTD_IRTA) != report->new_irta) {
		report->flags &= ~HANDOFF_UNIT_IR_SWITCHED;
		report->new_irta = 0;
	}
	return report->flags & (HANDOFF_UNIT_DMA_SWITCHED | HANDOFF_UNIT_IR_SWITCHED);
}

static void resume_unit(struct relay *relay, struct unit *unit)
{
	bool moved;

	command_settle(relay, unit);
	moved = is_moved(unit);
	if (!queue_resume(relay, unit))
		return;
	if (moved) {
		move(relay, unit);
		return;
	}
	if (unit->work & SWITCH_FLUSH)
		flush_interrupts(relay, unit);
	queue_finish(relay, unit);
}

void switch_resume(struct relay *relay)
{
	for (uint32_t i = 0; i < relay->unit_count; i++) {
		if (relay->units[i].stage != UNIT_BEGUN)
			continue;
		resume_unit(relay, &relay->units[i]);
		relay->units[i].stage = UNIT_DONE;
	}
}
