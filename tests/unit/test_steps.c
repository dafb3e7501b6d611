// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every step of the switch is needed: units of all kinds, whose old tables hold one bad entry in each
 * place, and devices that never rest. What they see is judged by devices.c; a step that is left out
 * or comes too early lets some device go on by a bad entry that some cache still has. mutants/ breaks
 * the steps one by one and expects these tests to fail.
 */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"

static const struct handoff_unit *report_of(unsigned int unit)
{
	return result_entry(HANDOFF_UNITS, unit);
}

/* A leaf into the crash region, and an interrupt entry that hardware refuses beside a good one. */
static void spoil(const struct scene *s)
{
	memory_put64(s->leaf, BUILD_CRASH_START | 3);
	if (s->fl_leaf)
		memory_put64(s->fl_leaf, BUILD_CRASH_START | 7);
	memory_put64(s->irte, 0x100300001);
	memory_put64(s->irte + 8, 0xc0000 | SCENE_SOURCE);
	memory_put64(s->irte + 16, 0x200310001);
	memory_put64(s->irte + 24, 0x40000 | SCENE_SOURCE);
}

/* What the bits of `kind` make of a unit. */
#define KINDS	64u

static void become(struct mock_unit *unit, unsigned int kind)
{
	unit->cap |= VTD_CAP_RWBF * (kind & 1) | VTD_CAP_CM * (kind >> 1 & 1) |
		     (VTD_CAP_ESRTPS | VTD_CAP_ESIRTPS) * (kind >> 2 & 1);
	unit->cap &= ~((VTD_CAP_DWD | VTD_CAP_DRD) * (kind >> 3 & 1));
	unit->ecap |= VTD_ECAP_C * (kind >> 4 & 1);
	unit->delay = kind >> 5 & 1 ? 7 : 0;
}

static void expect_switched(struct scene *s, unsigned int records, bool interrupts)
{
	uint32_t flags = HANDOFF_UNIT_DMA_SWITCHED | (interrupts ? HANDOFF_UNIT_IR_SWITCHED : 0);

	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_int_equal(report_of(0)->flags & (HANDOFF_UNIT_DMA_SWITCHED | HANDOFF_UNIT_IR_SWITCHED), flags);
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_OK);
	if (interrupts)
		assert_int_equal(report_of(0)->ir_reason, HANDOFF_OK);
	if (result_count(HANDOFF_RECORDS) != records)
		fail_msg("%u records, not %u\n%s", result_count(HANDOFF_RECORDS), records, result_log());
	check_run(s->b);
}

static void legacy_unit_with_a_queue(void **state)
{
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		struct scene s = scene_make(state);

		spoil(&s);
		become(s.unit, kind);
		expect_switched(&s, 2, true);
	}
}

/* Here interrupts stay as they are: nothing would forget the old entries. */
static void legacy_unit_without_a_queue(void **state)
{
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		struct scene s = scene_make(state);

		spoil(&s);
		become(s.unit, kind);
		s.unit->gsts &= ~VTD_G_QIE;
		expect_switched(&s, 2, false);
		assert_hex_equal(s.unit->irta, s.b->units_before[0].irta);
	}
}

static void scalable_unit(void **state)
{
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		struct scene s = scene_make_scalable(state);

		spoil(&s);
		become(s.unit, kind);
		expect_switched(&s, 3, true);
		assert_true(s.unit->iqa & VTD_IQA_DW);
	}
}

/* The bad leaf is in a table that finds no room. */
static void tables_in_place(void **state)
{
	for (unsigned int kind = 0; kind < KINDS; kind += 1 + 2 * (kind % 2)) {
		struct scene s = scene_make(state);

		for (uint64_t i = 0; i < 100; i++)
			build_map(s.b, s.tree, 3, (i + 1) << 21, 0x20000000 + (i << 12), 1);
		memory_put64(build_slot(s.tree, 3, 100 << 21, 1), BUILD_CRASH_START | 3);
		become(s.unit, kind);
		s.b->arena_size = 0x30000;
		expect_switched(&s, 1, true);
		assert_true(report_of(0)->in_place);
		assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 0))->in_place, 1);
	}
}

/* The interrupt table finds no room, and its bad entry is mended where it is. */
static void interrupt_table_in_place(void **state)
{
	for (unsigned int kind = 0; kind < KINDS; kind++) {
		struct scene s = scene_make(state);

		s.irte = build_interrupts(s.b, s.unit, 13) + 16;
		spoil(&s);
		become(s.unit, kind);
		s.b->arena_size = 0x30000;
		expect_switched(&s, 2, false);
		assert_int_equal(report_of(0)->ir_reason, HANDOFF_UNIT_NO_ROOM);
		assert_hex_equal(memory_get64(s.irte), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUNK_AND_BLOCKED(legacy_unit_with_a_queue),
		SUNK_AND_BLOCKED(legacy_unit_without_a_queue),
		SUNK_AND_BLOCKED(scalable_unit),
		cmocka_unit_test(tables_in_place),
		cmocka_unit_test(interrupt_table_in_place),
	};

	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
