// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words and numbers of the command line (stub/word.c), and what becomes of them (stub/params.c).
 *
 * proof_word		Any text of up to 5 characters: words lie in it, one behind the other, hold no
 *			space outside quotes, and end; equality and names look at no byte beyond.
 * proof_number		Any word of up to 6 characters: what is taken is taken from its front, and a
 *			decimal number is the sum of its digits. Any suffix; no bit is lost.
 * proof_number_long	Numbers around 2^64, with any suffix: taken exactly, or not at all.
 * proof_params		Any value of up to 8 characters for a choice, the budget, elfcorehdr=, acpi_rsdp= or a complaint:
 *			nothing is read beyond it, and what is set is a value that the stub was written for.
 * proof_params_console	The same for dmarelay.log=.
 */
#include "../../stub/params.c"

#include "proof.h"

#define LINE	5u
#define VALUE	8u

void log_line(struct report *report, const char *format, ...)
{
	(void)report;
	prove(__CPROVER_r_ok(format, 1));
}

void proof_word(void)
{
	char text[LINE + 1];
	const char *at = text;
	struct word word, value;

	text[LINE] = '\0';
	do {
		const char *before = at;

		word = word_next(&at);
		prove(word.text >= before && word.text + word.size == at && at <= text + LINE);
		prove(word.size == 0 || (word.text[0] != ' ' && word.text[0] != '\t'));
		prove(word.size || !*at);
		if (word_has_name(word, "ab=", &value)) {
			prove(value.text == word.text + 3 && value.size == word.size - 3);
			prove(word.text[0] == 'a' && word.text[2] == '=');
		}
		if (word_equals(word, "--"))
			prove(word.size == 2 && word.text[0] == '-' && word.text[1] == '-');
	} while (word.size);
}

static uint64_t digits_of(const char *text, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	return value;
}

void proof_number(void)
{
	char text[6];
	struct word word = { text, nondet_size() }, left;
	uint64_t value;

	assume(word.size <= sizeof(text));
	left = word;
	if (word_take_decimal(&left, &value)) {
		prove(left.text > text && left.text + left.size == text + word.size);
		prove(value == digits_of(text, (size_t)(left.text - text)));
		prove(!left.size || left.text[0] < '0' || left.text[0] > '9');
	} else {
		prove(!word.size || text[0] < '0' || text[0] > '9');
	}
	left = word;
	if (word_take_memory(&left, &value)) {
		prove(left.text > text && left.text + left.size == text + word.size);
		prove(left.text[-1] != 'T' || (value & 0xffffffffffull) == 0);
		prove(left.text[-1] != 'k' || (value & 0x3ff) == 0);
	}
}

/* The number that `prefix` and 3 more characters make, in full: against what 64 bits hold. */
static void take_long(const char *prefix, size_t size)
{
	unsigned __int128 exact = 0;
	char text[21];
	struct word word = { text, size + 3 };
	uint64_t value;

	for (size_t i = 0; i < size + 3; i++) {
		text[i] = i < size ? prefix[i] : nondet_char();
		assume(i + 1 == size + 3 || (text[i] >= '0' && text[i] <= '9'));
		if (text[i] >= '0' && text[i] <= '9')
			exact = exact * 10 + (unsigned int)(text[i] - '0');
	}
	switch (text[size + 2] | 0x20) {
	case 'k': exact <<= 10; break;
	case 'm': exact <<= 20; break;
	case 'g': exact <<= 30; break;
	case 't': exact <<= 40; break;
	}
	if (word_take_memory(&word, &value))
		prove(word.size || value == exact);
	else
		prove(exact > UINT64_MAX);
}

void proof_number_long(void)
{
	take_long("184467440737095516", 18);
	take_long("167772", 6);
}

static char value_text[VALUE];

static struct word some_value(void)
{
	for (size_t i = 0; i < VALUE; i++)
		value_text[i] = nondet_char();
	return (struct word){ value_text, VALUE - (nondet_bool() ? 0 : nondet_u8() % VALUE) };
}

void proof_params_console(void)
{
	struct params params = { .console = false };

	if (parse_console(&params, some_value()) && params.console) {
		prove(params.console_port <= 3);
		prove(params.console_baud && 115200 % params.console_baud == 0);
	}
}

void proof_params(void)
{
	struct params params = { .policy = POLICY_KEEP };
	struct report report;

	if (parse_choice(some_value(), "keep\0drop\0", &params.policy))
		prove(params.policy <= 1);
	else
		prove(params.policy == POLICY_KEEP);
	if (parse_budget(&params, some_value()))
		prove(params.budget_ms >= PARAMS_BUDGET_MIN && params.budget_ms <= PARAMS_BUDGET_MAX);
	if (parse_elfcorehdr(&params, some_value()))
		prove(params.elfcorehdr_given);
	if (!parse_acpi_rsdp(&params, some_value()))
		prove(!params.acpi_rsdp);
	complain(&report, some_value(), "");
}
