// SPDX-License-Identifier: GPL-2.0-only
#include "devices.h"

#include "testing.h"

#include "cache.h"
#include "translate.h"

#define MOST_PROBES	40u	/* of each kind, a unit */
#define MOST_EDGES	6u	/* entries of each device and PASID */
#define MOST_PASIDS	4u
#define MOST_SEEN	4u	/* different fresh answers */

/* Where a request ends, as far as a device or the memory can tell. */
struct answer {
	enum translate_result result;
	uint64_t pa;
	bool read, write;
};

struct dma {
	uint16_t source;
	uint32_t pasid;
	uint64_t iova;
	struct answer seen[MOST_SEEN];		/* fresh ones; the first is that of the old tables */
	unsigned int seen_count;
	struct translation before;		/* how the first came about */
	struct answer flying[2];		/* what a read and a write under way go by */
	bool is_flying[2];
};

struct interrupt {
	uint64_t index, at;
	uint64_t seen[MOST_SEEN][2];
	unsigned int seen_count;
};

struct devices {
	struct dma dmas[MOST_PROBES];
	struct interrupt interrupts[MOST_PROBES];
	unsigned int dma_count, interrupt_count;
	uint8_t host_width;
};

static struct devices all[MOCK_MAX_UNITS];

/* ---- One request ---- */

static struct translation request(const struct mock_unit *unit, const struct dma *dma, struct cache *cache)
{
	struct translate_view view = {
		.unit = unit,
		.cache = cache,
		.root = unit->root,
		.host_width = unit->devices->host_width,
	};

	return translate_pasid(&view, dma->source, dma->pasid, dma->iova);
}

static struct answer ask(const struct mock_unit *unit, const struct dma *dma, struct cache *cache)
{
	struct translation t = request(unit, dma, cache);

	if (t.result != TRANSLATE_MAPPED)
		return (struct answer){ .result = TRANSLATE_ABSENT };	/* a fault is a fault */
	return (struct answer){ t.result, t.pa, t.read, t.write };
}

static bool same(const struct answer *a, const struct answer *b)
{
	return a->result == b->result && a->pa == b->pa && a->read == b->read && a->write == b->write;
}

static void try_dma(struct mock_unit *unit, struct dma *dma)
{
	struct answer fresh = ask(unit, dma, NULL), cached = ask(unit, dma, unit->cache);
	unsigned int i;

	if (!dma->seen_count)
		dma->before = request(unit, dma, NULL);
	for (i = 0; i < dma->seen_count && !same(&dma->seen[i], &fresh); i++)
		;
	if (i == dma->seen_count && i < MOST_SEEN)
		dma->seen[dma->seen_count++] = fresh;
	for (i = 0; i < 2; i++) {
		if (!dma->is_flying[i])
			dma->flying[i] = cached;
		dma->is_flying[i] = true;
	}
}

static void read_interrupt(const struct mock_unit *unit, uint64_t index, uint64_t entry[2], bool fresh)
{
	struct cache_tag tag = { CACHE_INTERRUPT, 0, 0, index };

	if (!fresh && cache_get(unit->cache, tag, entry, 16))
		return;
	if (!mock_read_memory(unit, (unit->irt & PAGE_MASK) + index * 16, entry, 16))
		entry[0] = entry[1] = ~0ull;
	if (!fresh && (entry[0] & 1 || unit->cap & VTD_CAP_CM))
		cache_put(unit->cache, tag, entry, 16);
}

static void try_interrupt(struct mock_unit *unit, struct interrupt *interrupt)
{
	uint64_t fresh[2], cached[2];
	unsigned int i;

	read_interrupt(unit, interrupt->index, fresh, true);
	read_interrupt(unit, interrupt->index, cached, false);
	for (i = 0; i < interrupt->seen_count && memcmp(interrupt->seen[i], fresh, 16); i++)
		;
	if (i == interrupt->seen_count && i < MOST_SEEN)
		memcpy(interrupt->seen[interrupt->seen_count++], fresh, 16);
}

void devices_run(struct mock_unit *unit)
{
	struct devices *devices = unit->devices;

	for (unsigned int i = 0; devices && i < devices->dma_count; i++)
		try_dma(unit, &devices->dmas[i]);
	for (unsigned int i = 0; devices && i < devices->interrupt_count; i++)
		try_interrupt(unit, &devices->interrupts[i]);
}

void devices_drain(struct mock_unit *unit, bool reads, bool writes)
{
	struct devices *devices = unit->devices;

	for (unsigned int i = 0; devices && i < devices->dma_count; i++) {
		devices->dmas[i].is_flying[0] &= !reads;
		devices->dmas[i].is_flying[1] &= !writes;
	}
}

/* ---- Who they are ---- */

struct finder {
	struct devices *devices;
	const struct translate_view *view;
	uint16_t source;
	uint32_t pasid;
};

static void add_dma(void *context, uint64_t iova)
{
	struct finder *finder = context;
	struct devices *devices = finder->devices;

	if (devices->dma_count < MOST_PROBES)
		devices->dmas[devices->dma_count++] = (struct dma){
			.source = finder->source, .pasid = finder->pasid, .iova = iova,
		};
}

