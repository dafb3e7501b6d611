// SPDX-License-Identifier: GPL-2.0-only
/*
 * paging.h's windows where there is no need for any: UEFI maps all memory one to one (UEFI
 * specification 2.3.4). With these, machine.c serves the EFI applications as it is.
 */
#include "cpu.h"
#include "paging.h"
#include "traps.h"

#define CPUID_ADDRESS_SIZES	0x80000008u
#define LEAST_ADDRESS_BITS	36u		/* of a CPU without that leaf */

uint64_t nmi_count;	/* UEFI's own handler has them */

bool paging_reaches(phys_t at, uint64_t size)
{
	uint32_t bits = cpuid(CPUID_ADDRESS_SIZES).eax & 0xff;
	uint64_t reach = 1ull << (bits ? bits : LEAST_ADDRESS_BITS);

	return at.pa <= reach && size <= reach - at.pa;
}

void *paging_ram(phys_t at, bool writable)
{
	(void)writable;
	return (void *)(uintptr_t)at.pa;
}

volatile void *paging_mmio(phys_t at)
{
	return (volatile void *)(uintptr_t)at.pa;
}
