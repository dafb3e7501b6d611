// SPDX-License-Identifier: GPL-2.0-only
#include "translate.h"

#include "testing.h"

#define BIT(n)	(1ull << (n))

static uint64_t read64(const struct translate_view *view, uint64_t pa)
{
	uint64_t value = 0;

	if (!memory_picture_get(view->picture, pa, &value, sizeof(value)) &&
	    !memory_get(pa, &value, sizeof(value)))
		fail_msg("the translator was led to %#lx, where there is no RAM", pa);
	return value;
}

static bool overlap(uint64_t first, uint64_t last, uint64_t start, uint64_t size)
{
	return first <= start + (size - 1) && start <= last;
}

bool truth_hits_crash_region(const struct build *b, uint64_t start, uint64_t size)
{
	for (size_t i = 0; i < b->e820_count; i++) {
		uint64_t first = b->e820[i].start, last = first + b->e820[i].size - 1;

		first = first < 0x100000 ? 0x100000 : first;
		if (b->e820[i].type == 1 && b->e820[i].size && first <= last &&
		    overlap(first, last, start, size))
			return true;
	}
	for (size_t i = 0; i < b->boot.in_use_count; i++)
		if (overlap(b->boot.in_use[i].start, b->boot.in_use[i].start + b->boot.in_use[i].size - 1,
			    start, size))
			return true;
	return overlap(BUILD_ELFCOREHDR, BUILD_ELFCOREHDR + 63 + 56 * (b->load_count + 1), start, size);
}

/* Byte ranges rarely lie across two segments; where they do, page by page is exact enough. */
bool truth_is_crashed_ram(const struct build *b, uint64_t start, uint64_t size)
{
	for (uint64_t at = start; at < start + size; at = (at | 0xfff) + 1) {
		uint64_t end = start + size < (at | 0xfff) + 1 ? start + size : (at | 0xfff) + 1;
		bool found = false;

		for (size_t i = 0; i < b->load_count; i++)
			found |= at >= b->loads[i].first && end - 1 <= b->loads[i].last;
		if (!found)
			return false;
	}
	return !truth_hits_crash_region(b, start, size);
}

static bool beyond(const struct translate_view *view, uint64_t address)
{
	return view->host_width < 64 && address >> view->host_width;
}

static bool bad_table(const struct translate_view *view, uint64_t address)
{
	return beyond(view, address) || (view->judge && !truth_is_crashed_ram(view->judge, address, 4096));
}

static struct translation ended(enum translate_result result, unsigned int stage, uint64_t entry)
{
	return (struct translation){ .result = result, .stage = stage, .entry = entry };
}

/* 9.8: bits that make hardware refuse a second-level entry. */
static bool bad_leaf_bits(const struct translate_view *view, uint64_t entry, unsigned int level)
{
	uint64_t cap = view->unit->cap, ecap = view->unit->ecap;

	if (level > 3 || (level == 2 && !(cap & BIT(34))) || (level == 3 && !(cap & BIT(35))))
		return true;
	if ((entry & BIT(11) && !(ecap & BIT(7))) || (entry & BIT(62) && !(ecap & BIT(2))))
		return true;
	return entry & (BIT(12 + 9 * (level - 1)) - 1) & ~0xfffull;
}

static struct translation walk(const struct translate_view *view, struct translation context,
			       uint64_t table, unsigned int levels, uint64_t iova)
{
	for (unsigned int level = levels; level; level--) {
		unsigned int bits = 12 + 9 * (level - 1);
		uint64_t at = table + (iova >> bits & 511) * 8, entry = read64(view, at);
		uint64_t address = entry & 0xffffffffff000ull;
		bool leaf = level == 1 || entry & BIT(7);

		if (!(entry & 3))
			return ended(TRANSLATE_ABSENT, level, at);
		if (leaf ? bad_leaf_bits(view, entry, level) || beyond(view, address)
			 : entry & (BIT(11) | BIT(62)) || bad_table(view, address))
			return ended(TRANSLATE_BAD, level, at);
		if (leaf && view->judge && truth_hits_crash_region(view->judge, address, BIT(bits)))
			return ended(TRANSLATE_BAD, level, at);
		if (leaf) {
			context.result = TRANSLATE_MAPPED;
			context.stage = level;
			context.entry = at;
			context.pa = address + (iova & (BIT(bits) - 1));
			context.read = entry & 1;
			context.write = entry & 2;
			context.snooped = entry & BIT(11);
			context.page_bits = bits;
			return context;
		}
		table = address;
	}
	return ended(TRANSLATE_BAD, 0, 0);
}

