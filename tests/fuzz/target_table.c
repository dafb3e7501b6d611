// SPDX-License-Identifier: GPL-2.0-only
/* `dmarelay inspect` on a DMAR table from a file: text, JSON, and every oddity. */
#include "fuzz.h"
#include "show_dmar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct problem problem = { .offset = UINT64_MAX };
	struct dmar_view view;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	must(nowhere);
	if (!dmar_recognised(data, size))
		return 0;
	if (!dmar_read(&view, data, size, &problem)) {
		must(problem.offset != UINT64_MAX && problem.text[0]);
		return 0;
	}
	must(view.walked <= view.dmar.size && view.dmar.size <= size);
	if (dmar_damaged(&view, &problem))
		must(problem.text[0]);
	show_dmar_text(nowhere, &view);
	show_dmar_json(nowhere, &view);
	return 0;
}
