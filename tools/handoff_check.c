// SPDX-License-Identifier: GPL-2.0-only
/*
 * What entries say about each other. Numbers that only name something (reasons, rules, phases) are
 * not checked: a newer stub of the same major version may know more of them. The header's mode is more
 * than a name: a stub that is not newer has no other values than those known here.
 */
#include "handoff_check.h"

/* The place of a field of entry `index` of a known section, in the file */
static uint64_t entry_at(const struct reader *r, enum handoff_section_type type, uint32_t index,
			 size_t field)
{
	const struct handoff_slice *slice = &r->view->sections[type];

	return r->start + (uint64_t)(slice->entries - r->payload) +
	       (uint64_t)index * slice->entry_size + field;
}

#define ENTRY_PROBLEM(r, name, type, index, field, expected, ...)				\
	problem_at((r)->problem, entry_at(r, type, index, offsetof(struct handoff_##name, field)), \
		   #name " %u, " #field ": expected " expected, index, __VA_ARGS__)

#define CHECK_INDEX(r, name, type, index, field, value, target)					\
	((value) < (r)->view->sections[target].count ||						\
	 ENTRY_PROBLEM(r, name, type, index, field, "an index below %u, found %u",		\
		       (r)->view->sections[target].count, value))

#define CHECK_HEADER(r, field, allowed, expected, ...)						\
	((allowed) || problem_at((r)->problem, (r)->start + offsetof(struct handoff_header, field),	\
				 #field ": expected " expected, __VA_ARGS__))

bool handoff_check_mode(const struct reader *r)
{
	struct handoff_header *header = &r->view->header;
	bool newer = header->minor > HANDOFF_MINOR;

	if (header->minor < HANDOFF_MINOR_MODE)		/* the fields' place was reserved */
		header->mode = header->hide_reason = 0;
	return CHECK_HEADER(r, mode, newer || header->mode <= HANDOFF_HIDDEN,
			    "at most %d, found %u", HANDOFF_HIDDEN, header->mode) &&
	       CHECK_HEADER(r, hide_reason, newer || header->hide_reason <= HANDOFF_HIDE_POLICY,
			    "at most %d, found %u", HANDOFF_HIDE_POLICY, header->hide_reason) &&
	       CHECK_HEADER(r, hide_reason, header->mode != HANDOFF_HIDDEN || !header->hide_reason,
			    "%d, since the IOMMU is hidden, found %u", HANDOFF_HIDE_OK,
			    header->hide_reason);
}

/*
 * Domains may share a slice (HANDOFF_DOMAIN_SHARED), and then each lists it: a small block could
 * make a reader work for days. No machine comes near this bound.
 */
#define MAX_LISTED_RANGES	(1u << 24)

static bool check_domains(const struct reader *r)
{
	const struct handoff_view *view = r->view;
	uint64_t left = MAX_LISTED_RANGES;

	for (uint32_t i = 0; i < view->sections[HANDOFF_DOMAINS].count; i++) {
		struct handoff_domain domain = handoff_get_domain(view, i);
		uint64_t end = (uint64_t)domain.first_range + domain.range_count;

		if (!CHECK_INDEX(r, domain, HANDOFF_DOMAINS, i, unit, domain.unit, HANDOFF_UNITS))
			return false;
		if (end > view->sections[HANDOFF_RANGES].count)
			return ENTRY_PROBLEM(r, domain, HANDOFF_DOMAINS, i, first_range,
					     "a slice of %u ranges, found its end at %llu",
					     view->sections[HANDOFF_RANGES].count, LL(end));
		if (domain.range_count > left)
			return ENTRY_PROBLEM(r, domain, HANDOFF_DOMAINS, i, range_count,
					     "at most %u in all domains, found more from %u here",
					     MAX_LISTED_RANGES, domain.range_count);
		left -= domain.range_count;
	}
	return true;
}

static bool check_ranges(const struct reader *r, const struct handoff_domain *domain)
{
	struct handoff_range last = { 0 };

	for (uint32_t i = 0; i < domain->range_count; i++) {
		uint32_t index = domain->first_range + i;
		struct handoff_range range = handoff_get_range(r->view, index);

		if (range.last < range.first)
			return ENTRY_PROBLEM(r, range, HANDOFF_RANGES, index, last,
					     "at least 0x%llx, found 0x%llx", LL(range.first),
					     LL(range.last));
		if (i && range.first <= last.last)
			return ENTRY_PROBLEM(r, range, HANDOFF_RANGES, index, first,
					     "more than 0x%llx, found 0x%llx", LL(last.last),
					     LL(range.first));
		last = range;
	}
	return true;
}

static bool check_devices(const struct reader *r)
{
	for (uint32_t i = 0; i < r->view->sections[HANDOFF_DEVICES].count; i++) {
		struct handoff_device device = handoff_get_device(r->view, i);

		if (!CHECK_INDEX(r, device, HANDOFF_DEVICES, i, unit, device.unit, HANDOFF_UNITS))
			return false;
		if (device.domain != HANDOFF_NO_DOMAIN &&
		    !CHECK_INDEX(r, device, HANDOFF_DEVICES, i, domain, device.domain,
				 HANDOFF_DOMAINS))
			return false;
	}
	return true;
}

/* The report may have had no room for the device: then nobody is named. */
static bool check_pasids(const struct reader *r)
{
	for (uint32_t i = 0; i < r->view->sections[HANDOFF_PASIDS].count; i++) {
		struct handoff_pasid pasid = handoff_get_pasid(r->view, i);

		if (pasid.device != HANDOFF_NO_DEVICE &&
		    !CHECK_INDEX(r, pasid, HANDOFF_PASIDS, i, device, pasid.device,
				 HANDOFF_DEVICES))
			return false;
		if (pasid.domain != HANDOFF_NO_DOMAIN &&
		    !CHECK_INDEX(r, pasid, HANDOFF_PASIDS, i, domain, pasid.domain,
				 HANDOFF_DOMAINS))
			return false;
	}
	return true;
}

static bool check_records_and_faults(const struct reader *r)
{
	for (uint32_t i = 0; i < r->view->sections[HANDOFF_RECORDS].count; i++)
		if (!CHECK_INDEX(r, record, HANDOFF_RECORDS, i, unit,
				 handoff_get_record(r->view, i).unit, HANDOFF_UNITS))
			return false;
	for (uint32_t i = 0; i < r->view->sections[HANDOFF_FAULTS].count; i++)
		if (!CHECK_INDEX(r, fault, HANDOFF_FAULTS, i, unit,
				 handoff_get_fault(r->view, i).unit, HANDOFF_UNITS))
			return false;
	return true;
}

bool handoff_check_entries(const struct reader *r)
{
	if (!check_domains(r) || !check_devices(r) || !check_pasids(r) ||
	    !check_records_and_faults(r))
		return false;
	for (uint32_t i = 0; i < r->view->sections[HANDOFF_DOMAINS].count; i++) {
		struct handoff_domain domain = handoff_get_domain(r->view, i);

		if (!check_ranges(r, &domain))
			return false;
	}
	return true;
}
