/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source.h - where a handoff comes from
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <limits.h>

#include "file.h"

#define SOURCE_SYSFS	"/sys/kernel/boot_params/setup_data"

struct source {
	char path[PATH_MAX];	/* of the file that was read in the end, for messages */
	struct blob blob;
};

/*
 * Reads the handoff from `path`: a file, or a folder laid out as SOURCE_SYSFS is (N/type, N/data),
 * in which it takes the first node of our type. Says on stderr what went wrong, and returns an exit
 * status. The caller frees source->blob after CLI_OK.
 */
int source_read(const char *path, struct source *source);

#endif /* SOURCE_H */
