/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * edit.h - what an input changes in a base: taken back before the next one
 */
#ifndef EDIT_H
#define EDIT_H

#include "bases.h"
#include "fuzz.h"

#define MOST_STEPS	64u

enum edit {
	EDIT_HEADER,	/* word of the header or the section table, value (8) */
	EDIT_SECTION,	/* type, entry, byte in it, size, value (8) */
	EDIT_WORD,	/* page, index (2), value (8) */
	EDIT_ENTRY,	/* page, index (2), page it refers to, low bits (2), high bits (2) */
	EDIT_COPY,	/* page, index (2), from: page, index (2); words (1) */
	EDIT_BIT,	/* page, index (2), bit */
	EDIT_NODE,	/* offset in struct setup_data, size, value (8) */
	EDIT_COUNT,	/* type, count (4): a section's, and the length that goes with it */
	EDITS
};

void edit_begin(const struct base *base);

/* Operands come from the input. */
void edit_step(enum edit kind, struct input *input);

/* Make the digest right, if anything was changed. */
void edit_mend_digest(void);

/* Was anything changed? */
bool edit_made(void);

void edit_undo(void);

#endif /* EDIT_H */
