// SPDX-License-Identifier: GPL-2.0-only
#include "context.h"

#include "domain.h"
#include "domain_id.h"
#include "fence.h"
#include "quarantine.h"
#include "rmrr.h"
#include "state.h"
#include "vet.h"

unsigned int context_sink_width(const struct unit *unit)
{
	static const uint8_t preferred[] = { 2, 1, 3, 0 };	/* 48, 39, 57, 30 bits */

	for (unsigned int i = 0; i < sizeof(preferred); i++)
		if (VTD_CAP_SAGAW(unit->cap) & 1u << preferred[i])
			return preferred[i];
	return CONTEXT_NO_WIDTH;
}

struct device_sink context_shared_sink(const struct relay *relay, struct unit *unit)
{
	return (struct device_sink){
		relay->sink, relay->params.bad == BAD_SINK ? domain_id_for_sink(unit) : 0,
	};
}

struct device_sink context_own_sink(struct relay *relay, struct unit *unit)
{
	unsigned int aw = context_sink_width(unit);
	/* First-level sinks, of units that have no other, have 4 levels. */
	unsigned int levels = aw == CONTEXT_NO_WIDTH || aw < 2 ? 4 : VTD_AW_LEVELS(aw);
	struct sink_room room = relay->sink_room;
	uint64_t mark = arena_mark(&relay->arena);
	struct device_sink own = { .id = 0 };

	if (relay->params.bad == BAD_SINK && sink_grow(&own.sink, &relay->sink_room, levels))
		own.id = domain_id_for_own_sink(unit);
	if (own.id)
		return own;
	relay->sink_room = room;
	arena_rewind(&relay->arena, mark);
	return context_shared_sink(relay, unit);
}

uint64_t context_blocked(const struct relay *relay)
{
	return relay->params.bad == BAD_BLOCK ? VTD_CTX_FPD : 0;
}

/*
 * The entry that a bad one gets instead: translated by the sink; not present where
 * dmarelay.bad=block, or where no domain id is left.
 */
static struct vtd_entry128 sink_context(const struct relay *relay, const struct unit *unit,
					struct device_sink to)
{
	unsigned int aw = context_sink_width(unit);

	if (!to.id || aw == CONTEXT_NO_WIDTH)
		return (struct vtd_entry128){ context_blocked(relay), 0 };
	return (struct vtd_entry128){
		to.sink.page[VTD_AW_LEVELS(aw)].pa | VTD_TT_SECOND_LEVEL << VTD_CTX_TT_SHIFT | VTD_CTX_P,
		(uint64_t)to.id << VTD_CTX_DID_SHIFT | aw,
	};
}

struct vtd_entry128 context_sink(struct relay *relay, struct unit *unit)
{
	return sink_context(relay, unit, context_own_sink(relay, unit));
}

void context_fill_sink(struct relay *relay, struct unit *unit)
{
	struct vtd_entry128 *contexts = unit->sink_contexts;
	struct vtd_entry128 sink = sink_context(relay, unit, context_shared_sink(relay, unit));

	for (unsigned int devfn = 0; devfn < VTD_CONTEXT_ENTRIES; devfn++)
		contexts[devfn] = sink;
}

struct handoff_record context_blame(const struct unit *unit, unsigned int bus, unsigned int devfn)
{
	return (struct handoff_record){
		.unit = unit->index, .segment = unit->segment, .bus = (uint8_t)bus, .devfn = (uint8_t)devfn,
	};
}

bool context_is_isolated(const struct relay *relay, const struct handoff_record *blame)
{
	struct handoff_range region;
	uint32_t offset = 0;

	return relay->params.policy == POLICY_ISOLATE &&
	       !rmrr_next(relay, &offset, blame->segment, blame->bus, blame->devfn, true, &region);
}

/* One present context entry on its way through vetting and copying. */
struct device {
	struct unit *unit;
	struct vtd_entry128 *entry;	/* in our copy */
	struct vtd_entry128 found;
	struct handoff_device *report;	/* NULL if the report has no room */
	struct handoff_record blame;	/* about the entry, its rule that of a clash */
	uint32_t domain;		/* index into HANDOFF_DOMAINS, or HANDOFF_NO_DOMAIN */
};

static bool translated(struct vtd_entry128 entry)
{
	return VTD_CTX_TT(entry.lo) != VTD_TT_PASS_THROUGH;
}

static void sink_device(struct relay *relay, struct device *device, uint16_t rule)
{
	struct handoff_record record = device->blame;

	record.rule = rule;
	*device->entry = context_sink(relay, device->unit);
	record.action = context_bad_action(device->entry->lo & VTD_CTX_P);
	quarantine(&relay->report, &record);
	device->domain = HANDOFF_NO_DOMAIN;
	if (device->report) {
		device->report->action = record.action;
		device->report->domain_id = VTD_CTX_DID(device->entry->hi);
	}
}

static bool type_is_supported(const struct unit *unit, uint64_t lo)
{
	switch (VTD_CTX_TT(lo)) {
	case VTD_TT_SECOND_LEVEL:
		return true;
	case VTD_TT_ATS:
		return unit->ecap & VTD_ECAP_DT;
	case VTD_TT_PASS_THROUGH:
		return unit->ecap & VTD_ECAP_PT;
	default:
		return false;
	}
}

