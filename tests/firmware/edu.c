// SPDX-License-Identifier: GPL-2.0-only
#include "edu.h"

#include "machine.h"
#include "pci.h"
#include "wait.h"

#define EDU_ID		0x11e81234u

#define EDU_RAISE	0x60
#define EDU_LOWER	0x64
#define EDU_FROM	0x80
#define EDU_TO		0x88
#define EDU_COUNT	0x90
#define EDU_COMMAND	0x98
#define  COMMAND_RUN	(1u << 0)
#define  COMMAND_WRITE	(1u << 1)	/* to memory */
#define EDU_BUFFER	0x40000		/* what the device calls its own buffer's address */

bool edu_find(struct edu *edu, bool behind_bridge)
{
	edu->source = pci_find(EDU_ID, behind_bridge);
	if (edu->source == PCI_NONE)
		return false;
	edu->registers = phys(pci_bar(edu->source, 0));
	return true;
}

static void transfer(const struct edu *edu, uint64_t from, uint64_t to, uint32_t command)
{
	machine_mmio_write64(edu->registers, EDU_FROM, from);
	machine_mmio_write64(edu->registers, EDU_TO, to);
	machine_mmio_write64(edu->registers, EDU_COUNT, EDU_BYTES);
	machine_mmio_write64(edu->registers, EDU_COMMAND, command | COMMAND_RUN);
}

void edu_read(const struct edu *edu, iova_t at)
{
	transfer(edu, at.io, EDU_BUFFER, 0);
}

void edu_write(const struct edu *edu, iova_t at)
{
	transfer(edu, EDU_BUFFER, at.io, COMMAND_WRITE);
}

bool edu_wait(const struct edu *edu)
{
	return WAIT_FOR(!(machine_mmio_read64(edu->registers, EDU_COMMAND) & COMMAND_RUN));
}

void edu_interrupt(const struct edu *edu)
{
	machine_mmio_write32(edu->registers, EDU_RAISE, 1);
	machine_mmio_write32(edu->registers, EDU_LOWER, 1);
}
