// SPDX-License-Identifier: GPL-2.0-only
/* What the command line asks for: isolate, mute; and reserved memory, which is mended unasked. */
#include "testing.h"

#include "acpi_dmar.h"
#include "check.h"
#include "fake.h"
#include "pci_regs.h"
#include "pci_space.h"
#include "result.h"
#include "scene.h"
#include "translate.h"

#define FIRMWARE	0x7b000000ull	/* reserved memory */
#define FIRMWARE_DEVICE	0x00a3		/* 00:14.3, whom build_rmrr() names */

/* The scene, and a device with reserved memory: [FIRMWARE, +16 KiB), mapped as it should be. */
static struct scene with_firmware(void **state, uint64_t *tree)
{
	struct scene s = scene_make(state);

	build_rmrr(s.b, FIRMWARE, FIRMWARE + 0x3fff);
	*tree = build_page(s.b);
	build_attach(s.b, s.unit, FIRMWARE_DEVICE, *tree, 12, 1);
	for (uint64_t at = 0; at < 0x4000; at += 0x1000)
		build_map(s.b, *tree, 3, FIRMWARE + at, FIRMWARE + at, 1);
	return s;
}

static uint64_t firmware_leaf(uint64_t tree, uint64_t offset)
{
	return build_slot(tree, 3, FIRMWARE + offset, 1);
}

static void expect_identity(const struct scene *s, uint64_t first, uint64_t size)
{
	for (uint64_t at = first; at < first + size; at += 0x1000) {
		struct translation t = scene_translate(s, FIRMWARE_DEVICE, at);

		assert_int_equal(t.result, TRANSLATE_MAPPED);
		assert_hex_equal(t.pa, at);
		assert_true(t.read && t.write);
	}
}

static void expect_rmrr(struct scene *s, uint16_t rule, uint8_t action, uint64_t iova, uint64_t size)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_only_record(&(struct handoff_record){
		.rule = rule,
		.object = HANDOFF_LEAF,
		.action = action,
		.level = 1,
		.devfn = FIRMWARE_DEVICE & 0xff,
		.domain_id = 12,
		.iova = iova,
		.size = size,
		.target = iova,
	});
	check_run(s->b);
}

/* ---- Reserved memory ---- */

static void mapped_reserved_memory_is_left(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	scene_expect_nothing(&s);
	expect_identity(&s, FIRMWARE, 0x4000);
}

static void absent_page_of_reserved_memory_is_mapped(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	memory_put64(firmware_leaf(tree, 0x1000), 0);
	memory_put64(firmware_leaf(tree, 0x2000), 0);
	expect_rmrr(&s, HANDOFF_RULE_RMRR_UNMAPPED, HANDOFF_REPAIRED, FIRMWARE + 0x1000, 0x2000);
	expect_identity(&s, FIRMWARE, 0x4000);
}

/* No table on the way: made, each once. */
static void absent_tables_of_reserved_memory_are_made(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);
	uint32_t tables = 0;

	memory_put64(build_slot(tree, 3, FIRMWARE, 3), 0);
	build_seal(s.b);
	memset(s.b->boot.arena, 0x5a, s.b->arena_size);		/* nobody promises that it is empty */
	expect_rmrr(&s, HANDOFF_RULE_RMRR_UNMAPPED, HANDOFF_REPAIRED, FIRMWARE, 0x4000);
	expect_identity(&s, FIRMWARE, 0x4000);
	scene_expect_replaced(&s, FIRMWARE_DEVICE, FIRMWARE + 0x4000);
	scene_expect_replaced(&s, FIRMWARE_DEVICE, FIRMWARE + 0x200000);
	for (uint32_t i = 0; i < result_count(HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *domain = result_entry(HANDOFF_DOMAINS, i);

		if (domain->id == 12)
			tables = domain->tables;
	}
	assert_int_equal(tables, 3);
}

