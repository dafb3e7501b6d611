// SPDX-License-Identifier: GPL-2.0-only
#include "pasid_entry.h"

#include "context.h"
#include "domain.h"
#include "domain_id.h"
#include "fence.h"
#include "quarantine.h"
#include "state.h"
#include "vet.h"

struct vtd_pasid pasid_entry_sink(const struct relay *relay, const struct unit *unit,
				  const struct device_sink *to)
{
	unsigned int aw = context_sink_width(unit);
	struct vtd_pasid entry = { { VTD_PE_P, to->id } };

	if (!to->id || (!(unit->ecap & VTD_ECAP_FLTS) && aw == CONTEXT_NO_WIDTH))
		return (struct vtd_pasid){ { context_blocked(relay) } };
	if (aw != CONTEXT_NO_WIDTH && unit->ecap & VTD_ECAP_SLTS) {
		entry.q[0] |= to->sink.page[VTD_AW_LEVELS(aw)].pa | (uint64_t)aw << VTD_PE_AW_SHIFT |
			      VTD_PGTT_SECOND_LEVEL << VTD_PE_PGTT_SHIFT;
	} else {
		/* The width as Linux gives it: QEMU goes by it here, too (9.6: second-level only). */
		entry.q[0] |= VTD_PGTT_FIRST_LEVEL << VTD_PE_PGTT_SHIFT |
			      (aw != CONTEXT_NO_WIDTH ? (uint64_t)aw << VTD_PE_AW_SHIFT : 0);
		entry.q[2] = to->sink.page[4].pa;	/* FLPM 0: 4 levels */
	}
	return entry;
}

static bool type_is_supported(const struct unit *unit, const struct vtd_pasid *entry)
{
	switch (VTD_PE_PGTT(entry->q[0])) {
	case VTD_PGTT_FIRST_LEVEL:
		return unit->ecap & VTD_ECAP_FLTS;
	case VTD_PGTT_SECOND_LEVEL:
		return unit->ecap & VTD_ECAP_SLTS;
	case VTD_PGTT_NESTED:
		return unit->ecap & VTD_ECAP_NEST;
	case VTD_PGTT_PASS_THROUGH:
		return unit->ecap & VTD_ECAP_PT;
	default:
		return false;
	}
}

static bool is_first_level(const struct vtd_pasid *entry)
{
	return VTD_PE_PGTT(entry->q[0]) == VTD_PGTT_FIRST_LEVEL;
}

static bool is_pass_through(const struct vtd_pasid *entry)
{
	return VTD_PE_PGTT(entry->q[0]) == VTD_PGTT_PASS_THROUGH;
}

uint64_t pasid_entry_root(const struct vtd_pasid *entry)
{
	return is_pass_through(entry) ? 0 :
	       is_first_level(entry) ? entry->q[2] & VTD_PE_FLPTPTR : entry->q[0] & VTD_PE_SLPTPTR;
}

static bool width_is_supported(const struct unit *unit, const struct vtd_pasid *entry)
{
	uint64_t aw = VTD_PE_AW(entry->q[0]), flpm = VTD_PE_FLPM(entry->q[2]);

	if (is_pass_through(entry))
		return true;
	if (is_first_level(entry))
		return flpm == 0 || (flpm == 1 && unit->cap & VTD_CAP_FL5LP);
	return aw <= 3 && VTD_CAP_SAGAW(unit->cap) & 1u << aw;
}

static uint16_t vet_entry(const struct relay *relay, const struct pasid_user *user, uint32_t pasid,
			  const struct vtd_pasid *entry)
{
	const struct unit *unit = user->unit;

	if (entry->q[4] | entry->q[5] | entry->q[6] | entry->q[7])
		return HANDOFF_RULE_PASID_RESERVED;
	if (!type_is_supported(unit, entry))
		return HANDOFF_RULE_PASID_TYPE;
	if (!width_is_supported(unit, entry))
		return HANDOFF_RULE_PASID_AW;
	if (VTD_PE_DID(entry->q[1]) >= unit_domain_ids(unit))
		return HANDOFF_RULE_PASID_DOMAIN_RANGE;
	if (relay->params.pasid == PASID_DROP && pasid != user->rid_pasid)
		return HANDOFF_RULE_PASID_POLICY;
	return is_pass_through(entry) ? 0 :
	       vet_table(&relay->ram, phys(pasid_entry_root(entry)), PAGE_SIZE, unit->host_width,
			 HANDOFF_RULE_PASID_WIDTH, HANDOFF_RULE_PASID_PROVENANCE);
}

/*
 * Of a nested entry only the second level is ours to copy: the first level's pointers are guest
 * addresses, which the second level translates, and so cannot lead anywhere that it does not allow.
 */
static struct translation translation_of(const struct vtd_pasid *entry, uint32_t pasid)
{
	struct translation wanted = {
		.root = pasid_entry_root(entry), .pasid = pasid, .id = VTD_PE_DID(entry->q[1]),
	};

