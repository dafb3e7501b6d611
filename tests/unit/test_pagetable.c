// SPDX-License-Identifier: GPL-2.0-only
/* pagetable.c, ranges.c, mend.c: one copy a table, every cycle ends, and what has no room stays put. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "pagetable.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

static const struct handoff_domain *domain_of(unsigned int index)
{
	return result_entry(HANDOFF_DOMAINS, index);
}

/* A machine with one unit and nothing mapped. */
static struct scene empty_scene(void)
{
	struct scene s = { .b = build_machine(), .sink = true };

	s.unit = build_unit(s.b);
	s.tree = build_page(s.b);
	s.context = build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 9, 1);
	return s;
}

static void run(struct scene *s)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(s->b);
}

static void tree_of_each_depth(void **state)
{
	(void)state;
	for (unsigned int aw = 0; aw < 4; aw++) {
		struct scene s = empty_scene();
		uint64_t last = (1ull << (30 + 9 * aw)) - 0x1000;

		s.unit->cap |= 0xfull << 8;
		build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 9, aw);
		build_map(s.b, s.tree, aw + 2, 0, 0x20000000, 1);
		build_map(s.b, s.tree, aw + 2, last, BUILD_HIGH_START, 1);
		run(&s);
		assert_hex_equal(scene_translate(&s, SCENE_SOURCE, last + 0xabc).pa, BUILD_HIGH_START + 0xabc);
		assert_int_equal(domain_of(0)->tables, 1 + 2 * (aw + 1));
		assert_int_equal(domain_of(0)->leaves, 2);
		assert_int_equal(domain_of(0)->address_width, 30 + 9 * aw);
		assert_hex_equal(domain_of(0)->old_root, s.tree);
		assert_hex_equal(domain_of(0)->new_root, scene_context_now(&s, SCENE_SOURCE).lo & PAGE_MASK);
		assert_int_equal(result_count(HANDOFF_RECORDS), 0);
	}
}

static void permissions_are_kept(void **state)
{
	struct scene s = empty_scene();
	uint64_t leaf = build_map(s.b, s.tree, 3, 0x1000, 0x20000000, 1);
	uint64_t other = build_map(s.b, s.tree, 3, 0x2000, 0x20001000, 1);

	(void)state;
	memory_put64(leaf, 0x20000000 | VTD_SL_R);
	memory_put64(other, 0x20001000 | VTD_SL_W);
	run(&s);
	assert_false(scene_translate(&s, SCENE_SOURCE, 0x1000).write);
	assert_false(scene_translate(&s, SCENE_SOURCE, 0x2000).read);
}

static void devices_of_one_domain_share_its_copy(void **state)
{
	struct scene s = empty_scene();

	(void)state;
	build_map(s.b, s.tree, 3, 0x1000, 0x20000000, 1);
	build_attach(s.b, s.unit, 0x0300, s.tree, 9, 1);
	run(&s);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 1);
	assert_int_equal(domain_of(0)->tables, 3);
	assert_hex_equal(scene_context_now(&s, 0x0300).lo, scene_context_now(&s, SCENE_SOURCE).lo);
}

/* Two ids for one tree: two domains, and still one copy. */
static void domains_of_one_tree_share_its_copy(void **state)
{
	struct scene s = empty_scene();

	(void)state;
	build_map(s.b, s.tree, 3, 0x1000, 0x20000000, 1);
	build_map(s.b, s.tree, 3, 0x9000, 0x20000000, 1);
	build_attach(s.b, s.unit, 0x0300, s.tree, 10, 1);
	run(&s);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 2);
	assert_int_equal(domain_of(1)->tables, 0);
	assert_hex_equal(domain_of(1)->flags, HANDOFF_DOMAIN_SHARED);
	assert_hex_equal(domain_of(1)->new_root, domain_of(0)->new_root);
	assert_int_equal(domain_of(1)->first_range, domain_of(0)->first_range);
	assert_int_equal(domain_of(1)->range_count, 2);
	assert_int_equal(domain_of(1)->leaves, 2);
	assert_int_equal(result_count(HANDOFF_RANGES), 2);
}

