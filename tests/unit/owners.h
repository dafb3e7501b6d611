/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * owners.h - who goes by which domain id
 *
 * Caches are tagged by domain id, by PASID as well where no second level translates (VT-d spec 6.2.2): one
 * tag, one translation.
 */
#ifndef OWNERS_H
#define OWNERS_H

#include <stdbool.h>
#include <stdint.h>

#include "translate.h"

#define OWNERS_NO_ID	0x10000u

/* Visit all devices and PASIDs with a present entry, within bounds that trees of garbage need. */
void owners_each(const struct translate_view *view,
		 void (*visit)(void *context, uint16_t source, uint32_t pasid), void *context);

/* Collect the ids of a view, in place of those collected before. */
void owners_collect(const struct translate_view *view);

/* Of what was collected: does the id stand for two translations? Some id that does, or OWNERS_NO_ID. */
bool owners_clash(uint16_t id);
uint32_t owners_any_clash(void);

#endif /* OWNERS_H */
