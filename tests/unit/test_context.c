// SPDX-License-Identifier: GPL-2.0-only
/* context.c and domain_id.c: what may stand in a context entry, and which domain id it gets. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

/* The device's context entry becomes lo, hi, and `rule` strikes. */
static void expect_rule(struct scene *s, uint64_t lo, uint64_t hi, uint16_t rule)
{
	struct handoff_record expected = {
		.rule = rule,
		.object = HANDOFF_CONTEXT,
		.domain_id = (uint16_t)(hi >> 8),
		.where = s->context,
		.found = { lo, hi },
		.target = (lo >> 2 & 3) == 2 ? 0 : lo & PAGE_MASK,
	};
	const struct handoff_device *device;
	struct vtd_entry128 now;

	memory_put64(s->context, lo);
	memory_put64(s->context + 8, hi);
	scene_expect(s, expected);
	scene_expect_replaced(s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(s, SCENE_SOURCE, 0x7ffffff000);

	now = scene_context_now(s, SCENE_SOURCE);
	device = result_entry(HANDOFF_DEVICES, 0);
	assert_int_equal(device->devfn, SCENE_SOURCE & 0xff);
	assert_hex_equal(device->old_context[0], lo);
	assert_hex_equal(device->old_context[1], hi);
	assert_int_equal(device->domain, HANDOFF_NO_DOMAIN);
	if (s->sink) {
		assert_int_equal(device->action, HANDOFF_SUNK);
		assert_false(now.lo & VTD_CTX_FPD);
		assert_int_equal(VTD_CTX_DID(now.hi), device->domain_id);
	} else {
		assert_int_equal(device->action, HANDOFF_BLOCKED);
		assert_hex_equal(now.lo, VTD_CTX_FPD);
		assert_hex_equal(now.hi, 0);
	}
}

static void expect_context(void **state, uint64_t lo, uint64_t hi, uint16_t rule)
{
	struct scene s = scene_make(state);

	expect_rule(&s, s.tree | lo, hi, rule);
}

static void reserved_bits_of_the_low_half(void **state)
{
	for (unsigned int bit = 4; bit < 12; bit++)
		expect_context(state, 1ull << bit | 1, 9 << 8 | 1, HANDOFF_RULE_CONTEXT_RESERVED);
}

static void reserved_bits_of_the_high_half(void **state)
{
	expect_context(state, 1, 1 << 7 | 9 << 8 | 1, HANDOFF_RULE_CONTEXT_RESERVED);
	expect_context(state, 1, 1ull << 24 | 9 << 8 | 1, HANDOFF_RULE_CONTEXT_RESERVED);
	expect_context(state, 1, 1ull << 63 | 9 << 8 | 1, HANDOFF_RULE_CONTEXT_RESERVED);
}

static void available_bits_stand(void **state)
{
	struct scene s = scene_make(state);

	build_context(s.b, s.unit, SCENE_SOURCE, s.tree | 3, 0xf << 3 | 9 << 8 | 1);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_context_now(&s, SCENE_SOURCE).hi, 0xf << 3 | 9 << 8 | 1);
	assert_hex_equal(scene_context_now(&s, SCENE_SOURCE).lo & 0xfff, 3);
}

static void translation_type_3_is_none(void **state)
{
	expect_context(state, 3 << 2 | 1, 9 << 8 | 1, HANDOFF_RULE_CONTEXT_TYPE);
}

static void ats_without_device_tlbs(void **state)
{
	expect_context(state, 1 << 2 | 1, 9 << 8 | 1, HANDOFF_RULE_CONTEXT_TYPE);
}

static void ats_with_device_tlbs_stands(void **state)
{
	struct scene s = scene_make(state);

	s.unit->ecap |= VTD_ECAP_DT;
	build_context(s.b, s.unit, SCENE_SOURCE, s.tree | 1 << 2 | 1, 9 << 8 | 1);
	scene_expect_nothing(&s);
	assert_int_equal(VTD_CTX_TT(scene_context_now(&s, SCENE_SOURCE).lo), VTD_TT_ATS);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
}

static void pass_through_without_support(void **state)
{
	struct scene s = scene_make(state);

	s.unit->ecap &= ~VTD_ECAP_PT;
	expect_rule(&s, 2 << 2 | 1, 9 << 8 | 2, HANDOFF_RULE_CONTEXT_TYPE);
}

