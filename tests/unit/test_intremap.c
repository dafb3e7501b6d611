// SPDX-License-Identifier: GPL-2.0-only
/* intremap.c: the interrupt table keeps its size; what is bad in it is muted. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "scene.h"

static uint64_t irte_now(const struct scene *s, unsigned int index, unsigned int half)
{
	return memory_get64((s->unit->irt & PAGE_MASK) + index * 16 + half * 8);
}

/* Entry 1 becomes lo, hi, and `rule` strikes: it is muted, whatever dmarelay.bad= says. */
static void expect_irte(struct scene *s, uint64_t lo, uint64_t hi, uint16_t rule)
{
	memory_put64(s->irte, lo);
	memory_put64(s->irte + 8, hi);
	scene_expect(s, (struct handoff_record){
		.rule = rule,
		.object = HANDOFF_IRTE,
		.action = HANDOFF_BLOCKED,
		.bus = SCENE_SOURCE >> 8,
		.devfn = SCENE_SOURCE & 0xff,
		.where = s->irte,
		.found = { lo, hi },
		.iova = 1,
		.target = lo >> 15 & 1 ? (hi >> 32 << 32) | lo >> 38 << 6 : 0,
	});
	assert_hex_equal(irte_now(s, 1, 0), VTD_IRTE_FPD);
	assert_hex_equal(irte_now(s, 1, 1), 0);
}

static void reserved_bits_of_an_entry(void **state)
{
	for (unsigned int bit = 0; bit < 64; bit++) {
		struct scene s = scene_make(state);

		if ((bit >= 12 && bit <= 14) || (bit >= 24 && bit <= 31))
			expect_irte(&s, 1ull << bit | 0x100300001, 0x40000 | SCENE_SOURCE,
				    HANDOFF_RULE_IRTE_RESERVED);
	}
}

static void reserved_bits_of_the_upper_half(void **state)
{
	for (unsigned int bit = 20; bit < 64; bit += 11) {
		struct scene s = scene_make(state);

		expect_irte(&s, 0x100300001, 1ull << bit | 0x40000 | SCENE_SOURCE, HANDOFF_RULE_IRTE_RESERVED);
	}
}

static void reserved_source_validation_type(void **state)
{
	struct scene s = scene_make(state);

	expect_irte(&s, 0x100300001, 3 << 18 | SCENE_SOURCE, HANDOFF_RULE_IRTE_RESERVED);
}

/* Descriptor at 0x20000040, urgent, vector 0x31. */
#define POSTED_LO	(0x20000040ull >> 6 << 38 | 0x31 << 16 | 1 << 15 | 1 << 14 | 1)
#define POSTED_HI	(0x40000ull | SCENE_SOURCE)

static void posted_entry_stands_where_the_unit_can(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_PI;
	memory_put64(s.irte, POSTED_LO);
	memory_put64(s.irte + 8, POSTED_HI);
	scene_expect_nothing(&s);
	assert_hex_equal(irte_now(&s, 1, 0), POSTED_LO);
	assert_hex_equal(irte_now(&s, 1, 1), POSTED_HI);
}

static void posted_entry_above_4g_stands(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_PI;
	memory_put64(s.irte, 1 << 15 | 1);
	memory_put64(s.irte + 8, POSTED_HI | BUILD_HIGH_START);
	scene_expect_nothing(&s);
}

static void posted_entry_that_the_unit_cannot(void **state)
{
	struct scene s = scene_make(state);

	expect_irte(&s, POSTED_LO, POSTED_HI, HANDOFF_RULE_IRTE_POSTED);
}

static void posted_descriptor_in_the_crash_region(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_PI;
	expect_irte(&s, (BUILD_CRASH_START + 0x40) >> 6 << 38 | 1 << 15 | 1, POSTED_HI,
		    HANDOFF_RULE_IRTE_POSTED);
}

static void posted_descriptor_in_no_ram(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= VTD_CAP_PI;
	expect_irte(&s, 0xfee00000ull >> 6 << 38 | 1 << 15 | 1, POSTED_HI, HANDOFF_RULE_IRTE_POSTED);
	s = scene_make(state);
	s.unit->cap |= VTD_CAP_PI;
	expect_irte(&s, 1 << 15 | 1, POSTED_HI | 1ull << 47, HANDOFF_RULE_IRTE_POSTED);
}

static void reserved_bits_of_a_posted_entry(void **state)
{
	static const unsigned int low[] = { 2, 7, 12, 13, 24, 37 }, high[] = { 20, 31 };

	for (size_t i = 0; i < COUNT_OF(low); i++) {
		struct scene s = scene_make(state);

		s.unit->cap |= VTD_CAP_PI;
		expect_irte(&s, POSTED_LO | 1ull << low[i], POSTED_HI, HANDOFF_RULE_IRTE_RESERVED);
	}
	for (size_t i = 0; i < COUNT_OF(high); i++) {
		struct scene s = scene_make(state);

		s.unit->cap |= VTD_CAP_PI;
		expect_irte(&s, POSTED_LO, POSTED_HI | 1ull << high[i], HANDOFF_RULE_IRTE_RESERVED);
	}
}

