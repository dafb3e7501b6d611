// SPDX-License-Identifier: GPL-2.0-only
#include "property.h"

#include <string.h>

#define MOST_TRIED	5000u
#define LARGEST_CUT	256u

static unsigned int tried;

/* Keep the candidate if it fails as well. */
static bool accept(struct choices *best, const struct choices *candidate)
{
	if (tried == MOST_TRIED)
		return false;
	tried++;
	if (!machine_fails(candidate, true))
		return false;
	memcpy(best, candidate, sizeof(*best));
	return true;
}

static bool cut(struct choices *best, uint32_t at, uint32_t size)
{
	static struct choices candidate;

	candidate = *best;
	memmove(candidate.bytes + at, best->bytes + at + size, best->size - at - size);
	candidate.size -= size;
	return accept(best, &candidate);
}

static bool clear(struct choices *best, uint32_t at, uint32_t size)
{
	static struct choices candidate;

	candidate = *best;
	memset(candidate.bytes + at, 0, size);
	return memcmp(candidate.bytes, best->bytes, best->size) && accept(best, &candidate);
}

static bool lower(struct choices *best, uint32_t at, uint8_t byte)
{
	static struct choices candidate;

	candidate = *best;
	candidate.bytes[at] = byte;
	return byte < best->bytes[at] && accept(best, &candidate);
}

/* From the end on, since what comes last depends on what came before. */
static bool cut_and_clear(struct choices *best, uint32_t size)
{
	uint32_t step = (size + 1) / 2;
	bool any = false;

	for (uint32_t at = best->size; at;) {
		at -= at < step ? at : step;
		if (at + size <= best->size)
			any |= cut(best, at, size) || clear(best, at, size);
	}
	return any;
}

static bool lower_each(struct choices *best)
{
	bool any = false;

	for (uint32_t at = 0; at < best->size; at++) {
		while (lower(best, at, best->bytes[at] / 2))
			any = true;
		any |= lower(best, at, (uint8_t)(best->bytes[at] - 1));
	}
	return any;
}

unsigned int shrink(struct choices *choices)
{
	bool any = true;

	for (tried = 0; any && tried < MOST_TRIED;) {
		any = false;
		for (uint32_t size = LARGEST_CUT; size; size /= 2)
			any |= size <= choices->size && cut_and_clear(choices, size);
		any |= lower_each(choices);
	}
	/* Trailing zeros are what comes anyway. */
	while (choices->size && !choices->bytes[choices->size - 1])
		choices->size--;
	return tried;
}
