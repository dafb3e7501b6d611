/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domain.h - what a domain id stands for: one translation, shared by all devices that have it
 *
 * A unit tags its caches by domain id, first-level ones by PASID as well (VT-d spec 6.2). Two
 * translations under one id would mix in the caches, so a second one gets an id of its own.
 */
#ifndef DOMAIN_H
#define DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "relay.h"
#include "unit.h"

/* A translation as a context or PASID entry asks for it; vetted but for its domain id's uniqueness. */
struct translation {
	uint32_t flags;		/* 0: second-level; HANDOFF_DOMAIN_PASS_THROUGH, _FIRST_LEVEL, _NESTED */
	uint32_t levels;	/* 2..5; 0 for pass-through */
	uint64_t root;		/* the crashed kernel's top table; 0 for pass-through */
	uint32_t pasid;		/* 0 in legacy mode */
	uint16_t id;
};

enum domain_result {
	DOMAIN_OK,		/* *index is its place in HANDOFF_DOMAINS, the tables are copied */
	DOMAIN_GARBAGE,		/* its top table is none */
	DOMAIN_UNTRACKED,	/* no room for it, or it cannot be kept: the user goes to the sink */
	DOMAIN_LATE,		/* the time budget ran out */
};

/*
 * The domain for `wanted` on `unit`: one that the unit has already, or a new one, its tables
 * copied. Where `wanted`'s id stands for something else already, it gets another one (*repaired);
 * `user` is the record that this makes, complete but for its action, and says whom records about
 * the tables name.
 */
enum domain_result domain_take(struct relay *relay, struct unit *unit, const struct translation *wanted,
			       const struct handoff_record *user, uint32_t *index, bool *repaired);

/* The number of the format that tables of a domain with `flags` have: pagetable_format(). */
int domain_format(struct relay *relay, const struct unit *unit, uint32_t flags);

#endif /* DOMAIN_H */