static void absent_entries_are_copied_as_they_are(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.irte + 16, 0xfffffffffffffffe);
	memory_put64(s.irte + 24, ~0ull);
	scene_expect_nothing(&s);
	assert_hex_equal(irte_now(&s, 2, 0), 0xfffffffffffffffe);
	assert_hex_equal(irte_now(&s, 2, 1), ~0ull);
}

static void size_and_mode_are_kept(void **state)
{
	for (unsigned int size = 0; size < 16; size++) {
		struct build *b = build_machine();
		struct mock_unit *unit = build_unit(b);
		uint64_t table = build_interrupts(b, unit, size), last = (2ull << size) - 1;

		(void)state;
		b->arena_size = 0x200000;
		unit->irta = unit->irt = table | size;	/* xAPIC mode */
		memory_put64(table + last * 16, 0x100300001);
		memory_put64(table + last * 16 + 8, 0x40100);
		assert_true(build_run(b));
		check_run(b);
		assert_hex_equal(unit->irt & 0xfff, size);
		assert_hex_equal(memory_get64((unit->irt & PAGE_MASK) + last * 16), 0x100300001);
		assert_int_equal(result_count(HANDOFF_RECORDS), 0);
	}
}

static void table_that_finds_no_room_is_mended_in_place(void **state)
{
	struct build *b = build_machine();
	struct mock_unit *unit = build_unit(b);
	uint64_t table = build_interrupts(b, unit, 15);
	const struct handoff_record *record;
	const struct handoff_unit *report;

	(void)state;
	b->arena_size = 0x80000;
	memory_put64(table + 16, 0x100300001);
	memory_put64(table + 60000 * 16, 0x100300001 | 1 << 12);
	memory_put64(table + 60000 * 16 + 8, SCENE_SOURCE);
	assert_true(build_run(b));
	check_run(b);
	report = result_entry(HANDOFF_UNITS, 0);
	assert_int_equal(report->ir_reason, HANDOFF_UNIT_NO_ROOM);
	assert_true(report->flags & HANDOFF_UNIT_DMA_SWITCHED);
	assert_int_equal(report->irtes, 1);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	record = result_entry(HANDOFF_RECORDS, 0);
	assert_int_equal(record->in_place, 1);
	assert_hex_equal(record->where, table + 60000 * 16);
	assert_hex_equal(memory_get64(table + 60000 * 16), 0);
	assert_hex_equal(memory_get64(table + 60000 * 16 + 8), 0);
	assert_hex_equal(memory_get64(table + 16), 0x100300001);
	assert_true(fake_count(EVENT_ENTRIES) > 0);
	assert_true(fake_nth(EVENT_ENTRIES, 0) > fake_nth(EVENT_MEND, 0));
}

/* As above, in a unit that translates no DMA: its cache must forget what was mended all the same. */
static void table_mended_in_place_without_dma_is_invalidated(void **state)
{
	struct build *b = build_machine();
	struct mock_unit *unit = build_unit(b), *second = build_unit(b);
	uint64_t table = build_interrupts(b, unit, 15);

	(void)state;
	(void)second;
	b->arena_size = 0x80000;
	unit->gsts &= ~VTD_G_TE;
	memory_put64(table, 0x100300001 | 1 << 12);
	assert_true(build_run(b));
	check_run(b);
}

static void expect_table(void **state, uint64_t irta)
{
	struct scene s = scene_make(state);
	const struct handoff_unit *unit;

	s.unit->irta = s.unit->irt = irta;
	scene_expect(&s, (struct handoff_record){
		.rule = HANDOFF_RULE_IR_TABLE_PROVENANCE,
		.object = HANDOFF_IR_TABLE,
		.action = HANDOFF_BLOCKED,
		.size = 4096,
		.target = irta & PAGE_MASK,
	});
	for (unsigned int i = 0; i < 256; i++) {
		assert_hex_equal(irte_now(&s, i, 0), VTD_IRTE_FPD);
		assert_hex_equal(irte_now(&s, i, 1), 0);
	}
	unit = result_entry(HANDOFF_UNITS, 0);
	assert_true(unit->flags & HANDOFF_UNIT_DMA_SWITCHED && unit->flags & HANDOFF_UNIT_IR_SWITCHED);
}

static void table_that_is_not_the_crashed_kernels_is_muted_whole(void **state)
{
	expect_table(state, BUILD_CRASH_START | VTD_IRTA_EIME | 7);
	expect_table(state, 0xd0000000 | VTD_IRTA_EIME | 7);
	expect_table(state, 1ull << 47 | VTD_IRTA_EIME | 7);
}

static void interrupts_that_were_off_stay_off(void **state)
{
	struct scene s = scene_make(state);

	s.unit->gsts &= ~(VTD_G_IRE | VTD_G_SIRTP);
	memory_put64(s.irte, ~0ull);
	scene_expect_nothing(&s);
	assert_int_equal(fake_count(EVENT_SIRTP), 0);
	assert_int_equal(fake_count(EVENT_ENTRIES), 0);
}

