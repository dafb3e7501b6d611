/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * testing.h - what every test file includes first
 *
 * How to add a test: see the top of builder.h.
 */
#ifndef TESTING_H
#define TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))

/* 0x1234 instead of 4660 when it fails. */
#define assert_hex_equal(actual, expected) do {						\
	uint64_t actual_ = (actual), expected_ = (expected);				\
	if (actual_ != expected_)							\
		fail_msg("%s is %#lx, expected %#lx", #actual, actual_, expected_);	\
} while (0)

#endif /* TESTING_H */
