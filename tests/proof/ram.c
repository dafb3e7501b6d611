// SPDX-License-Identifier: GPL-2.0-only
/*
 * The RAM map (stub/ram.c).
 *
 * proof_ram_set	Any 3 ranges or fewer, none upside down: the set is ascending, disjoint and not
 *			adjacent, and holds an address exactly if one of the ranges did.
 * proof_ram_gap	Any set of up to 3 ranges, any address: the gap is free of the set, and the widest.
 * proof_ram_ask	Any sets of 0 and 2, 1 and 0, 1 and 1 ranges, any address, any size: ram_hits_crash_region() and
 *			ram_is_crashed() say what membership says.
 * proof_ram_discover	Any e820 map of 2 entries or fewer, 2 ranges in use or fewer, an ELF core header
 *			(elfcore_read() as its header promises) of up to 2 ranges, an arena of up to 96
 *			bytes: what the loader placed, RAM of the map above 1 MiB and the ELF header are
 *			in the crash region, and both sets are sets.
 */
#include <stdlib.h>

#include "elfcore.h"
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

/* One address of [start, start + size), to be any of them. */
static uint64_t one_of(uint64_t start, uint64_t size)
{
	uint64_t offset = nondet_u64();

	assume(offset < size);
	return start + offset;
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

/* elfcore.h's promise, kept by proof_elfcore. */
enum handoff_reason elfcore_read(struct elfcore *core, phys_t address, struct arena *arena)
{
	if (nondet_bool())
		return HANDOFF_BAD_ELFCOREHDR;
	*core = (struct elfcore){ .address = address, .size = nondet_u64(), .load_count = nondet_size() };
	assume(core->size >= 64 && range_fits(address.pa, core->size));
	assume(core->load_count >= 1 && core->load_count <= 2);
	core->loads = arena_alloc(arena, core->load_count * sizeof(*core->loads), 8);
	if (!core->loads)
		return HANDOFF_ARENA_TOO_SMALL;
	for (size_t i = 0; i < core->load_count; i++) {
		core->loads[i] = (struct handoff_range){ nondet_u64(), nondet_u64() };
		assume(core->loads[i].first <= core->loads[i].last);
	}
	return HANDOFF_OK;
}

void proof_ram_discover(void)
{
	struct relay_e820 e820[2];
	struct relay_boot boot = { .e820 = e820, .e820_count = nondet_size(), .e820_sound = nondet_bool() };
	struct params params = { .elfcorehdr_given = nondet_bool(), .elfcorehdr = nondet_u64() };
	uint64_t size = nondet_u64(), any;
	struct arena arena;
	struct ram ram;
	uint8_t *base;

	assume(boot.e820_count <= 2);
	boot.in_use_count = nondet_size();
	assume(boot.in_use_count <= 2);
	for (size_t i = 0; i < boot.in_use_count; i++) {
		boot.in_use[i].start = nondet_u64();
		boot.in_use[i].size = nondet_u64();
	}
	assume(size <= 112);
	base = malloc(size);
	assume(base);
	arena_init(&arena, base, phys(0x100000), size);
	if (ram_discover(&ram, &boot, &params, &arena) != HANDOFF_OK)
		return;
	prove(is_set(&ram.crashed) && is_set(&ram.crash_region));
	prove(ram.crashed.count && ram.crash_region.count);
	prove(arena.used <= size);
	prove((uint8_t *)(ram.crash_region.ranges + ram.crash_region.count) <= base + arena.used);
	prove(in(ram.crash_region.ranges, ram.crash_region.count, params.elfcorehdr));
	if (boot.in_use_count && boot.in_use[0].size && range_fits(boot.in_use[0].start, boot.in_use[0].size)) {
		any = one_of(boot.in_use[0].start, boot.in_use[0].size);
		prove(in(ram.crash_region.ranges, ram.crash_region.count, any));
	}
	if (e820[0].type == 1 && boot.e820_count && e820[0].size && range_fits(e820[0].start, e820[0].size)) {
		any = one_of(e820[0].start, e820[0].size);
		prove(any < 0x100000 || in(ram.crash_region.ranges, ram.crash_region.count, any));
	}
}
