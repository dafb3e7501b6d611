// SPDX-License-Identifier: GPL-2.0-only
/*
 * absent.c, scope.c: requesters without a context entry. That what is not one gets none, and that all
 * others are as they were, is what check.c looks at.
 */
#include "testing.h"

#include "acpi_dmar.h"
#include "check.h"
#include "devices.h"
#include "fake.h"
#include "pci_regs.h"
#include "pci_space.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

#define LOST		0x0230		/* 02:06.0, on the scene's bus */
#define ELSEWHERE	0x0408		/* 04:01.0, on a bus of no table */

static uint8_t *add_master(uint16_t segment, uint16_t source)
{
	uint8_t *space = space_add(segment, source);

	space[PCI_COMMAND] = PCI_COMMAND_MASTER;
	return space;
}

/* Behind a bridge that is no requester itself. */
static uint8_t *add_elsewhere(void)
{
	space_add_bridge(0, 0x00e0, ELSEWHERE >> 8);
	return add_master(0, ELSEWHERE);
}

static void run(struct scene *s)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(s->b);
}

/* In the old tables. */
static uint64_t was_at(struct scene *s, unsigned int unit, uint16_t source)
{
	return build_entry(s->b, &s->b->units_before[unit], source);
}

static const struct handoff_device *device_of(uint16_t source)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = result_entry(HANDOFF_DEVICES, i);

		if ((device->bus << 8 | device->devfn) == source)
			return device;
	}
	return NULL;
}

static void expect_sunk(struct scene *s, uint16_t source, struct handoff_record expected)
{
	const struct handoff_device *device = device_of(source);

	expected.object = HANDOFF_CONTEXT;
	expected.action = HANDOFF_SUNK;
	expected.bus = (uint8_t)(source >> 8);
	expected.devfn = (uint8_t)source;
	assert_only_record(&expected);
	assert_non_null(device);
	assert_int_equal(device->action, HANDOFF_SUNK);
	assert_int_equal(device->unit, expected.unit);
	assert_int_equal(device->segment, expected.segment);
	assert_int_equal(device->domain, HANDOFF_NO_DOMAIN);
	assert_int_equal(device->translation, 0);
	assert_hex_equal(device->old_context[0], expected.found[0]);
	scene_expect_replaced(s, source, 0);
	scene_expect_replaced(s, source, SCENE_IOVA);
}

static void expect_left(struct scene *s, uint16_t source)
{
	run(s);
	if (result_count(HANDOFF_RECORDS))
		fail_msg("expected no record\n%s", result_log());
	assert_null(device_of(source));
	assert_int_equal(scene_translate(s, source, SCENE_IOVA).result, TRANSLATE_ABSENT);
}

/* ---- The entry ---- */

static void entry_of_a_known_bus_is_made(void **state)
{
	struct scene s = scene_make(state);

	add_master(0, LOST);
	run(&s);
	expect_sunk(&s, LOST, (struct handoff_record){
		.rule = HANDOFF_RULE_CONTEXT_ABSENT,
		.where = was_at(&s, 0, LOST),
	});
	/* A sink of its own. */
	assert_hex_equal(device_of(LOST)->domain_id, scene_context_now(&s, LOST).hi >> 8);
	assert_int_equal(scene_translate(&s, 0x0231, SCENE_IOVA).result, TRANSLATE_ABSENT);
}

/* As found, with what damage has left in it, and without our own mark. */
static void what_was_there_is_told(void **state)
{
	struct scene s = scene_make(state);

	s.b->options = "dmarelay.faults=mute";
	add_master(0, LOST);
	build_context(s.b, s.unit, LOST, s.tree, 9 << 8 | 1);
	run(&s);
	expect_sunk(&s, LOST, (struct handoff_record){
		.rule = HANDOFF_RULE_CONTEXT_ABSENT,
		.where = was_at(&s, 0, LOST),
		.found = { s.tree, 9 << 8 | 1 },
	});
}

