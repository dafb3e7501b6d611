// SPDX-License-Identifier: GPL-2.0-only
/* Devices, and what relay.c asks of the rest of the kernel about them. */
#include "driver_parts.h"

#include "judge.h"
#include "relay.h"

#define MOST_REGIONS	2100u

struct driver_device devices[DRIVER_MOST_DEVICES];
unsigned int device_count;
static struct iommu_resv_region regions[MOST_REGIONS];
static u32 region_count;

void *dev_iommu_priv_get(struct device *dev)
{
	return dev->iommu_priv;
}

struct device *device_rbtree_find(struct intel_iommu *iommu, u16 source)
{
	for (unsigned int i = 0; i < device_count; i++)
		if (devices[i].info.iommu == iommu && devices[i].source == source)
			return &devices[i].pdev.dev;
	return NULL;
}

struct pci_dev *pci_get_domain_bus_and_slot(int segment, unsigned int bus, unsigned int devfn)
{
	world.work++;
	for (unsigned int i = 0; i < device_count; i++) {
		struct pci_dev *pdev = &devices[i].pdev;

		if (pdev->segment == segment && pdev->id == PCI_DEVID(bus, devfn)) {
			pdev->references++;
			return pdev;
		}
	}
	return NULL;
}

struct iommu_resv_region *iommu_alloc_resv_region(phys_addr_t start, size_t length, int prot,
						  enum iommu_resv_type type, int flags)
{
	(void)prot, (void)flags;
	if (region_count == MOST_REGIONS || region_count + 1 == options.fail_region_at)
		return NULL;
	regions[region_count] = (struct iommu_resv_region){
		.start = start, .length = length, .type = type,
	};
	return &regions[region_count++];
}

/* A device's own directory, with a table for its first PASIDs. */
static bool make_directory(struct driver_device *d)
{
	void *table = world_alloc_page();
	u64 *directory = world_alloc_page();

	if (!table || !directory)
		return false;
	*directory = virt_to_phys(table) | 1;
	d->directory.table = directory;
	return true;
}

int context_entry_set_pasid_table(struct context_entry *context, struct device *dev)
{
	struct device_domain_info *info = dev->iommu_priv;

	context->lo = virt_to_phys(info->pasid_table->table) | info->ats_supported << 2 | 1;
	context->hi = 0;
	return 0;
}

int intel_pasid_setup_sm_context(struct device *dev)
{
	struct device_domain_info *info = dev->iommu_priv;
	struct intel_iommu *iommu = info->iommu;
	struct context_entry *context = iommu_context_addr(iommu, info->bus, info->devfn, 1);

	if (!context)
		return -ENOMEM;
	iommu->flushed = 0;
	if (context_present(context) && !context_copied(iommu, info->bus, info->devfn))
		return 0;
	if (context_present(context) &&
	    intel_relay_switch_context(dev, context, info->bus, info->devfn)) {
		world_must(iommu->flushed == 7);
		world_must(!context_copied(iommu, info->bus, info->devfn));
		return 0;
	}
	clear_context_copied(iommu, info->bus, info->devfn);
	return context_entry_set_pasid_table(context, dev);
}

/* Firmware's and the interrupt range come first, as in the driver. */
void devices_tell_regions(struct driver_device *d)
{
	struct iommu_resv_region firmware = {
		.start = 0x400000, .length = 0x4000, .type = IOMMU_RESV_DIRECT,
	};
	struct iommu_resv_region interrupts = {
		.start = 0xfee00000, .length = 0x100000, .type = IOMMU_RESV_MSI,
	};
	struct iommu_resv_region *region;
	struct list_head head = { &head, &head };

	region_count = 0;
	if (options.direct_region)
		list_add_tail(&firmware.list, &head);
	list_add_tail(&interrupts.list, &head);
	intel_relay_resv_regions(&d->pdev.dev, &head);
	world_must(interrupts.type == IOMMU_RESV_MSI);
	judge_no_regions();
	list_for_each_entry(region, &head, list)
		if (region->type == IOMMU_RESV_RESERVED)
			judge_region(region->start, region->start + region->length - 1);
}

void devices_find(void)
{
	static struct iommu_group groups[256];
	unsigned long source;

	memset(groups, 0, sizeof(groups));
	device_count = 0;
	for (unsigned int unit = 0; unit < unit_count; unit++) {
		for_each_set_bit(source, units[unit].copied_tables, 65536) {
			struct driver_device *d = &devices[device_count];

			if (device_count == DRIVER_MOST_DEVICES)
				return;
			*d = (struct driver_device){
				.unit = unit, .source = source,
				.quirks = &options.devices[device_count],
				.info = { .bus = source >> 8, .devfn = source & 255, .iommu = &units[unit],
					  .pasid_table = &d->directory },
			};
			if (!make_directory(d))
				return;
			d->group = d->quirks->group ? &groups[d->quirks->group] : &d->own;
			d->info.ats_supported = d->quirks->ats;
			d->pdev = (struct pci_dev){
				.segment = units[unit].segment,
				.id = source ^ (d->quirks->renamed ? 0x100 : 0),
				.untrusted = d->quirks->untrusted,
				.dev = { d->group, &d->info, !d->quirks->not_pci },
			};
			d->pdev.alias = d->quirks->alias ? d->quirks->alias : d->pdev.id;
			device_count++;
		}
	}
}
