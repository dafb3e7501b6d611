// SPDX-License-Identifier: GPL-2.0-only
/* discover.c, mend.c: a DMAR table that the crash has damaged, and the copy that the image brings. */
#include "testing.h"

#include "acpi.h"
#include "acpi_dmar.h"
#include "builder.h"
#include "check.h"
#include "fake.h"
#include "result.h"

#define CHECKSUM	9u
#define STRUCTURE	48u	/* of the table: the first one, the unit's; its length, its registers */
#define LENGTH		(STRUCTURE + 2)
#define BASE		(STRUCTURE + 8)
#define TABLE_SIZE	(STRUCTURE + sizeof(struct dmar_drhd))

/* A machine with one unit at work, and the table of that in the image. */
static struct build *machine(void)
{
	struct build *b = build_machine();
	struct mock_unit *unit = build_unit(b);
	uint64_t tree = build_page(b);

	build_map(b, tree, 3, 0x1000, 0x20000000, 1);
	build_attach(b, unit, 0x10, tree, 5, 1);
	build_bring_dmar(b);
	build_seal(b);
	return b;
}

static void sum_up(uint64_t table, uint32_t size)
{
	uint8_t bytes[BUILD_MAX_DMAR], sum = 0;

	memory_fill(table + CHECKSUM, 0, 1);
	assert_true(size <= sizeof(bytes) && memory_get(table, bytes, size));
	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	sum = (uint8_t)-sum;
	memory_put(table + CHECKSUM, &sum, 1);
}

static void assert_tables_same(void)
{
	uint8_t live[TABLE_SIZE], brought[TABLE_SIZE];

	assert_true(memory_get(BUILD_DMAR, live, sizeof(live)) &&
		    memory_get(BUILD_BROUGHT, brought, sizeof(brought)));
	assert_memory_equal(live, brought, sizeof(live));
}

/* The unit is found by the image's table, and afterwards by the firmware's too. */
static void expect_mended(struct build *b)
{
	assert_true(build_run(b));
	check_run(b);
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_int_equal(result_count(HANDOFF_UNITS), 1);
	assert_logged("trying the image's own");
	assert_logged("DMAR at 7ffe1000: mended");
	assert_tables_same();
}

/* It is used, but the firmware's stays as it is. */
static void expect_used_only(struct build *b)
{
	assert_true(build_run(b));
	check_run(b);
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_logged("cannot be mended");
	assert_int_equal(fake_count(EVENT_MEND), 0);
}

static void expect_left(struct build *b, enum handoff_outcome outcome, enum handoff_reason reason)
{
	assert_false(build_run(b));
	check_run(b);
	assert_outcome(outcome, reason);
	assert_int_equal(fake_count(EVENT_MEND), 0);
}

static void any_flipped_bit_behind_the_head_is_mended(void **state)
{
	(void)state;
	for (uint32_t bit = 36 * 8; bit < TABLE_SIZE * 8; bit += 5) {
		struct build *b = machine();
		uint8_t byte = 0;

		memory_get(BUILD_DMAR + bit / 8, &byte, 1);
		byte ^= (uint8_t)(1u << bit % 8);
		memory_put(BUILD_DMAR + bit / 8, &byte, 1);
		expect_mended(b);
	}
}

/* Believed for its checksum, but it ends before its end. */
static void structure_of_impossible_length_is_mended(void **state)
{
	static const uint16_t lengths[] = { 0, 3, TABLE_SIZE };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		struct build *b = machine();

		memory_put(BUILD_DMAR + LENGTH, &lengths[i], 2);
		sum_up(BUILD_DMAR, TABLE_SIZE);
		expect_mended(b);
	}
}

static void short_unit_structure_is_mended(void **state)
{
	static const uint8_t two[] = { DMAR_DRHD, 0, 8, 0, 0, 0, 0, 0, 0x77, 0, 8, 0, 0, 0, 0, 0 };
	struct build *b = machine();

	(void)state;
	memory_put(BUILD_DMAR + STRUCTURE, two, sizeof(two));
	sum_up(BUILD_DMAR, TABLE_SIZE);
	expect_mended(b);
}

