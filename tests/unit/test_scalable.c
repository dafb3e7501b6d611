// SPDX-License-Identifier: GPL-2.0-only
/* Scalable mode: root.c, scalable.c, pasid.c, pasid_entry.c, and the switch in that mode. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"
#include "acpi_dmar.h"

#define SECOND_LEVEL(tree, aw)	((tree) | 2 << 6 | (aw) << 2 | 1)
#define NESTED(tree, aw)	((tree) | 3 << 6 | (aw) << 2 | 1)
#define FIRST_LEVEL		(1 << 6 | 1)
#define PASS_THROUGH		(4 << 6 | 1)

static const struct handoff_device *device_of(uint16_t source)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = result_entry(HANDOFF_DEVICES, i);

		if (device->bus == source >> 8 && device->devfn == (source & 0xff))
			return device;
	}
	fail_msg("device %04x is not in the report", source);
	return NULL;
}

static const struct handoff_pasid *pasid_of(uint32_t pasid)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_PASIDS); i++) {
		const struct handoff_pasid *entry = result_entry(HANDOFF_PASIDS, i);

		if (entry->pasid == pasid)
			return entry;
	}
	fail_msg("PASID %#x is not in the report", pasid);
	return NULL;
}

static void sound_tables_are_copied(void **state)
{
	struct scene s = scene_make_scalable(state);
	const struct handoff_unit *unit;

	scene_expect_nothing(&s);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA).pa, SCENE_FL_PAGE);
	assert_hex_equal(scene_translate(&s, SCENE_UPPER, SCENE_IOVA).pa, 0x2000a000);
	unit = result_entry(HANDOFF_UNITS, 0);
	assert_true(unit->flags & HANDOFF_UNIT_SCALABLE_MODE && unit->flags & HANDOFF_UNIT_DMA_SWITCHED);
	assert_hex_equal(s.unit->root >> 10 & 3, 1);

	assert_int_equal(result_count(HANDOFF_DEVICES), 3);
	assert_int_equal(device_of(SCENE_SOURCE)->translation, HANDOFF_TRANSLATED);
	assert_int_equal(device_of(SCENE_SOURCE)->domain_id, 9);
	assert_int_equal(device_of(SCENE_UPPER)->domain, device_of(SCENE_NEIGHBOUR)->domain);
	assert_int_equal(result_count(HANDOFF_PASIDS), 4);
	assert_int_equal(pasid_of(SCENE_PASID)->translation, HANDOFF_FIRST_LEVEL);
	assert_int_equal(pasid_of(SCENE_PASID)->domain_id, 11);
	assert_int_equal(pasid_of(SCENE_PASID)->action, HANDOFF_KEPT);
}

/* ---- The switch ---- */

static void pasid_cache_is_invalidated_between_the_others(void **state)
{
	struct scene s = scene_make_scalable(state);

	scene_expect_nothing(&s);
	assert_int_equal(fake_count(EVENT_PASID), 1);
	assert_true(fake_nth(EVENT_CONTEXT, 0) < fake_nth(EVENT_PASID, 0));
	assert_true(fake_nth(EVENT_PASID, 0) < fake_nth(EVENT_IOTLB, 0));
	assert_true(s.unit->iqa & 1 << 11);
}

static void wide_descriptors_of_a_legacy_unit_stay_wide(void **state)
{
	struct scene s = scene_make(state);

	s.unit->ecap |= 1ull << 43;
	s.unit->iqa |= 1 << 11;
	s.unit->iqh = s.unit->iqt = 0x40;
	scene_expect_nothing(&s);
	assert_true(s.unit->iqa & 1 << 11);
	assert_int_equal(fake_count(EVENT_PASID), 0);
}

/* The PASID cache can be invalidated by the queue alone. */
static void unit_whose_queue_is_off_is_left(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->gsts &= ~VTD_G_QIE;
	assert_true(!build_run(s.b) || result_header()->reason == HANDOFF_NO_UNIT_SWITCHED);
	assert_int_equal(fake_count(EVENT_SRTP), 0);
	check_run(s.b);
}

/* ---- Root halves ---- */

static void expect_half(void **state, unsigned int upper, uint64_t entry, uint16_t rule)
{
	struct scene s = scene_make_scalable(state);
	uint16_t gone = upper ? SCENE_UPPER : SCENE_SOURCE, kept = upper ? SCENE_SOURCE : SCENE_UPPER;

	memory_put64(s.root_entry + 8 * upper, entry);
	scene_expect(&s, (struct handoff_record){
		.rule = rule,
		.object = HANDOFF_ROOT_ENTRY,
		.bus = 2,
		.devfn = upper ? 0x80 : 0,
		.where = s.root_entry + 8 * upper,
		.found = { entry },
		.target = entry & PAGE_MASK,
	});
	scene_expect_replaced(&s, gone, SCENE_IOVA);
	scene_expect_replaced(&s, upper ? 0x02ff : 0x027f, 0);
	assert_true(scene_translate(&s, kept, SCENE_IOVA).pa != 0 &&
		    !memory_in_arena(scene_translate(&s, kept, SCENE_IOVA).pa, 1));
}

static void reserved_bits_of_a_root_half(void **state)
{
	expect_half(state, 0, BUILD_PAGES | 1 << 5 | 1, HANDOFF_RULE_SM_ROOT_RESERVED);
	expect_half(state, 1, BUILD_PAGES | 1 << 11 | 1, HANDOFF_RULE_SM_ROOT_RESERVED);
}

