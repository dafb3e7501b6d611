// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmarelay inspect - show what the stub left behind, or what the firmware says about the units
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli.h"
#include "dmar_view.h"
#include "handoff_read.h"
#include "show.h"
#include "show_dmar.h"
#include "source.h"

struct request {
	const char *path;
	bool json;
	bool all_ranges;
};

static void print_help(void)
{
	puts("Usage: dmarelay inspect [--json | --ranges] [FILE | DIR]\n"
	     "\n"
	     "Shows what the stub did between the crash and this kernel: the outcome, whether\n"
	     "this kernel is to see the IOMMU, each remapping unit before and after, devices\n"
	     "with their domains, the IOVA ranges in use, what was quarantined and why, faults\n"
	     "from before the crash, PCI functions with their command and error registers,\n"
	     "time, log.\n"
	     "\n"
	     "DIR is laid out as " SOURCE_SYSFS " is (N/type, N/data),\n"
	     "which is the default: run it without arguments in the kdump kernel. FILE holds\n"
	     "one such node's data, with or without the 16 bytes of struct setup_data in front.\n"
	     "A FILE that ends behind the report, without the copied tables, will do.\n"
	     "\n"
	     "FILE may also be the crash dump, if the kdump kernel was one that adopts: then the\n"
	     "report is a note in it. /proc/vmcore, ELF and kdump-compressed dumps are read\n"
	     "(makedumpfile -E, -c, -l, -p, -z), flattened ones not: makedumpfile -R comes first.\n"
	     "\n"
	     "FILE may also be an ACPI DMAR table, such as /sys/firmware/acpi/tables/DMAR: then\n"
	     "this shows the units, device scopes and reserved memory that the firmware tells\n"
	     "of, and whatever is odd about them. An odd table is shown with exit status 0, one\n"
	     "with a wrong checksum, or a structure that hides the rest, with exit status 2.\n"
	     "\n"
	     "Options:\n"
	     "  -j, --json    one JSON object instead of text. Keys: outcome, reason, mode,\n"
	     "                hide_reason, digest_ok, stub_version, base, arena_bytes,\n"
	     "                tables_bytes, tables_copied, bytes_copied, quarantined, stub_us,\n"
	     "                units, domains (with ranges), devices, pasids, records, faults,\n"
	     "                functions, rmrrs, crash_region, timing, dropped, log;\n"
	     "                docs/handoff.md describes them, and those of a table\n"
	     "  -r, --ranges  show every IOVA range, not each domain's first few\n"
	     "  -h, --help    show this help\n"
	     "\n"
	     "Exit status:\n"
	     "  0  the report has been shown\n"
	     "  1  there is no handoff (this kernel was not started through a stub, or the dump\n"
	     "     not saved by a kernel that adopts), or a file could not be read\n"
	     "  2  bad usage, or the handoff is malformed: one line on stderr names file, offset\n"
	     "     and what was expected there. If only the digest is wrong, the report is shown\n"
	     "     all the same, and says so: its form is sound, but not all of it is what the\n"
	     "     stub wrote\n"
	     "\n"
	     "Example:\n"
	     "  dmarelay inspect > /var/crash/relay.txt\n"
	     "  dmarelay inspect /var/crash/202611230017/dump.202611230017\n"
	     "  dmarelay inspect /sys/firmware/acpi/tables/DMAR");
}

/* Returns -1 to go on, or the exit status to end with. */
static int parse_arguments(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "ranges", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "jrh", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			request->json = true;
			break;
		case 'r':
			request->all_ranges = true;
			break;
		case 'h':
			print_help();
			return cli_finish(CLI_OK);
		default:
			return CLI_MISUSED;
		}
	}
	if (argc - optind > 1)
		return cli_misused("inspect", "expected one FILE or DIR, found %d", argc - optind);
	if (optind < argc)
		request->path = argv[optind];
	return -1;
}

static int show_table(const struct request *request, const struct source *source)
{
	struct dmar_view view;
	struct problem problem;
	int status = CLI_OK;

	if (!dmar_read(&view, source->blob.data, source->blob.size, &problem))
		return source_malformed(source, &problem);
	if (dmar_damaged(&view, &problem))
		status = source_malformed(source, &problem);
	if (request->json)
		show_dmar_json(stdout, &view);
	else
		show_dmar_text(stdout, &view);
	return cli_finish(status);
}

static int show(const struct request *request, const struct source *source)
{
	struct handoff_view view;
	int status;

	if (dmar_recognised(source->blob.data, source->blob.size))
		return show_table(request, source);
	if (!source_view(source, &view, &status))
		return status;
	if (request->json)
		show_json(stdout, &view);
	else
		show_text(stdout, &view, request->all_ranges);
	return cli_finish(status);
}

int cli_inspect(int argc, char **argv)
{
	struct request request = { .path = SOURCE_SYSFS };
	static struct source source;	/* too large for the stack's taste */
	int status = parse_arguments(argc, argv, &request);

	if (status < 0)
		status = source_read(request.path, SOURCE_REPORT, &source);
	else
		return status;
	if (status == CLI_OK) {
		status = show(&request, &source);
		file_free(&source.blob);
	}
	return status;
}
