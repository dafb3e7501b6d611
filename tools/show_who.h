/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show_who.h - the answers of `dmarelay who`, for an engineer or for a program
 */
#ifndef SHOW_WHO_H
#define SHOW_WHO_H

#include <stdio.h>

#include "answer.h"
#include "json.h"
#include "regions.h"

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

#endif /* SHOW_WHO_H */
