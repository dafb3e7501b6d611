/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bytes.h - a machine whose memory is the input: stub/machine.h for parsers
 *
 * Only 16 address lines are decoded: the input appears at every multiple of 64 KiB, zeros between
 * its copies. So whatever address a mutation makes, there is something that it leads to.
 */
#ifndef BYTES_H
#define BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

#define BYTES_SIZE	0x10000u
#define BYTES_CPU_BITS	46

/* From now on memory holds data[0..size), which stays the caller's. Counts from here, too. */
void bytes_set(const uint8_t *data, size_t size);

/* Reads since then: what bounds a parser's work. */
unsigned long bytes_reads(void);

/* An arena of `size` bytes, in memory that the sanitizer watches on both sides; one at a time. */
void bytes_arena(struct arena *arena, uint64_t size);

#endif /* BYTES_H */
