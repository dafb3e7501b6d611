// SPDX-License-Identifier: GPL-2.0-only
/* hole.c: what the copies do not translate. That all holes are filled is what check.c looks at. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "hole.h"
#include "result.h"
#include "scene.h"
#include "state.h"
#include "translate.h"

static uint64_t hole(unsigned int level)
{
	const struct handoff_hole *entry = result_entry(HANDOFF_HOLES, level - 1);

	return entry->entry;
}

/* Of each level that a tree has, and never at the cost of what is mapped beside it. */
static void holes_of_all_levels_lead_to_the_sink(void **state)
{
	static const struct { uint64_t iova; unsigned int level; } holes[] = {
		{ SCENE_IOVA + 0x1000, 1 }, { 0x200000, 2 }, { 0x80000000, 3 },
	};
	struct scene s = scene_make(state);

	scene_expect_nothing(&s);
	assert_int_equal(result_count(HANDOFF_HOLES), 5);
	for (size_t i = 0; i < COUNT_OF(holes); i++) {
		scene_expect_replaced(&s, SCENE_SOURCE, holes[i].iova);
		assert_hex_equal(scene_entry_now(&s, holes[i].iova, holes[i].level), hole(holes[i].level));
	}
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x40000000).pa, 0x30000000);
}

/* The kernel takes them out again by what they look like: like nothing else. */
static void holes_are_known_by_their_entries(void **state)
{
	struct scene s = scene_make(state);

	scene_expect_nothing(&s);
	for (unsigned int level = 1; level <= 5; level++) {
		assert_hex_equal(hole(level) & ~(1ull << 52 | 7), hole(level) & 0xffffffffff000);
		assert_true(memory_in_arena(hole(level) & 0xffffffffff000, PAGE_SIZE));
		assert_hex_equal(hole(level) >> 52, 1);
		assert_hex_equal(hole(level) & HANDOFF_HOLE_MARKS, 0);
		/* Each leads to a table of the next one's, all its entries alike, but for the mark. */
		for (unsigned int i = 0; level > 1 && i < 512; i++)
			assert_hex_equal(memory_get64((hole(level) & 0xffffffffff000) + 8 * i),
					 hole(level - 1) & ~(1ull << 52));
	}
}

static void holes_stay_where_that_is_asked_for(void **state)
{
	static const char *const options[] = {
		"dmarelay.holes=keep", "dmarelay.bad=block", "dmarelay.holes=sink dmarelay.bad=block",
	};

	for (size_t i = 0; i < COUNT_OF(options); i++) {
		struct scene s = scene_make(state);

		s.b->options = options[i];
		scene_expect_nothing(&s);
		assert_int_equal(result_count(HANDOFF_HOLES), 0);
		assert_int_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA + 0x1000).result,
				 TRANSLATE_ABSENT);
		assert_hex_equal(scene_entry_now(&s, 0x200000, 2), 0);
	}
}

/* A bad entry's sink is not a hole's: the kernel is to leave it where it is. */
static void bad_entries_are_no_holes(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.leaf, BUILD_CRASH_START | 3);
	assert_true(build_run(s.b));
	check_run(s.b);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	assert_true(scene_entry_now(&s, SCENE_IOVA, 1) != hole(1));
	assert_hex_equal(scene_entry_now(&s, SCENE_IOVA, 1) >> 52, 0);
}

/* Software's bits in an entry that is not present mean nothing to us. */
static void absent_entries_with_bits_are_holes(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.leaf, 0x7ff000123456784);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_entry_now(&s, SCENE_IOVA, 1), hole(1));
}

/* A context that leads to a table of nothing, as after damage: the device's polling ends in the sink. */
static void empty_tree_is_one_hole(void **state)
{
	struct scene s = scene_make(state);

	for (unsigned int i = 0; i < 512; i++)
		memory_put64(s.tree + 8 * i, 0);
	scene_expect_nothing(&s);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x7fffffffff);
}

static void holes_of_first_level_tables(void **state)
{
	struct scene s = scene_make_scalable(state);

	memory_put64(s.fl_leaf + 8, 0x20000006);	/* all rights, but not present */
	scene_expect_nothing(&s);
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA + 0x1000);
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, 0x8000000000);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA).pa, SCENE_FL_PAGE);
}

