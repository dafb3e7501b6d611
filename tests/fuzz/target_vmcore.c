// SPDX-License-Identifier: GPL-2.0-only
/*
 * `dmarelay inspect` on a crash dump: the way from the file's header to the note with the handoff.
 * What is found lies where a file can have it; what is not is told with a place.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "vmcore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problem problem = { .offset = UINT64_MAX };
	uint64_t start = UINT64_MAX, length = UINT64_MAX;
	static int fd = -1;

	if (!vmcore_recognised(data, size))
		return 0;
	if (fd < 0)
		fd = memfd_create("dump", 0);
	must(fd >= 0);
	must(pwrite(fd, data, size, 0) == (ssize_t)size && !ftruncate(fd, (off_t)size));

	switch (vmcore_find_handoff(fd, &start, &length, &problem)) {
	case VMCORE_FOUND:
		must(start <= INT64_MAX && length <= INT64_MAX - start);
		must(start <= size);
		break;
	case VMCORE_ABSENT:
		break;
	case VMCORE_MALFORMED:
		must(problem.offset != UINT64_MAX && problem.text[0]);
		break;
	}
	return 0;
}
