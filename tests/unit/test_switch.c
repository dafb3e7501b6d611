// SPDX-License-Identifier: GPL-2.0-only
/* switch.c, queue.c, command.c: the hardware's order of things, and units that do not answer. */
#include "testing.h"

#include "check.h"
#include "devices.h"
#include "fake.h"
#include "pci_regs.h"
#include "pci_space.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

static const struct handoff_unit *report_of(unsigned int unit)
{
	return result_entry(HANDOFF_UNITS, unit);
}

/* The clock at the end of a run, in milliseconds since the stub's entry. */
static uint64_t ms_used(const struct scene *s)
{
	return (fake.ticks - s->b->boot.entry_ticks) / fake.ticks_per_us / 1000;
}

static void expect_order(const enum fake_event_type *types, size_t count)
{
	long at = -1;

	for (size_t i = 0; i < count; i++) {
		long next = at + 1;

		while (next < (long)fake.event_count && fake.events[next].type != types[i])
			next++;
		if (next == (long)fake.event_count)
			fail_msg("event %zu (type %u) does not come after the one before it", i, types[i]);
		at = next;
	}
}

static void queued_order(void **state)
{
	static const enum fake_event_type order[] = {
		EVENT_FLUSH, EVENT_QUEUE_OFF, EVENT_QUEUE_ON, EVENT_SRTP, EVENT_CONTEXT, EVENT_WAIT,
		EVENT_IOTLB, EVENT_WAIT, EVENT_SIRTP, EVENT_ENTRIES, EVENT_WAIT,
	};
	struct scene s = scene_make(state);

	scene_expect_nothing(&s);
	expect_order(order, COUNT_OF(order));
	assert_int_equal(fake_count(EVENT_SRTP), 1);
	assert_int_equal(fake_count(EVENT_SIRTP), 1);
	assert_true(memory_in_arena(s.unit->iqa & PAGE_MASK, PAGE_SIZE));
	assert_true(report_of(0)->flags & HANDOFF_UNIT_QI);
}

/* Where queued invalidation was off it stays off; interrupt entries have no other way. */
static void register_order(void **state)
{
	static const enum fake_event_type order[] = { EVENT_FLUSH, EVENT_SRTP, EVENT_CONTEXT, EVENT_IOTLB };
	struct scene s = scene_make(state);

	s.unit->gsts &= ~VTD_G_QIE;
	scene_expect_nothing(&s);
	expect_order(order, COUNT_OF(order));
	assert_int_equal(fake_count(EVENT_QUEUE_ON), 0);
	assert_int_equal(fake_count(EVENT_SIRTP), 0);
	assert_int_equal(report_of(0)->ir_reason, HANDOFF_UNIT_QUEUE);
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_OK);
	assert_false(report_of(0)->flags & HANDOFF_UNIT_QI);
}

static void unit_without_queue_and_interrupts(void **state)
{
	struct scene s = scene_make(state);

	s.unit->ecap &= ~(VTD_ECAP_QI | VTD_ECAP_IR);
	s.unit->gsts &= ~(VTD_G_QIE | VTD_G_IRE | VTD_G_SIRTP);
	scene_expect_nothing(&s);
	assert_int_equal(report_of(0)->flags, HANDOFF_UNIT_DMA_ACTIVE | HANDOFF_UNIT_DMA_SWITCHED);
}

static uint64_t value_of(enum fake_event_type type)
{
	assert_true(fake_nth(type, 0) >= 0);
	return fake.events[fake_nth(type, 0)].value;
}

static void iotlb_is_drained_as_far_as_the_unit_can(void **state)
{
	for (unsigned int drains = 0; drains < 4; drains++) {
		struct scene s = scene_make(state);

		s.unit->cap &= ~(VTD_CAP_DWD | VTD_CAP_DRD);
		s.unit->cap |= (uint64_t)drains << 54;
		scene_expect_nothing(&s);
		assert_hex_equal(value_of(EVENT_IOTLB), 2 | 1 << 4 | drains << 6);

		s = scene_make(state);
		s.unit->cap &= ~(VTD_CAP_DWD | VTD_CAP_DRD);
		s.unit->cap |= (uint64_t)drains << 54;
		s.unit->gsts &= ~VTD_G_QIE;
		scene_expect_nothing(&s);
		assert_hex_equal(value_of(EVENT_IOTLB), 1ull << 60 | (uint64_t)drains << 48);
	}
}