static uint16_t vet_context(const struct relay *relay, const struct unit *unit, struct vtd_entry128 entry)
{
	if (entry.lo & VTD_CTX_RESERVED_LO || entry.hi & VTD_CTX_RESERVED_HI)
		return HANDOFF_RULE_CONTEXT_RESERVED;
	if (!type_is_supported(unit, entry.lo))
		return HANDOFF_RULE_CONTEXT_TYPE;
	if (VTD_CTX_AW(entry.hi) > 3 || !(VTD_CAP_SAGAW(unit->cap) & 1u << VTD_CTX_AW(entry.hi)))
		return HANDOFF_RULE_CONTEXT_AW;
	if (VTD_CTX_DID(entry.hi) >= unit_domain_ids(unit))
		return HANDOFF_RULE_CONTEXT_DOMAIN_RANGE;
	/* Of a pass-through entry the pointer is ignored, and may be garbage. */
	return !translated(entry) ? 0 :
	       vet_table(&relay->ram, phys(entry.lo & VTD_CTX_SLPTPTR), PAGE_SIZE, unit->host_width,
			 HANDOFF_RULE_CONTEXT_WIDTH, HANDOFF_RULE_CONTEXT_PROVENANCE);
}

static struct translation translation_of(struct vtd_entry128 entry)
{
	if (!translated(entry))
		return (struct translation){ .flags = HANDOFF_DOMAIN_PASS_THROUGH, .id = VTD_CTX_DID(entry.hi) };
	return (struct translation){
		.levels = VTD_AW_LEVELS((uint32_t)VTD_CTX_AW(entry.hi)),
		.root = entry.lo & VTD_CTX_SLPTPTR,
		.id = VTD_CTX_DID(entry.hi),
	};
}

/* Point the entry at our copy of its domain. */
static void keep_device(struct relay *relay, struct device *device, bool repaired)
{
	const struct handoff_domain *domain = report_entry(&relay->report, HANDOFF_DOMAINS, device->domain);

	if (translated(device->found))
		device->entry->lo = (device->found.lo & ~VTD_CTX_SLPTPTR) | domain->new_root;
	device->entry->hi = (device->found.hi & ~VTD_CTX_DID_MASK) |
			    (uint64_t)domain->id << VTD_CTX_DID_SHIFT;
	if (device->report) {
		device->report->action = repaired ? HANDOFF_REPAIRED : HANDOFF_KEPT;
		device->report->domain_id = (uint16_t)domain->id;
	}
}

/* The domain in the place of pass-through. */
static void fence_device(struct relay *relay, struct device *device)
{
	const struct handoff_domain *fence = report_entry(&relay->report, HANDOFF_DOMAINS, device->domain);

	*device->entry = fence_context(fence, device->found);
	if (device->report) {
		device->report->action = HANDOFF_FENCED;
		device->report->translation = HANDOFF_TRANSLATED;
		device->report->domain_id = (uint16_t)fence->id;
	}
}

/* False if the time budget ran out. */
static bool copy_device(struct relay *relay, struct device *device)
{
	uint16_t rule = context_is_isolated(relay, &device->blame) ? HANDOFF_RULE_CONTEXT_POLICY :
			vet_context(relay, device->unit, device->found);
	struct translation wanted = translation_of(device->found);
	bool repaired;

	if (rule) {
		sink_device(relay, device, rule);
		return true;
	}
	if (!translated(device->found) &&
	    fence_make(relay, device->unit, 0, &device->blame, &device->domain)) {
		fence_device(relay, device);
		return true;
	}
	switch (domain_take(relay, device->unit, &wanted, &device->blame, &device->domain, &repaired)) {
	case DOMAIN_OK:
		keep_device(relay, device, repaired);
		return true;
	case DOMAIN_GARBAGE:
		sink_device(relay, device, HANDOFF_RULE_CONTEXT_GARBAGE);
		return true;
	case DOMAIN_UNTRACKED:
		sink_device(relay, device, HANDOFF_RULE_CONTEXT_UNTRACKED);
		return true;
	default:
		return false;
	}
}

bool context_copy(struct relay *relay, struct unit *unit, struct vtd_entry128 *entry,
		  unsigned int bus, unsigned int devfn, phys_t where)
{
	struct device device = {
		.unit = unit,
		.entry = entry,
		.found = *entry,
		.report = report_add(&relay->report, HANDOFF_DEVICES),
		.blame = context_blame(unit, bus, devfn),
		.domain = HANDOFF_NO_DOMAIN,
	};
	bool in_time;

	device.blame.rule = HANDOFF_RULE_CONTEXT_DOMAIN_CLASH;
	device.blame.object = HANDOFF_CONTEXT;
	device.blame.where = where.pa;
	device.blame.found[0] = entry->lo;
	device.blame.found[1] = entry->hi;
	device.blame.target = translated(*entry) ? entry->lo & VTD_CTX_SLPTPTR : 0;
	device.blame.domain_id = VTD_CTX_DID(entry->hi);
	if (device.report)
		*device.report = (struct handoff_device){
			.segment = unit->segment,
			.bus = (uint8_t)bus,
			.devfn = (uint8_t)devfn,
			.unit = unit->index,
			.translation = translated(*entry) ? HANDOFF_TRANSLATED : HANDOFF_PASS_THROUGH,
			.old_context = { entry->lo, entry->hi },
		};
	in_time = copy_device(relay, &device);
	if (device.report)
		device.report->domain = device.domain;
	return in_time;
}
