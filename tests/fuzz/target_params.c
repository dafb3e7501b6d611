// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kdump kernel's command line: the input, up to its first NUL. Whatever it says, the values that
 * come out are those that the rest of the stub was written for.
 */
#include "fuzz.h"
#include "params.h"
#include "report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t room[0x80000] __attribute__((aligned(4096)));
	static struct report report;
	static struct arena arena;
	struct params params;
	char *text;

	if (!report.header) {
		arena_init(&arena, room, phys(0x75000000), sizeof(room));
		must(report_init(&report, &arena));
	}
	report_truncate(&report, HANDOFF_LOG, 0);

	text = malloc(size + 1);	/* of its own, so that the sanitizer sees what is read behind */
	must(text);
	memcpy(text, data, size);
	text[size] = '\0';
	params_parse(&params, text, &report);
	free(text);

	must(params.policy <= POLICY_OFF && params.bad <= BAD_BLOCK && params.pasid <= PASID_DROP);
	must(params.iommu <= IOMMU_SHOW);
	must(params.budget_ms >= PARAMS_BUDGET_MIN && params.budget_ms <= PARAMS_BUDGET_MAX);
	must(!params.console || (params.console_port < 4 && params.console_baud &&
				 115200 % params.console_baud == 0));
	must(params.elfcorehdr_given || !params.elfcorehdr);
	return 0;
}
