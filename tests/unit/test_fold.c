// SPDX-License-Identifier: GPL-2.0-only
/* fold.c: a table of 512 leaves side by side becomes one superpage, and nothing else does. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

#define BASE	0x20000000ull		/* what is mapped, aligned to 512 MiB */
#define BIG	BUILD_HIGH_START	/* the same, aligned to 1 GiB */

static const struct handoff_domain *domain_of(unsigned int index)
{
	return result_entry(HANDOFF_DOMAINS, index);
}

/* One device, 3 levels; 2 MiB at IOVA 0 mapped to BASE by 512 leaves. */
static struct scene run_of_leaves(void)
{
	struct scene s = { .b = build_machine(), .sink = true };

	s.unit = build_unit(s.b);
	s.tree = build_page(s.b);
	s.context = build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 9, 1);
	for (uint64_t at = 0; at < 0x200000; at += 0x1000)
		s.leaf = build_map(s.b, s.tree, 3, at, BASE + at, 1);
	s.leaf -= 511 * 8;
	s.pde = build_slot(s.tree, 3, 0, 2);
	return s;
}

static void run(struct scene *s)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(s->b);
}

static void expect(struct scene *s, unsigned int folded, unsigned int tables)
{
	run(s);
	assert_int_equal(domain_of(0)->folded, folded);
	assert_int_equal(domain_of(0)->tables, tables);
	assert_int_equal(domain_of(0)->in_place, 0);
}

static void contiguous_leaves_become_a_superpage(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	expect(&s, 1, 2);
	assert_hex_equal(scene_entry_now(&s, 0, 2), BASE | VTD_SL_PS | 3);
	assert_int_equal(scene_translate(&s, SCENE_SOURCE, 0x1fffff).page_bits, 21);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x1fffff).pa, BASE + 0x1fffff);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x200000);
	assert_int_equal(domain_of(0)->leaves, 512);		/* as they were found */
	assert_int_equal(domain_of(0)->range_count, 1);
	assert_int_equal(result_count(HANDOFF_RECORDS), 0);
}

static void what_is_not_one_run_stays_a_table(void **state)
{
	static const struct { unsigned int index; uint64_t change; } cases[] = {
		{ 511, 3 },			/* absent */
		{ 0, 3 },
		{ 300, VTD_SL_W },		/* read only */
		{ 300, 0x1000 },		/* elsewhere */
		{ 511, 1ull << 35 },
		{ 1, 1ull << 55 },		/* an ignored bit: somebody's mark */
		{ 77, VTD_SL_X },
	};

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(cases); i++) {
		struct scene s = run_of_leaves();
		uint64_t leaf = s.leaf + 8 * cases[i].index;

		memory_put64(leaf, memory_get64(leaf) ^ cases[i].change);
		expect(&s, 0, 3);
	}
}

static void misaligned_run_stays_a_table(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	for (unsigned int i = 0; i < 512; i++)
		memory_put64(s.leaf + 8 * i, memory_get64(s.leaf + 8 * i) + 0x1000);
	expect(&s, 0, 3);
}

static void unit_without_the_page_size_keeps_its_table(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	s.unit->cap &= ~(1ull << 34);
	expect(&s, 0, 3);
}

static void bad_leaf_costs_the_leaf_and_the_fold(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	memory_put64(s.leaf + 8 * 9, BUILD_CRASH_START | 3);
	expect(&s, 0, 3);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x9000);
}

/* A run into the crash region is contiguous, too: its leaves go to the sink one by one. */
static void run_of_bad_leaves_is_not_folded(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	for (unsigned int i = 0; i < 512; i++)
		memory_put64(s.leaf + 8 * i, (BUILD_CRASH_START + i * 0x1000) | 3);
	run(&s);
	assert_int_equal(domain_of(0)->folded, 0);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x1ff000);
}

static void accessed_and_dirty_marks_may_differ(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	memory_put64(s.leaf + 8 * 3, memory_get64(s.leaf + 8 * 3) | VTD_SL_A);
	memory_put64(s.leaf + 8 * 4, memory_get64(s.leaf + 8 * 4) | VTD_SL_D);
	expect(&s, 1, 2);
	assert_hex_equal(scene_entry_now(&s, 0, 2), BASE | VTD_SL_PS | VTD_SL_A | VTD_SL_D | 3);
}

/* What the entry above does not grant, the superpage does not either. */
static void rights_of_the_table_above_hold(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	memory_put64(s.pde, memory_get64(s.pde) & ~VTD_SL_W);
	expect(&s, 1, 2);
	assert_false(scene_translate(&s, SCENE_SOURCE, 0).write);
	assert_true(scene_translate(&s, SCENE_SOURCE, 0).read);
}

