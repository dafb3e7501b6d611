// SPDX-License-Identifier: GPL-2.0-only
#include "context.h"

#include "domain_id.h"
#include "quarantine.h"
#include "second_level.h"
#include "state.h"
#include "vet.h"

struct vtd_entry128 context_sink(struct relay *relay, struct unit *unit)
{
	static const uint8_t preferred[] = { 2, 1, 3, 0 };
	uint64_t sagaw = VTD_CAP_SAGAW(unit->cap);
	unsigned int i = 0, aw;
	uint32_t id;

	while (i < sizeof(preferred) && !(sagaw & 1u << preferred[i]))
		i++;
	if (relay->params.bad == BAD_BLOCK || i == sizeof(preferred))
		return (struct vtd_entry128){ VTD_CTX_FPD, 0 };
	aw = preferred[i];
	id = domain_id_for_sink(relay, unit);
	if (!id)
		return (struct vtd_entry128){ VTD_CTX_FPD, 0 };
	return (struct vtd_entry128){
		relay->sink.page[VTD_AW_LEVELS(aw)].pa | VTD_TT_SECOND_LEVEL << VTD_CTX_TT_SHIFT |
			VTD_CTX_FPD | VTD_CTX_P,
		(uint64_t)id << VTD_CTX_DID_SHIFT | aw,
	};
}

struct handoff_record context_blame(const struct unit *unit, unsigned int bus, unsigned int devfn)
{
	return (struct handoff_record){
		.unit = unit->index, .segment = unit->segment, .bus = (uint8_t)bus, .devfn = (uint8_t)devfn,
	};
}

uint8_t context_bad_action(const struct relay *relay)
{
	return relay->params.bad == BAD_SINK ? HANDOFF_SUNK : HANDOFF_BLOCKED;
}

/* One present context entry on its way through vetting and copying. */
struct device {
	struct unit *unit;
	struct vtd_entry128 *entry;	/* in our copy */
	struct vtd_entry128 found;
	struct handoff_device *report;	/* NULL if the report has no room */
	struct handoff_record blame;
	uint32_t domain;		/* index into HANDOFF_DOMAINS, or HANDOFF_NO_DOMAIN */
};

static bool translated(struct vtd_entry128 entry)
{
	return VTD_CTX_TT(entry.lo) != VTD_TT_PASS_THROUGH;
}

static void record_context(struct relay *relay, struct device *device, uint16_t rule, uint8_t action)
{
	struct handoff_record record = device->blame;

	record.rule = rule;
	record.object = HANDOFF_CONTEXT;
	record.action = action;
	record.found[0] = device->found.lo;
	record.found[1] = device->found.hi;
	record.target = translated(device->found) ? device->found.lo & VTD_CTX_SLPTPTR : 0;
	quarantine(&relay->report, &record);
}

static void sink_device(struct relay *relay, struct device *device, uint16_t rule)
{
	record_context(relay, device, rule, context_bad_action(relay));
	*device->entry = context_sink(relay, device->unit);
	device->domain = HANDOFF_NO_DOMAIN;
	if (device->report) {
		device->report->action = context_bad_action(relay);
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

static bool same_translation(const struct handoff_domain *domain, struct vtd_entry128 entry)
{
	if (domain->flags & HANDOFF_DOMAIN_PASS_THROUGH || !translated(entry))
		return domain->flags & HANDOFF_DOMAIN_PASS_THROUGH && !translated(entry);
	return domain->old_root == (entry.lo & VTD_CTX_SLPTPTR) &&
	       domain->address_width == VTD_AW_BITS(VTD_CTX_AW(entry.hi));
}

/*
 * The domain of `device`: one that the unit has already, or a new one, still without its tables. A
 * domain id stands for one translation in the unit's caches, so a second one by the same id gets an
 * id of its own. NULL if the report is full.
 */
static struct handoff_domain *find_domain(struct relay *relay, struct device *device, bool *is_new)
{
	struct vtd_entry128 entry = device->found;
	uint32_t count = report_count(&relay->report, HANDOFF_DOMAINS);
	uint32_t id = VTD_CTX_DID(entry.hi);
	struct handoff_domain *domain;
	bool clash = false;

	*is_new = false;
	for (uint32_t i = 0; i < count; i++) {
		domain = report_entry(&relay->report, HANDOFF_DOMAINS, i);
		if (domain->unit != device->unit->index || domain->id != id)
			continue;
		if (same_translation(domain, entry)) {
			device->domain = i;
			return domain;
		}
		clash = true;
	}
	if (clash)
		id = domain_id_fresh(relay, device->unit);
	domain = id || !clash ? report_add(&relay->report, HANDOFF_DOMAINS) : NULL;
	if (!domain)
		return NULL;
	if (clash)
		record_context(relay, device, HANDOFF_RULE_CONTEXT_DOMAIN_CLASH, HANDOFF_REPAIRED);
	*is_new = true;
	device->domain = count;
	domain->unit = device->unit->index;
	domain->id = id;
	return domain;
}

/* False if the time budget ran out. */
static bool copy_domain(struct relay *relay, struct device *device, struct handoff_domain *domain)
{
	const struct unit *unit = device->unit;
	struct vtd_entry128 entry = device->found;
	struct pt_format format = second_level_format(unit);
	bool in_time;
	int number;

	if (!translated(entry)) {
		domain->flags = HANDOFF_DOMAIN_PASS_THROUGH;
		return true;
	}
	domain->old_root = entry.lo & VTD_CTX_SLPTPTR;
	domain->address_width = VTD_AW_BITS((uint32_t)VTD_CTX_AW(entry.hi));
	number = pagetable_format(&relay->formats, &format);
	if (number < 0)
		return true;
	in_time = pagetable_copy(relay, number, VTD_AW_LEVELS((unsigned int)VTD_CTX_AW(entry.hi)),
				 domain, &device->blame);
	unit->report->page_tables += domain->tables;
	unit->report->in_place += domain->in_place;
	return in_time;
}

static bool copy_device(struct relay *relay, struct device *device)
{
	uint16_t rule = vet_context(relay, device->unit, device->found);
	struct handoff_domain *domain;
	bool is_new;

	if (rule) {
		sink_device(relay, device, rule);
		return true;
	}
	domain = find_domain(relay, device, &is_new);
	if (!domain) {
		sink_device(relay, device, HANDOFF_RULE_CONTEXT_UNTRACKED);
		return true;
	}
	device->blame.domain_id = (uint16_t)domain->id;
	if (is_new && !copy_domain(relay, device, domain))
		return false;
	if (translated(device->found) && !domain->new_root) {
		sink_device(relay, device, HANDOFF_RULE_CONTEXT_UNTRACKED);
		return true;
	}

	if (translated(device->found))
		device->entry->lo = (device->found.lo & ~VTD_CTX_SLPTPTR) | domain->new_root;
	device->entry->hi = (device->found.hi & ~VTD_CTX_DID_MASK) | (uint64_t)domain->id << VTD_CTX_DID_SHIFT;
	if (device->report) {
		device->report->action = domain->id == VTD_CTX_DID(device->found.hi) ?
					 HANDOFF_KEPT : HANDOFF_REPAIRED;
		device->report->domain_id = (uint16_t)domain->id;
	}
	return true;
}

bool context_copy(struct relay *relay, struct unit *unit, struct vtd_entry128 *entry,
		  unsigned int bus, unsigned int devfn, phys_t old_table)
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

	device.blame.where = old_table.pa + devfn * sizeof(*entry);
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
