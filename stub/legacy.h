/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * legacy.h - root and context tables of legacy mode (VT-d spec 3.4, 9.1, 9.3)
 */
#ifndef LEGACY_H
#define LEGACY_H

#include <stdbool.h>

#include "relay.h"
#include "unit.h"

/*
 * Copy root and context tables of `unit` into the arena and vet the root entries: sets unit->root.
 * False if they find no room; the arena is then as before.
 */
bool legacy_copy_roots(struct relay *relay, struct unit *unit);

/*
 * Vet each context entry in our copy, copy the page tables behind it, and point it at the copy;
 * adds the unit's devices and domains to the report. After legacy_copy_roots(). False if the time
 * budget ran out.
 */
bool legacy_copy_devices(struct relay *relay, struct unit *unit);

#endif /* LEGACY_H */
