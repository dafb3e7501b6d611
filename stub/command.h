/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command.h - a unit's global commands and bounded polls (VT-d spec 11.4.4, GCMD and GSTS)
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "relay.h"
#include "unit.h"

/* How long a unit may take over one step, microseconds. Hardware answers within a few. */
#define COMMAND_POLL_US	100000u

/*
 * Write GCMD with bits `set` and `clear` changed (one bit at a time, says the spec) and wait until
 * GSTS & `mask` is `expected`. False if that does not happen within COMMAND_POLL_US.
 */
bool command(const struct relay *relay, struct unit *unit, uint32_t set, uint32_t clear,
	     uint32_t mask, uint32_t expected);

/* Wait, as long, for a command() that an exception cut short. False if it was not, or is not, carried out. */
bool command_settle(const struct relay *relay, struct unit *unit);

/* Wait until bits `mask` of the 64-bit register at `offset` are all 0; bounded alike. */
bool command_wait_clear(const struct relay *relay, const struct unit *unit, uint32_t offset,
			uint64_t mask);

/*
 * A poll: *deadline is 0 at first; true as long as there is time for another turn, and once more when
 * it is up: the CPU may have stood still meanwhile (an SMI, a virtual CPU that is not run).
 */
bool command_poll(const struct relay *relay, uint64_t *deadline);

#endif /* COMMAND_H */
