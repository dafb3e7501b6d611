// SPDX-License-Identifier: GPL-2.0-only
/*
 * copy.c - what does vetting cost? The walk over a domain's page tables beside memcpy() of the same
 *
 * The same tables, lying about in 4 KiB pages in random order, are brought into the arena twice in turn:
 * by pagetable_copy(), and by one memcpy() a page in the order in which the walk meets them. Printed is
 * the ratio of the two, pair by pair, so that the machine's ups and downs hit both.
 *
 *	copy [PAIRS]		least, middle and greatest ratio of so many pairs (default 31)
 *	copy walk|memcpy	one run of either alone, for `valgrind --tool=callgrind`
 *
 * Memory is one flat buffer. machine_read() is the C library's memcpy() here, and so is what the walk is
 * compared with; the stub's own may use no vector registers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "machine.h"
#include "pagetable.h"
#include "second_level.h"
#include "state.h"
#include "vtd.h"

#define RAM_SIZE	(64ull << 20)	/* of tables: 32 GiB in pages of 4 KiB, more than any cache */
#define ARENA_SIZE	(128ull << 20)
#define ARENA_AT	0x7000000000ull
#define LEVELS		4u
#define LEAF_TABLES	(RAM_SIZE / PAGE_SIZE - 64)

static uint8_t *ram, *arena;
static uint32_t *order;		/* which page each table lies in, as the walk meets them */
static uint32_t taken;

/* ---- The machine beneath ---- */

bool machine_read(phys_t from, void *to, size_t size)
{
	memcpy(to, ram + from.pa, size);
	return true;
}

bool machine_write(phys_t to, const void *from, size_t size)
{
	memcpy(ram + to.pa, from, size);
	return true;
}

