// SPDX-License-Identifier: GPL-2.0-only
#include "hardware.h"

#include <string.h>

#include "driver.h"
#include "reader.h"

#define ADDRESS		0x000ffffffffff000ull
#define HIGH		(~ADDRESS & ~0xfffull)	/* reserved above tables of pages, in those ignored */
#define MOST_CONTEXTS	(DRIVER_MOST_UNITS * 6u * 256u)

static struct context contexts[MOST_CONTEXTS];
static unsigned int context_count;

void hardware_begin(void)
{
	context_count = 0;
}

void hardware_add(const struct context *context)
{
	world_must(context_count < MOST_CONTEXTS);
	contexts[context_count++] = *context;
}

const struct context *hardware_nth(unsigned int n)
{
	return n < context_count ? &contexts[n] : NULL;
}

const struct context *hardware_context(unsigned int unit, uint16_t source)
{
	for (unsigned int i = 0; i < context_count; i++)
		if (contexts[i].unit == unit && contexts[i].source == source)
			return &contexts[i];
	world_must(!"a context entry that was not copied");
	return NULL;
}

bool spans_cover(struct spans *spans, uint64_t first, uint64_t last)
{
	for (uint32_t i = 0; i < spans->count; i++) {
		uint32_t at = (spans->hint + i) % spans->count;
		struct handoff_range range;

		memcpy(&range, spans->first + (uint64_t)at * spans->stride, sizeof(range));
		if (range.first <= first && last <= range.last) {
			spans->hint = at;
			return true;
		}
	}
	return false;
}

struct spans spans_of(const struct handoff_domain *domain)
{
	const struct handoff_section *ranges = reader_section(HANDOFF_RANGES);

	if (!domain->range_count)
		return (struct spans){ .count = 0 };
	world_must(ranges && ranges->entry_size >= sizeof(struct handoff_range));
	world_must(domain->first_range < ranges->count &&
		   domain->range_count <= ranges->count - domain->first_range);
	return (struct spans){ reader_entry(HANDOFF_RANGES, domain->first_range), ranges->entry_size,
			       domain->range_count, 0 };
}

static bool is_hole(uint64_t value)
{
	const struct handoff_section *holes = reader_section(HANDOFF_HOLES);

	for (uint32_t i = 0; holes && i < holes->count && i < 5; i++) {
		struct handoff_hole hole;

		memcpy(&hole, reader_entry(HANDOFF_HOLES, i), sizeof(hole));
		if ((value & ~0x360ull) == hole.entry)
			return true;
	}
	return false;
}

/* Out of the domain's own tables, into what stays with the stub's memory? */
static bool leads_to_sink(uint64_t value, unsigned int level)
{
	long page = reader_page(value & ADDRESS);

	return is_hole(value) ||
	       (level > 1 && !(value & 0x80) && page >= 0 && world.page[page].reserved);
}

bool hardware_is_sink(uint64_t table, unsigned int level)
{
	uint64_t entry;

	if (reader_page(table) < 0)
		return false;
	entry = *reader_words(table);
	for (unsigned int i = 0; i < 512; i++)
		if ((reader_words(table)[i] ^ entry) & ~0x360ull)
			return false;
	return entry & 3 && (level == 1 ? reader_page(entry & ADDRESS) >= 0 :
					  hardware_is_sink(entry & ADDRESS, level - 1));
}

void hardware_like_sink(uint64_t table, unsigned int level, uint64_t sink)
{
	uint64_t entry = *reader_words(sink);

	world_must(level >= 3 && world_is_kernel(table) && reader_page(sink) >= 0);
	for (unsigned int i = 1; i < 512; i++)
		world_must(!((((const uint64_t *)world_virt(table))[i] ^ entry) & ~0x360ull));
	table = *(const uint64_t *)world_virt(table);
	if (level == 3)
		world_must(!table);
	else
		hardware_like_sink(table & ADDRESS, level - 1, entry & ADDRESS);
}

