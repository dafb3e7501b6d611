/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmcore.h - the handoff in a crash dump
 *
 * The adopting kdump kernel adds the sealed part of the handoff to /proc/vmcore as a device dump,
 * an ELF note (docs/kernel.md). libkdumpfile 0.5 shows no notes but those that it knows. So the few
 * fields that lead to the notes are read here, and with them alone `dmarelay inspect` needs no
 * library; memory in a dump is dump.h's.
 */
#ifndef VMCORE_H
#define VMCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "problem.h"

/* By a file's first bytes: is it a dump, of a form that is read here or not? */
bool vmcore_recognised(const uint8_t *data, size_t size);

enum vmcore_result {
	VMCORE_FOUND,
	VMCORE_ABSENT,		/* a sound dump without the note */
	VMCORE_MALFORMED,	/* `problem` says where */
};

/*
 * Where in the dump open at `fd`, a file that can seek, the handoff lies: [*start, *start + *size).
 * Only the notes' headers are read, and at most a fixed number of them.
 */
enum vmcore_result vmcore_find_handoff(int fd, uint64_t *start, uint64_t *size,
				       struct problem *problem);

#endif /* VMCORE_H */
