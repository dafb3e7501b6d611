// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers and frame list: Universal Host Controller Interface Design Guide 1.1, chapters 2 and 3.
 */
#include "uhci.h"

#include "pci.h"
#include "ports.h"
#include "wait.h"

#define UHCI_ID		0x29348086u	/* ich9-usb-uhci1 */

#define USBCMD		0x00
#define  USBCMD_RUN	(1u << 0)
#define  USBCMD_RESET	(1u << 1)
#define USBINTR		0x04
#define FRNUM		0x06
#define FLBASEADD	0x08

#define FRAMES		1024u
#define FRAME_NOTHING	1u		/* the T bit: no pointer */
#define SOME		20u		/* frames to wait for */

bool uhci_find(struct uhci *uhci)
{
	uhci->source = pci_find(UHCI_ID, false);
	if (uhci->source == PCI_NONE)
		return false;
	uhci->port = (uint16_t)pci_bar(uhci->source, 4);
	return true;
}

void uhci_fill_frames(void *page)
{
	uint32_t *frames = page;

	for (unsigned int i = 0; i < FRAMES; i++)
		frames[i] = FRAME_NOTHING;
}

void uhci_start(const struct uhci *uhci, iova_t frames)
{
	uhci_stop(uhci);
	outw(uhci->port + USBINTR, 0);
	outw(uhci->port + FRNUM, 0);
	outl(uhci->port + FLBASEADD, (uint32_t)frames.io);
	outw(uhci->port + USBCMD, USBCMD_RUN);
}

void uhci_stop(const struct uhci *uhci)
{
	outw(uhci->port + USBCMD, USBCMD_RESET);
}

bool uhci_runs(const struct uhci *uhci)
{
	uint16_t start = inw(uhci->port + FRNUM);

	return WAIT_FOR(((inw(uhci->port + FRNUM) - start) & (FRAMES - 1)) >= SOME);
}