static void unit_that_invalidates_by_itself_is_not_asked_to(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_ESRTPS | VTD_CAP_ESIRTPS;
	scene_expect_nothing(&s);
	assert_int_equal(fake_count(EVENT_CONTEXT) + fake_count(EVENT_IOTLB) + fake_count(EVENT_ENTRIES), 0);
	assert_int_equal(fake_count(EVENT_WAIT), 1);	/* the kdump kernel turns the queue off */
}

static void write_buffer_is_flushed_before_the_pointer_moves(void **state)
{
	static const enum fake_event_type order[] = { EVENT_FLUSH, EVENT_WBF, EVENT_SRTP };
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_RWBF;
	s.unit->delay = 3;
	scene_expect_nothing(&s);
	expect_order(order, COUNT_OF(order));
}

/* By the host bridge's id: 4 Series chipsets have a write buffer, and others have what CAP says. */
static void write_buffers_that_are_not_told_are_flushed(void **state)
{
	static const struct {
		uint32_t id;
		bool flushed;
		const char *options;
	} bridges[] = {
		{ 0x2a408086, true, "" }, { 0x2e008086, true, "" }, { 0x2e908086, true, "" },
		{ 0x2e208086, true, "" }, { 0x2e218086, false, "" }, { 0x2ea08086, false, "" },
		{ 0x29c08086, false, "" }, { 0x2e201022, false, "" },
		{ 0x2e208086, false, "dmarelay.pci=off" },
	};

	for (size_t i = 0; i < COUNT_OF(bridges); i++) {
		struct scene s = scene_make(state);

		s.b->options = bridges[i].options;
		space_put(space_add(0, 0), PCI_ID, bridges[i].id, 4);
		assert_true(build_run(s.b));
		assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
		check_run(s.b);
		assert_int_equal(fake_count(EVENT_WBF), bridges[i].flushed);
		assert_false(report_of(0)->cap & VTD_CAP_RWBF);		/* as it was read */
	}
}

static void write_buffer_that_never_empties_leaves_the_unit(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_RWBF;
	s.unit->deaf = VTD_G_WBF;
	assert_true(build_run(s.b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_NO_UNIT_SWITCHED);
	assert_int_equal(fake_count(EVENT_SRTP), 0);
	assert_int_equal(s.unit->last_descriptor, VTD_QI_WAIT);
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_UNIT_SRTP);
}

/* A coherent unit and one that answers late: the same in the end. */
static void slow_units_are_waited_for(void **state)
{
	for (unsigned int delay = 1; delay < 2000; delay *= 7) {
		struct scene s = scene_make(state);

		s.unit->delay = delay;
		s.unit->ecap |= VTD_ECAP_C;
		scene_expect_nothing(&s);
		assert_int_equal(report_of(0)->dma_reason, HANDOFF_OK);
		assert_int_equal(report_of(0)->ir_reason, HANDOFF_OK);
	}
}

static void tables_are_in_memory_before_the_unit_is_told(void **state)
{
	struct scene s = scene_make(state);
	uint64_t entry;

	scene_expect_nothing(&s);
	assert_true(mock_read_memory(s.unit, (s.unit->root & PAGE_MASK) + 2 * 16, &entry, 8));
	assert_true(memory_in_arena(entry & PAGE_MASK, PAGE_SIZE) && entry & 1);
}

static void srtp_never_acknowledged_puts_the_pointer_back(void **state)
{
	struct scene s = scene_make(state);
	uint64_t old = s.unit->rtaddr;

	s.unit->deaf = VTD_G_SRTP;
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);	/* the interrupts have moved */
	assert_hex_equal(s.unit->rtaddr, old);
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_UNIT_SRTP);
	assert_hex_equal(report_of(0)->new_root, 0);
	assert_false(report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED);
	assert_true(report_of(0)->flags & HANDOFF_UNIT_IR_SWITCHED);
	assert_true(ms_used(&s) < 300);
}

