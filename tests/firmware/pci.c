// SPDX-License-Identifier: GPL-2.0-only
/*
 * By the ports of configuration mechanism 1 (PCI Local Bus Specification 3.0, 3.2.2.3.2).
 */
#include "pci.h"

#include "ports.h"

#define ADDRESS		0xcf8
#define DATA		0xcfc

#define PCI_ID		0x00
#define PCI_COMMAND	0x04
#define  COMMAND_ALL	0x0407		/* ports, memory, bus master; no INTx */
#define PCI_BAR(n)	(0x10 + 4 * (n))
#define  BAR_PORT	1u
#define  BAR_64_BITS	4u
#define PCI_CAPABILITIES 0x34
#define  CAPABILITY_MSI	0x05
#define  MSI_64_BITS	(1u << 23)
#define  MSI_ENABLE	(1u << 16)

#define BUSES		4u		/* that the test machines have, at most */

static uint32_t read(uint16_t source, unsigned int offset)
{
	outl(ADDRESS, 1u << 31 | (uint32_t)source << 8 | offset);
	return inl(DATA);
}

static void write(uint16_t source, unsigned int offset, uint32_t value)
{
	outl(ADDRESS, 1u << 31 | (uint32_t)source << 8 | offset);
	outl(DATA, value);
}

uint16_t pci_find(uint32_t id, bool behind_bridge)
{
	unsigned int first = behind_bridge ? 1 : 0, end = behind_bridge ? BUSES : 1;

	for (unsigned int source = first << 8; source < end << 8; source++) {
		if (read((uint16_t)source, PCI_ID) != id)
			continue;
		write((uint16_t)source, PCI_COMMAND, COMMAND_ALL);
		return (uint16_t)source;
	}
	return PCI_NONE;
}

uint64_t pci_bar(uint16_t source, unsigned int number)
{
	uint64_t low = read(source, PCI_BAR(number));

	if (low & BAR_PORT)
		return low & ~3ull;
	if (low & BAR_64_BITS)
		low |= (uint64_t)read(source, PCI_BAR(number + 1)) << 32;
	return low & ~15ull;
}

void pci_msi(uint16_t source, uint32_t address, uint16_t data)
{
	unsigned int at = read(source, PCI_CAPABILITIES) & 0xfc;
	uint32_t head = 0;

	for (; at; at = head >> 8 & 0xfc) {
		head = read(source, at);
		if ((head & 0xff) == CAPABILITY_MSI)
			break;
	}
	if (!at)
		return;
	write(source, at + 4, address);
	if (head & MSI_64_BITS) {
		write(source, at + 8, 0);
		at += 4;
	}
	write(source, at + 8, data);
	write(source, head & MSI_64_BITS ? at - 4 : at, head | MSI_ENABLE);
}
