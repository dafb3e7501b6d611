/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * problem.h - what is wrong with an input, and where
 *
 * The functions that check untrusted bytes print nothing: they fill in a problem, and the verb,
 * which knows the file's name, tells the user.
 */
#ifndef PROBLEM_H
#define PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

struct problem {
	uint64_t offset;	/* in the file */
	char	 text[200];	/* "NAME: expected ..., found ..." */
};

/* Fills in `problem` and returns false, so that a check can end in `return problem_at(...)`. */
bool problem_at(struct problem *problem, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* PROBLEM_H */