static void sirtp_never_acknowledged_puts_the_pointer_back(void **state)
{
	struct scene s = scene_make(state);
	uint64_t old = s.unit->irta;

	s.unit->deaf = VTD_G_SIRTP;
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_hex_equal(s.unit->irta, old);
	assert_int_equal(report_of(0)->ir_reason, HANDOFF_UNIT_SIRTP);
	assert_hex_equal(report_of(0)->new_irta, 0);
	assert_true(report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED);
}

/* The unit must be as the crash left it: old tables, old queue. */
static void expect_left_with_its_queue(struct scene *s)
{
	uint64_t root = s->unit->rtaddr, irta = s->unit->irta, iqa = s->unit->iqa;

	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_NO_UNIT_SWITCHED);
	assert_true(result_covers_tables());
	assert_hex_equal(s->unit->rtaddr, root);
	assert_hex_equal(s->unit->root, root);
	assert_hex_equal(s->unit->irta, irta);
	assert_hex_equal(s->unit->iqa, iqa);
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_UNIT_QUEUE);
	assert_int_equal(report_of(0)->ir_reason, HANDOFF_UNIT_QUEUE);
	assert_int_equal(fake_count(EVENT_SRTP) + fake_count(EVENT_SIRTP), 0);
	assert_true(ms_used(s) < 500);
}

static void queue_that_does_not_drain_leaves_the_unit(void **state)
{
	struct scene s = scene_make(state);

	s.unit->deaf_queue = true;
	s.unit->iqt = s.unit->iqh + 0x20;
	expect_left_with_its_queue(&s);
	assert_int_equal(fake_count(EVENT_QUEUE_OFF), 0);
}

static void queue_that_does_not_stop_leaves_the_unit(void **state)
{
	struct scene s = scene_make(state);

	s.unit->deaf = VTD_G_QIE;
	expect_left_with_its_queue(&s);
}

static void queue_that_does_not_start_again_is_given_back(void **state)
{
	struct scene s = scene_make(state);

	s.unit->deaf_queue_on = true;
	expect_left_with_its_queue(&s);
}

static void queue_is_drained_before_it_is_replaced(void **state)
{
	struct scene s = scene_make(state);

	/* Two descriptors under way, the second a Wait, as Linux leaves them. */
	s.unit->delay = 5;
	s.unit->countdown = 40;
	s.unit->iqh = 0;
	s.unit->iqt = 0x20;
	memory_put64(s.unit->iqa, VTD_QI_IEC_GLOBAL);
	memory_put64(s.unit->iqa + 16, VTD_QI_WAIT | VTD_QI_WAIT_SW);
	memory_put64(s.unit->iqa + 24, s.unit->iqa + 0x800);
	scene_expect_nothing(&s);
	assert_true(fake_nth(EVENT_ENTRIES, 0) < fake_nth(EVENT_QUEUE_OFF, 0));
}

/* An error that the crash left keeps the queue from going on until it is cleared (6.5.2.10). */
static void queue_that_an_error_has_stopped_goes_on(void **state)
{
	static const uint32_t errors[] = { VTD_FSTS_IQE, VTD_FSTS_ITE, VTD_FSTS_IQE | VTD_FSTS_ICE };

	for (size_t i = 0; i < COUNT_OF(errors); i++) {
		struct scene s = scene_make(state);

		s.unit->fsts = errors[i];
		s.unit->iqt = s.unit->iqh + 0x10;
		memory_put64(s.unit->iqa + s.unit->iqh, VTD_QI_WAIT | VTD_QI_WAIT_SW);
		memory_put64(s.unit->iqa + s.unit->iqh + 8, s.unit->iqa + 0x800);
		scene_expect_nothing(&s);
		assert_hex_equal(s.unit->fsts, 0);
		assert_true(report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED);
	}
}

/* What is no descriptor would stop the unit again: a Wait takes its place, the rest is dropped. */
static void queue_with_a_bad_descriptor_ends_there(void **state)
{
	for (unsigned int head = 0; head < 0x1000; head += 0xff0) {	/* the last one wraps */
		struct scene s = scene_make(state);

		s.unit->iqh = head;
		s.unit->iqt = (head + 0x20) % 0x1000;
		memory_put64(s.unit->iqa + head, 0xf);
		memory_put64(s.unit->iqa + (head + 0x10) % 0x1000, 0xe);
		assert_true(build_run(s.b));
		assert_true(report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED);
		assert_true(report_of(0)->flags & HANDOFF_UNIT_IR_SWITCHED);
		assert_int_equal(fake_count(EVENT_MEND), 1);
		assert_hex_equal(fake.events[fake_nth(EVENT_MEND, 0)].value, s.b->units_before[0].iqa + head);
		assert_hex_equal(s.unit->fsts, 0);
		check_run(s.b);
	}
}