static void interrupts_alone_are_switched_alone(void **state)
{
	struct scene s = scene_make(state);

	s.unit->gsts &= ~VTD_G_TE;
	scene_expect_nothing(&s);
	assert_int_equal(fake_count(EVENT_SRTP), 0);
	assert_int_equal(fake_count(EVENT_SIRTP), 1);
	assert_int_equal(result_count(HANDOFF_DEVICES), 0);
}

/* Not the crashed kernel's, and no room for one that blocks: it stays, and that is told. */
static void foreign_table_that_finds_no_room_stays(void **state)
{
	struct scene s = scene_make(state);
	const struct handoff_record *record;

	s.b->arena_size = 0x80000;
	s.unit->irta = s.unit->irt = BUILD_CRASH_START | VTD_IRTA_EIME | 15;
	assert_true(build_run(s.b));
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	record = result_entry(HANDOFF_RECORDS, 0);
	assert_int_equal(record->rule, HANDOFF_RULE_IR_TABLE_PROVENANCE);
	assert_int_equal(record->action, HANDOFF_KEPT);
	assert_hex_equal(record->size, 1 << 20);
	assert_int_equal(((const struct handoff_unit *)result_entry(HANDOFF_UNITS, 0))->ir_reason,
			 HANDOFF_UNIT_IRTA);
	assert_hex_equal(s.unit->irt, BUILD_CRASH_START | VTD_IRTA_EIME | 15);
	assert_true(memory_in_arena(s.unit->root & PAGE_MASK, PAGE_SIZE));
}

static void table_that_cannot_be_read_is_muted_whole(void **state)
{
	struct scene s = scene_make(state);

	fake.cpu_bits = 36;
	s.b->loads[s.b->load_count++] = (struct handoff_range){ 1ull << 40, (1ull << 41) - 1 };
	s.unit->irta = s.unit->irt = 1ull << 40 | VTD_IRTA_EIME | 7;
	memory_fill(1ull << 40, 0, PAGE_SIZE);
	assert_true(build_run(s.b));
	assert_only_record(&(struct handoff_record){
		.rule = HANDOFF_RULE_IR_TABLE_PROVENANCE,
		.object = HANDOFF_IR_TABLE,
		.action = HANDOFF_BLOCKED,
		.size = 4096,
		.target = 1ull << 40,
	});
	assert_hex_equal(irte_now(&s, 1, 0), VTD_IRTE_FPD);
}

/* A unit without a queue has no way to forget what was mended, other than by itself. */
static void table_mended_in_place_without_a_queue(void **state)
{
	struct scene s = scene_make(state);
	uint64_t table = build_interrupts(s.b, s.unit, 15);

	s.b->arena_size = 0x80000;
	s.unit->gsts &= ~VTD_G_QIE;
	memory_put64(table, 0x100300001 | 1 << 12);
	assert_true(build_run(s.b));
	assert_hex_equal(memory_get64(table), 0);
	assert_int_equal(fake_count(EVENT_ENTRIES), 0);
}

static void record_names_the_source_of_the_entry(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.irte, 0x100300001 | 1 << 12);
	memory_put64(s.irte + 8, 0x40000 | 0xf5fb);
	assert_true(build_run(s.b));
	assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 0))->bus, 0xf5);
	assert_int_equal(((const struct handoff_record *)result_entry(HANDOFF_RECORDS, 0))->devfn, 0xfb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SUNK_AND_BLOCKED(reserved_bits_of_an_entry),
		SUNK_AND_BLOCKED(reserved_bits_of_the_upper_half),
		SUNK_AND_BLOCKED(reserved_source_validation_type),
		cmocka_unit_test(posted_entry_stands_where_the_unit_can),
		cmocka_unit_test(posted_entry_above_4g_stands),
		SUNK_AND_BLOCKED(posted_entry_that_the_unit_cannot),
		SUNK_AND_BLOCKED(posted_descriptor_in_the_crash_region),
		SUNK_AND_BLOCKED(posted_descriptor_in_no_ram),
		SUNK_AND_BLOCKED(reserved_bits_of_a_posted_entry),
		cmocka_unit_test(absent_entries_are_copied_as_they_are),
		cmocka_unit_test(size_and_mode_are_kept),
		cmocka_unit_test(table_that_finds_no_room_is_mended_in_place),
		cmocka_unit_test(table_mended_in_place_without_dma_is_invalidated),
		SUNK_AND_BLOCKED(table_that_is_not_the_crashed_kernels_is_muted_whole),
		cmocka_unit_test(interrupts_that_were_off_stay_off),
		cmocka_unit_test(interrupts_alone_are_switched_alone),
		cmocka_unit_test(foreign_table_that_finds_no_room_stays),
		cmocka_unit_test(table_that_cannot_be_read_is_muted_whole),
		cmocka_unit_test(table_mended_in_place_without_a_queue),
		cmocka_unit_test(record_names_the_source_of_the_entry),
	};

	return cmocka_run_group_tests_name("intremap", tests, NULL, NULL);
}
