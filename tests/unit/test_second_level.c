// SPDX-License-Identifier: GPL-2.0-only
/* second_level.c's rules: the corrupt entry, the record it leaves, what the copy holds instead. */
#include "testing.h"

#include "fake.h"
#include "rules.h"
#include "result.h"
#include "check.h"
#include "scene.h"
#include "translate.h"

/* The leaf becomes `entry`, and `rule` strikes. */
static void expect_leaf(void **state, uint64_t entry, uint16_t rule)
{
	struct scene s = scene_make(state);

	memory_put64(s.leaf, entry);
	scene_expect(&s, (struct handoff_record){
		.rule = rule,
		.object = HANDOFF_LEAF,
		.level = 1,
		.where = s.leaf,
		.found = { entry },
		.iova = SCENE_IOVA,
		.size = 0x1000,
		.target = entry & 0xffffffffff000,
	});
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	if (!s.sink)
		assert_hex_equal(scene_entry_now(&s, SCENE_IOVA, 1), 0);
}

/* The entry that refers to the leaf table becomes `entry`: its 2 MiB go. */
static void expect_table(void **state, uint64_t entry, uint16_t rule)
{
	struct scene s = scene_make(state);

	memory_put64(s.pde, entry);
	scene_expect(&s, (struct handoff_record){
		.rule = rule,
		.object = HANDOFF_PAGE_TABLE,
		.level = 2,
		.where = s.pde,
		.found = { entry },
		.size = 0x200000,
		.target = entry & 0xffffffffff000,
	});
	scene_expect_replaced(&s, SCENE_SOURCE, 0);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x1ff000);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x200000);
	if (!s.sink)
		assert_hex_equal(scene_entry_now(&s, 0, 2), 0);
}

/* A leaf above level 1, at 1 GiB, becomes `entry`. */
static void expect_superpage(void **state, unsigned int level, uint64_t entry, uint16_t rule)
{
	struct scene s = scene_make(state);
	uint64_t where = build_slot(s.tree, 3, 0x40000000, level);

	memory_put64(where, entry);
	scene_expect(&s, (struct handoff_record){
		.rule = rule,
		.object = HANDOFF_LEAF,
		.level = (uint8_t)level,
		.where = where,
		.found = { entry },
		.iova = 0x40000000,
		.size = level == 2 ? 0x200000 : 0x40000000,
		.target = entry & 0xffffffffff000,
	});
	scene_expect_replaced(&s, SCENE_SOURCE, 0x40000000);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x401ff000);
}

static void leaf_with_snoop_bit_is_reserved_without_snoop_control(void **state)
{
	expect_leaf(state, SCENE_PAGE | 1 << 11 | 3, HANDOFF_RULE_SL_RESERVED);
}

static void leaf_with_transient_bit_is_reserved_without_device_tlbs(void **state)
{
	expect_leaf(state, SCENE_PAGE | 1ull << 62 | 3, HANDOFF_RULE_SL_RESERVED);
}

static void table_entry_with_snoop_bit_is_reserved(void **state)
{
	expect_table(state, (BUILD_PAGES + 0x4000) | 1 << 11 | 3, HANDOFF_RULE_SL_RESERVED);
}

static void table_entry_with_transient_bit_is_reserved(void **state)
{
	expect_table(state, (BUILD_PAGES + 0x4000) | 1ull << 62 | 3, HANDOFF_RULE_SL_RESERVED);
}

static void misaligned_2m_leaf_is_reserved(void **state)
{
	expect_superpage(state, 2, 0x30001000 | 0x83, HANDOFF_RULE_SL_RESERVED);
}

static void misaligned_1g_leaf_is_reserved(void **state)
{
	expect_superpage(state, 3, 0x100000000 | 1 << 29 | 0x83, HANDOFF_RULE_SL_RESERVED);
}

static void snoop_bit_stands_with_snoop_control(void **state)
{
	struct scene s = scene_make(state);

	s.unit->ecap |= VTD_ECAP_SC;
	memory_put64(s.leaf, SCENE_PAGE | 1 << 11 | 3);
	scene_expect_nothing(&s);
	assert_true(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).attributes & 1 << 11);
}

static void transient_bit_stands_with_device_tlbs(void **state)
{
	struct scene s = scene_make(state);

	s.unit->ecap |= VTD_ECAP_DT;
	memory_put64(s.leaf, SCENE_PAGE | 1ull << 62 | 3);
	scene_expect_nothing(&s);
}

static void ignored_bits_stand_as_they_are(void **state)
{
	struct scene s = scene_make(state);
	uint64_t leaf = SCENE_PAGE | 1ull << 63 | 0x3ffull << 52 | 0x77c | 3;

	memory_put64(s.leaf, leaf & ~0x80ull);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_entry_now(&s, SCENE_IOVA, 1), leaf & ~0x80ull);
}

static void attributes_of_table_entries_are_kept(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.pde, memory_get64(s.pde) | 1ull << 63 | 0x1full << 52 | 1 << 8);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_entry_now(&s, 0, 2) & ~VTD_SL_ADDRESS, 1ull << 63 | 0x1full << 52 | 1 << 8 | 3);
}

