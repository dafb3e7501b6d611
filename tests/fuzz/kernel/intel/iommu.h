/* SPDX-License-Identifier: GPL-2.0-only */
/* The driver's own header: formats by the VT-d specification, and what driver.c keeps. */
#ifndef INTEL_IOMMU_H
#define INTEL_IOMMU_H

#include <linux/bits.h>
#include <linux/iommu.h>
#include <linux/types.h>

#define VTD_PAGE_SHIFT		12
#define VTD_PAGE_MASK		((u64)-1 << VTD_PAGE_SHIFT)
#define VTD_STRIDE_SHIFT	9
#define DMAR_RTADDR_REG		0x20
#define CONTEXT_TT_MULTI_LEVEL	0
#define CONTEXT_TT_DEV_IOTLB	1
#define DMA_CCMD_MASK_NOBIT	0
#define DMA_CCMD_DEVICE_INVL	(3ull << 61)
#define DMA_TLB_GLOBAL_FLUSH	(1ull << 60)
#define DMA_TLB_DSI_FLUSH	(2ull << 60)
#define QI_PC_GLOBAL		3

#define cap_ndoms(cap)		(1ul << (4 + 2 * ((cap) & 7)))
#define sm_supported(unit)	((unit)->scalable)
#define dmar_readq(at)		(*(const volatile u64 *)(at))

struct dma_pte { u64 val; };
struct context_entry { u64 lo, hi; };
struct intel_iommu;
struct pasid_table;
struct relay_tree;

struct iommu_flush {
	void (*flush_context)(struct intel_iommu *iommu, u16 did, u16 source, u8 mask, u64 type);
	void (*flush_iotlb)(struct intel_iommu *iommu, u16 did, u64 at, unsigned int order, u64 type);
};

struct intel_iommu {
	void *reg;
	u64 reg_phys, cap, ecap;
	int msagaw;
	u16 segment;
	unsigned long *domain_ids, *copied_tables;
	struct iommu_flush flush;

	bool scalable;
	u64 registers[8];
	struct context_entry *contexts[512];	/* by bus, in scalable mode halves of a bus */
	unsigned int flushed;			/* bits: context, PASID, IOTLB */
	u16 flushed_did, flushed_source;	/* by the context */
};

struct device_domain_info {
	struct list_head link;		/* of the domain's devices */
	u8 bus, devfn;
	u8 ats_supported : 1;
	u16 pfsid;
	struct intel_iommu *iommu;
	struct pasid_table *pasid_table;
};

struct dmar_domain {
	u8 use_first_level : 1, has_mappings : 1, iommu_coherency : 1;
	u64 relay_window;
	spinlock_t lock;
	struct list_head devices;
	struct dma_pte *pgd;
	int gaw, agaw, nid;
	u64 max_addr;
	struct relay_tree *relay;
	struct iommu_domain domain;

	int id, users;				/* on its unit */
	struct intel_iommu *iommu;
};

static inline bool dma_pte_present(struct dma_pte *pte)
{
	return pte->val & 3;
}

static inline bool dma_pte_superpage(struct dma_pte *pte)
{
	return pte->val & 1 << 7;
}

static inline u64 dma_pte_addr(struct dma_pte *pte)
{
	return pte->val & VTD_PAGE_MASK;
}

static inline void dma_clear_pte(struct dma_pte *pte)
{
	pte->val = 0;
}

static inline bool context_present(struct context_entry *context)
{
	return context->lo & 1;
}

static inline int context_domain_id(struct context_entry *context)
{
	return context->hi >> 8 & 0xffff;
}

static inline void context_set_present(struct context_entry *context)
{
	context->lo |= 1;
}

static inline void context_set_fault_enable(struct context_entry *context)
{
	context->lo &= ~2ull;
}

static inline void context_set_translation_type(struct context_entry *context, unsigned long type)
{
	context->lo = (context->lo & ~(3ull << 2)) | (type & 3) << 2;
}

static inline void context_set_address_root(struct context_entry *context, unsigned long root)
{
	context->lo = (context->lo & ~VTD_PAGE_MASK) | (root & VTD_PAGE_MASK);
}

static inline void context_set_address_width(struct context_entry *context, unsigned long width)
{
	context->hi |= width & 7;
}

static inline void context_set_domain_id(struct context_entry *context, unsigned long id)
{
	context->hi |= (id & 0xffff) << 8;
}

static inline u16 domain_id_iommu(struct dmar_domain *domain, struct intel_iommu *iommu)
{
	world_must(domain->users && domain->iommu == iommu);
	return (u16)domain->id;
}

static inline int agaw_to_level(int agaw)
{
	return agaw + 2;
}

static inline int agaw_to_width(int agaw)
{
	return min_t(int, 30 + agaw * VTD_STRIDE_SHIFT, 64);
}

static inline bool context_copied(struct intel_iommu *iommu, u8 bus, u8 devfn)
{
	return test_bit(bus << 8 | devfn, iommu->copied_tables);
}

static inline void clear_context_copied(struct intel_iommu *iommu, u8 bus, u8 devfn)
{
	clear_bit(bus << 8 | devfn, iommu->copied_tables);
}

void qi_flush_dev_iotlb(struct intel_iommu *iommu, u16 source, u16 pfsid, u16 depth, u64 at, unsigned int order);

#define __iommu_flush_cache(iommu, at, size)	((void)(at))
#define clflush_cache_range(at, size)		((void)(at))

struct device *device_rbtree_find(struct intel_iommu *iommu, u16 source);
struct context_entry *iommu_context_addr(struct intel_iommu *iommu, u8 bus, u8 devfn, int alloc);
void qi_flush_pasid_cache(struct intel_iommu *iommu, u16 did, u64 granularity, u32 pasid);

#endif /* INTEL_IOMMU_H */
