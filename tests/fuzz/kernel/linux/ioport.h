/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_IOPORT_H
#define LINUX_IOPORT_H

#include <linux/types.h>

#define IORESOURCE_SYSTEM_RAM	0x01000200ul
#define IORES_DESC_NONE		0ul

enum { REGION_INTERSECTS, REGION_DISJOINT, REGION_MIXED };

/* RAM is what world.h has: the answer is INTERSECTS if all of it is. */
static inline int region_intersects(phys_addr_t start, size_t size, unsigned long flags,
				    unsigned long descriptor)
{
	(void)flags;
	(void)descriptor;
	return world_is_ram(start, size) ? REGION_INTERSECTS : REGION_MIXED;
}

#endif /* LINUX_IOPORT_H */
