/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show.h - a handoff shown to an engineer, or to a program
 */
#ifndef SHOW_H
#define SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "handoff_read.h"

/* The text form. `all_ranges`: every IOVA range instead of each domain's first few. */
void show_text(FILE *out, const struct handoff_view *view, bool all_ranges);

/* Of that, what was found in the machine, without what became of it. */
void show_text_findings(FILE *out, const struct handoff_view *view, bool all_ranges);

/* The JSON form, which `dmarelay inspect --help` and docs/handoff.md document. */
void show_json(FILE *out, const struct handoff_view *view);

#endif /* SHOW_H */
