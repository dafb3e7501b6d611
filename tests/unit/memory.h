/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - sparse fake physical memory, and what a unit that does not snoop CPU caches sees of it
 *
 * Pages come into being when they are written. Reading a page that does not exist fails the test:
 * the stub has read what is not RAM.
 *
 * The arena is the test's own memory at a fake physical address. Stores to it stay in the "CPU
 * cache" until machine_flush() copies the lines to the shadow, which is all that a unit with
 * ECAP.C = 0 sees: a line that was never flushed still holds MEMORY_STALE bytes there.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMORY_STALE	0xd5

/* Forget all pages and the arena. */
void memory_reset(void);

/* The arena: page-aligned host memory, zeroed like what a boot loader leaves; at `pa`. */
void *memory_arena(uint64_t pa, uint64_t size);
bool memory_in_arena(uint64_t pa, uint64_t size);
void memory_flush(const void *data, size_t size);

/* As the CPU sees it. memory_get() is false, and fails no test, where a page is missing. */
bool memory_get(uint64_t pa, void *to, size_t size);
void memory_put(uint64_t pa, const void *from, size_t size);
void memory_put64(uint64_t pa, uint64_t value);
uint64_t memory_get64(uint64_t pa);
void memory_fill(uint64_t pa, uint8_t byte, size_t size);

/* Let pages in [first, last] be read as zeros though nobody wrote them; up to 8 such stretches. */
void memory_allow(uint64_t first, uint64_t last);

/*
 * As a unit sees it: of the arena, without snooping, only what was flushed. What a unit writes beside
 * a dirty cache line the CPU does not see.
 */
bool memory_get_by_unit(bool snoops, uint64_t pa, void *to, size_t size);
void memory_put_by_unit(bool snoops, uint64_t pa, const void *from, size_t size);

/* A frozen picture of all pages (snapshot), or of the arena alone as a unit sees it. */
struct memory_picture;
struct memory_picture *memory_snapshot(void);
struct memory_picture *memory_arena_picture(bool snoops);
void memory_picture_free(struct memory_picture *picture);
/* From the picture where it has the page, else false. */
bool memory_picture_get(const struct memory_picture *picture, uint64_t pa, void *to, size_t size);

/* Do all pages that the picture has still hold the same? If not, *where is the first difference. */
bool memory_unchanged(const struct memory_picture *picture, uint64_t *where);

#endif /* MEMORY_H */