static void root_half_beyond_the_host_width(void **state)
{
	expect_half(state, 0, 1ull << 46 | 1, HANDOFF_RULE_SM_ROOT_WIDTH);
	expect_half(state, 1, 1ull << 63 | 1, HANDOFF_RULE_SM_ROOT_WIDTH);
}

static void root_half_in_no_ram(void **state)
{
	expect_half(state, 0, 0xe0000000 | 1, HANDOFF_RULE_SM_ROOT_PROVENANCE);
	expect_half(state, 1, BUILD_CRASH_START | 1, HANDOFF_RULE_SM_ROOT_PROVENANCE);
}

/* Linux until 2026 took a bus with an upper half alone for one with a lower half. */
static void bus_with_one_half_gets_both(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t directory = build_directory(s.b, s.unit, 0x0588, 0);

	build_pasid(s.b, directory, 0, PASS_THROUGH, 30, 0);
	scene_expect_nothing(&s);
	assert_true(memory_get64((s.unit->root & PAGE_MASK) + 5 * 16) & 1);
	assert_true(memory_get64((s.unit->root & PAGE_MASK) + 5 * 16 + 8) & 1);
	assert_int_equal(scene_translate(&s, 0x0508, 0).result, TRANSLATE_ABSENT);
	assert_hex_equal(memory_get64((s.unit->root & PAGE_MASK) + 6 * 16), 0);
	assert_hex_equal(scene_translate(&s, 0x0588, 0x1234).pa, 0x1234);
}

static void root_table_in_no_ram(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->rtaddr = s.unit->root = 0xc0000000 | 1 << 10;
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_ROOT_TABLE_PROVENANCE,
		.object = HANDOFF_ROOT_TABLE,
		.target = 0xc0000000,
	});
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, 0xffff, 0x7ffffff000);
	scene_expect_replaced(&s, 0x0080, 0);
}

/* ---- Context entries ---- */

static void expect_context(struct scene *s, uint64_t q0, uint64_t q1, uint16_t rule)
{
	memory_put64(s->context, q0);
	memory_put64(s->context + 8, q1);
	scene_expect(s, (struct handoff_record){
		.rule = rule,
		.object = HANDOFF_CONTEXT,
		.where = s->context,
		.found = { q0, q1 },
		.target = q0 & PAGE_MASK,
	});
	scene_expect_replaced(s, SCENE_SOURCE, SCENE_IOVA);
	assert_int_equal(device_of(SCENE_SOURCE)->action, s->sink ? HANDOFF_SUNK : HANDOFF_BLOCKED);
	assert_int_equal(device_of(SCENE_SOURCE)->domain, HANDOFF_NO_DOMAIN);
	assert_hex_equal(device_of(SCENE_SOURCE)->old_context[0], q0);
}

static void reserved_bits_of_a_context(void **state)
{
	for (unsigned int bit = 5; bit < 9; bit++) {
		struct scene s = scene_make_scalable(state);

		expect_context(&s, s.directory | 1ull << bit | 1, 0, HANDOFF_RULE_SM_CONTEXT_RESERVED);
	}
	for (unsigned int bit = 21; bit < 64; bit += 14) {
		struct scene s = scene_make_scalable(state);

		expect_context(&s, s.directory | 1, 1ull << bit, HANDOFF_RULE_SM_CONTEXT_RESERVED);
	}
}

/* DTE, PASIDE and PRE: what enables a thing is reserved on a unit without it. */
static void enables_of_what_the_unit_lacks_are_reserved(void **state)
{
	static const uint64_t capability[] = { VTD_ECAP_DT, VTD_ECAP_PASID, VTD_ECAP_PRS };

	for (unsigned int i = 0; i < COUNT_OF(capability); i++) {
		for (unsigned int capable = 0; capable < 2; capable++) {
			struct scene s = scene_make_scalable(state);
			uint64_t entry = s.directory | 4ull << i | 1;

			/* The neighbours have PASIDs: theirs is another matter. */
			memory_put64(build_entry(s.b, s.unit, SCENE_NEIGHBOUR), memory_get64(
				     build_entry(s.b, s.unit, SCENE_NEIGHBOUR)) & ~8ull);
			memory_put64(build_entry(s.b, s.unit, SCENE_UPPER), memory_get64(
				     build_entry(s.b, s.unit, SCENE_UPPER)) & ~8ull);
			s.unit->ecap &= ~capability[i];
			s.unit->ecap |= capable ? capability[i] : 0;
			memory_put64(s.context, entry);
			if (capable)
				scene_expect_nothing(&s);
			else
				expect_context(&s, entry, 0, HANDOFF_RULE_SM_CONTEXT_RESERVED);
		}
	}
}

static void upper_half_of_a_context_is_reserved(void **state)
{
	for (unsigned int word = 2; word < 4; word++) {
		struct scene s = scene_make_scalable(state);

		memory_put64(s.context + 8 * word, 1ull << 40);
		expect_context(&s, s.directory | 1, 0, HANDOFF_RULE_SM_CONTEXT_RESERVED);
	}
}

static void rid_pasid_beyond_the_directory(void **state)
{
	struct scene s = scene_make_scalable(state);

	expect_context(&s, s.directory | 1, 128 * 64, HANDOFF_RULE_SM_CONTEXT_RESERVED);
	s = scene_make_scalable(state);
	memory_put64(s.context + 8, 128 * 64 - 1);
	scene_expect_nothing(&s);
}

static void directory_beyond_the_host_width(void **state)
{
	struct scene s = scene_make_scalable(state);

	expect_context(&s, 1ull << 46 | 1, 0, HANDOFF_RULE_SM_CONTEXT_WIDTH);
}

