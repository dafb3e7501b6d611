/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_regs.h - PCI configuration space, as far as it is read, and the ACPI table that says where it is
 *
 * Sources: PCI Express Base Specification, chapter 7 (7.5.1 for the header, 7.5.3 for the PCI Express
 * capability, 7.8.4 for AER); PCI Firmware Specification 4.1.2 (MCFG). A register is its offset,
 * with its fields beneath.
 */
#ifndef PCI_REGS_H
#define PCI_REGS_H

#include <assert.h>
#include <stdint.h>

#include "acpi_dmar.h"

#define PCI_ID			0x00	/* vendor 15:0, device 31:16 */
#define  PCI_NOTHING		0xffffffffu	/* what is read where nothing answers */
#define PCI_COMMAND		0x04	/* command 15:0, status 31:16 */
#define  PCI_COMMAND_MASTER	(1u << 2)
#define  PCI_STATUS_LIST	(1u << 20)	/* there is a capability list */
#define PCI_CLASS		0x08	/* class code 31:8, revision 7:0 */
#define  PCI_CLASS_HOST_BRIDGE	0x0600	/* in 31:16 */
#define  PCI_BASE_CLASS(value)	((value) >> 24)
#define  PCI_BASE_CLASS_BRIDGE	0x06
#define PCI_HEADER_TYPE		0x0c	/* in 23:16 */
#define  PCI_HEADER_LAYOUT	0x7f
#define  PCI_HEADER_ENDPOINT	0
#define  PCI_HEADER_BRIDGE	1
#define  PCI_HEADER_MULTI	0x80
#define PCI_BUSES		0x18	/* bridges: primary 7:0, secondary 15:8, subordinate 23:16 */
#define PCI_SECONDARY_STATUS	0x1c	/* bridges: in 31:16 */
#define PCI_LIST		0x34	/* first capability in 7:0 */
#define PCI_BRIDGE_CONTROL	0x3c	/* bridges: in 31:16 */
#define PCI_SPACE		0x100	/* bytes: where the conventional space ends */

/* A capability: id 7:0, next 15:8, of which the two low bits are to be ignored (7.5.1.1.11). */
#define PCI_LIST_FIRST		0x40
#define PCI_LIST_NEXT(head)	((head) >> 8 & 0xfc)
#define PCI_LIST_MOST		((PCI_SPACE - PCI_LIST_FIRST) / 4u)
#define PCI_CAP_EXPRESS		0x10
#define PCI_EXP_TYPE(head)	((head) >> 20 & 0xf)
#define  PCI_EXP_ROOT_PORT	4
#define  PCI_EXP_DOWNSTREAM	6
#define  PCI_EXP_PCI_BRIDGE	7	/* to a bus of PCI or PCI-X */
#define  PCI_EXP_COLLECTOR	10	/* root complex event collector */
#define PCI_EXP_DEVICE		0x08	/* device control 15:0, device status 31:16 */
#define PCI_EXP_SIZE		0x0c	/* up to there every PCI Express capability has */

/* Extended capabilities: id 15:0, version 19:16, next 31:20 */
#define PCI_EXT_FIRST		0x100
#define PCI_EXT_END		0x1000
#define PCI_EXT_NEXT(head)	((head) >> 20 & 0xffc)
#define PCI_EXT_MOST		((PCI_EXT_END - PCI_EXT_FIRST) / 8u)
#define PCI_EXT_AER		0x0001
#define PCI_AER_UNCORRECTABLE	0x04
#define PCI_AER_SEVERITY	0x0c
#define PCI_AER_CORRECTABLE	0x10
#define PCI_AER_CONTROL		0x18
#define PCI_AER_HEADER_LOG	0x1c
#define PCI_AER_SIZE		0x2c
#define PCI_AER_ROOT_STATUS	0x30	/* root ports and event collectors alone */
#define PCI_AER_SOURCE		0x34
#define PCI_AER_ROOT_SIZE	0x38

/* MCFG: behind the ACPI header 8 reserved bytes, then these. */
struct mcfg_entry {
	uint64_t base;		/* of bus 0: 1 MiB a bus, 4 KiB a function, be start_bus what it may */
	uint16_t segment;
	uint8_t  start_bus;
	uint8_t  end_bus;	/* inclusive */
	uint32_t reserved;
} __attribute__((packed));
static_assert(sizeof(struct mcfg_entry) == 16, "mcfg_entry");

#define MCFG_ENTRIES		(sizeof(struct acpi_header) + 8)
#define PCI_BUS_SHIFT		20
#define PCI_FUNCTION_SHIFT	12

#endif /* PCI_REGS_H */
