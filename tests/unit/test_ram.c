// SPDX-License-Identifier: GPL-2.0-only
/* ram.c: sets of ranges, provenance and target. */
#include "testing.h"

#include "builder.h"
#include "fake.h"
#include "ram.h"
#include "vet.h"

#define R(first, last)	{ first, last }

static void expect_set(struct handoff_range *ranges, size_t count, const struct handoff_range *expected,
		       size_t expected_count)
{
	struct ram_set set = ram_set_make(ranges, count);

	assert_int_equal(set.count, expected_count);
	for (size_t i = 0; i < expected_count; i++) {
		assert_hex_equal(set.ranges[i].first, expected[i].first);
		assert_hex_equal(set.ranges[i].last, expected[i].last);
	}
}

#define EXPECT_SET(ranges, ...) do {							\
	const struct handoff_range expected_[] = { __VA_ARGS__ };			\
	expect_set(ranges, COUNT_OF(ranges), expected_, COUNT_OF(expected_));		\
} while (0)

static void unsorted_ranges_are_sorted(void **state)
{
	struct handoff_range ranges[] = { R(50, 59), R(10, 19), R(90, 99), R(30, 39), R(70, 79) };

	(void)state;
	EXPECT_SET(ranges, R(10, 19), R(30, 39), R(50, 59), R(70, 79), R(90, 99));
}

static void overlapping_and_adjacent_ranges_merge(void **state)
{
	struct handoff_range ranges[] = { R(20, 29), R(10, 19), R(25, 40), R(12, 13), R(42, 50), R(42, 45) };

	(void)state;
	EXPECT_SET(ranges, R(10, 40), R(42, 50));
}

static void range_to_the_end_of_everything_swallows_the_rest(void **state)
{
	struct handoff_range ranges[] = { R(100, UINT64_MAX), R(0, 5), R(200, 300), R(UINT64_MAX, UINT64_MAX) };

	(void)state;
	EXPECT_SET(ranges, R(0, 5), R(100, UINT64_MAX));
}

static void empty_and_single_sets(void **state)
{
	struct handoff_range one[] = { R(7, 7) };

	(void)state;
	assert_int_equal(ram_set_make(one, 0).count, 0);
	EXPECT_SET(one, R(7, 7));
}

/* Against a bit map, for many small random sets. */
static void sets_agree_with_a_bit_map(void **state)
{
	uint32_t random = 12345;

	(void)state;
	for (unsigned int round = 0; round < 2000; round++) {
		struct handoff_range ranges[12];
		bool bits[66] = { false };
		size_t count = round % 12;
		struct ram ram;

		for (size_t i = 0; i < count; i++) {
			random = random * 1664525 + 1013904223;
			ranges[i].first = random >> 26;
			ranges[i].last = ranges[i].first + (random >> 8) % 5;
			ranges[i].last = ranges[i].last > 63 ? 63 : ranges[i].last;
			for (uint64_t at = ranges[i].first; at <= ranges[i].last; at++)
				bits[at] = true;
		}
		ram.crash_region = ram_set_make(ranges, count);
		ram.crashed = (struct ram_set){ NULL, 0 };
		for (size_t i = 1; i < ram.crash_region.count; i++)
			assert_true(ranges[i].first > ranges[i - 1].last + 1);
		for (uint64_t at = 0; at < 64; at++) {
			struct handoff_range gap = { 0, 0 };

			assert_int_equal(ram_hits_crash_region(&ram, phys(at), 1), bits[at]);
			assert_int_equal(ram_hits_crash_region(&ram, phys(at), 3),
					 bits[at] || bits[at + 1] || bits[at + 2]);
			assert_int_equal(ram_gap(&ram, phys(at), &gap), !bits[at]);
			assert_true(bits[at] || (gap.first <= at && at <= gap.last));
			assert_true(bits[at] || !gap.first || bits[gap.first - 1]);
			assert_true(bits[at] || gap.last == UINT64_MAX || bits[gap.last + 1]);
		}
	}
}

/* ---- Discovery ---- */

static struct ram discover(struct build *b)
{
	struct params params = { .elfcorehdr_given = true, .elfcorehdr = BUILD_ELFCOREHDR };
	struct arena arena;
	struct ram ram;

