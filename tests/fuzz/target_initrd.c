// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initrd's uncompressed archives. The input's head is its size, the rest is memory, in which the
 * initrd starts. A DMAR table is found only where these four letters are, or after so many steps that
 * nobody knows.
 */
#include <string.h>

#include "bytes.h"
#include "fuzz.h"
#include "initrd.h"

#define START		0x10000ull
#define MAX_STEPS	65536ul

static bool has_signature(const struct input *input)
{
	for (size_t at = 0; at + 4 <= input->size; at++)
		if (!memcmp(input->data + at, "DMAR", 4))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint64_t initrd_size = take_number(&input, 8);
	bool found;

	bytes_set(input.data, input.size);
	found = initrd_brings_dmar(phys(START), initrd_size);
	must(bytes_reads() <= 3 * MAX_STEPS);
	must(!found || has_signature(&input) || bytes_reads() >= MAX_STEPS);
	return 0;
}