/* dmarelay.faults=mute covers what is made for a missing context: the entry, and the rest of a new table. */
static void what_is_made_is_muted(void **state)
{
	struct scene s = scene_make(state);

	s.b->options = "dmarelay.faults=mute";
	add_master(0, LOST);
	add_elsewhere();
	run(&s);
	assert_true(scene_translate(&s, LOST, SCENE_IOVA).muted);
	assert_true(scene_translate(&s, ELSEWHERE, SCENE_IOVA).muted);
	assert_true(scene_translate(&s, ELSEWHERE + 1, SCENE_IOVA).muted);

	s = scene_make_scalable(state);
	s.b->options = "dmarelay.faults=mute";
	add_master(0, LOST);
	add_elsewhere();
	run(&s);
	assert_true(scene_translate(&s, LOST, SCENE_IOVA).muted);
	assert_true(scene_translate(&s, ELSEWHERE, SCENE_IOVA).muted);
	assert_true(scene_translate(&s, ELSEWHERE + 1, SCENE_IOVA).muted);
	assert_true(scene_translate(&s, ELSEWHERE ^ 0x80, SCENE_IOVA).muted);
}

static void table_of_an_absent_bus_is_made(void **state)
{
	struct scene s = scene_make(state);

	add_elsewhere();
	run(&s);
	expect_sunk(&s, ELSEWHERE, (struct handoff_record){ .rule = HANDOFF_RULE_CONTEXT_ABSENT });
	assert_int_equal(scene_translate(&s, ELSEWHERE + 1, 0).stage, STAGE_DEVICE);
}

/* Of an entry that is not present nothing is looked at; of the new one all is. */
static void rubbish_in_an_absent_root_entry(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.unit->rtaddr + 4 * 16, 0xffe);
	memory_put64(s.unit->rtaddr + 4 * 16 + 8, 0x1234567812345678);
	add_elsewhere();
	run(&s);
	expect_sunk(&s, ELSEWHERE, (struct handoff_record){ .rule = HANDOFF_RULE_CONTEXT_ABSENT });
}

static void second_device_of_an_absent_bus_shares_its_table(void **state)
{
	struct scene s = scene_make(state);
	uint64_t root;

	add_elsewhere();
	space_add_bridge(0, 0x00e8, 5);
	add_master(0, 0x04f8);
	run(&s);
	assert_int_equal(result_count(HANDOFF_RECORDS), 2);
	scene_expect_replaced(&s, ELSEWHERE, 0);
	scene_expect_replaced(&s, 0x04f8, 0);
	root = s.unit->root & PAGE_MASK;
	assert_hex_equal(memory_get64(root + 5 * 16), 0);	/* nothing is behind that bridge */
}

static void scalable_entry_of_a_known_bus_is_made(void **state)
{
	struct scene s = scene_make_scalable(state);

	add_master(0, LOST);
	run(&s);
	expect_sunk(&s, LOST, (struct handoff_record){
		.rule = HANDOFF_RULE_SM_CONTEXT_ABSENT,
		.where = was_at(&s, 0, LOST),
	});
	scene_expect_pasid_replaced(&s, LOST, SCENE_PASID, SCENE_IOVA);
}

/* Linux' kdump kernels until 2026 want both halves: the other one is there, and empty. */
static void scalable_bus_gets_both_halves(void **state)
{
	static const uint16_t sources[] = { 0x0408, 0x0488 };

	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		struct scene s = scene_make_scalable(state);
		uint16_t other = sources[1 - i];

		space_add_bridge(0, 0x00e0, 4);
		add_master(0, sources[i]);
		run(&s);
		expect_sunk(&s, sources[i], (struct handoff_record){
			.rule = HANDOFF_RULE_SM_CONTEXT_ABSENT,
		});
		assert_int_equal(scene_translate(&s, other, 0).stage, STAGE_DEVICE);
		assert_int_equal(scene_translate(&s, other, 0).result, TRANSLATE_ABSENT);
	}
}

/* The half that was blank is one for all buses: it must stay blank for them. */
static void blank_half_is_not_written_to(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t directory = build_directory(s.b, s.unit, 0x0308, 0);

	build_pasid(s.b, directory, 0, build_page(s.b) | 2 << 6 | 1 << 2 | 1, 12, 0);
	build_directory(s.b, s.unit, 0x0508, 0);
	add_master(0, 0x0388);
	run(&s);
	expect_sunk(&s, 0x0388, (struct handoff_record){ .rule = HANDOFF_RULE_SM_CONTEXT_ABSENT });
	assert_int_equal(scene_translate(&s, 0x0588, 0).result, TRANSLATE_ABSENT);
}

/* ---- Who ---- */

static void devices_that_do_no_dma_get_none(void **state)
{
	struct scene s = scene_make(state);

	space_add(0, LOST)[PCI_COMMAND] = 0xfb;
	expect_left(&s, LOST);
}

static void host_bridge_gets_none(void **state)
{
	struct scene s = scene_make(state);

	space_put(add_master(0, 0), PCI_CLASS, 0x06000002, 4);
	expect_left(&s, 0);
}

