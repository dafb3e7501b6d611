/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reader.h - the judge's own reader of the handoff, by docs/handoff.md
 *
 * The kernel relies on the handoff when the judge looks: one that breaks the rules fails the run.
 */
#ifndef READER_H
#define READER_H

#include <stdint.h>

#include "handoff.h"

void reader_begin(void);

const struct handoff_header *reader_header(void);

/* The one of a type that adoption rests on; NULL if there is none. */
const struct handoff_section *reader_section(enum handoff_section_type type);

/* An entry that must be there. */
const void *reader_entry(enum handoff_section_type type, uint32_t index);

/* The image's page at `at`, if all of it lies in the handoff's tables and behind the seal; else -1. */
long reader_page(uint64_t at);

/* What is at a physical address in the image. */
const uint64_t *reader_words(uint64_t at);

#endif /* READER_H */
