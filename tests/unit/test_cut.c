// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU exception cuts the switch short at each access to the machine in turn, before the access has an
 * effect and behind it, and the run goes on as arch/x86/main.c does: relay_resume(), and if that is cut as
 * well, relay_conclude(). Each unit must be as it was, or switched completely with nothing stale in its
 * caches. Only after two exceptions may there be a third outcome, which the unit's row must name.
 */
#include "testing.h"

#include "check.h"
#include "devices.h"
#include "fake.h"
#include "result.h"
#include "scene.h"

#define SWITCHED	(HANDOFF_UNIT_DMA_SWITCHED | HANDOFF_UNIT_IR_SWITCHED)

struct kind {
	bool scalable, two_units, by_itself, write_buffer, no_queue, in_place, slow, draining;
};

static const struct kind kinds[] = {
	{ .scalable = false },
	{ .two_units = true },
	{ .by_itself = true },				/* ESRTPS, ESIRTPS */
	{ .write_buffer = true, .slow = true },
	{ .no_queue = true, .slow = true },
	{ .two_units = true, .draining = true, .slow = true },
	{ .in_place = true },
	{ .scalable = true },
	{ .scalable = true, .two_units = true, .slow = true },
	{ .scalable = true, .by_itself = true, .draining = true },
};


static const struct handoff_unit *report_of(unsigned int unit)
{
	return result_entry(HANDOFF_UNITS, unit);
}

/* What is under way in the crashed kernel's queue: two descriptors, the last one a Wait. */
static void let_drain(struct mock_unit *unit)
{
	unit->countdown = 9;
	unit->iqh = 0;
	unit->iqt = unit->iqa & VTD_IQA_DW ? 0x40 : 0x20;
	memory_put64(unit->iqa & PAGE_MASK, VTD_QI_IEC_GLOBAL);
	memory_put64((unit->iqa & PAGE_MASK) + unit->iqt / 2, VTD_QI_WAIT | VTD_QI_WAIT_SW);
	memory_put64((unit->iqa & PAGE_MASK) + unit->iqt / 2 + 8, (unit->iqa & PAGE_MASK) + 0x800);
}

static void become(const struct kind *kind, struct mock_unit *unit)
{
	if (kind->by_itself)
		unit->cap |= VTD_CAP_ESRTPS | VTD_CAP_ESIRTPS;
	if (kind->write_buffer)
		unit->cap |= VTD_CAP_RWBF;
	if (kind->no_queue)
		unit->gsts &= ~VTD_G_QIE;
	if (kind->draining)
		let_drain(unit);
	unit->delay = kind->slow ? 3 : 0;
}

/* Each unit has a leaf into the crash region and a bad interrupt entry: to go on by them is to be seen. */
static struct scene machine(void **state, const struct kind *kind)
{
	struct scene s = kind->scalable ? scene_make_scalable(state) : scene_make(state);

	if (kind->in_place)
		s.irte = build_interrupts(s.b, s.unit, 13) + 16;
	memory_put64(s.leaf, BUILD_CRASH_START | 3);
	memory_put64(s.irte, 0x100300001);
	memory_put64(s.irte + 8, 0xc0000 | SCENE_SOURCE);
	if (kind->in_place)
		s.b->arena_size = 0x30000;
	become(kind, s.unit);
	if (kind->two_units) {
		struct mock_unit *second = build_unit(s.b);
		uint64_t tree = build_page(s.b), irte = build_interrupts(s.b, second, 3) + 16;

		memory_put64(build_map(s.b, tree, 3, SCENE_IOVA, SCENE_PAGE, 1), BUILD_CRASH_START | 3);
		build_attach(s.b, second, 0x0500, tree, 5, 1);
		memory_put64(irte, 0x100300001);
		memory_put64(irte + 8, 0xc0000 | 0x0500);
		become(kind, second);
	}
	assert_true(build_prepare(s.b));
	devices_start(s.b);
	return s;
}

