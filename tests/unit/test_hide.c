// SPDX-License-Identifier: GPL-2.0-only
/* A kdump kernel that is to see no IOMMU: what units, tables, interrupts and firmware's tables say then. */
#include "testing.h"

#include "acpi_dmar.h"
#include "check.h"
#include "devices.h"
#include "fake.h"
#include "hidden.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

static const struct handoff_header *header(void)
{
	return result_header();
}

static struct scene hidden_scene(void **state)
{
	struct scene s = scene_make(state);

	s.b->options = "dmarelay.iommu=hide";
	return s;
}

static void run(struct scene *s)
{
	assert_true(hidden_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
}

static void expect_shown(enum handoff_hide_reason reason)
{
	char name[4];

	assert_int_equal(header()->mode, HANDOFF_SHOWN);
	assert_int_equal(header()->hide_reason, reason);
	assert_true(memory_get(BUILD_DMAR, name, 4));
	assert_memory_equal(name, "DMAR", 4);
}

static void expect_hidden(void)
{
	char name[4];

	if (header()->mode != HANDOFF_HIDDEN)
		fail_msg("not hidden, reason %u\n%s", header()->hide_reason, result_log());
	assert_int_equal(header()->hide_reason, HANDOFF_HIDE_OK);
	assert_true(memory_get(BUILD_DMAR, name, 4));
	assert_memory_equal(name, "XMAR", 4);
}

/* The dump kernel's memory, page by page at its edges and within: itself, but for the arena. */
static void expect_identity(const struct scene *s, uint16_t source)
{
	static const uint64_t pages[] = {
		BUILD_CRASH_START, BUILD_CRASH_START + 0x1000, 0x68200000, 0x6a123000, BUILD_IMAGE,
		BUILD_ARENA - 0x1000, BUILD_CRASH_END - 0x1000,
	};

	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		struct translation t = scene_translate(s, source, pages[i]);

		if (t.result != TRANSLATE_MAPPED || t.pa != pages[i] || !t.read || !t.write)
			fail_msg("device %04x: IOVA %#lx is %u -> %#lx", source, pages[i], t.result, t.pa);
	}
	for (uint64_t at = BUILD_ARENA; at < BUILD_ARENA + s->b->arena_size; at += 0x1000)
		scene_expect_replaced(s, source, at);
}

static void every_requester_reaches_the_dump_memory(void **state)
{
	struct scene s = hidden_scene(state);

	run(&s);
	expect_hidden();
	expect_identity(&s, SCENE_SOURCE);
	expect_identity(&s, SCENE_NEIGHBOUR);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
	/* Without an entry, on a bus that has some, and on one that has none. */
	expect_identity(&s, 0x02ff);
	expect_identity(&s, 0x0000);
	expect_identity(&s, 0xff07);
	scene_expect_replaced(&s, 0xff07, SCENE_PAGE);
}

static void expect_way_b(struct scene *s, enum handoff_hide_reason reason)
{
	run(s);
	expect_shown(reason);
}

static void nobody_hides_unasked(void **state)
{
	struct scene s = scene_make(state);

	expect_way_b(&s, HANDOFF_HIDE_NOT_ASKED);
	s = scene_make(state);
	s.b->options = "dmarelay.iommu=show";
	s.b->boot.hide = true;
	expect_way_b(&s, HANDOFF_HIDE_NOT_ASKED);
	s = scene_make(state);
	s.b->boot.hide = true;
	run(&s);
	expect_hidden();
}

static void put_tables(struct scene *s, unsigned int count)
{
	uint64_t tree = build_page(s->b);

	build_attach(s->b, s->unit, 0x0300, tree, 33, 1);
	for (unsigned int i = 0; i < count; i++)
		build_map(s->b, tree, 3, 0x40000000 + i * 0x200000ull, 0x20000000, 1);
}

