// SPDX-License-Identifier: GPL-2.0-only
/* pagetable.c: what is no table, though something refers to it as one. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

#define BAD_LEAF(i)	(0xf00ull << 40 | (i) << 12 | 3)	/* beyond the host's width */
#define LEAST		16u		/* bad ones of a table that is none */
#define FAR_IOVA	0x80000000ull

static const struct handoff_record *record_of(enum handoff_rule rule)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		if (record->rule == rule)
			return record;
	}
	return NULL;
}

static void run(struct scene *s)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(s->b);
}

/* A leaf table for FAR_IOVA with so many good leaves, and behind them so many bad ones. */
static uint64_t leaf_table(struct scene *s, unsigned int good, unsigned int bad)
{
	uint64_t first = build_map(s->b, s->tree, 3, FAR_IOVA, SCENE_PAGE, 1);

	for (unsigned int i = 0; i < good; i++)
		memory_put64(first + 8 * i, (SCENE_PAGE + i * PAGE_SIZE) | 3);
	for (unsigned int i = good; i < good + bad; i++)
		memory_put64(first + 8 * i, BAD_LEAF(i));
	return first;
}

/* What passes as an entry there leads somewhere by chance. */
static void table_of_mostly_bad_leaves_is_none(void **state)
{
	struct scene s = scene_make(state);
	const struct handoff_record *record;
	uint64_t first = leaf_table(&s, LEAST - 1, LEAST), slot = build_slot(s.tree, 3, FAR_IOVA, 2);

	run(&s);
	record = record_of(HANDOFF_RULE_SL_GARBAGE);
	assert_non_null(record);
	assert_int_equal(record->object, HANDOFF_PAGE_TABLE);
	assert_int_equal(record->action, s.sink ? HANDOFF_SUNK : HANDOFF_BLOCKED);
	assert_int_equal(record->level, 2);
	assert_hex_equal(record->where, slot);
	assert_hex_equal(record->found[0], memory_get64(slot));
	assert_hex_equal(record->target, first);
	assert_hex_equal(record->iova, FAR_IOVA);
	assert_hex_equal(record->size, 0x200000);
	scene_expect_replaced(&s, SCENE_SOURCE, FAR_IOVA);		/* a good leaf of it */
	scene_expect_replaced(&s, SCENE_SOURCE, FAR_IOVA + LEAST * PAGE_SIZE);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
}

static void damage_leaves_a_table_what_it_is(void **state)
{
	static const struct { unsigned int good, bad; } few[] = {
		{ 0, LEAST - 1 }, { LEAST, LEAST }, { 256, 256 },
	};

	for (size_t i = 0; i < COUNT_OF(few); i++) {
		struct scene s = scene_make(state);

		leaf_table(&s, few[i].good, few[i].bad);
		run(&s);
		assert_null(record_of(HANDOFF_RULE_SL_GARBAGE));
		assert_int_equal(result_count(HANDOFF_RECORDS), few[i].bad);
		if (few[i].good)
			assert_hex_equal(scene_translate(&s, SCENE_SOURCE, FAR_IOVA).pa, SCENE_PAGE);
		scene_expect_replaced(&s, SCENE_SOURCE, FAR_IOVA + few[i].good * PAGE_SIZE);
	}
}

/* The device's own top table: there is nothing left to refer to. */
static void fill_top(const struct scene *s, uint64_t tree)
{
	(void)s;
	for (unsigned int i = 8; i < 8 + LEAST; i++)
		memory_put64(tree + 8 * i, 0xe0000003);		/* no RAM */
}

static void device_with_garbage_for_a_top_table_is_sunk(void **state)
{
	struct scene s = scene_make(state);
	const struct handoff_record *record;
	const struct handoff_domain *domain;

	fill_top(&s, s.tree);
	build_attach(s.b, s.unit, 0x0300, s.tree, 9, 1);	/* another one by the same tables */
	run(&s);
	record = record_of(HANDOFF_RULE_CONTEXT_GARBAGE);
	assert_non_null(record);
	assert_int_equal(record->object, HANDOFF_CONTEXT);
	assert_hex_equal(record->target, s.tree);
	domain = result_entry(HANDOFF_DOMAINS, 0);
	assert_true(domain->flags & HANDOFF_DOMAIN_GARBAGE);
	assert_hex_equal(domain->new_root, 0);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, 0x0300, SCENE_IOVA);
}

