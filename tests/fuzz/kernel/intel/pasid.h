/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef INTEL_PASID_H
#define INTEL_PASID_H

#include "iommu.h"

#define FLPT_DEFAULT_DID	1
#define PDE_PFN_MASK		PAGE_MASK
#define PASID_TBL_ENTRIES	64
#define PASID_ENTRY_PGTT_FL_ONLY	1
#define PASID_ENTRY_PGTT_SL_ONLY	2
#define PASID_ENTRY_PGTT_NESTED		3
#define PASID_ENTRY_PGTT_PT		4

#define get_pasid_dir_size(context)	(1 << (((context)->lo >> 9 & 7) + 7))

struct pasid_dir_entry { u64 val; };
struct pasid_entry { u64 val[8]; };
struct pasid_table { void *table; };	/* the directory */

static inline bool pasid_pde_is_present(struct pasid_dir_entry *entry)
{
	return READ_ONCE(entry->val) & 1;
}

static inline struct pasid_entry *get_pasid_table_from_pde(struct pasid_dir_entry *entry)
{
	return pasid_pde_is_present(entry) ? phys_to_virt(entry->val & PDE_PFN_MASK) : NULL;
}

static inline bool pasid_pte_is_present(struct pasid_entry *entry)
{
	return READ_ONCE(entry->val[0]) & 1;
}

static inline u16 pasid_pte_get_pgtt(struct pasid_entry *entry)
{
	return READ_ONCE(entry->val[0]) >> 6 & 7;
}

static inline u16 pasid_get_domain_id(struct pasid_entry *entry)
{
	return READ_ONCE(entry->val[1]) & 0xffff;
}

int intel_pasid_setup_sm_context(struct device *dev);
int context_entry_set_pasid_table(struct context_entry *context, struct device *dev);

#endif /* INTEL_PASID_H */
