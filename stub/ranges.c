// SPDX-License-Identifier: GPL-2.0-only
#include "ranges.h"

#include "pagetable.h"

/* Each domain can list one range at least: room for that is kept back for all of them. */
static bool has_room(const struct report *report, const struct handoff_domain *domain)
{
	const struct report_section *ranges = &report->sections[HANDOFF_RANGES];
	uint32_t kept_back = report->sections[HANDOFF_DOMAINS].capacity;

	return !domain->range_count || (domain->range_count < PAGETABLE_MAX_RANGES &&
					ranges->capacity - ranges->count > kept_back);
}

void ranges_add(struct report *report, struct handoff_domain *domain, uint64_t first, uint64_t last)
{
	struct handoff_range *before = NULL, *range = NULL;

	if (domain->range_count)
		before = report_entry(report, HANDOFF_RANGES,
				      domain->first_range + domain->range_count - 1);
	if (before && before->last + 1 == first) {
		before->last = last;
		return;
	}
	if (has_room(report, domain))
		range = report_add(report, HANDOFF_RANGES);
	if (range) {
		*range = (struct handoff_range){ first, last };
		domain->range_count++;
		return;
	}
	domain->flags |= HANDOFF_DOMAIN_COARSE;
	if (before)
		before->last = last;
}

void ranges_forget(struct report *report, struct handoff_domain *domain, uint64_t first)
{
	for (; domain->range_count; domain->range_count--) {
		struct handoff_range *last = report_entry(report, HANDOFF_RANGES,
							  domain->first_range + domain->range_count - 1);

		if (last->first < first) {
			if (last->last >= first)
				last->last = first - 1;
			return;
		}
		report_truncate(report, HANDOFF_RANGES, report_count(report, HANDOFF_RANGES) - 1);
	}
}

void ranges_cover(struct report *report, struct handoff_domain *domain, uint64_t first, uint64_t last)
{
	ranges_forget(report, domain, first);
	ranges_add(report, domain, first, last);
}