	if (!b->sealed)
		build_seal(b);
	arena_init(&arena, b->boot.arena, b->boot.arena_phys, b->arena_size);
	assert_int_equal(ram_discover(&ram, &b->boot, &params, &arena), HANDOFF_OK);
	return ram;
}

static void crashed_ram_excludes_the_crash_region(void **state)
{
	struct ram ram = discover(build_machine());

	(void)state;
	assert_true(ram_is_crashed(&ram, phys(BUILD_PAGES), 0x1000));
	assert_true(ram_is_crashed(&ram, phys(BUILD_CRASH_START - 0x1000), 0x1000));
	assert_false(ram_is_crashed(&ram, phys(BUILD_CRASH_START - 0x1000), 0x1001));
	assert_false(ram_is_crashed(&ram, phys(BUILD_CRASH_START), 1));
	assert_true(ram_is_crashed(&ram, phys(BUILD_CRASH_END), 1));
	assert_true(ram_is_crashed(&ram, phys(BUILD_RAM_END - 1), 1));
	assert_false(ram_is_crashed(&ram, phys(BUILD_RAM_END - 1), 2));
	assert_false(ram_is_crashed(&ram, phys(0xfed90000), 0x1000));
	assert_false(ram_is_crashed(&ram, phys(0), 1));
	assert_true(ram_is_crashed(&ram, phys(0x1000), 0x1000));
}

/* A crashed kernel's map that claims the crash region does not open it. */
static void overlap_of_both_maps_belongs_to_the_crash_region(void **state)
{
	struct build *b = build_machine();
	struct ram ram;

	(void)state;
	b->loads[b->load_count++] = (struct handoff_range){ 0x1000, BUILD_HIGH_END };
	ram = discover(b);
	assert_false(ram_is_crashed(&ram, phys(BUILD_CRASH_START), 0x1000));
	assert_false(ram_is_crashed(&ram, phys(BUILD_CRASH_START - 0x1000), 0x2000));
	assert_true(ram_is_crashed(&ram, phys(BUILD_CRASH_START - 0x1000), 0x1000));
}

static void first_mib_is_no_crash_region(void **state)
{
	struct build *b = build_machine();
	struct ram ram;

	(void)state;
	b->e820[b->e820_count++] = (struct relay_e820){ 0x80000, 0x100000, 1, 0 };
	ram = discover(b);
	assert_false(ram_hits_crash_region(&ram, phys(0), 0x100000));
	assert_true(ram_hits_crash_region(&ram, phys(0), 0x100001));
	assert_true(ram_hits_crash_region(&ram, phys(0x17ffff), 1));
	assert_false(ram_hits_crash_region(&ram, phys(0x180000), 1));
}

static void wrapping_ranges_are_hits_and_no_ram(void **state)
{
	struct ram ram = discover(build_machine());

	(void)state;
	assert_true(ram_hits_crash_region(&ram, phys(UINT64_MAX), 2));
	assert_true(ram_hits_crash_region(&ram, phys(0x1000), UINT64_MAX));
	assert_false(ram_hits_crash_region(&ram, phys(UINT64_MAX), 1));
	assert_false(ram_is_crashed(&ram, phys(BUILD_PAGES), UINT64_MAX));
}

static void entries_that_wrap_or_are_empty_are_no_memory(void **state)
{
	struct build *b = build_machine();
	struct ram ram;

	(void)state;
	b->e820[b->e820_count++] = (struct relay_e820){ UINT64_MAX - 10, 100, 1, 0 };
	b->e820[b->e820_count++] = (struct relay_e820){ 0x30000000, 0, 1, 0 };
	ram = discover(b);
	assert_false(ram_hits_crash_region(&ram, phys(0x30000000), 1));
	assert_false(ram_hits_crash_region(&ram, phys(UINT64_MAX - 10), 1));
	assert_int_equal(ram.crash_region.count, 1);
}

static void what_the_loader_placed_counts(void **state)
{
	struct build *b = build_machine();
	struct ram ram;

	(void)state;
	build_seal(b);
	b->boot.in_use[b->boot.in_use_count].start = 0x30000000;
	b->boot.in_use[b->boot.in_use_count++].size = 0x1800;
	ram = discover(b);
	assert_true(ram_hits_crash_region(&ram, phys(0x30001000), 0x1000));
	assert_false(ram_hits_crash_region(&ram, phys(0x30001800), 0x800));
	assert_false(ram_hits_crash_region(&ram, phys(0x2ffff000), 0x1000));
}

