// SPDX-License-Identifier: GPL-2.0-only
#include "reader.h"

#include <string.h>

#include "world.h"

#define NODE		16u	/* bytes of struct setup_data */
#define SECTIONS	16u
#define USED		(1u << HANDOFF_UNITS | 1u << HANDOFF_DOMAINS | 1u << HANDOFF_DEVICES | \
			 1u << HANDOFF_RANGES | 1u << HANDOFF_PASIDS | 1u << HANDOFF_TABLES | \
			 1u << HANDOFF_HOLES)

static const struct handoff_header *checked;	/* NULL until somebody asks */
static const struct handoff_section *sections[SECTIONS];

void reader_begin(void)
{
	checked = NULL;
}

static void check_header(const struct handoff_header *head, uint64_t length)
{
	uint64_t table_end;

	world_must(length >= sizeof(*head));
	world_must(head->magic == HANDOFF_MAGIC && head->major == HANDOFF_MAJOR);
	world_must(head->header_size >= sizeof(*head) && head->header_size % 8 == 0);
	world_must(head->section_count <= HANDOFF_MAX_SECTIONS && head->total_size <= length);
	table_end = (uint64_t)head->header_size + head->section_count * sizeof(struct handoff_section);
	world_must(head->sealed_size >= table_end && head->sealed_size <= head->total_size);
	world_must(head->base == world.base + NODE && head->sealed_size % 8 == 0);
	world_must(head->digest == handoff_digest(head, head->sealed_size));
}

/* Each once, and where it may be. */
static void check_sections(const struct handoff_header *head)
{
	const struct handoff_section *section;

	section = (const void *)((const uint8_t *)head + head->header_size);
	memset(sections, 0, sizeof(sections));
	for (uint32_t i = 0; i < head->section_count; i++, section++) {
		bool used = section->type < SECTIONS && (1u << section->type & USED);
		uint64_t end = section->type == HANDOFF_TABLES ? head->total_size : head->sealed_size;

		if (!used)
			continue;
		world_must(!sections[section->type]);
		world_must(section->length == (uint64_t)section->count * section->entry_size);
		world_must(section->offset <= end && section->length <= end - section->offset);
		sections[section->type] = section;
	}
}

const struct handoff_header *reader_header(void)
{
	uint32_t type, length;

	if (!checked) {
		memcpy(&type, world.image + 8, sizeof(type));
		memcpy(&length, world.image + 12, sizeof(length));
		world_must(type == HANDOFF_SETUP_DATA_TYPE);
		checked = (const void *)(world.image + NODE);
		check_header(checked, length);
		check_sections(checked);
	}
	return checked;
}

const struct handoff_section *reader_section(enum handoff_section_type type)
{
	(void)reader_header();
	return sections[type];
}

const void *reader_entry(enum handoff_section_type type, uint32_t index)
{
	const struct handoff_section *in = reader_section(type);

	world_must(in && index < in->count);
	return (const uint8_t *)reader_header() + in->offset + (uint64_t)index * in->entry_size;
}

long reader_page(uint64_t at)
{
	const struct handoff_section *tables = reader_section(HANDOFF_TABLES);
	uint64_t offset = at - reader_header()->base;

	if (!tables || at % WORLD_PAGE || at < reader_header()->base || offset < reader_header()->sealed_size ||
	    offset < tables->offset || offset - tables->offset > tables->length ||
	    tables->length - (offset - tables->offset) < WORLD_PAGE)
		return -1;
	return (long)((at - world.base) / WORLD_PAGE);
}

const uint64_t *reader_words(uint64_t at)
{
	return (const uint64_t *)(world.image + (at - world.base));
}
