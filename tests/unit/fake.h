/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fake.h - the fake machine behind stub/machine.h: memory.h's memory, mock_unit.h's units,
 * pci_space.h's functions, a clock that moves when it is looked at, and a log of all that happened to
 * the hardware, in order
 */
#ifndef FAKE_H
#define FAKE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory.h"
#include "mock_unit.h"

enum fake_event_type {
	EVENT_WRITE = 1,	/* a register: offset, value */
	EVENT_FLUSH,		/* arena lines written back: offset = into the arena, value = size */
	EVENT_MEND,		/* machine_write(): value = physical address */
	/* what a unit did, when it did it */
	EVENT_SRTP,		/* latched RTADDR: value */
	EVENT_SIRTP,		/* latched IRTA: value */
	EVENT_WBF,
	EVENT_QUEUE_ON,		/* value = IQA */
	EVENT_QUEUE_OFF,
	EVENT_CONTEXT,		/* global invalidation of the context cache, by queue or register */
	EVENT_PASID,		/* of the PASID cache */
	EVENT_IOTLB,		/* of the IOTLB: value = the descriptor or register */
	EVENT_ENTRIES,		/* of the interrupt entry cache */
	EVENT_WAIT,		/* value = status address */
	EVENT_REMAPPING_ON,	/* of interrupts: value = IRTA as latched */
	EVENT_REMAPPING_OFF,
	EVENT_JUMP,		/* the clock jumped */
};

struct fake_event {
	enum fake_event_type type;
	unsigned int unit;	/* index; 0 where it does not apply */
	uint32_t offset;
	uint64_t value;
};

struct fake {
	/* set by tests */
	uint32_t ticks_per_us;
	uint32_t measured_per_us;	/* what measuring the clock will say; 0: the same */
	uint64_t ticks_per_look;	/* the clock moves so much at each machine_ticks() */
	uint64_t jump_at;		/* at this call of machine_ticks() (1 = the first) ... */
	uint64_t jump;			/* ... it moves so much more; 0 = never */
	unsigned int cpu_bits;		/* machine_read() beyond these fails */
	uint64_t nmis;			/* that came so far */
	uint32_t apic_id;
	bool x2apic_stays;
	bool no_interrupt;		/* in compatibility format arrives, whatever the units do */
	uint64_t read_only;		/* machine_write() to this page has no effect; 0: none */
	bool no_console;
	jmp_buf *trap;			/* at this access to the machine since (1 = the next), an exception: ... */
	uint64_t trap_in;		/* ... the stub is cut short, before the access has an effect ... */
	bool trap_late;			/* ... or behind it */
	bool open_bus;			/* where no unit is, registers read as all ones, and fail no test */

	/* what happened */
	uint64_t ticks, looks, accesses;	/* accesses: reads of memory are none */
	struct fake_event *events;
	size_t event_count, event_room;
	char console[65536];
	size_t console_size;
	unsigned int console_port;
	uint32_t console_baud;
	bool console_open;
};

extern struct fake fake;

/* A new machine: no memory, no units, nothing logged, default behaviour. */
void fake_reset(void);

void fake_log(enum fake_event_type type, unsigned int unit, uint32_t offset, uint64_t value);

/* How many events of `type` (of any unit), and the position of the nth (0 = first); -1: none such. */
size_t fake_count(enum fake_event_type type);
long fake_nth(enum fake_event_type type, size_t nth);

/* Was any register written? The promise is that none is before relay_commit(). */
bool fake_hardware_touched(void);

#endif /* FAKE_H */
