// SPDX-License-Identifier: GPL-2.0-only
/*
 * property - random machines by the hundred thousand, and what fails made small
 *
 *	property [--machines N] [--seed S] [--jobs N] [--cases DIR]
 *	property --cells ...			machines with one cell of the campaign (tests/inject)
 *	property [--cells] --replay FILE.case ...	the machine again, with its messages
 *
 * The nth machine is that of seed S + n. One that fails the check, dies, or does not end within
 * LIMIT seconds is shrunk and saved as DIR/SEED.case; keep that in tests/unit/regress/ with a
 * comment of what it caught, once it is mended. Closes on `N passed, N failed, N skipped`, machines.
 */
#include "property.h"

#include "testing.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell_machine.h"
#include "random_machine.h"
#include "result.h"

#define LIMIT		120u	/* seconds a machine: most take a millisecond */
#define MOST_JOBS	64u
#define MOST_SHRUNK	5u	/* failures beyond are only counted */

/* What a worker is at, for when it dies. */
struct progress {
	uint64_t next, passed, failed, switched, records;
	struct choices choices;
};

static uint64_t machines = 1000, seed = 0x646d6172656c6179;
static unsigned int jobs = 2, shrunk;
static const char *cases = "build/property";
static bool (*run_machine)(void) = random_machine_run;

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return memory;
}

bool machine_fails(const struct choices *choices, bool quiet)
{
	static struct choices again;
	int status;
	pid_t child;

	again = *choices;
	fflush(NULL);
	child = fork();
	if (!child) {
		if (quiet && (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout)))
			_exit(2);
		alarm(LIMIT);
		choices_replay(&again);
		run_machine();
		_exit(0);
	}
	return child < 0 || waitpid(child, &status, 0) < 0 || status;
}

static void work(struct progress *progress)
{
	for (; progress->next < machines; progress->next += jobs) {
		uint64_t records;

		alarm(LIMIT);
		choices_random(&progress->choices, seed + progress->next);
		progress->switched += run_machine();
		records = result_count(HANDOFF_RECORDS);
		progress->records += records;
		progress->passed++;
	}
	_exit(0);
}

/* A worker died of its machine. */
static void keep_failure(struct progress *progress)
{
	static struct choices choices;
	uint64_t machine = seed + progress->next;
	char path[256], comment[256];
	unsigned int tried;

	progress->failed++;
	progress->next += jobs;
	choices = progress->choices;
	if (shrunk++ >= MOST_SHRUNK)
		return;
	fprintf(stderr, "machine %#lx fails: property --seed %#lx --machines 1\n", machine, machine);
	if (!machine_fails(&choices, true)) {
		fprintf(stderr, "but not in a process of its own\n");
		return;
	}
	tried = shrink(&choices);
	snprintf(path, sizeof(path), "%s/%lx.case", cases, machine);
	snprintf(comment, sizeof(comment), "Of machine %#lx, shrunk from %u bytes in %u tries.", machine,
		 progress->choices.size, tried);
	mkdir(cases, 0777);
	if (!choices_save(&choices, path, comment))
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	fprintf(stderr, "saved as %s: %u bytes of %u\n", path, choices.size, progress->choices.size);
	machine_fails(&choices, false);
}

static pid_t start(struct progress *progress)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child)
		work(progress);
	return child;
}

/* Start each worker, and again after each death, until all are through. */
static void run_all(struct progress *progress)
{
	pid_t workers[MOST_JOBS];
	unsigned int running = jobs;
	int status;

	for (unsigned int i = 0; i < jobs; i++) {
		progress[i].next = i;
		workers[i] = start(&progress[i]);
	}
	while (running) {
		pid_t ended = wait(&status);

		for (unsigned int i = 0; i < jobs; i++) {
			if (workers[i] != ended)
				continue;
			if (status) {
				keep_failure(&progress[i]);
				workers[i] = start(&progress[i]);
			} else {
				running--;
			}
		}
	}
}

static int try_all(void)
{
	struct progress *progress = shared_memory(jobs * sizeof(*progress)), sum = { 0 };

	run_all(progress);
	for (unsigned int i = 0; i < jobs; i++) {
		sum.passed += progress[i].passed;
		sum.failed += progress[i].failed;
		sum.switched += progress[i].switched;
		sum.records += progress[i].records;
	}
	printf("seed %#lx: %lu machines, %lu switched, %lu records\n", seed, sum.passed + sum.failed,
	       sum.switched, sum.records);
	if (machines >= 100 && sum.switched < machines / 2) {
		printf("hardly any machine comes to be switched: these test nothing\n");
		sum.failed++;
	}
	printf("%lu passed, %lu failed, 0 skipped\n", sum.passed, sum.failed);
	return sum.failed != 0;
}

static int replay(char **paths)
{
	static struct choices choices;
	int failed = 0;

	for (; *paths; paths++) {
		bool fails;

		if (!choices_load(&choices, *paths)) {
			perror(*paths);
			return 2;
		}
		fails = machine_fails(&choices, false);
		printf("%s: %s\n", *paths, fails ? "fails" : "passes");
		failed |= fails;
	}
	return failed;
}

int main(int argc, char **argv)
{
	setenv("CMOCKA_TEST_ABORT", "1", 1);	/* a failed assertion ends the process */
	if (argc > 1 && !strcmp(argv[1], "--cells")) {
		run_machine = cell_machine_run;
		argc--;
		argv++;
	}
	if (argc > 2 && !strcmp(argv[1], "--replay"))
		return replay(argv + 2);
	for (int i = 1; i < argc; i += 2) {
		bool last = i + 1 == argc;

		if (!last && !strcmp(argv[i], "--machines"))
			machines = strtoull(argv[i + 1], NULL, 0);
		else if (!last && !strcmp(argv[i], "--seed"))
			seed = strtoull(argv[i + 1], NULL, 0);
		else if (!last && !strcmp(argv[i], "--jobs"))
			jobs = (unsigned int)strtoul(argv[i + 1], NULL, 0);
		else if (!last && !strcmp(argv[i], "--cases"))
			cases = argv[i + 1];
		else
			return fprintf(stderr, "%s: what is that?\n", argv[i]), 2;
	}
	jobs = jobs > MOST_JOBS ? MOST_JOBS : jobs ? jobs : 1;
	return try_all();
}
