// SPDX-License-Identifier: GPL-2.0-only
/*
 * property - random machines by the hundred thousand, and what fails made small
 *
 *	property [--machines N] [--seed S] [--jobs N] [--cases DIR] [--stop]
 *	property --hidden ...			asked to hide the IOMMU: "switched" is then, hidden
 *	property --cells ...			machines with one cell of the campaign (tests/inject)
 *	property [--cells] --replay FILE.case ...	the machine again, with its messages
 *
 * The nth machine is that of seed S + n; without --seed, S is made from the date (UTC). A machine that
 * fails the check, dies, or does not end within LIMIT seconds is shrunk and saved as DIR/SEED.case; keep
 * that in tests/unit/regress/ with a comment of what it caught, once it is mended. With --stop the first
 * failure ends the run, and nothing is shrunk. The whole run is one test: it fails if a machine fails, or
 * if less than the shares below was switched or kept.
 */
#include "property.h"

#include "testing.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cell_machine.h"
#include "check.h"
#include "random_machine.h"
#include "result.h"

#define LIMIT		120u	/* seconds a machine: most take a millisecond */
#define MOST_JOBS	64u
#define MOST_SHRUNK	5u	/* failures beyond are only counted */

/* Shares due, in percent, of a run of at least ENOUGH machines. */
#define ENOUGH		1000u
#define LEAST_SWITCHED	80u	/* of the machines */
#define LEAST_HIDDEN	40u	/* of the machines of --hidden: many do not meet a condition */
#define LEAST_UNITS	95u	/* of the units that could be switched */
#define LEAST_WHOLE	75u	/* of these, machines that keep all that is well-formed: many lack room on purpose */
#define LEAST_WHOLE_CELLS 99u	/* cells have room */

/* What a worker is at, for when it dies. */
struct progress {
	uint64_t next, passed, failed, switched, records, whole, kept, lost, units, left;
	struct choices choices;
};

static uint64_t machines = 1000, seed;
static unsigned int jobs = 2, shrunk;
static const char *program, *cases = "build/property";
static bool (*run_machine)(void) = random_machine_run;
static bool stop;

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
		bool switched;

		alarm(LIMIT);
		check_tally = (struct check_tally){ 0 };
		choices_random(&progress->choices, seed + progress->next);
		switched = run_machine();
		progress->switched += switched;
		progress->whole += switched && !check_tally.lost;
		records = result_count(HANDOFF_RECORDS);
		progress->records += records;
		progress->kept += check_tally.kept;
		progress->lost += check_tally.lost;
		progress->units += check_tally.units;
		progress->left += check_tally.left;
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
	fprintf(stderr, "machine %#lx fails: %s%s --seed %#lx --machines 1\n", machine, program,
		run_machine == cell_machine_run ? " --cells" : "", machine);
	if (stop)
		return;
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
		if (status && stop)
			break;
	}
	for (unsigned int i = 0; running && i < jobs; i++)
		kill(workers[i], SIGKILL);
}

/* `part` of `part` and `rest`, in hundredths of a percent. */
static uint64_t share(uint64_t part, uint64_t rest)
{
	return part + rest ? 10000 * part / (part + rest) : 0;
}

static bool is_below(const char *what, uint64_t hundredths, unsigned int least)
{
	if (machines < ENOUGH || hundredths >= 100 * least)
		return false;
	printf("%s: %lu.%02lu %%, less than %u %%\n", what, hundredths / 100, hundredths % 100, least);
	return true;
}

static int try_all(void)
{
	struct progress *progress = shared_memory(jobs * sizeof(*progress)), sum = { 0 };
	bool failed;

	printf("seed %#lx\n", seed);
	run_all(progress);
	for (unsigned int i = 0; i < jobs; i++) {
		sum.passed += progress[i].passed;
		sum.failed += progress[i].failed;
		sum.switched += progress[i].switched;
		sum.records += progress[i].records;
		sum.whole += progress[i].whole;
		sum.kept += progress[i].kept;
		sum.lost += progress[i].lost;
		sum.units += progress[i].units;
		sum.left += progress[i].left;
	}
	printf("%lu machines of seed %#lx: %lu failed, %lu switched, %lu records; of %lu units that could be "
	       "switched %lu were; of %lu well-formed translations %lu were kept, on %lu machines all of them; "
	       "the others had no room or fell under a policy\n", sum.passed + sum.failed, seed, sum.failed,
	       sum.switched, sum.records, sum.units, sum.units - sum.left, sum.kept + sum.lost, sum.kept,
	       sum.whole);
	failed = sum.failed;
	failed |= is_below("machines that are switched", share(sum.switched, sum.passed - sum.switched),
			   run_machine == random_machine_run_hidden ? LEAST_HIDDEN : LEAST_SWITCHED);
	failed |= is_below("units that are switched", share(sum.units - sum.left, sum.left), LEAST_UNITS);
	failed |= is_below("machines that keep all that is well-formed", share(sum.whole, sum.switched - sum.whole),
			   run_machine == cell_machine_run ? LEAST_WHOLE_CELLS : LEAST_WHOLE);
	printf("%u passed, %u failed, 0 skipped\n", !failed, failed);
	return failed;
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

/* 0x20250131: another one each day. */
static uint64_t seed_of_today(void)
{
	time_t now = time(NULL);
	struct tm day;
	char text[16];

	gmtime_r(&now, &day);
	strftime(text, sizeof(text), "%Y%m%d", &day);
	return strtoull(text, NULL, 16) << 24;
}

int main(int argc, char **argv)
{
	program = argv[0];
	seed = seed_of_today();
	setenv("CMOCKA_TEST_ABORT", "1", 1);	/* a failed assertion ends the process */
	if (argc > 1 && !strcmp(argv[1], "--cells")) {
		run_machine = cell_machine_run;
		argc--;
		argv++;
	}
	if (argc > 1 && !strcmp(argv[1], "--hidden")) {
		run_machine = random_machine_run_hidden;
		argc--;
		argv++;
	}
	if (argc > 2 && !strcmp(argv[1], "--replay"))
		return replay(argv + 2);
	for (int i = 1; i < argc; i += 2) {
		bool last = i + 1 == argc;

		if (!strcmp(argv[i], "--stop") && i--)
			stop = true;
		else if (!last && !strcmp(argv[i], "--machines"))
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
