// SPDX-License-Identifier: GPL-2.0-only
/* root.c and context.c in legacy mode: root tables, root entries, context tables. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

/* The bus's root entry becomes lo, hi, and `rule` strikes: all of bus 2 goes, and nothing else. */
static void expect_root(void **state, uint64_t lo, uint64_t hi, uint16_t rule)
{
	struct scene s = scene_make(state);
	uint64_t tree = build_page(s.b);

	build_map(s.b, tree, 3, SCENE_IOVA, 0x21000000, 1);
	build_attach(s.b, s.unit, 0x0300, tree, 11, 1);
	memory_put64(s.root_entry, lo);
	memory_put64(s.root_entry + 8, hi);
	scene_expect(&s, (struct handoff_record){
		.rule = rule,
		.object = HANDOFF_ROOT_ENTRY,
		.where = s.root_entry,
		.found = { lo, hi },
		.target = lo & PAGE_MASK,
	});
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, SCENE_NEIGHBOUR, SCENE_IOVA);
	scene_expect_replaced(&s, 0x02ff, 0);
	assert_int_equal(!(scene_context_now(&s, 0x02ff).lo & VTD_CTX_FPD), s.sink);
	assert_hex_equal(scene_translate(&s, 0x0300, SCENE_IOVA).pa, 0x21000000);
}

static void reserved_bits_of_a_root_entry(void **state)
{
	for (unsigned int bit = 1; bit < 12; bit++)
		expect_root(state, BUILD_PAGES | 1ull << bit | 1, 0, HANDOFF_RULE_ROOT_RESERVED);
}

static void upper_half_of_a_root_entry_is_reserved(void **state)
{
	expect_root(state, BUILD_PAGES | 1, 1, HANDOFF_RULE_ROOT_RESERVED);
	expect_root(state, BUILD_PAGES | 1, 1ull << 63, HANDOFF_RULE_ROOT_RESERVED);
}

static void context_table_beyond_the_host_width(void **state)
{
	expect_root(state, 1ull << 46 | 1, 0, HANDOFF_RULE_ROOT_WIDTH);
	expect_root(state, 1ull << 63 | 1, 0, HANDOFF_RULE_ROOT_WIDTH);
}

static void context_table_in_the_crash_region(void **state)
{
	expect_root(state, BUILD_CRASH_START | 1, 0, HANDOFF_RULE_ROOT_PROVENANCE);
}

static void context_table_in_no_ram(void **state)
{
	expect_root(state, 0xe0000000 | 1, 0, HANDOFF_RULE_ROOT_PROVENANCE);
	expect_root(state, 1, 0, HANDOFF_RULE_ROOT_PROVENANCE);
}

/* All of the unit's devices go, its interrupts stay. */
static void expect_root_table(void **state, uint64_t rtaddr)
{
	struct scene s = scene_make(state);
	const struct handoff_unit *unit;

	s.unit->rtaddr = s.unit->root = rtaddr;
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_ROOT_TABLE_PROVENANCE,
		.object = HANDOFF_ROOT_TABLE,
		.target = rtaddr,
	});
	scene_expect_replaced(&s, 0x0000, 0);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, 0xffff, 0x7ffffff000);
	unit = result_entry(HANDOFF_UNITS, 0);
	assert_true(unit->flags & HANDOFF_UNIT_ROOT_SINK);
	assert_true(unit->flags & HANDOFF_UNIT_IR_SWITCHED);
	assert_int_equal(unit->irtes, 1);
}

static void root_table_in_the_crash_region(void **state)
{
	expect_root_table(state, BUILD_CRASH_START + 0x5000);
}

static void root_table_in_no_ram(void **state)
{
	expect_root_table(state, 0xc0000000);
	expect_root_table(state, 0);
}

static void root_table_beyond_the_host_width(void **state)
{
	expect_root_table(state, 1ull << 50);
}

static void absent_root_entry_with_garbage_is_left_alone(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.unit->rtaddr + 9 * 16, 0xdeadbeeffffffffe);
	memory_put64(s.unit->rtaddr + 9 * 16 + 8, ~0ull);
	scene_expect_nothing(&s);
	assert_hex_equal(memory_get64((s.unit->root & PAGE_MASK) + 9 * 16), 0xdeadbeeffffffffe);
}

