// SPDX-License-Identifier: GPL-2.0-only
/* unit.c: what state the crash left a unit in, and which units are left alone. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "acpi_dmar.h"

static const struct handoff_unit *report_of(unsigned int unit)
{
	return result_entry(HANDOFF_UNITS, unit);
}

/* Beside a good unit, so that there is something to switch; this one stays as it was. */
static void expect_left(struct scene *s, enum handoff_reason reason)
{
	struct mock_unit *good = build_unit(s->b);

	build_attach(s->b, good, 0x0300, build_page(s->b), 20, 1);
	assert_true(build_run(s->b));
	check_run(s->b);
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_int_equal(report_of(0)->dma_reason, reason);
	assert_int_equal(report_of(0)->ir_reason, reason);
	assert_true(report_of(1)->flags & HANDOFF_UNIT_DMA_SWITCHED);
	for (size_t i = 0; i < fake.event_count; i++)
		assert_false(fake.events[i].type == EVENT_WRITE && fake.events[i].unit == s->unit->index);
}

static void state_at_the_crash_is_kept(void **state)
{
	struct scene s = scene_make(state);
	const struct handoff_unit *report;

	s.unit->fsts = VTD_FSTS_ITE;
	s.unit->iqercd = 0x1234;
	s.unit->pmen = VTD_PMEN_PRS;
	assert_true(build_run(s.b));
	report = report_of(0);
	assert_hex_equal(report->base, BUILD_UNIT);
	assert_int_equal(report->version, 0x10);
	assert_hex_equal(report->gsts, s.b->units_before[0].gsts);
	assert_hex_equal(report->cap, s.unit->cap);
	assert_hex_equal(report->ecap, s.unit->ecap);
	assert_hex_equal(report->old_root, s.b->units_before[0].rtaddr);
	assert_hex_equal(report->old_irta, s.b->units_before[0].irta);
	assert_hex_equal(report->old_iqa, s.b->units_before[0].iqa);
	assert_hex_equal(report->old_iqh, 0x20);
	assert_hex_equal(report->old_iqt, 0x20);
	assert_hex_equal(report->fsts, VTD_FSTS_ITE);
	assert_hex_equal(report->iqercd, 0x1234);
	assert_hex_equal(report->pmen, 0);	/* it has none */
}

static void dead_unit_is_left(void **state)
{
	struct scene s = scene_make(state);

	s.unit->dead = true;
	expect_left(&s, HANDOFF_UNIT_DEAD);
}

static void unit_that_reads_as_zeros_is_left(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap = s.unit->ecap = 0;
	expect_left(&s, HANDOFF_UNIT_DEAD);
}

static void protected_memory_regions_leave_the_unit(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_PLMR;
	s.unit->pmen = VTD_PMEN_EPM | VTD_PMEN_PRS;
	expect_left(&s, HANDOFF_UNIT_PMR);
	assert_hex_equal(report_of(0)->pmen, VTD_PMEN_EPM | VTD_PMEN_PRS);
	s = scene_make(state);
	s.unit->cap |= VTD_CAP_PHMR;
	s.unit->pmen = VTD_PMEN_PRS;
	expect_left(&s, HANDOFF_UNIT_PMR);
}

static void protected_memory_regions_that_are_off_do_not_matter(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_PLMR | VTD_CAP_PHMR;
	s.unit->pmen = 0x100;
	scene_expect_nothing(&s);
	assert_hex_equal(report_of(0)->pmen, 0x100);
}

static void scalable_mode_on_a_unit_without_it_leaves_the_unit(void **state)
{
	struct scene s = scene_make(state);

	s.unit->rtaddr |= 1 << 10;
	s.unit->root = s.unit->rtaddr;
	expect_left(&s, HANDOFF_UNIT_SCALABLE);
}

static void reserved_table_modes_leave_the_unit(void **state)
{
	for (unsigned int mode = 2; mode < 4; mode++) {
		struct scene s = scene_make(state);

		s.unit->rtaddr |= mode << 10;
		s.unit->root = s.unit->rtaddr;
		expect_left(&s, HANDOFF_UNIT_MODE);
	}
}

/* The firmware's tables: "Your BIOS is broken". */
static void impossible_register_bases_leave_the_unit(void **state)
{
	static const uint64_t bases[] = {
		0, 0xfed90010, BUILD_PAGES, BUILD_CRASH_START + 0x1000, UINT64_MAX - 0xfff,
	};

	for (size_t i = 0; i < COUNT_OF(bases); i++) {
		struct scene s = scene_make(state);
		uint64_t base = bases[i];

		memcpy(s.b->dmar + 8, &base, sizeof(base));
		expect_left(&s, HANDOFF_UNIT_ADDRESS);
	}
}

