/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show_functions.h - PCI functions at the crash, as text and as JSON
 */
#ifndef SHOW_FUNCTIONS_H
#define SHOW_FUNCTIONS_H

#include <stdio.h>

#include "handoff_read.h"
#include "json.h"

/* The heading of the table, and a row of it with lines below for the errors that are noted. */
void text_function_heading(FILE *out);
void text_function(FILE *out, const struct handoff_function *function);

void json_function(struct json *json, const struct handoff_function *function);

#endif /* SHOW_FUNCTIONS_H */