/* A table went to the sink: the device gets tables of its own, and the sink stays what it is. */
static void sunk_reserved_memory_is_mapped(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);
	unsigned int repaired = 0;

	memory_put64(build_slot(tree, 3, FIRMWARE, 3), 0xf0000003);	/* no table of the crashed kernel's */
	assert_true(build_run(s.b));
	check_run(s.b);
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		repaired += record->rule == HANDOFF_RULE_RMRR_UNMAPPED && record->size == 0x4000;
	}
	assert_int_equal(repaired, 1);
	expect_identity(&s, FIRMWARE, 0x4000);
	scene_expect_replaced(&s, FIRMWARE_DEVICE, FIRMWARE + 0x4000);
	scene_expect_replaced(&s, FIRMWARE_DEVICE, FIRMWARE + 0x400000);
}

/*
 * One table serves at two IOVAs. The region is mapped where firmware wants it, by tables of its own down to
 * the leaf, and nowhere else; what both had stays at both.
 */
static void reserved_memory_is_mapped_at_one_iova_alone(void **state)
{
	uint64_t tree, shared, other;

	for (unsigned int level = 1; level <= 2; level++) {
		struct scene s = with_firmware(state, &tree);

		memory_put64(firmware_leaf(tree, 0x1000), 0);
		other = level == 1 ? FIRMWARE + 0x200000 : FIRMWARE + 0x40000000;
		shared = build_slot(tree, 3, FIRMWARE, level + 1);
		build_map(s.b, tree, 3, other, 0x20000000, level + 1);
		memory_put64(build_slot(tree, 3, other, level + 1), memory_get64(shared));
		assert_true(build_run(s.b));
		assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
		check_run(s.b);
		expect_identity(&s, FIRMWARE, 0x4000);
		scene_expect_replaced(&s, FIRMWARE_DEVICE, other + 0x1000);
		assert_hex_equal(scene_translate(&s, FIRMWARE_DEVICE, other).pa, FIRMWARE);
	}
}

/* The device's top table is a part of another domain's tables: what is written there would show there. */
static void reserved_memory_is_not_mapped_in_a_part_of_other_tables(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);
	uint64_t top = build_page(s.b);

	build_attach(s.b, s.unit, 0x0008, top, 13, 2);		/* before 00:14.3 */
	memory_put64(build_slot(top, 4, 0, 4), tree | 3);
	memory_put64(firmware_leaf(tree, 0x1000), 0);
	assert_true(build_run(s.b));
	check_run(s.b);
	scene_expect_replaced(&s, FIRMWARE_DEVICE, FIRMWARE + 0x1000);
	scene_expect_replaced(&s, 0x0008, FIRMWARE + 0x1000);
	assert_hex_equal(scene_translate(&s, FIRMWARE_DEVICE, FIRMWARE).pa, FIRMWARE);
}

/* Units have an id each for one domain: both go by the same tables, as before. */
static void reserved_memory_is_mapped_in_both_domains_of_one_root(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	build_attach(s.b, s.unit, 0x0008, tree, 13, 1);
	memory_put64(firmware_leaf(tree, 0x1000), 0);
	assert_true(build_run(s.b));
	check_run(s.b);
	expect_identity(&s, FIRMWARE, 0x4000);
	assert_hex_equal(scene_translate(&s, 0x0008, FIRMWARE + 0x1000).pa, FIRMWARE + 0x1000);
}

/* A guest's memory, perhaps: what is mapped stays. */
static void reserved_memory_mapped_elsewhere_is_told(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	memory_put64(firmware_leaf(tree, 0x3000), 0x20005003);
	expect_rmrr(&s, HANDOFF_RULE_RMRR_ELSEWHERE, HANDOFF_KEPT, FIRMWARE + 0x3000, 0x1000);
	assert_hex_equal(scene_translate(&s, FIRMWARE_DEVICE, FIRMWARE + 0x3000).pa, 0x20005000);
}

static void reserved_memory_by_superpages(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	memory_put64(build_slot(tree, 3, FIRMWARE, 2), (FIRMWARE & ~0x1fffffull) | 0x83);
	scene_expect_nothing(&s);
	s = with_firmware(state, &tree);
	memory_put64(build_slot(tree, 3, FIRMWARE, 2), 0x20200083);
	expect_rmrr(&s, HANDOFF_RULE_RMRR_ELSEWHERE, HANDOFF_KEPT, FIRMWARE, 0x4000);
}