static void faults_are_kept(void **state)
{
	struct scene s = scene_make(state);
	const struct handoff_fault *fault;

	s.unit->cap |= 3ull << 40;	/* four records */
	s.unit->fault[1][0] = 0x12345000;
	s.unit->fault[1][1] = VTD_FRCD_HIGH_F | 5ull << 32 | SCENE_SOURCE;
	s.unit->fault[2][1] = 6ull << 32;	/* not a fault: F is clear */
	s.unit->fault[3][1] = VTD_FRCD_HIGH_F | 7ull << 32;
	s.unit->fsts = VTD_FSTS_PFO;
	assert_true(build_run(s.b));
	assert_int_equal(result_count(HANDOFF_FAULTS), 2);
	fault = result_entry(HANDOFF_FAULTS, 0);
	assert_int_equal(fault->unit, 0);
	assert_hex_equal(fault->fsts, VTD_FSTS_PFO | VTD_FSTS_PPF);
	assert_hex_equal(fault->record[0], 0x12345000);
	assert_hex_equal(fault->record[1], VTD_FRCD_HIGH_F | 5ull << 32 | SCENE_SOURCE);
	fault = result_entry(HANDOFF_FAULTS, 1);
	assert_hex_equal(fault->record[1], VTD_FRCD_HIGH_F | 7ull << 32);
}

static void fault_status_without_a_record_is_kept(void **state)
{
	struct scene s = scene_make(state);
	const struct handoff_fault *fault;

	s.unit->fsts = VTD_FSTS_ITE;
	assert_true(build_run(s.b));
	assert_int_equal(result_count(HANDOFF_FAULTS), 1);
	fault = result_entry(HANDOFF_FAULTS, 0);
	assert_hex_equal(fault->fsts, VTD_FSTS_ITE);
	assert_hex_equal(fault->record[0] | fault->record[1], 0);
}

static void faults_beyond_the_report_are_counted(void **state)
{
	struct build *b = build_machine();

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		struct mock_unit *unit = build_unit(b);

		unit->cap |= 3ull << 40;	/* four records */
		for (unsigned int j = 0; j < MOCK_MAX_FAULTS; j++)
			unit->fault[j][1] = VTD_FRCD_HIGH_F | (uint64_t)j << 32;
	}
	build_structure(b, b->dmar, sizeof(struct dmar_drhd));	/* the first unit twice over */
	assert_true(build_prepare(b));
	assert_int_equal(result_count(HANDOFF_FAULTS), 32);
	assert_int_equal(result_dropped(HANDOFF_FAULTS), 4);
}

static void fault_status_beyond_the_report_is_counted(void **state)
{
	struct build *b = build_machine();

	(void)state;
	b->arena_size = 0x300000;	/* 48 units, 96 faults */
	build_unit(b)->fsts = VTD_FSTS_ITE;
	mock_unit(0)->cap |= 3ull << 40;
	for (unsigned int i = 0; i < 30; i++)
		build_structure(b, b->dmar, sizeof(struct dmar_drhd));
	for (unsigned int i = 0; i < 3; i++)
		mock_unit(0)->fault[i][1] = VTD_FRCD_HIGH_F;
	build_unit(b)->fsts = VTD_FSTS_ITE;	/* 31 units of 3 faults, and four more without one */
	build_structure(b, b->dmar + b->dmar_size - sizeof(struct dmar_drhd), sizeof(struct dmar_drhd));
	build_structure(b, b->dmar + b->dmar_size - sizeof(struct dmar_drhd), sizeof(struct dmar_drhd));
	build_structure(b, b->dmar + b->dmar_size - sizeof(struct dmar_drhd), sizeof(struct dmar_drhd));
	assert_true(build_prepare(b));
	assert_int_equal(result_count(HANDOFF_FAULTS), 96);
	assert_int_equal(result_dropped(HANDOFF_FAULTS), 1);
}

static void registers_that_the_unit_does_not_have_are_not_kept(void **state)
{
	struct scene s = scene_make(state);

	s.unit->ecap &= ~(VTD_ECAP_IR | VTD_ECAP_QI);
	s.unit->gsts &= ~(VTD_G_IRE | VTD_G_QIE);
	assert_true(build_run(s.b));
	assert_hex_equal(report_of(0)->old_irta, 0);
	assert_hex_equal(report_of(0)->old_iqa | report_of(0)->old_iqh | report_of(0)->old_iqt, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_at_the_crash_is_kept),
		cmocka_unit_test(dead_unit_is_left),
		cmocka_unit_test(unit_that_reads_as_zeros_is_left),
		cmocka_unit_test(protected_memory_regions_leave_the_unit),
		cmocka_unit_test(protected_memory_regions_that_are_off_do_not_matter),
		cmocka_unit_test(scalable_mode_on_a_unit_without_it_leaves_the_unit),
		cmocka_unit_test(reserved_table_modes_leave_the_unit),
		cmocka_unit_test(impossible_register_bases_leave_the_unit),
		cmocka_unit_test(faults_are_kept),
		cmocka_unit_test(fault_status_without_a_record_is_kept),
		cmocka_unit_test(faults_beyond_the_report_are_counted),
		cmocka_unit_test(fault_status_beyond_the_report_is_counted),
		cmocka_unit_test(registers_that_the_unit_does_not_have_are_not_kept),
	};

	return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