/* One unit is sound, and who knows where the other was. */
static void short_unit_structure_behind_a_unit_is_mended(void **state)
{
	struct build *b = build_machine();

	(void)state;
	build_unit(b);
	build_structure(b, "\x77\0\10\0aaaa", 8);
	build_bring_dmar(b);
	build_seal(b);
	memory_fill(BUILD_DMAR + TABLE_SIZE, DMAR_DRHD, 1);
	sum_up(BUILD_DMAR, TABLE_SIZE + 8);
	expect_mended(b);
}

static void no_unit_at_all_is_mended(void **state)
{
	struct build *b = machine();

	(void)state;
	memory_fill(BUILD_DMAR + STRUCTURE, 0x77, 1);
	sum_up(BUILD_DMAR, TABLE_SIZE);
	expect_mended(b);
}

static void unit_where_none_is_is_mended(void **state)
{
	/* nobody answers; crashed RAM; the crash region; misaligned */
	static const uint64_t bases[] = { 0x7f00000000, BUILD_PAGES, BUILD_CRASH_START, BUILD_UNIT + 8 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bases); i++) {
		struct build *b = machine();

		fake.open_bus = true;
		memory_put64(BUILD_DMAR + BASE, bases[i]);
		sum_up(BUILD_DMAR, TABLE_SIZE);
		expect_mended(b);
	}
}

/* What the damaged table told is not told again. */
static void regions_and_faults_are_those_of_the_table_used(void **state)
{
	struct build *b = build_machine();
	struct mock_unit *unit = build_unit(b);

	(void)state;
	unit->fsts = VTD_FSTS_PPF;
	unit->fault[0][1] = VTD_FRCD_HIGH_F | 0x10;
	build_rmrr(b, 0x7b000000, 0x7b7fffff);
	build_bring_dmar(b);
	build_structure(b, "\1\0\3", 4);	/* a length that cannot be */
	build_seal(b);
	assert_true(build_run(b));
	check_run(b);
	assert_int_equal(result_count(HANDOFF_UNITS), 1);
	assert_int_equal(result_count(HANDOFF_RMRRS), 1);
	assert_int_equal(result_count(HANDOFF_FAULTS), 1);
	assert_logged("trying the image's own");
}

/* An image made before a firmware update: the firmware knows better. */
static void sound_table_wins(void **state)
{
	struct build *b = build_machine();

	(void)state;
	build_unit(b);
	build_rmrr(b, 0x7b000000, 0x7b7fffff);
	build_bring_dmar(b);
	b->dmar_size = sizeof(struct dmar_drhd);
	build_seal(b);
	assert_true(build_run(b));
	check_run(b);
	assert_int_equal(result_count(HANDOFF_RMRRS), 0);
	assert_int_equal(fake_count(EVENT_MEND), 0);
	assert_null(strstr(result_log(), "DMAR"));
}

/* Firmware that names a unit which is not there is as it always was: there is nothing to mend. */
static void table_with_a_dead_unit_as_it_was_at_load_time(void **state)
{
	struct build *b = build_machine();

	(void)state;
	build_unit(b);
	build_unit(b)->dead = true;
	build_bring_dmar(b);
	assert_true(build_run(b));
	check_run(b);
	assert_int_equal(result_count(HANDOFF_UNITS), 2);
	assert_int_equal(fake_count(EVENT_MEND), 0);
	assert_null(strstr(result_log(), "DMAR"));
}

static void copy_of_another_machine_is_not_used(void **state)
{
	struct build *b = machine();

	(void)state;
	fake.open_bus = true;
	memory_put64(BUILD_BROUGHT + BASE, BUILD_UNIT + 0x100000);
	sum_up(BUILD_BROUGHT, TABLE_SIZE);
	memory_fill(BUILD_DMAR + 40, 0xee, 1);
	expect_left(b, HANDOFF_ABANDONED, HANDOFF_BAD_DMAR);
	assert_logged("the image's own is another machine's");
	assert_int_equal(result_count(HANDOFF_UNITS), 0);
}

