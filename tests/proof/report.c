// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writer of the handoff (stub/report.c).
 *
 * proof_report_init	An arena of any size up to 44 KiB, which holds the smallest layout and then some:
 *			every section lies in the arena, none overlaps the one before, the tables begin
 *			behind the last one; or the arena is refused.
 * proof_report_add	A section of any count and room: an entry lies in it, and one that finds no room is
 *			counted; text for the log stays in the log.
 * proof_report_seal	A report of one-entry sections, any counts, any outcome: header and section table
 *			keep to the reader's rules (docs/handoff.md), whatever part of the arena the
 *			tables have taken. The digest is taken over memory that is there; its value is
 *			left open.
 */
#include "handoff.h"

#include "proof.h"

static uint64_t model_digest(const void *header, uint64_t sealed_size)
{
	prove(sealed_size % 8 == 0 && __CPROVER_r_ok(header, sealed_size));
	return nondet_u64();
}

#define handoff_digest	model_digest

#include "../../stub/report.c"

void proof_report_init(void)
{
	static uint64_t memory[44 * 1024 / 8];
	struct arena arena = { .base = (uint8_t *)memory, .phys = phys(0x100000), .size = nondet_u64() };
	struct report report;
	uint64_t end;

	assume(arena.size <= sizeof(memory));
	if (!report_init(&report, &arena))
		return;
	prove((uint8_t *)report.header == arena.base + REPORT_NODE_HEADER);
	end = REPORT_NODE_HEADER + sizeof(struct handoff_header) +
	      REPORT_SECTIONS * sizeof(struct handoff_section);
	for (uint32_t type = 1; type <= REPORT_SECTIONS; type++) {
		const struct report_section *section = &report.sections[type];
		uint64_t at;

		if (type == HANDOFF_TABLES)
			continue;
		at = (uint64_t)(section->entries - arena.base);
		prove(section->count == 0 && section->capacity > 0 && at >= end);
		end = at + (uint64_t)section->capacity * section->entry_size;
		prove(end <= arena.used && arena.used <= arena.size);
	}
	prove(report.tables >= end && report.tables % PAGE_SIZE == 0 && report.tables <= arena.size);
}

void proof_report_add(void)
{
	static uint64_t memory[16];
	struct report report = { .arena = NULL };
	struct report_section *section = &report.sections[HANDOFF_RANGES], *log = &report.sections[HANDOFF_LOG];
	uint32_t before;
	uint8_t *entry;
	char text[8];
	size_t size = nondet_size();

	*section = (struct report_section){ (uint8_t *)memory, 16, nondet_u32(), nondet_u32(), nondet_u32() };
	assume(section->capacity <= 8 && section->count <= section->capacity && section->dropped < 1u << 31);
	before = section->count;
	entry = report_add(&report, HANDOFF_RANGES);
	if (entry) {
		prove(before < section->capacity && section->count == before + 1);
		prove(entry == (uint8_t *)memory + 16 * before);
	} else {
		prove(before == section->capacity && section->count == before && section->dropped > 0);
	}

	*log = (struct report_section){ (uint8_t *)memory, 1, nondet_u32(), nondet_u32(), nondet_u32() };
	assume(log->capacity <= sizeof(memory) && log->count <= log->capacity && log->dropped < 1u << 31);
	assume(size <= sizeof(text));
	before = log->count + log->dropped;
	report_log(&report, text, size);
	prove(log->count <= log->capacity && log->count + log->dropped == before + size);
}

struct block {
	uint8_t node[REPORT_NODE_HEADER];
	struct handoff_header header;
	struct handoff_section table[REPORT_SECTIONS];
	uint8_t entries[REPORT_SECTIONS][120];
	uint8_t tables[64];
};

void proof_report_seal(void)
{
	static struct block block;
	struct arena arena = { (uint8_t *)&block, phys(0x100000), sizeof(block), nondet_u64() };
	struct report report = { .arena = &arena, .header = &block.header };
	enum handoff_outcome outcome = nondet_bool() ? HANDOFF_SWITCHED : HANDOFF_ABANDONED;
	const struct handoff_header *header = &block.header;
	uint32_t any = nondet_u32();
	bool is_tables;
	uint64_t end;

	report.tables = offsetof(struct block, tables);
	assume(arena.used >= report.tables && arena.used <= arena.size);
	for (uint32_t type = 1; type <= REPORT_SECTIONS; type++) {
		if (type == HANDOFF_TABLES)
			continue;
		report.sections[type] = (struct report_section){
			block.entries[type - 1], rooms[type].entry_size, 1, nondet_bool(), nondet_u32(),
		};
	}
	report_seal(&report, outcome, HANDOFF_OK);
	prove(header->magic == HANDOFF_MAGIC && header->major == HANDOFF_MAJOR && header->base == 0x100010);
	prove(header->sealed_size == report.tables - REPORT_NODE_HEADER && header->sealed_size % 8 == 0);
	prove(header->sealed_size <= header->total_size);
	prove(header->total_size <= arena.size - REPORT_NODE_HEADER);
	prove(header->total_size == report_size(&report, outcome == HANDOFF_SWITCHED));
	prove(header->section_count <= HANDOFF_MAX_SECTIONS && header->section_count <= REPORT_SECTIONS);
	assume(any < header->section_count);
	is_tables = any + 1 == REPORT_SECTIONS;		/* the last row, if there is one */
	end = is_tables ? header->total_size : header->sealed_size;
	prove((block.table[any].type == HANDOFF_TABLES) == is_tables && block.table[any].entry_size >= 1);
	prove(block.table[any].length == (uint64_t)block.table[any].count * block.table[any].entry_size);
	prove(block.table[any].offset >= sizeof(*header) + header->section_count * sizeof(block.table[0]));
	prove(block.table[any].offset + block.table[any].length <= end);
}
