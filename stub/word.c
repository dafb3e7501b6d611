// SPDX-License-Identifier: GPL-2.0-only
#include "word.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct word word_next(const char **at)
{
	struct word word;
	bool quoted = false;

	while (is_space(**at))
		(*at)++;
	word.text = *at;
	while (**at && (quoted || !is_space(**at))) {
		if (**at == '"')
			quoted = !quoted;
		(*at)++;
	}
	word.size = (size_t)(*at - word.text);
	return word;
}

/* A freestanding build has memcmp() and its kin, but no strlen(). */
static size_t length(const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;
	return size;
}

bool word_equals(struct word word, const char *text)
{
	return word.size == length(text) && !memcmp(word.text, text, word.size);
}

bool word_has_name(struct word word, const char *name, struct word *value)
{
	size_t size = length(name);

	if (word.size < size || memcmp(word.text, name, size))
		return false;
	*value = (struct word){ word.text + size, word.size - size };
	return true;
}

bool word_take_decimal(struct word *word, uint64_t *value)
{
	size_t digits = 0;

	*value = 0;
	for (; digits < word->size && word->text[digits] >= '0' && word->text[digits] <= '9'; digits++) {
		uint64_t digit = (uint64_t)(word->text[digits] - '0');

		if (*value > (UINT64_MAX - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	word->text += digits;
	word->size -= digits;
	return digits > 0;
}

static bool hex_digit(char c, uint64_t *digit)
{
	if (c >= '0' && c <= '9')
		*digit = (uint64_t)(c - '0');
	else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		*digit = (uint64_t)((c | 0x20) - 'a' + 10);
	else
		return false;
	return true;
}

static bool take_hex_digits(struct word *word, uint64_t *value)
{
	size_t digits = 0;
	uint64_t digit;

	*value = 0;
	for (; digits < word->size && hex_digit(word->text[digits], &digit); digits++) {
		if (*value >> 60)
			return false;
		*value = *value << 4 | digit;
	}
	word->text += digits;
	word->size -= digits;
	return digits > 0;
}

bool word_take_memory(struct word *word, uint64_t *value)
{
	unsigned int shift = 0;

	if (word->size > 2 && word->text[0] == '0' && (word->text[1] | 0x20) == 'x') {
		word->text += 2;
		word->size -= 2;
		if (!take_hex_digits(word, value))
			return false;
	} else if (!word_take_decimal(word, value)) {
		return false;
	}
	if (word->size) {
		switch (word->text[0] | 0x20) {
		case 'k': shift = 10; break;
		case 'm': shift = 20; break;
		case 'g': shift = 30; break;
		case 't': shift = 40; break;
		}
	}
	if (shift) {
		word->text++;
		word->size--;
	}
	if (shift && *value >> (64 - shift))
		return false;
	*value <<= shift;
	return true;
}

bool word_take_hex(struct word *word, uint64_t *value)
{
	if (word->size && word->text[0] == '+') {
		word->text++;
		word->size--;
	}
	if (word->size > 1 && word->text[0] == '0' && (word->text[1] | 0x20) == 'x') {
		word->text += 2;
		word->size -= 2;
	}
	return take_hex_digits(word, value);
}
