/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.h - what entry.asm saved for the way out
 *
 * entry.inc has the same offsets for the assembly side.
 */
#ifndef ENTRY_H
#define ENTRY_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image.h"

/* The CPU as the loader left it: depart puts it back. */
struct entry_state {
	uint64_t ticks;		/* TSC at entry */
	uint64_t load;		/* where the image stands */
	uint64_t boot_params;
	uint64_t rsp;
	uint64_t rflags;
	uint64_t cr0;
	uint64_t cr3;
	uint64_t cr4;
	uint64_t efer;
	uint16_t cs;
	uint16_t ds;
	uint16_t es;
	uint16_t ss;
	uint8_t gdtr[10];
	uint8_t idtr[10];
	uint8_t restore_segments;	/* 0: leave GDT, CS, DS, ES, SS as they are then */
};

static_assert(offsetof(struct entry_state, load) == 8, "STATE_LOAD");
static_assert(offsetof(struct entry_state, boot_params) == 16, "STATE_BOOT_PARAMS");
static_assert(offsetof(struct entry_state, cr0) == 40, "STATE_CR0");
static_assert(offsetof(struct entry_state, efer) == 64, "STATE_EFER");
static_assert(offsetof(struct entry_state, cs) == 72, "STATE_CS");
static_assert(offsetof(struct entry_state, gdtr) == 80, "STATE_GDTR");
static_assert(offsetof(struct entry_state, idtr) == 90, "STATE_IDTR");
static_assert(offsetof(struct entry_state, restore_segments) == 100, "STATE_RESTORE_SEGMENTS");
static_assert(sizeof(struct entry_state) == 104, "STATE_SIZE");

static_assert(offsetof(struct image_info, inner_init_size) == 44, "INFO_INIT_SIZE");
static_assert(offsetof(struct image_info, inner_payload_offset) == 48, "INFO_PAYLOAD_OFFSET");
static_assert(offsetof(struct image_info, inner_handover_offset) == 52, "INFO_HANDOVER_OFFSET");
static_assert(offsetof(struct image_info, inner_kernel_info_offset) == 56,
	      "INFO_KERNEL_INFO_OFFSET");

/* In segments.c: whether the loader's GDT and selectors can be loaded without a fault. */
bool segments_restorable(const struct entry_state *entry);

/* The C entry, in main.c. It returns when all is done; entry.asm then departs. */
void arch_main(struct entry_state *entry, const struct image_info *info);

#endif /* ENTRY_H */