static void units_alike_share_a_copy(void **state)
{
	struct scene s = empty_scene();
	struct mock_unit *second = build_unit(s.b);

	(void)state;
	build_map(s.b, s.tree, 3, 0x1000, 0x20000000, 1);
	build_attach(s.b, second, 0x0300, s.tree, 9, 1);
	run(&s);
	assert_int_equal(domain_of(0)->tables, 3);
	assert_int_equal(domain_of(1)->tables, 0);
	assert_hex_equal(domain_of(1)->new_root, domain_of(0)->new_root);
}

/* What is a good leaf to one unit may be a bad one to the other. */
static void units_that_differ_do_not_share_a_copy(void **state)
{
	struct scene s = empty_scene();
	struct mock_unit *second = build_unit(s.b);

	(void)state;
	second->cap &= ~(1ull << 34);	/* no 2M leaves */
	build_map(s.b, s.tree, 3, 0x200000, 0x20000000, 2);
	build_attach(s.b, second, 0x0300, s.tree, 9, 1);
	run(&s);
	assert_true(domain_of(1)->new_root != domain_of(0)->new_root);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
}

static void table_below_two_trees_is_copied_once(void **state)
{
	struct scene s = empty_scene();
	uint64_t other = build_page(s.b);

	(void)state;
	build_map(s.b, s.tree, 3, 0x1000, 0x20000000, 1);
	memory_put64(other + 8, memory_get64(s.tree));	/* the same subtree at 1 GiB */
	build_attach(s.b, s.unit, 0x0300, other, 10, 1);
	run(&s);
	assert_int_equal(domain_of(0)->tables, 3);
	assert_int_equal(domain_of(1)->tables, 1);
	assert_hex_equal(scene_translate(&s, 0x0300, 0x40001000).pa, 0x20000000);
	/* Its leaves were listed elsewhere: here the whole span stands for them. */
	assert_int_equal(domain_of(1)->range_count, 1);
	assert_hex_equal(((const struct handoff_range *)
			  result_entry(HANDOFF_RANGES, domain_of(1)->first_range))->last, 0x7fffffff);
}

/* A page that is a table of level 2 here and of level 1 there is two tables. */
static void page_met_at_two_levels(void **state)
{
	struct scene s = empty_scene();
	uint64_t middle = build_page(s.b), leaves = build_page(s.b);

	(void)state;
	memory_put64(s.tree, middle | 3);
	memory_put64(middle, leaves | 3);
	memory_put64(middle + 8, middle | 3);		/* at 2 MiB: the middle as a leaf table */
	memory_put64(leaves, 0x20000003);
	run(&s);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0).pa, 0x20000000);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x200000).pa, leaves);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x201000).pa, middle);
	assert_int_equal(domain_of(0)->tables, 4);
}

static void tree_that_refers_to_itself_ends(void **state)
{
	(void)state;
	for (unsigned int aw = 1; aw < 4; aw++) {
		struct scene s = empty_scene();

		s.unit->cap |= 0xfull << 8;
		build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 9, aw);
		for (unsigned int i = 0; i < 512; i++)
			memory_put64(s.tree + 8 * i, s.tree | 3);
		run(&s);
		assert_int_equal(domain_of(0)->tables, aw + 2);	/* one a level */
		assert_int_equal(result_count(HANDOFF_RECORDS), 0);
	}
}

/* ---- IOVA ranges ---- */

static void expect_range(unsigned int index, uint64_t first, uint64_t last)
{
	const struct handoff_range *range = result_entry(HANDOFF_RANGES, index);

	assert_hex_equal(range->first, first);
	assert_hex_equal(range->last, last);
}

