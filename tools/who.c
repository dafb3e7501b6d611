// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmarelay who - which devices could have read or written memory at the crash, and where from
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "addr.h"
#include "cli.h"
#include "dump.h"
#include "show_who.h"
#include "source.h"

#define FEW_RUNS	4	/* of a requester, in the summary */

struct request {
	struct handoff_range range;
	bool summary, json;
	const char *path;
	const char *handoff;	/* in another file than `path` */
};

static void print_help(void)
{
	puts("Usage: dmarelay who [OPTION]... PHYSADDR[-PHYSADDR] FILE\n"
	     "       dmarelay who [OPTION]... --summary FILE\n"
	     "\n"
	     "Shows which devices (segment:bus:device.function), in scalable mode with which\n"
	     "PASID, could have read or written that memory when the kernel crashed, through\n"
	     "which IOVAs. Addresses are physical and hexadecimal; one address stands for its\n"
	     "page. Pass-through devices reach everything. What the stub quarantined since is\n"
	     "said to be; of devices whose own entry was bad it is not known what they reached.\n"
	     "\n"
	     "FILE is a crash dump, saved by a kdump kernel that adopts: then the crashed\n"
	     "kernel's own tables are read, out of its memory. Or it is a handoff (see dmarelay\n"
	     "inspect --help), with the stub's copies of the tables behind the report.\n"
	     "\n"
	     "Options:\n"
	     "  -s, --summary       instead of one address: what overlaps the kernel's text, its\n"
	     "                      page tables, the remapping units' tables, the crash region\n"
	     "  -H, --handoff FILE  take the report from this file or folder, for a dump that\n"
	     "                      does not have it\n"
	     "  -j, --json          one JSON object instead of text; docs/who.md has the keys\n"
	     "  -h, --help          show this help\n"
	     "\n"
	     "Exit status:\n"
	     "  0  the answer has been shown, be it that there is no such device\n"
	     "  1  there is no handoff, or a file could not be read\n"
	     "  2  bad usage, or a malformed file: one line on stderr names file, offset and what\n"
	     "     was expected there. If only the handoff's digest is wrong, the answer is shown\n"
	     "     all the same\n"
	     "\n"
	     "Example:\n"
	     "  dmarelay who 7f3a1000 vmcore\n"
	     "  dmarelay who --summary --handoff saved/setup_data vmcore");
}

static bool parse_address(const char **text, uint64_t *address)
{
	char *end;

	errno = 0;
	*address = strtoull(*text, &end, 16);
	if (end == *text || errno || **text == '-' || **text == '+')
		return false;
	*text = end;
	return true;
}

/* PHYSADDR[-PHYSADDR] */
static bool parse_range(const char *text, struct handoff_range *range)
{
	if (!parse_address(&text, &range->first))
		return false;
	if (*text == '\0') {
		range->first &= PAGE_MASK;
		range->last = range->first + PAGE_SIZE - 1;
		return true;
	}
	return *text++ == '-' && parse_address(&text, &range->last) && *text == '\0' &&
	       range->first <= range->last;
}

static int parse_operands(int argc, char **argv, struct request *request)
{
	int wanted = request->summary ? 1 : 2;

	if (argc != wanted)
		return cli_misused("who", "expected %s, found %d arguments",
				   request->summary ? "one FILE" : "PHYSADDR[-PHYSADDR] and FILE",
				   argc);
	if (!request->summary && !parse_range(argv[0], &request->range))
		return cli_misused("who", "expected a physical address or two with '-' between, "
				   "in hexadecimal, found '%s'", argv[0]);
	request->path = argv[wanted - 1];
	return -1;
}

/* Returns -1 to go on, or the exit status to end with. */
static int parse_arguments(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "summary", no_argument, NULL, 's' },
		{ "handoff", required_argument, NULL, 'H' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "sH:jh", options, NULL)) != -1) {
		switch (option) {
		case 's':
			request->summary = true;
			break;
		case 'H':
			request->handoff = optarg;
			break;
		case 'j':
			request->json = true;
			break;
		case 'h':
			print_help();
			return cli_finish(CLI_OK);
		default:
			return CLI_MISUSED;
		}
	}
	return parse_operands(argc - optind, argv + optind, request);
}