static void directory_in_no_ram(void **state)
{
	struct scene s = scene_make_scalable(state);

	expect_context(&s, 0xe0000000 | 1, 0, HANDOFF_RULE_SM_CONTEXT_PROVENANCE);
	s = scene_make_scalable(state);
	/* Begins in RAM, but its 128 KiB reach into the crash region. */
	expect_context(&s, (BUILD_CRASH_START - 0x10000) | 7 << 9 | 1, 0, HANDOFF_RULE_SM_CONTEXT_PROVENANCE);
}

static void directory_that_finds_no_room(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t directory = build_pages(s.b, 32);	/* 128 KiB for all 2^20 PASIDs */

	s.b->arena_size = 0x40000;
	expect_context(&s, directory | 7 << 9 | 1, 0, HANDOFF_RULE_SM_CONTEXT_NO_ROOM);
}

static void rid_pasid_other_than_0(void **state)
{
	struct scene s = scene_make_scalable(state);

	memory_put64(s.context + 8, SCENE_PASID);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_FL_PAGE);
	assert_int_equal(device_of(SCENE_SOURCE)->translation, HANDOFF_FIRST_LEVEL);
	assert_int_equal(device_of(SCENE_SOURCE)->domain_id, 11);
}

/* ---- Directory entries ---- */

static void expect_directory(struct scene *s, uint64_t entry, uint16_t rule)
{
	memory_put64(s->directory_entry, entry);
	scene_expect(s, (struct handoff_record){
		.rule = rule,
		.object = HANDOFF_PASID_DIRECTORY,
		.where = s->directory_entry,
		.found = { entry },
		.target = entry & PAGE_MASK,
	});
	scene_expect_replaced(s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_pasid_replaced(s, SCENE_SOURCE, 0x3f, 0x1000);
	/* The other directory entry is not its business. */
	assert_hex_equal(scene_translate_pasid(s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA).pa, SCENE_FL_PAGE);
}

/* The record of a directory entry names no domain. */
static void reserved_bits_of_a_directory_entry(void **state)
{
	for (unsigned int bit = 2; bit < 12; bit++) {
		struct scene s = scene_make_scalable(state);

		expect_directory(&s, (memory_get64(s.directory_entry) & PAGE_MASK) | 1ull << bit | 1,
				 HANDOFF_RULE_PASID_DIR_RESERVED);
	}
}

static void pasid_table_beyond_the_host_width(void **state)
{
	struct scene s = scene_make_scalable(state);

	expect_directory(&s, 1ull << 50 | 1, HANDOFF_RULE_PASID_DIR_WIDTH);
}

static void pasid_table_in_no_ram(void **state)
{
	struct scene s = scene_make_scalable(state);

	expect_directory(&s, BUILD_ACPI | 1, HANDOFF_RULE_PASID_DIR_PROVENANCE);
	s = scene_make_scalable(state);
	expect_directory(&s, BUILD_ARENA | 1, HANDOFF_RULE_PASID_DIR_PROVENANCE);
}

static void absent_directory_entry_with_garbage_is_left_alone(void **state)
{
	struct scene s = scene_make_scalable(state);

	memory_put64(s.directory + 9 * 8, 0xdeadbeeffffffffe);
	scene_expect_nothing(&s);
}

/* More tables than the arena holds. */
static void pasid_table_that_finds_no_room(void **state)
{
	struct scene s = scene_make_scalable(state);
	unsigned int no_room = 0;

	s.b->arena_size = 0x4c000;
	for (uint32_t i = 2; i < 128; i++)
		build_pasid(s.b, s.directory, i * 64, 0, 0, 0);
	assert_true(build_run(s.b));
	check_run(s.b);
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		if (record->rule != HANDOFF_RULE_PASID_DIR_NO_ROOM)
			continue;
		no_room++;
		assert_int_equal(record->object, HANDOFF_PASID_DIRECTORY);
		assert_hex_equal(record->where, s.directory + record->iova / 64 * 8);
	}
	assert_true(no_room > 0);
}

/* ---- PASID entries ---- */

static void expect_pasid(struct scene *s, uint64_t q0, uint64_t q1, uint64_t q2, uint16_t rule)
{
	memory_put64(s->pasid_entry, q0);
	memory_put64(s->pasid_entry + 8, q1);
	memory_put64(s->pasid_entry + 16, q2);
	scene_expect(s, (struct handoff_record){
		.rule = rule,
		.object = HANDOFF_PASID,
		.domain_id = (uint16_t)q1,
		.where = s->pasid_entry,
		.found = { q0, q1 },
		.target = (q0 >> 6 & 7) == 4 ? 0 : (q0 >> 6 & 7) == 1 ? q2 & PAGE_MASK : q0 & PAGE_MASK,
	});
	scene_expect_replaced(s, SCENE_SOURCE, SCENE_IOVA);
	assert_hex_equal(scene_translate_pasid(s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA).pa, SCENE_FL_PAGE);
	assert_int_equal(pasid_of(0)->action, s->sink ? HANDOFF_SUNK : HANDOFF_BLOCKED);
}

static void reserved_words_of_a_pasid_entry(void **state)
{
	for (unsigned int word = 4; word < 8; word++) {
		struct scene s = scene_make_scalable(state);

		memory_put64(s.pasid_entry + 8 * word, 1ull << (word * 9));
		expect_pasid(&s, SECOND_LEVEL(s.tree, 1), 9, 0, HANDOFF_RULE_PASID_RESERVED);
	}
}

