/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source.h - where a handoff comes from
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <limits.h>

#include "file.h"
#include "problem.h"

#define SOURCE_SYSFS	"/sys/kernel/boot_params/setup_data"

struct source {
	char path[PATH_MAX];	/* of the file that was read in the end, for messages */
	uint64_t start;		/* where in that file the blob lies */
	bool dump;		/* the file is a crash dump */
	struct blob blob;
};

/*
 * Reads the handoff from `path`: a file, a crash dump that has it as a note, or a folder laid out
 * as SOURCE_SYSFS is (N/type, N/data), in which it takes the first node of our type. Says on stderr
 * what went wrong, and returns an exit status. The caller frees source->blob after CLI_OK.
 */
int source_read(const char *path, struct source *source);

/* cli_malformed() for a problem in the blob. */
int source_malformed(const struct source *source, const struct problem *problem);

#endif /* SOURCE_H */