static void the_dump_memory_decides(void **state)
{
	struct scene s = hidden_scene(state);
	uint64_t top;

	/* The whole machine's map. */
	s.b->e820[s.b->e820_count++] = (struct relay_e820){ .start = 0x10000000, .size = 0x1000000, .type = 1 };
	expect_way_b(&s, HANDOFF_HIDE_MEMORY_MAP);

	/* All of the region above 4 GiB but some. */
	s = hidden_scene(state);
	s.b->e820[s.b->e820_count++] = (struct relay_e820){ .start = 1ull << 36, .size = 0x10000000, .type = 1 };
	run(&s);
	expect_hidden();
	s = hidden_scene(state);
	for (size_t i = 0; i < s.b->e820_count; i++)
		if (s.b->e820[i].start == BUILD_CRASH_START)
			s.b->e820[i].size = 70ull << 20;
	s.b->e820[s.b->e820_count++] = (struct relay_e820){ .start = 1ull << 36, .size = 0x10000000, .type = 1 };
	expect_way_b(&s, HANDOFF_HIDE_LOW_MEMORY);

	/* Beyond 39 bits. */
	s = hidden_scene(state);
	s.b->e820[s.b->e820_count++] = (struct relay_e820){ .start = 1ull << 39, .size = 0x10000000, .type = 1 };
	expect_way_b(&s, HANDOFF_HIDE_WIDTH);

	/* A top table that is a part of another domain's. */
	s = hidden_scene(state);
	top = build_page(s.b);
	build_attach(s.b, s.unit, 0x0008, top, 13, 2);
	memory_put64(build_slot(top, 4, 0, 4), s.tree | 3);
	expect_way_b(&s, HANDOFF_HIDE_SHARED);
}

static void the_tables_decide(void **state)
{
	struct scene s = hidden_scene(state);

	s.unit->rtaddr = s.unit->root = BUILD_CRASH_START + 0x200000;	/* not the crashed kernel's */
	expect_way_b(&s, HANDOFF_HIDE_ROOT);

	s = hidden_scene(state);
	put_tables(&s, 300);
	expect_way_b(&s, HANDOFF_HIDE_IN_PLACE);

	s = hidden_scene(state);
	s.unit->gsts &= ~VTD_G_TE;
	run(&s);
	assert_int_equal(header()->hide_reason, HANDOFF_HIDE_NO_TRANSLATION);

	s = scene_make_scalable(state);
	s.b->options = "dmarelay.iommu=hide";
	s.unit->ecap |= VTD_ECAP_NEST;
	memory_put64(s.pasid_entry, s.tree | 3 << 6 | 1 << 2 | 1);
	memory_put64(s.pasid_entry + 16, s.fl_tree);
	expect_way_b(&s, HANDOFF_HIDE_NESTED);
}

