// SPDX-License-Identifier: GPL-2.0-only
#include "pci_config.h"

#include <string.h>

#include "acpi.h"
#include "log.h"
#include "machine.h"
#include "pci_regs.h"

static struct mcfg_entry entry_of(const struct pci_config *config, uint32_t index)
{
	struct mcfg_entry entry;

	memcpy(&entry, config->entries + index * sizeof(entry), sizeof(entry));
	return entry;
}

/* What is wrong with it; NULL: nothing. */
static const char *vet_entry(const struct mcfg_entry *entry, const struct ram *ram)
{
	uint64_t first = entry->base + ((uint64_t)entry->start_bus << PCI_BUS_SHIFT);
	uint64_t size = (uint64_t)(entry->end_bus - entry->start_bus + 1) << PCI_BUS_SHIFT;

	if (entry->end_bus < entry->start_bus)
		return "bus numbers out of order";
	if (!entry->base || entry->base % (1u << PCI_BUS_SHIFT))
		return "base is 0 or misaligned";
	if (first < entry->base || !range_fits(first, size))
		return "beyond the address space";
	return ram_touches(ram, phys(first), size) ? "in RAM" : NULL;
}

void pci_config_find(struct pci_config *config, phys_t rsdp, const struct ram *ram, struct arena *arena,
		     struct report *report)
{
	struct acpi_table table;
	uint8_t *kept;
	uint32_t count;

	if (acpi_find(&table, rsdp, "MCFG", MCFG_ENTRIES, arena) != ACPI_FOUND)
		return;
	kept = arena->base + (table.bytes - arena->base) + MCFG_ENTRIES;
	config->entries = kept;
	count = (uint32_t)((table.size - MCFG_ENTRIES) / sizeof(struct mcfg_entry));
	for (uint32_t i = 0; i < count; i++) {
		struct mcfg_entry entry = entry_of(config, i);
		const char *problem = vet_entry(&entry, ram);

		if (problem)
			log_line(report, "MCFG: segment %x, buses %x to %x at %lx: %s", entry.segment,
				 entry.start_bus, entry.end_bus, entry.base, problem);
		else
			memcpy(kept + config->count++ * sizeof(entry), &entry, sizeof(entry));
	}
}

bool pci_function_at(const struct pci_config *config, uint32_t segment, uint8_t bus, uint8_t devfn,
		     struct pci_function *function)
{
	*function = (struct pci_function){ .segment = segment, .bus = bus, .devfn = devfn };
	for (uint32_t i = 0; i < config->count; i++) {
		struct mcfg_entry entry = entry_of(config, i);

		if (entry.segment == segment && bus >= entry.start_bus && bus <= entry.end_bus) {
			function->at = phys(entry.base + ((uint64_t)bus << PCI_BUS_SHIFT) +
					    ((uint64_t)devfn << PCI_FUNCTION_SHIFT));
			return true;
		}
	}
	return segment == 0;
}

uint32_t pci_read32(const struct pci_function *function, uint32_t offset)
{
	if (offset % 4 || offset >= (function->at.pa ? PCI_EXT_END : PCI_SPACE))
		return PCI_NOTHING;
	if (function->at.pa)
		return machine_mmio_read32(function->at, offset);
	return machine_pci_read32(function->bus, function->devfn, (uint8_t)offset);
}

void pci_config_check(struct pci_config *config, struct report *report)
{
	struct pci_function bridge;
	uint32_t by_ports;

	pci_function_at(config, 0, 0, 0, &bridge);
	if (!bridge.at.pa)
		return;
	by_ports = machine_pci_read32(0, 0, PCI_ID);
	if (by_ports == PCI_NOTHING || by_ports == pci_read32(&bridge, PCI_ID))
		return;
	log_line(report, "MCFG: not where 0000:00:00.0 is, not used");
	config->count = 0;
}