static void ports_get_none(void **state)
{
	static const struct { unsigned int type; bool port; } types[] = {
		{ PCI_EXP_ROOT_PORT, true }, { 5, true }, { PCI_EXP_DOWNSTREAM, true },
		{ 0, false }, { 1, false }, { 8, false }, { 9, false }, { PCI_EXP_COLLECTOR, false },
	};

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct scene s = scene_make(state);

		space_express(add_master(0, LOST), types[i].type);
		if (types[i].port) {
			expect_left(&s, LOST);
			continue;
		}
		run(&s);
		scene_expect_replaced(&s, LOST, 0);
	}
}

/* It is the bridge's id that requests from behind it bear. */
static void conventional_bridge_gets_one(void **state)
{
	struct scene s = scene_make(state);

	space_add_bridge(0, 0x00f0, 4)[PCI_COMMAND] = PCI_COMMAND_MASTER;
	run(&s);
	expect_sunk(&s, 0x00f0, (struct handoff_record){ .rule = HANDOFF_RULE_CONTEXT_ABSENT });
}

/* Requests from behind it are device 0's of its bus, if there are any. */
static void device_behind_a_bridge_to_pci(void **state)
{
	for (unsigned int masters = 0; masters < 2; masters++) {
		struct scene s = scene_make(state);
		uint8_t *bridge = space_add_bridge(0, 0x0210, 4);

		space_express(bridge, PCI_EXP_PCI_BRIDGE);
		bridge[PCI_COMMAND] = PCI_COMMAND_MASTER;
		build_attach(s.b, s.unit, 0x0210, s.tree, 9, 1);
		space_add(0, ELSEWHERE)[PCI_COMMAND] = masters ? PCI_COMMAND_MASTER : 0;
		if (!masters) {
			expect_left(&s, 0x0400);
			continue;
		}
		run(&s);
		assert_int_equal(result_count(HANDOFF_RECORDS), 2);
		scene_expect_replaced(&s, ELSEWHERE, 0);
		scene_expect_replaced(&s, 0x0400, 0);
		assert_non_null(device_of(0x0400));
	}
}

/* Who is behind another bridge, or in another segment, does not go through this one. */
static void bus_masters_elsewhere_are_not_behind_a_bridge(void **state)
{
	static const struct { uint32_t segment; uint16_t source; } elsewhere[] = {
		{ 0, 0x0308 }, { 0, 0x0508 }, { 1, 0x0408 },
	};

	for (size_t i = 0; i < COUNT_OF(elsewhere); i++) {
		struct scene s = scene_make(state);
		uint8_t *bridge = space_add_bridge(0, 0x0210, 4);

		space_express(bridge, PCI_EXP_PCI_BRIDGE);
		bridge[PCI_COMMAND] = PCI_COMMAND_MASTER;
		build_attach(s.b, s.unit, 0x0210, s.tree, 9, 1);
		space_add_bridge(0, 0x0218, elsewhere[i].source >> 8);
		add_master(elsewhere[i].segment, elsewhere[i].source);
		run(&s);
		assert_null(device_of(0x0400));
	}
}

/* One that is on the way to nowhere. */
static void bridge_to_pci_without_a_bus(void **state)
{
	struct scene s = scene_make(state);
	uint8_t *bridge = space_add_bridge(0, 0x0210, 0);

	space_express(bridge, PCI_EXP_PCI_BRIDGE);
	space_put(bridge, PCI_BUSES, 0xff0000, 4);
	bridge[PCI_COMMAND] = PCI_COMMAND_MASTER;
	run(&s);
	expect_sunk(&s, 0x0210, (struct handoff_record){
		.rule = HANDOFF_RULE_CONTEXT_ABSENT,
		.where = was_at(&s, 0, 0x0210),
	});
}

static void devices_with_an_entry_keep_it(void **state)
{
	struct scene s = scene_make(state);

	add_master(0, SCENE_SOURCE);
	add_master(0, SCENE_NEIGHBOUR);
	run(&s);
	assert_int_equal(result_count(HANDOFF_RECORDS), 0);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
}

/* ---- Whose ---- */

/* A unit beside the scene's, with device 05:00.0 in domain 5. */
static struct mock_unit *add_unit(struct scene *s)
{
	struct mock_unit *unit = build_unit(s->b);

	build_attach(s->b, unit, 0x0500, build_page(s->b), 5, 1);
	return unit;
}

static const uint8_t path_to_lost[] = { 0x1c, 0, LOST >> 3 & 0x1f, LOST & 7 };