/* The pointer of a pass-through entry is ignored; it may lead anywhere and must not be followed. */
static void pass_through_with_a_garbage_pointer_stands(void **state)
{
	struct scene s = scene_make(state);
	const struct handoff_device *device;
	const struct handoff_domain *domain;

	build_context(s.b, s.unit, SCENE_SOURCE, 0xdeadbeefcafe0000 | 2 << 2 | 1, 9 << 8 | 2);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_context_now(&s, SCENE_SOURCE).lo, 0xdeadbeefcafe0000 | 2 << 2 | 1);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x12345000).pa, 0x12345000);
	device = result_entry(HANDOFF_DEVICES, 0);
	assert_int_equal(device->translation, HANDOFF_PASS_THROUGH);
	assert_int_equal(device->action, HANDOFF_KEPT);
	domain = result_entry(HANDOFF_DOMAINS, device->domain);
	assert_hex_equal(domain->flags, HANDOFF_DOMAIN_PASS_THROUGH);
	assert_int_equal(domain->tables, 0);
}

static void address_width_that_the_unit_cannot(void **state)
{
	expect_context(state, 1, 9 << 8 | 0, HANDOFF_RULE_CONTEXT_AW);
	expect_context(state, 1, 9 << 8 | 3, HANDOFF_RULE_CONTEXT_AW);
	expect_context(state, 1, 9 << 8 | 7, HANDOFF_RULE_CONTEXT_AW);
}

static void page_table_beyond_the_host_width(void **state)
{
	struct scene s = scene_make(state);

	expect_rule(&s, 1ull << 46 | 1, 9 << 8 | 1, HANDOFF_RULE_CONTEXT_WIDTH);
}

static void page_table_in_the_crash_region(void **state)
{
	struct scene s = scene_make(state);

	expect_rule(&s, (BUILD_CRASH_END - 0x1000) | 1, 9 << 8 | 1, HANDOFF_RULE_CONTEXT_PROVENANCE);
}

static void page_table_at_zero(void **state)
{
	struct scene s = scene_make(state);

	expect_rule(&s, 1, 9 << 8 | 1, HANDOFF_RULE_CONTEXT_PROVENANCE);
}

static void page_table_in_mmio(void **state)
{
	struct scene s = scene_make(state);

	expect_rule(&s, BUILD_UNIT | 1, 9 << 8 | 1, HANDOFF_RULE_CONTEXT_PROVENANCE);
}

static void domain_id_beyond_what_the_unit_has(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap &= ~7ull;		/* 16 ids */
	expect_rule(&s, s.tree | 1, 16 << 8 | 1, HANDOFF_RULE_CONTEXT_DOMAIN_RANGE);
}

static void last_domain_id_of_the_unit_stands(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap &= ~7ull;
	build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 15, 1);
	scene_expect_nothing(&s);
	assert_int_equal(VTD_CTX_DID(scene_context_now(&s, SCENE_SOURCE).hi), 15);
}

/* Caches are tagged by domain id: two trees by one id would answer for each other. */
static void second_tree_by_the_same_id_gets_a_fresh_id(void **state)
{
	struct scene s = scene_make(state);
	uint64_t tree = build_page(s.b), where;
	const struct handoff_device *device;
	uint16_t id;

	build_map(s.b, tree, 3, SCENE_IOVA, 0x21000000, 1);
	where = build_attach(s.b, s.unit, 0x0301, tree, 9, 1);
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_CONTEXT_DOMAIN_CLASH,
		.object = HANDOFF_CONTEXT,
		.action = HANDOFF_REPAIRED,
		.bus = 3,
		.devfn = 1,
		.domain_id = 9,
		.where = where,
		.found = { tree | 1, 9 << 8 | 1 },
		.target = tree,
	});
	id = VTD_CTX_DID(scene_context_now(&s, 0x0301).hi);
	assert_int_equal(VTD_CTX_DID(scene_context_now(&s, SCENE_SOURCE).hi), 9);
	assert_true(id >= 2 && id != 9 && id != 10);
	assert_hex_equal(scene_translate(&s, 0x0301, SCENE_IOVA).pa, 0x21000000);
	device = result_entry(HANDOFF_DEVICES, 2);
	assert_int_equal(device->action, HANDOFF_REPAIRED);
	assert_int_equal(device->domain_id, id);
}

