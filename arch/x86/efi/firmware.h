/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * firmware.h - what the EFI applications ask of UEFI
 */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include <efi.h>

#include "relay.h"

/* Where an application begins: each has its own. It is called by gnu-efi's start-up code. */
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/* First of all. */
void firmware_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_BOOT_SERVICES *firmware_services(void);

/* What the application was started with, in ASCII: at most `room` - 1 characters and a NUL. */
void firmware_arguments(char *text, size_t room);

/* Where the ACPI tables begin; 0 if there are none. */
uint64_t firmware_rsdp(void);

/* `size` bytes of zeroed memory, a page multiple, all of it below `limit`; 0 if there is none. */
uint64_t firmware_memory(uint64_t size, uint64_t limit);

/* Text on the console, with '\n' at the ends of lines. */
void firmware_console(const char *text, size_t size);

/*
 * In crash.c. Read UEFI's memory map: after all memory has been asked for, and before
 * firmware_crash(). False if it is larger than there is room for.
 */
bool firmware_read_map(void);

/*
 * In crash.c. Fill in `boot` as if this machine had crashed, and its kdump kernel lived in [region,
 * region + size), which is ours: all other RAM is the crashed kernel's. The region is cleared; in
 * its head comes the ELF core header that says so, and then the arena. `options` go onto the
 * command line. False if there are more pieces of RAM than the header has room for.
 */
#define FIRMWARE_CRASH_HEAD	0x8000ull
bool firmware_crash(struct relay_boot *boot, uint64_t region, uint64_t size, const char *options);

#endif /* FIRMWARE_H */
