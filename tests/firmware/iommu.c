// SPDX-License-Identifier: GPL-2.0-only
#include "iommu.h"

#include <string.h>

#include "addr.h"
#include "machine.h"
#include "vtd.h"
#include "wait.h"

#define STATUS_DONE	1u

static uint32_t read32(uint32_t offset)
{
	return machine_mmio_read32(phys(IOMMU_BASE), offset);
}

static uint64_t read64(uint32_t offset)
{
	return machine_mmio_read64(phys(IOMMU_BASE), offset);
}

static void write32(uint32_t offset, uint32_t value)
{
	machine_mmio_write32(phys(IOMMU_BASE), offset, value);
}

static void write64(uint32_t offset, uint64_t value)
{
	machine_mmio_write64(phys(IOMMU_BASE), offset, value);
}

uint64_t iommu_cap(void)
{
	return read64(VTD_CAP);
}

uint64_t iommu_ecap(void)
{
	return read64(VTD_ECAP);
}

uint32_t iommu_status(void)
{
	return read32(VTD_GSTS);
}

uint64_t iommu_root(void)
{
	return read64(VTD_RTADDR);
}

uint64_t iommu_interrupt_table(void)
{
	return read64(VTD_IRTA);
}

/* Set or clear one bit of GCMD, and wait until GSTS says so (11.4.4). */
static bool command(uint32_t bit, bool set)
{
	uint32_t base = iommu_status() & VTD_G_PERSISTENT;

	write32(VTD_GCMD, set ? base | bit : base & ~bit);
	return WAIT_FOR(!(iommu_status() & bit) == !set);
}

static volatile struct vtd_entry128 *put(volatile struct vtd_entry128 *at, bool wide, uint64_t lo,
					 uint64_t hi)
{
	at->lo = lo;
	at->hi = hi;
	return at + (wide ? 2 : 1);	/* 256-bit descriptors: the upper half stays 0 */
}

/* Everything, and then a Wait: a queue may only be stopped behind one, in QEMU (6.5.2). */
static bool invalidate_all(uint64_t queue, bool wide)
{
	volatile struct vtd_entry128 *start = (void *)(uintptr_t)queue, *at = start;
	volatile uint32_t *status = (void *)(uintptr_t)(queue + PAGE_SIZE - sizeof(*status));

	at = put(at, wide, VTD_QI_CONTEXT_GLOBAL, 0);
	if (wide)
		at = put(at, wide, VTD_QI_PASID_GLOBAL, 0);
	at = put(at, wide, VTD_QI_IOTLB_GLOBAL, 0);
	at = put(at, wide, VTD_QI_IEC_GLOBAL, 0);
	at = put(at, wide, VTD_QI_WAIT | VTD_QI_WAIT_SW | VTD_QI_WAIT_DATA(STATUS_DONE),
		 (uintptr_t)status);
	machine_fence();
	write64(VTD_IQT, (uint64_t)(at - start) * sizeof(*at));
	return WAIT_FOR(*status == STATUS_DONE);
}

/* Faults of an earlier row are none of the next one's (11.4.9, 11.4.14: write 1 to clear). */
static void clear_faults(void)
{
	uint64_t cap = iommu_cap();

	for (unsigned int i = 0; i < VTD_CAP_NFR(cap); i++)
		write64((uint32_t)VTD_CAP_FRO(cap) + i * VTD_FRCD_SIZE + 8, VTD_FRCD_HIGH_F);
	write32(VTD_FSTS, read32(VTD_FSTS));
}

bool iommu_on(const struct iommu_tables *tables)
{
	bool wide = VTD_RTADDR_TTM(tables->root) == VTD_TTM_SCALABLE;

	clear_faults();
	write64(VTD_IQT, 0);
	write64(VTD_IQA, tables->queue | (wide ? VTD_IQA_DW : 0));
	write64(VTD_RTADDR, tables->root);
	write64(VTD_IRTA, tables->interrupts);
	return command(VTD_G_QIE, true) && command(VTD_G_SRTP, true) &&
	       (!tables->interrupts || command(VTD_G_SIRTP, true)) &&
	       invalidate_all(tables->queue, wide) &&
	       (!tables->interrupts || command(VTD_G_IRE, true)) && command(VTD_G_TE, true);
}

bool iommu_off(void)
{
	return command(VTD_G_TE, false) && command(VTD_G_IRE, false) && command(VTD_G_QIE, false);
}

bool iommu_forget(void)
{
	return command(VTD_G_SRTP, true);
}

bool iommu_faulted(void)
{
	return read32(VTD_FSTS) & VTD_FSTS_PPF;
}
