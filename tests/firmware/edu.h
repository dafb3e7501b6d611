/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * edu.h - QEMU's teaching device: one transfer to any address, 100 ms after it is told
 *
 * It holds EDU_BYTES in a buffer of its own, filled from memory and written to memory. Registers:
 * QEMU, docs/specs/edu.rst.
 */
#ifndef EDU_H
#define EDU_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"

#define EDU_BYTES	64u

struct edu {
	uint16_t source;
	phys_t registers;
};

bool edu_find(struct edu *edu, bool behind_bridge);

/* Begin a transfer between its buffer and `at`, as the device's addresses go. */
void edu_read(const struct edu *edu, iova_t at);
void edu_write(const struct edu *edu, iova_t at);

/* Wait for its end. False if that does not come. */
bool edu_wait(const struct edu *edu);

/* Send its interrupt, now. */
void edu_interrupt(const struct edu *edu);

#endif /* EDU_H */
