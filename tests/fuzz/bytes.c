// SPDX-License-Identifier: GPL-2.0-only
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "machine.h"

static const uint8_t *memory;
static size_t memory_size;
static unsigned long reads;

void bytes_set(const uint8_t *data, size_t size)
{
	memory = data;
	memory_size = size < BYTES_SIZE ? size : BYTES_SIZE;
	reads = 0;
}

unsigned long bytes_reads(void)
{
	return reads;
}

void bytes_arena(struct arena *arena, uint64_t size)
{
	static uint8_t *base;
	static uint64_t room;

	if (room != size) {
		free(base);
		base = aligned_alloc(PAGE_SIZE, size);
		room = size;
	}
	must(base);
	arena_init(arena, base, phys(0x75000000), size);
}

/* ---- stub/machine.h, as far as parsers use it ---- */

uint32_t machine_mmio_read32(phys_t base, uint32_t offset)
{
	uint32_t value = UINT32_MAX;

	must(offset % sizeof(value) == 0);
	machine_read(phys(base.pa + offset), &value, sizeof(value));
	return value;
}

uint32_t machine_pci_read32(uint8_t bus, uint8_t devfn, uint8_t offset)
{
	return machine_mmio_read32(phys(bus * 0x100u + devfn * 0x10u), offset);
}

static bool cpu_reaches(phys_t at, size_t size)
{
	return range_fits(at.pa, size) && !((at.pa + (size - 1)) >> BYTES_CPU_BITS);
}

static void read_part(size_t at, uint8_t *to, size_t size)
{
	size_t there = at < memory_size ? memory_size - at : 0;
	size_t part = there < size ? there : size;

	if (part)
		memcpy(to, memory + at, part);
	memset(to + part, 0, size - part);
}

bool machine_read(phys_t from, void *to, size_t size)
{
	uint8_t *bytes = to;

	reads++;
	if (!cpu_reaches(from, size))
		return false;
	while (size) {
		size_t at = from.pa % BYTES_SIZE;
		size_t part = BYTES_SIZE - at < size ? BYTES_SIZE - at : size;

		read_part(at, bytes, part);
		from.pa += part;
		bytes += part;
		size -= part;
	}
	return true;
}

bool machine_write(phys_t to, const void *from, size_t size)
{
	(void)from;
	return cpu_reaches(to, size);
}

void machine_fence(void)
{
}

uint64_t machine_ticks(void)
{
	static uint64_t ticks;

	return ++ticks;
}

uint64_t machine_nmis(void)
{
	return 0;
}

uint32_t machine_ticks_per_us(void)
{
	return 1;
}

bool machine_console_open(unsigned int port, uint32_t baud)
{
	must(port < 4 && baud);
	return true;
}

void machine_console(const char *text, size_t size)
{
	must(size && text[size - 1] == '\n');
}
