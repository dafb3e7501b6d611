/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_SETUP_H
#define ASM_SETUP_H

#include <linux/types.h>

struct setup_data {
	u64 next;
	u32 type, len;
};

struct boot_params {
	struct { u64 setup_data; } hdr;
};

extern struct boot_params boot_params;

#endif /* ASM_SETUP_H */
