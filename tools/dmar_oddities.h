/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dmar_oddities.h - what is wrong, or unusual, in a DMAR table
 *
 * Firmware gets these tables wrong often enough that an odd one is a lead. None of it is fatal: the
 * stub has to live with all of them.
 */
#ifndef DMAR_ODDITIES_H
#define DMAR_ODDITIES_H

#include "dmar_view.h"

/* Who is told, and about what: `offset` is that of the structure, or of the field, in the table. */
struct listener {
	void (*hear)(void *context, uint32_t offset, const char *text);
	void *context;
};

/* Tell the listener of every oddity of the table and its structures. */
void dmar_oddities(const struct dmar_view *view, const struct listener *listener);

/* The part of it that looks at one structure alone (dmar_odd_structure.c). */
void dmar_odd_structure(const struct dmar_view *view, const struct dmar_item *item,
			const struct listener *listener);

/* The device scopes of one that has them (dmar_odd_scopes.c). */
void dmar_odd_scopes(const struct dmar_view *view, const struct dmar_item *item,
		     const struct listener *listener);

void odd(const struct listener *listener, uint32_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* DMAR_ODDITIES_H */
