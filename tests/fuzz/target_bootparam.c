// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot_params and all that hangs on them: the setup_data chain, the command line, EFI's tables.
 *
 * The input's head is what is read of boot_params, without the bytes between; the rest is memory.
 * Where boot_params and the BIOS area have the same bytes, unused by the former, an RSDP stands,
 * unless the input's first byte is ff: scanning all of that area for none takes long.
 */
#include "boot.h"
#include "bytes.h"
#include "fuzz.h"

#define PARAMS_AT	0x90000ull	/* what bytes.h makes of it: an offset of 0 */
#define ENTRIES		6		/* of the e820 table in the input */

static const uint8_t bios_rsdp[20] = "RSD PTR \xe1";	/* with its checksum */

static void read_head(struct input *input, struct boot_params *params)
{
	memset(params, 0, sizeof(*params));
	if (take_number(input, 1) != 0xff)
		memcpy(params->unused1, bios_rsdp, sizeof(bios_rsdp));
	take(input, &params->acpi_rsdp_addr, 8);
	take(input, &params->ext_ramdisk_image, 12);
	take(input, &params->efi_info, sizeof(params->efi_info));
	take(input, &params->e820_entries, 1);
	take(input, &params->hdr, sizeof(params->hdr));
	take(input, params->e820_table, ENTRIES * sizeof(params->e820_table[0]));
}

static void check(const struct boot_store *store, const struct relay_boot *boot)
{
	must(memchr(store->command_line, 0, sizeof(store->command_line)));
	must(boot->e820_count <= RELAY_MAX_E820);
	for (size_t i = 0; i < boot->e820_count; i++)
		must(range_fits(boot->e820[i].start, boot->e820[i].size));
	must(boot->in_use_count <= sizeof(boot->in_use) / sizeof(boot->in_use[0]));
	for (size_t i = 0; i < boot->in_use_count; i++) {
		must(boot->in_use[i].size);
		must(boot->in_use[i].start + boot->in_use[i].size > boot->in_use[i].start);
	}
	must(boot->initrd.start <= UINT64_MAX - boot->initrd.size);
	must(boot->in_use_count);	/* boot_params themselves */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_store store;
	static uint8_t memory[sizeof(struct boot_params) + BYTES_SIZE];
	struct relay_boot boot = { .e820_sound = false };
	struct input input = { data, size };
	size_t rest;

	read_head(&input, (struct boot_params *)memory);
	rest = input.size < BYTES_SIZE ? input.size : BYTES_SIZE;
	take(&input, memory + sizeof(struct boot_params), rest);
	bytes_set(memory, sizeof(struct boot_params) + rest);

	store.efi_tables = 0;		/* as in the image: zero at the start */
	if (bootparam_read(phys(PARAMS_AT), &store, &boot))
		check(&store, &boot);
	/* The chain, 64 nodes; a full map, entry by entry; EFI's tables; the BIOS area, by 16 bytes. */
	must(bytes_reads() <= 16 + 2 * BOOT_MAX_SETUP_DATA + RELAY_MAX_E820 + 256 + (64 + 8192));
	return 0;
}
