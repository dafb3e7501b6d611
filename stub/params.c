// SPDX-License-Identifier: GPL-2.0-only
#include "params.h"

#include <string.h>

#include "log.h"

/* A stretch of the command line. */
struct word {
	const char *text;
	size_t size;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next word at or behind *at; size 0 at the end. Linux lets "double quotes" hold spaces. */
static struct word next_word(const char **at)
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

static bool equals(struct word word, const char *text)
{
	return word.size == length(text) && !memcmp(word.text, text, word.size);
}

/* If `word` begins with `name` (which ends in '='), leave its value in *value. */
static bool has_name(struct word word, const char *name, struct word *value)
{
	size_t size = length(name);

	if (word.size < size || memcmp(word.text, name, size))
		return false;
	*value = (struct word){ word.text + size, word.size - size };
	return true;
}

/* Decimal digits from the front of *word; false if there are none or they exceed 64 bits. */
static bool take_decimal(struct word *word, uint64_t *value)
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

static bool take_hex(struct word *word, uint64_t *value)
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

/* A number as Linux' memparse() reads it: decimal or 0x hexadecimal, then perhaps K, M, G or T. */
static bool take_memory(struct word *word, uint64_t *value)
{
	unsigned int shift = 0;

	if (word->size > 2 && word->text[0] == '0' && (word->text[1] | 0x20) == 'x') {
		word->text += 2;
		word->size -= 2;
		if (!take_hex(word, value))
			return false;
	} else if (!take_decimal(word, value)) {
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

static bool parse_console(struct params *params, struct word value)
{
	uint64_t baud = 115200;
	unsigned int port;

	if (equals(value, "off")) {
		params->console = false;
		return true;
	}
	if (value.size < 5 || memcmp(value.text, "ttyS", 4) || value.text[4] < '0' || value.text[4] > '3')
		return false;
	port = (unsigned int)(value.text[4] - '0');
	value.text += 5;
	value.size -= 5;
	if (value.size) {
		if (value.text[0] != ',')
			return false;
		value.text++;
		value.size--;
		if (!take_decimal(&value, &baud) || value.size || !baud || baud > 115200 ||
		    115200 % baud)
			return false;
	}
	params->console = true;
	params->console_port = port;
	params->console_baud = (uint32_t)baud;
	return true;
}

static bool parse_budget(struct params *params, struct word value)
{
	uint64_t ms;

	if (!take_decimal(&value, &ms) || value.size || ms < PARAMS_BUDGET_MIN || ms > PARAMS_BUDGET_MAX)
		return false;
	params->budget_ms = (uint32_t)ms;
	return true;
}

static bool parse_policy(struct params *params, struct word value)
{
	if (equals(value, "keep"))
		params->policy = POLICY_KEEP;
	else if (equals(value, "off"))
		params->policy = POLICY_OFF;
	else
		return false;
	return true;
}

static bool parse_bad(struct params *params, struct word value)
{
	if (equals(value, "sink"))
		params->bad = BAD_SINK;
	else if (equals(value, "block"))
		params->bad = BAD_BLOCK;
	else
		return false;
	return true;
}

static bool parse_pasid(struct params *params, struct word value)
{
	if (equals(value, "keep"))
		params->pasid = PASID_KEEP;
	else if (equals(value, "drop"))
		params->pasid = PASID_DROP;
	else
		return false;
	return true;
}

/* Linux accepts elfcorehdr=[SIZE@]ADDRESS; the size says nothing that the ELF header does not. */
static bool parse_elfcorehdr(struct params *params, struct word value)
{
	uint64_t address;

	if (!take_memory(&value, &address))
		return false;
	if (value.size && value.text[0] == '@') {
		value.text++;
		value.size--;
		if (!take_memory(&value, &address))
			return false;
	}
	if (value.size)
		return false;
	params->elfcorehdr_given = true;
	params->elfcorehdr = address;
	return true;
}

static void complain(struct report *report, struct word word, const char *expected)
{
	char text[64];
	size_t size = word.size < sizeof(text) - 1 ? word.size : sizeof(text) - 1;

	memcpy(text, word.text, size);
	text[size] = '\0';
	log_line(report, "%s: expected %s; the default stays", text, expected);
}

static void parse_word(struct params *params, struct word word, struct report *report)
{
	struct word value;

	if (has_name(word, "dmarelay.policy=", &value)) {
		if (!parse_policy(params, value))
			complain(report, word, "keep or off");
	} else if (has_name(word, "dmarelay.bad=", &value)) {
		if (!parse_bad(params, value))
			complain(report, word, "sink or block");
	} else if (has_name(word, "dmarelay.pasid=", &value)) {
		if (!parse_pasid(params, value))
			complain(report, word, "keep or drop");
	} else if (has_name(word, "dmarelay.log=", &value)) {
		if (!parse_console(params, value))
			complain(report, word, "ttyS0 to ttyS3, perhaps with ,BAUD, or off");
	} else if (has_name(word, "dmarelay.budget=", &value)) {
		if (!parse_budget(params, value))
			complain(report, word, "1 to 60000 milliseconds");
	} else if (has_name(word, "elfcorehdr=", &value)) {
		if (!parse_elfcorehdr(params, value))
			complain(report, word, "[SIZE@]ADDRESS");
	} else if (has_name(word, "dmarelay.", &value) && !has_name(word, "dmarelay.test=", &value)) {
		complain(report, word, "policy, bad, pasid, log or budget");
	}
}

void params_parse(struct params *params, const char *command_line, struct report *report)
{
	struct word word;

	*params = (struct params){
		.policy = POLICY_KEEP,
		.bad = BAD_SINK,
		.pasid = PASID_KEEP,
		.budget_ms = PARAMS_BUDGET_DEFAULT,
	};
	while ((word = next_word(&command_line)).size) {
		if (equals(word, "--"))		/* what follows is for init */
			break;
		parse_word(params, word, report);
	}
}
