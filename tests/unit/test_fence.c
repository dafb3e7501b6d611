// SPDX-License-Identifier: GPL-2.0-only
/*
 * fence.c: a pass-through device reaches all memory but the crash region. What each address leads to
 * is check_run()'s to say, for every test here.
 */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

#define FREE		0x0300		/* 03:00.0, passed through */
#define ID		1
#define INSIDE		(BUILD_CRASH_START + 0x2345678)
#define SM_PASS_THROUGH	(4 << 6 | 1)

/* The scene with a device that is passed through, `options` for the stub. */
static struct scene with_free_device(const char *options)
{
	void *sunk = NULL;
	struct scene s = scene_make(&sunk);

	build_context(s.b, s.unit, FREE, 0xdead000 | 2 << 2 | 1, ID << 8 | 2);
	s.unit->cap |= 3ull << 34;		/* 2 MiB and 1 GiB leaves */
	s.b->options = options;
	return s;
}

static struct scene with_free_scalable_device(uint64_t *directory)
{
	void *sunk = NULL;
	struct scene s = scene_make_scalable(&sunk);

	*directory = build_directory(s.b, s.unit, FREE, 0);
	build_pasid(s.b, *directory, 0, SM_PASS_THROUGH, ID, 0);
	s.unit->cap |= 3ull << 34 | 1ull << 56;
	s.b->options = "dmarelay.fence=on";
	return s;
}

static void run(struct scene *s)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(s->b);
}

static const struct handoff_device *device_of(uint16_t source)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = result_entry(HANDOFF_DEVICES, i);

		if (device->bus == source >> 8 && device->devfn == (source & 0xff))
			return device;
	}
	fail_msg("no device %04x", source);
	return NULL;
}

static const struct handoff_domain *domain_of(uint16_t source)
{
	return result_entry(HANDOFF_DOMAINS, device_of(source)->domain);
}

static const struct handoff_range *range_of(const struct handoff_domain *domain, uint32_t index)
{
	assert_true(index < domain->range_count);
	return result_entry(HANDOFF_RANGES, domain->first_range + index);
}

static void expect_fence(const struct scene *s, uint16_t source, uint8_t translation)
{
	const struct handoff_domain *domain = domain_of(source);

	assert_int_equal(device_of(source)->action, HANDOFF_FENCED);
	assert_int_equal(device_of(source)->translation, translation);
	assert_int_equal(device_of(source)->domain_id, domain->id);
	assert_hex_equal(domain->flags, translation == HANDOFF_FIRST_LEVEL ?
			 HANDOFF_DOMAIN_FENCE | HANDOFF_DOMAIN_FIRST_LEVEL : HANDOFF_DOMAIN_FENCE);
	assert_hex_equal(domain->old_root, 0);
	assert_int_equal(domain->range_count, 2);
	assert_hex_equal(range_of(domain, 0)->first, 0);
	assert_hex_equal(range_of(domain, 0)->last, BUILD_CRASH_START - 1);
	assert_hex_equal(range_of(domain, 1)->first, BUILD_CRASH_END);
	assert_hex_equal(range_of(domain, 1)->last, 0x1ffffffff);
	assert_int_equal(scene_translate(s, source, INSIDE).result, TRANSLATE_ABSENT);
	assert_int_equal(scene_translate(s, source, INSIDE).stage, 2);
	assert_hex_equal(scene_translate(s, source, BUILD_CRASH_START - 1).pa, BUILD_CRASH_START - 1);
	assert_hex_equal(scene_translate(s, source, BUILD_CRASH_END).pa, BUILD_CRASH_END);
	assert_int_equal(result_count(HANDOFF_RECORDS), 0);
}

static void expect_pass_through(const struct scene *s, uint16_t source)
{
	assert_int_equal(device_of(source)->action, HANDOFF_KEPT);
	assert_int_equal(device_of(source)->translation, HANDOFF_PASS_THROUGH);
	assert_hex_equal(domain_of(source)->flags, HANDOFF_DOMAIN_PASS_THROUGH);
	assert_hex_equal(scene_translate(s, source, INSIDE).pa, INSIDE);
}

static void expect_left(struct scene *s, const char *why)
{
	run(s);
	expect_pass_through(s, FREE);
	assert_logged(why);
}

/* ---- Who is fenced ---- */

