// SPDX-License-Identifier: GPL-2.0-only
/*
 * `dmarelay who` on a handoff and its copied tables, or on the crashed kernel's own in a dump: those
 * of kernel/bases.c, which the input damages. What is found lies in what was asked for, and is no
 * more than a bounded number of tables can have.
 *
 * The input: which base, options, the range (8 + 8), then steps of kernel/edit.h, or one behind them.
 */
#include "fuzz.h"

#include "kernel/bases.h"
#include "kernel/edit.h"
#include "regions.h"
#include "show_who.h"

#define NODE		16u		/* bytes of struct setup_data */
#define KERNEL_MAP	0xffffffff80000000ull
#define PAGE		4096u
#define STEP_OLD	EDITS		/* page, index (2), value (8): in the crashed kernel's tables */

enum option {
	OPTION_AS_IT_IS		= 1 << 0,	/* the digest */
	OPTION_DUMP		= 1 << 1,
	OPTION_SUMMARY		= 1 << 2,
	OPTION_FIVE_LEVELS	= 1 << 3,	/* of the crashed kernel's own tables */
};

/* tools/dump.h: memory is the crashed kernel's tables; the CPU's begin at one of them. */
struct dump {
	const struct base *base;
	bool five_levels;
	uint64_t looks;
};

bool dump_page(struct dump *dump, uint64_t address, uint64_t entries[512])
{
	uint64_t page = (address - BASES_OLD) / PAGE;

	must(address % PAGE == 0);
	dump->looks++;
	if (address < BASES_OLD || page >= dump->base->old_pages)
		return false;
	memcpy(entries, dump->base->old + page * PAGE, PAGE);
	return true;
}

bool dump_number(struct dump *dump, const char *key, uint64_t *value)
{
	if (!strcmp(key, "SYMBOL(_stext)"))
		*value = KERNEL_MAP + 0x1000000;
	else if (!strcmp(key, "SYMBOL(init_top_pgt)"))
		*value = KERNEL_MAP + PAGE;
	else if (!strcmp(key, "NUMBER(phys_base)"))
		*value = BASES_OLD;
	else if (!strcmp(key, "NUMBER(pgtable_l5_enabled)"))
		*value = dump->five_levels;
	else
		return false;
	return true;
}

static struct { uint64_t at, was; } old_edits[MOST_STEPS];
static size_t old_edit_count;

static void put_old(const struct base *base, struct input *input)
{
	uint64_t at = take_number(input, 1) % base->old_pages * PAGE, value;

	at += take_number(input, 2) % 512 * 8;
	value = take_number(input, 8);
	old_edits[old_edit_count].at = at;
	memcpy(&old_edits[old_edit_count++].was, base->old + at, 8);
	memcpy(base->old + at, &value, 8);
}

static uint64_t hits;		/* found for this input */

static void check(const struct memory_ranges *wanted, const struct reaches *reaches)
{
	for (uint32_t i = 0; i < reaches->count; i++) {
		const struct reach *reach = &reaches->domains[i];

		must(reach->count <= REACH_MAX_HITS);
		hits += reach->count;
		for (uint32_t n = 0; n < reach->count; n++) {
			const struct hit *hit = &reach->hits[n];
			bool inside = false;

			must(hit->first <= hit->last && (hit->read || hit->write));
			for (uint32_t w = 0; w < wanted->count && !inside; w++)
				inside = wanted->all[w].first <= hit->first &&
					 hit->first <= wanted->all[w].last;
			must(inside);
		}
	}
}

static void answer(const struct tables *tables, const struct requesters *requesters,
		   const struct memory_ranges *wanted)
{
	static FILE *nowhere;
	struct json json = { .first = true };
	struct reaches reaches;
	const struct answer found = { tables, requesters, wanted, &reaches, 4 };

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	must(nowhere);
	json.out = nowhere;
	if (reaches_find(tables, requesters, wanted, &reaches)) {
		check(wanted, &reaches);
		text_reached(nowhere, &found);
		text_unknown(nowhere, tables);
		json_object(&json, NULL);
		json_reached(&json, &found);
		json_unknown(&json, tables);
		json_end_object(&json);
	}
	reaches_free(&reaches);
}

static void summary(const struct tables *tables, const struct requesters *requesters)
{
	for (int kind = 0; kind < REGION_KINDS; kind++) {
		struct region region;

		must(region_find(tables, requesters, (enum region_kind)kind, &region));
		for (uint32_t i = 0; i < region.ranges.count; i++) {
			must(region.ranges.all[i].first <= region.ranges.all[i].last);
			must(!i || region.ranges.all[i - 1].last < region.ranges.all[i].first);
		}
		if (!region.unknown)
			answer(tables, requesters, &region.ranges);
		free(region.ranges.all);
	}
}

static void who(const struct base *base, unsigned int flags, struct handoff_range range)
{
	struct dump dump = { .base = base, .five_levels = flags & OPTION_FIVE_LEVELS };
	const struct memory_ranges wanted = { .all = &range, .count = 1 };
	const uint8_t *payload = base->image + NODE;
	size_t size = base->pages * PAGE - NODE;
	struct requesters requesters = { 0 };
	struct problem problem = { .offset = UINT64_MAX };
	struct handoff_view view;
	struct tables tables;

	if (!handoff_read(&view, payload, size, &problem)) {
		must(problem.offset != UINT64_MAX && problem.text[0]);
		return;
	}
	must(tables_open(&tables, &view, flags & OPTION_DUMP ? &dump : NULL, payload, size));
	if (requesters_list(&view, &requesters)) {
		if (flags & OPTION_SUMMARY)
			summary(&tables, &requesters);
		else if (range.first <= range.last)
			answer(&tables, &requesters, &wanted);
	}
	free(requesters.all);
	tables_close(&tables);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const struct base *base = bases_get((unsigned int)take_number(&input, 1));
	unsigned int flags = (unsigned int)take_number(&input, 1);
	bool sound = size == 18 && base == bases_get(0) && !(flags & OPTION_SUMMARY);
	struct handoff_range range;

	hits = 0;
	range.first = take_number(&input, 8);
	range.last = take_number(&input, 8);
	edit_begin(base);
	for (unsigned int i = 0; input.size && i < MOST_STEPS; i++) {
		unsigned int kind = (unsigned int)take_number(&input, 1) % (STEP_OLD + 1);

		if (kind == STEP_OLD)
			put_old(base, &input);
		else
			edit_step((enum edit)kind, &input);
	}
	if (!(flags & OPTION_AS_IT_IS))
		edit_mend_digest();
	who(base, flags, range);
	/* scene.h maps this page. */
	must(!sound || hits || range.first > 0x20005000 || range.last < 0x20005000);
	edit_undo();
	while (old_edit_count) {
		old_edit_count--;
		memcpy(base->old + old_edits[old_edit_count].at, &old_edits[old_edit_count].was, 8);
	}
	return 0;
}
