// SPDX-License-Identifier: GPL-2.0-only
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>

bool problem_at(struct problem *problem, uint64_t offset, const char *format, ...)
{
	va_list args;

	problem->offset = offset;
	va_start(args, format);
	vsnprintf(problem->text, sizeof(problem->text), format, args);
	va_end(args);
	return false;
}