/* Not to be touched: a queue that is none of the crashed kernel's, or ends before its head. */
static void queue_in_error_that_cannot_be_is_left(void **state)
{
	struct scene s = scene_make(state);

	s.unit->iqh = 0x2000;
	s.unit->iqt = 0x2010;
	s.unit->queue_error = VTD_FSTS_IQE;
	expect_left_with_its_queue(&s);
	assert_int_equal(fake_count(EVENT_MEND), 0);

	s = scene_make(state);
	s.unit->iqa = BUILD_CRASH_START + 0x100000;
	s.unit->iqt = s.unit->iqh + 0x10;
	s.unit->queue_error = VTD_FSTS_IQE;
	expect_left_with_its_queue(&s);
	assert_int_equal(fake_count(EVENT_MEND), 0);

	/* Around the end of the address space, into low memory. */
	s = scene_make(state);
	s.unit->iqh = 0x20000;
	s.unit->iqt = 0x20010;
	s.unit->iqa = (0 - 0x10000ull) | 7;
	s.unit->queue_error = VTD_FSTS_IQE;
	expect_left_with_its_queue(&s);
	assert_int_equal(fake_count(EVENT_MEND), 0);
}

static void invalidation_never_confirmed_is_told(void **state)
{
	struct scene s = scene_make(state);

	s.unit->deaf_queue = true;
	assert_true(build_run(s.b));
	assert_true(report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED);
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_UNIT_INVALIDATE);
	assert_int_equal(report_of(0)->ir_reason, HANDOFF_UNIT_INVALIDATE);
	assert_true(ms_used(&s) < 1000);
}

/* Where interrupts alone are remapped, and where their table stays in place and has a mended entry. */
static void interrupt_invalidation_never_confirmed_is_told(void **state)
{
	struct scene s = scene_make(state);

	s.unit->gsts &= ~VTD_G_TE;
	s.unit->deaf_queue = true;
	assert_true(build_run(s.b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_UNIT_INVALIDATE);
	assert_true(report_of(0)->flags & HANDOFF_UNIT_IR_SWITCHED);
	assert_int_equal(report_of(0)->ir_reason, HANDOFF_UNIT_INVALIDATE);

	s = scene_make(state);
	s.irte = build_interrupts(s.b, s.unit, 13) + 16;
	memory_put64(s.irte, 0x100300001);
	memory_put64(s.irte + 8, 0xc0000 | SCENE_SOURCE);
	s.b->arena_size = 0x30000;
	s.unit->deaf_queue = true;
	assert_true(build_run(s.b));
	assert_false(report_of(0)->flags & HANDOFF_UNIT_IR_SWITCHED);
	assert_int_equal(report_of(0)->ir_reason, HANDOFF_UNIT_INVALIDATE);
}

/* Nothing can be invalidated: the row says where the table is. */
static void interrupt_table_in_place_without_a_queue(void **state)
{
	struct scene s = scene_make(state);

	build_interrupts(s.b, s.unit, 13);
	s.b->arena_size = 0x30000;
	s.unit->gsts &= ~VTD_G_QIE;
	scene_expect_nothing(&s);
	assert_int_equal(report_of(0)->ir_reason, HANDOFF_UNIT_NO_ROOM);
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_OK);
}

static void register_invalidation_never_confirmed_is_told(void **state)
{
	struct scene s = scene_make(state);

	s.unit->gsts &= ~VTD_G_QIE;
	s.unit->deaf_registers = true;
	assert_true(build_run(s.b));
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_UNIT_INVALIDATE);
	assert_true(report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED);
}

