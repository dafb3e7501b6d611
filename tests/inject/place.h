/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place.h - where a structure is, for inject.c and inject_dmar.c
 */
#ifndef PLACE_H
#define PLACE_H

#include <stddef.h>

#include "inject.h"

#define PAGE		4096u
#define ADDRESS		0x000ffffffffff000ull
#define PRESENT		1u			/* of root, context and interrupt entries */
#define READ_WRITE	3u			/* of page-table entries: present is either */
#define SUPERPAGE	(1ull << 7)

#define STRUCTURES(S) \
	S(ROOT_TABLE) S(ROOT_ENTRY) S(CONTEXT_TABLE) S(CONTEXT_ENTRY) S(LEVEL4_TABLE) S(LEVEL4) \
	S(LEVEL3_TABLE) S(LEVEL3) S(LEVEL2_TABLE) S(LEVEL2) S(LEAF_TABLE) S(LEAF) \
	S(INTERRUPT_TABLE) S(INTERRUPT_ENTRY) S(QUEUE) S(DMAR)
#define DAMAGES(D) \
	D(RANDOM) D(FLIP) D(ONES) D(ZEROS) D(SELF) D(LOOP) D(BEYOND) D(CRASH_FREE) D(CRASH_KERNEL) \
	D(CRASH_INITRD) D(CRASH_ARENA) D(OTHER_TABLE) D(MMIO) D(WIDTH) D(RESERVED) D(DOMAIN)

#define NUMBER(name) name,
enum structure { STRUCTURES(NUMBER) };
enum damage { DAMAGES(NUMBER) };

/* Where the structure is: its page, and of an entry its 16 or 8 bytes. */
struct place {
	uint64_t page, entry;
	uint32_t entry_bytes;
	uint32_t size;			/* of the page, or of what stands for it */
	uint64_t above;			/* a table nearer to the root */
};

/* False: the machine has none. */
bool place_find(const struct inject_machine *m, enum structure structure, struct place *place);

/* Where the device's context entry is, 0 if its bus has no table; and the top of its page tables. */
uint64_t context_slot(const struct inject_machine *m);
uint64_t top_table(const struct inject_machine *m);

/* Damage to the DMAR table, its pointer led to `target`. Returns how many bytes were written. */
uint32_t damage_dmar(const struct inject_machine *m, enum damage damage, const struct place *place,
		     uint64_t target);

static inline uint64_t read(const struct inject_machine *m, uint64_t pa)
{
	return m->read(m->context, pa);
}

static inline uint32_t write(const struct inject_machine *m, uint64_t pa, uint64_t value)
{
	m->write(m->context, pa, value);
	return 1;
}

static inline uint64_t choose(const struct inject_machine *m, uint64_t limit)
{
	return m->choose(m->context, limit);
}

#endif /* PLACE_H */
