// SPDX-License-Identifier: GPL-2.0-only
#include "missing.h"

#include <string.h>

#include "context.h"
#include "domain.h"
#include "domain_id.h"
#include "identity_map.h"
#include "root.h"
#include "state.h"

#define MAX_WORDS	4u	/* quadwords of a context entry */

/* What one unit's missing entries become. */
struct filling {
	struct relay *relay;
	struct unit *unit;
	unsigned int words;		/* of an entry */
	uint64_t entry[MAX_WORDS];
	uint64_t *contexts;		/* a table of nothing else */
	uint64_t *filled[VTD_ROOT_SLOTS];	/* by slot: the copy of its table; NULL: none */
};

static uint64_t *identity_root(const struct filling *filling, uint32_t flags, unsigned int levels)
{
	int format = domain_format(filling->relay, filling->unit, flags);

	return format < 0 ? NULL : identity_tree(filling->relay, format, levels);
}

static enum handoff_hide_reason make_legacy(struct filling *filling)
{
	unsigned int aw = context_sink_width(filling->unit);
	uint32_t id = domain_id_fresh(filling->unit);
	uint64_t *root;

	if (aw == CONTEXT_NO_WIDTH || !identity_fits(filling->relay, filling->unit, VTD_AW_BITS(aw), false))
		return HANDOFF_HIDE_WIDTH;
	root = identity_root(filling, 0, VTD_AW_LEVELS(aw));
	if (!id || !root)
		return HANDOFF_HIDE_NO_ROOM;
	filling->entry[0] = arena_phys(&filling->relay->arena, root).pa | VTD_CTX_P |
			    VTD_TT_SECOND_LEVEL << VTD_CTX_TT_SHIFT;
	filling->entry[1] = (uint64_t)id << VTD_CTX_DID_SHIFT | aw;
	return HANDOFF_HIDE_OK;
}

/* As pasid_entry_sink(): second-level tables where the unit has them. */
static enum handoff_hide_reason make_pasid(struct filling *filling, struct vtd_pasid *entry)
{
	const struct unit *unit = filling->unit;
	unsigned int aw = context_sink_width(unit);
	bool second = aw != CONTEXT_NO_WIDTH && unit->ecap & VTD_ECAP_SLTS;
	uint32_t id = domain_id_fresh(filling->unit);
	uint64_t *root;

	if (!second && !(unit->ecap & VTD_ECAP_FLTS))
		return HANDOFF_HIDE_WIDTH;
	if (!identity_fits(filling->relay, unit, second ? VTD_AW_BITS(aw) : 48, !second))
		return HANDOFF_HIDE_WIDTH;
	root = identity_root(filling, second ? 0 : HANDOFF_DOMAIN_FIRST_LEVEL, second ? VTD_AW_LEVELS(aw) : 4);
	if (!id || !root)
		return HANDOFF_HIDE_NO_ROOM;
	*entry = (struct vtd_pasid){ { VTD_PE_P, id } };
	if (aw != CONTEXT_NO_WIDTH)
		entry->q[0] |= (uint64_t)aw << VTD_PE_AW_SHIFT;
	if (second) {
		entry->q[0] |= arena_phys(&filling->relay->arena, root).pa | VTD_PGTT_SECOND_LEVEL << VTD_PE_PGTT_SHIFT;
	} else {
		entry->q[0] |= VTD_PGTT_FIRST_LEVEL << VTD_PE_PGTT_SHIFT;
		entry->q[2] = arena_phys(&filling->relay->arena, root).pa;
	}
	return HANDOFF_HIDE_OK;
}

static enum handoff_hide_reason make_scalable(struct filling *filling)
{
	struct arena *arena = &filling->relay->arena;
	uint64_t *directory = arena_page(arena);
	struct vtd_pasid *table = arena_page(arena), entry;
	enum handoff_hide_reason reason = make_pasid(filling, &entry);

	if (reason)
		return reason;
	if (!directory || !table)
		return HANDOFF_HIDE_NO_ROOM;
	for (unsigned int i = 0; i < VTD_PASID_ENTRIES; i++)
		table[i] = entry;
	for (unsigned int i = 0; i < VTD_ENTRIES; i++)
		directory[i] = arena_phys(arena, table).pa | VTD_PD_P;
	filling->entry[0] = arena_phys(arena, directory).pa | VTD_SMC_P |
			    (filling->unit->ecap & VTD_ECAP_PASID ? VTD_SMC_PASIDE : 0);
	return HANDOFF_HIDE_OK;
}

