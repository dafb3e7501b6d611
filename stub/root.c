// SPDX-License-Identifier: GPL-2.0-only
#include "root.h"

#include <string.h>

#include "context.h"
#include "domain_id.h"
#include "machine.h"
#include "quarantine.h"
#include "scalable.h"
#include "state.h"
#include "vet.h"

static unsigned int slot_step(const struct unit *unit)
{
	return unit_is_scalable(unit) ? 1 : 2;
}

static unsigned int contexts_per_table(const struct unit *unit)
{
	return unit_is_scalable(unit) ? VTD_SM_CONTEXT_ENTRIES : VTD_CONTEXT_ENTRIES;
}

static unsigned int quadwords_per_context(const struct unit *unit)
{
	return VTD_ENTRIES / contexts_per_table(unit);
}

static unsigned int devfn_of(const struct unit *unit, unsigned int slot, unsigned int index)
{
	return (slot % 2) * contexts_per_table(unit) + index;
}

/* The context table that sinks all its devices, made when the first slot needs it. */
static uint64_t sink_slot(struct relay *relay, struct unit *unit)
{
	if (!unit->sink_contexts_used) {
		if (unit_is_scalable(unit))
			scalable_fill_sink(relay, unit);
		else
			context_fill_sink(relay, unit);
	}
	unit->sink_contexts_used = true;
	return arena_phys(&relay->arena, unit->sink_contexts).pa | VTD_ROOT_P;
}

/* What devices behind it meet: bit 0 of a context entry is P in both modes. */
static uint8_t sink_action(const struct unit *unit)
{
	return context_bad_action(*(const uint64_t *)unit->sink_contexts & VTD_CTX_P);
}

static uint16_t vet_slot(const struct relay *relay, const struct unit *unit, unsigned int slot)
{
	phys_t table = phys(unit->root[slot] & VTD_ROOT_CTP);

	if (unit_is_scalable(unit))
		return unit->root[slot] & VTD_ROOT_RESERVED ? HANDOFF_RULE_SM_ROOT_RESERVED :
		       vet_table(&relay->ram, table, PAGE_SIZE, unit->host_width,
				 HANDOFF_RULE_SM_ROOT_WIDTH, HANDOFF_RULE_SM_ROOT_PROVENANCE);
	if (unit->root[slot] & VTD_ROOT_RESERVED || unit->root[slot + 1])
		return HANDOFF_RULE_ROOT_RESERVED;
	return vet_table(&relay->ram, table, PAGE_SIZE, unit->host_width,
			 HANDOFF_RULE_ROOT_WIDTH, HANDOFF_RULE_ROOT_PROVENANCE);
}

/* A bad root entry costs its bus, or half of it. */
static void quarantine_slot(struct relay *relay, struct unit *unit, unsigned int slot, uint16_t rule)
{
	struct handoff_record record = context_blame(unit, slot / 2, devfn_of(unit, slot, 0));

	record.rule = rule;
	record.object = HANDOFF_ROOT_ENTRY;
	record.where = (unit->report->old_root & VTD_RTADDR_ADDRESS) + slot * sizeof(uint64_t);
	record.found[0] = unit->root[slot];
	record.target = unit->root[slot] & VTD_ROOT_CTP;
	if (!unit_is_scalable(unit)) {
		record.found[1] = unit->root[slot + 1];
		unit->root[slot + 1] = 0;
	}
	unit->root[slot] = sink_slot(relay, unit);
	record.action = sink_action(unit);
	quarantine(&relay->report, &record);
}

/* A root table that cannot be the crashed kernel's costs the unit's devices. */
static void quarantine_root(struct relay *relay, struct unit *unit)
{
	struct handoff_record record = context_blame(unit, 0, 0);

	record.rule = HANDOFF_RULE_ROOT_TABLE_PROVENANCE;
	record.object = HANDOFF_ROOT_TABLE;
	record.target = unit->report->old_root & VTD_RTADDR_ADDRESS;
	unit->report->flags |= HANDOFF_UNIT_ROOT_SINK;
	memset(unit->root, 0, PAGE_SIZE);
	for (unsigned int slot = 0; slot < VTD_ROOT_SLOTS; slot += slot_step(unit))
		unit->root[slot] = sink_slot(relay, unit);
	record.action = sink_action(unit);
	quarantine(&relay->report, &record);
}

/*
 * Count the devices, and keep their ids from being handed out. (In scalable mode these stand in the
 * PASID entries, not read yet: there a device whose id was handed out gets another one.)
 */
static void note_devices(struct unit *unit, const uint64_t *contexts)
{
	unsigned int step = quadwords_per_context(unit);

	for (unsigned int i = 0; i < VTD_ENTRIES; i += step) {
		if (!(contexts[i] & VTD_CTX_P))
			continue;
		unit->devices++;
		if (!unit_is_scalable(unit))
			domain_id_note(unit, VTD_CTX_DID(contexts[i + 1]));
	}
}

/* Replace a vetted slot's context table by our copy of it. False: no room. */
static bool copy_contexts(struct relay *relay, struct unit *unit, unsigned int slot)
{
	void *contexts = arena_page(&relay->arena);

	if (!contexts)
		return false;
	unit->old_contexts[slot] = unit->root[slot] & VTD_ROOT_CTP;
	if (!machine_read(phys(unit->old_contexts[slot]), contexts, PAGE_SIZE)) {
		unit->old_contexts[slot] = 0;
		quarantine_slot(relay, unit, slot, unit_is_scalable(unit) ?
				HANDOFF_RULE_SM_ROOT_PROVENANCE : HANDOFF_RULE_ROOT_PROVENANCE);
		return true;
	}
	note_devices(unit, contexts);
	unit->root[slot] = arena_phys(&relay->arena, contexts).pa | VTD_ROOT_P;
	unit->report->root_tables++;
	return true;
}

