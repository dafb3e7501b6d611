/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elfcore.h - the ELF core header that kexec prepared for /proc/vmcore
 *
 * Its PT_LOAD segments list the crashed kernel's RAM by physical address. Source: System V ABI,
 * chapter 4 and 5 (ELF-64), and Linux' Documentation/admin-guide/kdump/kdump.rst (elfcorehdr=).
 */
#ifndef ELFCORE_H
#define ELFCORE_H

#include <stddef.h>

#include "arena.h"
#include "handoff.h"

struct elfcore {
	phys_t address;			/* of the ELF header */
	uint64_t size;			/* bytes of ELF and program headers */
	struct handoff_range *loads;	/* physical, as listed: unsorted, may overlap; in the arena */
	size_t load_count;		/* at least 1 */
};

/*
 * Read the header at `address`. HANDOFF_OK; HANDOFF_BAD_ELFCOREHDR if it is not an x86-64 ELF-64
 * core file with at least one sound PT_LOAD; HANDOFF_ARENA_TOO_SMALL.
 */
enum handoff_reason elfcore_read(struct elfcore *core, phys_t address, struct arena *arena);

#endif /* ELFCORE_H */
