/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dump.h - the crashed kernel's memory, in a crash dump
 *
 * dump_kdumpfile.c reads dumps with libkdumpfile. That comes as a shared library only, so the
 * static command for a kdump initramfs has dump_none.c in its place: all but this.
 */
#ifndef DUMP_H
#define DUMP_H

#include <stdbool.h>
#include <stdint.h>

struct dump;

/*
 * Runs `run`, which may use all of the below on the dump at `path`, in a process of its own, and
 * returns its exit status: libkdumpfile 0.5.1 does not bear every malformed dump. One that brings
 * the process down has told so on stderr, and is CLI_MISUSED like any other.
 */
int dump_guard(const char *path, int (*run)(void *context), void *context);

/*
 * Opens the dump at `path`: ELF or kdump-compressed. NULL if that fails: then it has said why on
 * stderr, and *status is the exit status.
 */
struct dump *dump_open(const char *path, int *status);

/* Reads the page at physical `address`, a multiple of its size. False if the dump has none. */
bool dump_page(struct dump *dump, uint64_t address, uint64_t entries[512]);

/* A number of vmcoreinfo: "SYMBOL(_stext)", hexadecimal, or "NUMBER(phys_base)", decimal. */
bool dump_number(struct dump *dump, const char *key, uint64_t *value);

/* NULL will do. */
void dump_close(struct dump *dump);

#endif /* DUMP_H */
