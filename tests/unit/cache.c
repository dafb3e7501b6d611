// SPDX-License-Identifier: GPL-2.0-only
#include "cache.h"

#include <string.h>

#include "mock_unit.h"

#define SLOTS		1024u	/* a power of two */
#define MOST_PROBES	16u	/* beyond, an entry is not cached: no cache is endless */

struct slot {
	struct cache_tag tag;
	uint64_t born;			/* it is there if nothing of its kind was dropped since */
	uint8_t value[CACHE_MAX_VALUE];
};

struct cache {
	struct slot slots[SLOTS];
	uint64_t dropped[CACHE_KINDS];
};

/* Never cleared: dropping is a matter of dates, so that a new machine costs nothing. */
static struct cache caches[MOCK_MAX_UNITS];
static uint64_t date = 1;

struct cache *cache_new(unsigned int index)
{
	for (unsigned int kind = 0; kind < CACHE_KINDS; kind++)
		cache_drop(&caches[index], (enum cache_kind)kind);
	return &caches[index];
}

void cache_drop(struct cache *cache, enum cache_kind kind)
{
	cache->dropped[kind] = ++date;
}

static bool is_there(const struct cache *cache, const struct slot *slot)
{
	return slot->born > cache->dropped[slot->tag.kind];
}

static bool is_same(const struct cache_tag *a, const struct cache_tag *b)
{
	return a->kind == b->kind && a->what == b->what && a->owner == b->owner && a->number == b->number;
}

static size_t first_slot(const struct cache_tag *tag)
{
	uint64_t hash = tag->number * 0x9e3779b97f4a7c15ull ^ tag->owner * 0xbf58476d1ce4e5b9ull ^
			(tag->what * 8ull + tag->kind) * 0x94d049bb133111ebull;

	return (size_t)(hash >> 32);
}

bool cache_get(const struct cache *cache, struct cache_tag tag, void *value, size_t size)
{
	for (unsigned int i = 0; i < MOST_PROBES; i++) {
		const struct slot *slot = &cache->slots[(first_slot(&tag) + i) % SLOTS];

		if (is_there(cache, slot) && is_same(&slot->tag, &tag)) {
			memcpy(value, slot->value, size);
			return true;
		}
	}
	return false;
}

void cache_put(struct cache *cache, struct cache_tag tag, const void *value, size_t size)
{
	for (unsigned int i = 0; i < MOST_PROBES; i++) {
		struct slot *slot = &cache->slots[(first_slot(&tag) + i) % SLOTS];

		if (is_there(cache, slot) && !is_same(&slot->tag, &tag))
			continue;
		slot->tag = tag;
		slot->born = ++date;
		memcpy(slot->value, value, size);
		return;
	}
}