/* Which units have had a pointer written, by their registers: those are completed, and no others. */
static uint32_t moved(const struct scene *s)
{
	uint32_t units = 0;

	for (unsigned int i = 0; i < mock_count(); i++)
		if (mock_unit(i)->rtaddr != s->b->units_before[i].rtaddr ||
		    mock_unit(i)->irta != s->b->units_before[i].irta)
			units |= 1u << i;
	return units;
}

static unsigned int switched_units, left_units, mixed_runs;

/* The hardware does all that it is asked to: then there is no third outcome. */
static void expect_complete_or_untouched(const struct scene *s, const struct kind *kind, uint32_t units)
{
	unsigned int switched = 0;

	check_run(s->b);
	for (unsigned int i = 0; i < mock_count(); i++) {
		const struct handoff_unit *unit = report_of(i);
		bool dma = unit->flags & HANDOFF_UNIT_DMA_SWITCHED, ir = unit->flags & HANDOFF_UNIT_IR_SWITCHED;

		bool queue = memory_in_arena(mock_unit(i)->iqa & PAGE_MASK, PAGE_SIZE);

		switched += dma;
		assert_int_equal(dma, units >> i & 1);
		assert_int_equal(unit->dma_reason, dma ? HANDOFF_OK : HANDOFF_EXCEPTION);
		assert_int_equal(ir, dma && !kind->in_place && !kind->no_queue);
		if (ir)
			assert_int_equal(unit->ir_reason, HANDOFF_OK);
		else if (kind->in_place && queue)	/* mended, and invalidated even if it is left */
			assert_int_equal(unit->ir_reason, HANDOFF_UNIT_NO_ROOM);
		else
			assert_int_equal(unit->ir_reason, dma ? HANDOFF_UNIT_QUEUE : HANDOFF_EXCEPTION);
	}
	assert_outcome(HANDOFF_SWITCHED, !switched ? HANDOFF_NO_UNIT_SWITCHED :
		       switched == mock_count() ? HANDOFF_OK : HANDOFF_EXCEPTION);
	assert_logged("exception 14");
	switched_units += switched;
	left_units += mock_count() - switched;
	mixed_runs += switched && switched < mock_count();
}

static void switch_that_is_cut_is_completed_or_was_not_begun(void **state)
{
	for (size_t i = 0; i < 2 * COUNT_OF(kinds); i++) {
		const struct kind *kind = &kinds[i / 2];
		uint32_t units;
		uint64_t nth;

		switched_units = left_units = mixed_runs = 0;
		for (nth = 1; ; nth++) {
			struct scene s = machine(state, kind);

			if (!scene_cut(relay_commit, nth, i % 2))
				break;
			units = moved(&s);
			relay_resume();
			expect_complete_or_untouched(&s, kind, units);
		}
		assert_true(nth > 20 && switched_units > 10 && left_units > 3);
		assert_true(mixed_runs > 5 || !kind->two_units);
	}
}

/* The row of what was cut twice: it says nothing of a unit that is not so. */
static void expect_true_rows(const struct scene *s)
{
	enum handoff_reason reason = HANDOFF_OK;

	for (unsigned int i = 0; i < mock_count(); i++) {
		const struct handoff_unit *unit = report_of(i);
		const struct mock_unit *was = &s->b->units_before[i];
		struct mock_unit *is = mock_unit(i);
		bool dma = unit->flags & HANDOFF_UNIT_DMA_SWITCHED, ir = unit->flags & HANDOFF_UNIT_IR_SWITCHED;

		if (!dma)
			assert_true(unit->dma_reason && is->rtaddr == was->rtaddr && is->root == was->root);
		if (!ir)
			assert_true(unit->ir_reason && is->irta == was->irta && is->irt == was->irt);
		if (dma && unit->dma_reason != HANDOFF_EXCEPTION)
			assert_hex_equal(is->root, unit->new_root);
		if (ir && unit->ir_reason != HANDOFF_EXCEPTION)
			assert_hex_equal(is->irt, unit->new_irta);
		devices_check(is, dma && !unit->dma_reason, ir && !unit->ir_reason);
		if (!reason && dma)
			reason = unit->dma_reason;
		if (!reason && ir)
			reason = unit->ir_reason;
	}
	if (reason)
		assert_outcome(HANDOFF_SWITCHED, reason);
	assert_true(result_covers_tables());
}

