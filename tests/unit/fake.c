// SPDX-License-Identifier: GPL-2.0-only
#include "fake.h"

#include "testing.h"

#include "machine.h"
#include "pci_space.h"

#define RELAX_US	10	/* one turn of a poll */

struct fake fake;

void fake_reset(void)
{
	struct fake_event *events = fake.events;
	size_t room = fake.event_room;

	memory_reset();
	mock_reset();
	space_reset();
	fake = (struct fake){
		.ticks_per_us = 100,
		.ticks_per_look = 10,
		.ticks = 1000000,
		.cpu_bits = 46,
		.events = events,
		.event_room = room,
	};
}

void fake_log(enum fake_event_type type, unsigned int unit, uint32_t offset, uint64_t value)
{
	if (fake.event_count == fake.event_room) {
		fake.event_room = fake.event_room ? 2 * fake.event_room : 1024;
		fake.events = realloc(fake.events, fake.event_room * sizeof(*fake.events));
	}
	fake.events[fake.event_count++] = (struct fake_event){ type, unit, offset, value };
}

size_t fake_count(enum fake_event_type type)
{
	size_t count = 0;

	for (size_t i = 0; i < fake.event_count; i++)
		count += fake.events[i].type == type;
	return count;
}

long fake_nth(enum fake_event_type type, size_t nth)
{
	for (size_t i = 0; i < fake.event_count; i++)
		if (fake.events[i].type == type && nth-- == 0)
			return (long)i;
	return -1;
}

bool fake_hardware_touched(void)
{
	return fake_count(EVENT_WRITE) > 0;
}

/* ---- stub/machine.h ---- */

static void trap(bool late)
{
	jmp_buf *trap = fake.trap;

	if (!trap || late != fake.trap_late)
		return;
	if (--fake.trap_in)
		return;
	fake.trap = NULL;
	longjmp(*trap, 1);
}

/* As arch/x86/main.c's guards: an exception may come at any access, and before or behind its effect. */
static void access_begins(void)
{
	fake.accesses++;
	trap(false);
}

static void access_ends(void)
{
	trap(true);
}

static bool cpu_reaches(phys_t at, size_t size)
{
	return range_fits(at.pa, size) && (fake.cpu_bits == 64 || !((at.pa + (size - 1)) >> fake.cpu_bits));
}

bool machine_read(phys_t from, void *to, size_t size)
{
	if (!cpu_reaches(from, size))
		return false;
	if (!memory_get(from.pa, to, size))
		fail_msg("the stub read %zu bytes at %#lx, where there is no RAM", size, from.pa);
	return true;
}

#define PIECE	16u	/* as much as the mock unit's write buffer holds in one place */

static void write_piece(uint64_t to, const void *from, size_t size)
{
	uint8_t before[PIECE];

	if (!memory_get(to, before, size))
		fail_msg("the stub wrote %zu bytes at %#lx, where there is no RAM", size, to);
	memory_put(to, from, size);
	mock_memory_written(to, before, size);
}

bool machine_write(phys_t to, const void *from, size_t size)
{
	if (!cpu_reaches(to, size))
		return false;
	access_begins();
	fake_log(EVENT_MEND, 0, 0, to.pa);
	for (size_t done = 0, part; done < size; done += part) {
		part = size - done < PIECE ? size - done : PIECE;
		if (fake.read_only && ((to.pa + done) & PAGE_MASK) == fake.read_only)
			continue;
		write_piece(to.pa + done, (const uint8_t *)from + done, part);
	}
	access_ends();
	return true;
}

static struct mock_unit *unit_at(phys_t base, uint32_t offset)
{
	struct mock_unit *unit = mock_find(base.pa);

	if (!unit && !fake.open_bus)
		fail_msg("access to register %#x of a unit at %#lx, where there is none", offset, base.pa);
	return unit;
}

static uint64_t read_register(phys_t base, uint32_t offset, unsigned int size)
{
	struct mock_unit *unit = unit_at(base, offset);
	uint64_t value = UINT64_MAX;

	access_begins();
	if (unit)
		value = mock_read(unit, offset, size);
	access_ends();
	return value;
}

uint32_t machine_mmio_read32(phys_t base, uint32_t offset)
{
	uint32_t value;

	if (space_read(base.pa + offset, &value))
		return value;
	return (uint32_t)read_register(base, offset, 4);
}

uint32_t machine_pci_read32(uint8_t bus, uint8_t devfn, uint8_t offset)
{
	return space_read_by_ports(bus, devfn, offset);
}

uint64_t machine_mmio_read64(phys_t base, uint32_t offset)
{
	return read_register(base, offset, 8);
}

static void write_register(phys_t base, uint32_t offset, uint64_t value, unsigned int size)
{
	access_begins();
	mock_write(unit_at(base, offset), offset, value, size);
	access_ends();
}

void machine_mmio_write32(phys_t base, uint32_t offset, uint32_t value)
{
	write_register(base, offset, value, 4);
}

void machine_mmio_write64(phys_t base, uint32_t offset, uint64_t value)
{
	write_register(base, offset, value, 8);
}

void machine_flush(const void *data, size_t size)
{
	access_begins();
	memory_flush(data, size);
	access_ends();
	fake_log(EVENT_FLUSH, 0, 0, size);
}

void machine_fence(void)
{
}

uint64_t machine_ticks(void)
{
	access_begins();
	fake.ticks += fake.ticks_per_look;
	if (++fake.looks == fake.jump_at) {
		fake.ticks += fake.jump;
		fake_log(EVENT_JUMP, 0, 0, 0);
	}
	return fake.ticks;
}

uint32_t machine_ticks_per_us(void)
{
	return fake.ticks_per_us;
}

uint32_t machine_measure_clock(void)
{
	if (fake.measured_per_us)
		fake.ticks_per_us = fake.measured_per_us;
	return fake.ticks_per_us;
}

uint64_t machine_nmis(void)
{
	return fake.nmis;
}

uint32_t machine_apic_id(void)
{
	return fake.apic_id;
}

bool machine_x2apic_stays(void)
{
	return fake.x2apic_stays;
}

/* By the IO-APIC: any unit may be the one that it is behind. */
bool machine_interrupt_arrives(void)
{
	access_begins();
	for (unsigned int i = 0; i < mock_count(); i++)
		if (!mock_passes_compatibility(mock_unit(i)))
			return false;
	access_ends();
	return !fake.no_interrupt;
}

void machine_relax(void)
{
	access_begins();
	fake.ticks += (uint64_t)RELAX_US * fake.ticks_per_us;
}

bool machine_console_open(unsigned int port, uint32_t baud)
{
	fake.console_port = port;
	fake.console_baud = baud;
	fake.console_open = !fake.no_console;
	return fake.console_open;
}

void machine_console(const char *text, size_t size)
{
	if (fake.console_open && size < sizeof(fake.console) - fake.console_size) {
		memcpy(fake.console + fake.console_size, text, size);
		fake.console_size += size;
	}
}