static void types_that_do_not_exist(void **state)
{
	static const unsigned int types[] = { 0, 5, 6, 7 };

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct scene s = scene_make_scalable(state);

		expect_pasid(&s, s.tree | types[i] << 6 | 1 << 2 | 1, 9, 0, HANDOFF_RULE_PASID_TYPE);
	}
}

static void second_level_that_the_unit_cannot(void **state)
{
	struct scene s = scene_make_scalable(state);
	unsigned int strikes = 0;

	s.unit->ecap &= ~(1ull << 46);
	assert_true(build_run(s.b));
	check_run(s.b);		/* sunk by first-level tables, since there are no others */
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++)
		strikes += ((const struct handoff_record *)
			    result_entry(HANDOFF_RECORDS, i))->rule == HANDOFF_RULE_PASID_TYPE;
	assert_int_equal(strikes, 3);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, SCENE_UPPER, 0);
	/* QEMU takes the width for the addresses' limit in first-level entries, too: 48 bits. */
	if (s.sink)
		assert_int_equal(memory_get64(scene_translate(&s, SCENE_SOURCE, 0).path[3]) >> 2 & 7, 2);
}

static void pass_through_that_the_unit_cannot(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->ecap &= ~VTD_ECAP_PT;
	expect_pasid(&s, PASS_THROUGH, 9, 0, HANDOFF_RULE_PASID_TYPE);
}

static void nested_that_the_unit_cannot(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->ecap &= ~(1ull << 26);
	expect_pasid(&s, NESTED(s.tree, 1), 9, 0x12345000, HANDOFF_RULE_PASID_TYPE);
}

static void width_that_the_unit_cannot(void **state)
{
	struct scene s = scene_make_scalable(state);

	expect_pasid(&s, SECOND_LEVEL(s.tree, 3), 9, 0, HANDOFF_RULE_PASID_AW);
	s = scene_make_scalable(state);
	expect_pasid(&s, FIRST_LEVEL, 9, s.fl_tree | 1 << 2, HANDOFF_RULE_PASID_AW);
	s = scene_make_scalable(state);
	s.unit->cap |= 1ull << 60;
	expect_pasid(&s, FIRST_LEVEL, 9, s.fl_tree | 2 << 2, HANDOFF_RULE_PASID_AW);
}

static void page_table_beyond_the_host_width(void **state)
{
	struct scene s = scene_make_scalable(state);

	expect_pasid(&s, SECOND_LEVEL(1ull << 46, 1), 9, 0, HANDOFF_RULE_PASID_WIDTH);
	s = scene_make_scalable(state);
	expect_pasid(&s, FIRST_LEVEL, 9, 1ull << 52, HANDOFF_RULE_PASID_WIDTH);
}

static void page_table_in_no_ram(void **state)
{
	struct scene s = scene_make_scalable(state);

	expect_pasid(&s, SECOND_LEVEL(0xe0000000, 1), 9, 0, HANDOFF_RULE_PASID_PROVENANCE);
	s = scene_make_scalable(state);
	expect_pasid(&s, FIRST_LEVEL, 9, BUILD_CRASH_END - 0x1000, HANDOFF_RULE_PASID_PROVENANCE);
	s = scene_make_scalable(state);
	expect_pasid(&s, NESTED(0, 1), 9, 0, HANDOFF_RULE_PASID_PROVENANCE);
}

static void domain_id_beyond_what_the_unit_has(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->cap &= ~7ull;
	expect_pasid(&s, SECOND_LEVEL(s.tree, 1), 16, 0, HANDOFF_RULE_PASID_DOMAIN_RANGE);
}

static void second_tree_by_the_same_id_gets_a_fresh_id(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t tree = build_page(s.b), where;

	build_map(s.b, tree, 3, SCENE_IOVA, 0x21000000, 1);
	where = build_pasid(s.b, s.directory, 7, SECOND_LEVEL(tree, 1), 9, 0);
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_PASID_DOMAIN_CLASH,
		.object = HANDOFF_PASID,
		.action = HANDOFF_REPAIRED,
		.where = where,
		.found = { SECOND_LEVEL(tree, 1), 9 },
		.iova = 7,
		.target = tree,
	});
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, 7, SCENE_IOVA).pa, 0x21000000);
	assert_int_equal(pasid_of(7)->action, HANDOFF_REPAIRED);
	assert_true(pasid_of(7)->domain_id != 9);
}

/* First-level and pass-through entries are told apart by PASID: Linux gives them all one id. */
static void first_level_entries_may_share_an_id(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t tree = build_page(s.b);

	s.b->rights = 7;
	build_map(s.b, tree, 4, SCENE_IOVA, 0x21000000, 1);
	build_pasid(s.b, s.directory, SCENE_PASID + 1, FIRST_LEVEL, 11, tree);
	build_pasid(s.b, s.directory, SCENE_PASID + 2, PASS_THROUGH, 11, 0);
	scene_expect_nothing(&s);
}

static void first_level_by_the_id_of_a_second_level_is_a_clash(void **state)
{
	struct scene s = scene_make_scalable(state);

	memory_put64(s.fl_pasid_entry + 8, 9);
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_PASID_DOMAIN_CLASH,
		.object = HANDOFF_PASID,
		.action = HANDOFF_REPAIRED,
		.where = s.fl_pasid_entry,
		.found = { FIRST_LEVEL, 9 },
		.iova = SCENE_PASID,
		.target = s.fl_tree,
	});
}

