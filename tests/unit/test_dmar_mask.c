// SPDX-License-Identifier: GPL-2.0-only
/* dmar_mask.c, acpi_next() of acpi.c: the firmware's DMAR tables lose their name, and get it back. */
#include "testing.h"

#include "acpi.h"
#include "acpi_dmar.h"
#include "builder.h"
#include "dmar_mask.h"
#include "fake.h"
#include "hidden.h"
#include "result.h"
#include "scene.h"
#include "state.h"

#define XSDT		BUILD_ACPI
#define RSDT		(BUILD_ACPI + 0x400)
#define OTHER		(BUILD_ACPI + 0x800)	/* an MCFG */
#define DMAR(n)		(BUILD_DMAR + 0x100ull * (n))
#define TABLE_SIZE	60u
#define CHECKSUM	9u
#define RSDP2		0x000e0000ull		/* acpi_rsdp= */
#define XSDT2		(BUILD_ACPI + 0x8000)
#define RSDT2		(XSDT2 + 0x400)

static struct relay relay;
static struct dmar_mask mask;
static struct memory_picture *before;
static struct handoff_range crashed, crash_region;

static uint8_t sum(uint64_t at, size_t size)
{
	uint8_t total = 0, byte = 0;

	for (; size; size--, at++) {
		assert_true(memory_get(at, &byte, 1));
		total = (uint8_t)(total + byte);
	}
	return total;
}

static void put_rsdp(uint64_t at, uint64_t xsdt, uint32_t rsdt)
{
	struct acpi_rsdp rsdp = {
		.revision = xsdt ? 2 : 0, .rsdt = rsdt, .length = sizeof(rsdp), .xsdt = xsdt,
	};

	memcpy(rsdp.signature, "RSD PTR ", 8);
	memory_put(at, &rsdp, sizeof(rsdp));
	rsdp.checksum = (uint8_t)-sum(at, ACPI_RSDP_V1_SIZE);
	memory_put(at, &rsdp, sizeof(rsdp));
	rsdp.extended_checksum = (uint8_t)-sum(at, sizeof(rsdp));
	memory_put(at, &rsdp, sizeof(rsdp));
}

static void put_dmar(uint64_t at, uint8_t filler)
{
	uint8_t body[TABLE_SIZE - sizeof(struct acpi_header)];

	memset(body, filler, sizeof(body));
	build_acpi_table(at, "DMAR", body, sizeof(body));
}

static void put_xsdt(const uint64_t *entries, size_t count)
{
	build_acpi_table(XSDT, "XSDT", entries, count * sizeof(*entries));
}

static void put_rsdt(const uint32_t *entries, size_t count)
{
	build_acpi_table(RSDT, "RSDT", entries, count * sizeof(*entries));
}

/* Four DMAR tables, none of which is listed. */
static void make(void)
{
	fake_reset();
	memset(&relay, 0, sizeof(relay));
	memset(&mask, 0xff, sizeof(mask));
	crashed = (struct handoff_range){ 0x100000, BUILD_CRASH_START - 1 };
	crash_region = (struct handoff_range){ BUILD_CRASH_START, BUILD_CRASH_END - 1 };
	relay.ram.crashed = (struct ram_set){ &crashed, 1 };
	relay.ram.crash_region = (struct ram_set){ &crash_region, 1 };
	relay.boot.rsdp = phys(BUILD_RSDP);
	put_rsdp(BUILD_RSDP, XSDT, (uint32_t)RSDT);
	put_xsdt((const uint64_t[]){ OTHER }, 1);
	put_rsdt((const uint32_t[]){ OTHER }, 1);
	build_acpi_table(OTHER, "MCFG", "beside", 6);
	for (unsigned int i = 0; i < 4; i++)
		put_dmar(DMAR(i), (uint8_t)(i + 1));
}

static void run(bool expected)
{
	memory_picture_free(before);
	before = memory_snapshot();
	assert_int_equal(dmar_mask(&relay, &mask), expected);
}

static void expect_as_before(void)
{
	uint64_t where;

	dmar_unmask(&mask);
	assert_int_equal(mask.count, 0);
	if (!memory_unchanged(before, &where))
		fail_msg("%#lx is not as it was", where);
}

