/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * discover.h - what the machine is: its memory, its units, its reserved regions
 */
#ifndef DISCOVER_H
#define DISCOVER_H

#include "relay.h"

/*
 * Fill relay->ram, relay->dmar, relay->units and the report's sections about them. Only reads.
 * HANDOFF_OK, or why the machine is to be left as it is.
 */
enum handoff_reason discover(struct relay *relay);

#endif /* DISCOVER_H */