/* X58: queued invalidation must be on in all units before the first root pointer moves. */
static void two_units_go_in_two_passes(void **state)
{
	struct scene s = scene_make(state);
	struct mock_unit *second = build_unit(s.b);

	build_interrupts(s.b, second, 3);
	scene_expect_nothing(&s);
	assert_int_equal(fake_count(EVENT_QUEUE_ON), 2);
	assert_true(fake_nth(EVENT_QUEUE_ON, 1) < fake_nth(EVENT_SRTP, 0));
	assert_int_equal(fake_count(EVENT_SRTP), 2);
	assert_int_equal(fake_count(EVENT_SIRTP), 2);
}

static void hung_unit_does_not_keep_a_good_one(void **state)
{
	struct scene s = scene_make(state);
	struct mock_unit *hung = build_unit(s.b);

	hung->deaf = VTD_G_QIE | VTD_G_SRTP | VTD_G_SIRTP | VTD_G_WBF;
	hung->deaf_queue = true;
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_true(report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED);
	assert_int_equal(report_of(1)->dma_reason, HANDOFF_UNIT_QUEUE);
	assert_hex_equal(hung->root, s.b->units_before[1].root);
}

static void hung_unit_first_does_not_keep_a_good_one(void **state)
{
	struct scene s = scene_make(state);
	struct mock_unit *good = build_unit(s.b);

	s.unit->deaf_queue = true;
	s.unit->iqt = 0;
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_UNIT_QUEUE);
	assert_true(report_of(1)->flags & HANDOFF_UNIT_DMA_SWITCHED);
	assert_true(memory_in_arena(good->root & PAGE_MASK, PAGE_SIZE));
}

static void faults_of_the_crash_are_cleared_and_masked(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= 1ull << 40;	/* two records */
	s.unit->fault[1][0] = 0x12345000;
	s.unit->fault[1][1] = VTD_FRCD_HIGH_F | 5ull << 32 | SCENE_SOURCE;
	s.unit->fsts = VTD_FSTS_PFO | VTD_FSTS_ITE;
	scene_expect_nothing(&s);
	assert_hex_equal(s.unit->fsts, 0);
	assert_hex_equal(s.unit->fault[1][1], 5ull << 32 | SCENE_SOURCE);
	assert_true(s.unit->fectl & VTD_FECTL_IM);
}

/* An error in our own queue ends the wait at once. */
static void queue_error_is_not_waited_out(void **state)
{
	struct scene s = scene_make(state);

	s.unit->queue_error = VTD_FSTS_IQE;
	assert_true(build_run(s.b));
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_UNIT_INVALIDATE);
	assert_true(ms_used(&s) < 100);
}

/* Devices that do not answer an invalidation stop the queue as well; that is waited out. */
static void invalidation_that_times_out_is_told(void **state)
{
	struct scene s = scene_make(state);

	s.unit->queue_error = VTD_FSTS_ITE;
	assert_true(build_run(s.b));
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_UNIT_INVALIDATE);
	assert_int_equal(report_of(0)->ir_reason, HANDOFF_UNIT_INVALIDATE);
	assert_true(ms_used(&s) < 1000);
}

static void completion_error_stops_nothing(void **state)
{
	struct scene s = scene_make(state);

	s.unit->queue_error = VTD_FSTS_ICE;
	scene_expect_nothing(&s);
	assert_int_equal(report_of(0)->dma_reason, HANDOFF_OK);
}

/* Three units; the clock jumps at its nth look after the commitment. Returns how many there were. */
static uint64_t run_out_of_time(void **state, uint64_t nth)
{
	struct scene s = scene_make(state);
	uint64_t looks;

	s.b->options = "dmarelay.budget=50";
	build_interrupts(s.b, build_unit(s.b), 3);
	build_unit(s.b);
	for (unsigned int i = 0; i < mock_count(); i++)
		mock_unit(i)->delay = 3;
	assert_true(build_prepare(s.b));
	devices_start(s.b);
	looks = fake.looks;
	fake.jump_at = nth ? looks + nth : 0;
	fake.jump = 60000ull * fake.ticks_per_us;	/* short of what a unit may take to answer */
	relay_commit();
	check_run(s.b);
	return fake.looks - looks;
}

/*
 * Whenever time runs out in the switch, the unit that is under way is finished and no other begun:
 * each is either moved as a whole or as it was.
 */
