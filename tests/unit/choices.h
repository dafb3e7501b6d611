/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * choices.h - random machines as strings of bytes
 *
 * Whoever makes a random machine asks for each decision here, and what was decided is kept. The same
 * bytes make the same machine again, fewer or smaller ones a simpler machine, since 0 always stands
 * for the simplest choice (nothing, no, the default) and is what comes when the bytes have run out.
 * A failing machine is shrunk by deleting and lowering bytes, whatever they decided.
 */
#ifndef CHOICES_H
#define CHOICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHOICES_MAX	16384u

struct choices {
	uint64_t random;	/* state of the generator */
	bool replay;		/* the bytes are given */
	uint32_t size, used;
	uint8_t bytes[CHOICES_MAX];
};

/* Choose from `choices` from now on: at random, kept there; or as given there already. */
void choices_random(struct choices *choices, uint64_t seed);
void choices_replay(struct choices *choices);

/* A number below `limit`; 0 stands for 2^64. */
uint64_t choose(uint64_t limit);

/* True one time in `n`; and `in_256` times in 256. */
bool one_in(unsigned int n);
bool likely(unsigned int in_256);

/* A file of comment lines (#) and bytes in hexadecimal. False, with errno set, if that fails. */
bool choices_load(struct choices *choices, const char *path);
bool choices_save(const struct choices *choices, const char *path, const char *comment);

#endif /* CHOICES_H */
