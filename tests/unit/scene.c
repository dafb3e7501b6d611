// SPDX-License-Identifier: GPL-2.0-only
#include "scene.h"

#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"
#include "translate.h"

static bool struck[256];

static struct scene begin(void **state)
{
	struct scene s = { .b = build_machine(), .sink = !*state || !strcmp(*state, "sink") };

	s.b->options = s.sink ? "dmarelay.bad=sink" : "dmarelay.bad=block";
	s.unit = build_unit(s.b);
	s.tree = build_page(s.b);
	s.leaf = build_map(s.b, s.tree, 3, SCENE_IOVA, SCENE_PAGE, 1);
	s.pde = build_slot(s.tree, 3, SCENE_IOVA, 2);
	build_map(s.b, s.tree, 3, SCENE_IOVA + 0x2000, SCENE_PAGE + 0x2000, 1);
	build_map(s.b, s.tree, 3, 0x40000000, 0x30000000, 2);

	s.irte = build_interrupts(s.b, s.unit, 7) + 16;
	memory_put64(s.irte, 0x100300001);		/* vector 0x30, destination 1 */
	memory_put64(s.irte + 8, 0x40000 | SCENE_SOURCE);	/* verified by source id */
	return s;
}

struct scene scene_make(void **state)
{
	struct scene s = begin(state);
	uint64_t other = build_page(s.b);

	s.context = build_attach(s.b, s.unit, SCENE_SOURCE, s.tree, 9, 1);
	s.root_entry = s.unit->rtaddr + 2 * 16;
	build_attach(s.b, s.unit, SCENE_NEIGHBOUR, other, 10, 2);
	build_map(s.b, other, 4, SCENE_IOVA, 0x2000a000, 1);
	return s;
}

#define SECOND_LEVEL(tree, aw)	((tree) | 2 << 6 | (aw) << 2 | 1)
#define FIRST_LEVEL		(1 << 6 | 1)

struct scene scene_make_scalable(void **state)
{
	struct scene s = begin(state);
	uint64_t other = build_page(s.b), directory;

	build_scalable(s.unit);
	s.root_entry = (s.unit->rtaddr & PAGE_MASK) + 2 * 16;
	s.context = build_entry(s.b, s.unit, SCENE_SOURCE);
	s.directory = build_directory(s.b, s.unit, SCENE_SOURCE, 0);
	s.directory_entry = s.directory;
	s.pasid_entry = build_pasid(s.b, s.directory, 0, SECOND_LEVEL(s.tree, 1), 9, 0);

	s.fl_tree = build_page(s.b);
	s.fl_pasid_entry = build_pasid(s.b, s.directory, SCENE_PASID, FIRST_LEVEL, 11, s.fl_tree | 1);
	s.b->rights = 7;
	s.fl_leaf = build_map(s.b, s.fl_tree, 4, SCENE_IOVA, SCENE_FL_PAGE, 1);
	s.fl_pde = build_slot(s.fl_tree, 4, SCENE_IOVA, 2);
	build_map(s.b, s.fl_tree, 4, 0x40000000, 0x30200000, 2);
	s.b->rights = 3;

	build_map(s.b, other, 4, SCENE_IOVA, 0x2000a000, 1);
	directory = build_directory(s.b, s.unit, SCENE_NEIGHBOUR, 0);
	build_pasid(s.b, directory, 0, SECOND_LEVEL(other, 2), 10, 0);
	directory = build_directory(s.b, s.unit, SCENE_UPPER, 3);
	build_pasid(s.b, directory, 0, SECOND_LEVEL(other, 2), 10, 0);
	return s;
}

bool scene_struck(unsigned int rule)
{
	return struck[rule];
}

void scene_expect(struct scene *s, struct handoff_record expected)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	if (!expected.action)
		expected.action = s->sink ? HANDOFF_SUNK : HANDOFF_BLOCKED;
	if (!expected.bus && expected.object != HANDOFF_ROOT_TABLE && expected.object != HANDOFF_IR_TABLE)
		expected.bus = SCENE_SOURCE >> 8;
	if (expected.object != HANDOFF_ROOT_TABLE && expected.object != HANDOFF_ROOT_ENTRY &&
	    expected.object != HANDOFF_IR_TABLE && expected.object != HANDOFF_IRTE &&
	    expected.object != HANDOFF_PASID_DIRECTORY && !expected.domain_id &&
	    !(s->directory && expected.object == HANDOFF_CONTEXT))
		expected.domain_id = 9;
	if (expected.object >= HANDOFF_CONTEXT && expected.object != HANDOFF_IR_TABLE &&
	    expected.object != HANDOFF_IRTE && !expected.devfn)
		expected.devfn = SCENE_SOURCE & 0xff;
	assert_only_record(&expected);
	struck[expected.rule] = true;
	check_run(s->b);
}

void scene_expect_nothing(struct scene *s)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	if (result_count(HANDOFF_RECORDS))
		fail_msg("expected no record\n%s", result_log());
	check_run(s->b);
}

struct translation scene_translate_pasid(const struct scene *s, uint16_t source, uint32_t pasid,
					 uint64_t iova)
{
	struct translate_view view = {
		.unit = s->unit,
		.root = s->unit->root,
		.host_width = s->b->host_width,
	};

	return translate_pasid(&view, source, pasid, iova);
}

struct translation scene_translate(const struct scene *s, uint16_t source, uint64_t iova)
{
	return scene_translate_pasid(s, source, TRANSLATE_NO_PASID, iova);
}

struct vtd_entry128 scene_context_now(const struct scene *s, uint16_t source)
{
	uint64_t contexts = memory_get64((s->unit->root & PAGE_MASK) + (source >> 8) * 16u) & PAGE_MASK;
	uint64_t at = contexts + (source & 0xff) * 16u;

	return (struct vtd_entry128){ memory_get64(at), memory_get64(at + 8) };
}

uint64_t scene_entry_now(const struct scene *s, uint64_t iova, unsigned int level)
{
	struct vtd_entry128 context = scene_context_now(s, SCENE_SOURCE);

	return memory_get64(build_slot(context.lo & PAGE_MASK, (context.hi & 7) + 2, iova, level));
}

void scene_expect_pasid_replaced(const struct scene *s, uint16_t source, uint32_t pasid, uint64_t iova)
{
	struct translation now = scene_translate_pasid(s, source, pasid, iova);
	uint64_t word = 0;

	if (!s->sink) {
		assert_int_equal(now.result, TRANSLATE_ABSENT);
		return;
	}
	assert_int_equal(now.result, TRANSLATE_MAPPED);
	assert_true(now.read && now.write && now.leaf_writable);
	assert_true(memory_in_arena(now.pa, 8));
	memory_get(now.pa & ~7ull, &word, 8);
	assert_hex_equal(word, SCRATCH_CONTENT);
}

void scene_expect_replaced(const struct scene *s, uint16_t source, uint64_t iova)
{
	scene_expect_pasid_replaced(s, source, TRANSLATE_NO_PASID, iova);
}

const struct relay_trap scene_page_fault = { .vector = 14, .at = 0x1234 };

static jmp_buf handler;

bool scene_cut(void (*step)(void), uint64_t nth, bool late)
{
	fake.trap = &handler;
	fake.trap_in = nth;
	fake.trap_late = late;
	if (setjmp(handler)) {
		relay_trapped(&scene_page_fault);
		return true;
	}
	step();
	fake.trap = NULL;
	return false;
}