/* ---- hole_fill() alone, on one table with one entry ---- */

#define OLD	0x10000000ull
#define LEAF	0x20000003ull

static struct relay relay;

/* Returns our copy of the table. */
static uint64_t *one_table(unsigned int level)
{
	struct pt_format format = { .present = VTD_SL_R | VTD_SL_W };
	uint64_t *table;

	fake_reset();
	fake.ticks_per_look = 0;
	relay = (struct relay){ .params = { .bad = BAD_SINK, .holes = HOLES_SINK } };
	arena_init(&relay.arena, memory_arena(0x70000000, 0x40000), phys(0x70000000), 0x40000);
	assert_true(report_init(&relay.report, &relay.arena));
	assert_true(memo_init(&relay.memo, &relay.arena, 100));
	relay.sink_room = (struct sink_room){ &relay.arena, SINK_LEVELS + 1 };
	assert_true(sink_grow(&relay.sink, &relay.sink_room, SINK_LEVELS));
	budget_init(&relay.budget, fake.ticks, 10);
	assert_int_equal(pagetable_format(&relay.formats, &format), 0);
	table = arena_alloc_zeroed(&relay.arena, PAGE_SIZE, PAGE_SIZE);
	table[0] = table[511] = LEAF;
	assert_true(memo_add(&relay.memo, (struct memo_key){ phys(OLD), (uint8_t)level, 0, false },
			     arena_phys(&relay.arena, table)));
	return table;
}

static void expect_entry(const uint64_t *table, uint64_t absent)
{
	for (unsigned int i = 0; i < 512; i++)
		assert_hex_equal(table[i], i % 511 ? absent : LEAF);
}

static const char *log_text(void)
{
	relay.report.sections[HANDOFF_LOG].entries[report_count(&relay.report, HANDOFF_LOG)] = '\0';
	return (const char *)relay.report.sections[HANDOFF_LOG].entries;
}

static void table_of_each_level_is_filled(void **state)
{
	(void)state;
	for (unsigned int level = 1; level <= 5; level++) {
		uint64_t *table = one_table(level);

		hole_fill(&relay);
		expect_entry(table, relay.sink.page[level - 1].pa | 1ull << 52 | 7);
		assert_string_equal(log_text(), "");
	}
}

/* The kernel has to know what they look like, or it could never take them out. */
static void holes_that_the_report_cannot_name_stay(void **state)
{
	uint64_t *table = one_table(1);

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		assert_non_null(report_add(&relay.report, HANDOFF_HOLES));
	hole_fill(&relay);
	expect_entry(table, 0);
}

static void holes_stay_when_the_time_is_out(void **state)
{
	uint64_t *table = one_table(1);

	(void)state;
	fake.ticks += 10ull * 1000 * fake.ticks_per_us;
	hole_fill(&relay);
	expect_entry(table, 0);
	assert_string_equal(log_text(), "out of time: some holes stay\n");
}

/* A table of PASIDs has an other form: its level is 6. */
static void tables_of_pasids_have_no_holes(void **state)
{
	uint64_t *table = one_table(6);

	(void)state;
	hole_fill(&relay);
	expect_entry(table, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holes_of_all_levels_lead_to_the_sink),
		cmocka_unit_test(holes_are_known_by_their_entries),
		cmocka_unit_test(holes_stay_where_that_is_asked_for),
		cmocka_unit_test(bad_entries_are_no_holes),
		cmocka_unit_test(absent_entries_with_bits_are_holes),
		cmocka_unit_test(empty_tree_is_one_hole),
		cmocka_unit_test(holes_of_first_level_tables),
		cmocka_unit_test(table_of_each_level_is_filled),
		cmocka_unit_test(holes_that_the_report_cannot_name_stay),
		cmocka_unit_test(holes_stay_when_the_time_is_out),
		cmocka_unit_test(tables_of_pasids_have_no_holes),
	};

	return cmocka_run_group_tests_name("hole", tests, NULL, NULL);
}