/* The scene's unit is for what `type` and the path say, the second one for all others. */
static struct scene with_two_units(void **state, uint8_t type, unsigned int pairs, const uint8_t *path)
{
	struct scene s = scene_make(state);

	build_scope(s.b, type, 0, pairs, path);
	add_unit(&s);
	add_master(0, LOST);
	return s;
}

static void expect_by_unit(struct scene *s, uint32_t unit)
{
	struct scene other = *s;

	run(s);
	other.unit = mock_unit(unit);
	expect_sunk(&other, LOST, (struct handoff_record){
		.rule = HANDOFF_RULE_CONTEXT_ABSENT,
		.unit = unit,
		.where = unit ? 0 : was_at(s, 0, LOST),
	});
	other.unit = mock_unit(1 - unit);
	assert_int_equal(scene_translate(&other, LOST, 0).result, TRANSLATE_ABSENT);
}

static void unit_that_names_the_device(void **state)
{
	struct scene s = with_two_units(state, BUILD_ENDPOINT, 2, path_to_lost);

	space_add_bridge(0, 0x00e0, 2);
	expect_by_unit(&s, 0);
}

static void unit_that_names_a_bridge_above(void **state)
{
	struct scene s = with_two_units(state, BUILD_BRIDGE, 1, path_to_lost);

	space_put(space_add_bridge(0, 0x00e0, 1), PCI_BUSES, 2 << 16 | 1 << 8, 4);
	expect_by_unit(&s, 0);
}

static void unit_of_all_others(void **state)
{
	static const uint8_t another[] = { 0x1c, 0, 7, 0 };
	struct scene s = with_two_units(state, BUILD_ENDPOINT, 2, another);

	space_add_bridge(0, 0x00e0, 2);
	expect_by_unit(&s, 1);
}

/* Firmware lists the one for all others last, but that is firmware's word. */
static void order_of_the_units_does_not_matter(void **state)
{
	struct scene s = scene_make(state);

	add_unit(&s);
	build_scope(s.b, BUILD_ENDPOINT, 2, 1, path_to_lost + 2);
	add_master(0, LOST);
	expect_by_unit(&s, 1);
}

static void unit_of_another_segment_is_not_meant(void **state)
{
	struct scene s = scene_make(state);

	s.b->segment = 3;
	add_unit(&s);
	build_scope(s.b, BUILD_ENDPOINT, 2, 1, path_to_lost + 2);
	add_master(0, LOST);
	run(&s);
	expect_sunk(&s, LOST, (struct handoff_record){
		.rule = HANDOFF_RULE_CONTEXT_ABSENT,
		.where = was_at(&s, 0, LOST),
	});
}

static void device_of_another_segment(void **state)
{
	struct scene s = scene_make(state), other = s;

	s.b->segment = 3;
	other.unit = add_unit(&s);
	space_window(s.b, SPACE_ECAM, 3, 0, 0xf);
	add_master(3, 0x0508);
	run(&s);
	expect_sunk(&other, 0x0508, (struct handoff_record){
		.rule = HANDOFF_RULE_CONTEXT_ABSENT,
		.unit = 1,
		.segment = 3,
		.where = was_at(&s, 1, 0x0508),
	});
}

/* Nobody is for it. */
static void device_of_no_unit_is_left(void **state)
{
	struct scene s = scene_make(state);

	build_scope(s.b, BUILD_ENDPOINT, 2, 1, (const uint8_t[]){ SCENE_SOURCE >> 3 & 0x1f, SCENE_SOURCE & 7 });
	add_master(0, LOST);
	expect_left(&s, LOST);
}

/* Its DMA is not translated, or that unit's tables stay. */
static void device_of_a_unit_that_is_left(void **state)
{
	for (unsigned int dead = 0; dead < 2; dead++) {
		struct scene s = scene_make(state);
		struct mock_unit *unit = add_unit(&s);

		build_scope(s.b, BUILD_ENDPOINT, 2, 1, path_to_lost + 2);
		if (dead)
			unit->dead = true;
		else
			unit->gsts &= ~VTD_G_TE;
		add_master(0, LOST);
		expect_left(&s, LOST);
	}
}

/* The scopes may be wrong: an entry in another unit's tables is one. */
static void entry_in_another_unit_counts(void **state)
{
	struct scene s = with_two_units(state, BUILD_ENDPOINT, 1, path_to_lost);

	build_attach(s.b, s.unit, LOST, s.tree, 9, 1);
	run(&s);
	assert_int_equal(result_count(HANDOFF_RECORDS), 0);
}

