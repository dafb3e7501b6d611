/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * iommu.h - QEMU's remapping unit, as the "crashed kernel" drives it
 */
#ifndef IOMMU_H
#define IOMMU_H

#include <stdbool.h>
#include <stdint.h>

#define IOMMU_BASE	0xfed90000ull	/* QEMU has one unit, here */

uint64_t iommu_cap(void);
uint64_t iommu_ecap(void);
uint32_t iommu_status(void);		/* GSTS */
uint64_t iommu_root(void);		/* RTADDR */
uint64_t iommu_interrupt_table(void);	/* IRTA */

struct iommu_tables {
	uint64_t root;			/* as in RTADDR, mode included */
	uint64_t interrupts;		/* as in IRTA; 0: interrupts are not remapped */
	uint64_t queue;			/* a page for the invalidation queue, zeroed */
};

/* Put the tables in force, with queued invalidation. False if the unit does not do as told. */
bool iommu_on(const struct iommu_tables *tables);

/* No translation, no interrupt remapping, no queue. */
bool iommu_off(void);

/*
 * Forget what was cached of the tables in force, by setting the same root pointer again. (In QEMU
 * that invalidates everything, and no one needs to know whose queue is running.)
 */
bool iommu_forget(void);

/* Has a fault been recorded? */
bool iommu_faulted(void);

#endif /* IOMMU_H */