/* 9.3 */
static bool bad_context(const struct translate_view *view, uint64_t lo, uint64_t hi)
{
	uint64_t cap = view->unit->cap, ecap = view->unit->ecap;
	unsigned int type = lo >> 2 & 3, aw = hi & 7, nd = cap & 7;

	if (lo & 0xff0 || hi & BIT(7) || hi >> 24)
		return true;
	if (type == 3 || (type == 1 && !(ecap & BIT(2))) || (type == 2 && !(ecap & BIT(6))))
		return true;
	if (aw > 4 || !(cap >> 8 & BIT(aw)))
		return true;
	if ((hi >> 8 & 0xffff) >> (4 + 2 * (nd > 6 ? 6 : nd)))
		return true;
	return type != 2 && bad_table(view, lo & ~0xfffull);
}

struct translation translate(const struct translate_view *view, uint16_t source, uint64_t iova)
{
	uint64_t root_at = (view->root & ~0xfffull) + (source >> 8) * 16u, context_at;
	uint64_t lo, hi;
	struct translation context;
	unsigned int aw;

	if (view->judge && bad_table(view, view->root & ~0xfffull))
		return ended(TRANSLATE_BAD, 7, view->root);
	lo = read64(view, root_at);
	if (!(lo & 1))
		return ended(TRANSLATE_ABSENT, 6, root_at);
	if (lo & 0xffe || read64(view, root_at + 8) || bad_table(view, lo & ~0xfffull))
		return ended(TRANSLATE_BAD, 6, root_at);

	context_at = (lo & ~0xfffull) + (source & 0xff) * 16u;
	lo = read64(view, context_at);
	hi = read64(view, context_at + 8);
	if (!(lo & 1))
		return ended(TRANSLATE_ABSENT, 5, context_at);
	if (bad_context(view, lo, hi))
		return ended(TRANSLATE_BAD, 5, context_at);
	aw = hi & 7;
	context = (struct translation){
		.domain = (uint16_t)(hi >> 8),
		.address_width = 30 + 9 * aw,
		.pass_through = (lo >> 2 & 3) == 2,
	};
	if (context.pass_through) {
		context.result = TRANSLATE_MAPPED;
		context.stage = 5;
		context.entry = context_at;
		context.pa = iova;
		context.read = context.write = true;
		return context;
	}
	return walk(view, context, lo & ~0xfffull, aw + 2, iova);
}

/* ---- Edges ---- */

struct edges {
	const struct translate_view *view;
	unsigned int left;
	void (*visit)(void *context, uint64_t iova);
	void *context;
};

static void visit_both_ends(struct edges *edges, uint64_t iova, uint64_t size)
{
	if (!edges->left)
		return;
	edges->left--;
	edges->visit(edges->context, iova);
	if (size > 4096)
		edges->visit(edges->context, iova + size - 1);
}

static void visit_table(struct edges *edges, uint64_t table, unsigned int level, uint64_t iova)
{
	uint64_t size = BIT(12 + 9 * (level - 1));
	bool before = false;

	for (unsigned int i = 0; i < 512 && edges->left; i++) {
		uint64_t entry = read64(edges->view, table + i * 8ull), start = iova + i * size;
		uint64_t address = entry & 0xffffffffff000ull;
		bool present = entry & 3;

		if (present || before || i == 511)
			visit_both_ends(edges, start, size);
		if (present && !before && i)
			visit_both_ends(edges, start - size, size);
		before = present;
		if (present && level > 1 && !(entry & (BIT(7) | BIT(11) | BIT(62))) &&
		    !bad_table(edges->view, address))
			visit_table(edges, address, level - 1, start);
	}
}

void translate_edges(const struct translate_view *view, uint16_t source, unsigned int most,
		     void (*visit)(void *context, uint64_t iova), void *context)
{
	struct edges edges = { view, most, visit, context };
	struct translation first = translate(view, source, 0);
	uint64_t root_at = (view->root & ~0xfffull) + (source >> 8) * 16u, context_at, lo, hi;

	visit_both_ends(&edges, 0, 1ull << 30);
	if (first.stage > 4)
		return;
	context_at = (read64(view, root_at) & ~0xfffull) + (source & 0xff) * 16u;
	lo = read64(view, context_at);
	hi = read64(view, context_at + 8);
	visit_table(&edges, lo & ~0xfffull, (hi & 7) + 2, 0);
}