static void elf_core_header_outside_of_the_map_counts(void **state)
{
	struct build *b = build_machine();
	struct ram ram;

	(void)state;
	b->e820[0].start += 0x1000000;		/* the map begins behind the header */
	b->e820[0].size -= 0x1000000;
	ram = discover(b);
	assert_true(ram_hits_crash_region(&ram, phys(BUILD_ELFCOREHDR), 1));
	assert_true(ram_hits_crash_region(&ram, phys(BUILD_ELFCOREHDR + 64 + 56 * 5 - 1), 1));
	assert_false(ram_hits_crash_region(&ram, phys(BUILD_ELFCOREHDR + 64 + 56 * 5), 1));
}

/* kexec-tools takes its copy of low memory out of the map. */
static void small_gaps_that_nobody_owned_are_the_loaders(void **state)
{
	struct build *b = build_machine();
	struct ram ram;

	(void)state;
	b->e820[0].size = 0x1000000;
	b->e820[b->e820_count++] = (struct relay_e820){ BUILD_CRASH_START + 0x10a0000,
							BUILD_CRASH_END - BUILD_CRASH_START - 0x10a0000, 1, 0 };
	ram = discover(b);
	assert_true(ram_hits_crash_region(&ram, phys(BUILD_CRASH_START + 0x1050000), 1));
	assert_int_equal(ram.crash_region.count, 1);
}

static void gaps_of_the_crashed_kernel_stay_open(void **state)
{
	struct build *b = build_machine();
	struct ram ram;

	(void)state;
	b->e820[0].size = 0x1000000;
	b->e820[b->e820_count++] = (struct relay_e820){ BUILD_CRASH_START + 0x10a0000, 0x1000000, 1, 0 };
	b->e820[b->e820_count++] = (struct relay_e820){ BUILD_CRASH_START + 0x6000000, 0x1000000, 1, 0 };
	b->loads[b->load_count++] = (struct handoff_range){ BUILD_CRASH_START + 0x1050000,
							    BUILD_CRASH_START + 0x1050fff };
	build_seal(b);
	b->boot.in_use_count = 0;
	ram = discover(b);
	assert_false(ram_hits_crash_region(&ram, phys(BUILD_CRASH_START + 0x1050000), 0x1000));
	assert_true(ram_is_crashed(&ram, phys(BUILD_CRASH_START + 0x1050000), 0x1000));
	/* A byte at either end is enough. */
	for (unsigned int i = 0; i < 2; i++) {
		b->loads[b->load_count - 1].first = b->loads[b->load_count - 1].last =
			i ? BUILD_CRASH_START + 0x109ffff : BUILD_CRASH_START + 0x1000000;
		build_seal(b);
		b->boot.in_use_count = 0;
		ram = discover(b);
		assert_false(ram_hits_crash_region(&ram, phys(BUILD_CRASH_START + 0x1050000), 0x1000));
	}
	/* Larger than what a loader takes. */
	assert_false(ram_hits_crash_region(&ram, phys(BUILD_CRASH_START + 0x4000000), 0x1000));
}

static void arena_without_room_is_told(void **state)
{
	struct build *b = build_machine();
	struct params params = { .elfcorehdr_given = true, .elfcorehdr = BUILD_ELFCOREHDR };
	struct arena arena;
	struct ram ram;

	(void)state;
	build_seal(b);
	for (uint64_t size = 0; size < 400; size += 8) {
		arena_init(&arena, b->boot.arena, b->boot.arena_phys, size);
		if (ram_discover(&ram, &b->boot, &params, &arena) == HANDOFF_OK) {
			assert_true(size > 64);
			return;
		}
		arena_init(&arena, b->boot.arena, b->boot.arena_phys, size);
		assert_int_equal(ram_discover(&ram, &b->boot, &params, &arena), HANDOFF_ARENA_TOO_SMALL);
	}
	fail();
}