static bool is_masked(uint64_t at)
{
	char name[4];

	assert_true(memory_get(at, name, sizeof(name)));
	return !memcmp(name, "XMAR", sizeof(name));
}

/* Name and checksum have changed, and nothing else. */
static void expect_masked(uint64_t at)
{
	struct acpi_header now, was;
	uint8_t body[2][TABLE_SIZE - sizeof(now)];

	assert_true(is_masked(at));
	assert_int_equal(sum(at, TABLE_SIZE), 0);
	memory_get(at, &now, sizeof(now));
	memory_get(at + sizeof(now), body[0], sizeof(body[0]));
	assert_true(memory_picture_get(before, at, &was, sizeof(was)));
	assert_true(memory_picture_get(before, at + sizeof(was), body[1], sizeof(body[1])));
	assert_memory_equal(was.signature, "DMAR", 4);
	memcpy(was.signature, now.signature, 4);
	assert_int_not_equal(was.checksum, now.checksum);
	was.checksum = now.checksum;
	assert_memory_equal(&was, &now, sizeof(now));
	assert_memory_equal(body[0], body[1], sizeof(body[0]));
}

/* Nobody leads to it, or nothing may be done to it. */
static void expect_untouched(uint64_t at)
{
	uint8_t now[TABLE_SIZE], was[TABLE_SIZE];

	memory_get(at, now, sizeof(now));
	assert_true(memory_picture_get(before, at, was, sizeof(was)));
	assert_memory_equal(now, was, sizeof(now));
}

/* ---- One table ---- */

static void table_that_xsdt_and_rsdt_list_is_masked_once(void **state)
{
	(void)state;
	make();
	put_xsdt((const uint64_t[]){ OTHER, DMAR(0) }, 2);
	put_rsdt((const uint32_t[]){ DMAR(0), OTHER }, 2);
	run(true);
	assert_int_equal(mask.count, 1);
	assert_hex_equal(mask.table[0].pa, DMAR(0));
	expect_masked(DMAR(0));
	expect_untouched(DMAR(1));
	expect_untouched(OTHER);
	expect_untouched(XSDT);
	expect_untouched(RSDT);
	expect_as_before();
}

static void table_that_one_lists_is_masked(void **state)
{
	(void)state;
	make();
	put_xsdt((const uint64_t[]){ DMAR(1) }, 1);
	run(true);
	assert_int_equal(mask.count, 1);
	expect_masked(DMAR(1));
	expect_as_before();
	make();
	put_rsdt((const uint32_t[]){ DMAR(1) }, 1);
	run(true);
	assert_int_equal(mask.count, 1);
	expect_masked(DMAR(1));
	expect_as_before();
	/* ACPI 1.0: there is no XSDT, whatever is where its address would be. */
	make();
	put_rsdp(BUILD_RSDP, 0, (uint32_t)RSDT);
	put_rsdt((const uint32_t[]){ OTHER, OTHER, DMAR(2) }, 3);
	run(true);
	expect_masked(DMAR(2));
	expect_as_before();
}

/* The last bytes of the sum wrap in both directions. */
static void checksum_is_mended_whatever_it_was(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 256; i++) {
		uint8_t body[TABLE_SIZE - sizeof(struct acpi_header)] = { (uint8_t)i };

		make();
		build_acpi_table(DMAR(0), "DMAR", body, sizeof(body));
		put_xsdt((const uint64_t[]){ DMAR(0) }, 1);
		run(true);
		expect_masked(DMAR(0));
		expect_as_before();
	}
}

/* One that firmware got wrong stays as wrong as it was. */
static void wrong_checksum_stays_wrong(void **state)
{
	uint8_t wrong;

	(void)state;
	make();
	memory_fill(DMAR(0) + CHECKSUM, 0x5a, 1);
	wrong = sum(DMAR(0), TABLE_SIZE);
	assert_int_not_equal(wrong, 0);
	put_xsdt((const uint64_t[]){ DMAR(0) }, 1);
	run(true);
	assert_true(is_masked(DMAR(0)));
	assert_int_equal(sum(DMAR(0), TABLE_SIZE), wrong);
	expect_as_before();
}

