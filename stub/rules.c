// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names and sections only: text in place of pointers, since the stub's image carries no
 * relocations.
 */
#include "rules.h"

#include <stddef.h>

#include "handoff.h"

static const struct rule rules[] = {
	/* root.c, context.c: root and context tables of legacy mode */
	{ HANDOFF_RULE_ROOT_TABLE_PROVENANCE, "root-table.provenance", "11.4.5",
	  "the root table is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_ROOT_RESERVED, "root.reserved", "9.1", "reserved bits are set" },
	{ HANDOFF_RULE_ROOT_WIDTH, "root.width", "9.1",
	  "the context table lies beyond the host address width" },
	{ HANDOFF_RULE_ROOT_PROVENANCE, "root.provenance", "9.1",
	  "the context table is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_CONTEXT_RESERVED, "context.reserved", "9.3", "reserved bits are set" },
	{ HANDOFF_RULE_CONTEXT_TYPE, "context.type", "9.3",
	  "the translation type is one that this unit does not support" },
	{ HANDOFF_RULE_CONTEXT_AW, "context.address-width", "9.3",
	  "the address width is one that this unit does not support" },
	{ HANDOFF_RULE_CONTEXT_WIDTH, "context.width", "9.3",
	  "the page table lies beyond the host address width" },
	{ HANDOFF_RULE_CONTEXT_PROVENANCE, "context.provenance", "9.3",
	  "the page table is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_CONTEXT_DOMAIN_RANGE, "context.domain-range", "9.3",
	  "the domain id is beyond what this unit supports" },
	{ HANDOFF_RULE_CONTEXT_DOMAIN_CLASH, "context.domain-clash", "6.2.2",
	  "another page table already goes by this domain id" },
	{ HANDOFF_RULE_CONTEXT_UNTRACKED, "context.untracked", "9.3",
	  "no room left to remember this domain, so that its id could not be vetted" },

	{ HANDOFF_RULE_CONTEXT_POLICY, "context.policy", "9.3",
	  "dmarelay.policy=isolate: a device without reserved memory is not carried over" },

	/* second_level.c: second-level paging entries */
	{ HANDOFF_RULE_SL_RESERVED, "second-level.reserved", "9.8", "reserved bits are set" },
	{ HANDOFF_RULE_SL_WIDTH, "second-level.width", "9.8",
	  "the address lies beyond the host address width" },
	{ HANDOFF_RULE_SL_SUPERPAGE, "second-level.superpage", "9.8",
	  "a page size that this unit does not support" },
	{ HANDOFF_RULE_SL_PROVENANCE, "second-level.provenance", "9.8",
	  "the next table is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_SL_TARGET, "second-level.target", "3.7",
	  "the page is in the crash region: DMA would hit the dump kernel" },
	{ HANDOFF_RULE_SL_UNTRACKED, "second-level.untracked", "3.7",
	  "no room left to remember this table, so that its walk could not be bounded" },

	/* first_level.c: first-level paging entries */
	{ HANDOFF_RULE_FL_RESERVED, "first-level.reserved", "9.7", "reserved bits are set" },
	{ HANDOFF_RULE_FL_WIDTH, "first-level.width", "9.7",
	  "the address lies beyond the host address width" },
	{ HANDOFF_RULE_FL_SUPERPAGE, "first-level.superpage", "9.7",
	  "a page size that this unit does not support" },
	{ HANDOFF_RULE_FL_PROVENANCE, "first-level.provenance", "9.7",
	  "the next table is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_FL_TARGET, "first-level.target", "3.6",
	  "the page is in the crash region: DMA would hit the dump kernel" },
	{ HANDOFF_RULE_FL_UNTRACKED, "first-level.untracked", "3.6",
	  "no room left to remember this table, so that its walk could not be bounded" },

	/* scalable.c: root halves and context tables of scalable mode */
	{ HANDOFF_RULE_SM_ROOT_RESERVED, "scalable-root.reserved", "9.2", "reserved bits are set" },
	{ HANDOFF_RULE_SM_ROOT_WIDTH, "scalable-root.width", "9.2",
	  "the context table lies beyond the host address width" },
	{ HANDOFF_RULE_SM_ROOT_PROVENANCE, "scalable-root.provenance", "9.2",
	  "the context table is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_SM_CONTEXT_RESERVED, "scalable-context.reserved", "9.4",
	  "reserved bits are set" },
	{ HANDOFF_RULE_SM_CONTEXT_WIDTH, "scalable-context.width", "9.4",
	  "the PASID directory lies beyond the host address width" },
	{ HANDOFF_RULE_SM_CONTEXT_PROVENANCE, "scalable-context.provenance", "9.4",
	  "the PASID directory is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_SM_CONTEXT_NO_ROOM, "scalable-context.no-room", "9.4",
	  "no room left in the arena for the PASID directory" },

	/* pasid.c: PASID directories and tables */
	{ HANDOFF_RULE_PASID_DIR_RESERVED, "pasid-directory.reserved", "9.5",
	  "reserved bits are set" },
	{ HANDOFF_RULE_PASID_DIR_WIDTH, "pasid-directory.width", "9.5",
	  "the PASID table lies beyond the host address width" },
	{ HANDOFF_RULE_PASID_DIR_PROVENANCE, "pasid-directory.provenance", "9.5",
	  "the PASID table is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_PASID_DIR_NO_ROOM, "pasid-directory.no-room", "9.5",
	  "no room left in the arena for the PASID table" },
	{ HANDOFF_RULE_PASID_RESERVED, "pasid.reserved", "9.6", "reserved bits are set" },
	{ HANDOFF_RULE_PASID_TYPE, "pasid.type", "9.6",
	  "the translation type is one that this unit does not support" },
	{ HANDOFF_RULE_PASID_AW, "pasid.address-width", "9.6",
	  "the address width is one that this unit does not support" },
	{ HANDOFF_RULE_PASID_WIDTH, "pasid.width", "9.6",
	  "the page table lies beyond the host address width" },
	{ HANDOFF_RULE_PASID_PROVENANCE, "pasid.provenance", "9.6",
	  "the page table is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_PASID_DOMAIN_RANGE, "pasid.domain-range", "9.6",
	  "the domain id is beyond what this unit supports" },
	{ HANDOFF_RULE_PASID_DOMAIN_CLASH, "pasid.domain-clash", "6.2.2",
	  "another page table already goes by this domain id" },
	{ HANDOFF_RULE_PASID_UNTRACKED, "pasid.untracked", "9.6",
	  "no room left to remember this domain, so that its id could not be vetted" },
	{ HANDOFF_RULE_PASID_POLICY, "pasid.policy", "9.6",
	  "dmarelay.pasid=drop: a process's address space is not carried over" },

	/* repair.c: reserved memory regions, in our copies */
	{ HANDOFF_RULE_RMRR_UNMAPPED, "rmrr.unmapped", "8.4",
	  "the device's reserved memory was not mapped" },
	{ HANDOFF_RULE_RMRR_ELSEWHERE, "rmrr.elsewhere", "8.4",
	  "the device's reserved memory is mapped to other memory, or could not be mapped" },

	/* intremap.c: the interrupt table */
	{ HANDOFF_RULE_IR_TABLE_PROVENANCE, "ir-table.provenance", "11.4.28",
	  "the interrupt table is not in the crashed kernel's RAM" },
	{ HANDOFF_RULE_IRTE_RESERVED, "irte.reserved", "9.10", "reserved bits are set" },
	{ HANDOFF_RULE_IRTE_POSTED, "irte.posted", "9.11",
	  "the posted descriptor is unsupported or not in the crashed kernel's RAM" },
};

const struct rule *rule_find(uint16_t id)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].id == id)
			return &rules[i];
	return NULL;
}
