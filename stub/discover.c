// SPDX-License-Identifier: GPL-2.0-only
#include "discover.h"

#include <string.h>

#include "acpi_dmar.h"
#include "log.h"
#include "pci_regs.h"
#include "rmrr.h"
#include "state.h"

/* Is there a unit where the structure says? */
static bool probe_unit(struct relay *relay, const struct dmar_item *item)
{
	struct unit *unit = &relay->units[relay->unit_count];
	struct dmar_drhd drhd;

	if (item->size < sizeof(drhd)) {
		log_line(&relay->report, "DRHD of %u bytes: too short", item->size);
		return false;
	}
	memcpy(&drhd, item->bytes, sizeof(drhd));
	if (relay->unit_count == UNIT_MAX) {
		log_line(&relay->report, "unit at %lx: more than %u units", drhd.base, UNIT_MAX);
		return true;
	}
	unit_probe(unit, &drhd, relay->dmar.address_width, &relay->ram, &relay->report);
	if (!unit->report)
		return true;
	relay->unit_count++;
	return unit->report->dma_reason != HANDOFF_UNIT_ADDRESS &&
	       unit->report->dma_reason != HANDOFF_UNIT_DEAD;
}

/* True if relay->dmar describes this machine, as far as can be seen: to its end, with units that answer. */
static bool walk_structures(struct relay *relay)
{
	struct dmar_item item;
	uint32_t offset = 0;
	bool answered = true;

	while (dmar_next(&relay->dmar, &offset, &item)) {
		switch (item.type) {
		case DMAR_DRHD:
			answered &= probe_unit(relay, &item);
			break;
		case DMAR_RMRR:
			rmrr_report(&item, &relay->report);
			break;
		default:	/* affinity, ATS, ACPI names: nothing that the switch depends on */
			break;
		}
	}
	if (offset != relay->dmar.size)
		log_line(&relay->report, "DMAR: structure at offset %u has an impossible length", offset);
	return answered && relay->unit_count && offset == relay->dmar.size;
}

/* Before another table is walked. */
static void forget_structures(struct relay *relay)
{
	relay->unit_count = 0;
	report_truncate(&relay->report, HANDOFF_UNITS, 0);
	report_truncate(&relay->report, HANDOFF_FAULTS, 0);
	report_truncate(&relay->report, HANDOFF_RMRRS, 0);
}

/*
 * The firmware's own table if it describes the machine; else the one that the image brought, if that
 * does. (The other way round an image made before a firmware update would be believed.)
 */
static enum handoff_reason find_units(struct relay *relay)
{
	enum handoff_reason reason = dmar_find(&relay->dmar, relay->boot.rsdp, &relay->arena);
	struct dmar live = relay->dmar, brought;

	if ((reason == HANDOFF_OK && walk_structures(relay)) || !relay->boot.dmar.pa ||
	    dmar_copy(&brought, relay->boot.dmar, &relay->arena) != HANDOFF_OK ||
	    dmar_is_same(&live, &brought))
		return reason;

	log_line(&relay->report, "DMAR at %lx: unsound or another machine's; trying the image's own",
		 live.at.pa);
	forget_structures(relay);
	relay->dmar = brought;
	if (walk_structures(relay)) {
		if (reason == HANDOFF_NO_DMAR)
			live = (struct dmar){
				.at = acpi_nameless(relay->boot.rsdp, brought.size), .size = brought.size,
			};
		relay->damaged_dmar = live;
		relay->dmar_brought = true;
		return HANDOFF_OK;
	}
	log_line(&relay->report, "DMAR: the image's own is another machine's");
	forget_structures(relay);
	relay->dmar = live;
	if (reason == HANDOFF_OK)
		walk_structures(relay);
	return reason;
}

static enum handoff_reason check_units(const struct relay *relay)
{
	if (!relay->unit_count)
		return HANDOFF_NO_UNITS;
	for (uint32_t i = 0; i < relay->unit_count; i++)
		if (relay->units[i].report->flags & (HANDOFF_UNIT_DMA_ACTIVE | HANDOFF_UNIT_IR_ACTIVE))
			return HANDOFF_OK;
	return HANDOFF_NO_ACTIVE_UNIT;
}

static void report_crash_region(struct relay *relay)
{
	const struct ram_set *region = &relay->ram.crash_region;

	for (size_t i = 0; i < region->count; i++) {
		struct handoff_range *range = report_add(&relay->report, HANDOFF_CRASH_REGION);

		if (range)
			*range = region->ranges[i];
		log_line(&relay->report, "crash region %lx-%lx", region->ranges[i].first,
			 region->ranges[i].last);
	}
}

/*
 * Mobile and desktop 4 Series chipsets of 2008 have a write buffer in front of the unit, and do not say
 * so in CAP (Linux: quirk_iommu_rwbf()).
 */
static bool hides_write_buffer(uint32_t host_bridge)
{
	uint32_t device = host_bridge >> 16;

	return (host_bridge & 0xffff) == 0x8086 &&
	       (device == 0x2a40 || (device >= 0x2e00 && device <= 0x2e90 && device % 0x10 == 0));
}

static void discover_pci(struct relay *relay)
{
	struct pci_function host_bridge;

	if (relay->params.pci == PCI_OFF)
		return;
	pci_config_find(&relay->pci, relay->boot.rsdp, &relay->ram, &relay->arena, &relay->report);
	pci_config_check(&relay->pci, &relay->report);
	pci_function_at(&relay->pci, 0, 0, 0, &host_bridge);
	if (!hides_write_buffer(pci_read32(&host_bridge, PCI_ID)))
		return;
	log_line(&relay->report, "4 Series chipset: write buffers are flushed");
	for (uint32_t i = 0; i < relay->unit_count; i++)
		relay->units[i].cap |= VTD_CAP_RWBF;
}

enum handoff_reason discover(struct relay *relay)
{
	enum handoff_reason reason;

	reason = ram_discover(&relay->ram, &relay->boot, &relay->params, &relay->arena);
	if (reason != HANDOFF_OK)
		return reason;
	report_crash_region(relay);
	reason = find_units(relay);
	if (reason != HANDOFF_OK)
		return reason;
	discover_pci(relay);
	return check_units(relay);
}
