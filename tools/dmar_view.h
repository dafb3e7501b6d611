/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dmar_view.h - a DMAR table from a file, as /sys/firmware/acpi/tables/DMAR shows it
 *
 * The stub's own walk (stub/dmar_items.c) steps through it: what is shown is what the stub sees.
 */
#ifndef DMAR_VIEW_H
#define DMAR_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi_dmar.h"
#include "dmar.h"
#include "problem.h"

/* The structures that the stub has no use for (VT-d spec 8.5-8.9). */
struct dmar_atsr {		/* root ports with ATS; scopes follow */
	struct dmar_structure head;
	uint8_t  flags;		/* bit 0: ALL_PORTS */
	uint8_t  reserved;
	uint16_t segment;
} __attribute__((packed));

struct dmar_rhsa {		/* which NUMA node a unit is in */
	struct dmar_structure head;
	uint32_t reserved;
	uint64_t base;		/* of the unit */
	uint32_t proximity_domain;
} __attribute__((packed));

struct dmar_andd {		/* a device known by its ACPI name, which follows */
	struct dmar_structure head;
	uint8_t  reserved[3];
	uint8_t  device_number;	/* enumeration id in scopes of that type */
} __attribute__((packed));

struct dmar_satc {		/* integrated devices with ATS; scopes follow */
	struct dmar_structure head;
	uint8_t  flags;		/* bit 0: ATC_REQUIRED */
	uint8_t  reserved;
	uint16_t segment;
} __attribute__((packed));

struct dmar_sidp {		/* properties of integrated devices, in their scopes' flags */
	struct dmar_structure head;
	uint16_t reserved;
	uint16_t segment;
} __attribute__((packed));

#define DMAR_DRHD_SIZE		0xfu		/* of its size field; 2^n pages */

enum dmar_scope_type {
	SCOPE_ENDPOINT = 1, SCOPE_BRIDGE = 2, SCOPE_IOAPIC = 3, SCOPE_HPET = 4, SCOPE_ACPI = 5,
};

struct dmar_view {
	struct dmar_table head;
	struct dmar dmar;	/* for dmar_next(); `address_width` may be out of bounds */
	uint64_t extra;		/* bytes of the file behind the table */
	uint32_t walked;	/* where the structures end; below dmar.size: the walk is stuck there */
	bool checksum_ok;
};

/* Is this such a table, rather than a handoff? */
bool dmar_recognised(const uint8_t *data, size_t size);

/* False if there is nothing to show, and `problem` says why. Points into `data`. */
bool dmar_read(struct dmar_view *view, const uint8_t *data, size_t size, struct problem *problem);

/* True if the table can be shown, but cannot be right: `problem` says what. */
bool dmar_damaged(const struct dmar_view *view, struct problem *problem);

/* Bytes of a structure of `type` before its scopes or its name; 0 if the type is not known. */
size_t dmar_fixed_size(uint16_t type);
bool dmar_has_scopes(uint16_t type);

/* The structure's fixed part, zeroes if it is too short for that. */
void dmar_fixed(const struct dmar_item *item, void *fixed, size_t size);

uint32_t dmar_offset(const struct dmar_view *view, const struct dmar_item *item);

/* The scope's own header, of which the stub needs less. */
struct dmar_scope dmar_scope_head(const struct dmar_scope_item *scope);

const char *dmar_type_name(uint16_t type);	/* "DRHD" */
const char *dmar_type_text(uint16_t type);	/* "remapping unit" */
const char *dmar_scope_name(uint8_t type);	/* "endpoint" */

#endif /* DMAR_VIEW_H */
