/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hardware.h - the judge's own view of what remapping hardware makes of the tables, by the VT-d
 * specification, chapter 9, and with literal bit numbers
 */
#ifndef HARDWARE_H
#define HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "handoff.h"
#include "world.h"

/* A context entry as it was copied at boot; in scalable mode its low half. */
struct context { unsigned int unit; uint16_t source; bool scalable; uint64_t lo, hi; };

/* What requests meet, by one context entry or PASID entry. */
struct meaning {
	unsigned int kind;	/* enum handoff_translation, 0 if none */
	uint64_t top;
	unsigned int id, levels;
};

/* Tables that the kernel has taken over. */
struct tree {
	uint64_t top;
	unsigned int unit, id, levels;
	const struct handoff_domain *domain;
	uint64_t window;	/* up to here there are no holes; 0: nowhere */
	bool pages[WORLD_MOST_PAGES];
};

/* A list of ranges; `hint` is where the last one was found, since leaves ascend as ranges do. */
struct spans {
	const uint8_t *first;
	uint32_t stride, count, hint;
};

void hardware_begin(void);
void hardware_add(const struct context *context);

/* The nth; NULL behind the last. */
const struct context *hardware_nth(unsigned int n);
const struct context *hardware_context(unsigned int unit, uint16_t source);

/* Of requests without a PASID. */
struct meaning hardware_meaning(const struct context *context);

bool spans_cover(struct spans *spans, uint64_t first, uint64_t last);
struct spans spans_of(const struct handoff_domain *domain);

/*
 * The tree's own tables: each once, each leaf in a range of both. Fills tree->pages. Behind a window
 * entries may lead to a sink, and then some tables are the kernel's.
 */
void hardware_walk(struct tree *tree, uint64_t table, unsigned int level, uint64_t iova,
		   struct spans *ranges, struct spans *kept_away);

/* A table whose entries all lead to the same, as do those of the tables below, to a page of the image's? */
bool hardware_is_sink(uint64_t table, unsigned int level);

/* All but the first GiB goes where `sink`, a table of the same level, leads. */
void hardware_like_sink(uint64_t table, unsigned int level, uint64_t sink);

/* Each leaf maps its addresses to themselves, and none lies in one of the ranges. */
void hardware_identity(uint64_t table, unsigned int level, uint64_t iova, const struct spans *avoided);

/* Nothing else that hardware can reach leads to the tree's tables. */
void hardware_alone(const struct tree *tree);

#endif /* HARDWARE_H */
