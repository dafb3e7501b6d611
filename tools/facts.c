// SPDX-License-Identifier: GPL-2.0-only
#include "facts.h"

#include <string.h>

#include "vtd.h"

#define TABLE_SIZE	4096u
#define IRTE_SIZE	16u

/* Fault record, high quadword (VT-d spec 11.4.14) */
#define FRCD_SID(high)		((uint16_t)(high))
#define FRCD_T2			VTD_BIT(28)
#define FRCD_PP			VTD_BIT(31)		/* there was a PASID */
#define FRCD_PASID(high)	((uint32_t)((high) >> 40 & 0xfffff))
#define FRCD_REASON(high)	((uint8_t)((high) >> 32))
#define FRCD_T1			VTD_BIT(62)
/* and low */
#define FRCD_ADDRESS		VTD_BITS(63, 12)
#define FRCD_INDEX(low)		((low) >> 48)

/* Reason codes of interrupt requests, as opposed to DMA */
#define FIRST_IR_REASON		0x20
#define LAST_IR_REASON		0x2f

struct totals totals_of(const struct handoff_view *view)
{
	const struct handoff_slice *records = &view->sections[HANDOFF_RECORDS];
	struct totals totals = {
		.tables_bytes = view->sections[HANDOFF_TABLES].length,
		.quarantined = (uint64_t)records->count + records->dropped,
	};

	for (uint32_t i = 0; i < view->sections[HANDOFF_UNITS].count; i++) {
		struct handoff_unit unit = handoff_get_unit(view, i);
		uint64_t tables = (uint64_t)unit.root_tables + unit.page_tables;

		totals.tables_copied += tables;
		totals.bytes_copied += tables * TABLE_SIZE;
		if (unit.flags & HANDOFF_UNIT_IR_SWITCHED)
			totals.bytes_copied += VTD_IRTA_ENTRIES(unit.new_irta) * IRTE_SIZE;
	}
	for (uint32_t i = 0; i < view->sections[HANDOFF_TIMING].count; i++)
		totals.stub_us += handoff_get_timing(view, i).us;
	return totals;
}

static const char *request_type(uint64_t high)
{
	if (high & FRCD_T1)
		return high & FRCD_T2 ? "atomic" : "read";
	return high & FRCD_T2 ? "page-request" : "write";
}

struct fault fault_of(const struct handoff_fault *entry)
{
	uint64_t low = entry->record[0], high = entry->record[1];
	uint8_t reason = FRCD_REASON(high);
	bool interrupt = reason >= FIRST_IR_REASON && reason <= LAST_IR_REASON;

	return (struct fault){
		.present = high & VTD_FRCD_HIGH_F,
		.interrupt = interrupt,
		.reason = reason,
		.source = FRCD_SID(high),
		.type = interrupt ? "interrupt" : request_type(high),
		.has_pasid = high & FRCD_PP,
		.pasid = high & FRCD_PP ? FRCD_PASID(high) : 0,
		.address = interrupt ? FRCD_INDEX(low) : low & FRCD_ADDRESS,
	};
}

size_t version_length(const struct handoff_header *header)
{
	return strnlen(header->stub_version, sizeof(header->stub_version));
}

uint64_t last_of(uint64_t first, uint64_t size)
{
	if (size == 0)
		return first;
	return size - 1 > UINT64_MAX - first ? UINT64_MAX : first + size - 1;
}
