// SPDX-License-Identifier: GPL-2.0-only
#include "edit.h"

#include "handoff.h"
#include "world.h"

#define NODE	16u		/* bytes of struct setup_data */

static const struct base *base;
static struct { uint64_t at, was; } edits[MOST_STEPS * 256];
static size_t edit_count;

void edit_begin(const struct base *of)
{
	base = of;
	edit_count = 0;
}

bool edit_made(void)
{
	return edit_count;
}

void edit_undo(void)
{
	while (edit_count) {
		edit_count--;
		memcpy(base->image + edits[edit_count].at, &edits[edit_count].was, 8);
	}
}

/* `at` is a multiple of 8 from the image's start. */
static void put(uint64_t at, uint64_t value)
{
	if (at > (uint64_t)base->pages * WORLD_PAGE - 8 ||
	    edit_count == sizeof(edits) / sizeof(edits[0]))
		return;
	edits[edit_count].at = at;
	memcpy(&edits[edit_count++].was, base->image + at, 8);
	memcpy(base->image + at, &value, 8);
}

static uint64_t get(uint64_t at)
{
	uint64_t value = 0;

	if (at <= (uint64_t)base->pages * WORLD_PAGE - 8)
		memcpy(&value, base->image + at, 8);
	return value;
}

/* `size` bytes at any place. */
static void put_bytes(uint64_t at, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size; i++, at++, value >>= 8) {
		unsigned int shift = at % 8 * 8;

		put(at & ~7ull, (get(at & ~7ull) & ~(0xffull << shift)) | (value & 0xff) << shift);
	}
}

/* Where the table's row of this type is in the image; 0 if nowhere. */
static uint64_t find_section(uint32_t type, struct handoff_section *section)
{
	uint64_t at = NODE + sizeof(struct handoff_header);

	for (uint32_t i = 0; i < HANDOFF_MAX_SECTIONS; i++, at += sizeof(*section)) {
		memcpy(section, base->image + at, sizeof(*section));
		if (section->type == type % 16)
			return at;
	}
	return 0;
}

static void put_field(struct input *input)
{
	uint32_t type = (uint32_t)take_number(input, 1), index = (uint32_t)take_number(input, 1);
	uint64_t offset = take_number(input, 1), size = take_number(input, 1) % 4;
	uint64_t value = take_number(input, 8);
	struct handoff_section section;

	if (find_section(type, &section) && section.count && section.entry_size)
		put_bytes(NODE + section.offset + index % section.count * (uint64_t)section.entry_size +
			  offset % section.entry_size, (size_t)1 << size, value);
}

static void put_count(struct input *input)
{
	uint32_t type = (uint32_t)take_number(input, 1), count = (uint32_t)take_number(input, 4);
	struct handoff_section section;
	uint64_t at = find_section(type, &section);

	if (!at)
		return;
	put(at + offsetof(struct handoff_section, count), count | (uint64_t)section.dropped << 32);
	put(at + offsetof(struct handoff_section, length), (uint64_t)count * section.entry_size);
}

/* Any page that the stub has filled; f0 and up: top tables, by domain; e0: context tables, by device. */
static uint64_t take_page(struct input *input)
{
	unsigned int number = (unsigned int)take_number(input, 1);
	uint32_t page = number >= 0xf0 ? base->tops[number & 15] :
			number >= 0xe0 ? base->contexts[number & 15] : 0;

	return (uint64_t)(page ? page : base->tables[number % base->table_count]) * WORLD_PAGE;
}

static uint64_t take_place(struct input *input)
{
	uint64_t page = take_page(input);

	return page + take_number(input, 2) % 512 * 8;
}

static void copy_words(struct input *input)
{
	uint64_t to = take_place(input), from = take_place(input), words = take_number(input, 1);

	for (uint64_t i = 0; i <= words; i++)
		put(to + i * 8, get(from + i * 8));
}

void edit_step(enum edit kind, struct input *input)
{
	uint64_t at, value;

	switch (kind) {
	case EDIT_HEADER:
		at = take_number(input, 1);
		put(NODE + at * 8, take_number(input, 8));
		break;
	case EDIT_SECTION:
		put_field(input);
		break;
	case EDIT_WORD:
		at = take_place(input);
		put(at, take_number(input, 8));
		break;
	case EDIT_ENTRY:
		at = take_place(input);
		value = base->at + take_page(input);
		value |= take_number(input, 2) & 0xfff;
		put(at, value | take_number(input, 2) << 48);
		break;
	case EDIT_COPY:
		copy_words(input);
		break;
	case EDIT_BIT:
		at = take_place(input);
		put(at, get(at) ^ 1ull << take_number(input, 1) % 64);
		break;
	case EDIT_NODE:
		at = take_number(input, 1) % NODE;
		value = 1 + take_number(input, 1) % 8;
		put_bytes(at, value, take_number(input, 8));
		break;
	case EDIT_COUNT:
		put_count(input);
		break;
	case EDITS:
		break;
	}
}

void edit_mend_digest(void)
{
	struct handoff_header header;

	if (!edit_count)
		return;
	memcpy(&header, base->image + NODE, sizeof(header));
	if (header.sealed_size >= sizeof(header) &&
	    header.sealed_size <= (uint64_t)base->pages * WORLD_PAGE - NODE)
		put(NODE + offsetof(struct handoff_header, digest),
		    handoff_digest(base->image + NODE, header.sealed_size));
}
