// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader of the handoff (tools/handoff_read.c, handoff_check.c).
 *
 * proof_handoff_header	Any buffer of any size up to 80 + 32 + 8 bytes: the header is judged without a look
 *				beyond, and one that passes is sound.
 * proof_handoff_section	The same buffer behind any sound header of 80 bytes, one row of the section
 *				table: what passes lies inside, in entries of the size known here at
 *				least, and came once.
 * proof_handoff_entries	Any sections that the passes before let through, of a device and a PASID, 0 or 1
 *				units, domains, records and faults, and 2 ranges: nothing beyond is looked
 *				at, and where they pass, every index leads to an entry that exists and
 *				every slice of ranges is ascending.
 * proof_handoff_extent		Any first bytes of a file: what is asked for has an end below 4 GiB + 16.
 */
#include "../../tools/handoff_read.c"

#include "proof.h"

bool problem_at(struct problem *problem, uint64_t offset, const char *format, ...)
{
	prove(__CPROVER_r_ok(format, 1));
	problem->offset = offset;
	return false;
}

#define MOST	(sizeof(struct handoff_header) + sizeof(struct handoff_section) + 8)

static uint64_t words[MOST / 8];
static const uint8_t *const data = (const uint8_t *)words;
static struct handoff_view view;
static struct problem problem;

static struct reader some_reader(void)
{
	struct reader r = { .payload = data, .size = nondet_u64(), .view = &view, .problem = &problem };

	for (unsigned int i = 0; i < MOST / 8; i++)
		words[i] = nondet_u64();
	assume(r.size <= MOST);
	return r;
}

static bool header_is_sound(const struct reader *r)
{
	const struct handoff_header *header = &r->view->header;

	return header->magic == HANDOFF_MAGIC && header->header_size >= sizeof(*header) &&
	       header->header_size % 8 == 0 && header->section_count <= HANDOFF_MAX_SECTIONS &&
	       section_table_end(header) <= header->sealed_size && header->sealed_size <= r->size &&
	       header->sealed_size <= header->total_size && header->total_size <= UINT32_MAX;
}

void proof_handoff_header(void)
{
	struct reader r = some_reader();

	r.payload = data + (MOST - r.size);	/* nothing behind its end */
	if (read_header(&r))
		prove(header_is_sound(&r));
}

void proof_handoff_section(void)
{
	struct reader r = some_reader();
	const struct handoff_slice *slice;
	struct handoff_section section;
	uint32_t seen = nondet_u32(), before = seen;

	view.header = (struct handoff_header){
		.magic = HANDOFF_MAGIC, .header_size = sizeof(view.header), .section_count = 1,
		.sealed_size = nondet_u64(), .total_size = nondet_u64(),
	};
	assume(header_is_sound(&r));
	memcpy(&section, data + sizeof(view.header), sizeof(section));
	if (!read_section(&r, 0, &seen) || section.type >= HANDOFF_TABLES || !section.type)
		return;
	slice = &view.sections[section.type];
	prove(seen == (before | 1u << section.type) && seen != before);
	prove(slice->length == (uint64_t)slice->count * slice->entry_size);
	prove(slice->entry_size >= known_size[section.type]);
	prove(slice->entries >= data && slice->length <= r.size);
	prove(slice->entries + slice->length <= data + r.size);
}

static void slice_of(struct handoff_view *view, enum handoff_section_type type, void *entries, size_t size,
		     uint32_t count)
{
	view->sections[type] = (struct handoff_slice){
		.entries = entries, .entry_size = (uint32_t)size, .count = count, .length = count * size,
	};
}

static void check(uint32_t count)
{
	struct {
		struct handoff_unit units[1];
		struct handoff_domain domains[1];
		struct handoff_device devices[1];
		struct handoff_pasid pasids[1];
		struct handoff_record records[1];
		struct handoff_fault faults[1];
		struct handoff_range ranges[2];
	} block;
	struct reader r = { .payload = (const uint8_t *)&block, .view = &view, .problem = &problem };

	slice_of(&view, HANDOFF_UNITS, block.units, sizeof(block.units[0]), count);
	slice_of(&view, HANDOFF_DOMAINS, block.domains, sizeof(block.domains[0]), count);
	slice_of(&view, HANDOFF_DEVICES, block.devices, sizeof(block.devices[0]), 1);
	slice_of(&view, HANDOFF_PASIDS, block.pasids, sizeof(block.pasids[0]), 1);
	slice_of(&view, HANDOFF_RECORDS, block.records, sizeof(block.records[0]), count);
	slice_of(&view, HANDOFF_FAULTS, block.faults, sizeof(block.faults[0]), count);
	slice_of(&view, HANDOFF_RANGES, block.ranges, sizeof(block.ranges[0]), 2);
	if (!handoff_check_entries(&r))
		return;
	prove(block.devices[0].unit < count);
	prove(block.devices[0].domain == HANDOFF_NO_DOMAIN || block.devices[0].domain < count);
	prove(block.pasids[0].device == HANDOFF_NO_DEVICE || block.pasids[0].device < 1);
	prove(block.pasids[0].domain == HANDOFF_NO_DOMAIN || block.pasids[0].domain < count);
	if (!count)
		return;
	prove(block.domains[0].unit < count && block.records[0].unit < count && block.faults[0].unit < count);
	prove((uint64_t)block.domains[0].first_range + block.domains[0].range_count <= 2);
	if (block.domains[0].range_count == 2)
		prove(block.ranges[0].first <= block.ranges[0].last && block.ranges[0].last < block.ranges[1].first);
}

void proof_handoff_entries(void)
{
	check(0);
	check(1);
}

void proof_handoff_extent(void)
{
	struct reader r = some_reader();

	prove(handoff_start(data, r.size) <= sizeof(struct setup_data) && handoff_start(data, r.size) <= r.size);
	prove(handoff_extent(data, r.size) <= UINT32_MAX + sizeof(struct setup_data));
	prove(handoff_extent_with_tables(data, r.size) <= UINT32_MAX + sizeof(struct setup_data));
}
