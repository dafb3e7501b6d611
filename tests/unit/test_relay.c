// SPDX-License-Identifier: GPL-2.0-only
/* relay.c: whole runs. */
#include "testing.h"

#include "builder.h"
#include "check.h"
#include "fake.h"
#include "result.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_machine_is_switched_whole),
	};

	return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