/* Then the firmware's is used as far as it goes. */
static void two_bad_tables(void **state)
{
	struct build *b = build_machine();

	(void)state;
	fake.open_bus = true;
	build_unit(b);
	build_bring_dmar(b);
	memory_put64(BUILD_BROUGHT + BASE, BUILD_UNIT + 0x100000);
	sum_up(BUILD_BROUGHT, TABLE_SIZE);
	build_structure(b, "\1\0\3", 4);
	assert_true(build_run(b));
	check_run(b);
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_int_equal(result_count(HANDOFF_UNITS), 1);
	assert_int_equal(fake_count(EVENT_MEND), 0);
}

static void unsound_copy_is_not_used(void **state)
{
	struct build *b = machine();

	(void)state;
	memory_fill(BUILD_BROUGHT + 40, 0xee, 1);
	memory_fill(BUILD_DMAR + 41, 0xee, 1);
	expect_left(b, HANDOFF_ABANDONED, HANDOFF_BAD_DMAR);
}

/* Its length is damaged too: who knows what is behind it. */
static void table_of_another_length_is_not_written_to(void **state)
{
	static const uint32_t lengths[] = { TABLE_SIZE - 1, TABLE_SIZE + 1, 0, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		struct build *b = machine();

		memory_put(BUILD_DMAR + 4, &lengths[i], 4);
		expect_used_only(b);
	}
}

/* The page was written over: the name is gone, and the entry that leads there is the only one of its kind. */
static void table_that_is_wiped_out_is_mended(void **state)
{
	static const uint8_t with[] = { 0, 0xff, 'a', 0xee };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT_OF(with); i++) {
		struct build *b = build_machine();

		b->no_xsdt = i % 2;
		build_unit(b);
		build_bring_dmar(b);
		build_seal(b);
		if (b->no_xsdt)
			memory_put(BUILD_ACPI, "JUNK", 4);
		memory_fill(BUILD_DMAR, with[i / 2], TABLE_SIZE);
		expect_mended(b);
	}
}

static void name_with_a_character_that_cannot_be_is_none(void **state)
{
	static const char characters[] = "`{@[/:^~ \x80\xff";

	(void)state;
	for (size_t i = 0; i < sizeof(characters) - 1; i++) {
		struct build *b = machine();

		memory_put(BUILD_DMAR + i % 4, &characters[i], 1);
		expect_mended(b);
	}
}

/* It may be anybody's. */
static void name_that_can_be_stands(void **state)
{
	static const char characters[] = "XZB059_";

	(void)state;
	for (size_t i = 0; i < sizeof(characters) - 1; i++) {
		struct build *b = machine();

		memory_put(BUILD_DMAR + i % 4, &characters[i], 1);
		expect_used_only(b);
	}
}

static void two_nameless_tables(void **state)
{
	struct build *b = machine();

	(void)state;
	memory_fill(BUILD_DMAR, 0, TABLE_SIZE);
	memory_fill(BUILD_ACPI + 0x800, 0, 4);		/* MCFG */
	expect_used_only(b);
}

/* A nameless table, and another `distance` bytes behind it. */
static struct build *neighbours(uint64_t distance)
{
	struct build *b = machine();
	uint64_t entries[] = { BUILD_DMAR, BUILD_DMAR + distance, 0, BUILD_DMAR - 0x100 };

	memory_fill(BUILD_DMAR, 0xff, TABLE_SIZE);
	build_acpi_table(entries[1], "SSDT", "", 0);
	build_acpi_table(entries[3], "SSDT", "", 0);
	build_acpi_table(BUILD_ACPI, "XSDT", entries, sizeof(entries));
	return b;
}

static void nameless_table_with_too_little_room(void **state)
{
	(void)state;
	expect_used_only(neighbours(TABLE_SIZE - 1));
	expect_mended(neighbours(TABLE_SIZE));
}

static void nameless_table_without_a_way_to_it(void **state)
{
	struct build *b = machine();

	(void)state;
	memory_fill(BUILD_RSDP, 0, 8);
	assert_hex_equal(acpi_nameless(phys(BUILD_RSDP), TABLE_SIZE).pa, 0);
	expect_used_only(b);
}