static void put(const struct filling *filling, uint64_t *at)
{
	memcpy(at, filling->entry, filling->words * sizeof(*at));
	if (filling->relay->params.faults == FAULTS_MUTE)
		at[0] |= VTD_CTX_FPD;
}

/* A copy of a context table, or of none, in which no entry is missing. NULL: no room. */
static uint64_t *fill_up(const struct filling *filling, const uint64_t *table)
{
	uint64_t *copy = arena_page(&filling->relay->arena);

	for (unsigned int i = 0; copy && i < VTD_ENTRIES; i += filling->words) {
		if (table && table[i] & VTD_CTX_P)
			memcpy(copy + i, table + i, filling->words * sizeof(*copy));
		else
			put(filling, copy + i);
	}
	return copy;
}

static bool link_slot(struct filling *filling, unsigned int slot, const uint64_t *table)
{
	return identity_link(filling->relay, &filling->unit->root[slot],
			     arena_phys(&filling->relay->arena, table).pa | VTD_ROOT_P);
}

static bool fill_slot(struct filling *filling, unsigned int slot)
{
	struct unit *unit = filling->unit;
	uint64_t entry = unit->root[slot];
	const uint64_t *table = entry & VTD_ROOT_P ?
				arena_at(&filling->relay->arena, phys(entry & VTD_ROOT_CTP)) : NULL;

	filling->filled[slot] = NULL;
	if (!table || table == unit->blank_contexts) {
		/* In legacy mode the upper half is reserved, and may hold anything if the entry was not present. */
		if (!unit_is_scalable(unit) && unit->root[slot + 1] &&
		    !identity_link(filling->relay, &unit->root[slot + 1], 0))
			return false;
		return link_slot(filling, slot, filling->contexts);
	}
	if (table == unit->sink_contexts)
		return true;		/* a bus of whose devices nothing is known */
	filling->filled[slot] = fill_up(filling, table);
	return filling->filled[slot] && link_slot(filling, slot, filling->filled[slot]);
}

/* Requesters to whom absent.c has given an entry: they had none. */
static void replace_given(const struct filling *filling)
{
	const struct report *report = &filling->relay->report;
	bool scalable = unit_is_scalable(filling->unit);

	for (uint32_t i = 0; i < report_count(report, HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = report_entry(report, HANDOFF_DEVICES, i);
		unsigned int slot = 2u * device->bus + (scalable ? device->devfn / VTD_SM_CONTEXT_ENTRIES : 0);

		if (device->unit == filling->unit->index && device->action == HANDOFF_SUNK &&
		    !(device->old_context[0] & VTD_CTX_P) && filling->filled[slot])
			put(filling, filling->filled[slot] + device->devfn * filling->words % VTD_ENTRIES);
	}
}

static enum handoff_hide_reason fill_unit(struct filling *filling)
{
	bool scalable = unit_is_scalable(filling->unit);
	enum handoff_hide_reason reason = scalable ? make_scalable(filling) : make_legacy(filling);

	if (reason)
		return reason;
	filling->contexts = fill_up(filling, NULL);
	if (!filling->contexts)
		return HANDOFF_HIDE_NO_ROOM;
	for (unsigned int slot = 0; slot < VTD_ROOT_SLOTS; slot += scalable ? 1 : 2)
		if (!fill_slot(filling, slot))
			return HANDOFF_HIDE_NO_ROOM;
	replace_given(filling);
	return HANDOFF_HIDE_OK;
}

enum handoff_hide_reason missing_contexts(struct relay *relay)
{
	static struct filling filling;		/* too large for the stack */

	for (uint32_t i = 0; i < relay->unit_count; i++) {
		enum handoff_hide_reason reason;

		if (!unit_dma_active(&relay->units[i]))
			continue;
		filling = (struct filling){
			.relay = relay, .unit = &relay->units[i],
			.words = unit_is_scalable(&relay->units[i]) ? 4 : 2,
		};
		reason = fill_unit(&filling);
		if (reason)
			return reason;
	}
	return HANDOFF_HIDE_OK;
}