static void masked_again_it_is_the_same(void **state)
{
	(void)state;
	make();
	put_xsdt((const uint64_t[]){ DMAR(0) }, 1);
	run(true);
	dmar_unmask(&mask);
	assert_true(dmar_mask(&relay, &mask));
	assert_int_equal(mask.count, 1);
	expect_masked(DMAR(0));
	expect_as_before();
	expect_as_before();	/* nothing left to undo */
}

/* ---- Several, and none ---- */

static void different_tables_are_all_masked(void **state)
{
	(void)state;
	make();
	put_xsdt((const uint64_t[]){ DMAR(0), OTHER, DMAR(2), DMAR(0) }, 4);
	put_rsdt((const uint32_t[]){ DMAR(1), DMAR(2) }, 2);
	run(true);
	assert_int_equal(mask.count, 3);
	expect_masked(DMAR(0));
	expect_masked(DMAR(1));
	expect_masked(DMAR(2));
	expect_untouched(DMAR(3));
	expect_as_before();
}

static void list_dmars(unsigned int count)
{
	uint64_t entries[DMAR_MASK_MAX + 1];

	make();
	for (unsigned int i = 0; i < count; i++) {
		entries[i] = DMAR(i);
		put_dmar(DMAR(i), (uint8_t)i);
	}
	put_xsdt(entries, count);
}

static void as_many_as_there_is_room_for(void **state)
{
	(void)state;
	list_dmars(DMAR_MASK_MAX);
	run(true);
	assert_int_equal(mask.count, DMAR_MASK_MAX);
	for (unsigned int i = 0; i < DMAR_MASK_MAX; i++)
		expect_masked(DMAR(i));
	expect_as_before();
	list_dmars(DMAR_MASK_MAX + 1);
	run(false);
	expect_untouched(DMAR(DMAR_MASK_MAX));
	expect_as_before();
}

/* Without one of its own there must be the image's; else the units come from nowhere. */
static void no_table_is_to_be_masked(void **state)
{
	(void)state;
	make();
	put_xsdt((const uint64_t[]){ OTHER, 0, OTHER }, 3);
	run(false);
	expect_as_before();
	relay.dmar_brought = true;
	run(true);
	assert_int_equal(mask.count, 0);
	expect_as_before();
}

/* ---- The RSDP ---- */

/* boot_params' leads to one, the command line's to another and to the same. */
static void rsdp_of_the_command_line_counts_too(void **state)
{
	static const uint64_t entries[] = { DMAR(3), DMAR(0) };

	(void)state;
	make();
	put_xsdt((const uint64_t[]){ DMAR(0) }, 1);
	put_rsdp(RSDP2, XSDT2, 0);
	build_acpi_table(XSDT2, "XSDT", entries, sizeof(entries));
	run(true);
	assert_int_equal(mask.count, 1);
	expect_untouched(DMAR(3));
	expect_as_before();
	relay.params.acpi_rsdp = RSDP2;
	run(true);
	assert_int_equal(mask.count, 2);
	expect_masked(DMAR(0));
	expect_masked(DMAR(3));
	expect_as_before();
	relay.boot.rsdp = phys(0);
	run(true);
	assert_int_equal(mask.count, 2);
	expect_masked(DMAR(3));
	expect_as_before();
	/* Twice the same one. */
	relay.boot.rsdp = phys(RSDP2);
	run(true);
	assert_int_equal(mask.count, 2);
	expect_as_before();
}

/* The first one's are masked already when the second's cannot be. */
static void either_rsdp_may_fail(void **state)
{
	static const uint64_t entries[] = { 0x2000000 };

	(void)state;
	make();
	put_xsdt((const uint64_t[]){ DMAR(0) }, 1);
	put_rsdp(RSDP2, XSDT2, 0);
	put_dmar(entries[0], 1);
	build_acpi_table(XSDT2, "XSDT", entries, sizeof(entries));
	relay.params.acpi_rsdp = RSDP2;
	run(false);
	expect_masked(DMAR(0));
	expect_untouched(entries[0]);
	expect_as_before();
}

static void what_is_no_rsdp_leads_nowhere(void **state)
{
	(void)state;
	make();
	put_xsdt((const uint64_t[]){ DMAR(0) }, 1);
	memory_fill(BUILD_RSDP + 10, 0x77, 1);	/* its checksum is wrong */
	run(false);
	assert_int_equal(mask.count, 0);
	expect_as_before();
	relay.dmar_brought = true;
	run(true);
	expect_as_before();
}