/* Firmware keeps its tables out of RAM; what is in it belongs to somebody else. */
static void nothing_is_written_to_memory(void **state)
{
	static const uint64_t places[] = { BUILD_PAGES + 0x800000, BUILD_CRASH_START + 0x800000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		struct build *b = machine();
		uint8_t table[TABLE_SIZE];

		assert_true(memory_get(BUILD_DMAR, table, sizeof(table)));
		table[40] = 0xee;
		memory_put(places[i], table, sizeof(table));
		build_acpi_table(BUILD_ACPI, "XSDT", &places[i], sizeof(places[i]));
		expect_used_only(b);
	}
}

/* Nothing to switch, nothing to mend. */
static void idle_machine_is_left_as_it_is(void **state)
{
	struct build *b = machine();

	(void)state;
	mock_unit(0)->gsts = 0;
	memory_fill(BUILD_DMAR + 40, 0xee, 1);
	expect_left(b, HANDOFF_IDLE, HANDOFF_NO_ACTIVE_UNIT);
}

/* The run with so much room, and a firmware's table that is unsound from its first structure on. */
static enum handoff_reason run_with_room(uint64_t arena_size)
{
	static uint8_t unknown[8000] = { 0x77, 0, 8000 & 0xff, 8000 >> 8 };
	struct build *b = build_machine();
	uint64_t size;

	build_unit(b);
	build_structure(b, unknown, sizeof(unknown));
	build_bring_dmar(b);
	b->arena_size = arena_size;
	build_seal(b);
	memory_fill(BUILD_DMAR + LENGTH, 0, 2);
	sum_up(BUILD_DMAR, TABLE_SIZE + sizeof(unknown));
	build_run(b);
	check_run(b);
	relay_payload(&size);
	return size ? result_header()->reason : HANDOFF_ARENA_TOO_SMALL;
}

static void without_room_for_the_copy_there_is_none(void **state)
{
	enum handoff_reason reason = HANDOFF_ARENA_TOO_SMALL;

	(void)state;
	for (uint64_t size = PAGE_SIZE; reason == HANDOFF_ARENA_TOO_SMALL; size += PAGE_SIZE)
		reason = run_with_room(size);
	assert_int_equal(reason, HANDOFF_NO_UNITS);
	assert_int_equal(run_with_room(0x100000), HANDOFF_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_flipped_bit_behind_the_head_is_mended),
		cmocka_unit_test(structure_of_impossible_length_is_mended),
		cmocka_unit_test(short_unit_structure_is_mended),
		cmocka_unit_test(short_unit_structure_behind_a_unit_is_mended),
		cmocka_unit_test(no_unit_at_all_is_mended),
		cmocka_unit_test(unit_where_none_is_is_mended),
		cmocka_unit_test(regions_and_faults_are_those_of_the_table_used),
		cmocka_unit_test(sound_table_wins),
		cmocka_unit_test(table_with_a_dead_unit_as_it_was_at_load_time),
		cmocka_unit_test(copy_of_another_machine_is_not_used),
		cmocka_unit_test(two_bad_tables),
		cmocka_unit_test(unsound_copy_is_not_used),
		cmocka_unit_test(table_of_another_length_is_not_written_to),
		cmocka_unit_test(table_that_is_wiped_out_is_mended),
		cmocka_unit_test(name_with_a_character_that_cannot_be_is_none),
		cmocka_unit_test(name_that_can_be_stands),
		cmocka_unit_test(two_nameless_tables),
		cmocka_unit_test(nameless_table_with_too_little_room),
		cmocka_unit_test(nameless_table_without_a_way_to_it),
		cmocka_unit_test(nothing_is_written_to_memory),
		cmocka_unit_test(idle_machine_is_left_as_it_is),
		cmocka_unit_test(without_room_for_the_copy_there_is_none),
	};

	return cmocka_run_group_tests_name("brought", tests, NULL, NULL);
}
