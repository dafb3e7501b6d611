// SPDX-License-Identifier: GPL-2.0-only
/* relay.c: whole runs. */
#include "testing.h"

#include "builder.h"
#include "check.h"
#include "fake.h"
#include "params.h"
#include "result.h"
#include "scene.h"

/* One unit, two devices: 00:1f.0 with 3 levels, 01:00.0 with 4, and an interrupt. */
static struct build *usual_machine(void)
{
	struct build *b = build_machine();
	struct mock_unit *unit = build_unit(b);
	uint64_t small = build_page(b), large = build_page(b), interrupts;

	build_attach(b, unit, 0x00f8, small, 5, 1);
	build_attach(b, unit, 0x0100, large, 6, 2);
	build_map(b, small, 3, 0xfffff000, 0x20000000, 1);
	build_map(b, small, 3, 0xffffe000, 0x20001000, 1);
	build_map(b, large, 4, 0x40000000, 0x20200000, 2);
	build_map(b, large, 4, 0x8000000000, 0x140000000, 3);
	interrupts = build_interrupts(b, unit, 7);
	memory_put64(interrupts, 0x100000021ull | 0x30 << 16);
	memory_put64(interrupts + 8, 0x400f8);
	return b;
}

/* That, and 00:14.3 has reserved memory that its tables lack: 4 MiB over two tables. */
static struct build *machine_with_reserved_memory(void)
{
	struct build *b = usual_machine();

	build_attach(b, mock_unit(0), 0x00a3, build_page(b), 7, 1);
	build_rmrr(b, 0x7b100000, 0x7b4fffff);
	return b;
}

/* PASIDs of both kinds on a bus with both halves, reserved memory, and a bad context. */
static struct build *scalable_machine(void)
{
	struct scene s = scene_make_scalable(&(void *){ NULL });
	uint64_t directory = build_directory(s.b, s.unit, 0x00a3, 0);

	build_pasid(s.b, directory, 0, build_page(s.b) | 2 << 6 | 1 << 2 | 1, 12, 0);
	memory_put64(build_entry(s.b, s.unit, 0x0301), s.directory | 0x20 | 1);		/* reserved */
	build_rmrr(s.b, 0x7b100000, 0x7b4fffff);
	return s.b;
}

static struct build *(*const machines[])(void) = {
	usual_machine, machine_with_reserved_memory, scalable_machine,
};