static void domain_that_finds_no_room_in_the_report(void **state)
{
	struct scene s = scene_make_scalable(state);
	const struct handoff_record *record = NULL;
	unsigned int strikes = 0;

	s.b->arena_size = 0x4c000;
	for (uint32_t i = 1; i < 60; i++)
		build_pasid(s.b, s.directory, i, PASS_THROUGH, 100 + i, 0);
	assert_true(build_run(s.b));
	check_run(s.b);
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		record = result_entry(HANDOFF_RECORDS, i);
		strikes += record->rule == HANDOFF_RULE_PASID_UNTRACKED;
	}
	assert_true(strikes > 0);
	assert_int_equal(record->object, HANDOFF_PASID);
}

/* ---- dmarelay.pasid=drop ---- */

static void dropped_pasids_go_and_the_device_stays(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.b->options = s.sink ? "dmarelay.pasid=drop" : "dmarelay.pasid=drop dmarelay.bad=block";
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_PASID_POLICY,
		.object = HANDOFF_PASID,
		.domain_id = 11,
		.where = s.fl_pasid_entry,
		.found = { FIRST_LEVEL, 11 },
		.iova = SCENE_PASID,
		.target = s.fl_tree,
	});
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
}

/* Of a shared directory each device's own entry stays. */
static void devices_of_one_directory_with_other_rid_pasids(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t other = build_entry(s.b, s.unit, 0x0228);

	memory_put64(other, memory_get64(s.context));
	memory_put64(other + 8, SCENE_PASID);
	s.b->options = "dmarelay.pasid=drop";
	assert_true(build_run(s.b));
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
	assert_hex_equal(scene_translate(&s, 0x0228, SCENE_IOVA).pa, SCENE_FL_PAGE);
}

/* ---- Sharing ---- */

static void shared_directory_is_copied_once(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t other = build_entry(s.b, s.unit, 0x0228);

	memory_put64(other, memory_get64(s.context));
	scene_expect_nothing(&s);
	assert_int_equal(result_count(HANDOFF_PASIDS), 4);
	assert_hex_equal(scene_translate(&s, 0x0228, SCENE_IOVA).pa, SCENE_PAGE);
	assert_hex_equal(scene_translate(&s, 0x0228, 0).path[2], scene_translate(&s, SCENE_SOURCE, 0).path[2]);
	assert_int_equal(device_of(0x0228)->domain, device_of(SCENE_SOURCE)->domain);
}

/* Damage in one's PDTS must not let it see more of the arena than there is of the copy. */
static void shared_directory_of_two_sizes(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t large = build_pages(s.b, 32), other = build_entry(s.b, s.unit, 0x0228);

	build_pasid(s.b, large, 0, SECOND_LEVEL(s.tree, 1), 9, 0);
	build_pasid(s.b, large, 0xfffff, SECOND_LEVEL(s.tree, 1), 9, 0);
	memory_put64(s.context, large | 1 << 3 | 1);
	memory_put64(other, large | 7 << 9 | 1 << 3 | 1);
	memory_put64(other + 8, 0xfffff);
	scene_expect_nothing(&s);
	assert_hex_equal(scene_translate(&s, 0x0228, SCENE_IOVA).pa, SCENE_PAGE);
}

static void shared_pasid_table_is_copied_once(void **state)
{
	struct scene s = scene_make_scalable(state);

	memory_put64(build_directory(s.b, s.unit, 0x0228, 0), memory_get64(s.directory));
	scene_expect_nothing(&s);
	assert_hex_equal(scene_translate(&s, 0x0228, SCENE_IOVA).pa, SCENE_PAGE);
	assert_hex_equal(scene_translate(&s, 0x0228, 0).path[3], scene_translate(&s, SCENE_SOURCE, 0).path[3]);
}

/* The PASIDs differ, and with them what caches go by: vetted, reported and copied for each place. */
static void pasid_table_at_two_places_is_vetted_for_both(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t directory = build_directory(s.b, s.unit, SCENE_NEIGHBOUR, 0), tree = build_page(s.b), entry;

	memory_put64(s.directory + 3 * 8, memory_get64(s.directory + 8));
	s.b->rights = 7;
	build_map(s.b, tree, 4, SCENE_IOVA, 0x21000000, 1);
	entry = build_pasid(s.b, directory, SCENE_PASID + 2 * 64, FIRST_LEVEL, 11, tree);
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_PASID_DOMAIN_CLASH,
		.object = HANDOFF_PASID,
		.action = HANDOFF_REPAIRED,
		.devfn = SCENE_NEIGHBOUR & 0xff,
		.domain_id = 11,
		.where = entry,
		.found = { FIRST_LEVEL, 11 },
		.iova = SCENE_PASID + 2 * 64,
		.target = tree,
	});
	assert_int_equal(pasid_of(SCENE_PASID + 2 * 64)->domain_id, 11);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID + 2 * 64, SCENE_IOVA).pa, SCENE_FL_PAGE);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_NEIGHBOUR, SCENE_PASID + 2 * 64, SCENE_IOVA).pa, 0x21000000);
}

/* A page that serves as everything: no walk may go on for ever, or out of bounds. */
static void directory_that_refers_to_itself_ends(void **state)
{
	struct scene s = scene_make_scalable(state);

	for (unsigned int i = 0; i < 128; i++)
		memory_put64(s.directory + 8 * i, s.directory | 1);
	assert_true(build_run(s.b));
	check_run(s.b);
}

/* ---- Nested ---- */

/* The guest's first level is named by guest addresses: it stays, under a second level of ours. */
static void nested_entry_keeps_the_guests_first_level(void **state)
{
	struct scene s = scene_make_scalable(state);
	struct translation t;

	build_pasid(s.b, s.directory, 3, NESTED(s.tree, 1), 9, 0x7777000 | 1);
	scene_expect_nothing(&s);
	t = scene_translate_pasid(&s, SCENE_SOURCE, 3, SCENE_IOVA);
	assert_hex_equal(t.pa, SCENE_PAGE);
	assert_hex_equal(t.guest[0], 0x7777000 | 1);
	assert_int_equal(pasid_of(3)->translation, HANDOFF_NESTED);
}

