/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show_dmar.h - a DMAR table shown to an engineer, or to a program
 */
#ifndef SHOW_DMAR_H
#define SHOW_DMAR_H

#include <stdio.h>

#include "dmar_view.h"

/* Each structure with its scopes, in the table's order, and then every oddity. */
void show_dmar_text(FILE *out, const struct dmar_view *view);

/* The same as one JSON object; docs/handoff.md documents its keys. */
void show_dmar_json(FILE *out, const struct dmar_view *view);

#endif /* SHOW_DMAR_H */