static void rights_that_leave_nothing_keep_the_table(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	memory_put64(s.pde, memory_get64(s.pde) & ~VTD_SL_W);
	for (unsigned int i = 0; i < 512; i++)
		memory_put64(s.leaf + 8 * i, memory_get64(s.leaf + 8 * i) & ~VTD_SL_R);
	expect(&s, 0, 3);
}

/* 1 GiB of 4 KiB leaves at IOVA 1 GiB. */
static void map_1g(struct scene *s, unsigned int levels)
{
	for (uint64_t at = 0; at < 0x40000000; at += 0x1000)
		build_map(s->b, s->tree, levels, 0x40000000 + at, BIG + at, 1);
}

static void superpages_fold_again(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	s.b->arena_size = 0x40000;	/* which could not hold 512 tables at a time */
	map_1g(&s, 3);
	expect(&s, 1 + 513, 2);
	assert_hex_equal(scene_entry_now(&s, 0x40000000, 3), BIG | VTD_SL_PS | 3);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x7fffffff).pa, BIG + 0x3fffffff);
}

static void unit_without_1g_pages_folds_once(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	s.unit->cap &= ~(1ull << 35);
	map_1g(&s, 3);
	expect(&s, 1 + 512, 3);
}

/* Contiguous page tables are not leaves, however much they look like them. */
static void contiguous_tables_are_not_folded(void **state)
{
	bool in_place = false;

	(void)state;
	/* Somewhere among these the middle table is the last one that fits: then all stay in place. */
	for (uint64_t size = 0x20000; size < 0x40000; size += 0x1000) {
		struct scene s = run_of_leaves();

		for (uint64_t i = 0; i < 512; i++)	/* empty, 2 MiB apart, the first one aligned */
			memory_put64(s.pde + 8 * i, (BIG + i * 0x200000) | 3);
		memory_allow(BIG, BIG + 0x3fffffff);
		s.b->arena_size = size;
		if (!build_run(s.b))
			continue;
		check_run(s.b);
		assert_int_equal(domain_of(0)->folded, 0);
		in_place |= domain_of(0)->tables == 2 && domain_of(0)->in_place == 512;
	}
	assert_true(in_place);
}

static void table_below_two_entries_is_folded_for_both(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	memory_put64(s.pde + 8, memory_get64(s.pde) & ~VTD_SL_W);	/* once more, read only */
	expect(&s, 1, 2);
	assert_hex_equal(scene_entry_now(&s, 0, 2), BASE | VTD_SL_PS | 3);
	assert_hex_equal(scene_entry_now(&s, 0x200000, 2), BASE | VTD_SL_PS | 1);
}

/* Folded where it was met first; another entry grants nothing of it, and gets the table. */
static void folded_table_is_copied_where_it_cannot_be_folded(void **state)
{
	struct scene s = run_of_leaves();

	(void)state;
	for (unsigned int i = 0; i < 512; i++)
		memory_put64(s.leaf + 8 * i, memory_get64(s.leaf + 8 * i) & ~VTD_SL_R);
	memory_put64(s.pde + 8, memory_get64(s.pde) & ~VTD_SL_W);
	expect(&s, 1, 3);
	assert_hex_equal(scene_entry_now(&s, 0, 2), BASE | VTD_SL_PS | 2);
	assert_true(memory_in_arena(scene_entry_now(&s, 0x200000, 2) & PAGE_MASK, 0x1000));
}

/* A top table is never folded, and is copied though it was folded below another. */
static void folded_table_that_is_a_root_elsewhere_is_copied(void **state)
{
	struct scene s = run_of_leaves();
	uint64_t middle;

	(void)state;
	s.unit->cap |= 1 << 8;					/* 2 levels */
	for (uint64_t at = 0; at < 0x40000000; at += 0x200000)
		build_map(s.b, s.tree, 3, 0x40000000 + at, BIG + at, 2);
	middle = memory_get64(s.tree + 8) & PAGE_MASK;
	build_attach(s.b, s.unit, 0x0300, middle, 10, 0);
	run(&s);
	assert_int_equal(domain_of(0)->folded, 2);
	assert_int_equal(domain_of(1)->folded, 0);
	assert_int_equal(domain_of(1)->tables, 1);
	assert_hex_equal(scene_translate(&s, 0x0300, 0x3fffffff).pa, BIG + 0x3fffffff);
}

/* ---- First-level ---- */

/* The scene's first-level tree gets 512 leaves, `attributes` in each, at 2 MiB. */
static struct scene run_of_first_level_leaves(uint64_t attributes)
{
	struct scene s = scene_make_scalable((void *[]){ NULL });

