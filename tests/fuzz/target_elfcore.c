// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ELF core header and the e820 map, and what is made of both: whose memory is whose.
 *
 * The input's head has up to 15 e820 entries and 3 ranges that the loader placed; the rest is
 * memory, the ELF header at its start. Each range's edges are then looked up, and compared with
 * the lists themselves.
 */
#include "bytes.h"
#include "fuzz.h"
#include "ram.h"

#define ELF_AT		0x10000ull
#define ARENA		0x8000u
#define LOW_MEMORY	0x100000ull

struct lists {
	struct relay_e820 e820[15];
	struct relay_boot boot;
};

static void read_lists(struct input *input, struct lists *lists)
{
	uint8_t counts = (uint8_t)take_number(input, 1);

	*lists = (struct lists){ .boot = { .e820_sound = true, .e820 = lists->e820 } };
	for (unsigned int i = 0; i < (counts & 15u); i++) {
		struct relay_e820 *entry = &lists->e820[lists->boot.e820_count];

		entry->start = take_number(input, 8);
		entry->size = take_number(input, 8);
		entry->type = (uint32_t)take_number(input, 1);
		lists->boot.e820_count += range_fits(entry->start, entry->size);
	}
	for (unsigned int i = 0; i < (counts >> 4 & 3u); i++) {
		uint64_t start = take_number(input, 8), size = take_number(input, 8);

		if (!size || !range_fits(start, size))
			continue;
		lists->boot.in_use[lists->boot.in_use_count].start = start;
		lists->boot.in_use[lists->boot.in_use_count++].size = size;
	}
}

static void check_set(const struct ram_set *set)
{
	must(set->count);
	for (size_t i = 0; i < set->count; i++) {
		must(set->ranges[i].first <= set->ranges[i].last);
		must(!i || set->ranges[i - 1].last + 1 < set->ranges[i].first);
	}
}

/* Must this byte count as crash region? (Gaps between may count too: loaders carve them out.) */
static bool is_listed(const struct lists *lists, uint64_t at)
{
	for (size_t i = 0; i < lists->boot.e820_count; i++) {
		const struct relay_e820 *entry = &lists->e820[i];

		if ((entry->type == 1 || entry->type == 128) && at >= LOW_MEMORY &&
		    at >= entry->start && at - entry->start < entry->size)
			return true;
	}
	for (size_t i = 0; i < lists->boot.in_use_count; i++)
		if (at >= lists->boot.in_use[i].start &&
		    at - lists->boot.in_use[i].start < lists->boot.in_use[i].size)
			return true;
	return false;
}

static void check_at(const struct lists *lists, const struct ram *ram, uint64_t at)
{
	bool hit = ram_hits_crash_region(ram, phys(at), 1);
	struct handoff_range gap;

	must(hit || !is_listed(lists, at));
	must(ram_gap(ram, phys(at), &gap) == !hit);
	must(hit || (gap.first <= at && at <= gap.last));
	must(!hit || !ram_is_crashed(ram, phys(at), 1));
}

static void check(const struct lists *lists, const struct ram *ram)
{
	check_set(&ram->crashed);
	check_set(&ram->crash_region);
	for (size_t i = 0; i < lists->boot.e820_count; i++) {
		check_at(lists, ram, lists->e820[i].start);
		check_at(lists, ram, lists->e820[i].start - 1);
		check_at(lists, ram, lists->e820[i].start + lists->e820[i].size);
		check_at(lists, ram, lists->e820[i].start + lists->e820[i].size - 1);
	}
	for (size_t i = 0; i < ram->crashed.count; i++) {
		const struct handoff_range *range = &ram->crashed.ranges[i];

		check_at(lists, ram, range->first);
		check_at(lists, ram, range->last);
		must(range->last == UINT64_MAX || !ram_is_crashed(ram, phys(range->last), 2));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct params params = { .elfcorehdr_given = true, .elfcorehdr = ELF_AT };
	struct input input = { data, size };
	static struct lists lists;
	struct arena arena;
	struct ram ram;

	read_lists(&input, &lists);
	bytes_set(input.data, input.size);
	bytes_arena(&arena, ARENA);
	if (ram_discover(&ram, &lists.boot, &params, &arena) == HANDOFF_OK)
		check(&lists, &ram);
	must(arena.used <= ARENA);
	must(bytes_reads() <= 1 + 0xffff);
	return 0;
}
