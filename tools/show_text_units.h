/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show_text_units.h - the paragraphs that say who translates what
 */
#ifndef SHOW_TEXT_UNITS_H
#define SHOW_TEXT_UNITS_H

#include <stdbool.h>
#include <stdio.h>

#include "handoff_read.h"
#include "names.h"

void text_unit(FILE *out, const struct handoff_unit *unit, uint32_t index);

/* A row of the devices' table, and of that of their PASIDs */
void text_device(FILE *out, const struct handoff_view *view, const struct handoff_device *device);
void text_pasid(FILE *out, const struct handoff_view *view, const struct handoff_pasid *pasid);

void text_domain(FILE *out, const struct handoff_view *view, const struct handoff_domain *domain,
		 bool all_ranges);

/* The names of the bits set in `value`, the first behind *separator, which then is ", " */
void text_flags(FILE *out, const struct flag *flags, uint64_t value, const char **separator);

/* "WORD (reason: text)", the brackets only where there is a reason to give */
void text_reason(FILE *out, const char *word, uint32_t reason);

#endif /* SHOW_TEXT_UNITS_H */
