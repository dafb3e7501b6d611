/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.h - what `dmarelay wrap` tells the stub about the image that it made
 *
 *	protected-mode part of the wrapped bzImage, as the loader lays it out in memory:
 *
 *	+0			stub (32-bit entry at +0, image_info at +0x40, 64-bit entry at +0x200)
 *	+dmar_offset		ACPI's DMAR table as it was when the image was made, if wrap was given it
 *	+inner_offset		the inner kernel's protected-mode part, unchanged
 *	+arena_offset		the arena, inside the wrapped header's init_size but not in the file
 *
 * The stub binary carries the block with `magic` set and everything else 0; wrap fills it in. A
 * stub that finds inner_offset 0 was never wrapped and halts.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_INFO_OFFSET	0x40
#define IMAGE_INFO_MAGIC	0x3147414d494d4452ull	/* "RDMIMAG1" */
#define IMAGE_ENTRY32_OFFSET	0x0	/* Linux boot protocol, 32-bit entry */
#define IMAGE_ENTRY64_OFFSET	0x200	/* 64-bit entry */
#define IMAGE_MAX_STUB_SIZE	0x20000	/* bytes of stub in the file */

/* image_info.flags */
#define IMAGE_ADOPTING	(1u << 0)	/* the inner kernel adopts: dmarelay.fence=auto is on */
#define IMAGE_HIDE	(1u << 1)	/* dmarelay.iommu=auto hides: `dmarelay wrap --hide` */

struct image_info {
	uint64_t magic;
	uint32_t stub_size;	/* bytes of the stub in the file; linker */
	uint32_t stub_memory;	/* bytes it needs from its start, .bss included; linker */
	uint32_t inner_offset;	/* multiple of kernel_alignment, at least stub_memory; wrap */
	uint32_t flags;		/* IMAGE_*; wrap */
	uint64_t arena_offset;	/* page aligned; wrap */
	uint64_t arena_size;	/* bytes, page multiple, at most 2^32 - 4096; wrap */
	/* Setup-header fields as the inner kernel's own file has them, put back before the jump. */
	uint32_t inner_syssize;
	uint32_t inner_init_size;
	uint32_t inner_payload_offset;
	uint32_t inner_handover_offset;
	uint32_t inner_kernel_info_offset;
	uint16_t inner_xloadflags;
	uint16_t reserved2;
	uint32_t dmar_offset;	/* multiple of 8, at least stub_memory; 0 if there is none; wrap */
	uint32_t dmar_size;	/* bytes; the table ends at or before inner_offset; wrap */
};

static_assert(offsetof(struct image_info, stub_size) == 8, "image_info.stub_size");
static_assert(offsetof(struct image_info, inner_offset) == 16, "image_info.inner_offset");
static_assert(offsetof(struct image_info, arena_offset) == 24, "image_info.arena_offset");
static_assert(offsetof(struct image_info, inner_syssize) == 40, "image_info.inner_syssize");
static_assert(offsetof(struct image_info, inner_xloadflags) == 60, "image_info.inner_xloadflags");
static_assert(offsetof(struct image_info, dmar_offset) == 64, "image_info.dmar_offset");
static_assert(sizeof(struct image_info) == 72, "image_info");
static_assert(IMAGE_INFO_OFFSET + sizeof(struct image_info) <= IMAGE_ENTRY64_OFFSET, "image_info fits");

#endif /* IMAGE_H */