/* ---- When not ---- */

static void entries_stay_absent_where_that_is_asked_for(void **state)
{
	static const char *const options[] = {
		"dmarelay.bad=block", "dmarelay.holes=keep", "dmarelay.pci=off",
	};

	for (size_t i = 0; i < COUNT_OF(options); i++) {
		struct scene s = scene_make(state);

		s.b->options = options[i];
		add_master(0, LOST);
		expect_left(&s, LOST);
		if (i < 2)
			assert_logged("1 requesters have no context entry");
	}
}

/* It goes to the sink with all others; that table is not its own to write to. */
static void device_of_a_quarantined_bus(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.root_entry, BUILD_CRASH_START | 1);
	add_master(0, LOST);
	space_add(0, 0x0200);
	space_add_bridge(0, 0x00e0, 2);
	run(&s);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	scene_expect_replaced(&s, LOST, 0);
}

/* All ids are in use: 16 of them, of which the sink of the bad bus would be the first to want one. */
static void device_without_a_domain_id_is_left(void **state)
{
	for (unsigned int bad = 0; bad < 2; bad++) {
		struct scene s = scene_make(state);

		s.unit->cap &= ~7ull;
		for (uint16_t id = 0; id < 16; id++)
			build_attach(s.b, s.unit, (uint16_t)(0x0240 + id), s.tree, id, 1);
		add_master(0, bad ? 0x0308 : LOST);
		if (bad)
			space_add_bridge(0, 0x00e0, 3);
		if (bad)
			memory_put64((s.unit->rtaddr & PAGE_MASK) + 3 * 16, BUILD_CRASH_START | 1);
		run(&s);
		assert_int_equal(scene_translate(&s, bad ? 0x0308 : LOST, 0).result, TRANSLATE_ABSENT);
		assert_logged("1 requesters have no context entry");
	}
}

static void scalable_device_without_a_domain_id_is_left(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.unit->cap &= ~7ull;
	for (uint16_t id = 0; id < 16; id++)
		build_pasid(s.b, s.directory, 0x80u + id, s.tree | 2 << 6 | 1 << 2 | 1, id, 0);
	add_master(0, LOST);
	run(&s);
	assert_int_equal(scene_translate(&s, LOST, 0).result, TRANSLATE_ABSENT);
	assert_logged("1 requesters have no context entry");
}

/* With an arena of any size: an entry that leads to a sink, shared at worst, or none; no half things. */
static void device_without_room(void **state)
{
	for (unsigned int scalable = 0; scalable < 2; scalable++) {
		unsigned int sunk = 0, left = 0;

		for (uint64_t size = 0x28000; size < 0x60000; size += PAGE_SIZE) {
			struct scene s = scalable ? scene_make_scalable(state) : scene_make(state);

			s.b->arena_size = size;
			add_elsewhere();
			if (!build_run(s.b))
				continue;
			check_run(s.b);
			if (!device_of(ELSEWHERE)) {
				left += strstr(result_log(), "1 requesters have no context entry") != NULL;
				continue;
			}
			scene_expect_replaced(&s, ELSEWHERE, 0);
			sunk++;
		}
		assert_true(sunk && left);
	}
}

/* More than have a sink of their own. */
static void many_devices_share_a_sink(void **state)
{
	for (unsigned int scalable = 0; scalable < 2; scalable++) {
		struct scene s = scalable ? scene_make_scalable(state) : scene_make(state);

		for (unsigned int i = 0; i < 32; i++) {
			space_put(add_master(0, (uint16_t)(8 * i)), PCI_HEADER_TYPE, PCI_HEADER_MULTI << 16, 4);
			add_master(0, (uint16_t)(8 * i + 1));
		}
		run(&s);
		assert_int_equal(result_count(HANDOFF_RECORDS), 64);
		scene_expect_replaced(&s, 0x00f9, 0);
	}
}

/* Without room in the report the device goes to the sink all the same. */
static void more_devices_than_the_report_has_room_for(void **state)
{
	struct scene s = scene_make(state);

	s.b->arena_size = 0x80000;
	for (uint16_t source = 0x0200; source <= 0x0240; source++)
		if (source != LOST)
			build_attach(s.b, s.unit, source, s.tree, 9, 1);
	add_master(0, LOST);
	run(&s);
	assert_int_equal(result_dropped(HANDOFF_DEVICES), 1);
	scene_expect_replaced(&s, LOST, 0);
}

