// SPDX-License-Identifier: GPL-2.0-only
/* The driver's remapping units, their root and context tables. */
#include "driver_parts.h"

#include "judge.h"

#include <linux/crash_dump.h>
#include <asm/setup.h>

#define MOST_TABLES	6u	/* context tables copied: the kernel has few pages here */

struct boot_params boot_params;
struct intel_iommu units[DRIVER_MOST_UNITS];
unsigned int unit_count;
struct driver_options options;

static unsigned long copied[DRIVER_MOST_UNITS][65536 / 64];

static void flush_context(struct intel_iommu *iommu, u16 did, u16 source, u8 mask, u64 type)
{
	(void)mask, (void)type;
	iommu->flushed |= 1;
	iommu->flushed_did = did;
	iommu->flushed_source = source;
}

static void flush_iotlb(struct intel_iommu *iommu, u16 did, u64 at, unsigned int order, u64 type)
{
	(void)at, (void)order;
	if (type == DMA_TLB_GLOBAL_FLUSH && !did && !iommu->flushed)
		return;			/* of holes */
	world_must(iommu->flushed & 1 && did == iommu->flushed_did);	/* the context comes first */
	iommu->flushed |= 4;
}

/* A device that has its ATS off would never answer. */
void qi_flush_dev_iotlb(struct intel_iommu *iommu, u16 source, u16 pfsid, u16 depth, u64 at, unsigned int order)
{
	(void)iommu, (void)pfsid, (void)at;
	world_must(source & 1 && depth && order == 52);
}

void qi_flush_pasid_cache(struct intel_iommu *iommu, u16 did, u64 granularity, u32 pasid)
{
	(void)did, (void)granularity, (void)pasid;
	iommu->flushed |= 2;
}

/* State that relay.c keeps; state.h puts it there. */
extern char __start_relay_state[], __stop_relay_state[];

/* With what the sanitizer put between. */
__attribute__((no_sanitize("address")))
static void forget(void)
{
	for (volatile char *at = __start_relay_state; at < __stop_relay_state; at++)
		*at = 0;
}

void driver_begin(const struct driver_options *with, uint64_t setup_data)
{
	forget();
	options = *with;
	boot_params.hdr.setup_data = setup_data;
	unit_count = 0;
}

void driver_add_unit(uint64_t base, uint16_t segment, uint64_t cap, uint64_t ecap, uint64_t rtaddr)
{
	struct intel_iommu *iommu = &units[unit_count];
	unsigned int widths = cap >> 8 & 31;

	if (unit_count == DRIVER_MOST_UNITS)
		return;
	*iommu = (struct intel_iommu){
		.reg = iommu->registers, .reg_phys = base, .segment = segment, .cap = cap, .ecap = ecap,
		.msagaw = 31 - __builtin_clz(widths | 1),
		.flush = { flush_context, flush_iotlb },
		.registers[DMAR_RTADDR_REG / 8] = rtaddr,
		.scalable = (rtaddr >> 10 & 3) == 1,
		.copied_tables = copied[unit_count],
	};
	iommu->domain_ids = calloc(cap_ndoms(cap) / 8 + 8, 1);
	world_must(iommu->domain_ids);
	memset(iommu->copied_tables, 0, sizeof(copied[0]));
	unit_count++;
}

void units_end(void)
{
	while (unit_count)
		free(units[--unit_count].domain_ids);
}

bool is_kdump_kernel(void)
{
	return !options.not_kdump;
}

bool iommu_default_passthrough(void)
{
	return options.passthrough;
}

/* Of that size, so that the sanitizer sees what is written behind. */
int vmcore_add_device_dump(struct vmcoredd_data *data)
{
	void *buffer = malloc(data->size);

	world_must(buffer && data->size <= world.pages * PAGE_SIZE);
	world_must(!data->vmcoredd_callback(data, buffer));
	judge_dump(buffer, data->size);
	free(buffer);
	return 0;
}

bool driver_copied(unsigned int unit, uint16_t source)
{
	return test_bit(source, units[unit].copied_tables);
}

struct context_entry *iommu_context_addr(struct intel_iommu *iommu, u8 bus, u8 devfn, int alloc)
{
	unsigned int half = iommu->scalable && devfn >= 0x80;
	struct context_entry **table = &iommu->contexts[bus * 2 + half];

	if (!*table && alloc)
		*table = world_alloc_page();
	return *table ? *table + (iommu->scalable ? devfn % 128u * 2 : devfn) : NULL;
}

static void copy_table(unsigned int unit, u8 bus, u8 first, unsigned int count, u64 from)
{
	unsigned int stride = units[unit].scalable ? 2 : 1;
	const struct context_entry *table = phys_to_virt(from);

	for (unsigned int i = 0; i < count; i++) {
		const struct context_entry *old = &table[i * stride];
		struct context_entry *new;

		if (!(old->lo & 1))
			continue;
		new = iommu_context_addr(&units[unit], bus, first + i, true);
		if (!new)
			return;
		*new = *old;
		if (context_domain_id(new) < (int)cap_ndoms(units[unit].cap))
			set_bit(context_domain_id(new), units[unit].domain_ids);
		set_bit(bus << 8 | (first + i), units[unit].copied_tables);
		judge_context(unit, bus << 8 | (first + i), units[unit].scalable, old->lo, old->hi);
	}
}

void units_copy_tables(unsigned int unit)
{
	u64 root = units[unit].registers[DMAR_RTADDR_REG / 8] & VTD_PAGE_MASK;
	unsigned int tables = 0, halves = units[unit].scalable ? 2 : 1;
	const u64 *entries = phys_to_virt(root);

	if (!world_readable(root, PAGE_SIZE))
		return;
	for (unsigned int i = 0; i < 512 && tables < MOST_TABLES; i++) {
		u64 from = entries[i] & VTD_PAGE_MASK;

		if (i % 2 >= halves || !(entries[i] & 1) || !world_readable(from, PAGE_SIZE))
			continue;
		copy_table(unit, i / 2, i % 2 ? 0x80 : 0, 256 / halves, from);
		tables++;
	}
}

void units_suit(struct intel_iommu *iommu, struct context_entry *context, bool *first_level, int *agaw)
{
	u64 directory = context->lo & VTD_PAGE_MASK, table;

	*first_level = false;
	*agaw = context->hi & 7;
	if (!iommu->scalable)
		return;
	*agaw = iommu->msagaw;
	if (!world_readable(directory, 8))
		return;
	table = *(u64 *)phys_to_virt(directory) & VTD_PAGE_MASK;
	if (world_readable(table, sizeof(struct pasid_entry))) {
		const struct pasid_entry *entry = phys_to_virt(table);

		*first_level = (entry->val[0] >> 6 & 7) == PASID_ENTRY_PGTT_FL_ONLY;
		*agaw = *first_level ? 2 + (int)(entry->val[2] >> 2 & 3) : (int)(entry->val[0] >> 2 & 7);
	}
}
