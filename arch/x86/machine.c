// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - stub/machine.h on bare metal; clock.c and serial.c have the rest of it
 */
#include "machine.h"

#include <string.h>

#include "arch.h"
#include "cpu.h"
#include "paging.h"
#include "traps.h"

#define PCI_PORT_ADDRESS	0xcf8
#define PCI_PORT_DATA		0xcfc

static uintptr_t line_size = 64;	/* of the CPU caches */
static bool has_clflushopt;

void machine_init(void)
{
	uint32_t line = (cpuid(1).ebx >> 8 & 0xff) * 8;

	if (line)
		line_size = line;
	has_clflushopt = cpuid(7).ebx & 1u << 23;
	clock_init();
}

/* How much of [at, at + size) lies in `at`'s frame: the window shows one at a time. */
static size_t within_frame(uint64_t at, size_t size)
{
	uint64_t left = PAGING_FRAME - at % PAGING_FRAME;

	return size < left ? size : left;
}

bool machine_read(phys_t from, void *to, size_t size)
{
	char *out = to;

	if (!paging_reaches(from, size))
		return false;
	while (size) {
		size_t part = within_frame(from.pa, size);

		memcpy(out, paging_ram(from, false), part);
		out += part;
		from.pa += part;
		size -= part;
	}
	return true;
}

/*
 * A unit may walk the very entry: aligned quadwords are stored whole, so that it sees the old value
 * or the new one.
 */
static void store(void *to, const void *from, size_t size)
{
	char *out = to;
	const char *in = from;

	while (size >= 8 && (uintptr_t)out % 8 == 0) {
		uint64_t value;

		memcpy(&value, in, sizeof(value));
		*(volatile uint64_t *)out = value;
		out += 8;
		in += 8;
		size -= 8;
	}
	while (size--)
		*(volatile char *)out++ = *in++;
}

bool machine_write(phys_t to, const void *from, size_t size)
{
	const char *in = from;

	if (!paging_reaches(to, size))
		return false;
	while (size) {
		size_t part = within_frame(to.pa, size);
		void *out = paging_ram(to, true);

		store(out, in, part);
		machine_flush(out, part);
		in += part;
		to.pa += part;
		size -= part;
	}
	return true;
}

/* NULL where no register can be. */
static volatile void *register_at(phys_t base, uint32_t offset, uint32_t size)
{
	if (!paging_reaches(base, (uint64_t)offset + size))
		return NULL;
	return paging_mmio(phys(base.pa + offset));
}

/* A register that cannot be reads as a dead unit's. */
uint32_t machine_mmio_read32(phys_t base, uint32_t offset)
{
	volatile uint32_t *at = register_at(base, offset, sizeof(*at));

	return at ? *at : UINT32_MAX;
}

uint64_t machine_mmio_read64(phys_t base, uint32_t offset)
{
	volatile uint64_t *at = register_at(base, offset, sizeof(*at));

	return at ? *at : UINT64_MAX;
}

void machine_mmio_write32(phys_t base, uint32_t offset, uint32_t value)
{
	volatile uint32_t *at = register_at(base, offset, sizeof(*at));

	if (at)
		*at = value;
}

void machine_mmio_write64(phys_t base, uint32_t offset, uint64_t value)
{
	volatile uint64_t *at = register_at(base, offset, sizeof(*at));

	if (at)
		*at = value;
}

/* PCI Local Bus Specification 3.0, 3.2.2.3.2: the address, then the data. */
uint32_t machine_pci_read32(uint8_t bus, uint8_t devfn, uint8_t offset)
{
	outl(PCI_PORT_ADDRESS, 1u << 31 | (uint32_t)bus << 16 | (uint32_t)devfn << 8 | (offset & 0xfcu));
	return inl(PCI_PORT_DATA);
}

/*
 * clflushopt where there is one: its flushes of different lines go on side by side. clflush has
 * been in every 64-bit CPU. Either way the fence waits for the last one.
 */
void machine_flush(const void *data, size_t size)
{
	uintptr_t end = (uintptr_t)data + size;

	for (uintptr_t at = (uintptr_t)data & ~(line_size - 1); at < end; at += line_size) {
		if (has_clflushopt)
			asm volatile("clflushopt %0" : "+m"(*(volatile char *)at));
		else
			asm volatile("clflush %0" : "+m"(*(volatile char *)at));
	}
	machine_fence();
}

void machine_fence(void)
{
	asm volatile("mfence" : : : "memory");
}

uint64_t machine_ticks(void)
{
	return rdtsc();
}

uint64_t machine_nmis(void)
{
	return *(volatile uint64_t *)&nmi_count;
}

void machine_relax(void)
{
	asm volatile("pause");
}