static void same_tree_with_another_width_is_a_clash(void **state)
{
	struct scene s = scene_make(state);

	memory_fill(SCENE_PAGE, 0, 0x3000);	/* one level deeper, leaves become tables */
	build_attach(s.b, s.unit, 0x0300, s.tree, 9, 2);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 0))->rule,
			 HANDOFF_RULE_CONTEXT_DOMAIN_CLASH);
}

static void pass_through_by_the_id_of_a_tree_is_a_clash(void **state)
{
	struct scene s = scene_make(state);

	build_context(s.b, s.unit, 0x0300, 2 << 2 | 1, 9 << 8 | 2);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 0))->rule,
			 HANDOFF_RULE_CONTEXT_DOMAIN_CLASH);
	assert_hex_equal(scene_translate(&s, 0x0300, 0x1000).pa, 0x1000);
}

static void same_id_in_two_units_is_no_clash(void **state)
{
	struct scene s = scene_make(state);
	struct mock_unit *second = build_unit(s.b);
	uint64_t tree = build_page(s.b);

	build_map(s.b, tree, 3, SCENE_IOVA, 0x21000000, 1);
	build_attach(s.b, second, 0x0300, tree, 9, 1);
	scene_expect_nothing(&s);
}

/* All 16 ids of the unit are in use: nothing is left for the clash, nor for the sink. */
static void no_id_left_for_a_clash_blocks_the_device(void **state)
{
	struct scene s = scene_make(state);
	struct vtd_entry128 now;

	s.unit->cap &= ~7ull;
	for (uint16_t id = 2; id < 16; id++)
		build_context(s.b, s.unit, (uint16_t)(0x0300 | id), 2 << 2 | 1, (uint64_t)id << 8 | 2);
	build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 2, 1);
	build_attach(s.b, s.unit, SCENE_NEIGHBOUR, s.tree, 2, 1);
	assert_true(build_run(s.b));
	check_run(s.b);
	now = scene_context_now(&s, 0x0302);
	assert_hex_equal(now.lo, 0);
	assert_hex_equal(now.hi, 0);
	assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 0))->rule,
			 HANDOFF_RULE_CONTEXT_UNTRACKED);
}

/* The smallest report has room for 48 domains: the device of the 49th goes. */
static void domain_that_finds_no_room_in_the_report_costs_its_device(void **state)
{
	struct scene s = scene_make(state);

	s.b->arena_size = 0x40000;
	for (uint16_t i = 0; i < 47; i++)
		build_context(s.b, s.unit, (uint16_t)(0x0300 | i), 2 << 2 | 1, (100ull + i) << 8 | 2);
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_CONTEXT_UNTRACKED,
		.object = HANDOFF_CONTEXT,
		.bus = 3,
		.devfn = 46,
		.domain_id = 146,
		.where = (memory_get64(s.unit->rtaddr + 3 * 16) & PAGE_MASK) + 46 * 16,
		.found = { 2 << 2 | 1, 146 << 8 | 2 },
	});
	scene_expect_replaced(&s, 0x032e, 0x1000);
	assert_hex_equal(scene_translate(&s, 0x032d, 0x1000).pa, 0x1000);
}

static void absent_entry_with_garbage_is_left_alone(void **state)
{
	struct scene s = scene_make(state);

	build_context(s.b, s.unit, 0x0208, 0xfffffffffffffffe, ~0ull);
	scene_expect_nothing(&s);
	assert_int_equal(result_count(HANDOFF_DEVICES), 2);
}

/* A unit with 3 levels only, or 5: the sink's root is of a depth that it can walk. */
static void sink_suits_the_depth_of_the_unit(void **state)
{
	for (unsigned int aw = 0; aw < 4; aw++) {
		struct scene s = scene_make(state);

		s.unit->cap = (s.unit->cap & ~(0x1full << 8)) | 1ull << (8 + aw);
		build_context(s.b, s.unit, SCENE_SOURCE, s.tree | 3 << 2 | 1, 9 << 8 | aw);
		build_context(s.b, s.unit, SCENE_NEIGHBOUR, 2 << 2 | 1, 10 << 8 | aw);
		assert_true(build_run(s.b));
		check_run(s.b);
		assert_int_equal(VTD_CTX_AW(scene_context_now(&s, SCENE_SOURCE).hi), aw);
		scene_expect_replaced(&s, SCENE_SOURCE, 0);
		scene_expect_replaced(&s, SCENE_SOURCE, (1ull << (30 + 9 * aw)) - 1);
	}
}