/* Met again, by another domain and as another domain's lower table: seen once, none everywhere. */
static void garbage_is_known_again(void **state)
{
	struct scene s = scene_make(state);
	uint64_t other = build_page(s.b);

	fill_top(&s, s.tree);
	build_attach(s.b, s.unit, 0x0300, s.tree, 12, 1);
	build_attach(s.b, s.unit, 0x0308, other, 13, 2);	/* 4 levels, the third is the tree */
	memory_put64(other, s.tree | 3);
	memory_put64(other + 8, s.tree | 3);
	run(&s);
	scene_expect_replaced(&s, 0x0300, SCENE_IOVA);
	scene_expect_replaced(&s, 0x0308, SCENE_IOVA);
	scene_expect_replaced(&s, 0x0308, SCENE_IOVA + (1ull << 39));
	assert_non_null(record_of(HANDOFF_RULE_SL_GARBAGE));
}

static void garbage_of_first_level_tables(void **state)
{
	struct scene s = scene_make_scalable(state);

	fill_top(&s, s.fl_tree);
	run(&s);
	assert_non_null(record_of(HANDOFF_RULE_PASID_GARBAGE));
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA);
	s = scene_make_scalable(state);
	for (unsigned int i = 8; i < 8 + LEAST; i++)
		memory_put64((s.fl_leaf & PAGE_MASK) + 8 * i, BUILD_CRASH_START | 3);
	run(&s);
	assert_non_null(record_of(HANDOFF_RULE_FL_GARBAGE));
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA);
}

/* Is the address in a range of the first domain? */
static bool is_listed(uint64_t iova)
{
	const struct handoff_domain *domain = result_entry(HANDOFF_DOMAINS, 0);

	for (uint32_t i = 0; i < domain->range_count; i++) {
		const struct handoff_range *range = result_entry(HANDOFF_RANGES, domain->first_range + i);

		if (iova >= range->first && iova <= range->last)
			return true;
	}
	return false;
}

#define HUGE_PAGE	0x200000ull

/* New mappings must be possible somewhere. */
static void lost_table_of_a_gib_is_in_no_range(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(build_slot(s.tree, 3, FAR_IOVA, 3), 0xf00ull << 40 | 3);
	run(&s);
	assert_false(is_listed(FAR_IOVA));
	assert_true(is_listed(SCENE_IOVA));

	s = scene_make(state);
	build_map(s.b, s.tree, 3, FAR_IOVA, SCENE_PAGE, 1);
	memory_put64(build_slot(s.tree, 3, FAR_IOVA, 2), 0xf00ull << 40 | 3);
	run(&s);
	assert_true(is_listed(FAR_IOVA) && is_listed(FAR_IOVA + HUGE_PAGE - 1));
	assert_false(is_listed(FAR_IOVA + HUGE_PAGE));
}

/* What seemed to be its leaves was listed before that was known, together with what is before it. */
static void leaves_of_what_is_no_table_are_in_no_range(void **state)
{
	for (unsigned int good = 0; good < 2; good++) {
		struct scene s = scene_make(state);
		uint64_t table;

		s.unit->cap |= 1ull << 34;
		build_map(s.b, s.tree, 3, FAR_IOVA - HUGE_PAGE, SCENE_PAGE & ~(HUGE_PAGE - 1), 2);
		table = build_map(s.b, s.tree, 3, FAR_IOVA, SCENE_PAGE & ~(HUGE_PAGE - 1), 2);
		for (unsigned int i = good; i < good + LEAST; i++)
			memory_put64(table + 8 * i, BAD_LEAF(512 * i) | 0x80);
		run(&s);
		assert_non_null(record_of(HANDOFF_RULE_SL_GARBAGE));
		assert_true(is_listed(SCENE_IOVA) && is_listed(FAR_IOVA - HUGE_PAGE) && is_listed(FAR_IOVA - 1));
		assert_false(is_listed(FAR_IOVA) || is_listed(FAR_IOVA + 0x3fffffff));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUNK_AND_BLOCKED(table_of_mostly_bad_leaves_is_none),
		SUNK_AND_BLOCKED(damage_leaves_a_table_what_it_is),
		SUNK_AND_BLOCKED(device_with_garbage_for_a_top_table_is_sunk),
		SUNK_AND_BLOCKED(garbage_is_known_again),
		SUNK_AND_BLOCKED(garbage_of_first_level_tables),
		SUNK_AND_BLOCKED(lost_table_of_a_gib_is_in_no_range),
		SUNK_AND_BLOCKED(leaves_of_what_is_no_table_are_in_no_range),
	};

	return cmocka_run_group_tests_name("garbage", tests, NULL, NULL);
}
