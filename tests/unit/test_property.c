// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every machine, whatever its tables: check_run() judges. Here the machines that once failed
 * (tests/unit/regress/), some random ones, and some with the campaign's damage; `make check-property`
 * tries many more.
 */
#include "testing.h"

#include <glob.h>

#include "cell_machine.h"
#include "choices.h"
#include "random_machine.h"
#include "result.h"

#define MACHINES	200u
#define HIDDEN_MACHINES	200u
#define SEED		0x646d6172656c6179ull

static struct choices choices;
static char current[256];

static void machines_that_failed_once(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/unit/regress/*.case", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		snprintf(current, sizeof(current), "%s", found.gl_pathv[i]);
		assert_true(choices_load(&choices, current));
		choices_replay(&choices);
		random_machine_run();
	}
	globfree(&found);
}

static void random_machines(void **state)
{
	unsigned int switched = 0, records = 0;

	(void)state;
	for (unsigned int i = 0; i < MACHINES; i++) {
		snprintf(current, sizeof(current), "build/unit/property --seed %#llx --machines 1", SEED + i);
		choices_random(&choices, SEED + i);
		switched += random_machine_run();
		records += result_count(HANDOFF_RECORDS);
	}
	printf("seed %#llx: %u machines, %u switched, %u records\n", SEED, MACHINES, switched, records);
	assert_true(switched > MACHINES / 2 && records > MACHINES / 2);
}

/* With machines to hide the IOMMU on. */
static void hidden_machines(void **state)
{
	unsigned int hidden = 0;

	(void)state;
	for (unsigned int i = 0; i < HIDDEN_MACHINES; i++) {
		snprintf(current, sizeof(current), "build/unit/property --hidden --seed %#llx --machines 1", SEED + i);
		choices_random(&choices, SEED + i);
		hidden += random_machine_run_hidden();
	}
	printf("seed %#llx: %u machines, %u hidden\n", SEED, HIDDEN_MACHINES, hidden);
	assert_true(hidden > HIDDEN_MACHINES / 3);
}

static void cells_of_the_campaign(void **state)
{
	unsigned int switched = 0, records = 0;

	(void)state;
	for (unsigned int i = 0; i < MACHINES; i++) {
		snprintf(current, sizeof(current), "build/unit/property --cells --seed %#llx --machines 1",
			 SEED + i);
		choices_random(&choices, SEED + i);
		switched += cell_machine_run();
		records += result_count(HANDOFF_RECORDS);
	}
	printf("seed %#llx: %u cells, %u switched, %u records\n", SEED, MACHINES, switched, records);
	assert_true(switched > MACHINES / 2 && records > MACHINES / 2);
}

static int say_which_machine(void **state)
{
	(void)state;
	printf("the last one was: %s\n", current);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(machines_that_failed_once, say_which_machine),
		cmocka_unit_test_teardown(random_machines, say_which_machine),
		cmocka_unit_test_teardown(hidden_machines, say_which_machine),
		cmocka_unit_test_teardown(cells_of_the_campaign, say_which_machine),
	};

	return cmocka_run_group_tests_name("property", tests, NULL, NULL);
}