static void the_units_decide(void **state)
{
	struct scene s = hidden_scene(state);

	s.unit->deaf = VTD_G_IRE;
	assert_true(hidden_run(s.b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_UNIT_SIRTP);	/* it may go by no table, for all that is known */
	expect_shown(HANDOFF_HIDE_INTERRUPTS);

	s = hidden_scene(state);
	s.unit->deaf = VTD_G_SIRTP;
	assert_true(build_prepare(s.b));
	relay_survey();
	relay_hide_prepare();
	relay_commit();
	relay_hide();
	expect_shown(HANDOFF_HIDE_NOT_SWITCHED);

	s = hidden_scene(state);
	assert_true(build_prepare(s.b));
	relay_survey();
	relay_hide_prepare();
	relay_commit();
	s.unit->deaf_queue = true;
	relay_hide();
	expect_shown(HANDOFF_HIDE_INVALIDATE);
	assert_true(strstr(result_log(), "a unit may go by the identity map still"));

	s = hidden_scene(state);
	assert_true(build_prepare(s.b));
	relay_survey();
	relay_hide_prepare();
	relay_commit();
	fake.ticks += 60000ull * 1000 * fake.ticks_per_us;
	relay_hide();
	expect_shown(HANDOFF_HIDE_BUDGET);
	devices_start(s.b);
	check_run(s.b);
}

static void an_initrd_with_a_dmar_table(void **state)
{
	static const char archive[] =
		"070701" "00000001" "000081a4" "00000000" "00000000" "00000001" "00000000" "00000004"
		"00000000" "00000000" "00000000" "00000000" "0000001e" "00000000"
		"kernel/firmware/acpi/dmar.aml\0" "DMAR";
	struct scene s = hidden_scene(state);

	memory_put(BUILD_CRASH_START + 0x1000000, archive, sizeof(archive));
	s.b->boot.initrd.start = BUILD_CRASH_START + 0x1000000;
	s.b->boot.initrd.size = sizeof(archive);
	expect_way_b(&s, HANDOFF_HIDE_INITRD);
	s = hidden_scene(state);
	memory_put(BUILD_CRASH_START + 0x1000000, "compressed", 10);
	s.b->boot.initrd.start = BUILD_CRASH_START + 0x1000000;
	s.b->boot.initrd.size = 10;
	run(&s);
	expect_hidden();
}

/* However little room there is: hidden or shown, and right. */
static void arenas_of_all_sizes(void **state)
{
	unsigned int hidden = 0, no_room = 0;

	for (uint64_t size = 0x40000; size < 0x80000; size += 0x1000) {
		struct scene s = size & 0x1000 ? scene_make_scalable(state) : hidden_scene(state);

		s.b->options = "dmarelay.iommu=hide";
		build_map(s.b, s.tree, 3, 0x41000000, 0x20008000, 1);	/* a table on the way to the region */
		s.b->arena_size = size & ~0x1000ull;
		run(&s);
		hidden += header()->mode == HANDOFF_HIDDEN;
		no_room += header()->hide_reason == HANDOFF_HIDE_NO_ROOM;
	}
	assert_true(hidden && no_room);
}

/* Cut anywhere, before or behind an access, hiding is undone: what is left is what the switch had made. */
static void an_exception_shows_the_iommu(void **state)
{
	unsigned int cuts = 0;

	for (unsigned int late = 0; late < 2; late++) {
		bool cut = true;

		for (uint64_t nth = 1; cut; nth++) {
			struct scene s = hidden_scene(state);

			assert_true(build_prepare(s.b));
			relay_survey();
			relay_hide_prepare();
			relay_commit();
			cut = scene_cut(relay_hide, nth, late);
			if (!cut)
				break;
			cuts++;
			relay_show();
			expect_shown(HANDOFF_HIDE_EXCEPTION);
			devices_start(s.b);
			check_run(s.b);
		}
	}
	assert_true(cuts > 100);
}

static void cut_while_it_is_prepared(void **state)
{
	for (uint64_t nth = 1; nth < 4; nth++) {
		struct scene s = hidden_scene(state);

		assert_true(build_prepare(s.b));
		relay_survey();
		if (!scene_cut(relay_hide_prepare, nth, false))
			break;
		relay_show();
		relay_commit();
		relay_hide();
		devices_start(s.b);
		expect_shown(HANDOFF_HIDE_EXCEPTION);
		check_run(s.b);
	}
}

static void prepare_and_commit(struct scene *s)
{
	assert_true(build_prepare(s->b));
	relay_survey();
	relay_hide_prepare();
	relay_commit();
}

/* A unit stops answering anywhere on the way. */
static void a_unit_that_goes_silent(void **state)
{
	static const uint32_t deaf[] = { VTD_G_SIRTP, VTD_G_WBF, VTD_G_IRE };
	uint32_t count;

	for (unsigned int confirmed = 1; ; confirmed++) {
		struct scene s = hidden_scene(state);

		prepare_and_commit(&s);
		s.unit->deaf_after = confirmed;
		relay_hide();
		if (header()->mode == HANDOFF_HIDDEN) {
			assert_true(confirmed > 4);
			break;
		}
		expect_shown(header()->hide_reason);
		assert_true(header()->hide_reason == HANDOFF_HIDE_INVALIDATE ||
			    header()->hide_reason == HANDOFF_HIDE_INTERRUPTS);
		assert_null(relay_taken(&count));
		assert_int_equal(count, 0);
	}
	for (size_t i = 0; i < COUNT_OF(deaf); i++) {
		struct scene s = hidden_scene(state);

		s.unit->cap |= deaf[i] & VTD_G_WBF ? VTD_CAP_RWBF : 0;
		prepare_and_commit(&s);
		s.unit->deaf = deaf[i];
		relay_hide();
		expect_shown(deaf[i] & VTD_G_WBF ? HANDOFF_HIDE_INVALIDATE : HANDOFF_HIDE_INTERRUPTS);
	}
}

static void what_the_crash_had_set(void **state)
{
	struct scene s = hidden_scene(state);

	s.unit->gsts |= VTD_G_CFI;
	s.unit->ecap |= VTD_ECAP_PRS;
	run(&s);
	expect_hidden();
	assert_true(s.unit->pectl & VTD_FECTL_IM);

	s = hidden_scene(state);
	s.unit->gsts |= VTD_G_CFI;
	fake.no_interrupt = true;
	expect_way_b(&s, HANDOFF_HIDE_DELIVERY);
	assert_true(s.unit->gsts & VTD_G_CFI);

	s = hidden_scene(state);
	s.b->options = "dmarelay.iommu=hide dmarelay.faults=mute";
	run(&s);
	expect_hidden();
}

static void too_much_for_the_report(void **state)
{
	struct scene s = hidden_scene(state);

	for (unsigned int i = 0; i < 200; i++)
		build_attach(s.b, s.unit, (uint16_t)(0x0300 + i), s.tree, 9, 1);
	run(&s);
	expect_shown(HANDOFF_HIDE_NO_ROOM);

	s = hidden_scene(state);
	assert_true(build_prepare(s.b));
	relay_survey();
	fake.ticks += 60000ull * 1000 * fake.ticks_per_us;
	relay_hide_prepare();
	assert_int_equal(header()->hide_reason, HANDOFF_HIDE_BUDGET);

	s = hidden_scene(state);
	s.unit->irta = s.unit->irt = build_interrupts(s.b, s.unit, 15) | 15;	/* 1 MiB, as the arena */
	run(&s);
	expect_shown(HANDOFF_HIDE_NOT_SWITCHED);
}

/* ---- Conflicts ---- */

static void expect_no_use(struct scene *s)
{
	run(s);
	expect_hidden();
	scene_expect_replaced(s, SCENE_SOURCE, 0x70000000);
	/* Its page at 0x5000 is the neighbour's conflict; where nothing can be taken that is of no use either. */
	if (s->b->boot.e820_room > 2 && s->b->boot.e820_room < 128)
		assert_hex_equal(scene_translate(s, SCENE_NEIGHBOUR, 0x70000000).pa, 0x70000000);
}

/* What is the loader's, is not in boot_params' table, or is too much for it, cannot be taken. */
static void pages_that_cannot_be_taken(void **state)
{
	struct scene s = hidden_scene(state);

	build_map(s.b, s.tree, 3, BUILD_IMAGE + 0x1000, 0x20007000, 1);
	expect_no_use(&s);
	s = hidden_scene(state);
	build_map(s.b, s.tree, 3, 0x6a123000, 0x20007000, 1);
	build_seal(s.b);
	s.b->boot.e820_room = 128;
	expect_no_use(&s);
	s = hidden_scene(state);
	build_map(s.b, s.tree, 3, 0x6a123000, 0x20007000, 1);
	build_seal(s.b);
	s.b->boot.e820_room = 1;
	expect_no_use(&s);
	s = hidden_scene(state);
	for (uint64_t at = 0; at < 65; at++)
		build_map(s.b, s.tree, 3, 0x6a123000 + at * PAGE_SIZE, 0x20007000, 1);
	expect_no_use(&s);
	/* To itself, but for reading alone: a driver wants more. */
	s = hidden_scene(state);
	s.b->rights = 1;
	build_map(s.b, s.tree, 3, BUILD_IMAGE + 0x1000, BUILD_IMAGE + 0x1000, 1);
	s.b->rights = 3;
	run(&s);
	expect_hidden();
}

/* Superpages that are in the region in part keep the rest. */
static void a_guest_of_superpages(void **state)
{
	struct scene s = hidden_scene(state);

	build_map(s.b, s.tree, 3, 0x74e00000, 0x20000000, 2);
	build_map(s.b, s.tree, 3, 0x75000000, 0x20200000, 2);	/* the arena is in it */
	expect_no_use(&s);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x75000000).pa, 0x20200000);
	scene_expect_replaced(&s, SCENE_SOURCE, 0x75180000);

	s = hidden_scene(state);
	s.unit->cap |= 3ull << 34;
	build_map(s.b, s.tree, 3, 0x40000000, 0x100000000, 3);
	expect_no_use(&s);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x40001000).pa, 0x100001000);

	/* 1 GiB leaves and no others: what cannot be split is not hidden. */
	s = hidden_scene(state);
	s.unit->cap = (s.unit->cap & ~(3ull << 34)) | 2ull << 34;
	build_map(s.b, s.tree, 3, 0x40000000, 0x100000000, 3);
	run(&s);
	expect_shown(HANDOFF_HIDE_NO_ROOM);
}