static void no_unit_is_begun_when_time_is_up(void **state)
{
	uint64_t looks = run_out_of_time(state, 0);

	assert_true(looks > 20);
	for (uint64_t nth = 1; nth <= looks; nth++) {
		unsigned int begun = 0, moved = 0;
		long up;

		run_out_of_time(state, nth);
		up = fake_nth(EVENT_JUMP, 0);
		for (size_t i = up < 0 ? fake.event_count : (size_t)up; i < fake.event_count; i++) {
			begun += fake.events[i].type == EVENT_QUEUE_OFF;
			moved += fake.events[i].type == EVENT_SRTP;
		}
		assert_true(begun <= 1 && moved <= 1);
	}
}

/*
 * Two units, one of them without a queue, which have answered by the third look; the CPU stands still
 * for ten seconds at its nth look at the clock (an SMI, a virtual CPU that is not run). Returns the looks.
 */
static uint64_t stall(void **state, uint64_t nth)
{
	struct scene s = scene_make(state);
	struct mock_unit *second = build_unit(s.b);
	uint64_t looks;

	s.b->options = "dmarelay.budget=60000";
	second->gsts &= ~VTD_G_QIE;
	second->cap |= VTD_CAP_RWBF;
	s.unit->delay = 1;		/* of its queue the status is looked at before a register is */
	second->delay = 2;
	s.unit->iqh = 0;
	memory_put64(s.unit->iqa, VTD_QI_IEC_GLOBAL);
	memory_put64(s.unit->iqa + 16, VTD_QI_WAIT | VTD_QI_WAIT_SW);
	memory_put64(s.unit->iqa + 24, s.unit->iqa + 0x800);
	s.unit->countdown = 4;
	assert_true(build_prepare(s.b));
	devices_start(s.b);
	looks = fake.looks;
	fake.jump_at = nth ? looks + nth : 0;
	fake.jump = 10000000ull * fake.ticks_per_us;
	relay_commit();
	check_run(s.b);
	for (unsigned int i = 0; i < 2; i++)
		if (!(report_of(i)->flags & HANDOFF_UNIT_DMA_SWITCHED) || report_of(i)->dma_reason != HANDOFF_OK)
			fail_msg("unit %u is left: reason %u, stall at look %lu", i, report_of(i)->dma_reason,
				 nth);
	assert_true(report_of(0)->flags & HANDOFF_UNIT_IR_SWITCHED);
	assert_int_equal(report_of(0)->ir_reason, HANDOFF_OK);
	return fake.looks - looks;
}

/* Time is not up before the unit has been looked at once more. */
static void stalls_of_the_cpu_are_no_fault_of_the_unit(void **state)
{
	uint64_t looks = stall(state, 0);

	assert_true(looks > 10);
	for (uint64_t nth = 1; nth <= looks; nth++)
		stall(state, nth);
}

/* ---- The crashed kernel's queue, once more ---- */

/* The Wait that took a descriptor's place is none either: given up, not tried for ever. */
static void queue_that_stops_again_is_left(void **state)
{
	struct scene s = scene_make(state);

	s.unit->queue_error = VTD_FSTS_IQE;
	s.unit->iqt = s.unit->iqh + 0x10;
	expect_left_with_its_queue(&s);
	assert_int_equal(fake_count(EVENT_MEND), 1);
}

static void queue_whose_devices_never_answer_is_left(void **state)
{
	struct scene s = scene_make(state);

	s.unit->queue_error = VTD_FSTS_ITE;
	s.unit->iqt = s.unit->iqh + 0x10;
	expect_left_with_its_queue(&s);
	assert_int_equal(fake_count(EVENT_MEND), 0);
}

/* A head between descriptors, a queue beyond the host's width, or beyond what the CPU reaches. */
static void queue_in_error_that_cannot_be_written_is_left(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->iqh = 0x50;
	s.unit->iqt = 0x80;
	s.unit->queue_error = VTD_FSTS_IQE;
	expect_left_with_its_queue(&s);
	assert_int_equal(fake_count(EVENT_MEND), 0);
	for (unsigned int bits = 40; bits < 48; bits += 7) {
		s = scene_make(state);
		fake.cpu_bits = 36;
		s.b->loads[s.b->load_count++] = (struct handoff_range){ 1ull << bits, (2ull << bits) - 1 };
		s.unit->iqa = 1ull << bits;
		s.unit->iqt = s.unit->iqh + 0x10;
		s.unit->queue_error = VTD_FSTS_IQE;
		memory_fill(1ull << bits, 0, PAGE_SIZE);
		expect_left_with_its_queue(&s);
		assert_int_equal(fake_count(EVENT_MEND), 0);
	}
}