static void sink_suits_the_depth_of_the_unit(void **state)
{
	for (unsigned int aw = 0; aw < 4; aw++) {
		struct scene s = scene_make_scalable(state);

		s.unit->cap = (s.unit->cap & ~(0x1full << 8)) | 1ull << (8 + aw);
		assert_true(build_run(s.b));
		check_run(s.b);
		if (aw != 1)
			scene_expect_replaced(&s, SCENE_SOURCE, (1ull << (30 + 9 * aw)) - 1);
	}
}

/* ---- What cannot be read: the RAM map may claim what the CPU cannot reach ---- */

static struct scene with_memory_out_of_reach(void **state)
{
	struct scene s = scene_make_scalable(state);

	fake.cpu_bits = 36;
	s.b->loads[s.b->load_count++] = (struct handoff_range){ 1ull << 40, (1ull << 41) - 1 };
	memory_fill(1ull << 40, 0, PAGE_SIZE);
	return s;
}

static void expect_unreadable(struct scene *s, uint16_t rule)
{
	assert_true(build_run(s->b));
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 0))->rule, rule);
	scene_expect_replaced(s, SCENE_SOURCE, SCENE_IOVA);
}

static void tables_that_cannot_be_read(void **state)
{
	struct scene s = with_memory_out_of_reach(state);

	memory_put64(s.root_entry, 1ull << 40 | 1);
	expect_unreadable(&s, HANDOFF_RULE_SM_ROOT_PROVENANCE);
	s = with_memory_out_of_reach(state);
	memory_put64(s.context, 1ull << 40 | 1);
	expect_unreadable(&s, HANDOFF_RULE_SM_CONTEXT_PROVENANCE);
	s = with_memory_out_of_reach(state);
	memory_put64(s.directory_entry, 1ull << 40 | 1);
	expect_unreadable(&s, HANDOFF_RULE_PASID_DIR_PROVENANCE);
}

/* ---- Ids and sharing, once more ---- */

/* A process with DMA by two devices: one domain, since the caches tell PASIDs apart, not devices. */
static void one_pasid_on_two_devices_is_one_domain(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t other = build_directory(s.b, s.unit, 0x0228, 0);

	build_pasid(s.b, other, SCENE_PASID, FIRST_LEVEL, 11, s.fl_tree | 1);
	build_pasid(s.b, other, SCENE_PASID + 1, FIRST_LEVEL, 11, s.fl_tree | 1);
	scene_expect_nothing(&s);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 4);
	assert_hex_equal(scene_translate_pasid(&s, 0x0228, SCENE_PASID, SCENE_IOVA).pa, SCENE_FL_PAGE);
}

/* The id that the shared sink was given from the top, in an entry that is read later. */
static void id_of_the_shared_sink_is_a_clash(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t directory = build_directory(s.b, s.unit, 0x0328, 0), tree = build_page(s.b);
	unsigned int clashes = 0;

	build_map(s.b, tree, 3, SCENE_IOVA, 0x21000000, 1);
	build_pasid(s.b, directory, 0, SECOND_LEVEL(tree, 1), 65535, 0);
	memory_put64((s.unit->rtaddr & PAGE_MASK), 0xe0000000 | 1);	/* bus 0: no RAM */
	assert_true(build_run(s.b));
	check_run(s.b);
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		clashes += record->rule == HANDOFF_RULE_PASID_DOMAIN_CLASH;
	}
	assert_int_equal(clashes, 1);
	assert_true(device_of(0x0328)->domain_id != 65535);
	assert_hex_equal(scene_translate(&s, 0x0328, SCENE_IOVA).pa, 0x21000000);
}

static void devices_beyond_the_report_are_handled_alike(void **state)
{
	struct scene s = scene_make_scalable(state);
	unsigned int of_none = 0;
	uint16_t source;

	for (source = 0x0300; source < 0x0378; source++) {
		memory_put64(build_entry(s.b, s.unit, source), memory_get64(s.context));
		memory_put64(build_entry(s.b, s.unit, (uint16_t)(source + 0x100)), memory_get64(s.context));
	}
	memory_put64(build_entry(s.b, s.unit, 0x0478), memory_get64(s.context) | 0x20);	/* reserved */
	build_pasid(s.b, build_directory(s.b, s.unit, 0x0479, 0), 0, SECOND_LEVEL(s.tree, 1), 9, 0);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_true(result_dropped(HANDOFF_DEVICES) > 0);
	for (uint32_t i = 0; i < result_count(HANDOFF_PASIDS); i++) {
		const struct handoff_pasid *pasid = result_entry(HANDOFF_PASIDS, i);

		assert_true(pasid->device < result_count(HANDOFF_DEVICES) || pasid->device == HANDOFF_NO_DOMAIN);
		of_none += pasid->device == HANDOFF_NO_DOMAIN;
	}
	assert_int_equal(of_none, 1);
	assert_hex_equal(scene_translate(&s, 0x0477, SCENE_IOVA).pa, SCENE_PAGE);
	scene_expect_replaced(&s, 0x0478, SCENE_IOVA);
}

