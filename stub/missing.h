/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * missing.h - a hidden IOMMU's requesters that have no context entry
 *
 * Virtual functions, devices that are plugged in or that no scan has found: the kdump kernel may drive any of
 * them. On all buses an entry that is not present is to lead to a domain of the dump kernel's memory alone.
 */
#ifndef MISSING_H
#define MISSING_H

#include "relay.h"

/*
 * Make the links for all units that are to be switched: of root entries, to a shared context table or to a copy of
 * the bus's own that has been filled up. Entries that absent.h made, for those that lack one, get the same. Devices
 * and buses that are quarantined stay so.
 */
enum handoff_hide_reason missing_contexts(struct relay *relay);

#endif /* MISSING_H */
