// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tools/ takes from <string.h> beyond ../string.c.
 */
#include <stdint.h>
#include <string.h>

size_t strnlen(const char *text, size_t most)
{
	size_t size = 0;

	while (size < most && text[size])
		size++;
	return size;
}

size_t strlen(const char *text)
{
	return strnlen(text, SIZE_MAX);
}

int strcmp(const char *left, const char *right)
{
	while (*left && *left == *right)
		left++, right++;
	return (unsigned char)*left - (unsigned char)*right;
}

void *memchr(const void *memory, int value, size_t size)
{
	const unsigned char *at = memory;

	for (size_t i = 0; i < size; i++)
		if (at[i] == (unsigned char)value)
			return (void *)(at + i);
	return NULL;
}