static void ranges_merge_across_tables_and_sizes(void **state)
{
	struct scene s = empty_scene();

	(void)state;
	build_map(s.b, s.tree, 3, 0x1ff000, 0x20000000, 1);
	build_map(s.b, s.tree, 3, 0x200000, 0x20200000, 2);
	build_map(s.b, s.tree, 3, 0x400000, 0x20001000, 1);
	build_map(s.b, s.tree, 3, 0x402000, 0x20002000, 1);
	build_map(s.b, s.tree, 3, 0x40000000, 0x140000000, 3);
	build_map(s.b, s.tree, 3, 0x7ffffff000, 0x20003000, 1);
	run(&s);
	assert_int_equal(domain_of(0)->range_count, 4);
	expect_range(0, 0x1ff000, 0x400fff);
	expect_range(1, 0x402000, 0x402fff);
	expect_range(2, 0x40000000, 0x7fffffff);
	expect_range(3, 0x7ffffff000, 0x7fffffffff);
	assert_int_equal(domain_of(0)->leaves, 6);
	assert_hex_equal(domain_of(0)->flags, 0);
}

static void ranges_beyond_the_limit_are_coarse(void **state)
{
	struct scene s = empty_scene();
	unsigned int count;

	(void)state;
	s.b->arena_size = 0x1000000;
	for (uint64_t i = 0; i < PAGETABLE_MAX_RANGES + 50; i++)
		build_map(s.b, s.tree, 3, i * 0x2000, 0x20000000 + i * 0x1000, 1);
	run(&s);
	count = domain_of(0)->range_count;
	assert_true(count <= PAGETABLE_MAX_RANGES);
	assert_true(domain_of(0)->flags & HANDOFF_DOMAIN_COARSE);
	expect_range(0, 0, 0xfff);
	assert_hex_equal(((const struct handoff_range *)result_entry(HANDOFF_RANGES, count - 1))->last,
			 (PAGETABLE_MAX_RANGES + 49) * 0x2000ull + 0xfff);
}

/* With the smallest report, the first domain cannot take all the room: each lists something. */
static void each_domain_can_list_a_range(void **state)
{
	struct scene s = empty_scene();

	(void)state;
	s.b->arena_size = 0x40000;
	for (uint64_t i = 0; i < 600; i++)
		build_map(s.b, s.tree, 3, i * 0x2000, 0x20000000 + i * 0x1000, 1);
	for (unsigned int i = 1; i < 8; i++) {
		uint64_t tree = build_page(s.b);

		build_map(s.b, tree, 3, i * 0x1000, 0x21000000, 1);
		build_map(s.b, tree, 3, i * 0x4000000, 0x21000000, 1);
		build_attach(s.b, s.unit, (uint16_t)(0x0300 | i), tree, (uint16_t)(20 + i), 1);
	}
	run(&s);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 8);
	for (unsigned int i = 0; i < 8; i++) {
		const struct handoff_domain *domain = domain_of(i);
		const struct handoff_range *first, *last;

		assert_true(domain->range_count >= 1);
		first = result_entry(HANDOFF_RANGES, domain->first_range);
		last = result_entry(HANDOFF_RANGES, domain->first_range + domain->range_count - 1);
		assert_true(first->first <= (i ? i * 0x1000ull : 0));
		assert_true(last->last >= (i ? i * 0x4000000ull : 599 * 0x2000) + 0xfff);
	}
}

/* ---- In place ---- */

/* A tree of 3 levels with `tables` leaf tables, each with two pages mapped. */
static void grow_tree(struct scene *s, unsigned int tables)
{
	for (uint64_t i = 0; i < tables; i++) {
		build_map(s->b, s->tree, 3, i * 0x200000, 0x20000000 + i * 0x1000, 1);
		build_map(s->b, s->tree, 3, i * 0x200000 + 0x1ff000, 0x21000000 + i * 0x1000, 1);
	}
}

static void tables_that_find_no_room_stay_in_place(void **state)
{
	struct scene s = empty_scene();

	(void)state;
	s.b->arena_size = 0x40000;
	grow_tree(&s, 300);
	run(&s);
	assert_true(domain_of(0)->in_place > 0);
	assert_true(domain_of(0)->tables > 0);
	assert_int_equal(domain_of(0)->tables + domain_of(0)->in_place, 302);
	assert_int_equal(domain_of(0)->leaves, 600);
	assert_int_equal(fake_count(EVENT_MEND), 0);
	assert_int_equal(((const struct handoff_unit *)result_entry(HANDOFF_UNITS, 0))->in_place,
			 domain_of(0)->in_place);
}

