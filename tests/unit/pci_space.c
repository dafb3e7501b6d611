// SPDX-License-Identifier: GPL-2.0-only
#include "pci_space.h"

#include <limits.h>

#include "testing.h"

#include "pci_regs.h"

#define MOST_FUNCTIONS	512u
#define MOST_WINDOWS	8u
#define SPACE		4096u

static struct {
	uint16_t segment, source;
	uint8_t *space;
} functions[MOST_FUNCTIONS];
static unsigned int function_count;

static struct mcfg_entry windows[MOST_WINDOWS];
static unsigned int window_count;

static unsigned long reads, last_read, trapping_read;
static jmp_buf *trap_to;
static bool no_ports;

void space_reset(void)
{
	while (function_count)
		free(functions[--function_count].space);
	window_count = 0;
	reads = 0;
	last_read = ULONG_MAX;
	trap_to = NULL;
	no_ports = false;
}

void space_window(struct build *b, uint64_t base, uint16_t segment, uint8_t first, uint8_t last)
{
	struct mcfg_entry entry = { .base = base, .segment = segment, .start_bus = first, .end_bus = last };

	assert_true(window_count < MOST_WINDOWS);
	windows[window_count++] = entry;
	build_mcfg(b, &entry);
}

uint8_t *space_add(uint16_t segment, uint16_t source)
{
	uint8_t *space = calloc(1, SPACE);

	assert_true(space && function_count < MOST_FUNCTIONS && !space_find(segment, source));
	functions[function_count].segment = segment;
	functions[function_count].source = source;
	functions[function_count++].space = space;
	space_put(space, PCI_ID, 0x12348086, 4);
	return space;
}

uint8_t *space_find(uint16_t segment, uint16_t source)
{
	for (unsigned int i = 0; i < function_count; i++)
		if (functions[i].segment == segment && functions[i].source == source)
			return functions[i].space;
	return NULL;
}

void space_put(uint8_t *space, unsigned int offset, uint32_t value, unsigned int size)
{
	memcpy(space + offset, &value, size);
}

uint8_t *space_add_bridge(uint16_t segment, uint16_t source, uint8_t secondary)
{
	uint8_t *space = space_add(segment, source);

	space_put(space, PCI_HEADER_TYPE, PCI_HEADER_BRIDGE << 16, 4);
	space_put(space, PCI_CLASS, 0x06040000, 4);
	space_put(space, PCI_BUSES, (uint32_t)secondary << 16 | (uint32_t)secondary << 8 | source >> 8, 4);
	return space;
}

void space_express(uint8_t *space, unsigned int type)
{
	space[6] |= 0x10;		/* status: a capability list */
	space[PCI_LIST] = 0x40;
	space_put(space, 0x40, PCI_CAP_EXPRESS | 2 << 16 | type << 20, 4);
}

void space_aer(uint8_t *space, uint32_t uncorrectable, uint32_t correctable)
{
	space_put(space, 0x100, PCI_EXT_AER | 2 << 16, 4);
	space_put(space, 0x100 + PCI_AER_UNCORRECTABLE, uncorrectable, 4);
	space_put(space, 0x100 + PCI_AER_CORRECTABLE, correctable, 4);
}

void space_dies_after(unsigned long more)
{
	last_read = reads + more;
}

void space_traps_after(unsigned long more, jmp_buf *trap)
{
	trapping_read = reads + more;
	trap_to = trap;
}

unsigned long space_reads(void)
{
	return reads;
}

void space_close_ports(void)
{
	no_ports = true;
}

static uint32_t read_function(uint16_t segment, uint16_t source, unsigned int offset)
{
	const uint8_t *space = space_find(segment, source);
	uint32_t value = PCI_NOTHING;

	assert_int_equal(offset % 4, 0);
	if (trap_to && reads == trapping_read)
		longjmp(*trap_to, 1);
	if (reads++ < last_read && space)
		memcpy(&value, space + offset, sizeof(value));
	return value;
}

bool space_read(uint64_t address, uint32_t *value)
{
	for (unsigned int i = 0; i < window_count; i++) {
		uint64_t first = windows[i].base + ((uint64_t)windows[i].start_bus << 20);
		uint64_t last = windows[i].base + ((uint64_t)windows[i].end_bus << 20) + 0xfffff;

		if (address >= first && address <= last) {
			*value = read_function(windows[i].segment, (uint16_t)((address - windows[i].base) >> 12),
					       address & 0xfff);
			return true;
		}
	}
	return false;
}

uint32_t space_read_by_ports(uint8_t bus, uint8_t devfn, uint8_t offset)
{
	return no_ports ? PCI_NOTHING : read_function(0, (uint16_t)(bus << 8 | devfn), offset);
}