	s.b->rights = 7 | attributes;
	for (uint64_t at = 0; at < 0x200000; at += 0x1000)
		s.fl_leaf = build_map(s.b, s.fl_tree, 4, 0x200000 + at, BASE + at, 1);
	s.b->rights = 3;
	s.fl_pde = build_slot(s.fl_tree, 4, 0x200000, 2);
	return s;
}

static struct translation fl_translate(const struct scene *s, uint64_t iova)
{
	return scene_translate_pasid(s, SCENE_SOURCE, SCENE_PASID, iova);
}

static void first_level_leaves_fold_with_their_attributes(void **state)
{
	static const uint64_t attributes[] = { 0, 1 << 3, 1 << 4, 1 << 7, 1 << 8, 0x1ull << 52 };

	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(attributes); i++) {
		struct scene s = run_of_first_level_leaves(0);

		for (unsigned int entry = 0; entry < 512; entry++)
			memory_put64(s.fl_leaf - 8 * entry,
				     memory_get64(s.fl_leaf - 8 * entry) | attributes[i] | (entry & 3) << 5);
		scene_expect_nothing(&s);
		assert_int_equal(fl_translate(&s, 0x200000).page_bits, 21);
		assert_hex_equal(fl_translate(&s, 0x3ff123).pa, BASE + 0x1ff123);
		assert_hex_equal(fl_translate(&s, 0x200000).attributes, attributes[i] | 4);
	}
}

/* No execution, and no user access, if the entry above says so. */
static void first_level_denials_of_the_table_above_hold(void **state)
{
	struct scene s = run_of_first_level_leaves(0);

	(void)state;
	memory_put64(s.fl_pde, (memory_get64(s.fl_pde) | 1ull << 63) & ~4ull);
	scene_expect_nothing(&s);
	assert_int_equal(fl_translate(&s, 0x200000).page_bits, 21);
	assert_hex_equal(fl_translate(&s, 0x200000).attributes, 1ull << 63);
}

/* 1G first-level pages want CAP.FL1GP, whatever second-level pages there are. */
static void first_level_1g_pages_want_their_capability(void **state)
{
	(void)state;
	for (unsigned int capable = 0; capable < 2; capable++) {
		struct scene s = scene_make_scalable((void *[]){ NULL });

		if (capable)
			s.unit->cap |= VTD_CAP_FL1GP;
		else
			s.unit->cap &= ~VTD_CAP_FL1GP;
		s.b->rights = 7;
		for (uint64_t at = 0; at < 0x40000000; at += 0x200000)
			build_map(s.b, s.fl_tree, 4, 0x80000000 + at, BIG + at, 2);
		s.b->rights = 3;
		scene_expect_nothing(&s);
		assert_int_equal(fl_translate(&s, 0x80000000).page_bits, capable ? 30 : 21);
	}
}

/*
 * Folded tables give their pages back, so that the memo may be full before the arena is: then leaf
 * tables stay in place.
 */
static void folded_tables_beyond_the_memo_stay_in_place(void **state)
{
	struct scene s = run_of_leaves();
	uint64_t second = 1ull << 30;

	(void)state;
	s.b->arena_size = 0x80000;
	for (uint64_t at = 0x200000; at < second + 0x20000000; at += 0x1000)
		build_map(s.b, s.tree, 3, at, BIG + at, 1);
	run(&s);
	assert_true(domain_of(0)->folded > 100);
	assert_true(domain_of(0)->in_place > 0);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, second + 0x1ffff000).pa, BIG + second + 0x1ffff000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contiguous_leaves_become_a_superpage),
		cmocka_unit_test(what_is_not_one_run_stays_a_table),
		cmocka_unit_test(misaligned_run_stays_a_table),
		cmocka_unit_test(unit_without_the_page_size_keeps_its_table),
		cmocka_unit_test(bad_leaf_costs_the_leaf_and_the_fold),
		cmocka_unit_test(run_of_bad_leaves_is_not_folded),
		cmocka_unit_test(accessed_and_dirty_marks_may_differ),
		cmocka_unit_test(rights_of_the_table_above_hold),
		cmocka_unit_test(rights_that_leave_nothing_keep_the_table),
		cmocka_unit_test(superpages_fold_again),
		cmocka_unit_test(unit_without_1g_pages_folds_once),
		cmocka_unit_test(contiguous_tables_are_not_folded),
		cmocka_unit_test(table_below_two_entries_is_folded_for_both),
		cmocka_unit_test(folded_table_is_copied_where_it_cannot_be_folded),
		cmocka_unit_test(folded_table_that_is_a_root_elsewhere_is_copied),
		cmocka_unit_test(first_level_leaves_fold_with_their_attributes),
		cmocka_unit_test(first_level_denials_of_the_table_above_hold),
		cmocka_unit_test(first_level_1g_pages_want_their_capability),
		cmocka_unit_test(folded_tables_beyond_the_memo_stay_in_place),
	};

	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
