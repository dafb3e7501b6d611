/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IOMMU_PAGES_H
#define IOMMU_PAGES_H

#define iommu_alloc_page_node(node, flags)	world_alloc_page()
#define iommu_free_page(page)			world_free_page(page)
#define __iommu_alloc_account(page, order)	((void)(page))	/* statistics */

#endif /* IOMMU_PAGES_H */
