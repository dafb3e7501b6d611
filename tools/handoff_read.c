// SPDX-License-Identifier: GPL-2.0-only
/*
 * Three passes, each relying on the ones before: the header, the section table, then what entries
 * say about each other (handoff_check.c).
 */
#include "handoff_read.h"

#include "bootparam.h"
#include "handoff_check.h"

#define ALIGNMENT	8	/* handoff_digest() runs over 64-bit words */

/* As of the first minor version that has the section. */
static const uint32_t known_size[HANDOFF_KNOWN_SECTIONS] = {
	[HANDOFF_UNITS]		= HANDOFF_UNIT_SIZE_1,
	[HANDOFF_DOMAINS]	= sizeof(struct handoff_domain),
	[HANDOFF_DEVICES]	= sizeof(struct handoff_device),
	[HANDOFF_RANGES]	= sizeof(struct handoff_range),
	[HANDOFF_RECORDS]	= sizeof(struct handoff_record),
	[HANDOFF_FAULTS]	= sizeof(struct handoff_fault),
	[HANDOFF_RMRRS]		= sizeof(struct handoff_rmrr),
	[HANDOFF_TIMING]	= sizeof(struct handoff_timing),
	[HANDOFF_CRASH_REGION]	= sizeof(struct handoff_range),
	[HANDOFF_LOG]		= 1,
	[HANDOFF_PASIDS]	= sizeof(struct handoff_pasid),
	[HANDOFF_TABLES]	= 1,
	[HANDOFF_FUNCTIONS]	= sizeof(struct handoff_function),
	[HANDOFF_HOLES]		= sizeof(struct handoff_hole),
};

