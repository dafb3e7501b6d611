// SPDX-License-Identifier: GPL-2.0-only
#include "queue.h"

#include "command.h"
#include "machine.h"
#include "state.h"
#include "vet.h"
#include "vtd.h"

bool queue_alloc(struct relay *relay, struct unit *unit)
{
	unit->queue = arena_alloc_zeroed(&relay->arena, PAGE_SIZE, PAGE_SIZE);
	unit->status = arena_alloc_zeroed(&relay->arena, 64, 64);
	return unit->queue && unit->status;
}

bool queue_is_ours(const struct unit *unit)
{
	return unit->report->flags & HANDOFF_UNIT_QI;
}

/* Bytes a descriptor: scalable mode wants 256 bits, the upper half 0. */
static uint32_t width(const struct unit *unit)
{
	return unit->report->old_iqa & VTD_IQA_DW ? 32 : 16;
}

static bool is_drained(const struct unit *unit)
{
	return (unit_read64(unit, VTD_IQH) & VTD_IQ_OFFSET) == (unit_read64(unit, VTD_IQT) & VTD_IQ_OFFSET);
}

/* A Wait that writes its number to unit->status when all before it has been done. */
static void make_wait(const struct relay *relay, const struct unit *unit, uint64_t *descriptor)
{
	descriptor[0] = VTD_QI_WAIT | VTD_QI_WAIT_SW | VTD_QI_WAIT_FN | VTD_QI_WAIT_DATA(unit->waits);
	descriptor[1] = arena_phys(&relay->arena, unit->status).pa;
}

/*
 * The unit stopped at a descriptor that it takes for none (FSTS.IQE), and fetches no other until
 * that is told to be cleared (VT-d spec 6.5.2.10). What stands behind it may be dropped, since
 * everything is going to be invalidated: a Wait takes its place and becomes the last one.
 */
static bool end_at_error(const struct relay *relay, const struct unit *unit)
{
	uint64_t size = PAGE_SIZE << (unit->report->old_iqa & VTD_IQA_QS);
	uint64_t base = unit->report->old_iqa & PAGE_MASK;
	uint64_t head = unit_read64(unit, VTD_IQH) & VTD_IQ_OFFSET, wait[4] = { 0 };
	phys_t at;

	if (head % width(unit) || head >= size || !range_fits(base, size))
		return false;
	at = phys(base + head);
	if (vet_beyond(at.pa, unit->host_width) || !ram_is_crashed(&relay->ram, at, width(unit)))
		return false;
	make_wait(relay, unit, wait);
	if (!machine_write(at, wait, width(unit)))
		return false;
	unit_write64(unit, VTD_IQT, (head + width(unit)) % size);
	unit_write32(unit, VTD_FSTS, VTD_FSTS_IQE);
	return true;
}

/*
 * Let the unit come to the end of the crashed kernel's queue. Errors of devices (ICE, ITE) stop it
 * as well, and need no more than to be cleared; each turn has its time, all share one deadline.
 */
static bool drain(const struct relay *relay, const struct unit *unit)
{
	uint64_t deadline = 0;
	bool ended = false;

	while (!is_drained(unit)) {
		uint32_t errors = unit_read32(unit, VTD_FSTS) & VTD_FSTS_QUEUE;

		if (errors & VTD_FSTS_IQE) {
			if (ended || !end_at_error(relay, unit))
				return false;
			ended = true;
		} else if (errors) {
			unit_write32(unit, VTD_FSTS, errors);
		}
		if (!command_poll(relay, &deadline))
			return false;
	}
	return true;
}

/* With the queue off: point the unit at `address` and switch on again. */
static bool start(const struct relay *relay, struct unit *unit, uint64_t address, uint64_t tail)
{
	unit_write64(unit, VTD_IQT, tail);
	unit_write64(unit, VTD_IQA, address);
	return command(relay, unit, VTD_G_QIE, 0, VTD_G_QIE, VTD_G_QIE);
}

static uint64_t our_iqa(const struct relay *relay, const struct unit *unit)
{
	return arena_phys(&relay->arena, unit->queue).pa | (unit->report->old_iqa & VTD_IQA_DW);
}

