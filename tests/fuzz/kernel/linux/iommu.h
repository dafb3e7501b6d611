/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_IOMMU_H
#define LINUX_IOMMU_H

#include <linux/bits.h>
#include <linux/types.h>

#define IOMMU_DOMAIN_IDENTITY	4u
#define IOMMU_DOMAIN_DMA	3u

enum iommu_resv_type {
	IOMMU_RESV_DIRECT,
	IOMMU_RESV_RESERVED,
	IOMMU_RESV_MSI,
};

struct iommu_resv_region {
	struct list_head list;
	phys_addr_t start;
	size_t length;
	enum iommu_resv_type type;
};

struct iommu_domain {
	unsigned int type;
	struct { dma_addr_t aperture_end; } geometry;
};

struct device;
struct iommu_group;

static inline bool iommu_is_dma_domain(const struct iommu_domain *domain)
{
	return domain->type == IOMMU_DOMAIN_DMA;
}

bool iommu_default_passthrough(void);
void *dev_iommu_priv_get(struct device *dev);
struct iommu_resv_region *iommu_alloc_resv_region(phys_addr_t start, size_t length, int prot,
						  enum iommu_resv_type type, int flags);

#endif /* LINUX_IOMMU_H */