/* Whatever firmware says, the dump kernel's memory is not opened. */
static void reserved_memory_in_the_crash_region_is_not_mapped(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	build_rmrr(s.b, BUILD_CRASH_START + 0x100000, BUILD_CRASH_START + 0x101fff);
	scene_expect_nothing(&s);
	scene_expect_replaced(&s, FIRMWARE_DEVICE, BUILD_CRASH_START + 0x100000);
	assert_logged("not looked at");
}

/* How long it is counts, not where it lies. */
static void reserved_memory_below_the_crash_region_is_mapped(void **state)
{
	const uint64_t below = BUILD_CRASH_START / 2 & PAGE_MASK;
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	build_rmrr(s.b, below, below + 0xfff);
	expect_rmrr(&s, HANDOFF_RULE_RMRR_UNMAPPED, HANDOFF_REPAIRED, below, 0x1000);
	expect_identity(&s, below, 0x1000);
}

/* Pages are what is mapped: the region ends before the dump kernel's memory, and in the same page. */
static void reserved_memory_beside_the_crash_region_is_not_mapped(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	s.b->e820[s.b->e820_count++] = (struct relay_e820){ BUILD_CRASH_END + 0x800, 0x800, 1, 0 };
	build_rmrr(s.b, BUILD_CRASH_END, BUILD_CRASH_END + 0x7ff);
	scene_expect_nothing(&s);
	scene_expect_replaced(&s, FIRMWARE_DEVICE, BUILD_CRASH_END);
	assert_logged("not looked at");
}

static void reserved_memory_beyond_the_tables_is_not_mapped(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	build_rmrr(s.b, 1ull << 40, (1ull << 40) + 0xfff);
	scene_expect_nothing(&s);
	assert_logged("not looked at");
}

static void reserved_memory_in_first_level_tables(void **state)
{
	struct scene s = scene_make_scalable(state);
	uint64_t directory = build_directory(s.b, s.unit, FIRMWARE_DEVICE, 0), tree = build_page(s.b);

	build_rmrr(s.b, FIRMWARE, FIRMWARE + 0x3fff);
	build_pasid(s.b, directory, 0, 1 << 6 | 1, 12, tree);
	expect_rmrr(&s, HANDOFF_RULE_RMRR_UNMAPPED, HANDOFF_REPAIRED, FIRMWARE, 0x4000);
	expect_identity(&s, FIRMWARE, 0x4000);
}

/* Nobody else's. */
static void devices_without_reserved_memory_get_none(void **state)
{
	struct scene s = scene_make(state);

	build_rmrr(s.b, FIRMWARE, FIRMWARE + 0x3fff);
	scene_expect_nothing(&s);
	scene_expect_replaced(&s, SCENE_SOURCE, FIRMWARE);
}

/* ---- dmarelay.policy=isolate ---- */

static void isolated_devices_go_to_the_sink(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	s.b->options = s.sink ? "dmarelay.policy=isolate" : "dmarelay.policy=isolate dmarelay.bad=block";
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(result_count(HANDOFF_RECORDS), 2);
	for (uint32_t i = 0; i < 2; i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		assert_int_equal(record->rule, HANDOFF_RULE_CONTEXT_POLICY);
		assert_int_equal(record->object, HANDOFF_CONTEXT);
		assert_int_equal(record->action, s.sink ? HANDOFF_SUNK : HANDOFF_BLOCKED);
	}
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, SCENE_NEIGHBOUR, SCENE_IOVA);
	expect_identity(&s, FIRMWARE, 0x4000);
}

static void isolated_devices_in_scalable_mode(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.b->options = s.sink ? "dmarelay.policy=isolate" : "dmarelay.policy=isolate dmarelay.bad=block";
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(result_count(HANDOFF_RECORDS), 3);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_pasid_replaced(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA);
	scene_expect_replaced(&s, SCENE_UPPER, SCENE_IOVA);
}

/* Reserved memory of what is at the end of a path from bus 0: `pairs` of device and function. */
static void add_behind(struct scene *s, uint8_t type, unsigned int pairs, const uint8_t *path)
{
	struct dmar_rmrr rmrr = { { DMAR_RMRR, sizeof(rmrr) }, 0, s->b->segment, FIRMWARE, FIRMWARE + 0xfff };

	build_structure(s->b, &rmrr, sizeof(rmrr));
	build_scope(s->b, type, 0, pairs, path);
}