/* A device that does not answer in time stops the crashed kernel's queue while it drains. */
static void queue_that_stops_while_it_drains_goes_on(void **state)
{
	struct scene s = scene_make(state);

	s.unit->delay = 5;
	s.unit->late_error = VTD_FSTS_ITE;
	s.unit->iqh = 0;
	s.unit->iqt = 0x20;
	memory_put64(s.unit->iqa, VTD_QI_IEC_GLOBAL);
	memory_put64(s.unit->iqa + 16, VTD_QI_WAIT | VTD_QI_WAIT_SW);
	memory_put64(s.unit->iqa + 24, s.unit->iqa + 0x800);
	s.unit->fsts = VTD_FSTS_ITE;	/* as it was at the crash, or the queue would be empty by now */
	scene_expect_nothing(&s);
	assert_true(report_of(0)->flags & HANDOFF_UNIT_DMA_SWITCHED);
	assert_int_equal(fake_count(EVENT_MEND), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queued_order),
		cmocka_unit_test(register_order),
		cmocka_unit_test(unit_without_queue_and_interrupts),
		cmocka_unit_test(iotlb_is_drained_as_far_as_the_unit_can),
		cmocka_unit_test(unit_that_invalidates_by_itself_is_not_asked_to),
		cmocka_unit_test(write_buffer_is_flushed_before_the_pointer_moves),
		cmocka_unit_test(write_buffers_that_are_not_told_are_flushed),
		cmocka_unit_test(write_buffer_that_never_empties_leaves_the_unit),
		cmocka_unit_test(slow_units_are_waited_for),
		cmocka_unit_test(tables_are_in_memory_before_the_unit_is_told),
		cmocka_unit_test(srtp_never_acknowledged_puts_the_pointer_back),
		cmocka_unit_test(sirtp_never_acknowledged_puts_the_pointer_back),
		cmocka_unit_test(queue_that_does_not_drain_leaves_the_unit),
		cmocka_unit_test(queue_that_does_not_stop_leaves_the_unit),
		cmocka_unit_test(queue_that_does_not_start_again_is_given_back),
		cmocka_unit_test(queue_is_drained_before_it_is_replaced),
		cmocka_unit_test(queue_that_an_error_has_stopped_goes_on),
		cmocka_unit_test(queue_with_a_bad_descriptor_ends_there),
		cmocka_unit_test(queue_in_error_that_cannot_be_is_left),
		cmocka_unit_test(invalidation_never_confirmed_is_told),
		cmocka_unit_test(interrupt_invalidation_never_confirmed_is_told),
		cmocka_unit_test(interrupt_table_in_place_without_a_queue),
		cmocka_unit_test(register_invalidation_never_confirmed_is_told),
		cmocka_unit_test(two_units_go_in_two_passes),
		cmocka_unit_test(hung_unit_does_not_keep_a_good_one),
		cmocka_unit_test(hung_unit_first_does_not_keep_a_good_one),
		cmocka_unit_test(faults_of_the_crash_are_cleared_and_masked),
		cmocka_unit_test(queue_error_is_not_waited_out),
		cmocka_unit_test(invalidation_that_times_out_is_told),
		cmocka_unit_test(completion_error_stops_nothing),
		cmocka_unit_test(no_unit_is_begun_when_time_is_up),
		cmocka_unit_test(stalls_of_the_cpu_are_no_fault_of_the_unit),
		cmocka_unit_test(queue_that_stops_again_is_left),
		cmocka_unit_test(queue_whose_devices_never_answer_is_left),
		cmocka_unit_test(queue_in_error_that_cannot_be_written_is_left),
		cmocka_unit_test(queue_that_stops_while_it_drains_goes_on),
	};

	return cmocka_run_group_tests_name("switch", tests, NULL, NULL);
}
