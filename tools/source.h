/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source.h - where a handoff comes from
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <limits.h>

#include "file.h"
#include "handoff_read.h"
#include "problem.h"

#define SOURCE_SYSFS	"/sys/kernel/boot_params/setup_data"

struct source {
	char path[PATH_MAX];	/* of the file that was read in the end, for messages */
	uint64_t start;		/* where in that file the blob lies */
	bool dump;		/* the file is a crash dump */
	struct blob blob;
};

/* How much of a handoff is wanted; a dump has only the report in any case. */
enum source_part {
	SOURCE_REPORT,
	SOURCE_WITH_TABLES,	/* the copied tables behind it, too */
};

/*
 * Reads the handoff from `path`: a file, a crash dump that has it as a note, or a folder laid out
 * as SOURCE_SYSFS is (N/type, N/data), in which it takes the first node of our type. Says on stderr
 * what went wrong, and returns an exit status. The caller frees source->blob after CLI_OK.
 */
int source_read(const char *path, enum source_part part, struct source *source);

/* cli_malformed() for a problem in the blob. */
int source_malformed(const struct source *source, const struct problem *problem);

/*
 * Reads the blob as a handoff. False if it is malformed; one that only has a wrong digest can be
 * shown all the same. Either way *status is the exit status, and stderr says why if it is not 0.
 */
bool source_view(const struct source *source, struct handoff_view *view, int *status);

#endif /* SOURCE_H */