static void expect_mended(struct scene *s)
{
	const struct handoff_record *record;
	struct translation t;

	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	record = result_entry(HANDOFF_RECORDS, 0);
	assert_int_equal(record->rule, HANDOFF_RULE_RMRR_UNMAPPED);
	assert_hex_equal(record->bus << 8 | record->devfn, SCENE_SOURCE);
	t = scene_translate(s, SCENE_SOURCE, FIRMWARE);
	assert_int_equal(t.result, TRANSLATE_MAPPED);
	assert_hex_equal(t.pa, FIRMWARE);
}

static const uint8_t device_behind[] = { 0x1c, 0, SCENE_SOURCE >> 3 & 0x1f, SCENE_SOURCE & 7 };

/* By the buses' numbers, where configuration space tells them: for sure. */
static void device_behind_a_bridge_is_found(void **state)
{
	struct scene s = scene_make(state);

	space_add_bridge(0, 0x00e0, 2);
	add_behind(&s, BUILD_ENDPOINT, 2, device_behind);
	expect_mended(&s);
}

static void device_behind_two_bridges_is_found(void **state)
{
	static const uint8_t path[] = { 0x1c, 0, 0, 0, SCENE_SOURCE >> 3 & 0x1f, SCENE_SOURCE & 7 };
	struct scene s = scene_make(state);

	space_add_bridge(0, 0x00e0, 1);
	space_add_bridge(0, 0x0100, 2);
	add_behind(&s, BUILD_ENDPOINT, 3, path);
	expect_mended(&s);
}

/* Bus 2 is behind it, though not at once; it is the bridge itself that has the reserved memory. */
static void all_behind_a_bridge_have_its_reserved_memory(void **state)
{
	for (unsigned int last = 1; last < 3; last++) {
		struct scene s = scene_make(state);

		s.b->options = "dmarelay.policy=isolate";
		s.sink = true;
		space_put(space_add_bridge(0, 0x00e0, 1), PCI_BUSES, last << 16 | 1 << 8, 4);
		add_behind(&s, BUILD_BRIDGE, 1, device_behind);
		assert_true(build_run(s.b));
		check_run(s.b);
		if (last == 2)
			assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
		else
			scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	}
}

static void device_of_another_bus_is_not_meant(void **state)
{
	struct scene s = scene_make(state);

	s.b->options = "dmarelay.policy=isolate";
	s.sink = true;
	space_add_bridge(0, 0x00e0, 3);
	add_behind(&s, BUILD_ENDPOINT, 2, device_behind);
	assert_true(build_run(s.b));
	check_run(s.b);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
}

/* The bridge has buses 3 and 4 behind it: neither what is on bus 2 nor on bus 5. */
static void device_before_or_behind_the_buses_is_not_meant(void **state)
{
	struct scene s = scene_make(state);

	s.b->options = "dmarelay.policy=isolate";
	s.sink = true;
	build_attach(s.b, s.unit, 0x0400, s.tree, 9, 1);
	build_attach(s.b, s.unit, 0x0500, s.tree, 9, 1);
	space_put(space_add_bridge(0, 0x00e0, 3), PCI_BUSES, 4 << 16 | 3 << 8, 4);
	add_behind(&s, BUILD_BRIDGE, 1, device_behind);
	assert_true(build_run(s.b));
	check_run(s.b);
	scene_expect_replaced(&s, SCENE_SOURCE, SCENE_IOVA);
	scene_expect_replaced(&s, 0x0500, SCENE_IOVA);
	assert_hex_equal(scene_translate(&s, 0x0400, SCENE_IOVA).pa, SCENE_PAGE);
}

/* Of a segment that no window shows nothing is known: it may be meant. */
static void device_behind_a_bridge_that_cannot_be_read_is_kept(void **state)
{
	struct scene s = scene_make(state);

	s.b->options = "dmarelay.policy=isolate";
	s.sink = true;
	s.b->segment = 3;
	s.unit = build_unit(s.b);
	build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 9, 1);
	build_attach(s.b, s.unit, SCENE_NEIGHBOUR, s.tree, 9, 1);
	add_behind(&s, BUILD_ENDPOINT, 2, device_behind);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
	scene_expect_replaced(&s, SCENE_NEIGHBOUR, SCENE_IOVA);
}

