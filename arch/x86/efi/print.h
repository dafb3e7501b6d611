/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * print.h - as much of <stdio.h> as the EFI applications and what they share with tools/ need
 *
 * fprintf(), fputs(), fputc(), fwrite(), snprintf() and vsnprintf() behave as in C, but for:
 * floating point, which is missing, and the FILE, which counts for nothing: all goes where
 * print_to() says.
 */
#ifndef PRINT_H
#define PRINT_H

#include <stddef.h>

/* `put` gets text in pieces of any size, which do not end in a NUL. */
void print_to(void (*put)(const char *text, size_t size));

__attribute__((format(printf, 1, 2)))
void print(const char *format, ...);

#endif /* PRINT_H */
