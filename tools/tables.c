// SPDX-License-Identifier: GPL-2.0-only
#include "tables.h"

#include <stdlib.h>

#define PAGE_BYTES	(TABLE_ENTRIES * sizeof(uint64_t))

static int by_place(const void *one, const void *other)
{
	uint64_t a = ((const struct handoff_record *)one)->where;
	uint64_t b = ((const struct handoff_record *)other)->where;

	return (a > b) - (a < b);
}

static bool is_about_an_entry(const struct handoff_record *record)
{
	return record->object == HANDOFF_LEAF || record->object == HANDOFF_PAGE_TABLE;
}

bool tables_open(struct tables *tables, const struct handoff_view *view, struct dump *dump,
		 const uint8_t *payload, size_t size)
{
	uint32_t count = view->sections[HANDOFF_RECORDS].count;

	*tables = (struct tables){ .view = view, .dump = dump, .payload = payload, .size = size };
	tables->records = calloc((size_t)count + 1, sizeof(*tables->records));
	if (!tables->records)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct handoff_record record = handoff_get_record(view, i);

		if (is_about_an_entry(&record))
			tables->records[tables->record_count++] = record;
	}
	qsort(tables->records, tables->record_count, sizeof(*tables->records), by_place);
	return true;
}

void tables_close(struct tables *tables)
{
	free(tables->records);
	tables->records = NULL;
}

/* Index of the first record at or behind `address`. */
static uint32_t first_record(const struct tables *tables, uint64_t address)
{
	uint32_t low = 0, high = tables->record_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (tables->records[middle].where < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What was repaired at the switch is what the device used before. */
static void undo_repairs(const struct tables *tables, uint64_t address, uint64_t *entries)
{
	for (uint32_t i = first_record(tables, address); i < tables->record_count; i++) {
		uint64_t offset = tables->records[i].where - address;

		if (offset >= PAGE_BYTES)
			break;
		if (tables->records[i].in_place)
			entries[offset / sizeof(*entries)] = tables->records[i].found[0];
	}
}

static bool copied_page(const struct tables *tables, uint64_t address, uint64_t *entries)
{
	uint64_t offset = address - tables->view->header.base;

	if (address < tables->view->header.base || offset < tables->view->header.sealed_size ||
	    offset > tables->size || tables->size - offset < PAGE_BYTES)
		return false;
	memcpy(entries, tables->payload + offset, PAGE_BYTES);
	return true;
}

bool tables_page(const struct tables *tables, uint64_t address, uint64_t entries[TABLE_ENTRIES])
{
	if (!tables->dump)
		return copied_page(tables, address, entries);
	if (!dump_page(tables->dump, address, entries))
		return false;
	undo_repairs(tables, address, entries);
	return true;
}

bool tables_entry_is_bad(const struct tables *tables, uint64_t address)
{
	uint32_t i = first_record(tables, address);

	return tables->dump && i < tables->record_count && tables->records[i].where == address;
}
