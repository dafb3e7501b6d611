/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bzimage.h - a Linux/x86 kernel file taken apart
 *
 * Linux, Documentation/arch/x86/boot.rst: setup sectors, whose setup header at 0x1f1 describes
 * the file, and behind them the protected-mode part, which is all that kexec loads.
 */
#ifndef BZIMAGE_H
#define BZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bootparam.h"
#include "file.h"
#include "problem.h"

#define BZIMAGE_HEADER		0x1f1	/* where struct setup_header lies in the file */

/* setup_header.loadflags */
#define LOADED_HIGH			(1u << 0)

/* setup_header.xloadflags */
#define XLF_KERNEL_64			(1u << 0)	/* 64-bit entry at +0x200 */
#define XLF_CAN_BE_LOADED_ABOVE_4G	(1u << 1)
#define XLF_EFI_HANDOVER_32		(1u << 2)
#define XLF_EFI_HANDOVER_64		(1u << 3)

/* The offset in the file of a field of struct setup_header */
#define BZIMAGE_AT(field)	(BZIMAGE_HEADER + offsetof(struct setup_header, field))

struct bzimage {
	struct setup_header header;	/* fields that this kernel's header is too old for are 0 */
	size_t	 header_size;		/* bytes of it in the file */
	const uint8_t *setup;		/* the file's beginning; not owned */
	size_t	 setup_size;
	const uint8_t *body;		/* the protected-mode part, up to the end of the file */
	size_t	 body_size;
};

/* Takes apart `file`, if kexec can load it for a crash through its 64-bit entry. */
bool bzimage_parse(struct bzimage *image, const struct blob *file, struct problem *problem);

/* Puts the header (which the caller may have changed) into the setup sectors at `setup`. */
void bzimage_write_header(const struct bzimage *image, uint8_t *setup);

#endif /* BZIMAGE_H */