/* ---- More than there is room for ---- */

/* They are vetted and kept, or sunk, like any other. */
static void devices_beyond_the_report_are_handled_alike(void **state)
{
	struct scene s = scene_make(state);
	unsigned int records = 0;

	s.b->arena_size = 0x80000;
	for (uint16_t source = 0x0300; source < 0x0350; source++)
		build_context(s.b, s.unit, source, memory_get64(s.context), memory_get64(s.context + 8));
	build_context(s.b, s.unit, 0x0350, VTD_CTX_P | 0x20, 0);		/* reserved */
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(result_count(HANDOFF_DEVICES), 64);
	scene_expect_replaced(&s, 0x0350, SCENE_IOVA);
	assert_hex_equal(scene_translate(&s, 0x034f, SCENE_IOVA).pa, SCENE_PAGE);
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++)
		records += ((const struct handoff_record *)result_entry(HANDOFF_RECORDS, i))->devfn == 0x50;
	assert_int_equal(records, 1);
}

static void pass_through_devices_share_a_domain(void **state)
{
	struct scene s = scene_make(state);

	build_context(s.b, s.unit, 0x0300, 2 << 2 | 1, 30 << 8 | 2);
	build_context(s.b, s.unit, 0x0301, 2 << 2 | 1, 30 << 8 | 2);
	scene_expect_nothing(&s);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 3);
	assert_int_equal(scene_translate(&s, 0x0301, 0x1000).pa, 0x1000);
}

/* 0 is an id like any other, as long as no sink has one. */
static void domain_id_0_is_kept(void **state)
{
	struct scene s = scene_make(state);

	build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 0, 1);
	scene_expect_nothing(&s);
	assert_int_equal(VTD_CTX_DID(scene_context_now(&s, SCENE_SOURCE).hi), 0);
}

/* The pointer of a pass-through entry means nothing: no record names it as a target. */
static void bad_pass_through_entry_has_no_target(void **state)
{
	struct scene s = scene_make(state);

	expect_rule(&s, s.tree | 2 << 2 | 1 << 5 | 1, 9 << 8 | 1, HANDOFF_RULE_CONTEXT_RESERVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUNK_AND_BLOCKED(reserved_bits_of_the_low_half),
		SUNK_AND_BLOCKED(reserved_bits_of_the_high_half),
		cmocka_unit_test(available_bits_stand),
		SUNK_AND_BLOCKED(translation_type_3_is_none),
		SUNK_AND_BLOCKED(ats_without_device_tlbs),
		cmocka_unit_test(ats_with_device_tlbs_stands),
		SUNK_AND_BLOCKED(pass_through_without_support),
		cmocka_unit_test(pass_through_with_a_garbage_pointer_stands),
		SUNK_AND_BLOCKED(address_width_that_the_unit_cannot),
		SUNK_AND_BLOCKED(page_table_beyond_the_host_width),
		SUNK_AND_BLOCKED(page_table_in_the_crash_region),
		SUNK_AND_BLOCKED(page_table_at_zero),
		SUNK_AND_BLOCKED(page_table_in_mmio),
		SUNK_AND_BLOCKED(domain_id_beyond_what_the_unit_has),
		cmocka_unit_test(last_domain_id_of_the_unit_stands),
		SUNK_AND_BLOCKED(second_tree_by_the_same_id_gets_a_fresh_id),
		cmocka_unit_test(same_tree_with_another_width_is_a_clash),
		cmocka_unit_test(pass_through_by_the_id_of_a_tree_is_a_clash),
		cmocka_unit_test(same_id_in_two_units_is_no_clash),
		cmocka_unit_test(no_id_left_for_a_clash_blocks_the_device),
		SUNK_AND_BLOCKED(domain_that_finds_no_room_in_the_report_costs_its_device),
		cmocka_unit_test(absent_entry_with_garbage_is_left_alone),
		cmocka_unit_test(sink_suits_the_depth_of_the_unit),
		SUNK_AND_BLOCKED(devices_beyond_the_report_are_handled_alike),
		cmocka_unit_test(pass_through_devices_share_a_domain),
		cmocka_unit_test(domain_id_0_is_kept),
		SUNK_AND_BLOCKED(bad_pass_through_entry_has_no_target),
	};

	return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