/* Behind the window, or where no new mapping comes: then what the device had has been bad. */
static void sink_stands(const struct tree *tree, uint64_t value, unsigned int level, uint64_t iova,
			struct spans *ranges, struct spans *kept_away)
{
	uint64_t last = iova + (1ull << (12 + 9 * (level - 1))) - 1;

	if (!is_hole(value))
		world_must(hardware_is_sink(value & ADDRESS, level - 1));
	if (tree->window && iova >= tree->window)
		return;
	world_must(!is_hole(value) && spans_cover(ranges, iova, last) && spans_cover(kept_away, iova, last));
}

void hardware_walk(struct tree *tree, uint64_t table, unsigned int level, uint64_t iova,
		      struct spans *ranges, struct spans *kept_away)
{
	uint64_t size = 1ull << (12 + 9 * (level - 1));
	long page = reader_page(table);

	world_must(page >= 0 || (tree->window && world_is_kernel(table)));
	world_must(page < 0 || !tree->pages[page]);
	if (page >= 0)
		tree->pages[page] = true;
	for (unsigned int i = 0; i < 512; i++, iova += size) {
		uint64_t value = ((const uint64_t *)world_virt(table))[i];

		if (!(value & 3))
			continue;
		if (leads_to_sink(value, level)) {
			sink_stands(tree, value, level, iova, ranges, kept_away);
			continue;
		}
		if (level > 1 && !(value & 0x80)) {
			world_must(!(value & HIGH));	/* else the kernel misreads it */
			hardware_walk(tree, value & ADDRESS, level - 1, iova, ranges, kept_away);
			continue;
		}
		world_must(level <= 3);
		world_must(spans_cover(ranges, iova, iova + size - 1));
		world_must(spans_cover(kept_away, iova, iova + size - 1));
	}
}

static bool spans_touch(const struct spans *spans, uint64_t first, uint64_t last)
{
	for (uint32_t i = 0; i < spans->count; i++) {
		struct handoff_range range;

		memcpy(&range, spans->first + (uint64_t)i * spans->stride, sizeof(range));
		if (range.first <= last && first <= range.last)
			return true;
	}
	return false;
}

void hardware_identity(uint64_t table, unsigned int level, uint64_t iova, const struct spans *avoided)
{
	uint64_t size = 1ull << (12 + 9 * (level - 1));

	for (unsigned int i = 0; i < 512; i++, iova += size) {
		uint64_t value = reader_words(table)[i];

		if (!(value & 3))
			continue;
		if (level > 1 && !(value & 0x80)) {
			hardware_identity(value & ADDRESS, level - 1, iova, avoided);
			continue;
		}
		world_must((value & ADDRESS & ~(size - 1)) == iova);
		world_must(!spans_touch(avoided, iova, iova + size - 1));
	}
}

/* Tables of others, each once: as what it is met first. */
static void walk_other(const struct tree *tree, bool *seen, uint64_t table, unsigned int level)
{
	long page = reader_page(table);

	if (page < 0 || seen[page])
		return;
	world_must(!tree->pages[page]);
	seen[page] = true;
	for (unsigned int i = 0; i < 512 && level > 1; i++) {
		uint64_t value = reader_words(table)[i];

		if ((value & 3) && !(value & 0x80))
			walk_other(tree, seen, value & ADDRESS, level - 1);
	}
}

static struct meaning pasid_meaning(const uint64_t *pasid)
{
	struct meaning meaning = { .top = pasid[0] & ADDRESS, .id = pasid[1] & 0xffff,
				   .levels = (pasid[0] >> 2 & 7) + 2 };

