/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit.h - one remapping unit: what it can do, what state the crash left it in
 */
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "acpi_dmar.h"
#include "ram.h"
#include "report.h"
#include "vtd.h"

#define UNIT_MAX	256u
#define UNIT_MAX_SINKS		32u	/* that are one device's own */

/* A PASID directory, a page, and the table that all its entries refer to. */
struct pasid_sink {
	uint64_t *directory;
	struct vtd_pasid *table;
};

enum unit_stage {
	UNIT_WAITING,		/* the switch has not touched it */
	UNIT_BEGUN,
	UNIT_DONE,		/* switched, or left: its row says which */
};

struct unit {
	phys_t base;
	uint16_t segment;
	uint32_t index;			/* in HANDOFF_UNITS */
	struct handoff_unit *report;	/* flags, reasons and counts are kept there alone */
	uint64_t cap;			/* with RWBF where the unit does not say it: discover.c */
	uint64_t ecap;
	uint8_t host_width;		/* physical address bits that tables may use */

	/* What the copy phase made; NULL: nothing to switch to. All in the arena. */
	uint64_t *root;				/* VTD_ROOT_SLOTS quadwords, two a bus */
	uint64_t *old_contexts;			/* by slot: the crashed kernel's context table, if copied */
	uint32_t devices;			/* present entries in the copied context tables */
	void *sink_contexts;			/* a context table that sinks every device */
	bool sink_contexts_used;		/* filled, since some root entry leads there */
	void *blank_contexts;			/* scalable mode: the empty half of a bus */
	struct pasid_sink pasid_sink;		/* scalable mode: what sunk devices share */
	bool unfenced;				/* one fence found no room: no others are tried */
	uint32_t sink_id;			/* domain id of the shared sink, 0 until one is needed */
	uint16_t own_sink_ids[UNIT_MAX_SINKS];	/* of sinks that single devices have */
	uint32_t own_sinks;
	uint64_t *id_used;			/* a bit for each domain id that our copies use */
	struct vtd_entry128 *irt;
	uint64_t *queue;			/* one page of invalidation descriptors */
	uint32_t *status;			/* where Wait descriptors write their number */
	uint32_t tail;				/* bytes */
	uint32_t waits;				/* Wait descriptors so far: the number of the last one */

	/* How far the switch has come. A CPU exception may cut it anywhere: each is set before it is true. */
	bool irq_blocked;			/* hidden: the interrupt table is, or may be, the blocked one */
	uint8_t work;				/* SWITCH_*: what there is to do (switch.c) */
	enum unit_stage stage;
	uint32_t ir_left;			/* ir_reason of an interrupt table that stays in place */
	uint32_t command_mask;			/* what GSTS shows when GCMD has been carried out, */
	uint32_t command_expected;		/* mask 0: no command is under way */
};

/*
 * Read capabilities, state and fault records of the unit that `drhd` describes, without writing to
 * it, and add it to the report. A unit that cannot be handled gets a reason in its report entry, so
 * that later steps pass it by (unit_dma_active(), unit_ir_active()). If the report has no room for
 * it, unit->report is NULL and the unit must be left out.
 */
void unit_probe(struct unit *unit, const struct dmar_drhd *drhd, uint8_t host_width,
		const struct ram *ram, struct report *report);

/* Does the copy phase have to care for the unit's DMA tables, or interrupt table? */
static inline bool unit_dma_active(const struct unit *unit)
{
	return unit->report->flags & HANDOFF_UNIT_DMA_ACTIVE && !unit->report->dma_reason;
}

static inline bool unit_ir_active(const struct unit *unit)
{
	return unit->report->flags & HANDOFF_UNIT_IR_ACTIVE && !unit->report->ir_reason;
}

/* Are the unit's DMA tables those of scalable mode? */
static inline bool unit_is_scalable(const struct unit *unit)
{
	return unit->report->flags & HANDOFF_UNIT_SCALABLE_MODE;
}

/* Number of domain ids, at most 65536 (CAP.ND; 7 is reserved and read as 6). */
#define UNIT_MAX_DOMAIN_IDS	65536u
uint32_t unit_domain_ids(const struct unit *unit);

uint32_t unit_read32(const struct unit *unit, uint32_t offset);
uint64_t unit_read64(const struct unit *unit, uint32_t offset);
void unit_write32(const struct unit *unit, uint32_t offset, uint32_t value);
void unit_write64(const struct unit *unit, uint32_t offset, uint64_t value);

#endif /* UNIT_H */
