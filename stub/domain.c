// SPDX-License-Identifier: GPL-2.0-only
#include "domain.h"

#include "domain_id.h"
#include "first_level.h"
#include "quarantine.h"
#include "second_level.h"
#include "state.h"

#define KIND	(HANDOFF_DOMAIN_PASS_THROUGH | HANDOFF_DOMAIN_FIRST_LEVEL | HANDOFF_DOMAIN_NESTED | \
	      HANDOFF_DOMAIN_FENCE)

/* These are cached by PASID as well, so that each PASID is a domain of its own. */
#define BY_PASID	(HANDOFF_DOMAIN_FIRST_LEVEL | HANDOFF_DOMAIN_PASS_THROUGH)

static uint32_t width_of(const struct translation *wanted)
{
	if (wanted->flags & HANDOFF_DOMAIN_PASS_THROUGH)
		return 0;
	return 9 * wanted->levels + 12;
}

static bool is_same(const struct handoff_domain *domain, const struct translation *wanted)
{
	return (domain->flags & KIND) == wanted->flags && domain->old_root == wanted->root &&
	       domain->address_width == width_of(wanted) &&
	       (!(wanted->flags & BY_PASID) || domain->pasid == wanted->pasid);
}

/* First-level and pass-through entries of different PASIDs do not meet in the caches. */
static bool clashes(const struct handoff_domain *domain, const struct translation *wanted)
{
	if (domain->flags & HANDOFF_DOMAIN_FENCE)
		return true;
	if (domain->flags & BY_PASID && wanted->flags & BY_PASID)
		return domain->pasid == wanted->pasid;
	/* A guest's entries and its host's may share the second level, and its id. */
	return (domain->flags | wanted->flags) & BY_PASID || domain->old_root != wanted->root ||
	       domain->address_width != width_of(wanted);
}

/* Of one that has been copied. */
static enum domain_result result_of(const struct handoff_domain *domain)
{
	if (domain->new_root || domain->flags & HANDOFF_DOMAIN_PASS_THROUGH)
		return DOMAIN_OK;
	return domain->flags & HANDOFF_DOMAIN_GARBAGE ? DOMAIN_GARBAGE : DOMAIN_UNTRACKED;
}

/* Look for `wanted` among the unit's domains: found at *index, or *clash if its id is taken. */
static bool find(const struct relay *relay, const struct unit *unit, const struct translation *wanted,
		 uint32_t *index, bool *clash)
{
	*clash = domain_id_is_sink(unit, wanted->id);
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *domain = report_entry(&relay->report, HANDOFF_DOMAINS, i);

		if (domain->unit != unit->index || domain->id != wanted->id)
			continue;
		if (is_same(domain, wanted)) {
			*index = i;
			return true;
		}
		*clash |= clashes(domain, wanted);
	}
	return false;
}

int domain_format(struct relay *relay, const struct unit *unit, uint32_t flags)
{
	struct pt_format format = flags & HANDOFF_DOMAIN_FIRST_LEVEL ?
				  first_level_format(unit) : second_level_format(unit);

	return pagetable_format(&relay->formats, &format);
}

/* False if the time budget ran out. */
static bool copy(struct relay *relay, struct unit *unit, struct handoff_domain *domain,
		 const struct translation *wanted, const struct handoff_record *blame)
{
	int number = domain_format(relay, unit, wanted->flags);
	bool in_time;

	if (number < 0)
		return true;
	in_time = pagetable_copy(relay, number, wanted->levels, domain, blame);
	unit->report->page_tables += domain->tables;
	unit->report->in_place += domain->in_place;
	return in_time;
}

static void record_clash(struct relay *relay, const struct handoff_record *user)
{
	struct handoff_record record = *user;

	record.action = HANDOFF_REPAIRED;
	quarantine(&relay->report, &record);
}

enum domain_result domain_take(struct relay *relay, struct unit *unit, const struct translation *wanted,
			       const struct handoff_record *user, uint32_t *index, bool *repaired)
{
	struct handoff_record blame = *user;
	struct handoff_domain *domain;
	uint32_t id = wanted->id;

	if (find(relay, unit, wanted, index, repaired)) {
		*repaired = false;
		return result_of(report_entry(&relay->report, HANDOFF_DOMAINS, *index));
	}
	if (*repaired)
		id = domain_id_fresh(unit);
	*index = report_count(&relay->report, HANDOFF_DOMAINS);
	domain = id || !*repaired ? report_add(&relay->report, HANDOFF_DOMAINS) : NULL;
	if (!domain)
		return DOMAIN_UNTRACKED;
	if (*repaired)
		record_clash(relay, user);

	domain_id_note(unit, (uint16_t)id);
	*domain = (struct handoff_domain){	/* all of it: a fence may have been given up there */
		.unit = unit->index,
		.id = id,
		.flags = wanted->flags,
		.pasid = wanted->pasid,
		.old_root = wanted->root,
		.address_width = width_of(wanted),
	};
	if (wanted->flags & HANDOFF_DOMAIN_PASS_THROUGH)
		return DOMAIN_OK;
	blame.domain_id = (uint16_t)id;
	return copy(relay, unit, domain, wanted, &blame) ? result_of(domain) : DOMAIN_LATE;
}
