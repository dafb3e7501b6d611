// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ranges that a domain maps (stub/ranges.c).
 *
 * proof_ranges		A section with room for 4 ranges, any of it taken and any of it kept back for
 *			other domains; three ranges, one behind the other or next to it. Each address of
 *			theirs is in a range that is listed, unless none could be; unless the domain is
 *			told to be coarse no other address is. What is listed ascends, has no end before
 *			its beginning, and lies in the section; nobody else's ranges are touched.
 * proof_ranges_forget	The same of two ranges, of which all is taken back from anywhere on.
 * proof_ranges_cover	The same of two ranges, and one that covers them from anywhere on.
 */
#include "ranges.h"

#include "pagetable.h"
#include "proof.h"

#define ROOM	4u
#define RANGES	3u

static struct handoff_range entries[ROOM];
static struct report report;

void *report_add(struct report *to, enum handoff_section_type type)
{
	struct report_section *section = &to->sections[type];

	prove(type == HANDOFF_RANGES);
	return section->count == section->capacity ? NULL : &entries[section->count++];
}

void *report_entry(const struct report *from, enum handoff_section_type type, uint32_t index)
{
	prove(type == HANDOFF_RANGES && index < from->sections[type].count);
	return &entries[index];
}

uint32_t report_count(const struct report *from, enum handoff_section_type type)
{
	prove(type == HANDOFF_RANGES);
	return from->sections[type].count;
}

void report_truncate(struct report *of, enum handoff_section_type type, uint32_t count)
{
	prove(type == HANDOFF_RANGES && count < of->sections[type].count);
	of->sections[type].count = count;
}

static bool covers(struct handoff_range range, uint64_t at)
{
	return at >= range.first && at <= range.last;
}

enum then { NOTHING, COVER, FORGET };

static void prove_ranges(unsigned int count, enum then then)
{
	struct handoff_range added[RANGES], others[ROOM];
	struct handoff_domain domain = { .flags = 0 };
	uint64_t at = nondet_u64();
	uint32_t any = nondet_u32();
	bool is_added = false, is_listed = false;

	report.sections[HANDOFF_RANGES].capacity = ROOM;
	report.sections[HANDOFF_RANGES].count = domain.first_range = nondet_u32();
	report.sections[HANDOFF_DOMAINS].capacity = nondet_u32();
	assume(domain.first_range <= ROOM && any < ROOM);
	others[any] = entries[any] = (struct handoff_range){ nondet_u64(), nondet_u64() };
	for (unsigned int i = 0; i < count; i++) {
		added[i] = (struct handoff_range){ nondet_u64(), nondet_u64() };
		assume(added[i].first <= added[i].last && added[i].last < UINT64_MAX);
		assume(i == 0 || added[i].first > added[i - 1].last);
		ranges_add(&report, &domain, added[i].first, added[i].last);
		is_added |= covers(added[i], at);
	}
	if (then == FORGET) {
		uint64_t from = nondet_u64();

		ranges_forget(&report, &domain, from);
		is_added &= at < from;
	}
	if (then == COVER) {
		struct handoff_range cover = { nondet_u64(), nondet_u64() };

		assume(cover.first <= cover.last && cover.last < UINT64_MAX && cover.last >= added[count - 1].last);
		ranges_cover(&report, &domain, cover.first, cover.last);
		is_added |= covers(cover, at);
	}
	prove(domain.first_range + domain.range_count <= ROOM);
	prove(report.sections[HANDOFF_RANGES].count == domain.first_range + domain.range_count);
	for (uint32_t i = 0; i < ROOM; i++) {
		bool mine = i >= domain.first_range && i - domain.first_range < domain.range_count;

		is_listed |= mine && covers(entries[i], at);
		prove(!mine || entries[i].first <= entries[i].last);
		prove(!mine || i == domain.first_range || entries[i].first > entries[i - 1].last);
	}
	if (any < domain.first_range)
		prove(entries[any].first == others[any].first && entries[any].last == others[any].last);
	if (domain.flags & HANDOFF_DOMAIN_COARSE)
		prove(domain.range_count == 0 || !is_added || is_listed);
	else
		prove(is_listed == is_added);
}

void proof_ranges(void)
{
	prove_ranges(RANGES, NOTHING);
}

void proof_ranges_forget(void)
{
	prove_ranges(RANGES - 1, FORGET);
}

void proof_ranges_cover(void)
{
	prove_ranges(RANGES - 1, COVER);
}
