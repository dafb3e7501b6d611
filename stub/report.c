// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <string.h>

#include "version.h"

/*
 * Room for each section: one entry per 2^shift bytes of arena, within bounds. The floors let the
 * smallest arena that `wrap` makes (256 KiB) serve a desktop machine; the ceilings are beyond any
 * machine seen, and what passes them is counted.
 */
struct room {
	uint32_t entry_size;
	uint32_t shift;
	uint32_t least;
	uint32_t most;
};

static const struct room rooms[REPORT_SECTIONS + 1] = {
	[HANDOFF_UNITS]		= { sizeof(struct handoff_unit), 16, 16, 256 },
	[HANDOFF_DOMAINS]	= { sizeof(struct handoff_domain), 14, 48, 16384 },
	[HANDOFF_DEVICES]	= { sizeof(struct handoff_device), 13, 64, 65536 },
	[HANDOFF_RANGES]	= { sizeof(struct handoff_range), 10, 512, 1048576 },
	[HANDOFF_RECORDS]	= { sizeof(struct handoff_record), 12, 128, 65536 },
	[HANDOFF_FAULTS]	= { sizeof(struct handoff_fault), 15, 32, 4096 },
	[HANDOFF_RMRRS]		= { sizeof(struct handoff_rmrr), 16, 32, 1024 },
	[HANDOFF_TIMING]	= { sizeof(struct handoff_timing), 32, 8, 8 },
	[HANDOFF_CRASH_REGION]	= { sizeof(struct handoff_range), 16, 32, 256 },
	[HANDOFF_PASIDS]	= { sizeof(struct handoff_pasid), 13, 64, 65536 },
	[HANDOFF_FUNCTIONS]	= { sizeof(struct handoff_function), 13, 64, 65536 },
	[HANDOFF_HOLES]		= { sizeof(struct handoff_hole), 32, 5, 5 },
	[HANDOFF_LOG]		= { 1, 9, 8192, 65536 },
};

static uint32_t capacity(const struct room *room, uint64_t arena_size)
{
	uint64_t share = arena_size >> room->shift;

	return share < room->least ? room->least : share > room->most ? room->most : (uint32_t)share;
}

bool report_init(struct report *report, struct arena *arena)
{
	uint64_t head = sizeof(struct handoff_header) + REPORT_SECTIONS * sizeof(struct handoff_section);
	uint8_t *node = arena_alloc(arena, REPORT_NODE_HEADER + head, PAGE_SIZE);

	*report = (struct report){ .arena = arena };
	if (!node)
		return false;
	report->header = (struct handoff_header *)(node + REPORT_NODE_HEADER);

	for (uint32_t type = 1; type <= REPORT_SECTIONS; type++) {
		struct report_section *section = &report->sections[type];

		section->entry_size = rooms[type].entry_size;
		if (!section->entry_size)	/* HANDOFF_TABLES: what follows, see report_seal() */
			continue;
		section->capacity = capacity(&rooms[type], arena->size);
		section->entries = arena_alloc(arena, (uint64_t)section->capacity * section->entry_size, 8);
		if (!section->entries)
			return false;
	}
	report->tables = (arena_mark(arena) + PAGE_SIZE - 1) & PAGE_MASK;
	if (report->tables > arena->size)
		return false;
	/* With all gaps: it goes into a dump, and what was there before is not ours to show. */
	memset(node, 0, report->tables - (uint64_t)(node - arena->base));
	return true;
}

void *report_add(struct report *report, enum handoff_section_type type)
{
	struct report_section *section = &report->sections[type];

	if (section->count == section->capacity) {
		report_drop(report, type);
		return NULL;
	}
	return report_entry(report, type, section->count++);
}

void report_drop(struct report *report, enum handoff_section_type type)
{
	report->sections[type].dropped++;
}

uint32_t report_dropped(const struct report *report, enum handoff_section_type type)
{
	return report->sections[type].dropped;
}

uint32_t report_count(const struct report *report, enum handoff_section_type type)
{
	return report->sections[type].count;
}

void *report_entry(const struct report *report, enum handoff_section_type type, uint32_t index)
{
	const struct report_section *section = &report->sections[type];

	return section->entries + (uint64_t)index * section->entry_size;
}

void report_truncate(struct report *report, enum handoff_section_type type, uint32_t count)
{
	report->sections[type].count = count;
}

void report_log(struct report *report, const char *text, size_t size)
{
	struct report_section *log = &report->sections[HANDOFF_LOG];
	size_t room = log->capacity - log->count;
	size_t fits = size < room ? size : room;

	if (!log->entries)
		return;
	memcpy(log->entries + log->count, text, fits);
	log->count += (uint32_t)fits;
	log->dropped += (uint32_t)(size - fits);
}

static uint64_t offset_of(const struct report *report, const void *inside)
{
	return (uint64_t)((const uint8_t *)inside - (const uint8_t *)report->header);
}

/* Bytes from the header to the end of the last section before the tables. */
static uint64_t sealed_size(const struct report *report)
{
	return report->tables - REPORT_NODE_HEADER;
}

void report_seal(struct report *report, enum handoff_outcome outcome, enum handoff_reason reason)
{
	bool with_tables = outcome == HANDOFF_SWITCHED;
	struct handoff_header *header = report->header;
	struct handoff_section *row = (struct handoff_section *)(header + 1);

	for (uint32_t type = 1; type <= REPORT_SECTIONS; type++) {
		const struct report_section *section = &report->sections[type];

		if (type == HANDOFF_TABLES)	/* the last row, if there is one */
			continue;
		*row++ = (struct handoff_section){
			.type = type,
			.entry_size = section->entry_size,
			.count = section->count,
			.dropped = section->dropped,
			.offset = offset_of(report, section->entries),
			.length = (uint64_t)section->count * section->entry_size,
		};
	}
	if (with_tables) {
		uint64_t used = report->arena->used > report->tables ?
				report->arena->used - report->tables : 0;

		*row = (struct handoff_section){
			.type = HANDOFF_TABLES,
			.entry_size = 1,
			.count = (uint32_t)used,
			.offset = sealed_size(report),
			.length = used,
		};
	}

	*header = (struct handoff_header){
		.magic = HANDOFF_MAGIC,
		.major = HANDOFF_MAJOR,
		.minor = HANDOFF_MINOR,
		.header_size = sizeof(*header),
		.total_size = report_size(report, with_tables),
		.sealed_size = sealed_size(report),
		.base = arena_phys(report->arena, header).pa,
		.outcome = outcome,
		.reason = reason,
		.mode = report->mode,
		.hide_reason = report->hide_reason,
		.section_count = with_tables ? REPORT_SECTIONS : REPORT_SECTIONS - 1,
		.stub_version = STUB_VERSION,
	};
	header->digest = handoff_digest(header, header->sealed_size);
}

uint64_t report_size(const struct report *report, bool with_tables)
{
	return with_tables ? report->arena->size - REPORT_NODE_HEADER : sealed_size(report);
}
