// SPDX-License-Identifier: GPL-2.0-only
/* Machines that are not QEMU's default: many units, of many kinds, in odd places and states. */
#include "testing.h"

#include "acpi_dmar.h"
#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

static const struct handoff_unit *unit_of(unsigned int index)
{
	return result_entry(HANDOFF_UNITS, index);
}

static void run(struct scene *s)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(s->b);
}

/* A unit beside the scene's, with device 05:00.0 in domain 5. */
static struct mock_unit *add_unit(struct scene *s)
{
	struct mock_unit *unit = build_unit(s->b);
	uint64_t tree = build_page(s->b);

	build_map(s->b, tree, 3, SCENE_IOVA, 0x20009000, 1);
	build_attach(s->b, unit, 0x0500, tree, 5, 1);
	return unit;
}

static bool switched(unsigned int index)
{
	return unit_of(index)->flags & HANDOFF_UNIT_DMA_SWITCHED;
}

static void units_of_other_segments(void **state)
{
	struct scene s = scene_make(state);

	for (uint16_t segment = 1; segment < 4; segment++) {
		s.b->segment = segment;
		add_unit(&s);
	}
	run(&s);
	assert_int_equal(result_count(HANDOFF_DEVICES), 5);
	for (uint32_t i = 0; i < 3; i++) {
		const struct handoff_device *device = result_entry(HANDOFF_DEVICES, 2 + i);

		assert_true(switched(1 + i));
		assert_int_equal(unit_of(1 + i)->segment, 1 + i);
		assert_int_equal(device->segment, 1 + i);
		assert_int_equal(device->bus, 5);
	}
}

/* Reserved memory is named by segment, too. */
static void reserved_memory_is_its_segments(void **state)
{
	struct scene s = scene_make(state);
	struct mock_unit *unit;

	s.b->segment = 7;
	unit = add_unit(&s);
	build_attach(s.b, unit, 0x00a3, build_page(s.b), 6, 1);
	build_rmrr(s.b, 0x7b000000, 0x7b000fff);	/* segment 0 */
	run(&s);
	assert_int_equal(result_count(HANDOFF_RECORDS), 0);
}

static void unit_above_4_gib(void **state)
{
	struct scene s = scene_make(state);

	s.b->units_at = 0x383ffff00000;
	add_unit(&s);
	run(&s);
	assert_hex_equal(unit_of(1)->base, 0x383ffff01000);
	assert_true(switched(0) && switched(1));
}

/* The others do not suffer from what one unit is: off, dead, nowhere, under protection. */
static void good_unit_beside_one_that_is_left(void **state)
{
	for (unsigned int kind = 0; kind < 5; kind++) {
		struct scene s = scene_make(state);
		struct mock_unit *odd;

		if (kind == 4)		/* no unit can be at address 0 */
			build_structure(s.b, &(struct dmar_drhd){ .head = { 0, 16 } }, 16);
		odd = add_unit(&s);
		if (kind == 0)
			odd->gsts &= ~VTD_G_TE;
		if (kind == 1)
			odd->dead = true;
		if (kind == 2) {
			odd->cap |= VTD_CAP_PLMR;
			odd->pmen = VTD_PMEN_EPM;
		}
		if (kind == 3)
			odd->rtaddr |= 2 << 10;		/* a mode that is reserved */
		assert_true(build_run(s.b));
		assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
		assert_true(switched(0));
		assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
		if (kind == 4) {
			assert_int_equal(unit_of(1)->dma_reason, HANDOFF_UNIT_ADDRESS);
			assert_true(switched(2));
		} else {
			assert_false(switched(1));
			check_run(s.b);
		}
	}
}

/* Legacy and scalable, 3 and 4 levels, queue and registers: each by its own. */
static void units_in_different_modes(void **state)
{
	struct scene s = scene_make_scalable(state);
	struct mock_unit *legacy = add_unit(&s), *registers = add_unit(&s);

	registers->gsts &= ~VTD_G_QIE;
	legacy->ecap &= ~VTD_ECAP_C;
	registers->cap |= VTD_CAP_RWBF;
	run(&s);
	assert_true(switched(0) && switched(1) && switched(2));
	assert_true(unit_of(0)->flags & HANDOFF_UNIT_SCALABLE_MODE);
	assert_false(unit_of(1)->flags & HANDOFF_UNIT_SCALABLE_MODE);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
}

/*
 * CAP.CM: what is not present may be cached as well, so that SRTP's invalidations count for it too. It is not
 * filled with scratch: the hypervisor would map all of it.
 */
static void caching_mode(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_CM;
	run(&s);
	assert_true(switched(0));
	assert_int_equal(scene_translate(&s, SCENE_SOURCE, 0x9000).result, TRANSLATE_ABSENT);
}

static void unit_that_invalidates_by_itself(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_ESRTPS | VTD_CAP_ESIRTPS;
	run(&s);
	assert_true(switched(0) && unit_of(0)->flags & HANDOFF_UNIT_IR_SWITCHED);
	assert_int_equal(fake_count(EVENT_IOTLB), 0);
}

/* More faults than records: all that are there are kept, and that some were lost. */
static void overflow_of_the_fault_records(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= 3ull << 40;		/* 4 records */
	s.unit->fsts = VTD_FSTS_PFO;
	for (unsigned int i = 0; i < 4; i++) {
		s.unit->fault[i][0] = 0x1000 * (i + 1);
		s.unit->fault[i][1] = VTD_FRCD_HIGH_F | 5ull << 32 | SCENE_SOURCE;
	}
	run(&s);
	assert_int_equal(result_count(HANDOFF_FAULTS), 4);
	for (uint32_t i = 0; i < 4; i++) {
		const struct handoff_fault *fault = result_entry(HANDOFF_FAULTS, i);

		assert_hex_equal(fault->record[0], 0x1000 * (i + 1));
		assert_true(fault->fsts & VTD_FSTS_PFO);
	}
	assert_hex_equal(s.unit->fsts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_of_other_segments),
		cmocka_unit_test(reserved_memory_is_its_segments),
		cmocka_unit_test(unit_above_4_gib),
		cmocka_unit_test(good_unit_beside_one_that_is_left),
		cmocka_unit_test(units_in_different_modes),
		cmocka_unit_test(caching_mode),
		cmocka_unit_test(unit_that_invalidates_by_itself),
		cmocka_unit_test(overflow_of_the_fault_records),
	};

	return cmocka_run_group_tests_name("machines", tests, NULL, NULL);
}