static void one_page_is_taken_from_the_kdump_kernel(void **state)
{
	struct scene s = hidden_scene(state);
	const uint64_t *taken;
	uint32_t count;

	build_map(s.b, s.tree, 3, 0x6a123000, 0x20007000, 1);
	run(&s);
	expect_hidden();
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x6a123000).pa, 0x20007000);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x6a124000).pa, 0x6a124000);
	taken = relay_taken(&count);
	for (uint32_t i = 0; i < count; i++)
		if (taken[i] == 0x6a123000)
			return;
	fail_msg("not taken\n%s", result_log());
}

/* Bits that hardware ignores may be the crashed kernel's: with one of ours set, a mapping is a mapping. */
static void bits_of_the_crashed_kernel(void **state)
{
	struct scene s = hidden_scene(state);
	uint64_t leaf = build_map(s.b, s.tree, 3, 0x6a123000, 0x20007000, 1), table = build_slot(s.tree, 3, 0x6a123000, 2);

	memory_put64(leaf, memory_get64(leaf) | VTD_PT_SELF);
	memory_put64(table, memory_get64(table) | VTD_PT_SELF);
	memory_put64(build_slot(s.tree, 3, 0x6a400000, 2), build_page(s.b) | 3);	/* a table of nothing */
	run(&s);
	expect_hidden();
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x6a123000).pa, 0x20007000);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x6a124000).pa, 0x6a124000);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, 0x6a400000).pa, 0x6a400000);
}

