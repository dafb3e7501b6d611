/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - what the fuzz targets share
 *
 * How to add a target: write target_NAME.c with LLVMFuzzerTestOneInput() and name what it needs in
 * fuzz.mk; give it seeds in seeds.py, and a row in run.py. What must hold is said with must(): a
 * parser that merely does not crash has not shown much.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition) do {								\
	if (!(condition)) {								\
		fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition);	\
		abort();								\
	}										\
} while (0)

/* What is left of the input. Behind its end come zeros, so that short inputs mean something too. */
struct input {
	const uint8_t *data;
	size_t size;
};

static inline void take(struct input *input, void *to, size_t size)
{
	size_t part = size < input->size ? size : input->size;

	memset(to, 0, size);
	if (part)
		memcpy(to, input->data, part);
	input->data += part;
	input->size -= part;
}

static inline uint64_t take_number(struct input *input, size_t size)
{
	uint64_t value = 0;

	take(input, &value, size);
	return value;
}

#endif /* FUZZ_H */
