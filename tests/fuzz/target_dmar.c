// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stub's steps through a DMAR table: the input is the table. Whatever the lengths in it say, a
 * structure lies in the table, a scope in its structure, and the steps go forwards.
 */
#include "acpi_dmar.h"
#include "dmar.h"
#include "fuzz.h"
#include "report.h"
#include "rmrr.h"

static void walk_scopes(const struct dmar_item *item)
{
	struct dmar_scope_item scope;
	uint32_t at = 0, before = 0;

	while (dmar_next_scope(item, sizeof(struct dmar_rmrr), &at, &scope)) {
		must(at > before && at <= item->size);
		must(scope.path >= item->bytes);
		must(scope.path + 2 * scope.path_length <= item->bytes + item->size);
		before = at;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t room[0x80000] __attribute__((aligned(4096)));
	static struct report report;
	static struct arena arena;
	struct dmar dmar = { .table = data, .size = (uint32_t)size };
	struct dmar_item item;
	uint32_t at = 0, before = 0;

	if (size < sizeof(struct dmar_table) || size > DMAR_MAX_SIZE)
		return 0;
	if (!report.header) {
		arena_init(&arena, room, phys(0x75000000), sizeof(room));
		must(report_init(&report, &arena));
	}
	report_truncate(&report, HANDOFF_RMRRS, 0);
	report_truncate(&report, HANDOFF_LOG, 0);
	while (dmar_next(&dmar, &at, &item)) {
		must(at > before && at <= size);
		must(item.bytes >= data + sizeof(struct dmar_table));
		must(item.bytes + item.size <= data + size);
		before = at;
		walk_scopes(&item);
		if (item.type == DMAR_RMRR)
			rmrr_report(&item, &report);
	}
	must(report_count(&report, HANDOFF_RMRRS) <= report.sections[HANDOFF_RMRRS].capacity);
	return 0;
}