static void switch_that_is_cut_twice_tells_what_is_not_known(void **state)
{
	static const size_t some[] = { 1, 4, 8 };
	unsigned int unknown = 0;

	for (size_t i = 0; i < COUNT_OF(some); i++) {
		bool cut = true;

		for (uint64_t nth = 1; cut; nth += 4)
			for (uint64_t again = 1; cut; again += 5) {
				struct scene s = machine(state, &kinds[some[i]]);

				cut = scene_cut(relay_commit, nth, nth % 8 == 1);
				if (!cut || !scene_cut(relay_resume, again, again % 2))
					break;
				relay_conclude();
				expect_true_rows(&s);
				unknown += report_of(0)->flags & SWITCHED && report_of(0)->dma_reason;
			}
	}
	assert_true(unknown > 10);
}

/* A unit that refuses what the completion asks of it: it was switched, and is not known to be clean. */
static void invalidation_refused_after_a_cut_is_told(void **state)
{
	for (uint64_t nth = 1; ; nth++) {
		struct scene s = machine(state, &kinds[0]);
		uint32_t units;

		if (!scene_cut(relay_commit, nth, true))
			break;
		units = moved(&s);
		s.unit->deaf_queue = true;
		relay_resume();
		if (report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED && report_of(0)->dma_reason) {
			assert_int_equal(report_of(0)->dma_reason, HANDOFF_UNIT_INVALIDATE);
			assert_outcome(HANDOFF_SWITCHED, HANDOFF_UNIT_INVALIDATE);
			assert_logged("the switch is not complete, reason 40");
		}
		assert_int_equal(!!(report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED), units);
	}
}

/* The second unit remaps interrupts alone: the first one is done when it is left. */
static void unit_of_interrupts_alone_that_is_left_is_told(void **state)
{
	unsigned int left = 0;

	for (uint64_t cut = 2; ; cut++) {	/* before and behind each access */
		struct scene s = scene_make(state);
		struct mock_unit *second = build_unit(s.b);

		build_interrupts(s.b, second, 3);
		second->gsts &= ~VTD_G_TE;
		assert_true(build_prepare(s.b));
		devices_start(s.b);
		if (!scene_cut(relay_commit, cut / 2, cut % 2))
			break;
		relay_resume();
		check_run(s.b);
		assert_int_equal(report_of(1)->dma_reason, HANDOFF_OK);
		if (!(report_of(0)->flags & SWITCHED) || report_of(1)->flags & SWITCHED)
			continue;
		left++;
		assert_int_equal(report_of(1)->ir_reason, HANDOFF_EXCEPTION);
		assert_outcome(HANDOFF_SWITCHED, HANDOFF_EXCEPTION);
	}
	assert_true(left > 3);
}

/* Before relay_commit() has done anything. */
static void exception_before_the_switch_leaves_all_units(void **state)
{
	struct scene s = machine(state, &kinds[1]);

	relay_trapped(&scene_page_fault);
	relay_resume();
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_NO_UNIT_SWITCHED);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(report_of(i)->dma_reason, HANDOFF_EXCEPTION);
		assert_int_equal(report_of(i)->ir_reason, HANDOFF_EXCEPTION);
	}
	check_untouched(s.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(switch_that_is_cut_is_completed_or_was_not_begun),
		cmocka_unit_test(switch_that_is_cut_twice_tells_what_is_not_known),
		cmocka_unit_test(invalidation_refused_after_a_cut_is_told),
		cmocka_unit_test(unit_of_interrupts_alone_that_is_left_is_told),
		cmocka_unit_test(exception_before_the_switch_leaves_all_units),
	};

	return cmocka_run_group_tests_name("cut", tests, NULL, NULL);
}
