/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - PCI configuration space, by source id (bus << 8 | device << 3 | function)
 */
#ifndef PCI_H
#define PCI_H

#include <stdbool.h>
#include <stdint.h>

#define PCI_NONE	0xffffu

/*
 * The device with this id (device id << 16 | vendor id), on bus 0 or, if `behind_bridge`, on
 * another; able to answer on its ports and memory, and to do DMA. PCI_NONE if there is none.
 */
uint16_t pci_find(uint32_t id, bool behind_bridge);

/* What a base address register says: a physical address, or a port. */
uint64_t pci_bar(uint16_t source, unsigned int number);

/* Send the device's message-signalled interrupt as `data` to `address`; 32 bits. */
void pci_msi(uint16_t source, uint32_t address, uint16_t data);

#endif /* PCI_H */
