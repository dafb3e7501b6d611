// SPDX-License-Identifier: GPL-2.0-only
#include "scalable.h"

#include <string.h>

#include "context.h"
#include "pasid.h"
#include "quarantine.h"
#include "state.h"
#include "vet.h"

static bool alloc_sink(struct relay *relay, struct pasid_sink *sink)
{
	sink->directory = arena_page(&relay->arena);
	sink->table = arena_page(&relay->arena);
	return sink->directory && sink->table;
}

bool scalable_alloc(struct relay *relay, struct unit *unit)
{
	unit->blank_contexts = arena_alloc_zeroed(&relay->arena, PAGE_SIZE, PAGE_SIZE);
	return unit->blank_contexts && alloc_sink(relay, &unit->pasid_sink);
}

/* All PASIDs of the directory are sunk. RID_PASID is 0. */
static struct vtd_sm_context sink_context(const struct relay *relay, const struct unit *unit,
					  const struct device_sink *to, const struct pasid_sink *sink)
{
	if (!pasid_fill_sink(relay, unit, to, sink))
		return (struct vtd_sm_context){ { context_blocked(relay) } };
	return (struct vtd_sm_context){
		{ arena_phys(&relay->arena, sink->directory).pa | VTD_SMC_P |
		  (unit->ecap & VTD_ECAP_PASID ? VTD_SMC_PASIDE : 0) }
	};
}

void scalable_fill_sink(struct relay *relay, struct unit *unit)
{
	struct vtd_sm_context *contexts = (void *)unit->sink_contexts;
	struct device_sink shared = context_shared_sink(relay, unit);
	struct vtd_sm_context sink = sink_context(relay, unit, &shared, &unit->pasid_sink);

	for (unsigned int i = 0; i < VTD_SM_CONTEXT_ENTRIES; i++)
		contexts[i] = sink;
}

/* Bits that enable what this unit does not have are reserved on it. */
static uint64_t reserved_0(const struct unit *unit)
{
	return VTD_SMC_RESERVED_0 | (unit->ecap & VTD_ECAP_DT ? 0 : VTD_SMC_DTE) |
	       (unit->ecap & VTD_ECAP_PASID ? 0 : VTD_SMC_PASIDE) |
	       (unit->ecap & VTD_ECAP_PRS ? 0 : VTD_SMC_PRE);
}

static uint16_t vet_context(const struct relay *relay, const struct unit *unit,
			    const struct pasid_user *user, const struct vtd_sm_context *entry)
{
	if (context_is_isolated(relay, &user->blame))
		return HANDOFF_RULE_CONTEXT_POLICY;
	/* A RID_PASID beyond the directory lets no request without a PASID through. */
	if (user->rid_pasid / VTD_PASID_ENTRIES >= VTD_SMC_DIR_ENTRIES(entry->q[0]) ||
	    entry->q[0] & reserved_0(unit) || entry->q[1] & VTD_SMC_RESERVED_1 || entry->q[2] || entry->q[3])
		return HANDOFF_RULE_SM_CONTEXT_RESERVED;
	return vet_table(&relay->ram, phys(entry->q[0] & VTD_SMC_PASIDDIRPTR),
			 VTD_SMC_DIR_ENTRIES(entry->q[0]) * sizeof(uint64_t), unit->host_width,
			 HANDOFF_RULE_SM_CONTEXT_WIDTH, HANDOFF_RULE_SM_CONTEXT_PROVENANCE);
}

struct vtd_sm_context scalable_sink(struct relay *relay, struct unit *unit)
{
	struct device_sink own = context_own_sink(relay, unit);
	struct pasid_sink sink;

	if (own.id && own.id != unit->sink_id && alloc_sink(relay, &sink))
		return sink_context(relay, unit, &own, &sink);
	own = context_shared_sink(relay, unit);
	return sink_context(relay, unit, &own, &unit->pasid_sink);
}

/* Returns what happened to it: enum handoff_action. */
static uint8_t sink_device(struct relay *relay, struct unit *unit, struct vtd_sm_context *entry,
			const struct handoff_record *blame, uint16_t rule)
{
	struct handoff_record record = *blame;

	record.rule = rule;
	record.object = HANDOFF_CONTEXT;
	record.found[0] = entry->q[0];
	record.found[1] = entry->q[1];
	record.target = entry->q[0] & VTD_SMC_PASIDDIRPTR;
	*entry = scalable_sink(relay, unit);
	record.action = context_bad_action(entry->q[0] & VTD_SMC_P);
	quarantine(&relay->report, &record);
	return record.action;
}

static struct handoff_device *add_device(struct relay *relay, const struct unit *unit,
					 const struct vtd_sm_context *entry, unsigned int bus,
					 unsigned int devfn)
{
	struct handoff_device *device = report_add(&relay->report, HANDOFF_DEVICES);

	if (device)
		*device = (struct handoff_device){
			.segment = unit->segment,
			.bus = (uint8_t)bus,
			.devfn = (uint8_t)devfn,
			.unit = unit->index,
			.domain = HANDOFF_NO_DOMAIN,
			.action = HANDOFF_KEPT,
			.old_context = { entry->q[0], entry->q[1] },
		};
	return device;
}

/* Copy what a vetted entry leads to. 0, or the rule that struck; *late if the budget ran out. */
static uint16_t copy_directory(struct relay *relay, const struct pasid_user *user,
			       struct vtd_sm_context *entry, bool *late)
{
	phys_t old = phys(entry->q[0] & VTD_SMC_PASIDDIRPTR), copy;

	*late = false;
	switch (pasid_copy_directory(relay, user, old, VTD_SMC_DIR_ENTRIES(entry->q[0]), &copy)) {
	case PASID_COPIED:
		entry->q[0] = (entry->q[0] & ~VTD_SMC_PASIDDIRPTR) | copy.pa;
		return 0;
	case PASID_NO_ROOM:
		return HANDOFF_RULE_SM_CONTEXT_NO_ROOM;
	case PASID_LATE:
		*late = true;
		return 0;
	default:
		return HANDOFF_RULE_SM_CONTEXT_PROVENANCE;
	}
}

bool scalable_copy(struct relay *relay, struct unit *unit, struct vtd_sm_context *entry,
		   unsigned int bus, unsigned int devfn, phys_t where)
{
	struct pasid_user user = {
		.unit = unit,
		.blame = context_blame(unit, bus, devfn),
		.device = report_count(&relay->report, HANDOFF_DEVICES),
		.rid_pasid = VTD_SMC_RID_PASID(entry->q[1]),
	};
	struct handoff_device *device = add_device(relay, unit, entry, bus, devfn);
	uint16_t rule = vet_context(relay, unit, &user, entry);
	struct device_sink sink = { .id = 0 };
	bool late = false;

	user.sink = &sink;
	user.blame.where = where.pa;
	if (!device)
		user.device = HANDOFF_NO_DOMAIN;
	if (!rule)
		rule = copy_directory(relay, &user, entry, &late);
	if (late)
		return false;
	if (rule) {
		uint8_t action = sink_device(relay, unit, entry, &user.blame, rule);

		if (device)
			device->action = action;
	} else if (device) {
		pasid_describe_device(relay, &user, phys(entry->q[0] & VTD_SMC_PASIDDIRPTR), device);
	}
	return true;
}