/* A device that may be the one that firmware means is kept, where the bridge does not tell. */
static void devices_that_firmware_may_mean_are_kept(void **state)
{
	static const struct {
		const char *options;
		uint32_t buses;
	} untold[] = {
		{ "dmarelay.policy=isolate", 0 },			/* no bridge there */
		{ "dmarelay.policy=isolate", 0x020000 },		/* one that leads back */
		{ "dmarelay.policy=isolate", 0x010200 },		/* from bus 2 to 1 */
		{ "dmarelay.policy=isolate dmarelay.pci=off", 0x030300 },
	};

	for (size_t i = 0; i < COUNT_OF(untold); i++) {
		struct scene s = scene_make(state);

		if (untold[i].buses)
			space_put(space_add_bridge(0, 0x00e0, 2), PCI_BUSES, untold[i].buses, 4);
		add_behind(&s, BUILD_ENDPOINT, 2, device_behind);
		s.b->options = untold[i].options;
		s.sink = true;
		assert_true(build_run(s.b));
		check_run(s.b);
		assert_hex_equal(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).pa, SCENE_PAGE);
		scene_expect_replaced(&s, SCENE_SOURCE, FIRMWARE);
		scene_expect_replaced(&s, SCENE_NEIGHBOUR, SCENE_IOVA);
	}
}

/* ---- dmarelay.faults=mute ---- */

static void muted_contexts_have_fpd(void **state)
{
	struct scene s = scene_make(state);

	scene_expect_nothing(&s);
	assert_false(scene_context_now(&s, SCENE_SOURCE).lo & VTD_CTX_FPD);
	s = scene_make(state);
	s.b->options = "dmarelay.faults=mute";
	scene_expect_nothing(&s);
	assert_true(scene_context_now(&s, SCENE_SOURCE).lo & VTD_CTX_FPD);
	assert_true(scene_context_now(&s, SCENE_SOURCE).lo & VTD_CTX_P);
	assert_hex_equal(scene_context_now(&s, SCENE_SOURCE + 1).lo, VTD_CTX_FPD);
	assert_true(memory_get64((s.unit->irt & PAGE_MASK) + 16) & VTD_IRTE_FPD);
}

static void muted_contexts_of_scalable_mode(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.b->options = "dmarelay.faults=mute";
	scene_expect_nothing(&s);
	assert_hex_equal(memory_get64(scene_translate(&s, SCENE_SOURCE, 0).path[1]) & 3, VTD_SMC_FPD | VTD_SMC_P);
	assert_hex_equal(memory_get64(scene_translate(&s, SCENE_UPPER, 0).path[1]) & 3, VTD_SMC_FPD | VTD_SMC_P);
}

/* The devices of a redirected bus, and what is not present on half of one. */
static void muted_buses(void **state)
{
	struct scene s = scene_make(state);

	s.b->options = "dmarelay.faults=mute";
	memory_put64(s.root_entry, BUILD_CRASH_START | 1);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_true(scene_context_now(&s, SCENE_SOURCE).lo & VTD_CTX_FPD);

	s = scene_make_scalable(state);
	s.b->options = "dmarelay.faults=mute";
	memory_put64(s.root_entry, BUILD_CRASH_START | 1);
	build_pasid(s.b, build_directory(s.b, s.unit, 0x0380, 0), 0, s.tree | 2 << 6 | 1 << 2 | 1, 9, 0);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_true(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).muted);
	assert_true(scene_translate(&s, 0x0300, SCENE_IOVA).muted);
}

/* What is redirected to the scratch page, in part or whole, has its faults reported. */
static void redirected_devices_are_not_muted(void **state)
{
	struct scene s = scene_make(state);
	bool sink = s.sink;

	memory_put64(s.leaf, BUILD_CRASH_START | 3);
	memory_put64(build_entry(s.b, s.unit, SCENE_NEIGHBOUR), BUILD_CRASH_START | 1);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_false(scene_context_now(&s, SCENE_SOURCE).lo & VTD_CTX_FPD);
	assert_int_equal(!(scene_context_now(&s, SCENE_NEIGHBOUR).lo & VTD_CTX_FPD), sink);

	s = scene_make_scalable(state);
	memory_put64(s.fl_leaf, BUILD_CRASH_START | 7);
	memory_put64(s.pasid_entry, BUILD_CRASH_START | 2 << 6 | 1 << 2 | 1);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_false(scene_translate_pasid(&s, SCENE_SOURCE, SCENE_PASID, SCENE_IOVA).muted);
	assert_int_equal(!scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).muted, sink);
}

