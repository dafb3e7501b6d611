// SPDX-License-Identifier: GPL-2.0-only
#include "domain_id.h"

#include <string.h>

#include "state.h"

#define FIRST_FREE	2u	/* 0: caching mode; 1: pass-through and first-level in scalable mode */

void domain_id_reset(struct relay *relay)
{
	memset(relay->id_used, 0, sizeof(relay->id_used));
}

void domain_id_note(struct relay *relay, uint16_t id)
{
	relay->id_used[id / 64] |= 1ull << id % 64;
}

/* From the top, since Linux hands them out from the bottom. */
uint32_t domain_id_fresh(struct relay *relay, const struct unit *unit)
{
	for (uint32_t id = unit_domain_ids(unit) - 1; id >= FIRST_FREE; id--) {
		if (relay->id_used[id / 64] & 1ull << id % 64)
			continue;
		domain_id_note(relay, (uint16_t)id);
		return id;
	}
	return 0;
}

uint32_t domain_id_for_sink(struct relay *relay, struct unit *unit)
{
	if (!unit->sink_id)
		unit->sink_id = domain_id_fresh(relay, unit);
	return unit->sink_id;
}
