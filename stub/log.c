// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <stdarg.h>

#include "machine.h"

struct line {
	char text[LOG_LINE + 1];	/* and the newline */
	size_t size;
};

static void put(struct line *line, char c)
{
	if (line->size < LOG_LINE)
		line->text[line->size++] = c;
}

static void put_number(struct line *line, uint64_t value, unsigned int base, unsigned int width)
{
	char digits[20];	/* UINT64_MAX in decimal */
	unsigned int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (width > count) {
		put(line, '0');
		width--;
	}
	while (count)
		put(line, digits[--count]);
}

/* Formats one conversion; `at` points behind the '%'. Returns where the format goes on. */
static const char *put_conversion(struct line *line, const char *at, va_list *arguments)
{
	unsigned int width = 0;
	bool wide = false;

	while (*at >= '0' && *at <= '9')
		width = width * 10 + (unsigned int)(*at++ - '0');
	for (; *at == 'l'; at++)
		wide = true;

	switch (*at) {
	case 's':
		for (const char *s = va_arg(*arguments, const char *); *s; s++)
			put(line, *s);
		break;
	case 'c':
		put(line, (char)va_arg(*arguments, int));
		break;
	case 'u':
	case 'x':
		put_number(line, wide ? va_arg(*arguments, unsigned long) :
				       va_arg(*arguments, unsigned int),
			   *at == 'x' ? 16 : 10, width);
		break;
	case '\0':
		return at;
	default:
		put(line, *at);
	}
	return at + 1;
}

void log_line(struct report *report, const char *format, ...)
{
	struct line line = { .size = 0 };
	va_list arguments;

	va_start(arguments, format);
	while (*format) {
		if (*format == '%')
			format = put_conversion(&line, format + 1, &arguments);
		else
			put(&line, *format++);
	}
	va_end(arguments);
	line.text[line.size++] = '\n';

	report_log(report, line.text, line.size);
	machine_console(line.text, line.size);
}