/* FPD that the crashed kernel had set stays: in context, PASID directory and PASID table entries. */
static void muted_by_the_crashed_kernel(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.context, memory_get64(s.context) | VTD_CTX_FPD);
	scene_expect_nothing(&s);
	assert_true(scene_context_now(&s, SCENE_SOURCE).lo & VTD_CTX_FPD);
	assert_false(scene_context_now(&s, SCENE_NEIGHBOUR).lo & VTD_CTX_FPD);
	for (unsigned int i = 0; i < 3; i++) {
		s = scene_make_scalable(state);
		uint64_t at = i == 0 ? s.context : i == 1 ? s.directory_entry : s.pasid_entry;

		memory_put64(at, memory_get64(at) | 2);
		scene_expect_nothing(&s);
		assert_true(scene_translate(&s, SCENE_SOURCE, SCENE_IOVA).muted);
		assert_false(scene_translate(&s, SCENE_NEIGHBOUR, SCENE_IOVA).muted);
	}
}

/* ---- Reserved memory that cannot be mended ---- */

/* A pass-through device reaches it as it is. */
static void reserved_memory_of_a_pass_through_device(void **state)
{
	struct scene s = scene_make(state);

	build_rmrr(s.b, FIRMWARE, FIRMWARE + 0x3fff);
	build_context(s.b, s.unit, FIRMWARE_DEVICE, 2 << 2 | 1, 12 << 8 | 1);
	scene_expect_nothing(&s);
}

static void reserved_memory_of_a_quarantined_device(void **state)
{
	struct scene s = scene_make(state);

	build_rmrr(s.b, FIRMWARE, FIRMWARE + 0x3fff);
	build_context(s.b, s.unit, FIRMWARE_DEVICE, 0xe0000000 | 1, 12 << 8 | 1);
	assert_true(build_run(s.b));
	check_run(s.b);
	assert_int_equal(result_count(HANDOFF_RECORDS), 1);
	scene_expect_replaced(&s, FIRMWARE_DEVICE, FIRMWARE);
}

/* Addresses that tables cannot hold, though the domain's width could. */
static void reserved_memory_beyond_52_bits_is_not_mapped(void **state)
{
	struct scene s = scene_make(state);

	s.unit->cap |= 8ull << 8;	/* 57 bits */
	s.b->host_width = 57;
	build_rmrr(s.b, 1ull << 53, (1ull << 53) + 0xfff);
	build_attach(s.b, s.unit, FIRMWARE_DEVICE, build_page(s.b), 12, 3);
	scene_expect_nothing(&s);
	assert_logged("not looked at");
}

/* A table in place is only ever made to lead nowhere, and there is no room for one of ours. */
static void reserved_memory_without_room_is_told(void **state)
{
	bool elsewhere = false, repaired = false;

	(void)state;
	for (uint64_t pages = 1; pages < 80; pages++) {
		struct scene s = scene_make(state);
		uint64_t tree = build_page(s.b);

		s.b->arena_size = pages * PAGE_SIZE;
		build_rmrr(s.b, FIRMWARE, FIRMWARE + 0x3fff);
		build_rmrr(s.b, 0x7c000000, 0x7c000fff);
		build_attach(s.b, s.unit, FIRMWARE_DEVICE, tree, 12, 1);
		for (uint64_t at = 0; at < 8; at++)
			build_map(s.b, tree, 3, FIRMWARE + 0x5000 + (at << 21), 0x20000000 + (at << 12), 1);
		if (!build_run(s.b))
			continue;
		check_run(s.b);
		for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
			const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

			elsewhere |= record->rule == HANDOFF_RULE_RMRR_ELSEWHERE;
			repaired |= record->rule == HANDOFF_RULE_RMRR_UNMAPPED;
		}
	}
	assert_true(elsewhere && repaired);
}