static void leaf_beyond_the_host_width(void **state)
{
	expect_leaf(state, 1ull << 46 | 3, HANDOFF_RULE_SL_WIDTH);
}

static void table_beyond_the_host_width(void **state)
{
	expect_table(state, 1ull << 51 | 3, HANDOFF_RULE_SL_WIDTH);
}

static void leaf_of_2m_beyond_the_host_width(void **state)
{
	expect_superpage(state, 2, 1ull << 46 | 0x83, HANDOFF_RULE_SL_WIDTH);
}

static void leaf_of_2m_that_the_unit_cannot(void **state)
{
	struct scene s = scene_make(state);
	uint64_t where = build_slot(s.tree, 3, 0x40000000, 2);

	s.unit->cap &= ~(1ull << 34);
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_SL_SUPERPAGE,
		.object = HANDOFF_LEAF,
		.level = 2,
		.where = where,
		.found = { 0x30000083 },
		.iova = 0x40000000,
		.size = 0x200000,
		.target = 0x30000000,
	});
	scene_expect_replaced(&s, SCENE_SOURCE, 0x40000000);
}

static void leaf_of_1g_that_the_unit_cannot(void **state)
{
	struct scene s = scene_make(state);
	uint64_t where = build_slot(s.tree, 3, 0x40000000, 3);

	s.unit->cap &= ~(1ull << 35);
	memory_put64(where, 0x100000083);
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_SL_SUPERPAGE,
		.object = HANDOFF_LEAF,
		.level = 3,
		.where = where,
		.found = { 0x100000083 },
		.iova = 0x40000000,
		.size = 0x40000000,
		.target = 0x100000000,
	});
	scene_expect_replaced(&s, SCENE_SOURCE, 0x7ffff000);
}

static void leaf_of_512g_is_none(void **state)
{
	struct scene s = scene_make(state);
	uint64_t tree = build_page(s.b);

	memory_put64(tree, 0x8000000083);
	build_attach(s.b, s.unit, SCENE_SOURCE, tree, 9, 2);
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_SL_SUPERPAGE,
		.object = HANDOFF_LEAF,
		.level = 4,
		.where = tree,
		.found = { 0x8000000083 },
		.size = 1ull << 39,
		.target = 0x8000000000,
	});
	scene_expect_replaced(&s, SCENE_SOURCE, 0x7ffffff000);
}

static void table_in_the_crash_region(void **state)
{
	expect_table(state, (BUILD_CRASH_START + 0x100000) | 3, HANDOFF_RULE_SL_PROVENANCE);
}

static void table_in_mmio(void **state)
{
	expect_table(state, 0xfee00000 | 3, HANDOFF_RULE_SL_PROVENANCE);
}

static void table_in_firmware_memory(void **state)
{
	expect_table(state, BUILD_ACPI | 3, HANDOFF_RULE_SL_PROVENANCE);
}

static void leaf_to_the_first_page_of_the_crash_region(void **state)
{
	expect_leaf(state, BUILD_CRASH_START | 3, HANDOFF_RULE_SL_TARGET);
}

static void leaf_to_the_last_page_of_the_crash_region(void **state)
{
	expect_leaf(state, (BUILD_CRASH_END - 0x1000) | 1, HANDOFF_RULE_SL_TARGET);
}

static void write_only_leaf_into_the_crash_region(void **state)
{
	expect_leaf(state, (BUILD_ARENA + 0x3000) | 2, HANDOFF_RULE_SL_TARGET);
}

static void leaf_of_1g_around_the_crash_region(void **state)
{
	expect_superpage(state, 3, 0x40000083, HANDOFF_RULE_SL_TARGET);
}

static void leaf_of_2m_in_the_crash_region(void **state)
{
	expect_superpage(state, 2, (BUILD_CRASH_END - 0x200000) | 0x83, HANDOFF_RULE_SL_TARGET);
}

/* The pages right before and behind the crash region are the crashed kernel's. */
static void leaves_next_to_the_crash_region_stand(void **state)
{
	struct scene s = scene_make(state);

	build_map(s.b, s.tree, 3, 0x10000, BUILD_CRASH_START - 0x1000, 1);
	build_map(s.b, s.tree, 3, 0x11000, BUILD_CRASH_END, 1);
	scene_expect_nothing(&s);
}

/* Peer-to-peer, ISA bridges: only the crash region is out of bounds for data. */
static void leaves_to_mmio_and_low_memory_stand(void **state)
{
	struct scene s = scene_make(state);

	build_map(s.b, s.tree, 3, 0x10000, 0xfd000000, 1);
	build_map(s.b, s.tree, 3, 0x11000, 0x1000, 1);
	build_map(s.b, s.tree, 3, 0x12000, 0, 1);
	scene_expect_nothing(&s);
}

