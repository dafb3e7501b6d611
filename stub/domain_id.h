/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domain_id.h - which domain ids a unit's contexts use, and which are still free
 *
 * A unit's caches are tagged by domain id (VT-d spec 6.2.2), so every translation that is not the
 * crashed kernel's own needs an id that nobody has.
 */
#ifndef DOMAIN_ID_H
#define DOMAIN_ID_H

#include <stdint.h>

#include "relay.h"
#include "unit.h"

/* Begin with another unit: no id is in use. */
void domain_id_reset(struct relay *relay);

void domain_id_note(struct relay *relay, uint16_t id);

/* An unused id of `unit`, now noted; 0 if there is none. Never 0 or 1, which Linux keeps. */
uint32_t domain_id_fresh(struct relay *relay, const struct unit *unit);

/* The id of the unit's sink, the same at each call; 0 if there is none. */
uint32_t domain_id_for_sink(struct relay *relay, struct unit *unit);

#endif /* DOMAIN_ID_H */