/* The first device has more tables than there is room for; the seven behind it find theirs. */
static void one_device_does_not_take_all_the_room(void **state)
{
	struct scene s = empty_scene();

	(void)state;
	s.b->arena_size = 0x100000;
	grow_tree(&s, 300);
	for (unsigned int i = 1; i < 8; i++) {
		uint64_t tree = build_page(s.b);

		build_map(s.b, tree, 3, 0, 0x21000000, 1);
		build_map(s.b, tree, 3, 0x40000000, 0x21000000, 1);
		build_attach(s.b, s.unit, (uint16_t)(0x0300 | i), tree, (uint16_t)(20 + i), 1);
	}
	run(&s);
	assert_true(domain_of(0)->in_place > 0);
	assert_true(domain_of(0)->tables > 7 * 5);	/* half of the room is not kept back */
	for (unsigned int i = 1; i < 8; i++)
		assert_int_equal(domain_of(i)->in_place, 0);
}

/* Nothing is kept back for who has been there: the last one may fill the arena. */
static void last_device_takes_what_is_left(void **state)
{
	struct scene s = empty_scene();
	uint64_t tree = build_page(s.b);

	(void)state;
	s.b->arena_size = 0x100000;
	build_map(s.b, tree, 3, 0, 0x21000000, 1);
	build_attach(s.b, s.unit, 0x0000, tree, 20, 1);
	grow_tree(&s, 300);
	run(&s);
	assert_true(domain_of(1)->in_place > 0);
	assert_hex_equal(result_header()->sealed_size + result_count(HANDOFF_TABLES), 0x100000 - 16);
}

/* Blocked even by a stub that sinks: the table may be met at another level, where a sink is more. */
static void bad_leaf_in_place_is_mended_there(void **state)
{
	struct scene s = empty_scene();
	const struct handoff_record *record;
	uint64_t leaf;

	s.sink = !strcmp(*state, "sink");
	s.b->options = s.sink ? "" : "dmarelay.bad=block";
	s.b->arena_size = 0x40000;
	grow_tree(&s, 300);
	leaf = build_slot(s.tree, 3, 299 * 0x200000ull, 1);
	memory_put64(leaf, BUILD_CRASH_START | 3);
	run(&s);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	record = result_entry(HANDOFF_RECORDS, 0);
	assert_int_equal(record->rule, HANDOFF_RULE_SL_TARGET);
	assert_int_equal(record->in_place, 1);
	assert_hex_equal(record->where, leaf);
	assert_hex_equal(record->found[0], BUILD_CRASH_START | 3);
	assert_int_equal(fake_count(EVENT_MEND), 1);
	assert_hex_equal(fake.events[fake_nth(EVENT_MEND, 0)].value, leaf);
	assert_true(fake_nth(EVENT_MEND, 0) < fake_nth(EVENT_IOTLB, 0));
	assert_int_equal(record->action, HANDOFF_BLOCKED);
	assert_int_equal(scene_translate(&s, SCENE_SOURCE, 299 * 0x200000ull).result, TRANSLATE_ABSENT);
	assert_hex_equal(memory_get64(leaf), 0);
}

static void bad_entry_met_twice_in_place_has_one_record(void **state)
{
	struct scene s = empty_scene();
	uint64_t shared, leaf;

	(void)state;
	s.b->arena_size = 0x40000;
	grow_tree(&s, 300);
	leaf = build_slot(s.tree, 3, 299 * 0x200000ull, 1);
	memory_put64(leaf, BUILD_CRASH_START | 3);
	shared = memory_get64(build_slot(s.tree, 3, 299 * 0x200000ull, 2));
	memory_put64(build_slot(s.tree, 3, 400 * 0x200000ull, 2), shared);
	run(&s);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	assert_int_equal(scene_translate(&s, SCENE_SOURCE, 400 * 0x200000ull).result, TRANSLATE_ABSENT);
}

