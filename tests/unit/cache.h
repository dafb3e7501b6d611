/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cache.h - what a unit remembers of the tables it has read (VT-d spec 6.2), as contrary as the spec
 * allows: an entry stays until it is invalidated, however old
 */
#ifndef CACHE_H
#define CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cache_kind {
	CACHE_CONTEXT,		/* root and context entries, by bus and source id */
	CACHE_PASID,		/* PASID directory and table entries, by source id and PASID */
	CACHE_IOTLB,		/* paging entries and whole translations, by domain id and PASID */
	CACHE_INTERRUPT,	/* interrupt entries, by index */
	CACHE_KINDS,
};

/* Which entry: `what` tells entries of one kind apart (see translate.c), `owner` and `number` too. */
struct cache_tag {
	enum cache_kind kind;
	unsigned int what;
	uint64_t owner, number;
};

#define CACHE_MAX_VALUE	256u	/* bytes */

struct cache;

/* An empty cache for unit `index`; valid until the next for the same unit. */
struct cache *cache_new(unsigned int index);

bool cache_get(const struct cache *cache, struct cache_tag tag, void *value, size_t size);
void cache_put(struct cache *cache, struct cache_tag tag, const void *value, size_t size);
void cache_drop(struct cache *cache, enum cache_kind kind);

#endif /* CACHE_H */
