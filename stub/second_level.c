// SPDX-License-Identifier: GPL-2.0-only
/*
 * Only what makes hardware refuse the entry counts as bad: ignored bits and memory-type fields may
 * hold anything, accessed and dirty bits are the hardware's own.
 */
#include "second_level.h"

#include "vet.h"
#include "vtd.h"

struct pt_format second_level_format(const struct unit *unit)
{
	/* SNP needs snoop control, TM needs device TLBs (spec before 3.x; reserved since). */
	uint64_t leaf = (unit->ecap & VTD_ECAP_SC ? 0 : VTD_SL_SNP) |
			(unit->ecap & VTD_ECAP_DT ? 0 : VTD_SL_TM);
	uint64_t table = VTD_SL_SNP | VTD_SL_TM;
	struct pt_format format = {
		.present = VTD_SL_R | VTD_SL_W,
		.superpage = VTD_SL_PS,
		.address = VTD_SL_ADDRESS,
		.beyond = vet_beyond(VTD_SL_ADDRESS, unit->host_width),
		.granted = VTD_SL_R | VTD_SL_W | VTD_SL_X,
		.marks = VTD_SL_A | VTD_SL_D,
		.leaf_levels = 1u << 1,
		.rule_reserved = HANDOFF_RULE_SL_RESERVED,
		.rule_width = HANDOFF_RULE_SL_WIDTH,
		.rule_superpage = HANDOFF_RULE_SL_SUPERPAGE,
		.rule_provenance = HANDOFF_RULE_SL_PROVENANCE,
		.rule_target = HANDOFF_RULE_SL_TARGET,
		.rule_untracked = HANDOFF_RULE_SL_UNTRACKED,
		.rule_garbage = HANDOFF_RULE_SL_GARBAGE,
	};

	for (unsigned int level = 2; level <= PAGETABLE_MAX_LEVELS; level++)
		format.table_reserved[level] = table;
	/* A superpage is naturally aligned: the address bits below its size are reserved. */
	format.leaf_reserved[1] = leaf;
	format.leaf_reserved[2] = leaf | VTD_BITS(20, 12);
	format.leaf_reserved[3] = leaf | VTD_BITS(29, 12);
	if (VTD_CAP_SLLPS(unit->cap) & 1)
		format.leaf_levels |= 1u << 2;
	if (VTD_CAP_SLLPS(unit->cap) & 2)
		format.leaf_levels |= 1u << 3;
	return format;
}