/* As a leaf table and as a table of tables: nothing of ours is reached through either. */
static void bad_entry_in_place_is_gone_at_every_level(void **state)
{
	struct scene s = empty_scene();
	uint64_t page;

	(void)state;
	s.b->arena_size = 0x40000;
	grow_tree(&s, 300);
	page = build_page(s.b);
	memory_put64(page, BUILD_CRASH_START | 3);		/* bad as a leaf and as a table entry */
	memory_put64(page + 8, 0x20001000 | VTD_SL_PS | 3);	/* bad as a leaf of 2M only */
	memory_put64(build_slot(s.tree, 3, 299 * 0x200000ull, 2), page | 3);
	memory_put64(s.tree + 8 * 8, page | 3);
	run(&s);
	assert_hex_equal(memory_get64(page), 0);
	assert_hex_equal(memory_get64(page + 8), 0);
	assert_int_equal(result_count(HANDOFF_RECORDS), 2);
}

static void self_referring_tree_in_place_ends(void **state)
{
	struct scene s = empty_scene();
	uint64_t loop = build_page(s.b);

	(void)state;
	s.b->arena_size = 0x40000;
	grow_tree(&s, 300);
	for (unsigned int i = 0; i < 512; i++)
		memory_put64(loop + 8 * i, loop | 3);
	memory_put64(s.tree + 8 * 9, loop | 3);
	assert_true(build_run(s.b));
	check_run(s.b);
}

/* More tables of tables in place than can be remembered: the walk could not be bounded. */
static void tables_beyond_the_memo_are_given_up(void **state)
{
	struct scene s = empty_scene();
	unsigned int untracked = 0;

	s.sink = !strcmp(*state, "sink");
	s.b->options = s.sink ? "" : "dmarelay.bad=block";
	build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 9, 2);
	s.b->arena_size = 0x40000;
	for (uint64_t i = 0; i < 1000; i++)
		build_map(s.b, s.tree, 4, i << 30, 0x20000000, 2);
	assert_true(build_run(s.b));
	check_run(s.b);
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		if (record->rule == HANDOFF_RULE_SL_UNTRACKED) {
			assert_int_equal(record->object, HANDOFF_PAGE_TABLE);
			assert_int_equal(record->level, 3);
			assert_hex_equal(record->size, 1ull << 30);
			assert_int_equal(record->in_place, 1);
			untracked++;
		}
	}
	assert_true(untracked > 0);
}

static void tiny_arena_keeps_every_translation(void **state)
{
	(void)state;
	/* From what holds the roots alone to what holds all: never half a table. */
	for (uint64_t size = 0x28000; size < 0x60000; size += 0x1000) {
		struct scene s = empty_scene();

		s.b->arena_size = size;
		grow_tree(&s, 20);
		if (build_run(s.b))
			assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
		check_run(s.b);
	}
}

/* The RAM map may claim what the CPU cannot reach. */
static void table_below_one_in_place_that_cannot_be_read(void **state)
{
	struct scene s = empty_scene();
	uint64_t slot;

	(void)state;
	s.b->arena_size = 0x40000;
	grow_tree(&s, 300);
	fake.cpu_bits = 36;
	s.b->loads[s.b->load_count++] = (struct handoff_range){ 1ull << 40, (1ull << 41) - 1 };
	slot = build_slot(s.tree, 3, 500 * 0x200000ull, 2);
	memory_fill(1ull << 40, 0, PAGE_SIZE);
	memory_put64(slot, 1ull << 40 | 3);
	assert_true(build_run(s.b));
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	assert_int_equal(scene_translate(&s, SCENE_SOURCE, 500 * 0x200000ull).result,
			 memory_in_arena(scene_translate(&s, SCENE_SOURCE, 0).path[1], 8) ?
			 TRANSLATE_MAPPED : TRANSLATE_ABSENT);
}

