// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ELF core header (stub/elfcore.c).
 *
 * proof_elfcore	Any memory, each read anew, any address; an arena of any size up to 48 bytes, so
 *			that headers of more than 3 segments find no room. What is read is sound: at
 *			least one range, none of them upside down, all in the arena, and the header's
 *			own extent does not wrap.
 */
#include "elfcore.h"
#include "proof.h"

void proof_elfcore(void)
{
	static struct handoff_range memory[3];
	uint64_t size = nondet_u64(), address = nondet_u64();
	struct elfcore core;
	struct arena arena;
	size_t any = nondet_size();

	assume(size <= sizeof(memory));
	arena_init(&arena, memory, phys(0x100000), size);
	if (elfcore_read(&core, phys(address), &arena) != HANDOFF_OK)
		return;
	prove(core.address.pa == address && range_fits(address, core.size));
	prove(core.loads == memory && arena.used <= size);
	prove(core.load_count >= 1 && core.load_count <= size / sizeof(*core.loads));
	assume(any < core.load_count);
	prove(memory[any].first <= memory[any].last);
}
