/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scope.h - whom firmware means: device scopes of the DMAR table (VT-d spec 8.3.1)
 *
 * Firmware names devices by a start bus and a path of bridges, of which PCI configuration space says
 * which buses are behind them. So these functions may read it, unless dmarelay.pci=off.
 */
#ifndef SCOPE_H
#define SCOPE_H

#include "dmar.h"
#include "relay.h"
#include "unit.h"

/*
 * Does a scope behind the `fixed` bytes of `item`, a structure of `segment`, name the function, or a
 * bridge above it? Where a bridge on the way does not tell (there is none, or dmarelay.pci=off), every
 * function that might be meant counts with `perhaps`, else none.
 */
bool scope_names(const struct relay *relay, const struct dmar_item *item, size_t fixed, uint32_t segment,
		 uint8_t bus, uint8_t devfn, bool perhaps);

/*
 * The unit that the function's requests go to (8.3): the one that names it or a bridge above it, else
 * the one that has all others of its segment. NULL if that is none of relay->units.
 */
struct unit *scope_unit(struct relay *relay, uint32_t segment, uint8_t bus, uint8_t devfn);

#endif /* SCOPE_H */
