// SPDX-License-Identifier: GPL-2.0-only
#include "choices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct choices *now;

void choices_random(struct choices *choices, uint64_t seed)
{
	choices->random = seed;
	choices->replay = false;
	choices->size = choices->used = 0;
	now = choices;
}

void choices_replay(struct choices *choices)
{
	choices->replay = true;
	choices->used = 0;
	now = choices;
}

/* splitmix64 */
static uint64_t random64(void)
{
	uint64_t z = now->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint64_t choose(uint64_t limit)
{
	unsigned int size = limit - 1 <= 0xff ? 1 : limit - 1 <= 0xffff ? 2 : 8;
	uint64_t value = 0;

	if (!now->replay && now->used + size <= CHOICES_MAX) {
		value = random64();
		memcpy(now->bytes + now->used, &value, size);
		now->size = now->used + size;
		value = 0;
	}
	if (now->used + size <= now->size)
		memcpy(&value, now->bytes + now->used, size);
	now->used += size;
	return limit ? value % limit : value;
}

bool one_in(unsigned int n)
{
	return choose(n) == n - 1;
}

bool likely(unsigned int in_256)
{
	return choose(256) >= 256 - in_256;
}

bool choices_load(struct choices *choices, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[512];
	bool sound = true;

	if (!file)
		return false;
	choices->size = 0;
	while (fgets(line, sizeof(line), file)) {
		char *at = line, *end;

		while (*line != '#') {
			unsigned long byte = strtoul(at, &end, 16);

			if (end == at)
				break;
			sound &= byte <= 0xff && choices->size < CHOICES_MAX;
			if (sound)
				choices->bytes[choices->size++] = (uint8_t)byte;
			at = end;
		}
	}
	fclose(file);
	errno = sound ? 0 : EINVAL;
	return sound;
}

bool choices_save(const struct choices *choices, const char *path, const char *comment)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return false;
	fprintf(file, "# %s\n", comment);
	for (uint32_t i = 0; i < choices->size; i++)
		fprintf(file, "%02x%c", choices->bytes[i], i % 32 == 31 || i + 1 == choices->size ? '\n' : ' ');
	return !fclose(file);
}
