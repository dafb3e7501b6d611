// SPDX-License-Identifier: GPL-2.0-only
/*
 * `dmarelay inspect` on a file that claims to be a handoff: text and JSON. Bit 0 of the first byte
 * says that the digest is as it is; else it is made right, which mutations never do.
 */
#include "fuzz.h"
#include "handoff_read.h"
#include "show.h"

/* At the node's payload, where a sound block's header says that the seal ends. */
static void mend(uint8_t *data, size_t size)
{
	uint64_t start = handoff_start(data, size);
	struct handoff_header header;

	if (start % 8 || start > size || size - start < sizeof(header))
		return;
	memcpy(&header, data + start, sizeof(header));
	if (header.sealed_size < sizeof(header) || header.sealed_size > size - start)
		return;
	header.digest = handoff_digest(data + start, header.sealed_size);
	memcpy(data + start, &header, sizeof(header));
}

static void read_and_show(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct problem problem = { .offset = UINT64_MAX };
	struct handoff_view view;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	must(nowhere);
	if (!handoff_read(&view, data, size, &problem)) {
		must(problem.offset != UINT64_MAX && problem.text[0]);
		return;
	}
	must(handoff_extent(data, size) <= handoff_start(data, size) + view.header.total_size);
	show_text(nowhere, &view, true);
	show_text(nowhere, &view, false);
	show_json(nowhere, &view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *file;

	if (size < 2)
		return 0;
	file = malloc(size - 1);
	must(file);
	memcpy(file, data + 1, size - 1);
	if (!(data[0] & 1))
		mend(file, size - 1);
	read_and_show(file, size - 1);
	free(file);
	return 0;
}
