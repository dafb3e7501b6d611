// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invalidation queue (stub/queue.c, command.c).
 *
 * proof_queue_submit	A unit that answers anything at any time, descriptors of either width, our queue at
 *			any place where a descriptor and its Wait still fit: whatever is asked of it,
 *			nothing is written but the two descriptors behind the tail, the second is a
 *			Wait that writes our status word, and the tail stands behind it.
 * proof_queue_run	From an empty queue, the most that the switch asks for, in its order: the tail
 *			stays in the ring's first half, so that all may be asked again after an
 *			exception, and everything ends.
 * proof_queue_drain	A crashed kernel's queue with any registers: taking over ends, and at most one
 *			descriptor of it is written, inside its ring and in the crashed kernel's RAM.
 *
 * The clock goes on by TICK at each look: polls end at the sixth.
 */
#include "../../stub/queue.c"

#include "machine_model.h"
#include "proof.h"

#define RING	(PAGE_SIZE / sizeof(uint64_t))

static uint64_t ring[RING];
static uint32_t status;
static struct relay relay;
static struct handoff_unit report;
static struct unit unit = { .report = &report, .queue = ring, .status = &status };
static uint64_t tail_written, crashed_at, crashed_size;

void machine_mmio_write64(phys_t base, uint32_t offset, uint64_t value)
{
	(void)base;
	if (offset == VTD_IQT)
		tail_written = value;
	status = nondet_u32();		/* done, or not, as it likes */
}

phys_t arena_phys(const struct arena *arena, const void *inside)
{
	(void)arena;
	return phys(inside == &status ? 0x200000 : 0x100000);
}

bool ram_is_crashed(const struct ram *ram, phys_t start, uint64_t size)
{
	(void)ram;
	crashed_at = start.pa;
	crashed_size = size;
	return nondet_bool();
}

static void some_unit(void)
{
	report = (struct handoff_unit){ .flags = nondet_u32(), .old_iqa = nondet_u64() };
	unit.cap = nondet_u64();
	unit.ecap = nondet_u64();
	unit.host_width = nondet_u8();
	assume(unit.host_width >= 1 && unit.host_width <= 64);
	relay.budget.ticks_per_us = 1;
}

void proof_queue_submit(void)
{
	uint64_t before[RING];
	uint32_t any = nondet_u32(), tail, step;

	some_unit();
	report.flags |= HANDOFF_UNIT_QI;
	step = report.old_iqa & VTD_IQA_DW ? 32 : 16;
	unit.tail = nondet_u32();
	assume(unit.tail <= PAGE_SIZE - 2 * step && unit.tail % step == 0);
	tail = unit.tail;
	assume(any < RING);
	before[any] = ring[any];
	queued(&relay, &unit, nondet_u64());
	prove(unit.tail == tail + 2 * step && tail_written == unit.tail);
	prove((ring[(tail + step) / 8] & 0xf) == VTD_QI_WAIT);
	prove(ring[(tail + step) / 8] & VTD_QI_WAIT_SW && ring[(tail + step) / 8 + 1] == 0x200000);
	prove(ring[any] == before[any] || (any >= tail / 8 && any < unit.tail / 8));
}

void proof_queue_run(void)
{
	some_unit();
	unit.tail = 0;
	queue_invalidate_contexts(&relay, &unit);
	queue_invalidate_pasids(&relay, &unit);
	queue_invalidate_iotlb(&relay, &unit);
	queue_invalidate_interrupts(&relay, &unit);
	queue_finish(&relay, &unit);
	prove(unit.tail <= sizeof(ring) / 2);
}

void proof_queue_drain(void)
{
	uint64_t size;

	some_unit();
	unit.tail = nondet_u32();
	queue_take_over(&relay, &unit);
	prove(machine_writes <= 1);
	if (!machine_writes)
		return;
	size = PAGE_SIZE << (report.old_iqa & 7);
	prove(crashed_size == (report.old_iqa & VTD_IQA_DW ? 32u : 16u));
	prove(crashed_at >= (report.old_iqa & PAGE_MASK));
	prove(crashed_at - (report.old_iqa & PAGE_MASK) + crashed_size <= size);
}