/* The clock jumps by its share of the time, at any look at it. */
static void time_is_bounded(void **state)
{
	unsigned int seen = 0;
	bool cut = false;		/* behind the survey, which has a share of its own */

	for (uint64_t look = 1; look < 1000 && !(seen == 7 && cut); look++) {
		struct scene s = scene_make(state);
		unsigned int records;

		s.b->options = "dmarelay.budget=1600";
		add_master(0, 0x0008);
		add_master(0, LOST);
		assert_true(build_prepare(s.b));
		fake.jump_at = fake.looks + look;
		fake.jump = 100000ull * fake.ticks_per_us;
		relay_survey();
		devices_start(s.b);
		relay_commit();
		assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
		check_run(s.b);
		records = result_count(HANDOFF_RECORDS);
		seen |= 1u << records;
		if (records < 2)
			assert_logged("out of time");
		cut |= strstr(result_log(), "out of time for functions without") && records < 2;
	}
	assert_int_equal(seen, 7);
	assert_true(cut);
}

/* As main.c does when a machine check has come: true if one came. */
static bool survey_is_cut(unsigned long after)
{
	static jmp_buf trap;

	if (setjmp(trap)) {
		relay_trapped(&(struct relay_trap){ .vector = 18 });
		relay_survey_cut();
		return true;
	}
	space_traps_after(after, &trap);
	relay_survey();
	return false;
}

/* At any read of the survey, and of what comes after it: none, one, or both have whole entries. */
static void survey_cut_short_leaves_whole_tables(void **state)
{
	unsigned int seen = 0;
	bool cut = true;

	for (unsigned long after = 0; cut; after++) {
		struct scene s = with_two_units(state, BUILD_ENDPOINT, 2, path_to_lost);

		space_add_bridge(0, 0x00e0, 2);
		add_master(0, 0x0238);
		assert_true(build_prepare(s.b));
		cut = survey_is_cut(after);
		devices_start(s.b);
		relay_commit();
		assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
		check_run(s.b);
		seen |= 1u << result_count(HANDOFF_RECORDS);
	}
	assert_int_equal(seen, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_of_a_known_bus_is_made),
		cmocka_unit_test(what_was_there_is_told),
		cmocka_unit_test(what_is_made_is_muted),
		cmocka_unit_test(table_of_an_absent_bus_is_made),
		cmocka_unit_test(rubbish_in_an_absent_root_entry),
		cmocka_unit_test(second_device_of_an_absent_bus_shares_its_table),
		cmocka_unit_test(scalable_entry_of_a_known_bus_is_made),
		cmocka_unit_test(scalable_bus_gets_both_halves),
		cmocka_unit_test(blank_half_is_not_written_to),
		cmocka_unit_test(devices_that_do_no_dma_get_none),
		cmocka_unit_test(host_bridge_gets_none),
		cmocka_unit_test(ports_get_none),
		cmocka_unit_test(conventional_bridge_gets_one),
		cmocka_unit_test(device_behind_a_bridge_to_pci),
		cmocka_unit_test(bus_masters_elsewhere_are_not_behind_a_bridge),
		cmocka_unit_test(bridge_to_pci_without_a_bus),
		cmocka_unit_test(devices_with_an_entry_keep_it),
		cmocka_unit_test(unit_that_names_the_device),
		cmocka_unit_test(unit_that_names_a_bridge_above),
		cmocka_unit_test(unit_of_all_others),
		cmocka_unit_test(order_of_the_units_does_not_matter),
		cmocka_unit_test(unit_of_another_segment_is_not_meant),
		cmocka_unit_test(device_of_another_segment),
		cmocka_unit_test(device_of_no_unit_is_left),
		cmocka_unit_test(device_of_a_unit_that_is_left),
		cmocka_unit_test(entry_in_another_unit_counts),
		cmocka_unit_test(entries_stay_absent_where_that_is_asked_for),
		cmocka_unit_test(device_of_a_quarantined_bus),
		cmocka_unit_test(device_without_a_domain_id_is_left),
		cmocka_unit_test(scalable_device_without_a_domain_id_is_left),
		cmocka_unit_test(device_without_room),
		cmocka_unit_test(many_devices_share_a_sink),
		cmocka_unit_test(more_devices_than_the_report_has_room_for),
		cmocka_unit_test(time_is_bounded),
		cmocka_unit_test(survey_cut_short_leaves_whole_tables),
	};

	return cmocka_run_group_tests_name("absent", tests, NULL, NULL);
}