/* Keys tell 64 units apart: those beyond copy a shared directory for each device. */
static void units_beyond_the_memos_keys_share_nothing(void **state)
{
	struct build *b = build_machine();
	struct dmar_drhd none = { .head = { DMAR_DRHD, sizeof(none) } };
	struct scene s = { .b = b, .sink = true };
	uint64_t tree = build_page(b), first, second;

	(void)state;
	b->arena_size = 0x800000;
	for (unsigned int i = 0; i < 64; i++)
		build_structure(b, &none, sizeof(none));
	s.unit = build_unit(b);
	build_scalable(s.unit);
	build_map(b, tree, 3, SCENE_IOVA, SCENE_PAGE, 1);
	build_pasid(b, build_directory(b, s.unit, 0x0300, 0), 0, SECOND_LEVEL(tree, 1), 9, 0);
	memory_put64(build_entry(b, s.unit, 0x0301), memory_get64(build_entry(b, s.unit, 0x0300)));
	assert_true(build_run(b));
	assert_int_equal(result_count(HANDOFF_RECORDS), 0);
	first = scene_translate(&s, 0x0300, SCENE_IOVA).path[2];
	second = scene_translate(&s, 0x0301, SCENE_IOVA).path[2];
	assert_true(first != second);
	assert_hex_equal(scene_translate(&s, 0x0300, SCENE_IOVA).pa, SCENE_PAGE);
	assert_hex_equal(scene_translate(&s, 0x0301, SCENE_IOVA).pa, SCENE_PAGE);
}

/* A unit with neither first-level tables nor a width of second-level ones: nothing to sink into. */
static void unit_without_any_table_format_is_blocked(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->ecap &= ~(1ull << 47);
	s.unit->cap &= ~(0x1full << 8);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).result, TRANSLATE_ABSENT);
	assert_int_equal(pasid_of(0)->action, HANDOFF_BLOCKED);
}

/* Address widths 4 to 7 are reserved: no bit of SAGAW stands for them. */
static void width_that_does_not_exist(void **state)
{
	for (unsigned int aw = 4; aw < 8; aw++) {
		struct scene s = scene_make_scalable(state);

		expect_pasid(&s, SECOND_LEVEL(s.tree, aw), 9, 0, HANDOFF_RULE_PASID_AW);
	}
}

/* Whichever of the invalidations is the first that the unit never confirms. */
static void invalidation_that_is_never_confirmed_is_told(void **state)
{
	for (unsigned int confirmed = 1; confirmed < 6; confirmed++) {
		struct scene s = scene_make_scalable(state);
		const struct handoff_unit *unit;

		s.unit->deaf_after = confirmed;
		assert_true(build_run(s.b));
		unit = result_entry(HANDOFF_UNITS, 0);
		assert_true(unit->flags & HANDOFF_UNIT_DMA_SWITCHED && unit->flags & HANDOFF_UNIT_IR_SWITCHED);
		/* contexts, PASIDs, IOTLB, interrupt entries, the last Wait */
		assert_int_equal(unit->dma_reason, confirmed < 5 ? HANDOFF_UNIT_INVALIDATE : HANDOFF_OK);
		assert_int_equal(unit->ir_reason, confirmed < 4 ? HANDOFF_UNIT_INVALIDATE : HANDOFF_OK);
	}
}

/* First-level domains of many PASIDs go by one id: the device's own is told from the others. */
static void domain_of_a_device_is_that_of_its_own_pasid(void **state)
{
	struct scene s = scene_make_scalable(state);
	const struct handoff_domain *domain;

	build_pasid(s.b, s.directory, SCENE_PASID - 1, FIRST_LEVEL, 11, build_page(s.b));
	memory_put64(s.context + 8, SCENE_PASID);
	scene_expect_nothing(&s);
	domain = result_entry(HANDOFF_DOMAINS, device_of(SCENE_SOURCE)->domain);
	assert_hex_equal(domain->old_root, s.fl_tree);
	assert_int_equal(domain->pasid, SCENE_PASID);
}

/* Whatever room is left for it, a sunk device gets a directory: its own, or the one that all share. */
static void sunk_device_finds_a_directory_in_any_case(void **state)
{
	for (uint64_t tables = 0; tables < 64; tables++) {
		struct scene s = scene_make_scalable(state);

		s.b->arena_size = 0x60000;
		for (uint64_t i = 1; i < tables; i++)
			build_map(s.b, s.tree, 3, i << 21, 0x20000000 + (i << 12), 1);
		memory_put64(build_entry(s.b, s.unit, 0x0301), s.directory | 0x20 | 1);	/* reserved */
		assert_true(build_run(s.b));
		check_run(s.b);
		scene_expect_replaced(&s, 0x0301, SCENE_IOVA);
	}
}

/* Its own sink finds room, and the directory that would lead there does not. */
static void sunk_device_has_a_sink_and_no_directory(void **state)
{
	for (uint64_t size = 0x50000; size < 0x80000; size += 0x1000) {
		struct scene s = scene_make_scalable(state);
		uint64_t tree = build_page(s.b);

		s.b->arena_size = size;
		for (uint64_t i = 0; i < 64; i++)	/* who leaves no more than its share for the next */
			build_map(s.b, tree, 3, i << 21, 0x20000000 + (i << 12), 1);
		build_pasid(s.b, build_directory(s.b, s.unit, 0x0300, 0), 0, SECOND_LEVEL(tree, 1), 12, 0);
		memory_put64(build_entry(s.b, s.unit, 0x0301), s.directory | 0x20 | 1);	/* reserved */
		assert_true(build_run(s.b));
		check_run(s.b);
		scene_expect_replaced(&s, 0x0301, SCENE_IOVA);
	}
}

