// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - the machine beneath, as bad as can be: whatever is read may be anything, each time anew
 *
 * What the stub hands in is held to machine.h: destinations writable, sources readable, registers
 * aligned. A read may fail. The clock goes on by at least TICK at each look, so that polls end.
 */
#include "machine.h"

#include "machine_model.h"
#include "proof.h"

uint32_t machine_writes;

bool machine_read(phys_t from, void *to, size_t size)
{
	prove(__CPROVER_w_ok(to, size));
	if (!range_fits(from.pa, size) || nondet_bool())
		return false;
	anything(to, size);
	return true;
}

bool machine_write(phys_t to, const void *from, size_t size)
{
	prove(__CPROVER_r_ok(from, size));
	machine_writes++;
	return range_fits(to.pa, size) && nondet_bool();
}

uint32_t machine_mmio_read32(phys_t base, uint32_t offset)
{
	(void)base;
	prove(offset % 4 == 0);
	return nondet_u32();
}

uint64_t machine_mmio_read64(phys_t base, uint32_t offset)
{
	(void)base;
	prove(offset % 8 == 0);
	return nondet_u64();
}

void machine_mmio_write32(phys_t base, uint32_t offset, uint32_t value)
{
	(void)base;
	(void)value;
	prove(offset % 4 == 0);
}

void machine_flush(const void *data, size_t size)
{
	prove(__CPROVER_r_ok(data, size));
}

void machine_fence(void)
{
}

uint64_t machine_ticks(void)
{
	static uint64_t now;
	uint64_t step = nondet_u64();

	assume(step >= TICK && step <= 1ull << 40 && now <= 1ull << 60);
	now += step;
	return now;
}

uint32_t machine_ticks_per_us(void)
{
	return 1;
}

void machine_relax(void)
{
}

void machine_console(const char *text, size_t size)
{
	prove(__CPROVER_r_ok(text, size));
}
