// SPDX-License-Identifier: GPL-2.0-only
/*
 * rsdp.c - where ACPI begins
 *
 * kexec passes the address in boot_params; the other ways are for loaders that do not. ACPI spec,
 * 5.2.5 "Root System Description Pointer". Each candidate must have the signature and the checksum
 * of revision 0, which all revisions keep.
 */
#include "boot.h"

#include <string.h>

#include "machine.h"

#define RSDP_SIZE	20	/* of revision 0 */

/* UEFI spec, 4.3 "EFI System Table", 64-bit, and 4.6 "EFI Configuration Table". */
#define EFI_SIGNATURE		0x5453595320494249ull	/* "IBI SYST" */
#define EFI_TABLE_COUNT		104
#define EFI_TABLES		112
#define EFI_MAX_TABLES		256

struct efi_table {
	uint64_t guid[2];
	uint64_t address;
};

static const uint64_t acpi20_guid[2] = { 0x11d3e4f18868e871, 0x81883cc7800022bc };
static const uint64_t acpi10_guid[2] = { 0x11d32d88eb9d2d30, 0x4dc13f279000169a };

static bool is_rsdp(phys_t at)
{
	uint8_t bytes[RSDP_SIZE];
	uint8_t sum = 0;

	if (!at.pa || !machine_read(at, bytes, sizeof(bytes)) || memcmp(bytes, "RSD PTR ", 8) != 0)
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		sum += bytes[i];
	return sum == 0;
}

/*
 * The configuration table. Once EFI has gone to virtual mode, which the crashed kernel saw to, the
 * system table's pointer to it is a virtual address; then SETUP_EFI has the physical one.
 */
static uint64_t efi_tables(const struct boot_store *store, uint64_t *count)
{
	const struct boot_efi_info *efi = &store->params.efi_info;
	uint64_t system = (uint64_t)efi->systab_hi << 32 | efi->systab;
	uint64_t signature, tables;

	if (efi->loader_signature != EFI64_LOADER_SIGNATURE || !range_fits(system, PAGE_SIZE) ||
	    !machine_read(phys(system), &signature, sizeof(signature)) ||
	    signature != EFI_SIGNATURE ||
	    !machine_read(phys(system + EFI_TABLE_COUNT), count, sizeof(*count)) ||
	    !machine_read(phys(system + EFI_TABLES), &tables, sizeof(tables)))
		return 0;
	return store->efi_tables ? store->efi_tables : tables;
}

static phys_t efi_rsdp(const struct boot_store *store)
{
	uint64_t count = 0;
	uint64_t tables = efi_tables(store, &count);
	struct efi_table table;
	phys_t old = phys(0);

	if (count > EFI_MAX_TABLES)
		count = EFI_MAX_TABLES;
	for (uint64_t i = 0; tables && i < count; i++) {
		uint64_t at = tables + i * sizeof(table);

		if (at < tables || !machine_read(phys(at), &table, sizeof(table)))
			break;
		if (memcmp(table.guid, acpi20_guid, sizeof(table.guid)) == 0)
			return phys(table.address);
		if (memcmp(table.guid, acpi10_guid, sizeof(table.guid)) == 0)
			old = phys(table.address);
	}
	return old;
}

static phys_t scan(uint64_t start, uint64_t end)
{
	for (uint64_t at = start; at < end; at += 16)
		if (is_rsdp(phys(at)))
			return phys(at);
	return phys(0);
}

/* The first KiB of the extended BIOS data area, then the BIOS itself. */
static phys_t bios_rsdp(void)
{
	uint16_t segment = 0;
	phys_t found = phys(0);

	if (machine_read(phys(0x40e), &segment, sizeof(segment)) && segment >= 0x40)
		found = scan((uint64_t)segment << 4, ((uint64_t)segment << 4) + 1024);
	return found.pa ? found : scan(0xe0000, 0x100000);
}

phys_t rsdp_find(const struct boot_store *store)
{
	phys_t at = phys(store->params.acpi_rsdp_addr);

	if (is_rsdp(at))
		return at;
	at = efi_rsdp(store);
	if (is_rsdp(at))
		return at;
	return bios_rsdp();
}
