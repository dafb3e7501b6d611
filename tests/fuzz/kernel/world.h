/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - the machine that a kdump kernel's driver runs on, as far as it can see one
 *
 * Two stretches of RAM: the image, what the stub left (the node, the handoff, its tables), and pages
 * of the kernel's own. Other physical addresses have a virtual one that faults. The sanitizer watches
 * what lies behind the node's end.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define WORLD_PAGE		4096u
#define WORLD_MOST_PAGES	512u		/* of the image */
#define WORLD_KERNEL		0x10000000ull	/* the kernel's own pages */
#define WORLD_KERNEL_PAGES	192u

#define world_must(condition) do {							\
	if (!(condition)) {								\
		fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition);	\
		abort();								\
	}										\
} while (0)

struct world_page {
	bool reserved;		/* not the page allocator's */
	int count, managed;
};

struct world {
	uint8_t *image;			/* page aligned, `pages` of them, at physical address `base` */
	uint64_t base;
	uint32_t pages;
	uint64_t reserved;		/* bytes of it that early boot has reserved: the node's */
	struct world_page page[WORLD_MOST_PAGES];
	unsigned long work;		/* looks at pages and devices: what bounds the walks */
	int fail_at;			/* this allocation fails, 1 = the first; 0: none */
	bool log;			/* to stderr */
};

extern struct world world;

/*
 * A new machine with `image`, of which early boot has reserved the first `reserved` bytes; what is
 * behind them must not be touched. The image stays the caller's.
 */
void world_begin(uint8_t *image, uint64_t base, uint32_t pages, uint64_t reserved);

/* Free what was allocated; the image can be touched again. */
void world_end(void);

bool world_is_ram(uint64_t start, uint64_t size);
/* Of the image, and not behind the node's end. */
bool world_readable(uint64_t start, uint64_t size);
void *world_virt(uint64_t at);
uint64_t world_phys(const void *at);

/* A page of the kernel's own. */
bool world_is_kernel(uint64_t at);

/* Of a page of the image. */
struct world_page *world_page(uint64_t number);

/* A zeroed page of the kernel's own, or NULL. */
void *world_alloc_page(void);
void world_free_page(void *page);

/* Zeroed memory until world_end(), or NULL: as told, or when somebody wants very much. */
void *world_calloc(size_t count, size_t size);

__attribute__((format(printf, 1, 2)))
void world_log(const char *format, ...);

#endif /* WORLD_H */
