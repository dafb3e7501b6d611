/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bootparam.h - what the boot loader hands to a kernel: Linux's boot_params, as far as it is used
 *
 * Layout and meaning: the kernel's Documentation/arch/x86/zero-page.rst for the page, and boot.rst
 * ("The Linux/x86 Boot Protocol") for the setup header at 0x1f1 and the setup_data list.
 */
#ifndef BOOTPARAM_H
#define BOOTPARAM_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define E820_TYPE_RAM		1
#define E820_TYPE_RESERVED	2
#define E820_MAX_TABLE		128	/* entries in boot_params itself */

#define SETUP_HEADER_MAGIC	0x53726448u	/* "HdrS" */
#define SETUP_HEADER_VERSION	0x020c		/* the first with 64-bit entry and xloadflags */

struct boot_e820_entry {
	uint64_t addr;
	uint64_t size;
	uint32_t type;
} __attribute__((packed));

/* Where the EFI loader left its tables. */
struct boot_efi_info {
	uint32_t loader_signature;
#define  EFI64_LOADER_SIGNATURE	0x34364c45u	/* "EL64" */
	uint32_t systab;
	uint32_t memdesc_size;
	uint32_t memdesc_version;
	uint32_t memmap;
	uint32_t memmap_size;
	uint32_t systab_hi;
	uint32_t memmap_hi;
} __attribute__((packed));

/* The setup header, from 0x1f1 of the image and of boot_params alike. */
struct setup_header {
	uint8_t setup_sects;
	uint16_t root_flags;
	uint32_t syssize;		/* protected-mode part, in 16-byte units */
	uint16_t ram_size;
	uint16_t vid_mode;
	uint16_t root_dev;
	uint16_t boot_flag;
	uint16_t jump;
	uint32_t header;		/* SETUP_HEADER_MAGIC */
	uint16_t version;
	uint32_t realmode_swtch;
	uint16_t start_sys_seg;
	uint16_t kernel_version;
	uint8_t type_of_loader;
	uint8_t loadflags;
	uint16_t setup_move_size;
	uint32_t code32_start;
	uint32_t ramdisk_image;
	uint32_t ramdisk_size;
	uint32_t bootsect_kludge;
	uint16_t heap_end_ptr;
	uint8_t ext_loader_ver;
	uint8_t ext_loader_type;
	uint32_t cmd_line_ptr;
	uint32_t initrd_addr_max;
	uint32_t kernel_alignment;
	uint8_t relocatable_kernel;
	uint8_t min_alignment;
	uint16_t xloadflags;
	uint32_t cmdline_size;
	uint32_t hardware_subarch;
	uint64_t hardware_subarch_data;
	uint32_t payload_offset;
	uint32_t payload_length;
	uint64_t setup_data;		/* physical address of the first struct setup_data, or 0 */
	uint64_t pref_address;
	uint32_t init_size;		/* memory needed from the load address on */
	uint32_t handover_offset;
	uint32_t kernel_info_offset;
} __attribute__((packed));

struct boot_params {
	uint8_t unused1[0x058];
	uint64_t tboot_addr;		/* physical address of tboot's shared page, or 0 */
	uint8_t unused8[0x070 - 0x060];
	uint64_t acpi_rsdp_addr;
	uint8_t unused2[0x0c0 - 0x078];
	uint32_t ext_ramdisk_image;	/* the upper halves of the header's fields */
	uint32_t ext_ramdisk_size;
	uint32_t ext_cmd_line_ptr;
	uint8_t unused3[0x1c0 - 0x0cc];
	struct boot_efi_info efi_info;
	uint8_t unused4[0x1e8 - 0x1e0];
	uint8_t e820_entries;
	uint8_t unused5[0x1f1 - 0x1e9];
	struct setup_header hdr;
	uint8_t unused6[0x2d0 - 0x26c];
	struct boot_e820_entry e820_table[E820_MAX_TABLE];
	uint8_t unused7[0x1000 - 0xcd0];
} __attribute__((packed));

/* A node of the setup_data list; `len` bytes of data follow. */
struct setup_data {
	uint64_t next;			/* physical address, or 0 */
	uint32_t type;
#define  SETUP_NONE		0
#define  SETUP_E820_EXT		1	/* data: struct boot_e820_entry[], beyond E820_MAX_TABLE */
#define  SETUP_EFI		4	/* data: struct setup_efi */
#define  SETUP_INDIRECT		0x80000000u	/* data: struct setup_indirect */
	uint32_t len;
};

/* The data is elsewhere. */
struct setup_indirect {
	uint32_t type;
	uint32_t reserved;
	uint64_t len;
	uint64_t addr;
};

/*
 * Linux's struct efi_setup_data: from a kexec'ing kernel to the next. After EFI has gone to virtual
 * mode the system table's own pointers are virtual addresses; these are the physical ones.
 */
struct setup_efi {
	uint64_t fw_vendor;
	uint64_t runtime;
	uint64_t tables;		/* EFI configuration table */
	uint64_t smbios;
	uint64_t reserved[8];
};

#define BOOT_AT(type, field, at) \
	static_assert(offsetof(struct type, field) == (at), #type "." #field)

BOOT_AT(boot_params, tboot_addr, 0x058);
BOOT_AT(boot_params, acpi_rsdp_addr, 0x070);
BOOT_AT(boot_params, ext_ramdisk_image, 0x0c0);
BOOT_AT(boot_params, ext_cmd_line_ptr, 0x0c8);
BOOT_AT(boot_params, efi_info, 0x1c0);
BOOT_AT(boot_params, e820_entries, 0x1e8);
BOOT_AT(boot_params, hdr, 0x1f1);
BOOT_AT(boot_params, hdr.syssize, 0x1f4);
BOOT_AT(boot_params, hdr.header, 0x202);
BOOT_AT(boot_params, hdr.version, 0x206);
BOOT_AT(boot_params, hdr.ramdisk_image, 0x218);
BOOT_AT(boot_params, hdr.cmd_line_ptr, 0x228);
BOOT_AT(boot_params, hdr.xloadflags, 0x236);
BOOT_AT(boot_params, hdr.cmdline_size, 0x238);
BOOT_AT(boot_params, hdr.payload_offset, 0x248);
BOOT_AT(boot_params, hdr.setup_data, 0x250);
BOOT_AT(boot_params, hdr.init_size, 0x260);
BOOT_AT(boot_params, hdr.kernel_info_offset, 0x268);
BOOT_AT(boot_params, e820_table, 0x2d0);
static_assert(sizeof(struct boot_params) == 0x1000, "boot_params");
static_assert(sizeof(struct boot_e820_entry) == 20, "boot_e820_entry");
static_assert(sizeof(struct setup_data) == 16, "setup_data");
static_assert(sizeof(struct setup_indirect) == 24, "setup_indirect");
static_assert(sizeof(struct setup_efi) == 96, "setup_efi");

#undef BOOT_AT

#endif /* BOOTPARAM_H */