/* ---- Where it cannot be done ---- */

static void table_in_ram_is_left_alone(void **state)
{
	static const uint64_t places[] = {
		0x2000000, BUILD_CRASH_START, BUILD_CRASH_END - 0x1000,
		0x100000 - sizeof(struct acpi_header) + 1,
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		make();
		put_dmar(places[i], 1);
		put_xsdt((const uint64_t[]){ DMAR(0), places[i], DMAR(1) }, 3);
		run(false);
		assert_int_equal(mask.count, 1);
		expect_masked(DMAR(0));
		assert_false(is_masked(places[i]));
		expect_as_before();
	}
	make();
	put_dmar(0x100000 - sizeof(struct acpi_header), 1);	/* its head is just before it */
	put_xsdt((const uint64_t[]){ 0x100000 - sizeof(struct acpi_header) }, 1);
	run(true);
	expect_as_before();
}

static void write_protected_table_is_none_that_is_masked(void **state)
{
	uint64_t where;

	(void)state;
	make();
	put_xsdt((const uint64_t[]){ DMAR(0) }, 1);
	fake.read_only = BUILD_DMAR;
	run(false);
	assert_true(memory_unchanged(before, &where));
	expect_as_before();
	/* Others before it are undone. */
	make();
	put_dmar(BUILD_DMAR + 0x1000, 1);
	put_xsdt((const uint64_t[]){ BUILD_DMAR + 0x1000, DMAR(0) }, 2);
	fake.read_only = BUILD_DMAR;
	run(false);
	expect_masked(BUILD_DMAR + 0x1000);
	expect_as_before();
}

/* The name is on one page, the checksum on the next. */
static void half_a_table_is_write_protected(void **state)
{
	uint64_t at = BUILD_DMAR + 0x1000 - 5;

	(void)state;
	for (unsigned int half = 0; half < 2; half++) {
		make();
		put_dmar(at, 1);
		put_xsdt((const uint64_t[]){ at }, 1);
		fake.read_only = BUILD_DMAR + half * 0x1000;
		run(false);
		assert_int_equal(is_masked(at), half);
		expect_as_before();
	}
}

/* The CPU reaches the name alone. */
static void table_at_the_end_of_memory(void **state)
{
	uint64_t at = (1ull << 46) - 5;

	(void)state;
	make();
	memory_put(at, "DMAR", 4);
	put_xsdt((const uint64_t[]){ at }, 1);
	run(false);
	assert_int_equal(mask.count, 0);
	expect_as_before();
}

/* What is the checksum of one is the name of the other, and brings that back. */
static void tables_that_overlap_leave_one(void **state)
{
	uint64_t at = DMAR(1) + CHECKSUM;

	(void)state;
	make();
	put_dmar(at, 1);
	put_xsdt((const uint64_t[]){ at, DMAR(1) }, 2);
	run(false);
	assert_int_equal(mask.count, 2);
	assert_false(is_masked(at));
	expect_as_before();
}

/* ---- acpi_next() ---- */

static void expect_next(uint32_t *at, uint64_t expected)
{
	phys_t table = phys(0);

	assert_int_equal(acpi_next(phys(BUILD_RSDP), "DMAR", at, &table), expected != 0);
	assert_hex_equal(table.pa, expected);
}

static void entries_come_in_order(void **state)
{
	uint32_t at = 0;

	(void)state;
	make();
	put_xsdt((const uint64_t[]){ DMAR(2), 0, OTHER, DMAR(0) }, 4);
	put_rsdt((const uint32_t[]){ OTHER, DMAR(1), 0, DMAR(2) }, 4);
	expect_next(&at, DMAR(2));
	expect_next(&at, DMAR(0));
	expect_next(&at, DMAR(1));
	expect_next(&at, DMAR(2));
	expect_next(&at, 0);
	expect_next(&at, 0);
	at = 0;
	memory_fill(BUILD_RSDP, 0, 1);
	expect_next(&at, 0);
	/* Nothing is written to, and so nobody knows of the table. */
	assert_int_equal(fake_count(EVENT_MEND), 0);
}

