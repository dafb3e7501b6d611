/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * driver.h - what the intel-iommu driver of a kdump kernel does around relay.c, on the machine of
 * world.h: the order of calls is that of kernel/6.12/0003
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#define DRIVER_MOST_UNITS	4u
#define DRIVER_MOST_DEVICES	24u

/* How a device and its new domain differ from what would suit its translation. */
struct driver_quirks {
	uint8_t group;			/* devices with the same one share a group; 0: its own */
	bool ats, other_kind, untrusted, not_pci, renamed;	/* renamed: behind a VMD */
	int8_t levels;			/* more levels, or fewer */
	uint16_t alias;			/* 0: none */
	bool leaves;			/* is detached again at the end */
};

struct driver_options {
	bool passthrough;		/* iommu=pt */
	bool off;			/* dmarelay=off */
	bool not_kdump;
	bool dump_first;		/* the initcall comes before the scan */
	bool direct_region;		/* firmware reserved 400000-403fff for each device */
	uint32_t fail_region_at;	/* this region finds no memory; 0: none */
	struct driver_quirks devices[DRIVER_MOST_DEVICES];
};

/* A new kernel, without units. */
void driver_begin(const struct driver_options *options, uint64_t setup_data);

/* What the hardware says. */
void driver_add_unit(uint64_t base, uint16_t segment, uint64_t cap, uint64_t ecap, uint64_t rtaddr);

/* Boot: copy root and context tables, scan, attach all devices, detach some. Returns how many were
 * adopted. */
unsigned int driver_run(void);

/* Has nobody taken over this context entry yet? */
bool driver_copied(unsigned int unit, uint16_t source);

#endif /* DRIVER_H */
