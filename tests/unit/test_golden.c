// SPDX-License-Identifier: GPL-2.0-only
/*
 * Golden images: built machines, run, and shown as `dmarelay inspect` shows them, against the kept
 * texts in tests/unit/golden/. The timing is taken out. When a change is meant, `make golden-renew`
 * writes them anew; look at the difference before committing it.
 */
#include "testing.h"

#include "../../tools/handoff_read.h"
#include "../../tools/show.h"
#include "check.h"
#include "fake.h"
#include "pci_regs.h"
#include "pci_space.h"
#include "result.h"
#include "scene.h"

/* The published block as text, in memory of its own. */
static char *show(void)
{
	const struct handoff_header *header = result_header();
	uint8_t *copy = aligned_alloc(8, header->sealed_size);
	struct handoff_header *head = (void *)copy;
	struct handoff_section *sections = (void *)(head + 1);
	struct handoff_view view;
	struct problem problem;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	memcpy(copy, header, header->sealed_size);
	memset(copy + sections[HANDOFF_TIMING - 1].offset, 0, sections[HANDOFF_TIMING - 1].length);
	sections[HANDOFF_TIMING - 1].count = 0;
	sections[HANDOFF_TIMING - 1].length = 0;
	head->digest = handoff_digest(head, head->sealed_size);
	if (!handoff_read(&view, copy, head->sealed_size, &problem))
		fail_msg("the reader refuses it: offset %lu, %s", problem.offset, problem.text);
	assert_true(view.digest_ok);
	show_text(out, &view, true);
	fclose(out);
	free(copy);
	return text;
}

static char *read_golden(const char *path)
{
	static char text[100000];
	FILE *file = fopen(path, "r");

	if (!file)
		fail_msg("%s is not there: make golden-renew", path);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void expect_golden(const char *name)
{
	const char *mode = getenv("DMARELAY_GOLDEN");
	char path[100], *text = show();

	snprintf(path, sizeof(path), "tests/unit/golden/%s.txt", name);
	if (mode && !strcmp(mode, "renew")) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(text, file);
		fclose(file);
	} else {
		assert_string_equal(text, read_golden(path));
	}
	free(text);
}

/* The device and its neighbour behind a root port, which has seen an error of the device's. */
static void add_functions(struct scene *s)
{
	uint8_t *port = space_add_bridge(0, 0x00e0, 2), *device = space_add(0, SCENE_SOURCE);

	space_window(s->b, SPACE_ECAM, 0, 0, 0xff);
	space_put(space_add(0, 0), PCI_CLASS, 0x06000000, 4);
	space_put(port, PCI_COMMAND, 7, 1);
	space_put(port, PCI_SECONDARY_STATUS, 0x2000 << 16, 4);
	space_express(port, PCI_EXP_ROOT_PORT);
	space_aer(port, 0, 0);
	space_put(port, 0x100 + PCI_AER_ROOT_STATUS, 0x24, 4);
	space_put(port, 0x100 + PCI_AER_SOURCE, (uint32_t)SCENE_SOURCE << 16, 4);
	space_put(device, PCI_COMMAND, 0x406, 2);
	space_put(device, PCI_CLASS, 0x02000003, 4);
	space_express(device, 0);
	space_aer(device, 1 << 20 | 1 << 14, 1 << 13);
	space_put(device, 0x100 + PCI_AER_CONTROL, 14, 4);
}

static void clean_machine(void **state)
{
	struct scene s = scene_make(state);

	build_rmrr(s.b, 0x7b000000, 0x7b7fffff);
	add_functions(&s);
	scene_expect_nothing(&s);
	expect_golden("clean");
}

static void damaged_machine(void **state)
{
	struct scene s = scene_make(state);

	memory_put64(s.leaf, BUILD_CRASH_START | 3);
	memory_put64(s.pde + 8, 0xe0000003);
	memory_put64(s.irte, 1ull << 12 | 1);
	build_attach(s.b, s.unit, 0x0300, build_page(s.b), 9, 1);
	build_context(s.b, s.unit, 0x0308, 1ull << 50 | 1, 20 << 8 | 1);
	memory_put64(s.unit->rtaddr + 7 * 16, 0xe0000001);
	s.unit->fault[0][0] = 0x5000;
	s.unit->fault[0][1] = VTD_FRCD_HIGH_F | 5ull << 32 | SCENE_SOURCE;
	assert_true(build_run(s.b));
	check_run(s.b);
	expect_golden("damaged");
}

static void scalable_machine(void **state)
{
	struct scene s = scene_make_scalable(state);

	s.b->options = "dmarelay.bad=block";
	memory_put64(s.fl_leaf, BUILD_CRASH_START | 7);
	build_pasid(s.b, s.directory, 7, 4 << 6 | 1, 11, 0);
	build_pasid(s.b, s.directory, 8, 5 << 6 | 1, 11, 0);
	assert_true(build_run(s.b));
	check_run(s.b);
	expect_golden("scalable");
}

static void machine_that_is_given_up(void **state)
{
	struct scene s = scene_make(state);

	s.b->no_elfcorehdr = true;
	assert_false(build_run(s.b));
	expect_golden("given-up");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_machine),
		cmocka_unit_test(damaged_machine),
		cmocka_unit_test(scalable_machine),
		cmocka_unit_test(machine_that_is_given_up),
	};

	return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
