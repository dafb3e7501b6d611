// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

#include "machine.h"
#include "state.h"
#include "vtd.h"

/* Deadlines are neither. */
#define NOT_BEGUN	0u
#define LAST_LOOK	1u

bool command_poll(const struct relay *relay, uint64_t *deadline)
{
	uint64_t now = machine_ticks();

	if (*deadline == LAST_LOOK)
		return false;
	if (*deadline == NOT_BEGUN)
		*deadline = (now + (uint64_t)COMMAND_POLL_US * relay->budget.ticks_per_us) | 2;
	if ((int64_t)(*deadline - now) <= 0)
		*deadline = LAST_LOOK;
	machine_relax();
	return true;
}

bool command_settle(const struct relay *relay, struct unit *unit)
{
	uint64_t deadline = 0;
	bool settled = true;

	while (settled && (unit_read32(unit, VTD_GSTS) & unit->command_mask) != unit->command_expected)
		settled = command_poll(relay, &deadline);
	unit->command_mask = unit->command_expected = 0;
	return settled;
}

bool command(const struct relay *relay, struct unit *unit, uint32_t set, uint32_t clear,
	     uint32_t mask, uint32_t expected)
{
	uint32_t state = unit_read32(unit, VTD_GSTS) & VTD_G_PERSISTENT;

	unit->command_mask = mask;
	unit->command_expected = expected;
	unit_write32(unit, VTD_GCMD, (state | set) & ~clear);
	return command_settle(relay, unit);
}

bool command_wait_clear(const struct relay *relay, const struct unit *unit, uint32_t offset,
			uint64_t mask)
{
	uint64_t deadline = 0;

	while (unit_read64(unit, offset) & mask)
		if (!command_poll(relay, &deadline))
			return false;
	return true;
}
