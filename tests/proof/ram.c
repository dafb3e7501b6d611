// SPDX-License-Identifier: GPL-2.0-only
/*
 * The RAM map (stub/ram.c).
 *
 * proof_ram_set	Any 3 ranges or fewer, none upside down: the set is ascending, disjoint and not
 *			adjacent, and holds an address exactly if one of the ranges did.
 * proof_ram_gap	Any set of up to 3 ranges, any address: the gap is free of the set, and the widest.
 * proof_ram_ask	Any sets of 0 and 2, 1 and 0, 1 and 1 ranges, any address, any size: ram_hits_crash_region() and
 *			ram_is_crashed() say what membership says.
 */
#include <stdlib.h>

#include "proof.h"
#include "ram.h"

#define MOST	3

static bool in(const struct handoff_range *ranges, size_t count, uint64_t address)
{
	bool found = false;

	for (size_t i = 0; i < MOST; i++)
		found |= i < count && ranges[i].first <= address && address <= ranges[i].last;
	return found;
}

static bool is_set(const struct ram_set *set)
{
	bool good = true;

	for (size_t i = 0; i < MOST && i < set->count; i++) {
		good &= set->ranges[i].first <= set->ranges[i].last;
		if (i)
			good &= set->ranges[i - 1].last < set->ranges[i].first &&
				set->ranges[i - 1].last + 1 < set->ranges[i].first;
	}
	return good;
}

static void make_set(size_t count)
{
	struct handoff_range ranges[MOST];
	uint64_t address = nondet_u64();
	struct ram_set set;
	bool before;

	for (size_t i = 0; i < count; i++) {
		ranges[i] = (struct handoff_range){ nondet_u64(), nondet_u64() };
		assume(ranges[i].first <= ranges[i].last);
	}
	before = in(ranges, count, address);
	set = ram_set_make(ranges, count);
	prove(set.ranges == ranges && set.count <= count);
	prove(is_set(&set));
	prove(in(ranges, set.count, address) == before);
}

void proof_ram_set(void)
{
	for (size_t count = 0; count <= MOST; count++)	/* one by one: constants are quicker */
		make_set(count);
}

static struct handoff_range crashed[MOST], region[MOST];

static struct ram some_ram(size_t crashed_count, size_t region_count)
{
	struct ram ram = { { crashed, crashed_count }, { region, region_count } };

	for (size_t i = 0; i < MOST; i++) {
		crashed[i] = (struct handoff_range){ nondet_u64(), nondet_u64() };
		region[i] = (struct handoff_range){ nondet_u64(), nondet_u64() };
	}
	assume(is_set(&ram.crashed) && is_set(&ram.crash_region));
	return ram;
}

static void find_gap(size_t count)
{
	struct ram ram = some_ram(0, count);
	uint64_t at = nondet_u64(), any = nondet_u64();
	struct handoff_range gap;

	if (!ram_gap(&ram, phys(at), &gap)) {
		prove(in(region, count, at));
		return;
	}
	prove(gap.first <= at && at <= gap.last);
	/* The widest: what is next to it is in the region. */
	prove(gap.first == 0 || in(region, count, gap.first - 1));
	prove(gap.last == UINT64_MAX || in(region, count, gap.last + 1));
	if (gap.first <= any && any <= gap.last)
		prove(!in(region, count, any));
}

void proof_ram_gap(void)
{
	for (size_t count = 0; count <= MOST; count++)
		find_gap(count);
}

static void ask(size_t crashed_count, size_t region_count)
{
	struct ram ram = some_ram(crashed_count, region_count);
	uint64_t start = nondet_u64(), size = nondet_u64(), offset = nondet_u64(), any;
	bool hits, is_crashed;

	assume(size > 0 && offset < size);
	hits = ram_hits_crash_region(&ram, phys(start), size);
	is_crashed = ram_is_crashed(&ram, phys(start), size);
	if (!range_fits(start, size)) {
		prove(hits && !is_crashed);
		return;
	}
	any = start + offset;
	prove(hits || !in(region, region_count, any));
	prove(!is_crashed || (in(crashed, crashed_count, any) && !hits));
	if (size == 1)
		prove(is_crashed == (in(crashed, crashed_count, start) && !in(region, region_count, start)));
}

void proof_ram_ask(void)
{
	ask(0, 2);
	ask(1, 0);
	ask(1, 1);
}
