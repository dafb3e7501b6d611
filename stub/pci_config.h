/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_config.h - reading PCI configuration space
 *
 * By memory where the firmware's MCFG table says (PCI Express' enhanced mechanism, which alone
 * reaches what is behind the first 256 bytes), else by the ports of PCI 2.1. Nothing is ever
 * written to a function.
 */
#ifndef PCI_CONFIG_H
#define PCI_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "ram.h"
#include "report.h"

struct pci_config {
	const uint8_t *entries;	/* struct mcfg_entry, not aligned; those that were vetted; in the arena */
	uint32_t count;
};

/*
 * Find the MCFG table and vet its entries: bus numbers in order, base aligned to a bus, no wrap,
 * no RAM. One that fails is logged and left out. Reads memory only.
 */
void pci_config_find(struct pci_config *config, phys_t rsdp, const struct ram *ram, struct arena *arena,
		     struct report *report);

/* A function, and where its configuration space is. */
struct pci_function {
	phys_t at;		/* 4 KiB, 0: by the ports, 256 bytes */
	uint32_t segment;
	uint8_t  bus;
	uint8_t  devfn;
};

/* False if nothing leads to it: no MCFG entry, and not of segment 0. */
bool pci_function_at(const struct pci_config *config, uint32_t segment, uint8_t bus, uint8_t devfn,
		     struct pci_function *function);

/* The aligned doubleword at `offset`; all ones where nothing answers, or beyond the space. */
uint32_t pci_read32(const struct pci_function *function, uint32_t offset);

/*
 * Do both ways show the same host bridge, 0000:00:00.0? If not, the MCFG is not believed from now on,
 * which is logged. Where the ports show nothing there is nothing to compare with.
 */
void pci_config_check(struct pci_config *config, struct report *report);

#endif /* PCI_CONFIG_H */