static void clean_machine_is_switched_whole(void **state)
{
	struct build *b = usual_machine();
	const struct handoff_unit *unit;

	(void)state;
	assert_true(build_run(b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(b);
	assert_int_equal(result_count(HANDOFF_RECORDS), 0);
	assert_int_equal(result_count(HANDOFF_DEVICES), 2);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 2);
	unit = result_entry(HANDOFF_UNITS, 0);
	assert_hex_equal(unit->flags, HANDOFF_UNIT_DMA_ACTIVE | HANDOFF_UNIT_DMA_SWITCHED |
			 HANDOFF_UNIT_IR_ACTIVE | HANDOFF_UNIT_IR_SWITCHED | HANDOFF_UNIT_QI);
	assert_int_equal(unit->dma_reason, HANDOFF_OK);
	assert_int_equal(unit->root_tables, 3);
	assert_int_equal(unit->page_tables, 7);
	assert_int_equal(unit->in_place, 0);
	assert_int_equal(unit->irtes, 1);
}

static void policy_off_touches_nothing(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	b->options = "dmarelay.policy=off";
	assert_false(build_run(b));
	assert_outcome(HANDOFF_IDLE, HANDOFF_POLICY_OFF);
	check_untouched(b);
	assert_false(result_covers_tables());
	assert_int_equal(result_count(HANDOFF_UNITS), 0);
}

static void machine_without_dmar_is_left(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	b->no_dmar = true;
	assert_false(build_run(b));
	assert_outcome(HANDOFF_IDLE, HANDOFF_NO_DMAR);
	check_untouched(b);
}

static void machine_without_rsdp_is_left(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	b->boot.rsdp = phys(0);
	assert_false(build_run(b));
	assert_outcome(HANDOFF_ABANDONED, HANDOFF_NO_RSDP);
	check_untouched(b);
}

static void machine_without_elfcorehdr_is_left(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	b->no_elfcorehdr = true;
	assert_false(build_run(b));
	assert_outcome(HANDOFF_ABANDONED, HANDOFF_NO_ELFCOREHDR);
	check_untouched(b);
}

static void unsound_e820_is_not_believed(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	b->boot.e820_sound = false;
	assert_false(build_run(b));
	assert_outcome(HANDOFF_ABANDONED, HANDOFF_BAD_E820);
	check_untouched(b);
}

static void e820_without_ram_is_not_believed(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	for (size_t i = 0; i < b->e820_count; i++)
		b->e820[i].type = 2;
	assert_false(build_run(b));
	assert_outcome(HANDOFF_ABANDONED, HANDOFF_BAD_E820);
}

static void translation_off_everywhere_is_nothing_to_do(void **state)
{
	struct build *b = usual_machine();
	const struct handoff_unit *unit;

	(void)state;
	mock_unit(0)->gsts = VTD_G_QIE;
	assert_false(build_run(b));
	assert_outcome(HANDOFF_IDLE, HANDOFF_NO_ACTIVE_UNIT);
	check_untouched(b);
	unit = result_entry(HANDOFF_UNITS, 0);
	assert_hex_equal(unit->gsts, VTD_G_QIE);
}

static void dmar_without_units_is_nothing_to_do(void **state)
{
	struct build *b = build_machine();

	(void)state;
	assert_false(build_run(b));
	assert_outcome(HANDOFF_IDLE, HANDOFF_NO_UNITS);
}

/* The smallest that `dmarelay wrap` makes. */
static void arena_of_256k_serves_a_desktop(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	b->arena_size = 0x40000;
	assert_true(build_run(b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(b);
	assert_int_equal(result_count(HANDOFF_RECORDS), 0);
	assert_int_equal(((const struct handoff_unit *)result_entry(HANDOFF_UNITS, 0))->in_place, 0);
}

/* Any size does something safe: a whole switch, a report, or nothing. */
static void arena_of_any_size_is_safe(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(machines); i++) {
		bool published = false, switched = false;
		uint64_t size;

		for (uint64_t pages = 0; pages < 80; pages++) {
			struct build *b = machines[i]();

			b->arena_size = pages ? pages * PAGE_SIZE : PAGE_SIZE;
			build_seal(b);
			b->boot.arena_size = pages * PAGE_SIZE;
			switched |= build_run(b);
			relay_payload(&size);
			assert_true(size <= pages * PAGE_SIZE);
			published |= size > 0;
			check_run(b);
		}
		assert_true(published && switched);
	}
}

static void arena_too_small_for_the_roots_is_told(void **state)
{
	struct build *b = usual_machine();
	uint64_t size = 0;

	(void)state;
	/* The first size at which a report fits at all. */
	for (b->arena_size = PAGE_SIZE; !size; b->arena_size += PAGE_SIZE) {
		b->sealed = false;
		build_run(b);
		relay_payload(&size);
	}
	assert_outcome(HANDOFF_ABANDONED, HANDOFF_ARENA_TOO_SMALL);
	check_untouched(b);
}

static void two_units_with_a_domain_in_common(void **state)
{
	struct build *b = build_machine();
	struct mock_unit *first = build_unit(b), *second = build_unit(b);
	uint64_t tree = build_page(b);

	(void)state;
	build_map(b, tree, 3, 0x1000, 0x20000000, 1);
	build_attach(b, first, 0x00f8, tree, 5, 1);
	build_attach(b, second, 0x0100, tree, 5, 1);
	assert_true(build_run(b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(b);
	assert_int_equal(result_count(HANDOFF_UNITS), 2);
	assert_int_equal(result_count(HANDOFF_DEVICES), 2);
	assert_int_equal(result_count(HANDOFF_DOMAINS), 2);
	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(((const struct handoff_domain *)result_entry(HANDOFF_DOMAINS, i))->unit, i);
	assert_int_equal(result_count(HANDOFF_RECORDS), 0);
}

/* ---- Time ---- */

/*
 * Whenever the clock leaps beyond the budget, at any of the stub's looks at it: the machine is as
 * before with a report that says so, or the switch is complete for each unit that says it is.
 */
static void expect_safe_at_any_moment(struct build *(*machine)(void))
{
	bool abandoned = false, partly = false, done = false;

	for (uint64_t look = 1; !done; look++) {
		struct build *b = machine();
		struct mock_unit *second = build_unit(b);

		build_attach(b, second, 0x0200, build_page(b), 5, 1);
		fake.jump_at = look;
		fake.jump = (PARAMS_BUDGET_DEFAULT + 1000ull) * 1000 * fake.ticks_per_us;
		if (!build_run(b)) {
			assert_outcome(HANDOFF_ABANDONED, HANDOFF_BUDGET);
			check_untouched(b);
			abandoned = true;
		} else if (result_header()->reason == HANDOFF_NO_UNIT_SWITCHED) {
			partly = true;
			assert_int_equal(((const struct handoff_unit *)
					  result_entry(HANDOFF_UNITS, 0))->dma_reason, HANDOFF_BUDGET);
		}
		check_run(b);
		done = fake.looks < look;
	}
	assert_true(abandoned && partly);
}

static void time_that_runs_out_at_any_moment_is_safe(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(machines); i++)
		expect_safe_at_any_moment(machines[i]);
}

static void budget_of_the_command_line_counts(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	b->options = "dmarelay.budget=20";
	build_seal(b);
	b->boot.entry_ticks -= 19ull * 1000 * fake.ticks_per_us;
	assert_true(build_run(b));

	b = usual_machine();
	b->options = "dmarelay.budget=20";
	build_seal(b);
	b->boot.entry_ticks -= 21ull * 1000 * fake.ticks_per_us;
	assert_false(build_run(b));
	assert_outcome(HANDOFF_ABANDONED, HANDOFF_BUDGET);
}

static void each_phase_is_timed(void **state)
{
	static const uint32_t phases[] = {
		HANDOFF_PHASE_ARRIVE, HANDOFF_PHASE_DISCOVER, HANDOFF_PHASE_COPY, HANDOFF_PHASE_SEAL,
		HANDOFF_PHASE_SURVEY, HANDOFF_PHASE_SWITCH,
	};
	struct build *b = usual_machine();

	(void)state;
	assert_true(build_run(b));
	assert_int_equal(result_count(HANDOFF_TIMING), COUNT_OF(phases));
	for (uint32_t i = 0; i < COUNT_OF(phases); i++) {
		const struct handoff_timing *timing = result_entry(HANDOFF_TIMING, i);

		assert_int_equal(timing->phase, phases[i]);
		assert_int_equal(timing->ticks_per_us, fake.ticks_per_us);
		assert_hex_equal(timing->us, timing->ticks / fake.ticks_per_us);
		assert_true(timing->ticks > 0);
	}
}

static void times_are_stated_at_the_measured_rate(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	fake.measured_per_us = 70;
	assert_true(build_run(b));
	for (uint32_t i = 0; i < result_count(HANDOFF_TIMING); i++) {
		const struct handoff_timing *timing = result_entry(HANDOFF_TIMING, i);

		assert_int_equal(timing->ticks_per_us, 70);
		assert_hex_equal(timing->us, timing->ticks / 70);
	}
	b = usual_machine();
	fake.measured_per_us = 1;
	assert_true(build_run(b));
	for (uint32_t i = 0; i < result_count(HANDOFF_TIMING); i++) {
		const struct handoff_timing *timing = result_entry(HANDOFF_TIMING, i);

		assert_true(timing->us && timing->us == timing->ticks);
	}
}

/* Measuring takes port accesses, each of them slow while devices fault without end. */
static void clock_is_not_measured_while_the_hardware_is_busy(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	fake.measured_per_us = 70;
	b->options = "dmarelay.budget=20";
	build_seal(b);
	b->boot.entry_ticks -= 21ull * 1000 * fake.ticks_per_us;
	assert_false(build_run(b));
	assert_outcome(HANDOFF_ABANDONED, HANDOFF_BUDGET);
	assert_true(fake.ticks_per_us != 70);
}

/* ---- Cut short ---- */

static const struct relay_trap page_fault = { .vector = 14, .error = 2, .at = 0x1234, .address = 0xdead };

static void report_is_complete_before_the_commitment(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	assert_true(build_prepare(b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_NO_UNIT_SWITCHED);	/* result_header() checks the digest */
	assert_true(result_covers_tables());
	assert_int_equal(result_count(HANDOFF_TIMING), 4);
}

static void exception_while_preparing_leaves_a_report_alone(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	assert_true(build_prepare(b));
	relay_trapped(&page_fault);
	relay_abandon(HANDOFF_EXCEPTION);
	assert_outcome(HANDOFF_ABANDONED, HANDOFF_EXCEPTION);
	assert_false(result_covers_tables());
	assert_logged("exception 14, error 2, at stub offset 1234, cr2 dead");
	check_untouched(b);
}

static void exception_while_committing_keeps_the_tables(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	assert_true(build_prepare(b));
	relay_trapped(&page_fault);
	relay_conclude();
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_NO_UNIT_SWITCHED);
	assert_true(result_covers_tables());
}

/* ---- What else the report holds ---- */

static void crash_region_is_reported(void **state)
{
	struct build *b = usual_machine();
	const struct handoff_range *range;

	(void)state;
	assert_true(build_run(b));
	assert_int_equal(result_count(HANDOFF_CRASH_REGION), 1);
	range = result_entry(HANDOFF_CRASH_REGION, 0);
	assert_hex_equal(range->first, BUILD_CRASH_START);
	assert_hex_equal(range->last, BUILD_CRASH_END - 1);
}

static void log_goes_to_the_console_too(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	b->options = "dmarelay.log=ttyS1,57600";
	assert_true(build_run(b));
	assert_int_equal(fake.console_port, 1);
	assert_int_equal(fake.console_baud, 57600);
	assert_non_null(strstr(fake.console, "dmarelay "));
	assert_logged("dmarelay ");
}

static void console_that_is_not_there_is_told(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	fake.no_console = true;
	b->options = "dmarelay.log=ttyS3";
	assert_true(build_run(b));
	assert_logged("no serial port");
}

static void two_runs_give_the_same_bytes(void **state)
{
	static uint8_t first[0x100000], second[sizeof(first)];

	(void)state;
	assert_true(build_run(usual_machine()));
	memory_get(BUILD_ARENA, first, sizeof(first));
	assert_true(build_run(usual_machine()));
	memory_get(BUILD_ARENA, second, sizeof(second));
	assert_memory_equal(first, second, sizeof(first));
}

/* What was pending when the stub came, or came while it ran: told once, before the seal. */
static void nmis_are_told(void **state)
{
	struct scene s = scene_make(state);

	scene_expect_nothing(&s);
	assert_null(strstr(result_log(), "NMI"));
	s = scene_make(state);
	fake.nmis = 3;
	scene_expect_nothing(&s);
	assert_logged("NMIs so far: 3");
	assert_null(strstr(strstr(result_log(), "NMI") + 1, "NMI"));
}

/* The trap path is there before the report is, and after its sections are full. */
static void exception_without_a_report_is_nothing_to_tell(void **state)
{
	struct build *b = usual_machine();
	uint64_t size;

	(void)state;
	b->arena_size = PAGE_SIZE;
	assert_false(build_run(b));
	relay_trapped(&page_fault);
	relay_abandon(HANDOFF_EXCEPTION);
	relay_payload(&size);
	assert_int_equal(size, 0);
	check_untouched(b);
}

static void phases_beyond_the_report_are_counted(void **state)
{
	(void)state;
	assert_true(build_run(usual_machine()));
	for (unsigned int i = 0; i < 10; i++)
		relay_conclude();
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_int_equal(result_count(HANDOFF_TIMING) + result_dropped(HANDOFF_TIMING), 6 + 10);
	assert_true(result_dropped(HANDOFF_TIMING) > 0);
}

static void crash_region_beyond_the_report_is_counted(void **state)
{
	struct build *b = usual_machine();

	(void)state;
	for (uint64_t i = 0; i < 40; i++)
		b->e820[b->e820_count++] = (struct relay_e820){ 0x200000000 + i * 0x1000000, 0x100000, 1, 0 };
	assert_true(build_run(b));
	check_run(b);
	assert_int_equal(result_count(HANDOFF_CRASH_REGION), 32);
	assert_int_equal(result_dropped(HANDOFF_CRASH_REGION), 9);
}

/* Nobody promises that it is empty. */
static void arena_may_hold_anything(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(machines); i++) {
		struct build *b = machines[i]();

		build_seal(b);
		memset(b->boot.arena, 0x5a, b->arena_size);
		assert_true(build_run(b));
		check_run(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_machine_is_switched_whole),
		cmocka_unit_test(policy_off_touches_nothing),
		cmocka_unit_test(machine_without_dmar_is_left),
		cmocka_unit_test(machine_without_rsdp_is_left),
		cmocka_unit_test(machine_without_elfcorehdr_is_left),
		cmocka_unit_test(unsound_e820_is_not_believed),
		cmocka_unit_test(e820_without_ram_is_not_believed),
		cmocka_unit_test(translation_off_everywhere_is_nothing_to_do),
		cmocka_unit_test(dmar_without_units_is_nothing_to_do),
		cmocka_unit_test(arena_of_256k_serves_a_desktop),
		cmocka_unit_test(arena_of_any_size_is_safe),
		cmocka_unit_test(arena_too_small_for_the_roots_is_told),
		cmocka_unit_test(two_units_with_a_domain_in_common),
		cmocka_unit_test(time_that_runs_out_at_any_moment_is_safe),
		cmocka_unit_test(budget_of_the_command_line_counts),
		cmocka_unit_test(each_phase_is_timed),
		cmocka_unit_test(times_are_stated_at_the_measured_rate),
		cmocka_unit_test(clock_is_not_measured_while_the_hardware_is_busy),
		cmocka_unit_test(report_is_complete_before_the_commitment),
		cmocka_unit_test(exception_while_preparing_leaves_a_report_alone),
		cmocka_unit_test(exception_while_committing_keeps_the_tables),
		cmocka_unit_test(crash_region_is_reported),
		cmocka_unit_test(log_goes_to_the_console_too),
		cmocka_unit_test(console_that_is_not_there_is_told),
		cmocka_unit_test(two_runs_give_the_same_bytes),
		cmocka_unit_test(nmis_are_told),
		cmocka_unit_test(exception_without_a_report_is_nothing_to_tell),
		cmocka_unit_test(phases_beyond_the_report_are_counted),
		cmocka_unit_test(crash_region_beyond_the_report_is_counted),
		cmocka_unit_test(arena_may_hold_anything),
	};

	return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