static void a_guests_memory_leads_to_scratch(void **state)
{
	for (unsigned int leaf = 1; leaf <= 2; leaf++) {
		struct scene s = hidden_scene(state);
		struct handoff_record record;

		for (uint64_t at = 0x68000000; at < 0x68400000; at += PAGE_SIZE << 9 * (leaf - 1))
			build_map(s.b, s.tree, 3, at, 0x20000000 + at - 0x68000000, leaf);
		build_attach(s.b, s.unit, SCENE_SOURCE + 8, s.tree, 9, 1);	/* of the same guest */
		run(&s);
		expect_hidden();
		scene_expect_replaced(&s, SCENE_SOURCE, 0x68100000);
		scene_expect_replaced(&s, SCENE_SOURCE, 0x70000000);
		assert_hex_equal(scene_translate(&s, SCENE_NEIGHBOUR, 0x68100000).pa, 0x68100000);
		assert_int_equal(result_count(HANDOFF_RECORDS), 2);
		for (uint32_t i = 0; i < 2; i++) {
			record = *(const struct handoff_record *)result_entry(HANDOFF_RECORDS, i);
			assert_int_equal(record.rule, HANDOFF_RULE_HIDE_CONFLICT);
			assert_int_equal(record.bus << 8 | record.devfn, SCENE_SOURCE + 8 * i);
			assert_hex_equal(record.size, 0x402000);	/* two pages are the scene's own, below 1 MiB */
		}
	}
}

/* A table of equal entries may be the crashed kernel's, of one buffer at all IOVAs: a mapping as others are. */
static void one_buffer_everywhere(void **state)
{
	for (unsigned int leaf = 1; leaf <= 2; leaf++) {
		uint64_t span = PAGE_SIZE << 9 * (leaf - 1), end = leaf == 1 ? 0x68400000 : 0x80000000;
		struct scene s = hidden_scene(state);

		for (uint64_t at = leaf == 1 ? 0x68000000 : 0x40000000; at < end; at += span)
			build_map(s.b, s.tree, 3, at, 0x20000000, leaf);
		memory_put64(build_slot(s.tree, 3, 0x68200000, 2), memory_get64(build_slot(s.tree, 3, 0x68200000, 2)) |
			     VTD_PT_SELF);
		expect_no_use(&s);
		scene_expect_replaced(&s, SCENE_SOURCE, 0x68100000);
		scene_expect_replaced(&s, SCENE_SOURCE, 0x68300000);
		scene_expect_replaced(&s, SCENE_SOURCE, 0x70000000);
	}
}

/* What leads to its own address is what the identity map would have: the crashed kernel's identity domain. */
static void an_identity_domain_is_no_conflict(void **state)
{
	struct scene s = hidden_scene(state);

	for (uint64_t at = 0x68000000; at < 0x69000000; at += 0x200000)
		build_map(s.b, s.tree, 3, at, at, 2);
	run(&s);
	expect_hidden();
	expect_identity(&s, SCENE_SOURCE);
}

static void in_scalable_mode(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.b->options = "dmarelay.iommu=hide";
	run(&s);
	expect_hidden();
	expect_identity(&s, SCENE_SOURCE);
	expect_identity(&s, SCENE_UPPER);
	expect_identity(&s, 0x9900);
	assert_hex_equal(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA).pa, SCENE_FL_PAGE);
}

static void in_first_level_tables(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.b->options = "dmarelay.iommu=hide";
	s.unit->ecap = (s.unit->ecap | VTD_ECAP_FLTS) & ~VTD_ECAP_SLTS;
	memory_put64(s.pasid_entry, 1 << 6 | 1);
	memory_put64(s.pasid_entry + 16, s.fl_tree);
	run(&s);
	expect_hidden();
	expect_identity(&s, SCENE_SOURCE);
	expect_identity(&s, 0x9900);
}

