// SPDX-License-Identifier: GPL-2.0-only
/*
 * string.c - the functions that gcc takes for granted, even freestanding
 *
 * The string instructions, in quadwords as far as that goes: fast on any CPU, and eight times as
 * fast as bytes where an emulator takes each element in turn.
 */
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	void *out = to;
	size_t words = size / 8;

	asm volatile("rep movsq" : "+D"(out), "+S"(from), "+c"(words) : : "memory");
	size %= 8;
	asm volatile("rep movsb" : "+D"(out), "+S"(from), "+c"(size) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	char *out = (char *)to + size;
	const char *in = (const char *)from + size;

	if ((uintptr_t)to - (uintptr_t)from >= size)
		return memcpy(to, from, size);	/* not inside: forwards is safe */
	while (size--)
		*(volatile char *)--out = *--in;
	return to;
}

void *memset(void *to, int value, size_t size)
{
	void *out = to;
	uint64_t word = (uint8_t)value * 0x0101010101010101ull;
	size_t words = size / 8;

	asm volatile("rep stosq" : "+D"(out), "+c"(words) : "a"(word) : "memory");
	size %= 8;
	asm volatile("rep stosb" : "+D"(out), "+c"(size) : "a"(word) : "memory");
	return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const uint8_t *a = left;
	const uint8_t *b = right;

	for (size_t i = 0; i < size; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}
