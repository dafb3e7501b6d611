/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_SLAB_H
#define LINUX_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL	0
#define GFP_ATOMIC	0

#define kvcalloc(count, size, flags)	world_calloc(count, size)

/* And what of mm.h comes with it. */
struct page;

#define pfn_to_page(pfn)			((struct page *)world_page(pfn))
#define PageReserved(page)			(((struct world_page *)(page))->reserved)
#define ClearPageReserved(page)			((void)(((struct world_page *)(page))->reserved = false))
#define init_page_count(page)			((void)((struct world_page *)(page))->count++)
#define adjust_managed_page_count(page, by)	((void)(((struct world_page *)(page))->managed += (by)))

#endif /* LINUX_SLAB_H */
