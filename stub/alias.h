/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alias.h - copies that more than one entry refers to
 *
 * A table is copied once however many entries lead to it, so that what is written into the copy shows
 * at every IOVA that goes by it. A mapping that the stub adds for one IOVA must not: it is written into
 * a copy of the table's own (repair.c). Linux makes no such tables; damage and loops do.
 */
#ifndef ALIAS_H
#define ALIAS_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

struct alias {
	const struct arena *arena;
	uint8_t *bits;		/* a page of the arena each, in the arena */
};

/* No page is met twice yet. False if the arena has no room. */
bool alias_init(struct alias *alias, struct arena *arena);

/* The table at `page` is referred to from one more place. One outside the arena is no copy: left out. */
void alias_add(struct alias *alias, phys_t page);

/* Of a page that is in the arena. */
bool alias_is(const struct alias *alias, phys_t page);

#endif /* ALIAS_H */
