// SPDX-License-Identifier: GPL-2.0-only
#include "result.h"

#include "testing.h"

#include "fake.h"
#include "relay.h"

static void check_header(const struct handoff_header *header, uint64_t size)
{
	assert_hex_equal(header->magic, HANDOFF_MAGIC);
	assert_int_equal(header->major, HANDOFF_MAJOR);
	assert_int_equal(header->header_size, sizeof(*header));
	assert_hex_equal(header->total_size, size);
	assert_hex_equal(header->digest, handoff_digest(header, header->sealed_size));
}

/* Copied and checked again only when the stub has run since: it cannot run without the clock. */
const struct handoff_header *result_header(void)
{
	static struct handoff_header *copy;
	static uint64_t looks, digest;
	struct handoff_header head;
	uint64_t size;
	phys_t at = relay_payload(&size);

	if (!size)
		fail_msg("nothing was published");
	assert_true(memory_in_arena(at.pa, size));
	memory_get(at.pa, &head, sizeof(head));
	assert_hex_equal(head.base, at.pa);
	if (copy && looks == fake.looks && digest == head.digest)
		return copy;
	assert_true(head.sealed_size >= sizeof(head) && head.sealed_size <= size &&
		    head.sealed_size % 8 == 0);
	free(copy);
	copy = aligned_alloc(8, head.sealed_size);
	memory_get(at.pa, copy, head.sealed_size);
	looks = fake.looks;
	digest = head.digest;
	check_header(copy, size);
	return copy;
}

/* NULL if the block has no such section. */
static const struct handoff_section *section_of(const struct handoff_header *header,
						enum handoff_section_type type)
{
	const struct handoff_section *table = (const void *)((const uint8_t *)header + header->header_size);

	for (uint32_t i = 0; i < header->section_count; i++) {
		if (table[i].type != type)
			continue;
		assert_hex_equal(table[i].length, (uint64_t)table[i].count * table[i].entry_size);
		assert_true(table[i].offset + table[i].length <= header->total_size);
		return &table[i];
	}
	return NULL;
}

bool result_covers_tables(void)
{
	return section_of(result_header(), HANDOFF_TABLES);
}

uint32_t result_count(enum handoff_section_type type)
{
	const struct handoff_section *section = section_of(result_header(), type);

	return section ? section->count : 0;
}

uint32_t result_dropped(enum handoff_section_type type)
{
	const struct handoff_section *section = section_of(result_header(), type);

	return section ? section->dropped : 0;
}

const void *result_entry(enum handoff_section_type type, uint32_t index)
{
	const struct handoff_header *header = result_header();
	const struct handoff_section *section = section_of(header, type);

	if (!section || index >= section->count || section->offset + section->length > header->sealed_size)
		fail_msg("section %u has no entry %u", type, index);
	return (const uint8_t *)header + section->offset + index * section->entry_size;
}

const char *result_log(void)
{
	static char text[65537];
	const struct handoff_header *header = result_header();
	const struct handoff_section *section = section_of(header, HANDOFF_LOG);
	size_t size = section->length < sizeof(text) ? section->length : sizeof(text) - 1;

	memcpy(text, (const uint8_t *)header + section->offset, size);
	text[size] = '\0';
	return text;
}

void assert_outcome(enum handoff_outcome outcome, enum handoff_reason reason)
{
	const struct handoff_header *header = result_header();

	if (header->outcome != outcome || header->reason != reason)
		fail_msg("outcome %u, reason %u; expected %u, %u\n%s", header->outcome, header->reason,
			 outcome, reason, result_log());
}

void assert_logged(const char *text)
{
	if (!strstr(result_log(), text))
		fail_msg("\"%s\" is not in the log:\n%s", text, result_log());
}

void assert_only_record(const struct handoff_record *expected)
{
	const struct handoff_record *record;

	if (result_count(HANDOFF_RECORDS) != 1)
		fail_msg("%u records, expected one\n%s", result_count(HANDOFF_RECORDS), result_log());
	record = result_entry(HANDOFF_RECORDS, 0);
#define SAME(field)	assert_hex_equal(record->field, expected->field)
	SAME(rule);
	SAME(object);
	SAME(action);
	SAME(level);
	SAME(in_place);
	SAME(segment);
	SAME(bus);
	SAME(devfn);
	SAME(domain_id);
	SAME(unit);
	SAME(where);
	SAME(found[0]);
	SAME(found[1]);
	SAME(iova);
	SAME(size);
	SAME(target);
#undef SAME
}
