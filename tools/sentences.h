/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sentences.h - quarantine records and faults, told to an engineer
 */
#ifndef SENTENCES_H
#define SENTENCES_H

#include <stdio.h>

#include "handoff_read.h"

/* Three lines: who asked for what, which rule struck, what was done. Each begins with `indent`. */
void sentence_record(FILE *out, const struct handoff_record *record, const char *indent);

/* One line: who asked for what, and why it was refused. */
void sentence_fault(FILE *out, const struct handoff_view *view, const struct handoff_fault *fault);

/* Text of unknown origin: what could steer a terminal comes out as '?'. */
void put_text(FILE *out, const void *text, size_t size);

#endif /* SENTENCES_H */
