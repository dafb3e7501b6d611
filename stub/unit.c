// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "log.h"
#include "machine.h"

uint32_t unit_read32(const struct unit *unit, uint32_t offset)
{
	return machine_mmio_read32(unit->base, offset);
}

uint64_t unit_read64(const struct unit *unit, uint32_t offset)
{
	return machine_mmio_read64(unit->base, offset);
}

void unit_write32(const struct unit *unit, uint32_t offset, uint32_t value)
{
	machine_mmio_write32(unit->base, offset, value);
}

void unit_write64(const struct unit *unit, uint32_t offset, uint64_t value)
{
	machine_mmio_write64(unit->base, offset, value);
}

uint32_t unit_domain_ids(const struct unit *unit)
{
	uint32_t nd = VTD_CAP_ND(unit->cap) < 6 ? (uint32_t)VTD_CAP_ND(unit->cap) : 6;

	return 1u << (4 + 2 * nd);
}

/* The engineer wants the faults of the crash; the kdump kernel clears them early. */
static void save_faults(const struct unit *unit, struct report *report)
{
	uint32_t fsts = unit->report->fsts;
	uint32_t records = (uint32_t)VTD_CAP_NFR(unit->cap);
	bool any = false;

	for (uint32_t i = 0; i < records && fsts & VTD_FSTS_PPF; i++) {
		uint32_t offset = (uint32_t)VTD_CAP_FRO(unit->cap) + i * VTD_FRCD_SIZE;
		uint64_t high = unit_read64(unit, offset + 8);
		struct handoff_fault *fault;

		if (!(high & VTD_FRCD_HIGH_F))
			continue;
		fault = report_add(report, HANDOFF_FAULTS);
		if (fault)
			*fault = (struct handoff_fault){ unit->index, fsts,
							 { unit_read64(unit, offset), high } };
		any = true;
	}
	if (!any && fsts) {
		struct handoff_fault *fault = report_add(report, HANDOFF_FAULTS);

		if (fault)
			*fault = (struct handoff_fault){ .unit = unit->index, .fsts = fsts };
	}
}

static void save_state(struct unit *unit)
{
	struct handoff_unit *report = unit->report;

	report->version = unit_read32(unit, VTD_VER);
	report->gsts = unit_read32(unit, VTD_GSTS);
	report->fsts = unit_read32(unit, VTD_FSTS);
	report->cap = unit->cap;
	report->ecap = unit->ecap;
	report->old_root = unit_read64(unit, VTD_RTADDR);
	if (VTD_RTADDR_TTM(report->old_root) == VTD_TTM_SCALABLE)
		report->flags |= HANDOFF_UNIT_SCALABLE_MODE;
	if (report->gsts & VTD_G_TE)
		report->flags |= HANDOFF_UNIT_DMA_ACTIVE;
	if (unit->ecap & VTD_ECAP_IR) {
		report->old_irta = unit_read64(unit, VTD_IRTA);
		if (report->gsts & VTD_G_IRE)
			report->flags |= HANDOFF_UNIT_IR_ACTIVE;
	}
	if (unit->cap & (VTD_CAP_PLMR | VTD_CAP_PHMR))
		report->pmen = unit_read32(unit, VTD_PMEN);
	if (unit->ecap & VTD_ECAP_QI) {
		report->iqercd = unit_read64(unit, VTD_IQERCD);
		report->old_iqa = unit_read64(unit, VTD_IQA);
		report->old_iqh = unit_read64(unit, VTD_IQH);
		report->old_iqt = unit_read64(unit, VTD_IQT);
		if (report->gsts & VTD_G_QIE)
			report->flags |= HANDOFF_UNIT_QI;
	}
}

/* Why this unit must be left alone as a whole, if it must. */
static enum handoff_reason whole_unit_reason(const struct unit *unit)
{
	/* Protected memory together with translation is not deterministic (VT-d spec 3.14). */
	if (unit->report->pmen & (VTD_PMEN_EPM | VTD_PMEN_PRS))
		return HANDOFF_UNIT_PMR;
	if (!(unit->report->flags & HANDOFF_UNIT_DMA_ACTIVE))
		return HANDOFF_OK;
	/* Of another mode the queue too has another format, so that interrupts must wait as well. */
	switch (VTD_RTADDR_TTM(unit->report->old_root)) {
	case VTD_TTM_LEGACY:
		return HANDOFF_OK;
	case VTD_TTM_SCALABLE:
		if (!(unit->ecap & VTD_ECAP_SMTS))
			return HANDOFF_UNIT_SCALABLE;
		/* The PASID cache can be invalidated by the queue alone. */
		return unit->report->flags & HANDOFF_UNIT_QI ? HANDOFF_OK : HANDOFF_UNIT_QUEUE;
	default:
		return HANDOFF_UNIT_MODE;
	}
}

/* No unit has all capabilities, or none: MGAW alone is some. */
static bool looks_dead(const struct unit *unit)
{
	return unit->cap == ~0ull || !unit->cap;
}

void unit_probe(struct unit *unit, const struct dmar_drhd *drhd, uint8_t host_width,
		const struct ram *ram, struct report *report)
{
	enum handoff_reason reason = HANDOFF_OK;

	*unit = (struct unit){
		.base = phys(drhd->base),
		.segment = drhd->segment,
		.host_width = host_width,
		.index = report_count(report, HANDOFF_UNITS),
		.report = report_add(report, HANDOFF_UNITS),
	};
	if (!unit->report)
		return;
	unit->report->base = drhd->base;
	unit->report->segment = drhd->segment;

	if (!drhd->base || drhd->base % PAGE_SIZE || !range_fits(drhd->base, 2 * PAGE_SIZE) ||
	    ram_hits_crash_region(ram, unit->base, PAGE_SIZE) ||
	    ram_is_crashed(ram, unit->base, PAGE_SIZE)) {
		reason = HANDOFF_UNIT_ADDRESS;
	} else {
		unit->cap = unit_read64(unit, VTD_CAP);
		unit->ecap = unit_read64(unit, VTD_ECAP);
		if (looks_dead(unit)) {
			reason = HANDOFF_UNIT_DEAD;
		} else {
			save_state(unit);
			save_faults(unit, report);
			reason = whole_unit_reason(unit);
		}
	}
	unit->report->dma_reason = reason;
	unit->report->ir_reason = reason;

	log_line(report, "unit %u at %lx: cap %lx ecap %lx gsts %x root %lx irta %lx%s", unit->index,
		 drhd->base, unit->cap, unit->ecap, unit->report->gsts, unit->report->old_root,
		 unit->report->old_irta, unit->report->dma_reason ? ", left alone" : "");
}
