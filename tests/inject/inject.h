/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inject.h - damage to one structure of a unit that is at work: the one injector of the campaign
 *
 * It damages a whole machine from outside (tests/system/inject.py loads it as a library) and the
 * fake machine of the unit tests, by the same table of cells. Layouts are literal, from the VT-d
 * specification, chapter 9, and not from stub/. Legacy mode.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <stdint.h>

/* When a whole machine is damaged; the fake machine has no such times. */
#define INJECT_BEFORE	1u	/* before the panic */
#define INJECT_ENTRY	2u	/* at the 64-bit entry: the crashed kernel runs no more */
#define INJECT_SWITCHED	4u	/* at the kdump kernel's entry: the tables are the stub's copies */

enum inject_part { PART_FREE, PART_KERNEL, PART_INITRD, PART_ARENA, PART_COUNT };

/* The machine: its memory, its unit's registers, and what of it a damage may name. */
struct inject_machine {
	void *context;			/* handed to: */
	uint64_t (*read)(void *context, uint64_t pa);	/* 8 bytes, aligned; 0 where there is no RAM */
	void (*write)(void *context, uint64_t pa, uint64_t value);
	uint64_t (*choose)(void *context, uint64_t limit);	/* below `limit`, which is not 0 */

	uint64_t root, interrupts, queue;	/* RTADDR, IRTA, IQA: the addresses in them */
	uint64_t dmar, dmar_size;		/* ACPI's table */
	uint64_t crash[PART_COUNT];		/* a page in each part of the crash region */
	uint64_t beyond, mmio;			/* a page behind all RAM, one of registers */
	uint64_t other;				/* a table of another device, of the top level */
	uint64_t iova;				/* what the device `source` uses just now */
	uint32_t source;			/* bus << 8 | device << 3 | function */
	uint32_t levels;			/* of its page tables */
	uint32_t domain;			/* the domain id of another device */
};

struct inject_cell {
	const char *structure, *damage;
	uint32_t points;		/* INJECT_*: tried on whole machines */
};

uint32_t inject_cell_count(void);
const struct inject_cell *inject_cell(uint32_t index);

/*
 * Damage `machine` as the cell says. Returns how many words were written: 0 if the machine has
 * nothing of the kind, as a table of a level that it does not use.
 */
uint32_t inject(const struct inject_machine *machine, uint32_t index);

#endif /* INJECT_H */