/* The loader's parts need not begin or end on a page boundary. */
static void leaf_that_shares_a_page_with_the_start_of_what_is_in_use(void **state)
{
	struct scene s = scene_make(state);

	build_map(s.b, s.tree, 3, 0x4000, 0x20300000, 1);	/* an earlier leaf finds the same gap */
	memory_put64(s.leaf, 0x20400000 | 3);
	build_seal(s.b);
	s.b->boot.in_use[s.b->boot.in_use_count].start = 0x20400ff0;
	s.b->boot.in_use[s.b->boot.in_use_count++].size = 0x8;
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_SL_TARGET,
		.object = HANDOFF_LEAF,
		.level = 1,
		.where = s.leaf,
		.found = { 0x20400003 },
		.iova = SCENE_IOVA,
		.size = 0x1000,
		.target = 0x20400000,
	});
}

static void leaf_that_shares_a_page_with_the_end_of_what_is_in_use(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.leaf, 0x20401000 | 3);
	build_seal(s.b);
	s.b->boot.in_use[s.b->boot.in_use_count].start = 0x20400ff0;
	s.b->boot.in_use[s.b->boot.in_use_count++].size = 0x18;
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_SL_TARGET,
		.object = HANDOFF_LEAF,
		.level = 1,
		.where = s.leaf,
		.found = { 0x20401003 },
		.iova = SCENE_IOVA,
		.size = 0x1000,
		.target = 0x20401000,
	});
}

/* What a good leaf has taught about memory says nothing of its neighbour's bits. */
static void bad_leaf_beside_a_good_one(void **state)
{
	struct scene s = scene_make(state);

	build_map(s.b, s.tree, 3, SCENE_IOVA - 0x1000, SCENE_PAGE - 0x1000, 1);
	memory_put64(s.leaf, SCENE_PAGE | VTD_SL_SNP | 3);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
}

/* The last page, of either size, before the crash region, and the first behind. */
static void leaves_up_to_the_crash_region_stay(void **state)
{
	struct scene s = scene_make(state);

	build_map(s.b, s.tree, 3, 0x6000, BUILD_CRASH_START - 0x1000, 1);
	build_map(s.b, s.tree, 3, 0x8000, BUILD_CRASH_END, 1);
	build_map(s.b, s.tree, 3, 0x40200000, BUILD_CRASH_START - 0x200000, 2);
	build_map(s.b, s.tree, 3, 0x40400000, BUILD_CRASH_END, 2);
	scene_expect_nothing(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUNK_AND_BLOCKED(leaf_with_snoop_bit_is_reserved_without_snoop_control),
		SUNK_AND_BLOCKED(leaf_with_transient_bit_is_reserved_without_device_tlbs),
		SUNK_AND_BLOCKED(table_entry_with_snoop_bit_is_reserved),
		SUNK_AND_BLOCKED(table_entry_with_transient_bit_is_reserved),
		SUNK_AND_BLOCKED(misaligned_2m_leaf_is_reserved),
		SUNK_AND_BLOCKED(misaligned_1g_leaf_is_reserved),
		cmocka_unit_test(snoop_bit_stands_with_snoop_control),
		cmocka_unit_test(transient_bit_stands_with_device_tlbs),
		cmocka_unit_test(ignored_bits_stand_as_they_are),
		cmocka_unit_test(attributes_of_table_entries_are_kept),
		SUNK_AND_BLOCKED(leaf_beyond_the_host_width),
		SUNK_AND_BLOCKED(table_beyond_the_host_width),
		SUNK_AND_BLOCKED(leaf_of_2m_beyond_the_host_width),
		SUNK_AND_BLOCKED(leaf_of_2m_that_the_unit_cannot),
		SUNK_AND_BLOCKED(leaf_of_1g_that_the_unit_cannot),
		SUNK_AND_BLOCKED(leaf_of_512g_is_none),
		SUNK_AND_BLOCKED(table_in_the_crash_region),
		SUNK_AND_BLOCKED(table_in_mmio),
		SUNK_AND_BLOCKED(table_in_firmware_memory),
		SUNK_AND_BLOCKED(leaf_to_the_first_page_of_the_crash_region),
		SUNK_AND_BLOCKED(leaf_to_the_last_page_of_the_crash_region),
		SUNK_AND_BLOCKED(write_only_leaf_into_the_crash_region),
		SUNK_AND_BLOCKED(leaf_of_1g_around_the_crash_region),
		SUNK_AND_BLOCKED(leaf_of_2m_in_the_crash_region),
		cmocka_unit_test(leaves_next_to_the_crash_region_stand),
		cmocka_unit_test(leaves_to_mmio_and_low_memory_stand),
		SUNK_AND_BLOCKED(leaf_that_shares_a_page_with_the_start_of_what_is_in_use),
		SUNK_AND_BLOCKED(leaf_that_shares_a_page_with_the_end_of_what_is_in_use),
		SUNK_AND_BLOCKED(bad_leaf_beside_a_good_one),
		cmocka_unit_test(leaves_up_to_the_crash_region_stay),
	};

	return cmocka_run_group_tests_name("second_level", tests, NULL, NULL);
}
