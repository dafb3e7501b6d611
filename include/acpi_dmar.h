/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_dmar.h - the ACPI tables between the RSDP and the remapping units
 *
 * Sources: ACPI specification 5.2.5 (RSDP), 5.2.6 (table header), 5.2.7/5.2.8 (RSDT, XSDT); VT-d
 * spec chapter 8 "BIOS Considerations" (DMAR). All are byte-packed and may be misaligned.
 */
#ifndef ACPI_DMAR_H
#define ACPI_DMAR_H

#include <assert.h>
#include <stdint.h>

struct acpi_rsdp {
	char	 signature[8];		/* "RSD PTR " */
	uint8_t  checksum;		/* of the first 20 bytes */
	char	 oem_id[6];
	uint8_t  revision;		/* 0: ACPI 1.0, the fields from `length` on do not exist */
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t  extended_checksum;	/* of all `length` bytes */
	uint8_t  reserved[3];
} __attribute__((packed));
static_assert(sizeof(struct acpi_rsdp) == 36, "acpi_rsdp");

#define ACPI_RSDP_V1_SIZE	20

struct acpi_header {
	char	 signature[4];
	uint32_t length;		/* whole table, this header included */
	uint8_t  revision;
	uint8_t  checksum;		/* all bytes sum to 0 */
	char	 oem_id[6];
	char	 oem_table_id[8];
	uint32_t oem_revision;
	uint32_t creator_id;
	uint32_t creator_revision;
} __attribute__((packed));
static_assert(sizeof(struct acpi_header) == 36, "acpi_header");

/* DMAR table (8.1); remapping structures follow. */
struct dmar_table {
	struct acpi_header header;
	uint8_t  host_address_width;	/* minus 1 */
	uint8_t  flags;
	uint8_t  reserved[10];
} __attribute__((packed));
static_assert(sizeof(struct dmar_table) == 48, "dmar_table");

#define DMAR_FLAG_INTR_REMAP	(1u << 0)
#define DMAR_FLAG_X2APIC_OPT_OUT (1u << 1)
#define DMAR_FLAG_DMA_CTRL	(1u << 2)

/* Every remapping structure begins so (8.2). */
struct dmar_structure {
	uint16_t type;
	uint16_t length;		/* this header included */
} __attribute__((packed));

enum dmar_type {
	DMAR_DRHD = 0, DMAR_RMRR = 1, DMAR_ATSR = 2, DMAR_RHSA = 3,
	DMAR_ANDD = 4, DMAR_SATC = 5, DMAR_SIDP = 6,
};

/* DMA remapping hardware unit (8.3); device scopes follow. */
struct dmar_drhd {
	struct dmar_structure head;
	uint8_t  flags;			/* DMAR_DRHD_INCLUDE_ALL */
	uint8_t  size;			/* bits 3:0, revision 4 on: 2^n pages of registers */
	uint16_t segment;
	uint64_t base;
} __attribute__((packed));
static_assert(sizeof(struct dmar_drhd) == 16, "dmar_drhd");

#define DMAR_DRHD_INCLUDE_ALL	(1u << 0)	/* all of the segment that no other unit's scopes name */

/* Reserved memory region (8.4); device scopes follow. */
struct dmar_rmrr {
	struct dmar_structure head;
	uint16_t reserved;
	uint16_t segment;
	uint64_t base;
	uint64_t limit;			/* inclusive */
} __attribute__((packed));
static_assert(sizeof(struct dmar_rmrr) == 24, "dmar_rmrr");

/* Device scope (8.3.1); a path of {device, function} pairs follows. */
struct dmar_scope {
	uint8_t  type;
	uint8_t  length;		/* this header and the path */
	uint16_t reserved;
	uint8_t  enumeration_id;
	uint8_t  start_bus;
} __attribute__((packed));
static_assert(sizeof(struct dmar_scope) == 6, "dmar_scope");

#endif /* ACPI_DMAR_H */
