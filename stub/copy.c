// SPDX-License-Identifier: GPL-2.0-only
#include "copy.h"

#include "hole.h"
#include "intremap.h"
#include "log.h"
#include "machine.h"
#include "repair.h"
#include "root.h"
#include "state.h"
#include "switch.h"

#define SINK_SHARE	16	/* of the arena, for sinks beside the one that all may share */

/* Slots for the tables that the arena holds, and as many again for what stays in place. */
static bool init_bookkeeping(struct relay *relay)
{
	if (!memo_init(&relay->memo, &relay->arena, 2 * relay->arena.size / PAGE_SIZE) ||
	    !alias_init(&relay->alias, &relay->arena))
		return false;
	for (unsigned int level = 0; level < PAGETABLE_MAX_LEVELS; level++) {
		relay->scratch[level] = arena_page(&relay->arena);
		if (!relay->scratch[level])
			return false;
	}
	relay->sink_room = (struct sink_room){ &relay->arena, SINK_LEVELS + 1 };
	if (!sink_grow(&relay->sink, &relay->sink_room, SINK_LEVELS))
		return false;
	relay->sink_room.pages = (uint32_t)(relay->arena.size / PAGE_SIZE / SINK_SHARE);
	return true;
}

static bool copy_roots(struct relay *relay)
{
	bool any = false;

	for (uint32_t i = 0; i < relay->unit_count; i++) {
		struct unit *unit = &relay->units[i];

		if (unit_dma_active(unit) && !root_copy(relay, unit))
			unit->report->dma_reason = HANDOFF_UNIT_NO_ROOM;
		any |= unit_dma_active(unit) || unit_ir_active(unit);
	}
	return any;
}

static bool copy_interrupts(struct relay *relay)
{
	for (uint32_t i = 0; i < relay->unit_count; i++)
		if (unit_ir_active(&relay->units[i]) && !intremap_copy(relay, &relay->units[i]))
			return false;
	return true;
}

static bool copy_devices(struct relay *relay)
{
	uint32_t devices = 0;

	for (uint32_t i = 0; i < relay->unit_count; i++)
		devices += unit_dma_active(&relay->units[i]) ? relay->units[i].devices : 0;
	share_begin(&relay->share, &relay->arena, devices);
	for (uint32_t i = 0; i < relay->unit_count; i++)
		if (unit_dma_active(&relay->units[i]) && !root_copy_devices(relay, &relay->units[i]))
			return false;
	return true;
}

static void log_result(struct relay *relay)
{
	log_line(&relay->report, "%u devices, %u domains, %u records, arena %lu of %lu KiB used",
		 report_count(&relay->report, HANDOFF_DEVICES),
		 report_count(&relay->report, HANDOFF_DOMAINS),
		 report_count(&relay->report, HANDOFF_RECORDS),
		 relay->arena.used >> 10, relay->arena.size >> 10);
}

enum handoff_reason copy_tables(struct relay *relay)
{
	if (!init_bookkeeping(relay))
		return HANDOFF_ARENA_TOO_SMALL;
	if (!copy_roots(relay))
		return HANDOFF_NO_UNIT_SWITCHED;
	if (!switch_prepare(relay))
		return HANDOFF_ARENA_TOO_SMALL;
	if (!copy_interrupts(relay) || !copy_devices(relay))
		return HANDOFF_BUDGET;
	if (!repair_reserved(relay))
		return HANDOFF_BUDGET;
	hole_fill(relay);
	/* A unit need not snoop our caches (ECAP.C = 0): all that it will read goes to memory. */
	machine_flush(relay->arena.base + relay->report.tables, relay->arena.used - relay->report.tables);
	log_result(relay);
	return HANDOFF_OK;
}