/* An emulated unit's hypervisor maps what is present for the devices that it passed through: no scratch. */
static void caching_mode_leaves_unmapped_iovas(void **state)
{
	struct scene s = hidden_scene(state);

	s.unit->cap |= VTD_CAP_CM;
	run(&s);
	expect_hidden();
	assert_hex_equal(scene_translate(&s, 0x9900, 0x6a123000).pa, 0x6a123000);
	assert_int_equal(scene_translate(&s, 0x9900, 0x20000000).result, TRANSLATE_ABSENT);
}

static void each_condition_has_its_reason(void **state)
{
	struct scene s = hidden_scene(state);

	s.b->options = "dmarelay.iommu=hide dmarelay.bad=block";
	expect_way_b(&s, HANDOFF_HIDE_POLICY);
	s = hidden_scene(state);
	s.b->options = "dmarelay.iommu=hide dmarelay.policy=isolate";
	expect_way_b(&s, HANDOFF_HIDE_POLICY);
	s = hidden_scene(state);
	s.b->boot.tboot = true;
	expect_way_b(&s, HANDOFF_HIDE_TBOOT);
	s = hidden_scene(state);
	fake.x2apic_stays = true;
	expect_way_b(&s, HANDOFF_HIDE_X2APIC);
	s = hidden_scene(state);
	fake.no_interrupt = true;
	expect_way_b(&s, HANDOFF_HIDE_DELIVERY);
	s = hidden_scene(state);
	fake.read_only = BUILD_DMAR;
	expect_way_b(&s, HANDOFF_HIDE_DMAR);
}

/* The crashed kernel's interrupts are blocked without a record; those that the kdump kernel sets up pass. */
static void interrupts(void **state)
{
	struct scene s = hidden_scene(state);

	assert_int_equal(mock_remap(s.unit, 1), MOCK_DELIVERED);
	assert_false(mock_passes_compatibility(s.unit));
	run(&s);
	expect_hidden();
	for (uint32_t handle = 0; handle < 256; handle++)
		assert_int_equal(mock_remap(s.unit, handle), MOCK_BLOCKED);
	assert_true(mock_passes_compatibility(s.unit));
	assert_true(s.unit->iectl & VTD_FECTL_IM);
	assert_true(s.unit->gsts & VTD_G_IRE);
	mock_check_settled(s.unit);
}

static void interrupts_of_a_unit_without_cfis(void **state)
{
	struct scene s = hidden_scene(state);

	s.unit->no_cfi = true;
	run(&s);
	expect_hidden();
	assert_int_equal(mock_remap(s.unit, 1), MOCK_BLOCKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_requester_reaches_the_dump_memory),
		cmocka_unit_test(nobody_hides_unasked),
		cmocka_unit_test(each_condition_has_its_reason),
		cmocka_unit_test(the_dump_memory_decides),
		cmocka_unit_test(the_tables_decide),
		cmocka_unit_test(the_units_decide),
		cmocka_unit_test(an_initrd_with_a_dmar_table),
		cmocka_unit_test(arenas_of_all_sizes),
		cmocka_unit_test(an_exception_shows_the_iommu),
		cmocka_unit_test(cut_while_it_is_prepared),
		cmocka_unit_test(a_unit_that_goes_silent),
		cmocka_unit_test(what_the_crash_had_set),
		cmocka_unit_test(too_much_for_the_report),
		cmocka_unit_test(pages_that_cannot_be_taken),
		cmocka_unit_test(a_guest_of_superpages),
		cmocka_unit_test(one_page_is_taken_from_the_kdump_kernel),
		cmocka_unit_test(bits_of_the_crashed_kernel),
		cmocka_unit_test(a_guests_memory_leads_to_scratch),
		cmocka_unit_test(one_buffer_everywhere),
		cmocka_unit_test(an_identity_domain_is_no_conflict),
		cmocka_unit_test(in_scalable_mode),
		cmocka_unit_test(in_first_level_tables),
		cmocka_unit_test(caching_mode_leaves_unmapped_iovas),
		cmocka_unit_test(interrupts),
		cmocka_unit_test(interrupts_of_a_unit_without_cfis),
	};

	return cmocka_run_group_tests_name("hide", tests, NULL, NULL);
}