uint64_t machine_ticks(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint32_t machine_ticks_per_us(void)
{
	return 1000;
}

void machine_console(const char *text, size_t size)
{
	(void)text;
	(void)size;
}

/* ---- The tables ---- */

static uint64_t take_page(void)
{
	return (uint64_t)order[taken++] * PAGE_SIZE;
}

static uint64_t *table_at(uint64_t pa)
{
	return (uint64_t *)(ram + pa);
}

/* Leaves to pages that are nobody's neighbours, as dma_map() makes them: nothing can be folded. */
static void fill_leaves(uint64_t table, uint64_t number)
{
	for (unsigned int i = 0; i < VTD_ENTRIES; i++)
		table_at(table)[i] = ((number * VTD_ENTRIES + i) * 2 + 0x100000) * PAGE_SIZE | VTD_SL_R | VTD_SL_W;
}

/* In the order of the walk: depth first. Returns the root. */
static uint64_t make_tables(void)
{
	uint64_t root = take_page(), pdp = take_page(), pd = 0;

	table_at(root)[0] = pdp | VTD_SL_R | VTD_SL_W;
	for (uint64_t i = 0; i < LEAF_TABLES; i++) {
		uint64_t leaf;

		if (i % VTD_ENTRIES == 0) {
			pd = take_page();
			table_at(pdp)[i / VTD_ENTRIES] = pd | VTD_SL_R | VTD_SL_W;
		}
		leaf = take_page();
		table_at(pd)[i % VTD_ENTRIES] = leaf | VTD_SL_R | VTD_SL_W;
		fill_leaves(leaf, i);
	}
	return root;
}

static void shuffle(void)
{
	uint64_t state = 1;

	for (uint32_t i = 0; i < RAM_SIZE / PAGE_SIZE; i++)
		order[i] = i;
	for (uint32_t i = RAM_SIZE / PAGE_SIZE - 1; i; i--) {
		uint32_t other, kept = order[i];

		state = state * 6364136223846793005ull + 1442695040888963407ull;
		other = (uint32_t)((state >> 33) % (i + 1));
		order[i] = order[other];
		order[other] = kept;
	}
}

/* ---- The two ---- */

static struct relay relay;
static struct handoff_range crashed = { 0, (1ull << 46) - 1 }, crash_region = { ARENA_AT, ARENA_AT + ARENA_SIZE - 1 };

static void need(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

/* Nanoseconds of one copy by the walk, bookkeeping not counted. */
static uint64_t time_walk(uint64_t root)
{
	struct unit unit = { .cap = 2ull << 34 | 1ull << 34 | 0x400, .ecap = VTD_ECAP_SC, .host_width = 46 };
	struct handoff_domain domain = { .old_root = root, .address_width = 48 };
	struct handoff_record blame = { .rule = 0 };
	struct pt_format format = second_level_format(&unit);
	uint64_t start;

	memset(&relay, 0, sizeof(relay));
	arena_init(&relay.arena, arena, phys(ARENA_AT), ARENA_SIZE);
	need(report_init(&relay.report, &relay.arena) &&
	     memo_init(&relay.memo, &relay.arena, 2 * ARENA_SIZE / PAGE_SIZE), "the arena is too small");
	share_begin(&relay.share, &relay.arena, 1);
	share_next(&relay.share);
	relay.ram = (struct ram){ { &crashed, 1 }, { &crash_region, 1 } };
	budget_init(&relay.budget, machine_ticks(), 60000);

	start = machine_ticks();
	need(pagetable_copy(&relay, pagetable_format(&relay.formats, &format), LEVELS, &domain, &blame),
	     "out of time");
	start = machine_ticks() - start;
	need(domain.tables == taken && domain.leaves == LEAF_TABLES * VTD_ENTRIES &&
	     !report_count(&relay.report, HANDOFF_RECORDS), "the walk has not copied what there is");
	return start;
}

/* The same by memcpy(), into the same pages. */
static uint64_t time_memcpy(void)
{
	uint8_t *to = arena + ARENA_SIZE - (uint64_t)taken * PAGE_SIZE;
	uint64_t start = machine_ticks();

	for (uint32_t i = 0; i < taken; i++)
		memcpy(to + (uint64_t)i * PAGE_SIZE, ram + (uint64_t)order[i] * PAGE_SIZE, PAGE_SIZE);
	return machine_ticks() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void run_pairs(uint64_t root, int pairs)
{
	double *ratios = calloc((size_t)pairs, sizeof(*ratios));
	uint64_t walk = 0, copy = 0;

	need(ratios, "no memory");
	for (int i = 0; i < pairs; i++) {
		uint64_t w = time_walk(root), c = time_memcpy();

		ratios[i] = (double)w / (double)c;
		walk += w;
		copy += c;
	}
	qsort(ratios, (size_t)pairs, sizeof(*ratios), compare);
	printf("%u tables, %llu leaves; walk %.0f ns a table, memcpy %.0f ns; "
	       "walk / memcpy over %d pairs: least %.2f, middle %.2f, greatest %.2f\n",
	       taken, LEAF_TABLES * VTD_ENTRIES, (double)walk / pairs / taken, (double)copy / pairs / taken,
	       pairs, ratios[0], ratios[pairs / 2], ratios[pairs - 1]);
	free(ratios);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "31";
	uint64_t root;

	ram = aligned_alloc(PAGE_SIZE, RAM_SIZE);
	arena = aligned_alloc(PAGE_SIZE, ARENA_SIZE);
	order = calloc(RAM_SIZE / PAGE_SIZE, sizeof(*order));
	need(ram && arena && order, "no memory");
	memset(ram, 0, RAM_SIZE);
	memset(arena, 0, ARENA_SIZE);	/* its pages are there before the first run */
	shuffle();
	root = make_tables();
	if (!strcmp(what, "walk"))
		printf("%u tables in %llu ns\n", taken, (unsigned long long)time_walk(root));
	else if (!strcmp(what, "memcpy"))
		printf("%u tables in %llu ns\n", taken, (unsigned long long)time_memcpy());
	else
		run_pairs(root, atoi(what) > 0 ? atoi(what) : 31);
	free(order);
	free(arena);
	free(ram);
	return 0;
}