static void write_only_reserved_memory_is_left(void **state)
{
	uint64_t tree;
	struct scene s = with_firmware(state, &tree);

	memory_put64(firmware_leaf(tree, 0x1000), (FIRMWARE + 0x1000) | VTD_SL_W);
	scene_expect_nothing(&s);
}

/* By one byte, or by a page that 52 bits still hold. */
static void reserved_memory_at_the_limits(void **state)
{
	struct scene s = scene_make(state);

	build_rmrr(s.b, BUILD_CRASH_START - 0x1000, BUILD_CRASH_START);
	build_attach(s.b, s.unit, FIRMWARE_DEVICE, build_page(s.b), 12, 1);
	scene_expect_nothing(&s);
	assert_logged("00:14.3: not looked at");

	s = scene_make(state);
	s.unit->cap |= 8ull << 8;
	s.b->host_width = 57;
	build_rmrr(s.b, 1ull << 52, (1ull << 52) + 0xfff);
	build_attach(s.b, s.unit, FIRMWARE_DEVICE, build_page(s.b), 12, 3);
	scene_expect_nothing(&s);

	s = scene_make(state);
	s.unit->cap |= 8ull << 8;
	s.b->host_width = 57;
	build_rmrr(s.b, 1ull << 51, (1ull << 51) + 0xfff);
	build_attach(s.b, s.unit, FIRMWARE_DEVICE, build_page(s.b), 12, 3);
	expect_rmrr(&s, HANDOFF_RULE_RMRR_UNMAPPED, HANDOFF_REPAIRED, 1ull << 51, 0x1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mapped_reserved_memory_is_left),
		cmocka_unit_test(absent_page_of_reserved_memory_is_mapped),
		cmocka_unit_test(absent_tables_of_reserved_memory_are_made),
		cmocka_unit_test(sunk_reserved_memory_is_mapped),
		cmocka_unit_test(reserved_memory_is_mapped_at_one_iova_alone),
		cmocka_unit_test(reserved_memory_is_not_mapped_in_a_part_of_other_tables),
		cmocka_unit_test(reserved_memory_is_mapped_in_both_domains_of_one_root),
		cmocka_unit_test(reserved_memory_mapped_elsewhere_is_told),
		cmocka_unit_test(reserved_memory_by_superpages),
		cmocka_unit_test(reserved_memory_in_the_crash_region_is_not_mapped),
		cmocka_unit_test(reserved_memory_below_the_crash_region_is_mapped),
		cmocka_unit_test(reserved_memory_beside_the_crash_region_is_not_mapped),
		cmocka_unit_test(reserved_memory_beyond_the_tables_is_not_mapped),
		cmocka_unit_test(reserved_memory_in_first_level_tables),
		cmocka_unit_test(devices_without_reserved_memory_get_none),
		SUNK_AND_BLOCKED(isolated_devices_go_to_the_sink),
		SUNK_AND_BLOCKED(isolated_devices_in_scalable_mode),
		cmocka_unit_test(device_behind_a_bridge_is_found),
		cmocka_unit_test(device_behind_two_bridges_is_found),
		cmocka_unit_test(all_behind_a_bridge_have_its_reserved_memory),
		cmocka_unit_test(device_of_another_bus_is_not_meant),
		cmocka_unit_test(device_before_or_behind_the_buses_is_not_meant),
		cmocka_unit_test(device_behind_a_bridge_that_cannot_be_read_is_kept),
		cmocka_unit_test(devices_that_firmware_may_mean_are_kept),
		cmocka_unit_test(muted_contexts_have_fpd),
		cmocka_unit_test(muted_contexts_of_scalable_mode),
		cmocka_unit_test(muted_buses),
		SUNK_AND_BLOCKED(redirected_devices_are_not_muted),
		cmocka_unit_test(muted_by_the_crashed_kernel),
		cmocka_unit_test(reserved_memory_of_a_pass_through_device),
		SUNK_AND_BLOCKED(reserved_memory_of_a_quarantined_device),
		cmocka_unit_test(reserved_memory_beyond_52_bits_is_not_mapped),
		cmocka_unit_test(reserved_memory_without_room_is_told),
		cmocka_unit_test(write_only_reserved_memory_is_left),
		cmocka_unit_test(reserved_memory_at_the_limits),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
