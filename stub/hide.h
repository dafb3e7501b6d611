/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hide.h - a kdump kernel that sees no IOMMU
 *
 * The copies stay in force until the machine resets. Every requester's tables get an identity map of the
 * dump kernel's memory, interrupts in compatibility format are let through, and the DMAR table loses its
 * name: the kernel finds no IOMMU, and its drivers' physical addresses work at once, beside in-flight DMA
 * through the IOVAs of before.
 *
 * In steps: hide_prepare() builds all that is needed in the arena, before anything is switched. When all units
 * run on their copies hide() stores the links, blocks the crashed kernel's interrupts, proves that a
 * compatibility-format interrupt arrives, and masks the DMAR table last. A step that fails undoes those
 * before it: the kernel is then shown the IOMMU.
 */
#ifndef HIDE_H
#define HIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "dmar_mask.h"
#include "identity_map.h"
#include "relay.h"

#define HIDE_MAX_TAKEN	64u

/* How far it is: each is set before it is true. */
enum hide_stage {
	HIDE_NOTHING,
	HIDE_LINKED,		/* links are stored */
	HIDE_BLOCKED,		/* the crashed kernel's interrupts are blocked */
	HIDE_MASKED,		/* the DMAR table is masked */
};

struct hide {
	uint16_t reason;			/* enum handoff_hide_reason */
	uint16_t mode;				/* enum handoff_mode */
	enum hide_stage stage;
	struct identity_links *first, *last;
	struct identity_table *tables;
	struct vtd_entry128 *irt;		/* all entries blocked; units share it */
	struct dmar_mask mask;
	uint32_t records;			/* of the report, before it */
	uint64_t taken[HIDE_MAX_TAKEN];		/* pages that the kdump kernel must not have */
	uint32_t taken_count;
};

/*
 * Find out whether the IOMMU can be hidden, and build all for it; hide.reason says what is in the way. After
 * relay_survey(), whose entries for requesters without one it replaces.
 */
void hide_prepare(struct relay *relay);

/* Hide, if that was prepared and all units have switched. hide.mode and hide.reason say how it went. */
void hide(struct relay *relay);

/* Undo all of it, wherever it is, for `reason`. */
void hide_undo(struct relay *relay, enum handoff_hide_reason reason);

#endif /* HIDE_H */
