/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cli.h - what the verbs of the `dmarelay` command share
 */
#ifndef CLI_H
#define CLI_H

#include "problem.h"

/* Exit statuses, as every verb's --help promises them. */
enum cli_status {
	CLI_OK		= 0,
	CLI_FAILED	= 1,	/* the answer is no, or a file could not be read or written */
	CLI_MISUSED	= 2,	/* bad usage, or an input that is not what it has to be */
};

/* Each verb gets its own arguments, argv[0] being its name, and returns an exit status. */
int cli_wrap(int argc, char **argv);
int cli_inspect(int argc, char **argv);
int cli_who(int argc, char **argv);
int cli_quiesce(int argc, char **argv);

/* One line on stderr that begins with the program's name. Returns CLI_FAILED. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The line for a malformed input: file, offset, what was expected. Returns CLI_MISUSED. */
int cli_malformed(const char *path, const struct problem *problem);

/* A line about bad usage, with a pointer to the verb's help. Returns CLI_MISUSED. */
int cli_misused(const char *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends a verb that wrote to stdout: `status`, or CLI_FAILED if what was written got lost. */
int cli_finish(int status);

#endif /* CLI_H */
