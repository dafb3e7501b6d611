/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * answer.h - what both forms of an answer say
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "reach.h"

/* One question and its answer: who reaches `wanted`. */
struct answer {
	const struct tables *tables;
	const struct requesters *requesters;
	const struct memory_ranges *wanted;
	const struct reaches *reaches;
	uint32_t most;		/* runs to show of each requester */
};

/* In one answer no more runs are shown than this: many requesters may share many runs. */
#define ANSWER_MAX_RUNS	(1u << 22)

/* What a requester reaches of what is asked for; NULL: it has no tables. */
const struct reach *answer_reach(const struct answer *answer, const struct requester *requester);

/* Tables that could not be looked at: those that several requesters use count once. */
uint64_t answer_missing(const struct answer *answer);

/* How many of `count` runs to show, if *left may be; takes them off *left. */
uint32_t answer_take(const struct answer *answer, uint32_t count, uint32_t *left);

/* Is there more than was, or is, shown, with `left` of ANSWER_MAX_RUNS to go? */
bool answer_has_more(const struct answer *answer, uint32_t left);

/*
 * Is something unknown because of what the record is about? So with whole devices, and, of the
 * copies, with tables that were not copied.
 */
bool record_leaves_unknown(const struct tables *tables, const struct handoff_record *record);

/* "original" or "copied" */
static inline const char *tables_word(const struct tables *tables)
{
	return tables_copied(tables) ? "copied" : "original";
}

#endif /* ANSWER_H */
