/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * copy.h - every live table, vetted, into the arena
 */
#ifndef COPY_H
#define COPY_H

#include "relay.h"

/*
 * Copy the tables of all active units. What matters most gets room first: the sink, root and
 * context tables, what the switch needs, interrupt tables, then page tables, which can stay in
 * place. HANDOFF_OK if there is something to switch to; else HANDOFF_ARENA_TOO_SMALL,
 * HANDOFF_BUDGET or HANDOFF_NO_UNIT_SWITCHED, and the copies must not be used.
 */
enum handoff_reason copy_tables(struct relay *relay);

#endif /* COPY_H */