static void second_level_by_the_id_of_a_first_level_is_a_clash(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t tree = build_page(s.b);

	build_pasid(s.b, s.directory, SCENE_PASID + 3, SECOND_LEVEL(tree, 1), 11, 0);
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_PASID_DOMAIN_CLASH,
		.object = HANDOFF_PASID,
		.action = HANDOFF_REPAIRED,
		.domain_id = 11,
		.where = s.fl_pasid_entry + 3 * 64,
		.found = { SECOND_LEVEL(tree, 1), 11 },
		.iova = SCENE_PASID + 3,
		.target = tree,
	});
}

/* Second-level entries are cached by id alone. */
static void second_level_of_two_pasids_is_one_domain(void **state)
{
	struct scene s = scene_make_scalable(state);

	build_pasid(s.b, s.directory, SCENE_PASID + 3, SECOND_LEVEL(s.tree, 1), 9, 0);
	scene_expect_nothing(&s);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 3);
	assert_int_equal(pasid_of(SCENE_PASID + 3)->domain, pasid_of(0)->domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_tables_are_copied),
		cmocka_unit_test(pasid_cache_is_invalidated_between_the_others),
		cmocka_unit_test(wide_descriptors_of_a_legacy_unit_stay_wide),
		cmocka_unit_test(unit_whose_queue_is_off_is_left),
		SUNK_AND_BLOCKED(reserved_bits_of_a_root_half),
		SUNK_AND_BLOCKED(root_half_beyond_the_host_width),
		SUNK_AND_BLOCKED(root_half_in_no_ram),
		cmocka_unit_test(bus_with_one_half_gets_both),
		SUNK_AND_BLOCKED(root_table_in_no_ram),
		SUNK_AND_BLOCKED(reserved_bits_of_a_context),
		SUNK_AND_BLOCKED(enables_of_what_the_unit_lacks_are_reserved),
		SUNK_AND_BLOCKED(upper_half_of_a_context_is_reserved),
		SUNK_AND_BLOCKED(rid_pasid_beyond_the_directory),
		SUNK_AND_BLOCKED(directory_beyond_the_host_width),
		SUNK_AND_BLOCKED(directory_in_no_ram),
		SUNK_AND_BLOCKED(directory_that_finds_no_room),
		cmocka_unit_test(rid_pasid_other_than_0),
		SUNK_AND_BLOCKED(reserved_bits_of_a_directory_entry),
		SUNK_AND_BLOCKED(pasid_table_beyond_the_host_width),
		SUNK_AND_BLOCKED(pasid_table_in_no_ram),
		cmocka_unit_test(absent_directory_entry_with_garbage_is_left_alone),
		SUNK_AND_BLOCKED(pasid_table_that_finds_no_room),
		SUNK_AND_BLOCKED(reserved_words_of_a_pasid_entry),
		SUNK_AND_BLOCKED(types_that_do_not_exist),
		SUNK_AND_BLOCKED(second_level_that_the_unit_cannot),
		SUNK_AND_BLOCKED(pass_through_that_the_unit_cannot),
		SUNK_AND_BLOCKED(nested_that_the_unit_cannot),
		SUNK_AND_BLOCKED(width_that_the_unit_cannot),
		SUNK_AND_BLOCKED(page_table_beyond_the_host_width),
		SUNK_AND_BLOCKED(page_table_in_no_ram),
		SUNK_AND_BLOCKED(domain_id_beyond_what_the_unit_has),
		SUNK_AND_BLOCKED(second_tree_by_the_same_id_gets_a_fresh_id),
		cmocka_unit_test(first_level_entries_may_share_an_id),
		SUNK_AND_BLOCKED(first_level_by_the_id_of_a_second_level_is_a_clash),
		SUNK_AND_BLOCKED(domain_that_finds_no_room_in_the_report),
		SUNK_AND_BLOCKED(dropped_pasids_go_and_the_device_stays),
		cmocka_unit_test(devices_of_one_directory_with_other_rid_pasids),
		cmocka_unit_test(shared_directory_is_copied_once),
		cmocka_unit_test(shared_directory_of_two_sizes),
		cmocka_unit_test(shared_pasid_table_is_copied_once),
		cmocka_unit_test(pasid_table_at_two_places_is_vetted_for_both),
		SUNK_AND_BLOCKED(directory_that_refers_to_itself_ends),
		cmocka_unit_test(nested_entry_keeps_the_guests_first_level),
		SUNK_AND_BLOCKED(sink_suits_the_depth_of_the_unit),
		SUNK_AND_BLOCKED(tables_that_cannot_be_read),
		cmocka_unit_test(one_pasid_on_two_devices_is_one_domain),
		cmocka_unit_test(id_of_the_shared_sink_is_a_clash),
		SUNK_AND_BLOCKED(devices_beyond_the_report_are_handled_alike),
		cmocka_unit_test(units_beyond_the_memos_keys_share_nothing),
		cmocka_unit_test(unit_without_any_table_format_is_blocked),
		SUNK_AND_BLOCKED(width_that_does_not_exist),
		cmocka_unit_test(invalidation_that_is_never_confirmed_is_told),
		cmocka_unit_test(domain_of_a_device_is_that_of_its_own_pasid),
		SUNK_AND_BLOCKED(sunk_device_finds_a_directory_in_any_case),
		SUNK_AND_BLOCKED(sunk_device_has_a_sink_and_no_directory),
		cmocka_unit_test(second_level_by_the_id_of_a_first_level_is_a_clash),
		cmocka_unit_test(second_level_of_two_pasids_is_one_domain),
	};

	return cmocka_run_group_tests_name("scalable", tests, NULL, NULL);
}