static void entries_beyond_the_cpus_reach_are_passed_by(void **state)
{
	uint32_t at = 0;

	(void)state;
	make();
	put_xsdt((const uint64_t[]){ 1ull << 60, UINT64_MAX, DMAR(0) }, 3);
	expect_next(&at, DMAR(0));
	expect_next(&at, 0);
}

static void long_lists_end(void **state)
{
	uint64_t entries[ACPI_MAX_TABLES + 1];
	uint32_t at = 0;

	(void)state;
	make();
	for (unsigned int i = 0; i < ACPI_MAX_TABLES; i++)
		entries[i] = OTHER;
	entries[ACPI_MAX_TABLES - 1] = DMAR(0);
	entries[ACPI_MAX_TABLES] = DMAR(1);
	put_rsdp(BUILD_RSDP, XSDT2, (uint32_t)RSDT);
	build_acpi_table(XSDT2, "XSDT", entries, sizeof(entries));
	put_rsdt((const uint32_t[]){ DMAR(2) }, 1);
	expect_next(&at, DMAR(0));
	expect_next(&at, DMAR(2));
	expect_next(&at, 0);
}

/* ---- In a whole run ---- */

static struct scene hidden_scene(void **state, const char *options)
{
	struct scene s = scene_make(state);

	s.b->options = options;
	build_seal(s.b);
	return s;
}

static void both_rsdps_of_a_run(void **state)
{
	static const uint64_t entries[] = { DMAR(8) };
	struct scene s = hidden_scene(state, "dmarelay.iommu=hide acpi_rsdp=0xe0000");

	put_rsdp(RSDP2, XSDT2, 0);
	build_acpi_table(XSDT2, "XSDT", entries, sizeof(entries));
	put_dmar(DMAR(8), 1);
	assert_true(hidden_run(s.b));
	assert_int_equal(result_header()->mode, HANDOFF_HIDDEN);
	assert_true(is_masked(BUILD_DMAR));
	assert_true(is_masked(DMAR(8)));
}

static void run_that_cannot_mask_all_masks_none(void **state)
{
	static const uint64_t entries[] = { BUILD_DMAR + 0x4000 };
	struct scene s = hidden_scene(state, "dmarelay.iommu=hide acpi_rsdp=0xe0000");

	put_rsdp(RSDP2, XSDT2, 0);
	build_acpi_table(XSDT2, "XSDT", entries, sizeof(entries));
	put_dmar(entries[0], 1);
	fake.read_only = entries[0];
	assert_true(hidden_run(s.b));
	assert_int_equal(result_header()->mode, HANDOFF_SHOWN);
	assert_int_equal(result_header()->hide_reason, HANDOFF_HIDE_DMAR);
	assert_false(is_masked(BUILD_DMAR));
	assert_false(is_masked(entries[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_that_xsdt_and_rsdt_list_is_masked_once),
		cmocka_unit_test(table_that_one_lists_is_masked),
		cmocka_unit_test(checksum_is_mended_whatever_it_was),
		cmocka_unit_test(wrong_checksum_stays_wrong),
		cmocka_unit_test(masked_again_it_is_the_same),
		cmocka_unit_test(different_tables_are_all_masked),
		cmocka_unit_test(as_many_as_there_is_room_for),
		cmocka_unit_test(no_table_is_to_be_masked),
		cmocka_unit_test(rsdp_of_the_command_line_counts_too),
		cmocka_unit_test(either_rsdp_may_fail),
		cmocka_unit_test(what_is_no_rsdp_leads_nowhere),
		cmocka_unit_test(table_in_ram_is_left_alone),
		cmocka_unit_test(write_protected_table_is_none_that_is_masked),
		cmocka_unit_test(half_a_table_is_write_protected),
		cmocka_unit_test(table_at_the_end_of_memory),
		cmocka_unit_test(tables_that_overlap_leave_one),
		cmocka_unit_test(entries_come_in_order),
		cmocka_unit_test(entries_beyond_the_cpus_reach_are_passed_by),
		cmocka_unit_test(long_lists_end),
		cmocka_unit_test(both_rsdps_of_a_run),
		cmocka_unit_test(run_that_cannot_mask_all_masks_none),
	};

	return cmocka_run_group_tests_name("dmar_mask", tests, NULL, NULL);
}