/* Of three domains with one root, the last has its ranges from the one that is as deep. */
static void root_that_was_met_at_two_depths(void **state)
{
	struct scene s = empty_scene();
	uint64_t above = build_page(s.b);

	(void)state;
	build_map(s.b, s.tree, 3, 0x5000, 0x20005000, 1);
	memory_fill(0x20005000, 0, PAGE_SIZE);
	build_attach(s.b, s.unit, 0x0100, s.tree, 20, 2);	/* as a tree of 4 levels */
	memory_put64(above, s.tree | 3);			/* and as a table of level 3 */
	build_attach(s.b, s.unit, 0x0301, above, 21, 2);
	build_attach(s.b, s.unit, 0x0302, s.tree, 22, 1);
	build_attach(s.b, s.unit, 0x0303, s.tree, 23, 1);
	assert_true(build_run(s.b));
	check_run(s.b);
	for (uint32_t i = 0; i < result_count(HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *domain = domain_of(i);

		assert_int_equal(!!(domain->flags & HANDOFF_DOMAIN_SHARED), domain->id >= 22);
		if (domain->id >= 22) {
			assert_int_equal(domain->range_count, 1);
			assert_int_equal(domain->first_range, domain_of(1)->first_range);
		}
	}
}

/* Units that differ in what their entries may hold: each has its own copies, up to a limit. */
static void formats_beyond_the_limit_go_to_the_sink(void **state)
{
	struct pagetable_formats formats = { .count = 0 };
	struct pt_format format = { .present = 1 };

	(void)state;
	for (uint64_t i = 0; i < PAGETABLE_MAX_FORMATS; i++) {
		format.beyond = i;
		assert_int_equal(pagetable_format(&formats, &format), i);
	}
	format.beyond = 3;
	assert_int_equal(pagetable_format(&formats, &format), 3);
	format.beyond = PAGETABLE_MAX_FORMATS;
	assert_int_equal(pagetable_format(&formats, &format), -1);
}

/*
 * What is bad in a table in place, but finds no record, cannot be mended: neither this domain nor any
 * other that meets the table can stay.
 */
static void bad_entries_in_place_beyond_the_report_cost_the_domains(void **state)
{
	struct scene s = empty_scene();

	(void)state;
	s.b->arena_size = 0x40000;
	grow_tree(&s, 300);
	for (uint64_t i = 0; i < 300; i++)
		memory_put64(build_slot(s.tree, 3, i * 0x200000, 1), BUILD_CRASH_START | 3);
	build_attach(s.b, s.unit, 0x0300, s.tree, 20, 1);
	assert_true(build_run(s.b));
	assert_true(result_dropped(HANDOFF_RECORDS) > 0);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 2);
	assert_hex_equal(domain_of(0)->new_root, 0);
	assert_hex_equal(domain_of(1)->new_root, 0);
	assert_int_equal(domain_of(1)->range_count, 1);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x1ff000);
	scene_expect_replaced(&s, 0x0300, 0x1ff000);
}

/* Of the seventeenth kind of table: its domains go to the sink. */
static void units_of_too_many_kinds(void **state)
{
	struct build *b = build_machine();
	struct scene s = { .b = b, .sink = true };
	unsigned int sunk = 0;

	(void)state;
	b->arena_size = 0x400000;
	for (unsigned int i = 0; i < 17; i++) {
		struct mock_unit *unit = build_unit(b);
		uint64_t tree = build_page(b);

		unit->cap = (unit->cap & ~(15ull << 34)) | (uint64_t)(i % 4) << 34;	/* superpages */
		unit->ecap |= (i & 4 ? VTD_ECAP_SC : 0) | (i & 8 ? VTD_ECAP_DT : 0);
		if (i < 16) {
			build_map(b, tree, 3, SCENE_IOVA, SCENE_PAGE, 1);
			build_attach(b, unit, SCENE_SOURCE, tree, 9, 1);
		} else {	/* first-level */
			build_scalable(unit);
			build_pasid(b, build_directory(b, unit, SCENE_SOURCE, 0), 0, 1 << 6 | 1, 9, tree);
		}
	}
	assert_true(build_run(b));
	check_run(b);
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		assert_int_equal(record->unit, 16);
		sunk += record->rule == HANDOFF_RULE_PASID_UNTRACKED;
	}
	assert_int_equal(sunk, 1);
	s.unit = mock_unit(15);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
}