/* Who reaches `wanted`: as text with a title, or as members of an object. */
static bool answer(const struct tables *tables, const struct requesters *requesters,
		   const struct memory_ranges *wanted, struct json *json, uint32_t most)
{
	struct reaches reaches;
	const struct answer found = {
		.tables = tables, .requesters = requesters, .wanted = wanted, .reaches = &reaches,
		.most = most,
	};
	bool done = reaches_find(tables, requesters, wanted, &reaches);

	if (done && json)
		json_reached(json, &found);
	else if (done)
		text_reached(stdout, &found);
	reaches_free(&reaches);
	return done;
}

static bool answer_range(const struct request *request, const struct tables *tables,
			 const struct requesters *requesters, struct json *json)
{
	struct handoff_range range = request->range;
	const struct memory_ranges wanted = { .all = &range, .count = 1 };

	if (json) {
		json_hex(json, "first", range.first);
		json_hex(json, "last", range.last);
	} else {
		printf("0x%" PRIx64 "-0x%" PRIx64 ", by the %s tables\n", range.first, range.last,
		       tables_word(tables));
	}
	return answer(tables, requesters, &wanted, json, UINT32_MAX);
}

static bool answer_region(enum region_kind kind, const struct tables *tables,
			  const struct requesters *requesters, struct json *json)
{
	struct region region;
	bool done = region_find(tables, requesters, kind, &region);

	if (json) {
		json_object(json, region_key(kind));
		json_region(json, &region);
	} else {
		text_region(stdout, kind, &region);
	}
	if (done && !region.unknown)
		done = answer(tables, requesters, &region.ranges, json, FEW_RUNS);
	if (json)
		json_end_object(json);
	free(region.ranges.all);
	return done;
}

static bool answer_all(const struct request *request, const struct tables *tables,
		       const struct requesters *requesters)
{
	struct json writer = { .out = stdout, .first = true };
	struct json *json = request->json ? &writer : NULL;
	bool done = true;

	if (json) {
		json_object(json, NULL);
		json_string(json, "tables", tables_word(tables));
	}
	if (!request->summary)
		done = answer_range(request, tables, requesters, json);
	for (int kind = 0; done && request->summary && kind < REGION_KINDS; kind++)
		done = answer_region(kind, tables, requesters, json);
	if (json) {
		json_unknown(json, tables);
		json_end_object(json);
	} else {
		text_unknown(stdout, tables);
	}
	return done;
}

static int show(const struct request *request, const struct source *source, struct dump *dump)
{
	uint64_t start = handoff_start(source->blob.data, source->blob.size);
	struct requesters requesters = { 0 };
	struct tables tables = { 0 };
	struct handoff_view view;
	int status;

	if (!source_view(source, &view, &status))
		return status;
	if (!tables_open(&tables, &view, dump, source->blob.data + start,
			 source->blob.size - start) ||
	    !requesters_list(&view, &requesters) || !answer_all(request, &tables, &requesters))
		status = cli_fail("%s: out of memory", source->path);
	free(requesters.all);
	tables_close(&tables);
	return cli_finish(status);
}

/* All that the answer takes. */
struct job {
	const struct request *request;
	const struct source *source;
};

static int answer_with_dump(void *context)
{
	const struct job *job = context;
	int status;
	struct dump *dump = dump_open(job->request->path, &status);

	if (dump)
		status = show(job->request, job->source, dump);
	dump_close(dump);
	return status;
}

int cli_who(int argc, char **argv)
{
	struct request request = { 0 };
	static struct source source;	/* too large for the stack's taste */
	struct job job = { .request = &request, .source = &source };
	int status = parse_arguments(argc, argv, &request);

	if (status >= 0)
		return status;
	status = source_read(request.handoff ? request.handoff : request.path, SOURCE_WITH_TABLES,
			     &source);
	if (status == CLI_OK)
		status = request.handoff || source.dump ?
			 dump_guard(request.path, answer_with_dump, &job) :
			 show(&request, &source, NULL);
	file_free(&source.blob);
	return status;
}