/*
 * Give a bus that has one half of its contexts an empty other half: Linux' kdump kernels until 2026
 * copied a bus with only the upper half to the wrong slot.
 */
static void complete_halves(struct relay *relay, struct unit *unit)
{
	uint64_t blank = arena_phys(&relay->arena, unit->blank_contexts).pa | VTD_ROOT_P;
	bool used = false;

	for (unsigned int slot = 0; slot < VTD_ROOT_SLOTS; slot++) {
		if (unit->root[slot] & VTD_ROOT_P || !(unit->root[slot ^ 1] & VTD_ROOT_P))
			continue;
		unit->root[slot] = blank;
		used = true;
	}
	unit->report->root_tables += used;
}

static bool alloc(struct relay *relay, struct unit *unit)
{
	unit->root = arena_page(&relay->arena);
	unit->sink_contexts = arena_page(&relay->arena);
	unit->old_contexts = arena_alloc_zeroed(&relay->arena,
						VTD_ROOT_SLOTS * sizeof(*unit->old_contexts), 8);
	if (!unit->root || !unit->sink_contexts || !unit->old_contexts ||
	    !domain_id_init(unit, &relay->arena))
		return false;
	return !unit_is_scalable(unit) || scalable_alloc(relay, unit);
}

static bool copy_all(struct relay *relay, struct unit *unit)
{
	phys_t old = phys(unit->report->old_root & VTD_RTADDR_ADDRESS);

	if (!alloc(relay, unit))
		return false;
	unit->report->root_tables = 1;
	if (vet_beyond(old.pa, unit->host_width) || !ram_is_crashed(&relay->ram, old, PAGE_SIZE) ||
	    !machine_read(old, unit->root, PAGE_SIZE)) {
		quarantine_root(relay, unit);
		return true;
	}
	for (unsigned int slot = 0; slot < VTD_ROOT_SLOTS; slot += slot_step(unit)) {
		uint16_t rule;

		if (!(unit->root[slot] & VTD_ROOT_P))
			continue;
		rule = vet_slot(relay, unit, slot);
		if (rule)
			quarantine_slot(relay, unit, slot, rule);
		else if (!copy_contexts(relay, unit, slot))
			return false;
	}
	if (unit_is_scalable(unit))
		complete_halves(relay, unit);
	return true;
}

bool root_copy(struct relay *relay, struct unit *unit)
{
	uint64_t mark = arena_mark(&relay->arena);
	uint32_t records = report_count(&relay->report, HANDOFF_RECORDS);

	if (copy_all(relay, unit))
		return true;
	unit->root = NULL;
	unit->report->root_tables = 0;
	report_truncate(&relay->report, HANDOFF_RECORDS, records);
	arena_rewind(&relay->arena, mark);
	return false;
}

/* The copied context table of a slot; NULL if it has none, or a sunk or blank one. */
static void *contexts_of(const struct relay *relay, const struct unit *unit, unsigned int slot)
{
	uint64_t table = unit->root[slot] & VTD_ROOT_CTP;

	return unit->old_contexts[slot] ? relay->arena.base + (table - relay->arena.phys.pa) : NULL;
}

/* One context entry of either mode, if it is present. */
static bool copy_context(struct relay *relay, struct unit *unit, unsigned int slot, unsigned int index)
{
	unsigned int at = index * quadwords_per_context(unit), devfn = devfn_of(unit, slot, index);
	uint64_t *entry = (uint64_t *)contexts_of(relay, unit, slot) + at;
	phys_t where = phys(unit->old_contexts[slot] + at * sizeof(*entry));

	if (!(*entry & VTD_CTX_P))
		return true;
	share_next(&relay->share);
	if (unit_is_scalable(unit))
		return scalable_copy(relay, unit, (void *)entry, slot / 2, devfn, where);
	return context_copy(relay, unit, (void *)entry, slot / 2, devfn, where);
}

void root_mute(const struct relay *relay, const struct unit *unit, uint64_t *contexts)
{
	if (relay->params.faults != FAULTS_MUTE)
		return;
	for (unsigned int i = 0; i < VTD_ENTRIES; i += quadwords_per_context(unit))
		contexts[i] |= VTD_CTX_FPD;
}

/* Tables of redirected buses and blank halves, too. A blank half may come into use later: absent.c. */
static void mute_all(const struct relay *relay, const struct unit *unit)
{
	for (unsigned int slot = 0; slot < VTD_ROOT_SLOTS; slot += slot_step(unit))
		if (unit->root[slot] & VTD_ROOT_P)
			root_mute(relay, unit, arena_at(&relay->arena, phys(unit->root[slot] & VTD_ROOT_CTP)));
	if (unit->blank_contexts)
		root_mute(relay, unit, unit->blank_contexts);
}

bool root_copy_devices(struct relay *relay, struct unit *unit)
{
	for (unsigned int slot = 0; slot < VTD_ROOT_SLOTS; slot++) {
		if (!contexts_of(relay, unit, slot))
			continue;
		if (budget_exhausted(&relay->budget))
			return false;
		for (unsigned int index = 0; index < contexts_per_table(unit); index++)
			if (!copy_context(relay, unit, slot, index))
				return false;
	}
	mute_all(relay, unit);
	return true;
}
