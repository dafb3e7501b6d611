/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paging.h - the stub's own address space
 *
 *	[load, stub's end)	identity: text RX, rodata R, data and bss RW, stack guard not at all
 *	arena			identity, RW
 *	RAM_WINDOW, 1 GiB	512 slots of 2 MiB: any physical memory, write-back
 *	MMIO_WINDOW, 2 MiB	512 slots of 4 KiB: device registers, uncached
 *
 * Nothing else is mapped, so a stray pointer meets a page fault and not the inner kernel. Memory
 * encrypted with a key of its own (SME's C-bit, TDX, MKTME key ids) is out of scope: addresses are
 * taken as they are, without such bits.
 */
#ifndef PAGING_H
#define PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "entry.h"

/*
 * Build the address space and enter it; depart() in entry.asm leaves it. False if it cannot be
 * built: then nothing has changed. `arena_size` may be 0.
 */
bool paging_enter(const struct entry_state *entry, uint64_t arena, uint64_t arena_size);

/* True if the CPU can address all of [at, at + size). Valid after paging_enter(). */
bool paging_reaches(phys_t at, uint64_t size);

#define PAGING_FRAME	0x200000ull

/*
 * Where `at` can be accessed, up to the end of its 2 MiB frame. The pointer holds until the next
 * call. The caller has asked paging_reaches().
 */
void *paging_ram(phys_t at, bool writable);

/* The same for registers, up to the end of the 4 KiB page. */
volatile void *paging_mmio(phys_t at);

#endif /* PAGING_H */
