// SPDX-License-Identifier: GPL-2.0-only
#include "acpi.h"

#include <string.h>

#include "acpi_dmar.h"
#include "machine.h"

static uint8_t sum(const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;
	uint8_t total = 0;

	while (size--)
		total = (uint8_t)(total + *byte++);
	return total;
}

/* ACPI specification 5.2.5: an RSDP of revision 0 has an RSDT only. */
static bool read_rsdp(phys_t address, struct acpi_rsdp *rsdp)
{
	memset(rsdp, 0, sizeof(*rsdp));
	if (!address.pa || !machine_read(address, rsdp, ACPI_RSDP_V1_SIZE) ||
	    memcmp(rsdp->signature, "RSD PTR ", 8) || sum(rsdp, ACPI_RSDP_V1_SIZE))
		return false;
	/* The rest is believed only as a whole; without it the RSDT still serves. */
	if (rsdp->revision >= 2 &&
	    (!machine_read(address, rsdp, sizeof(*rsdp)) || sum(rsdp, sizeof(*rsdp))))
		rsdp->xsdt = 0;
	return true;
}

/* A table of tables: XSDT or RSDT. */
struct root_table {
	phys_t entries;
	size_t width;		/* bytes of each */
	uint32_t count;		/* 0 if there is no such table */
};

static struct root_table open_root(phys_t address, const char *name, size_t width)
{
	struct root_table root = { phys(address.pa + sizeof(struct acpi_header)), width, 0 };
	struct acpi_header header;

	if (!address.pa || !machine_read(address, &header, sizeof(header)) ||
	    memcmp(header.signature, name, 4) || header.length < sizeof(header))
		return root;
	root.count = (uint32_t)((header.length - sizeof(header)) / width);
	if (root.count > ACPI_MAX_TABLES)
		root.count = ACPI_MAX_TABLES;
	return root;
}

static struct root_table open_xsdt(const struct acpi_rsdp *rsdp)
{
	return open_root(phys(rsdp->xsdt), "XSDT", sizeof(uint64_t));
}

static struct root_table open_rsdt(const struct acpi_rsdp *rsdp)
{
	return open_root(phys(rsdp->rsdt), "RSDT", sizeof(uint32_t));
}

/* The table that an entry leads to, and its name; 0 if it leads nowhere. */
static uint64_t read_entry(const struct root_table *root, uint32_t index, char *name)
{
	uint64_t entry = 0;

	return machine_read(phys(root->entries.pa + index * root->width), &entry, root->width) &&
	       entry && machine_read(phys(entry), name, 4) ? entry : 0;
}

static uint64_t find_in(struct root_table root, const char *signature)
{
	char name[4];

	for (uint32_t i = 0; i < root.count; i++) {
		uint64_t entry = read_entry(&root, i, name);

		if (entry && !memcmp(name, signature, 4))
			return entry;
	}
	return 0;
}

bool acpi_next(phys_t rsdp_address, const char *signature, uint32_t *at, phys_t *table)
{
	struct acpi_rsdp rsdp;
	struct root_table roots[2];
	char name[4];

	if (!read_rsdp(rsdp_address, &rsdp))
		return false;
	roots[0] = open_xsdt(&rsdp);
	roots[1] = open_rsdt(&rsdp);
	while (*at < roots[0].count + roots[1].count) {
		uint32_t index = (*at)++;
		const struct root_table *root = &roots[index >= roots[0].count];
		uint64_t entry = read_entry(root, index - (root == &roots[1] ? roots[0].count : 0), name);

		if (entry && !memcmp(name, signature, 4)) {
			*table = phys(entry);
			return true;
		}
	}
	return false;
}

/* ACPI specification 5.2.6: four ASCII characters. All that it lists, or reserves, are of these. */
static bool is_name(const char *name)
{
	for (unsigned int i = 0; i < 4; i++)
		if (!(name[i] >= 'A' && name[i] <= 'Z') && !(name[i] >= '0' && name[i] <= '9') && name[i] != '_')
			return false;
	return true;
}

/* Does another table of `root` begin within the `size` bytes at `start`? */
static bool has_neighbour(const struct root_table *root, uint64_t start, uint32_t size)
{
	char name[4];

	for (uint32_t i = 0; i < root->count; i++) {
		uint64_t entry = read_entry(root, i, name);

		if (entry > start && entry - start < size)
			return true;
	}
	return false;
}

phys_t acpi_nameless(phys_t rsdp_address, uint32_t size)
{
	struct acpi_rsdp rsdp;
	struct root_table root;
	uint64_t found = 0;
	char name[4];

	if (!read_rsdp(rsdp_address, &rsdp))
		return phys(0);
	root = open_xsdt(&rsdp);
	if (!root.count)
		root = open_rsdt(&rsdp);
	for (uint32_t i = 0; i < root.count; i++) {
		uint64_t entry = read_entry(&root, i, name);

		if (!entry || is_name(name))
			continue;
		if (found)
			return phys(0);
		found = entry;
	}
	return phys(has_neighbour(&root, found, size) ? 0 : found);
}

enum acpi_result acpi_copy(struct acpi_table *table, phys_t at, uint32_t least, struct arena *arena)
{
	struct acpi_header header;
	uint8_t *copy;

	*table = (struct acpi_table){ .at = at };
	if (!machine_read(at, &header, sizeof(header)))
		return ACPI_BAD_TABLE;
	table->size = header.length;
	if (header.length < least || header.length > ACPI_MAX_SIZE)
		return ACPI_BAD_TABLE;
	copy = arena_alloc(arena, header.length, 8);
	if (!copy)
		return ACPI_NO_ROOM;
	/* Only the copy counts from here on; the length is the one that the room was made for. */
	if (!machine_read(at, copy, header.length) || sum(copy, header.length))
		return ACPI_BAD_TABLE;
	table->bytes = copy;
	return ACPI_FOUND;
}

enum acpi_result acpi_find(struct acpi_table *table, phys_t rsdp_address, const char *signature,
			   uint32_t least, struct arena *arena)
{
	struct acpi_rsdp rsdp;
	uint64_t at;

	*table = (struct acpi_table){ .at = phys(0) };
	if (!read_rsdp(rsdp_address, &rsdp))
		return ACPI_NO_RSDP;
	at = find_in(open_xsdt(&rsdp), signature);
	if (!at)
		at = find_in(open_rsdt(&rsdp), signature);
	return at ? acpi_copy(table, phys(at), least, arena) : ACPI_NO_TABLE;
}
