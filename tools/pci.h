/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - PCI devices as the running kernel's sysfs shows them
 */
#ifndef PCI_H
#define PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "handoff.h"

enum pci_state {
	PCI_GONE,	/* the kernel knows no such device */
	PCI_DRIVEN,	/* a driver has claimed it: its affair */
	PCI_BRIDGE,	/* others' DMA goes through it, the dump disk's perhaps */
	PCI_SILENT,	/* it does not answer: asleep, or gone without notice */
	PCI_IDLE,	/* no driver, and it may not do DMA */
	PCI_ORPHAN,	/* no driver, and it may do DMA: nobody will ever stop it */
	PCI_QUIESCED,	/* was an orphan */
	PCI_FAILED,	/* is still one, though it was told to stop */
};

struct pci_device {
	enum pci_state state;
	char driver[64];	/* of PCI_DRIVEN */
};

/* Looks a device of the handoff up below `sysfs`, "/sys" mostly. */
struct pci_device pci_look(const char *sysfs, const struct handoff_device *device);

/*
 * Clears an orphan's bus-master bit (PCI Local Bus Specification 3.0, 6.2.2), looks whether it
 * went, and changes pci->state. What it has on the way may still arrive.
 */
void pci_quiesce(const char *sysfs, const struct handoff_device *device, struct pci_device *pci);

#endif /* PCI_H */