/* With the queue off: ours on. If it does not start the unit gets its old one back. */
static bool start_ours(const struct relay *relay, struct unit *unit)
{
	unit->tail = 0;
	if (start(relay, unit, our_iqa(relay, unit), 0))
		return true;
	command(relay, unit, 0, VTD_G_QIE, VTD_G_QIE, 0);
	start(relay, unit, unit->report->old_iqa, 0);
	return false;
}

bool queue_take_over(const struct relay *relay, struct unit *unit)
{
	if (!queue_is_ours(unit))
		return true;
	return drain(relay, unit) && command(relay, unit, 0, VTD_G_QIE, VTD_G_QIE, 0) &&
	       start_ours(relay, unit);
}

bool queue_resume(const struct relay *relay, struct unit *unit)
{
	if (!queue_is_ours(unit))
		return true;
	if (!(unit_read32(unit, VTD_GSTS) & VTD_G_QIE))
		return start_ours(relay, unit);
	return unit_read64(unit, VTD_IQA) == our_iqa(relay, unit);
}

static void add(struct unit *unit, uint64_t low, uint64_t high)
{
	uint64_t *descriptor = unit->queue + unit->tail / sizeof(uint64_t);

	descriptor[0] = low;
	descriptor[1] = high;
	machine_flush(descriptor, width(unit));
	unit->tail += width(unit);	/* only now: all before the tail is whole, wherever we are cut short */
}

/* Hand what was added to the unit, with a Wait behind it, and wait for that. */
static bool submit(const struct relay *relay, struct unit *unit)
{
	const volatile uint32_t *status = unit->status;
	uint64_t wait[2], deadline = 0;

	unit->waits++;		/* one that an exception kept us from waiting for may still be written */
	make_wait(relay, unit, wait);
	add(unit, wait[0], wait[1]);
	unit_write64(unit, VTD_IQT, unit->tail);
	while (*status != unit->waits)
		if (unit_read32(unit, VTD_FSTS) & VTD_FSTS_IQE || !command_poll(relay, &deadline))
			return false;
	return true;
}

static bool queued(const struct relay *relay, struct unit *unit, uint64_t descriptor)
{
	add(unit, descriptor, 0);
	return submit(relay, unit);
}

bool queue_invalidate_contexts(const struct relay *relay, struct unit *unit)
{
	if (queue_is_ours(unit))
		return queued(relay, unit, VTD_QI_CONTEXT_GLOBAL);
	unit_write64(unit, VTD_CCMD, VTD_CCMD_ICC | VTD_CCMD_GLOBAL);
	return command_wait_clear(relay, unit, VTD_CCMD, VTD_CCMD_ICC);
}

bool queue_invalidate_iotlb(const struct relay *relay, struct unit *unit)
{
	bool writes = unit->cap & VTD_CAP_DWD, reads = unit->cap & VTD_CAP_DRD;
	uint32_t iotlb = (uint32_t)VTD_ECAP_IRO(unit->ecap) + VTD_IOTLB;

	if (queue_is_ours(unit))
		return queued(relay, unit, VTD_QI_IOTLB_GLOBAL | (writes ? VTD_QI_IOTLB_DW : 0) |
					   (reads ? VTD_QI_IOTLB_DR : 0));
	unit_write64(unit, iotlb, VTD_IOTLB_IVT | VTD_IOTLB_GLOBAL | (writes ? VTD_IOTLB_DW : 0) |
				  (reads ? VTD_IOTLB_DR : 0));
	return command_wait_clear(relay, unit, iotlb, VTD_IOTLB_IVT);
}

bool queue_invalidate_pasids(const struct relay *relay, struct unit *unit)
{
	return queued(relay, unit, VTD_QI_PASID_GLOBAL);
}

bool queue_invalidate_interrupts(const struct relay *relay, struct unit *unit)
{
	return queue_is_ours(unit) && queued(relay, unit, VTD_QI_IEC_GLOBAL);
}

bool queue_finish(const struct relay *relay, struct unit *unit)
{
	return !queue_is_ours(unit) || submit(relay, unit);
}
