/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * word.h - the words of a command line, and the numbers in them
 */
#ifndef WORD_H
#define WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A stretch of the command line, which it does not own; not NUL-terminated. */
struct word {
	const char *text;
	size_t size;
};

/*
 * The next word at or behind *at, which moves behind it; size 0 at the end. As in Linux, "double
 * quotes" hold spaces.
 */
struct word word_next(const char **at);

bool word_equals(struct word word, const char *text);

/* If `word` begins with `name` (which ends in '='), leave its value in *value. */
bool word_has_name(struct word word, const char *name, struct word *value);

/* Decimal digits from the front of *word; false if there are none or they exceed 64 bits. */
bool word_take_decimal(struct word *word, uint64_t *value);

/*
 * A number as Linux' memparse() reads it, from the front of *word: decimal or 0x hexadecimal, then
 * perhaps K, M, G or T. False if there is none, or it exceeds 64 bits.
 */
bool word_take_memory(struct word *word, uint64_t *value);

/*
 * A number as Linux' kstrtoul(..., 16) reads it, from the front of *word: hexadecimal, with or without 0x,
 * perhaps a plus in front. False if there are no digits, or it exceeds 64 bits.
 */
bool word_take_hex(struct word *word, uint64_t *value);

#endif /* WORD_H */
