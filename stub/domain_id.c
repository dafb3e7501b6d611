// SPDX-License-Identifier: GPL-2.0-only
#include "domain_id.h"

#define FIRST_FREE	2u	/* 0: caching mode; 1: pass-through and first-level in scalable mode */

bool domain_id_init(struct unit *unit, struct arena *arena)
{
	unit->id_used = arena_alloc_zeroed(arena, UNIT_MAX_DOMAIN_IDS / 8, 8);
	return unit->id_used;
}

void domain_id_note(struct unit *unit, uint16_t id)
{
	unit->id_used[id / 64] |= 1ull << id % 64;
}

/* From the top, since Linux hands them out from the bottom. */
uint32_t domain_id_fresh(struct unit *unit)
{
	for (uint32_t id = unit_domain_ids(unit) - 1; id >= FIRST_FREE; id--) {
		if (unit->id_used[id / 64] & 1ull << id % 64)
			continue;
		domain_id_note(unit, (uint16_t)id);
		return id;
	}
	return 0;
}

uint32_t domain_id_for_sink(struct unit *unit)
{
	if (!unit->sink_id)
		unit->sink_id = domain_id_fresh(unit);
	return unit->sink_id;
}

uint32_t domain_id_for_own_sink(struct unit *unit)
{
	uint32_t id = unit->own_sinks < UNIT_MAX_SINKS ? domain_id_fresh(unit) : 0;

	if (id)
		unit->own_sink_ids[unit->own_sinks++] = (uint16_t)id;
	return id;
}

bool domain_id_is_sink(const struct unit *unit, uint16_t id)
{
	for (uint32_t i = 0; i < unit->own_sinks; i++)
		if (unit->own_sink_ids[i] == id)
			return true;
	return unit->sink_id && unit->sink_id == id;
}
