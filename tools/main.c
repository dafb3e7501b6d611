// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmarelay - makes relay images, and reads what their stub left behind
 *
 * A verb is one row of the table below, and one file of its name.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "version.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} verbs[] = {
	{ "wrap", cli_wrap, "put the stub in front of a kernel, for kexec -p to load" },
	{ "inspect", cli_inspect, "show what the stub found, kept, quarantined and switched" },
	{ "quiesce", cli_quiesce, "stop devices that no driver of the kdump kernel has claimed" },
	{ "who", cli_who, "show which devices could have read or written memory at the crash" },
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(FILE *out)
{
	fputs("Usage: dmarelay VERB [OPTION]... [ARGUMENT]...\n"
	      "\n"
	      "Carries DMA remapping (Intel VT-d) through a crash into the kdump kernel.\n"
	      "\n"
	      "Verbs:\n", out);
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  %-9s %s\n", verbs[i].name, verbs[i].summary);
	fputs("\n"
	      "Options:\n"
	      "  -h, --help     show this help; dmarelay VERB --help shows the verb's\n"
	      "  -V, --version  show the version\n"
	      "\n"
	      "Exit status:\n"
	      "  0  done\n"
	      "  1  the answer is no, or a file could not be read or written\n"
	      "  2  bad usage, or malformed input: one line on stderr names file, offset and\n"
	      "     what was expected there\n"
	      "\n"
	      "Example:\n"
	      "  dmarelay wrap /boot/vmlinuz-6.12 -o /var/lib/kdump/vmlinuz.relay\n"
	      "  kexec -p /var/lib/kdump/vmlinuz.relay --initrd=... --append=...\n"
	      "  dmarelay inspect          (in the kdump kernel, after a crash)\n", out);
}

static int run_verb(int argc, char **argv)
{
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (strcmp(argv[0], verbs[i].name) == 0) {
			char title[32];		/* how getopt_long() is to begin its messages */

			snprintf(title, sizeof(title), "dmarelay %s", verbs[i].name);
			argv[0] = title;
			optind = 0;	/* glibc: start afresh, on the verb's own arguments */
			return verbs[i].run(argc, argv);
		}
	}
	cli_fail("unknown verb '%s' (see dmarelay --help)", argv[0]);
	return CLI_MISUSED;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};

	/* '+': stop at the verb, whose options are its own */
	switch (getopt_long(argc, argv, "+hV", options, NULL)) {
	case 'h':
		print_help(stdout);
		return cli_finish(CLI_OK);
	case 'V':
		puts("dmarelay " STUB_VERSION);
		return cli_finish(CLI_OK);
	case -1:
		break;
	default:
		return CLI_MISUSED;
	}
	if (optind == argc) {
		print_help(stderr);
		return CLI_MISUSED;
	}
	return run_verb(argc - optind, argv + optind);
}