	if (!(pasid[0] & 1))
		return meaning;
	switch (pasid[0] >> 6 & 7) {
	case 1:
		meaning.kind = pasid[2] & HIGH ? 0 : HANDOFF_FIRST_LEVEL;
		meaning.top = pasid[2] & ADDRESS;
		meaning.levels = 4 + (pasid[2] >> 2 & 3);
		break;
	case 2:
		meaning.kind = pasid[0] & HIGH ? 0 : HANDOFF_TRANSLATED;
		break;
	case 3:
		meaning.kind = pasid[0] & HIGH ? 0 : HANDOFF_NESTED;
		break;
	case 4:
		meaning.kind = HANDOFF_PASS_THROUGH;
		break;
	}
	return meaning;
}

struct meaning hardware_meaning(const struct context *context)
{
	struct meaning meaning = { .top = context->lo & ADDRESS, .id = context->hi >> 8 & 0xffff,
				   .levels = (context->hi & 7) + 2 };
	uint32_t pasid = context->hi & 0xfffff;
	uint64_t at;

	if (!context->scalable) {
		unsigned int translated = context->lo & HIGH ? 0 : HANDOFF_TRANSLATED;

		meaning.kind = (const uint8_t[]){ translated, translated, HANDOFF_PASS_THROUGH, 0
						}[context->lo >> 2 & 3];
		return meaning;
	}
	if (context->lo & HIGH)
		return (struct meaning){ 0 };
	at = (context->lo & ADDRESS) + pasid / 64 * 8;
	if (reader_page(at & ~0xfffull) < 0)
		return (struct meaning){ 0 };
	at = *reader_words(at);
	if (!(at & 1) || reader_page(at & ~0xfffull) < 0)
		return (struct meaning){ 0 };
	meaning = pasid_meaning(reader_words(at & ADDRESS) + pasid % 64 * 8);
	return meaning;
}

static bool is_tree(const struct tree *tree, unsigned int unit, const struct meaning *meaning)
{
	return unit == tree->unit && meaning->top == tree->top && meaning->id == tree->id &&
	       meaning->levels == tree->levels;
}

static void walk_meaning(const struct tree *tree, unsigned int unit, bool rid, bool *seen,
			 const struct meaning *meaning)
{
	if (meaning->kind && meaning->kind != HANDOFF_PASS_THROUGH && meaning->levels <= 5 &&
	    !(rid && is_tree(tree, unit, meaning)))
		walk_other(tree, seen, meaning->top, meaning->levels);
}

/* Directory and PASID tables stay in use, and other PASIDs' trees. */
static void walk_pasid_table(const struct tree *tree, const struct context *context, uint32_t first,
			     bool *seen, uint64_t table)
{
	long page = reader_page(table);

	if (page < 0 || seen[page])
		return;
	world_must(!tree->pages[page]);
	seen[page] = true;
	for (uint32_t i = 0; i < 64; i++) {
		struct meaning meaning = pasid_meaning(reader_words(table) + i * 8);

		walk_meaning(tree, context->unit, first + i == (context->hi & 0xfffff), seen, &meaning);
	}
}

static void walk_directory(const struct tree *tree, const struct context *context, bool *seen)
{
	uint32_t entries = 128u << (context->lo >> 9 & 7);

	for (uint32_t first = 0; first < entries; first += 512) {
		uint64_t table = (context->lo & ADDRESS) + first * 8;
		long page = reader_page(table);

		if (page < 0 || seen[page])
			continue;
		world_must(!tree->pages[page]);
		seen[page] = true;
		for (uint32_t i = 0; i < 512 && first + i < entries; i++)
			if (reader_words(table)[i] & 1)
				walk_pasid_table(tree, context, (first + i) * 64, seen,
						 reader_words(table)[i] & ~0xfffull);
	}
}

void hardware_alone(const struct tree *tree)
{
	static bool seen[WORLD_MOST_PAGES];

	memset(seen, 0, sizeof(seen));
	for (unsigned int i = 0; i < context_count; i++) {
		struct meaning meaning = hardware_meaning(&contexts[i]);

		if (!contexts[i].scalable)
			walk_meaning(tree, contexts[i].unit, true, seen, &meaning);
		else if (!(contexts[i].lo & HIGH))
			walk_directory(tree, &contexts[i], seen);
	}
}