static void fenced_device_reaches_all_but_the_crash_region(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	run(&s);
	expect_fence(&s, FREE, HANDOFF_TRANSLATED);
	assert_int_equal(domain_of(FREE)->address_width, 48);
	/* 1 GiB leaves, and where the crash region is 2 MiB ones: top, two of level 3, one of level 2. */
	assert_int_equal(domain_of(FREE)->tables, 3);
	assert_int_equal(scene_translate(&s, FREE, 0x3fffffff).page_bits, 30);
	assert_int_equal(scene_translate(&s, FREE, BUILD_CRASH_END).page_bits, 21);
	assert_int_equal(scene_translate(&s, FREE, 0x1ffffffff).page_bits, 30);
	assert_int_equal(scene_translate(&s, FREE, 0x200000000).result, TRANSLATE_ABSENT);
	assert_int_equal(device_of(SCENE_SOURCE)->action, HANDOFF_KEPT);
}

static void fence_of_a_unit_that_could_do_first_level_tables(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	s.unit->ecap |= 1ull << 47;		/* FLTS, but the unit is in legacy mode */
	run(&s);
	expect_fence(&s, FREE, HANDOFF_TRANSLATED);
}

static void nobody_is_fenced_unasked(void **state)
{
	static const struct { const char *options; bool adopting, fenced; } cases[] = {
		{ "", false, false },
		{ "dmarelay.fence=auto", false, false },
		{ "", true, true },
		{ "dmarelay.fence=auto", true, true },
		{ "dmarelay=off", true, false },
		{ "dmarelay=off dmarelay=on", true, true },
		{ "dmarelay.fence=off", true, false },
		{ "dmarelay.fence=on", false, true },
		{ "dmarelay.fence=on dmarelay=off", false, true },
		{ "dmarelay.fence=of", true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct scene s = with_free_device(cases[i].options);

		s.b->boot.adopting = cases[i].adopting;
		run(&s);
		if (cases[i].fenced)
			expect_fence(&s, FREE, HANDOFF_TRANSLATED);
		else
			expect_pass_through(&s, FREE);
	}
}

/* Fault reporting and the bits for software stay; garbage in the pointer and the old id do not. */
static void fenced_context_keeps_what_is_the_kernels(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");
	struct vtd_entry128 entry;

	(void)state;
	build_context(s.b, s.unit, FREE, 0xdeadbeefcafe0000 | 2 << 2 | 3, 0x58 | ID << 8 | 2);
	run(&s);
	entry = scene_context_now(&s, FREE);
	assert_hex_equal(entry.lo, domain_of(FREE)->new_root | 3);
	assert_hex_equal(entry.hi, 0x58 | (uint64_t)domain_of(FREE)->id << 8 | 2);
}

static void each_device_has_a_fence_of_its_own(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	build_context(s.b, s.unit, FREE + 1, 2 << 2 | 1, ID << 8 | 2);
	run(&s);
	expect_fence(&s, FREE, HANDOFF_TRANSLATED);
	expect_fence(&s, FREE + 1, HANDOFF_TRANSLATED);
	assert_int_not_equal(domain_of(FREE)->id, domain_of(FREE + 1)->id);
	assert_int_not_equal(domain_of(FREE)->new_root, domain_of(FREE + 1)->new_root);
}

/*
 * An id that a fence has been given is nobody else's, also if a later entry asks for it; not even by
 * another PASID, which the unit would tell apart: a kernel adopts no id that is shared.
 */
static void id_of_a_fence_is_not_shared(void **state)
{
	const struct handoff_pasid *pasid;
	uint64_t directory, later;
	struct scene s = with_free_scalable_device(&directory);

	(void)state;
	later = build_directory(s.b, s.unit, 0x0400, 0);
	build_pasid(s.b, later, 0, s.tree | 2 << 6 | 1 << 2 | 1, 0xffff, 0);
	build_pasid(s.b, later, 7, 1 << 6 | 1, 0xffff, s.fl_tree);
	run(&s);
	assert_int_equal(domain_of(FREE)->id, 0xffff);
	assert_int_not_equal(device_of(0x0400)->domain_id, 0xffff);
	pasid = result_entry(HANDOFF_PASIDS, result_count(HANDOFF_PASIDS) - 1);
	assert_int_equal(pasid->pasid, 7);
	assert_int_not_equal(pasid->domain_id, 0xffff);
}

/* ---- Scalable mode ---- */

static void fence_of_first_level_tables(void **state)
{
	uint64_t directory;
	struct scene s = with_free_scalable_device(&directory);

	(void)state;
	run(&s);
	expect_fence(&s, FREE, HANDOFF_FIRST_LEVEL);
	assert_int_equal(scene_translate(&s, FREE, 0).type, 3);
	assert_int_equal(domain_of(FREE)->address_width, 48);
	assert_int_equal(domain_of(FREE)->tables, 3);
}

static void fence_of_second_level_tables_in_scalable_mode(void **state)
{
	uint64_t directory;
	struct scene s = with_free_scalable_device(&directory);

	(void)state;
	memory_put64(s.fl_pasid_entry, 0);
	s.unit->ecap &= ~VTD_ECAP_FLTS;
	run(&s);
	expect_fence(&s, FREE, HANDOFF_TRANSLATED);
}

/* Linux' tables are as deep as both kinds can be. */
static void fence_of_five_levels(void **state)
{
	uint64_t directory;
	struct scene s = with_free_scalable_device(&directory);

	(void)state;
	s.unit->cap |= VTD_CAP_FL5LP;
	run(&s);
	assert_int_equal(domain_of(FREE)->address_width, 48);
	s = with_free_scalable_device(&directory);
	s.unit->cap |= VTD_CAP_FL5LP | 8 << 8 | 56ull << 16;
	run(&s);
	expect_fence(&s, FREE, HANDOFF_FIRST_LEVEL);
	assert_int_equal(domain_of(FREE)->address_width, 57);
}

/* What the unit's second-level tables could be does not count where it has none. */
static void fence_on_a_unit_of_first_level_tables_alone(void **state)
{
	struct scene s = { .b = build_machine(), .sink = true };

	(void)state;
	s.unit = build_unit(s.b);
	build_scalable(s.unit);
	s.unit->ecap &= ~VTD_ECAP_SLTS;
	s.unit->cap = (s.unit->cap & ~(0x1full << 8)) | 1ull << 56;	/* no widths, 1 GiB leaves */
	build_pasid(s.b, build_directory(s.b, s.unit, FREE, 0), 0, SM_PASS_THROUGH, ID, 0);
	s.b->options = "dmarelay.fence=on";
	run(&s);
	expect_fence(&s, FREE, HANDOFF_FIRST_LEVEL);
	assert_int_equal(domain_of(FREE)->address_width, 48);
}

static void every_pasid_is_fenced(void **state)
{
	const struct handoff_pasid *pasid;
	uint64_t directory;
	struct scene s = with_free_scalable_device(&directory);

	(void)state;
	build_pasid(s.b, directory, 5, SM_PASS_THROUGH, ID, 0);
	run(&s);
	assert_int_equal(scene_translate_pasid(&s, FREE, 5, INSIDE).result, TRANSLATE_ABSENT);
	pasid = result_entry(HANDOFF_PASIDS, result_count(HANDOFF_PASIDS) - 1);
	assert_int_equal(pasid->pasid, 5);
	assert_int_equal(pasid->action, HANDOFF_FENCED);
	assert_int_equal(pasid->translation, HANDOFF_FIRST_LEVEL);
}

/* ---- The crash region's edges ---- */

static void crash_region_that_is_not_of_whole_pages(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	s.b->e820[0].start += 0x1800;		/* but the ELF core header is in the first page */
	s.b->e820[0].size -= 0x1800 + 0x7ff;
	run(&s);
	assert_int_equal(scene_translate(&s, FREE, BUILD_CRASH_START).result, TRANSLATE_ABSENT);
	assert_int_equal(scene_translate(&s, FREE, BUILD_CRASH_START - 1).result, TRANSLATE_MAPPED);
	assert_int_equal(scene_translate(&s, FREE, BUILD_CRASH_END - 0x800).result, TRANSLATE_ABSENT);
	assert_int_equal(scene_translate(&s, FREE, BUILD_CRASH_END).page_bits, 21);
}

static void crash_region_of_two_parts(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	s.b->e820[s.b->e820_count++] = (struct relay_e820){ 0x120001800, 0x2100, 1, 0 };
	run(&s);
	assert_int_equal(domain_of(FREE)->range_count, 3);
	assert_int_equal(scene_translate(&s, FREE, 0x120000fff).page_bits, 12);
	assert_int_equal(scene_translate(&s, FREE, 0x120001000).result, TRANSLATE_ABSENT);
	assert_int_equal(scene_translate(&s, FREE, 0x120003fff).result, TRANSLATE_ABSENT);
	assert_int_equal(scene_translate(&s, FREE, 0x120004000).page_bits, 12);
	assert_int_equal(scene_translate(&s, FREE, 0x120200000).page_bits, 21);
}

/* The crash region's second part ends where all that is mapped does. */
static void crash_region_that_comes_last(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	s.b->e820[s.b->e820_count++] = (struct relay_e820){ 0x1f0000000, 0x10000000, 1, 0 };
	run(&s);
	assert_int_equal(domain_of(FREE)->range_count, 2);
	assert_hex_equal(range_of(domain_of(FREE), 1)->last, 0x1efffffff);
	assert_hex_equal(scene_translate(&s, FREE, 0x1efffffff).pa, 0x1efffffff);
	assert_int_equal(scene_translate(&s, FREE, 0x1f0000000).result, TRANSLATE_ABSENT);
	assert_int_equal(scene_translate(&s, FREE, 0x1ffffffff).result, TRANSLATE_ABSENT);
}

/* ---- Who cannot be ---- */

static void unit_without_large_leaves_stays_passed_through(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	memory_put64(build_slot(s.tree, 3, 0x40000000, 2), 0);
	s.unit->cap &= ~(3ull << 34);
	expect_left(&s, "03:00.0 stays passed through: no tables for it");
}

static void unit_without_1g_leaves_has_more_tables(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	s.unit->cap &= ~(2ull << 34);
	run(&s);
	expect_fence(&s, FREE, HANDOFF_TRANSLATED);
	assert_int_equal(domain_of(FREE)->tables, 2 + 8);
	assert_int_equal(scene_translate(&s, FREE, 0).page_bits, 21);
}

static void memory_beyond_the_tables_stays_passed_through(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	s.b->loads[3].last = (1ull << 40) - 1;
	run(&s);
	assert_int_equal(device_of(FREE)->action, HANDOFF_FENCED);
	s = with_free_device("dmarelay.fence=on");
	s.b->loads[3].last = (1ull << 40) - 1;
	s.unit->cap = (s.unit->cap & ~(0x3full << 16)) | 38ull << 16;	/* CAP.MGAW: 39 bits */
	expect_left(&s, "03:00.0 stays passed through: memory is beyond its tables");
}

/* First-level addresses are sign-extended: half as many. */
static void first_level_fences_reach_half_as_far(void **state)
{
	uint64_t directory;
	struct scene s = with_free_scalable_device(&directory);

	(void)state;
	s.b->host_width = 52;
	s.b->loads[3].last = 1ull << 47;
	s.b->arena_size = 0x400000;
	s.unit->cap |= 47ull << 16;
	expect_left(&s, "03:00.0 stays passed through: memory is beyond its tables");
}

static void fence_without_an_id_stays_away(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	s.unit->cap &= ~7ull;		/* 16 ids */
	for (unsigned int id = 2; id < 16; id++)
		if (id != 9 && id != 10)
			build_context(s.b, s.unit, (uint16_t)(0x0400 | id), s.tree | 1, (uint64_t)id << 8 | 1);
	expect_left(&s, "03:00.0 stays passed through: no domain id");
}

/* All or nothing: no half fence is left, no table and no range of it. */
static void fence_without_room_stays_away(void **state)
{
	uint32_t ranges, tables;
	struct scene s = with_free_device("dmarelay.fence=off");

	(void)state;
	s.b->arena_size = 0x40000;
	run(&s);
	ranges = result_count(HANDOFF_RANGES);
	tables = result_count(HANDOFF_TABLES);
	s = with_free_device("dmarelay.fence=on");
	s.b->arena_size = 0x40000;
	s.b->loads[3].last = (1ull << 45) - 1;		/* 64 tables of 1 GiB leaves */
	build_context(s.b, s.unit, FREE + 1, 2 << 2 | 1, ID << 8 | 2);
	expect_left(&s, "03:00.0 stays passed through: no room");
	expect_pass_through(&s, FREE + 1);
	assert_int_equal(result_count(HANDOFF_RANGES), ranges);
	assert_int_equal(result_count(HANDOFF_TABLES), tables);
}

/* The smallest report has room for 48 domains and 64 devices. */
static void fence_without_room_in_the_report_stays_away(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	s.b->arena_size = 0x40000;
	for (uint16_t i = 0; i < 46; i++)
		build_context(s.b, s.unit, (uint16_t)(0x0220 + 1 + i), s.tree | 1, (100ull + i) << 8 | 1);
	run(&s);
	assert_logged("03:00.0 stays passed through: no room");
	assert_int_equal(result_count(HANDOFF_DOMAINS), 48);
	assert_int_equal(device_of(FREE)->action, HANDOFF_SUNK);	/* for want of a domain */
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	scene_expect_replaced(&s, FREE, 0);
}

static void device_beyond_the_report_is_fenced(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	s.b->arena_size = 0x80000;
	for (uint16_t i = 0; i < 62; i++)
		build_context(s.b, s.unit, (uint16_t)(0x0220 + 1 + i), s.tree | 1, 9 << 8 | 1);
	run(&s);
	assert_int_equal(result_count(HANDOFF_DEVICES), 64);
	assert_int_equal(result_dropped(HANDOFF_DEVICES), 1);
	assert_int_equal(scene_translate(&s, FREE, INSIDE).result, TRANSLATE_ABSENT);
	assert_hex_equal(scene_translate(&s, FREE, BUILD_CRASH_END).pa, BUILD_CRASH_END);
}

/* Isolation sinks it; what is bad is not fenced but sunk. */
static void other_policies_come_first(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on dmarelay.policy=isolate");

	(void)state;
	run(&s);
	assert_int_equal(device_of(FREE)->action, HANDOFF_SUNK);
	s = with_free_device("dmarelay.fence=on");
	s.unit->ecap &= ~VTD_ECAP_PT;
	run(&s);
	assert_int_equal(device_of(FREE)->action, HANDOFF_SUNK);
}

/* Reserved memory beyond all RAM: mapped in the fence as in any tables, and nothing beside it. */
static void reserved_memory_of_a_fenced_device(void **state)
{
	struct scene s = with_free_device("dmarelay.fence=on");

	(void)state;
	build_context(s.b, s.unit, 0x00a3, 2 << 2 | 1, ID << 8 | 2);
	build_rmrr(s.b, 0x3000000000, 0x3000001fff);
	run(&s);
	assert_hex_equal(scene_translate(&s, 0x00a3, 0x3000001000).pa, 0x3000001000);
	assert_int_equal(scene_translate(&s, 0x00a3, 0x3000002000).result, TRANSLATE_ABSENT);
	assert_int_equal(scene_translate(&s, FREE, 0x3000001000).result, TRANSLATE_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fenced_device_reaches_all_but_the_crash_region),
		cmocka_unit_test(fence_of_a_unit_that_could_do_first_level_tables),
		cmocka_unit_test(nobody_is_fenced_unasked),
		cmocka_unit_test(fenced_context_keeps_what_is_the_kernels),
		cmocka_unit_test(each_device_has_a_fence_of_its_own),
		cmocka_unit_test(id_of_a_fence_is_not_shared),
		cmocka_unit_test(fence_of_first_level_tables),
		cmocka_unit_test(fence_of_second_level_tables_in_scalable_mode),
		cmocka_unit_test(fence_of_five_levels),
		cmocka_unit_test(fence_on_a_unit_of_first_level_tables_alone),
		cmocka_unit_test(every_pasid_is_fenced),
		cmocka_unit_test(crash_region_that_is_not_of_whole_pages),
		cmocka_unit_test(crash_region_of_two_parts),
		cmocka_unit_test(crash_region_that_comes_last),
		cmocka_unit_test(unit_without_large_leaves_stays_passed_through),
		cmocka_unit_test(unit_without_1g_leaves_has_more_tables),
		cmocka_unit_test(memory_beyond_the_tables_stays_passed_through),
		cmocka_unit_test(first_level_fences_reach_half_as_far),
		cmocka_unit_test(fence_without_an_id_stays_away),
		cmocka_unit_test(fence_without_room_stays_away),
		cmocka_unit_test(fence_without_room_in_the_report_stays_away),
		cmocka_unit_test(device_beyond_the_report_is_fenced),
		cmocka_unit_test(other_policies_come_first),
		cmocka_unit_test(reserved_memory_of_a_fenced_device),
	};

	return cmocka_run_group_tests_name("fence", tests, NULL, NULL);
}
