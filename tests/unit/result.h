/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * result.h - what a run published, read by the ABI of handoff.h and not by the stub's own structs
 */
#ifndef RESULT_H
#define RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "handoff.h"

/*
 * The sealed part of the published payload; fails the test if there is none. Its form and digest are
 * checked.
 */
const struct handoff_header *result_header(void);

/* Is all of the arena reserved by the node, or the report alone? */
bool result_covers_tables(void);

uint32_t result_count(enum handoff_section_type type);
uint32_t result_dropped(enum handoff_section_type type);
const void *result_entry(enum handoff_section_type type, uint32_t index);

/* The log section as a string, owned by result.c until the next call. */
const char *result_log(void);

void assert_outcome(enum handoff_outcome outcome, enum handoff_reason reason);
void assert_logged(const char *text);

/* The run's only record is this one, in every field. */
void assert_only_record(const struct handoff_record *expected);

#endif /* RESULT_H */
