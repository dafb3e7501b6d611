/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.h - reading what the boot loader said, and adding our word to it
 *
 * bootparam.c, rsdp.c and handover.c reach boot_params through stub/machine.h only, so that they
 * compile and are tested on a host too. All that the loader, the crashed kernel or the firmware
 * left is vetted here for form; what it means is for stub/ to judge.
 */
#ifndef BOOT_H
#define BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "bootparam.h"
#include "relay.h"

/* Longer is malformed, and a cycle is longer than anything. Linux and kexec-tools make up to 5. */
#define BOOT_MAX_SETUP_DATA	64

/* What struct relay_boot points to. */
struct boot_store {
	struct boot_params params;
	char command_line[RELAY_MAX_COMMAND_LINE];
	struct relay_e820 e820[RELAY_MAX_E820];
	uint64_t efi_tables;	/* physical, from SETUP_EFI; 0 if unknown */
};

/*
 * Read the boot_params at `where` and all that hangs on them into `store` and `boot`. False if
 * there are none; a damaged part is left out, and e820_sound says if it concerned the map.
 */
bool bootparam_read(phys_t where, struct boot_store *store, struct relay_boot *boot);

/*
 * Note a range as occupied by what the loader placed. Ranges that touch become one; what finds no
 * room is dropped: it all lies in the crash region, which stub/ protects as a whole.
 */
void boot_in_use(struct relay_boot *boot, uint64_t start, uint64_t size);

/* The RSDP: from boot_params, else from EFI, else from the BIOS area; 0 if there is none. */
phys_t rsdp_find(const struct boot_store *store);

/* A node of the setup_data list that has the kernel reserve memory elsewhere. */
struct boot_reserve {
	struct setup_data node;
	struct setup_indirect indirect;
};

/*
 * Take pages of 4 KiB out of the RAM that boot_params' e820 table gives the kernel: they become reserved. All or
 * none: false if a page is in no RAM entry of that table, or the table has no room.
 */
bool handover_take(phys_t boot_params, const uint64_t *pages, uint32_t count);

/*
 * Hang [payload - 16, payload + size) into boot_params' setup_data list as our node, and behind it one
 * that reserves the same memory; or, if that was done before, give both the new size. The 16 bytes
 * before the payload are our own memory, at `node`; so is `again`, whose physical address is `again_at`:
 * it has to stay until the kernel has read it. False if boot_params cannot be read or written.
 */
bool handover_publish(phys_t boot_params, struct setup_data *node, struct boot_reserve *again,
		      phys_t again_at, phys_t payload, uint64_t size);

#endif /* BOOT_H */