static void find_edges(void *context, uint32_t pasid)
{
	struct finder *finder = context;

	finder->pasid = pasid;
	translate_edges(finder->view, finder->source, pasid, MOST_EDGES, add_dma, finder);
}

static void find_dma(struct devices *devices, const struct translate_view *view)
{
	struct finder finder = { .devices = devices, .view = view };

	for (unsigned int source = 0; source < 0x10000 && devices->dma_count < MOST_PROBES; source++) {
		struct translation t = translate(view, (uint16_t)source, 0);

		finder.source = (uint16_t)source;
		if (t.stage >= STAGE_BUS)
			source |= 0x7f;
		else if (t.stage < STAGE_DEVICE || t.result != TRANSLATE_ABSENT)
			find_edges(&finder, TRANSLATE_NO_PASID);
		translate_pasids(view, finder.source, MOST_PASIDS, find_edges, &finder);
	}
}

static void find_interrupts(struct devices *devices, const struct mock_unit *unit)
{
	for (uint64_t i = 0; i < VTD_IRTA_ENTRIES(unit->irta); i++) {
		uint64_t entry[2];

		if (devices->interrupt_count == MOST_PROBES)
			return;
		read_interrupt(unit, i, entry, true);
		if (entry[0] & 1)
			devices->interrupts[devices->interrupt_count++] = (struct interrupt){
				.index = i, .at = (unit->irt & PAGE_MASK) + i * 16,
			};
	}
}

static void start(const struct build *b, const struct memory_picture *picture, const struct build *judge)
{
	for (unsigned int i = 0; i < mock_count(); i++) {
		struct mock_unit *unit = mock_unit(i);
		struct translate_view view = {
			.unit = unit,
			.picture = picture,
			.root = unit->root,
			.judge = judge,
			.host_width = b->host_width,
		};

		unit->devices = &all[i];
		unit->cache = cache_new(i);
		all[i] = (struct devices){ .host_width = b->host_width };
		if (unit->gsts & VTD_G_TE)
			find_dma(&all[i], &view);
		if (unit->gsts & VTD_G_IRE)
			find_interrupts(&all[i], unit);
		devices_run(unit);
	}
}

void devices_start(const struct build *b)
{
	start(b, b->before, b);
}

void devices_restart(const struct build *b)
{
	start(b, NULL, NULL);
}

/* ---- Judgement ---- */

/*
 * Damage can make one page a table of two kinds. Mended as one, where it is, it may lead nowhere as
 * the other, until the unit goes by the copies.
 */
static bool was_mended(const struct dma *dma)
{
	for (unsigned int i = 0; i < dma->before.path_length; i++)
		if (mock_was_written(dma->before.path[i], 64))
			return true;
	return false;
}

static void check_dma(struct mock_unit *unit, const struct dma *dma)
{
	struct answer after = ask(unit, dma, NULL), cached = ask(unit, dma, unit->cache);

	for (unsigned int i = 1; i < dma->seen_count; i++)
		if (!was_mended(dma) && !same(&dma->seen[i], &after))
			fail_msg("device %04x, PASID %x, IOVA %#lx: during the switch led to %#lx, neither "
				 "%#lx as before nor %#lx as after", dma->source, dma->pasid, dma->iova,
				 dma->seen[i].pa, dma->seen[0].pa, after.pa);
	if (!same(&cached, &after))
		fail_msg("device %04x, PASID %x, IOVA %#lx: the unit has %#lx cached, its tables say %#lx",
			 dma->source, dma->pasid, dma->iova, cached.pa, after.pa);
	for (unsigned int i = 0; i < 2; i++)
		if (dma->is_flying[i] && !same(&dma->flying[i], &after))
			fail_msg("device %04x, PASID %x, IOVA %#lx: a %s is still under way to %#lx, not %#lx",
				 dma->source, dma->pasid, dma->iova, i ? "write" : "read",
				 dma->flying[i].pa, after.pa);
}

static void check_interrupt(const struct mock_unit *unit, const struct interrupt *interrupt)
{
	uint64_t after[2], cached[2];

	read_interrupt(unit, interrupt->index, after, true);
	read_interrupt(unit, interrupt->index, cached, false);
	for (unsigned int i = 1; i < interrupt->seen_count; i++)
		if (memcmp(interrupt->seen[i], after, 16) && !mock_was_written(interrupt->at, 16))
			fail_msg("interrupt %lu: during the switch %lx, neither as before nor as after",
				 interrupt->index, interrupt->seen[i][0]);
	if (memcmp(after, cached, 16))
		fail_msg("interrupt %lu: the unit has %lx cached, its table says %lx", interrupt->index,
			 cached[0], after[0]);
}

void devices_check(struct mock_unit *unit, bool dma, bool interrupts)
{
	struct devices *devices = unit->devices;

	for (unsigned int i = 0; dma && i < devices->dma_count; i++)
		check_dma(unit, &devices->dmas[i]);
	for (unsigned int i = 0; interrupts && i < devices->interrupt_count; i++)
		check_interrupt(unit, &devices->interrupts[i]);
}