	switch (VTD_PE_PGTT(entry->q[0])) {
	case VTD_PGTT_PASS_THROUGH:
		wanted.flags = HANDOFF_DOMAIN_PASS_THROUGH;
		break;
	case VTD_PGTT_FIRST_LEVEL:
		wanted.flags = HANDOFF_DOMAIN_FIRST_LEVEL;
		wanted.levels = 4 + (uint32_t)VTD_PE_FLPM(entry->q[2]);
		break;
	case VTD_PGTT_NESTED:
		wanted.flags = HANDOFF_DOMAIN_NESTED;
		/* fallthrough */
	default:
		wanted.levels = VTD_AW_LEVELS((uint32_t)VTD_PE_AW(entry->q[0]));
	}
	return wanted;
}

uint8_t pasid_entry_kind(const struct vtd_pasid *entry)
{
	switch (VTD_PE_PGTT(entry->q[0])) {
	case VTD_PGTT_FIRST_LEVEL:	return HANDOFF_FIRST_LEVEL;
	case VTD_PGTT_SECOND_LEVEL:	return HANDOFF_TRANSLATED;
	case VTD_PGTT_NESTED:		return HANDOFF_NESTED;
	case VTD_PGTT_PASS_THROUGH:	return HANDOFF_PASS_THROUGH;
	default:			return 0;
	}
}

/* Point the entry at our copy of its domain. */
static void keep_entry(const struct relay *relay, struct vtd_pasid *entry, uint32_t index)
{
	const struct handoff_domain *domain = report_entry(&relay->report, HANDOFF_DOMAINS, index);

	if (is_first_level(entry))
		entry->q[2] = (entry->q[2] & ~VTD_PE_FLPTPTR) | domain->new_root;
	else if (!is_pass_through(entry))
		entry->q[0] = (entry->q[0] & ~VTD_PE_SLPTPTR) | domain->new_root;
	entry->q[1] = (entry->q[1] & ~VTD_PE_DID_MASK) | domain->id;
}

static void report_entry_of(struct relay *relay, const struct pasid_user *user, uint32_t pasid,
			    const struct vtd_pasid *found, const struct vtd_pasid *now,
			    uint32_t domain, uint8_t action)
{
	struct handoff_pasid *entry = report_add(&relay->report, HANDOFF_PASIDS);

	if (!entry)
		return;
	*entry = (struct handoff_pasid){
		.device = user->device,
		.pasid = pasid,
		.domain = domain,
		.domain_id = VTD_PE_DID(now->q[1]),
		.translation = pasid_entry_kind(action == HANDOFF_FENCED ? now : found),
		.action = action,
		.old_entry = { found->q[0], found->q[1], found->q[2] },
	};
}

static struct handoff_record record_about(const struct pasid_user *user, uint32_t pasid,
					  const struct vtd_pasid *found, phys_t where)
{
	struct handoff_record record = user->blame;

	record.rule = HANDOFF_RULE_PASID_DOMAIN_CLASH;
	record.object = HANDOFF_PASID;
	record.domain_id = VTD_PE_DID(found->q[1]);
	record.iova = pasid;
	record.where = where.pa;
	record.found[0] = found->q[0];
	record.found[1] = found->q[1];
	record.target = pasid_entry_root(found);
	return record;
}

bool pasid_entry_copy(struct relay *relay, const struct pasid_user *user, uint32_t pasid,
		      struct vtd_pasid *entry, phys_t where)
{
	struct handoff_record record = record_about(user, pasid, entry, where);
	struct vtd_pasid found = *entry;
	struct translation wanted = translation_of(entry, pasid);
	uint16_t rule = vet_entry(relay, user, pasid, entry);
	uint32_t domain = HANDOFF_NO_DOMAIN;
	bool repaired = false, fenced = !rule && is_pass_through(entry) &&
					fence_make(relay, user->unit, pasid, &record, &domain);

	if (fenced) {
		*entry = fence_pasid_entry(report_entry(&relay->report, HANDOFF_DOMAINS, domain), entry);
	} else if (!rule) {
		switch (domain_take(relay, user->unit, &wanted, &record, &domain, &repaired)) {
		case DOMAIN_OK:
			keep_entry(relay, entry, domain);
			break;
		case DOMAIN_GARBAGE:
			rule = HANDOFF_RULE_PASID_GARBAGE;
			break;
		case DOMAIN_UNTRACKED:
			rule = HANDOFF_RULE_PASID_UNTRACKED;
			break;
		case DOMAIN_LATE:
			return false;
		}
	}
	if (rule) {
		if (!user->sink->id)	/* the first of the device */
			*user->sink = context_own_sink(relay, user->unit);
		*entry = pasid_entry_sink(relay, user->unit, user->sink);
		record.rule = rule;
		record.action = context_bad_action(entry->q[0] & VTD_PE_P);
		quarantine(&relay->report, &record);
		domain = HANDOFF_NO_DOMAIN;
	}
	report_entry_of(relay, user, pasid, &found, entry, domain,
			rule ? record.action : fenced ? HANDOFF_FENCED :
			repaired ? HANDOFF_REPAIRED : HANDOFF_KEPT);
	return true;
}