/* Met as a lower table, and then as a root of its own: nobody has listed its ranges by that depth. */
static void root_that_was_met_as_a_lower_table(void **state)
{
	struct scene s = empty_scene();
	uint64_t lower = build_page(s.b);

	(void)state;
	build_map(s.b, lower, 2, 0x5000, 0x20005000, 1);
	memory_put64(s.tree, lower | 3);
	s.unit->cap |= 1 << 8;		/* 2 levels */
	build_attach(s.b, s.unit, 0x0300, lower, 20, 0);
	run(&s);
	assert_true(domain_of(1)->flags & HANDOFF_DOMAIN_SHARED);
	assert_int_equal(domain_of(1)->range_count, 1);
	expect_range(domain_of(1)->first_range, 0, (1ull << 30) - 1);
}

/* One page, copied as a leaf table, and in place as a table of tables: each is vetted for itself. */
static void bad_entry_met_in_a_copy_and_in_place(void **state)
{
	struct scene s = empty_scene();
	uint64_t page = build_page(s.b);

	(void)state;
	s.b->arena_size = 0x40000;
	memory_put64(page, BUILD_CRASH_START | 3);
	memory_put64(s.tree, build_page(s.b) | 3);
	memory_put64(build_slot(s.tree, 3, 0, 2), page | 3);
	for (uint64_t i = 1; i < 300; i++)
		build_map(s.b, s.tree, 3, i * 0x200000, 0x20000000 + i * 0x1000, 1);
	memory_put64(s.tree + 8 * 8, page | 3);
	run(&s);
	assert_hex_equal(memory_get64(page), 0);
	assert_int_equal(result_count(HANDOFF_RECORDS), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_of_each_depth),
		cmocka_unit_test(permissions_are_kept),
		cmocka_unit_test(devices_of_one_domain_share_its_copy),
		cmocka_unit_test(domains_of_one_tree_share_its_copy),
		cmocka_unit_test(units_alike_share_a_copy),
		cmocka_unit_test(units_that_differ_do_not_share_a_copy),
		cmocka_unit_test(table_below_two_trees_is_copied_once),
		cmocka_unit_test(page_met_at_two_levels),
		cmocka_unit_test(tree_that_refers_to_itself_ends),
		cmocka_unit_test(ranges_merge_across_tables_and_sizes),
		cmocka_unit_test(ranges_beyond_the_limit_are_coarse),
		cmocka_unit_test(each_domain_can_list_a_range),
		cmocka_unit_test(tables_that_find_no_room_stay_in_place),
		cmocka_unit_test(one_device_does_not_take_all_the_room),
		cmocka_unit_test(last_device_takes_what_is_left),
		SUNK_AND_BLOCKED(bad_leaf_in_place_is_mended_there),
		cmocka_unit_test(bad_entry_met_twice_in_place_has_one_record),
		cmocka_unit_test(bad_entry_in_place_is_gone_at_every_level),
		cmocka_unit_test(self_referring_tree_in_place_ends),
		SUNK_AND_BLOCKED(tables_beyond_the_memo_are_given_up),
		cmocka_unit_test(tiny_arena_keeps_every_translation),
		cmocka_unit_test(table_below_one_in_place_that_cannot_be_read),
		cmocka_unit_test(root_that_was_met_at_two_depths),
		cmocka_unit_test(formats_beyond_the_limit_go_to_the_sink),
		cmocka_unit_test(bad_entries_in_place_beyond_the_report_cost_the_domains),
		cmocka_unit_test(units_of_too_many_kinds),
		cmocka_unit_test(root_that_was_met_as_a_lower_table),
		cmocka_unit_test(bad_entry_met_in_a_copy_and_in_place),
	};

	return cmocka_run_group_tests_name("pagetable", tests, NULL, NULL);
}
