/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - a handoff shown to an engineer, or to a program
 */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "handoff_read.h"

/* The text form. `all_ranges`: every IOVA range instead of each domain's first few. */
void report_text(FILE *out, const struct handoff_view *view, bool all_ranges);

/* The JSON form, which `dmarelay inspect --help` and docs/handoff.md document. */
void report_json(FILE *out, const struct handoff_view *view);

#endif /* TOOLS_REPORT_H */
