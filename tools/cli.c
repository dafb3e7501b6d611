// SPDX-License-Identifier: GPL-2.0-only
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int cli_fail(const char *format, ...)
{
	va_list args;

	fputs("dmarelay: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return CLI_FAILED;
}

int cli_malformed(const char *path, const struct problem *problem)
{
	cli_fail("%s: offset 0x%" PRIx64 ": %s", path, problem->offset, problem->text);
	return CLI_MISUSED;
}

int cli_misused(const char *verb, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cli_fail("%s: %s (see dmarelay %s --help)", verb, text, verb);
	return CLI_MISUSED;
}

/* A full disk shows only when the buffer is written out, and 0 must mean that all is there. */
int cli_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	return cli_fail("standard output: %s", strerror(errno));
}
