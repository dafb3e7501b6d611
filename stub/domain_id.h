/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domain_id.h - which domain ids a unit's copies use, and which are still free
 */
#ifndef DOMAIN_ID_H
#define DOMAIN_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "unit.h"

/* Begin: no id is in use yet. False if `arena` has no room for the bookkeeping (8 KiB). */
bool domain_id_init(struct unit *unit, struct arena *arena);

void domain_id_note(struct unit *unit, uint16_t id);

/*
 * An unused id of `unit`, now noted; 0 if there is none. Never 0 or 1, which Linux keeps. Should an
 * entry that comes later want it, that one clashes and gets another (domain.h).
 */
uint32_t domain_id_fresh(struct unit *unit);

/* The id of the unit's shared sink, the same at each call; 0 if there is none. */
uint32_t domain_id_for_sink(struct unit *unit);

/* An id for the sink of a single device; 0 if there is none, or the unit has UNIT_MAX_SINKS. */
uint32_t domain_id_for_own_sink(struct unit *unit);

/* Does a sink go by `id`? */
bool domain_id_is_sink(const struct unit *unit, uint16_t id);

#endif /* DOMAIN_ID_H */
