/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - lines of text for the engineer: into the handoff's log section and to the console
 */
#ifndef LOG_H
#define LOG_H

#include "report.h"

/*
 * One line, without its newline. Formats: %s, %c, %u, %x, the last two also with `l` (64 bits) and
 * a zero-padded width of one digit or two ("%02x"). Longer than LOG_LINE characters is cut.
 */
#define LOG_LINE	160
__attribute__((format(printf, 2, 3)))
void log_line(struct report *report, const char *format, ...);

#endif /* LOG_H */
