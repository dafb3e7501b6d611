// SPDX-License-Identifier: GPL-2.0-only
/* sink.c: what one quarantined device writes, another must not read. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

static void run(struct scene *s)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(s->b);
}

static uint64_t scratch_of(const struct scene *s, uint16_t source, uint64_t iova)
{
	scene_expect_replaced(s, source, iova);
	return scene_translate(s, source, iova).pa & PAGE_MASK;
}

/* `count` devices from 03:00.0 on, each with a context entry that hardware refuses. */
static void add_bad_devices(struct scene *s, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		build_context(s->b, s->unit, (uint16_t)(0x0300 + i), s->tree | 0xff0 | 1, 9 << 8 | 1);
}

static void quarantined_devices_have_sinks_of_their_own(void **state)
{
	struct scene s = scene_make(state);

	add_bad_devices(&s, 2);
	s.b->arena_size = 0x200000;
	run(&s);
	assert_true(scratch_of(&s, 0x0300, 0) != scratch_of(&s, 0x0301, 0));
	assert_true(scene_translate(&s, 0x0300, 0).domain != scene_translate(&s, 0x0301, 0).domain);
	assert_hex_equal(scratch_of(&s, 0x0300, 0), scratch_of(&s, 0x0300, 0x7ffffff000));
}

/* They are few, and the tables' room is not theirs: those beyond share one. */
static void devices_beyond_the_sinks_share_one(void **state)
{
	struct scene s = scene_make(state);
	unsigned int own = 0;

	add_bad_devices(&s, 60);
	s.b->arena_size = 0x1000000;
	run(&s);
	for (uint16_t i = 0; i < 60; i++)
		own += scratch_of(&s, (uint16_t)(0x0300 + i), 0) != scratch_of(&s, 0x033b, 0);
	assert_int_equal(own, 32);
}

static void small_arena_has_one_sink_for_all(void **state)
{
	struct scene s = scene_make(state);

	add_bad_devices(&s, 2);
	s.b->arena_size = 0x40000;
	run(&s);
	assert_hex_equal(scratch_of(&s, 0x0300, 0), scratch_of(&s, 0x0301, 0));
	assert_int_equal(scene_translate(&s, 0x0300, 0).domain, scene_translate(&s, 0x0301, 0).domain);
}

static void bad_entries_of_two_domains_have_two_sinks(void **state)
{
	struct scene s = scene_make(state);
	uint64_t other = build_page(s.b);

	s.b->arena_size = 0x200000;
	build_attach(s.b, s.unit, 0x0300, other, 11, 1);
	build_map(s.b, other, 3, SCENE_IOVA, BUILD_CRASH_START, 1);
	build_map(s.b, other, 3, 0x200000, BUILD_CRASH_START + 0x200000, 2);
	memory_put64(s.leaf, BUILD_CRASH_START | 3);
	run(&s);
	assert_true(scratch_of(&s, 0x0300, SCENE_IOVA) != scratch_of(&s, SCENE_SOURCE, SCENE_IOVA));
	assert_hex_equal(scratch_of(&s, 0x0300, SCENE_IOVA), scratch_of(&s, 0x0300, 0x3ff000));
}

static void quarantined_devices_in_scalable_mode(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t other = build_entry(s.b, s.unit, SCENE_NEIGHBOUR);

	s.b->arena_size = 0x200000;
	memory_put64(s.context, memory_get64(s.context) | 0x1e0);
	memory_put64(other, memory_get64(other) | 0x1e0);
	run(&s);
	assert_true(scratch_of(&s, SCENE_SOURCE, 0) != scratch_of(&s, SCENE_NEIGHBOUR, 0));
}

/* Of one device all bad PASIDs go to one sink, of another to another. */
static void bad_pasids_of_two_devices_have_two_sinks(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t directory = build_directory(s.b, s.unit, SCENE_NEIGHBOUR, 0);

	s.b->arena_size = 0x200000;
	memory_put64(s.pasid_entry + 32, 1);
	memory_put64(s.fl_pasid_entry + 32, 1);
	memory_put64(build_pasid(s.b, directory, 0, s.tree | 2 << 6 | 1 << 2 | 1, 9, 0) + 32, 1);
	run(&s);
	assert_true(scratch_of(&s, SCENE_SOURCE, 0) != scratch_of(&s, SCENE_NEIGHBOUR, 0));
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, 0);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, 0).pa,
			 scene_translate(&s, SCENE_SOURCE, 0).pa);
}

/* A PASID entry that comes later may want the id that a sink was given. */
static void id_of_a_sink_is_not_given_away(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t tree = build_page(s.b);
	unsigned int sink;

	s.b->arena_size = 0x200000;
	memory_put64(s.context, memory_get64(s.context) | 0x1e0);
	run(&s);
	sink = scene_translate(&s, SCENE_SOURCE, 0).domain;

	s = scene_make_scalable(state);
	s.b->arena_size = 0x200000;
	memory_put64(s.context, memory_get64(s.context) | 0x1e0);
	tree = build_page(s.b);
	build_pasid(s.b, build_directory(s.b, s.unit, SCENE_NEIGHBOUR, 0), 0, tree | 2 << 6 | 1 << 2 | 1, sink, 0);
	run(&s);
	assert_int_equal(result_count(HANDOFF_RECORDS), 2);
	assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 1))->rule,
			 HANDOFF_RULE_PASID_DOMAIN_CLASH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quarantined_devices_have_sinks_of_their_own),
		cmocka_unit_test(devices_beyond_the_sinks_share_one),
		cmocka_unit_test(small_arena_has_one_sink_for_all),
		cmocka_unit_test(bad_entries_of_two_domains_have_two_sinks),
		cmocka_unit_test(quarantined_devices_in_scalable_mode),
		cmocka_unit_test(bad_pasids_of_two_devices_have_two_sinks),
		cmocka_unit_test(id_of_a_sink_is_not_given_away),
	};

	return cmocka_run_group_tests_name("sink", tests, NULL, NULL);
}
