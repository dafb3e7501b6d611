// SPDX-License-Identifier: GPL-2.0-only
#include "print.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LINE	512	/* longest text of one print(); what is longer is cut */

static void (*put_out)(const char *text, size_t size);

FILE *stdout;		/* for those who ask: see print.h */

/* Where formatted text goes; `wanted` counts what found no room, too. */
struct target {
	char *text;
	size_t room;
	size_t wanted;
};

struct conversion {
	bool left, zeros, wide;
	int width, precision;	/* -1: none */
};

static void put(struct target *target, char c)
{
	if (target->wanted + 1 < target->room)
		target->text[target->wanted] = c;
	target->wanted++;
}

static void fill(struct target *target, char c, int count)
{
	while (count-- > 0)
		put(target, c);
}

static void put_field(struct target *target, const struct conversion *how, const char *text,
		      size_t size)
{
	int blanks = how->width - (int)size;

	if (!how->left)
		fill(target, how->zeros ? '0' : ' ', blanks);
	for (size_t i = 0; i < size; i++)
		put(target, text[i]);
	if (how->left)
		fill(target, ' ', blanks);
}

static void put_number(struct target *target, struct conversion *how, uint64_t value,
		       unsigned int base, bool negative)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative)
		digits[--at] = '-';
	put_field(target, how, digits + at, sizeof(digits) - at);
}

static int parse_number(const char **at, va_list *arguments)
{
	int value = 0;

	if (**at == '*') {
		++*at;
		return va_arg(*arguments, int);
	}
	while (**at >= '0' && **at <= '9')
		value = value * 10 + *(*at)++ - '0';
	return value;
}

/* From behind the '%' to the letter that says what it is; returns that letter's place. */
static const char *parse(const char *at, struct conversion *how, va_list *arguments)
{
	*how = (struct conversion){ .precision = -1 };
	for (;; at++) {
		if (*at == '-')
			how->left = true;
		else if (*at == '0')
			how->zeros = true;
		else
			break;
	}
	how->width = parse_number(&at, arguments);
	if (*at == '.') {
		at++;
		how->precision = parse_number(&at, arguments);
	}
	for (; *at == 'l' || *at == 'z' || *at == 'h'; at++)
		how->wide |= *at != 'h';
	return at;
}

static void convert(struct target *target, char letter, struct conversion *how, va_list *arguments)
{
	const char *text;
	int64_t number;
	char c;

	switch (letter) {
	case 's':
		text = va_arg(*arguments, const char *);
		put_field(target, how, text, how->precision < 0 ? strlen(text) :
						strnlen(text, (size_t)how->precision));
		break;
	case 'c':
		c = (char)va_arg(*arguments, int);
		put_field(target, how, &c, 1);
		break;
	case 'd':
	case 'i':
		number = how->wide ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);
		put_number(target, how, number < 0 ? -(uint64_t)number : (uint64_t)number, 10,
			   number < 0);
		break;
	case 'u':
	case 'x':
		put_number(target, how, how->wide ? va_arg(*arguments, uint64_t) :
						    va_arg(*arguments, unsigned int),
			   letter == 'x' ? 16 : 10, false);
		break;
	default:
		put(target, letter);
	}
}

int vsnprintf(char *restrict text, size_t room, const char *restrict format, va_list arguments)
{
	struct target target = { text, room, 0 };
	struct conversion how;
	va_list list;

	va_copy(list, arguments);
	for (; *format; format++) {
		if (*format != '%') {
			put(&target, *format);
			continue;
		}
		format = parse(format + 1, &how, &list);
		if (!*format)
			break;
		convert(&target, *format, &how, &list);
	}
	va_end(list);
	if (room)
		text[target.wanted < room ? target.wanted : room - 1] = '\0';
	return (int)target.wanted;
}

int snprintf(char *restrict text, size_t room, const char *restrict format, ...)
{
	va_list arguments;
	int wanted;

	va_start(arguments, format);
	wanted = vsnprintf(text, room, format, arguments);
	va_end(arguments);
	return wanted;
}

void print_to(void (*to)(const char *text, size_t size))
{
	put_out = to;
}

static int vprint(const char *format, va_list arguments)
{
	char line[LINE];
	int wanted = vsnprintf(line, sizeof(line), format, arguments);

	put_out(line, strlen(line));
	return wanted;
}

void print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprint(format, arguments);
	va_end(arguments);
}

int fprintf(FILE *restrict out, const char *restrict format, ...)
{
	va_list arguments;
	int wanted;

	(void)out;
	va_start(arguments, format);
	wanted = vprint(format, arguments);
	va_end(arguments);
	return wanted;
}

size_t fwrite(const void *restrict text, size_t size, size_t count, FILE *restrict out)
{
	(void)out;
	put_out(text, size * count);
	return count;
}

int fputs(const char *restrict text, FILE *restrict out)
{
	return (int)fwrite(text, 1, strlen(text), out);
}

int fputc(int c, FILE *out)
{
	char one = (char)c;

	return (int)fwrite(&one, 1, 1, out);
}
