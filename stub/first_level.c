// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU's own format. Hardware writes accessed and dirty bits while we copy, so these say nothing;
 * ignored bits may hold anything.
 */
#include "first_level.h"

#include "vet.h"
#include "vtd.h"

struct pt_format first_level_format(const struct unit *unit)
{
	struct pt_format format = {
		.present = VTD_FL_P,
		.superpage = VTD_FL_PS,
		.address = VTD_FL_ADDRESS,
		.beyond = vet_beyond(VTD_FL_ADDRESS, unit->host_width),
		.granted = VTD_FL_P | VTD_FL_RW | VTD_FL_US,
		.denied = VTD_FL_XD,
		.marks = VTD_FL_A | VTD_FL_D,
		.pat = VTD_FL_PAT,
		.superpage_pat = VTD_FL_SUPERPAGE_PAT,
		/* Above level 3 the bit is reserved; a leaf there strikes rule_superpage. */
		.leaf_levels = 1u << 1 | 1u << 2 | (unit->cap & VTD_CAP_FL1GP ? 1u << 3 : 0),
		.rule_reserved = HANDOFF_RULE_FL_RESERVED,
		.rule_width = HANDOFF_RULE_FL_WIDTH,
		.rule_superpage = HANDOFF_RULE_FL_SUPERPAGE,
		.rule_provenance = HANDOFF_RULE_FL_PROVENANCE,
		.rule_target = HANDOFF_RULE_FL_TARGET,
		.rule_untracked = HANDOFF_RULE_FL_UNTRACKED,
		.rule_garbage = HANDOFF_RULE_FL_GARBAGE,
	};

	/* Bit 12 of a superpage is its PAT bit; the address bits above, below its size, are reserved. */
	format.leaf_reserved[2] = VTD_BITS(20, 13);
	format.leaf_reserved[3] = VTD_BITS(29, 13);
	return format;
}