/* Two buses by one context table: each gets a copy, with the same translations. */
static void buses_that_share_a_context_table(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.unit->rtaddr + 7 * 16, memory_get64(s.root_entry));
	scene_expect_nothing(&s);
	assert_int_equal(result_count(HANDOFF_DEVICES), 4);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 2);
	assert_hex_equal(scene_translate(&s, 0x0719, SCENE_IOVA).pa, SCENE_PAGE);
}

static void root_table_as_a_context_table(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.unit->rtaddr + 7 * 16, s.unit->rtaddr | 1);
	assert_true(build_run(s.b));
	check_run(s.b);
}

static void bits_below_the_root_address_are_kept(void **state)
{
	struct scene s = scene_make(state);

	s.unit->rtaddr = s.unit->root = s.unit->rtaddr | 0x3ff;
	scene_expect_nothing(&s);
	assert_hex_equal(s.unit->root & 0xfff, 0x3ff);
}

/* The RAM map may claim what the CPU cannot reach: then it cannot be vetted either. */
static void root_table_that_cannot_be_read(void **state)
{
	struct scene s = scene_make(state);

	fake.cpu_bits = 36;
	s.b->loads[s.b->load_count++] = (struct handoff_range){ 1ull << 40, (1ull << 41) - 1 };
	s.unit->rtaddr = s.unit->root = 1ull << 40;
	memory_fill(1ull << 40, 0, PAGE_SIZE);
	assert_true(build_run(s.b));
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 0))->rule,
			 HANDOFF_RULE_ROOT_TABLE_PROVENANCE);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
}

static void context_and_page_tables_that_cannot_be_read(void **state)
{
	struct scene s = scene_make(state);

	fake.cpu_bits = 36;
	s.b->loads[s.b->load_count++] = (struct handoff_range){ 1ull << 40, (1ull << 41) - 1 };
	memory_fill(1ull << 40, 0, PAGE_SIZE);
	memory_put64(s.unit->rtaddr + 7 * 16, 1ull << 40 | 1);
	memory_put64(s.pde, 1ull << 40 | 3);
	build_context(s.b, s.unit, 0x0300, 1ull << 40 | 1, 12 << 8 | 1);
	assert_true(build_run(s.b));
	assert_int_equal(result_count(HANDOFF_RECORDS), 3);
	scene_expect_replaced(&s, 0x0700, SCENE_IOVA);
	scene_expect_replaced(&s, 0x0300, SCENE_IOVA);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	assert_hex_equal(scene_translate(&s, SCENE_NEIGHBOUR, SCENE_IOVA).pa, 0x2000a000);
}

/* In RAM, if the map is to be believed, but no table can be there. */
static void root_table_in_ram_beyond_the_host_width(void **state)
{
	struct scene s = scene_make(state);

	fake.cpu_bits = 48;
	s.b->loads[s.b->load_count++] = (struct handoff_range){ 1ull << 46, (1ull << 47) - 1 };
	s.unit->rtaddr = s.unit->root = 1ull << 46;
	memory_fill(1ull << 46, 0, PAGE_SIZE);
	assert_true(build_run(s.b));
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 0))->rule,
			 HANDOFF_RULE_ROOT_TABLE_PROVENANCE);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUNK_AND_BLOCKED(reserved_bits_of_a_root_entry),
		SUNK_AND_BLOCKED(upper_half_of_a_root_entry_is_reserved),
		SUNK_AND_BLOCKED(context_table_beyond_the_host_width),
		SUNK_AND_BLOCKED(context_table_in_the_crash_region),
		SUNK_AND_BLOCKED(context_table_in_no_ram),
		SUNK_AND_BLOCKED(root_table_in_the_crash_region),
		SUNK_AND_BLOCKED(root_table_in_no_ram),
		SUNK_AND_BLOCKED(root_table_beyond_the_host_width),
		cmocka_unit_test(absent_root_entry_with_garbage_is_left_alone),
		cmocka_unit_test(buses_that_share_a_context_table),
		SUNK_AND_BLOCKED(root_table_as_a_context_table),
		cmocka_unit_test(bits_below_the_root_address_are_kept),
		SUNK_AND_BLOCKED(root_table_that_cannot_be_read),
		SUNK_AND_BLOCKED(context_and_page_tables_that_cannot_be_read),
		SUNK_AND_BLOCKED(root_table_in_ram_beyond_the_host_width),
	};

	return cmocka_run_group_tests_name("legacy", tests, NULL, NULL);
}
