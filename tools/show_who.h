/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show_who.h - the answers of `dmarelay who`, for an engineer or for a program
 */
#ifndef SHOW_WHO_H
#define SHOW_WHO_H

#include <stdio.h>

#include "json.h"
#include "reach.h"
#include "regions.h"

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

/* What is reached by whom. */
void text_reached(FILE *out, const struct answer *answer);

/* Of whom it is not known what they reached: those whose entries were quarantined. */
void text_unknown(FILE *out, const struct tables *tables);

/* Where a region lies, or that this is not known. */
void text_region(FILE *out, enum region_kind kind, const struct region *region);

/* The same as members of the object that is open: "reached" and so on, "unknown". */
void json_reached(struct json *json, const struct answer *answer);
void json_unknown(struct json *json, const struct tables *tables);
void json_region(struct json *json, const struct region *region);

/* "original" or "copied" */
const char *tables_word(const struct tables *tables);

#endif /* SHOW_WHO_H */