static void a_set_covers_what_lies_in_one_range(void **state)
{
	struct handoff_range ranges[] = { { 0x1000, 0x1fff }, { 0x3000, 0x4fff } };
	struct ram_set set = { ranges, 2 };

	(void)state;
	assert_false(ram_set_covers(&set, 0, 0xfff));
	assert_true(ram_set_covers(&set, 0x1000, 0x1fff));
	assert_false(ram_set_covers(&set, 0x1000, 0x3000));
	assert_true(ram_set_covers(&set, 0x3800, 0x4fff));
	assert_false(ram_set_covers(&set, 0x3800, 0x5000));
}

/* ---- vet.h ---- */

static void addresses_beyond_a_width(void **state)
{
	(void)state;
	assert_hex_equal(vet_beyond(UINT64_MAX, 64), 0);
	assert_hex_equal(vet_beyond(UINT64_MAX, 63), 1ull << 63);
	assert_hex_equal(vet_beyond(UINT64_MAX, 1), UINT64_MAX - 1);
	assert_hex_equal(vet_beyond((1ull << 46) - 1, 46), 0);
	assert_hex_equal(vet_beyond(5ull << 45, 46), 1ull << 47);
}

/* Linux marks RAM that holds boot data so. */
static void ram_with_boot_data_is_crash_region(void **state)
{
	struct build *b = build_machine();
	struct ram ram;

	(void)state;
	b->e820[0].type = 128;
	ram = discover(b);
	assert_true(ram_hits_crash_region(&ram, phys(BUILD_CRASH_START), 1));
}

/* All RAM of the crashed kernel lies above a gap: the gap is nobody's. */
static void gap_below_all_crashed_ram_is_closed(void **state)
{
	struct build *b = build_machine();
	struct ram ram;

	(void)state;
	b->load_count = 0;
	b->loads[b->load_count++] = (struct handoff_range){ BUILD_HIGH_START, BUILD_HIGH_END - 1 };
	b->e820[b->e820_count++] = (struct relay_e820){ BUILD_CRASH_END + 0x100000, 0x100000, 1, 0 };
	ram = discover(b);
	assert_int_equal(ram.crash_region.count, 1);
	assert_true(ram_hits_crash_region(&ram, phys(BUILD_CRASH_END), 1));
}

static void last_byte_of_what_there_is(void **state)
{
	struct handoff_range low[] = { R(0x1000, 0x1fff), R(0x3000, 0x3fff) }, high[] = { R(0x5000, 0x5fff) };
	struct ram ram = { .crashed = { low, 2 } };

	(void)state;
	assert_hex_equal(ram_last(&ram), 0x3fff);
	ram.crash_region = (struct ram_set){ high, 1 };
	assert_hex_equal(ram_last(&ram), 0x5fff);
	ram.crashed.count = 0;
	assert_hex_equal(ram_last(&ram), 0x5fff);
	ram.crash_region.count = 0;
	assert_hex_equal(ram_last(&ram), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsorted_ranges_are_sorted),
		cmocka_unit_test(overlapping_and_adjacent_ranges_merge),
		cmocka_unit_test(range_to_the_end_of_everything_swallows_the_rest),
		cmocka_unit_test(empty_and_single_sets),
		cmocka_unit_test(sets_agree_with_a_bit_map),
		cmocka_unit_test(crashed_ram_excludes_the_crash_region),
		cmocka_unit_test(overlap_of_both_maps_belongs_to_the_crash_region),
		cmocka_unit_test(first_mib_is_no_crash_region),
		cmocka_unit_test(wrapping_ranges_are_hits_and_no_ram),
		cmocka_unit_test(entries_that_wrap_or_are_empty_are_no_memory),
		cmocka_unit_test(what_the_loader_placed_counts),
		cmocka_unit_test(elf_core_header_outside_of_the_map_counts),
		cmocka_unit_test(small_gaps_that_nobody_owned_are_the_loaders),
		cmocka_unit_test(gaps_of_the_crashed_kernel_stay_open),
		cmocka_unit_test(arena_without_room_is_told),
		cmocka_unit_test(a_set_covers_what_lies_in_one_range),
		cmocka_unit_test(addresses_beyond_a_width),
		cmocka_unit_test(ram_with_boot_data_is_crash_region),
		cmocka_unit_test(gap_below_all_crashed_ram_is_closed),
		cmocka_unit_test(last_byte_of_what_there_is),
	};

	return cmocka_run_group_tests_name("ram", tests, NULL, NULL);
}