/* "NAME: expected EXPECTED, found FOUND", at a field of the header */
#define HEADER_PROBLEM(r, field, expected, ...)						\
	problem_at((r)->problem, (r)->start + offsetof(struct handoff_header, field),		\
		   #field ": expected " expected, __VA_ARGS__)

static bool check_versions(const struct reader *r)
{
	const struct handoff_header *header = &r->view->header;

	if (header->magic != HANDOFF_MAGIC)
		return HEADER_PROBLEM(r, magic, "\"DMARELAY\", found 0x%016llx",
				      LL(header->magic));
	if (header->major != HANDOFF_MAJOR)
		return HEADER_PROBLEM(r, major, "%d, the only version that this program reads, "
				      "found %u", HANDOFF_MAJOR, header->major);
	if (header->header_size < sizeof(*header) || header->header_size % ALIGNMENT)
		return HEADER_PROBLEM(r, header_size, "a multiple of 8 of at least %zu, found %u",
				      sizeof(*header), header->header_size);
	if (header->section_count > HANDOFF_MAX_SECTIONS)
		return HEADER_PROBLEM(r, section_count, "at most %d, found %u",
				      HANDOFF_MAX_SECTIONS, header->section_count);
	return true;
}

static uint64_t section_table_end(const struct handoff_header *header)
{
	return (uint64_t)header->header_size +
	       (uint64_t)header->section_count * sizeof(struct handoff_section);
}

static bool check_sizes(const struct reader *r)
{
	const struct handoff_header *header = &r->view->header;
	uint64_t least = section_table_end(header);

	if (header->total_size > UINT32_MAX)
		return HEADER_PROBLEM(r, total_size, "at most 0x%x, as setup_data.len has 32 bits, "
				      "found 0x%llx", UINT32_MAX, LL(header->total_size));
	if (header->sealed_size < least || header->sealed_size > header->total_size ||
	    header->sealed_size % ALIGNMENT)
		return HEADER_PROBLEM(r, sealed_size, "a multiple of 8 from 0x%llx (the section "
				      "table's end) to 0x%llx (total_size), found 0x%llx",
				      LL(least), LL(header->total_size), LL(header->sealed_size));
	if (header->sealed_size > r->size)
		return HEADER_PROBLEM(r, sealed_size, "the sealed part's 0x%llx bytes to be there, "
				      "found 0x%llx: truncated", LL(header->sealed_size),
				      LL(r->size));
	return true;
}

static bool read_header(const struct reader *r)
{
	if (r->size < sizeof(r->view->header))
		return problem_at(r->problem, r->start, "expected a handoff header of %zu bytes, "
				  "found %llu", sizeof(r->view->header), LL(r->size));
	memcpy(&r->view->header, r->payload, sizeof(r->view->header));
	return check_versions(r) && check_sizes(r) && handoff_check_mode(r);
}

/* The place of row `index` of the section table, in the file */
static uint64_t section_at(const struct reader *r, uint32_t index, size_t field)
{
	return r->start + r->view->header.header_size +
	       (uint64_t)index * sizeof(struct handoff_section) + field;
}

#define SECTION_PROBLEM(r, index, type, field, expected, ...)					\
	problem_at((r)->problem, section_at(r, index, offsetof(struct handoff_section, field)), \
		   "section type %u, " #field ": expected " expected, type, __VA_ARGS__)

/* Form and bounds: asked of sections that we do not know, too. */
static bool check_bounds(const struct reader *r, uint32_t index,
			 const struct handoff_section *section)
{
	const struct handoff_header *header = &r->view->header;
	bool known = section->type < HANDOFF_KNOWN_SECTIONS && section->type != HANDOFF_TABLES;
	uint64_t least = section_table_end(header);
	uint64_t end = known ? header->sealed_size : header->total_size;
	uint64_t length = (uint64_t)section->count * section->entry_size;

	if (section->entry_size == 0)
		return SECTION_PROBLEM(r, index, section->type, entry_size, "at least %d, found 0",
				       1);
	if (section->length != length)
		return SECTION_PROBLEM(r, index, section->type, length, "count * entry_size, "
				       "0x%llx, found 0x%llx", LL(length), LL(section->length));
	if (length == 0)
		return true;		/* where nothing lies does not matter */
	if (section->offset < least || section->offset > end)
		return SECTION_PROBLEM(r, index, section->type, offset, "0x%llx to 0x%llx, found "
				       "0x%llx", LL(least), LL(end), LL(section->offset));
	if (length > end - section->offset)
		return SECTION_PROBLEM(r, index, section->type, length, "at most the 0x%llx bytes "
				       "behind its offset, found 0x%llx",
				       LL(end - section->offset), LL(length));
	return true;
}

static bool read_section(const struct reader *r, uint32_t index, uint32_t *seen)
{
	struct handoff_section section;

	memcpy(&section, r->payload + r->view->header.header_size + index * sizeof(section),
	       sizeof(section));
	if (!check_bounds(r, index, &section))
		return false;
	if (section.type >= HANDOFF_KNOWN_SECTIONS || known_size[section.type] == 0)
		return true;		/* of a newer stub: not ours to judge */
	if (section.entry_size < known_size[section.type])
		return SECTION_PROBLEM(r, index, section.type, entry_size, "at least %u, found %u",
				       known_size[section.type], section.entry_size);
	if (*seen & 1u << section.type)
		return SECTION_PROBLEM(r, index, section.type, type, "it %s",
				       "once, found it again");
	*seen |= 1u << section.type;
	r->view->sections[section.type] = (struct handoff_slice){
		.entries = section.length ? r->payload + section.offset : r->payload,
		.entry_size = section.entry_size,
		.count = section.count,
		.dropped = section.dropped,
		.length = section.length,
	};
	return true;
}

static bool read_sections(const struct reader *r)
{
	uint32_t seen = 0;

	for (uint32_t i = 0; i < r->view->header.section_count; i++)
		if (!read_section(r, i, &seen))
			return false;
	return true;
}

uint64_t handoff_start(const uint8_t *data, size_t size)
{
	struct setup_data node;
	uint64_t magic;

	if (size < sizeof(node))
		return 0;
	memcpy(&magic, data, sizeof(magic));
	memcpy(&node, data, sizeof(node));
	return magic != HANDOFF_MAGIC && node.type == HANDOFF_SETUP_DATA_TYPE ? sizeof(node) : 0;
}

/* The node's `len` is what keeps the kdump kernel's allocator off the block: all of it? */
static bool check_node(const struct reader *r, const uint8_t *data)
{
	struct setup_data node;

	if (r->start == 0)
		return true;
	memcpy(&node, data, sizeof(node));
	if (node.len != r->view->header.total_size)
		return problem_at(r->problem, offsetof(struct setup_data, len), "setup_data.len: "
				  "expected the block's total_size, 0x%llx, found 0x%x",
				  LL(r->view->header.total_size), node.len);
	return true;
}

/* The header at the beginning of a file. False: there is none, or it is none. */
static bool peek(const uint8_t *data, size_t size, struct handoff_header *header)
{
	uint64_t start = handoff_start(data, size);

	if (size - start < sizeof(*header))
		return false;		/* all that there will ever be, or not a handoff */
	memcpy(header, data + start, sizeof(*header));
	return header->magic == HANDOFF_MAGIC;
}

uint64_t handoff_extent(const uint8_t *data, size_t size)
{
	struct handoff_header header;

	return peek(data, size, &header) && header.sealed_size <= UINT32_MAX ?
	       handoff_start(data, size) + header.sealed_size : 0;
}

uint64_t handoff_extent_with_tables(const uint8_t *data, size_t size)
{
	struct handoff_header header;

	return peek(data, size, &header) && header.total_size <= UINT32_MAX ?
	       handoff_start(data, size) + header.total_size : 0;
}

bool handoff_read(struct handoff_view *view, const uint8_t *data, size_t size,
		  struct problem *problem)
{
	uint64_t start = handoff_start(data, size);
	const struct reader r = {
		.payload = data + start,
		.size = size - start,
		.start = start,
		.view = view,
		.problem = problem,
	};

	memset(view, 0, sizeof(*view));
	if (!read_header(&r) || !check_node(&r, data) || !read_sections(&r) ||
	    !handoff_check_entries(&r))
		return false;
	view->digest_ok = handoff_digest(r.payload, view->header.sealed_size) ==
			  view->header.digest;
	return true;
}
