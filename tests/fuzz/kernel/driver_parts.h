/* SPDX-License-Identifier: GPL-2.0-only */
/* driver_parts.h - between driver.c, devices.c and units.c */
#ifndef DRIVER_PARTS_H
#define DRIVER_PARTS_H

#include "driver.h"
#include "iommu.h"
#include "pasid.h"

#include <linux/pci.h>

extern struct intel_iommu units[DRIVER_MOST_UNITS];
extern unsigned int unit_count;
extern struct driver_options options;

/* As stock code does: those that are present, into tables of our own. The judge is told of each. */
void units_copy_tables(unsigned int unit);

/* What requests without a PASID meet: the kind and levels of domain that would suit it. */
void units_suit(struct intel_iommu *iommu, struct context_entry *context, bool *first_level, int *agaw);

void units_end(void);

struct iommu_group {
	struct dmar_domain domain;
	bool made, identity;
};

struct driver_device {
	struct pci_dev pdev;
	struct device_domain_info info;
	struct pasid_table directory;
	struct iommu_group own, *group;
	const struct driver_quirks *quirks;
	unsigned int unit;
	u16 source;
	bool attached;			/* to its group's domain */
};

extern struct driver_device devices[DRIVER_MOST_DEVICES];
extern unsigned int device_count;

/* Each context entry that was copied has a device, as far as there is room. */
void devices_find(void);

/* Ask for the IOVAs that the device's new mappings are to keep away from, and tell the judge. */
void devices_tell_regions(struct driver_device *d);

#endif /* DRIVER_PARTS_H */
