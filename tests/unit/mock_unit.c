// SPDX-License-Identifier: GPL-2.0-only
#include "mock_unit.h"

#include "testing.h"

#include "cache.h"
#include "devices.h"
#include "fake.h"

/* QEMU's unit, but for MGAW (48 bits), both page widths, and drains. */
#define DEFAULT_CAP	(6ull | 6ull << 8 | 47ull << 16 | 0x22ull << 24 | 3ull << 34 | \
			 1ull << 39 | 1ull << 54 | 1ull << 55)
#define DEFAULT_ECAP	(VTD_ECAP_QI | VTD_ECAP_IR | VTD_ECAP_EIM | VTD_ECAP_PT | 0xfull << 8)

#define ONE_SHOTS	(VTD_G_SRTP | VTD_G_SIRTP | VTD_G_WBF | 1u << 29)
#define LASTING		(VTD_G_TE | VTD_G_QIE | VTD_G_IRE | VTD_G_CFI)

#define MAX_POSTED	16384u

static struct mock_unit units[MOCK_MAX_UNITS];
static unsigned int count;

/* Stores outside the arena, and what was there before: they may still be in a write buffer. */
static struct {
	uint64_t pa;
	size_t size;
	uint8_t before[16];
} posted[MAX_POSTED];
static unsigned int posted_count;

void mock_reset(void)
{
	for (unsigned int i = 0; i < count; i++)
		memory_picture_free(units[i].written);
	memset(units, 0, sizeof(units));
	count = 0;
	posted_count = 0;
}

struct mock_unit *mock_add(uint64_t base)
{
	struct mock_unit *unit = &units[count];

	assert_true(count < MOCK_MAX_UNITS);
	*unit = (struct mock_unit){
		.base = base,
		.cap = DEFAULT_CAP,
		.ecap = DEFAULT_ECAP,
		.index = count++,
		.version = 0x10,
	};
	return unit;
}

struct mock_unit *mock_find(uint64_t base)
{
	for (unsigned int i = 0; i < count; i++)
		if (units[i].base == base)
			return &units[i];
	return NULL;
}

struct mock_unit *mock_unit(unsigned int index)
{
	assert_true(index < count);
	return &units[index];
}

unsigned int mock_count(void)
{
	return count;
}

static void happened(struct mock_unit *unit, enum fake_event_type type, uint64_t value)
{
	fake_log(type, unit->index, 0, value);
	devices_run(unit);
}

/* ---- Memory ---- */

void mock_memory_written(uint64_t pa, const void *before, size_t size)
{
	assert_true(posted_count < MAX_POSTED && size <= sizeof(posted->before));
	posted[posted_count].pa = pa;
	posted[posted_count].size = size;
	memcpy(posted[posted_count++].before, before, size);
	for (unsigned int i = 0; i < count; i++)
		devices_run(&units[i]);
}

bool mock_was_written(uint64_t pa, uint64_t size)
{
	for (unsigned int i = 0; i < posted_count; i++)
		if (posted[i].pa < pa + size && pa < posted[i].pa + posted[i].size)
			return true;
	return false;
}

/* Take back, the newest first, what is still in the write buffer. */
static void unwrite(const struct mock_unit *unit, uint64_t pa, uint8_t *bytes, size_t size)
{
	for (unsigned int i = posted_count; i > unit->posted_seen; i--)
		for (size_t at = 0; at < posted[i - 1].size; at++)
			if (posted[i - 1].pa + at >= pa && posted[i - 1].pa + at - pa < size)
				bytes[posted[i - 1].pa + at - pa] = posted[i - 1].before[at];
}

bool mock_read_memory(const struct mock_unit *unit, uint64_t pa, void *to, size_t size)
{
	if (!(unit->cap & VTD_CAP_RWBF))
		return memory_get_by_unit(unit->ecap & VTD_ECAP_C, pa, to, size);
	if (memory_in_arena(pa, size)) {
		if (!unit->written || !memory_picture_get(unit->written, pa, to, size))
			memset(to, MEMORY_STALE, size);
		return true;
	}
	if (!memory_get(pa, to, size))
		return false;
	unwrite(unit, pa, to, size);
	return true;
}

static void empty_write_buffer(struct mock_unit *unit)
{
	memory_picture_free(unit->written);
	unit->written = memory_arena_picture(unit->ecap & VTD_ECAP_C);
	unit->posted_seen = posted_count;
}

/* ---- Invalidation ---- */

static bool is_scalable(uint64_t rtaddr)
{
	return VTD_RTADDR_TTM(rtaddr) == VTD_TTM_SCALABLE;
}

/* A unit need not drain of its own accord; one that cannot is not judged by it. */
static void forget_translations(struct mock_unit *unit, bool reads, bool writes)
{
	if (unit->cache)
		cache_drop(unit->cache, CACHE_IOTLB);
	devices_drain(unit, reads || !(unit->cap & VTD_CAP_DRD), writes || !(unit->cap & VTD_CAP_DWD));
}

static void forget(struct mock_unit *unit, enum cache_kind kind)
{
	if (unit->cache)
		cache_drop(unit->cache, kind);
}

/*
 * Between two Waits a unit may go about it in any order: in the worst, with devices in between that
 * fill one cache from the next that is still stale.
 */
static void reach_wait(struct mock_unit *unit)
{
	struct mock_asked *asked = &unit->asked;

	if (asked->iotlb)
		forget_translations(unit, asked->reads, asked->writes);
	devices_run(unit);
	if (asked->pasid)
		forget(unit, CACHE_PASID);
	devices_run(unit);
	if (asked->context)
		forget(unit, CACHE_CONTEXT);
	if (asked->interrupts)
		forget(unit, CACHE_INTERRUPT);
	*asked = (struct mock_asked){ .context = false };
}

static uint32_t pending_faults(const struct mock_unit *unit)
{
	uint32_t bits = unit->fsts;

	if (unit->iqh != unit->iqt)
		bits |= unit->queue_error;
	for (unsigned int i = 0; i < MOCK_MAX_FAULTS; i++)
		if (unit->fault[i][1] & VTD_FRCD_HIGH_F)
			bits |= VTD_FSTS_PPF;
	return bits;
}

/* What is no descriptor is an error of the queue, and if it is ours, of the test. */
static void refuse(struct mock_unit *unit, uint64_t low, uint64_t high)
{
	if (memory_in_arena(unit->iqa & PAGE_MASK, PAGE_SIZE))
		fail_msg("unit %u: descriptor %lx:%lx is none", unit->index, high, low);
	unit->fsts |= VTD_FSTS_IQE;
}

static void execute(struct mock_unit *unit, uint64_t low, uint64_t high)
{
	uint32_t status = (uint32_t)(low >> 32);

	unit->last_descriptor = low & 0xf;
	if (low == VTD_QI_CONTEXT_GLOBAL && !high) {
		unit->asked.context = true;
		happened(unit, EVENT_CONTEXT, low);
	} else if ((low & ~(VTD_QI_IOTLB_DW | VTD_QI_IOTLB_DR)) == VTD_QI_IOTLB_GLOBAL && !high) {
		unit->asked.iotlb = true;
		unit->asked.reads |= !!(low & VTD_QI_IOTLB_DR);
		unit->asked.writes |= !!(low & VTD_QI_IOTLB_DW);
		happened(unit, EVENT_IOTLB, low);
	} else if (low == (7 | 3 << 4) && !high && is_scalable(unit->rtaddr)) {
		unit->asked.pasid = true;
		happened(unit, EVENT_PASID, low);
	} else if (low == VTD_QI_IEC_GLOBAL && !high) {
		unit->asked.interrupts = true;
		happened(unit, EVENT_ENTRIES, low);
	} else if ((low & 0xf) == VTD_QI_WAIT && low & VTD_QI_WAIT_SW && !(high & 3)) {
		reach_wait(unit);
		memory_put_by_unit(unit->ecap & VTD_ECAP_C, high, &status, sizeof(status));
		happened(unit, EVENT_WAIT, high);
		unit->deaf_queue |= unit->deaf_after && !--unit->deaf_after;
	} else {
		refuse(unit, low, high);
	}
}

/*
 * A unit that does not snoop reads descriptors from memory, whatever the CPU's cache holds. With
 * IQA.DW they have 256 bits, the upper half reserved; scalable mode has no others. Nothing is
 * fetched as long as FSTS says that the queue or an invalidation is in error (6.5.2.10).
 */
static void run_queue(struct mock_unit *unit)
{
	uint64_t mask = (PAGE_SIZE << (unit->iqa & VTD_IQA_QS)) - 1;
	unsigned int width = unit->iqa & 1 << 11 ? 32 : 16;

	while (!unit->deaf_queue && unit->iqh != unit->iqt &&
	       !(pending_faults(unit) & (VTD_FSTS_IQE | VTD_FSTS_ITE))) {
		uint64_t at = (unit->iqa & PAGE_MASK) + unit->iqh, descriptor[4] = { 0 };

		if (is_scalable(unit->rtaddr) && width == 16)
			fail_msg("unit %u: 128-bit descriptors in scalable mode", unit->index);
		if (!memory_get_by_unit(unit->ecap & VTD_ECAP_C, at, descriptor, width))
			fail_msg("unit %u: queue at %#lx is not in memory", unit->index, at);
		if (descriptor[2] | descriptor[3])
			fail_msg("unit %u: descriptor's upper half is %lx:%lx", unit->index, descriptor[3],
				 descriptor[2]);
		execute(unit, descriptor[0], descriptor[1]);
		if (!(unit->fsts & VTD_FSTS_IQE))
			unit->iqh = (unit->iqh + width) & mask;
	}
}

/* Asked for both at once, in the worse order. */
static void finish_register_invalidation(struct mock_unit *unit)
{
	if (unit->deaf_registers)
		return;
	if (unit->iotlb & VTD_IOTLB_IVT) {
		unit->iotlb &= ~VTD_IOTLB_IVT;
		forget_translations(unit, unit->iotlb & VTD_IOTLB_DR, unit->iotlb & VTD_IOTLB_DW);
		happened(unit, EVENT_IOTLB, unit->iotlb);
	}
	if (unit->ccmd & VTD_CCMD_ICC) {
		unit->ccmd &= ~VTD_CCMD_ICC;
		forget(unit, CACHE_CONTEXT);
		happened(unit, EVENT_CONTEXT, unit->ccmd);
	}
}

/* ---- Commands ---- */

static void latch_root(struct mock_unit *unit)
{
	unit->root = unit->rtaddr;
	unit->gsts |= VTD_G_SRTP;
	if (unit->cap & VTD_CAP_ESRTPS) {
		forget(unit, CACHE_CONTEXT);
		forget(unit, CACHE_PASID);
		forget_translations(unit, true, true);
	}
	happened(unit, EVENT_SRTP, unit->root);
}

static void latch_interrupts(struct mock_unit *unit)
{
	unit->irt = unit->irta;
	unit->gsts |= VTD_G_SIRTP;
	if (unit->cap & VTD_CAP_ESIRTPS)
		forget(unit, CACHE_INTERRUPT);
	happened(unit, EVENT_SIRTP, unit->irt);
}

static void turn_queue(struct mock_unit *unit, bool on)
{
	if (on && unit->deaf_queue_on) {
		unit->pending |= VTD_G_QIE;
	} else if (on) {
		unit->gsts |= VTD_G_QIE;
		unit->iqh = 0;
		unit->last_descriptor = 0;
		happened(unit, EVENT_QUEUE_ON, unit->iqa);
	} else if (unit->iqh == unit->iqt && unit->last_descriptor == VTD_QI_WAIT) {
		unit->gsts &= ~VTD_G_QIE;
		unit->iqh = 0;
		happened(unit, EVENT_QUEUE_OFF, 0);
	}
}

/* SIRTP "must be performed before enabling or re-enabling" (11.4.4.1); and what is cached must be of the new table. */
static void turn_remapping(struct mock_unit *unit, bool on)
{
	if (on && unit->irt != unit->irta)
		fail_msg("unit %u: interrupt remapping turned on before SIRTP", unit->index);
	if (on && unit->asked.interrupts)
		fail_msg("unit %u: interrupt remapping turned on before the entry cache is empty", unit->index);
	unit->gsts = on ? unit->gsts | VTD_G_IRE : unit->gsts & ~VTD_G_IRE;
	happened(unit, on ? EVENT_REMAPPING_ON : EVENT_REMAPPING_OFF, unit->irt);
}

bool mock_passes_compatibility(const struct mock_unit *unit)
{
	if (!(unit->gsts & VTD_G_IRE) || unit->no_cfi)
		return true;
	return !(unit->irt & VTD_IRTA_EIME) && unit->gsts & VTD_G_CFI;
}

enum mock_interrupt mock_remap(const struct mock_unit *unit, uint32_t handle)
{
	struct vtd_entry128 entry;

	if (!(unit->gsts & VTD_G_IRE))
		return MOCK_RAW;
	if (handle >= VTD_IRTA_ENTRIES(unit->irt) ||
	    !mock_read_memory(unit, (unit->irt & VTD_IRTA_ADDRESS) + handle * sizeof(entry), &entry, sizeof(entry)))
		return MOCK_FAULT;	/* 21h, 23h: recorded whatever the entry says */
	if (entry.lo & VTD_IRTE_P)
		return MOCK_DELIVERED;
	return entry.lo & VTD_IRTE_FPD ? MOCK_BLOCKED : MOCK_FAULT;
}

static void finish_command(struct mock_unit *unit)
{
	uint32_t todo = unit->pending & ~unit->deaf;

	unit->pending &= ~todo;
	if (todo & VTD_G_SRTP)
		latch_root(unit);
	if (todo & VTD_G_SIRTP)
		latch_interrupts(unit);
	if (todo & VTD_G_WBF) {
		unit->gsts &= ~VTD_G_WBF;
		empty_write_buffer(unit);
		happened(unit, EVENT_WBF, 0);
	}
	if (todo & VTD_G_QIE)
		turn_queue(unit, unit->wanted & VTD_G_QIE);
	if (todo & VTD_G_IRE)
		turn_remapping(unit, unit->wanted & VTD_G_IRE);
	if (todo & VTD_G_CFI && !unit->no_cfi)
		unit->gsts ^= VTD_G_CFI;
}

/* Time passes for the unit whenever one of its registers is read. */
static void go_on(struct mock_unit *unit)
{
	if (unit->countdown) {
		unit->countdown--;
		return;
	}
	finish_command(unit);
	finish_register_invalidation(unit);
	if (unit->gsts & VTD_G_QIE)
		run_queue(unit);
}

static void write_gcmd(struct mock_unit *unit, uint32_t value)
{
	uint32_t changed = (value ^ unit->gsts) & LASTING;
	uint32_t command = changed | (value & ONE_SHOTS);

	if (changed & VTD_G_TE)
		fail_msg("unit %u: GCMD %08x changes TE (GSTS %08x)", unit->index, value, unit->gsts);
	if (!command && unit->pending & LASTING) {
		unit->pending &= ~LASTING;	/* withdrawn before it was carried out */
		return;
	}
	if (!command || command & (command - 1))
		fail_msg("unit %u: GCMD %08x is not one command (GSTS %08x)", unit->index, value, unit->gsts);
	if (unit->pending & ~unit->deaf & ~(unit->deaf_queue_on ? VTD_G_QIE : 0))
		fail_msg("unit %u: GCMD %08x while another command is under way", unit->index, value);
	unit->pending = command;
	unit->wanted = value;
	if (command & VTD_G_SRTP)
		unit->gsts &= ~VTD_G_SRTP;
	if (command & VTD_G_SIRTP)
		unit->gsts &= ~VTD_G_SIRTP;
	if (command & VTD_G_WBF)
		unit->gsts |= VTD_G_WBF;
}

/* ---- Registers ---- */

static uint32_t fault_offset(const struct mock_unit *unit, unsigned int i)
{
	return (uint32_t)VTD_CAP_FRO(unit->cap) + i * VTD_FRCD_SIZE;
}

static uint64_t *fault_register(struct mock_unit *unit, uint32_t offset)
{
	uint32_t first = fault_offset(unit, 0);

	if (offset < first || (offset - first) % 8 || offset - first >= VTD_CAP_NFR(unit->cap) * 16 ||
	    offset - first >= sizeof(unit->fault))
		return NULL;
	return &unit->fault[(offset - first) / 16][(offset - first) % 16 / 8];
}

static uint64_t read_register(struct mock_unit *unit, uint32_t offset, unsigned int *size)
{
	uint32_t iotlb = (uint32_t)VTD_ECAP_IRO(unit->ecap) + VTD_IOTLB;
	uint64_t *fault = fault_register(unit, offset);

	*size = 8;
	if (fault)
		return *fault;
	if (offset == iotlb)
		return unit->iotlb;
	switch (offset) {
	case VTD_CAP:	 return unit->cap;
	case VTD_ECAP:	 return unit->ecap;
	case VTD_RTADDR: return unit->rtaddr;
	case VTD_CCMD:	 return unit->ccmd;
	case VTD_IQH:	 return unit->iqh;
	case VTD_IQT:	 return unit->iqt;
	case VTD_IQA:	 return unit->iqa;
	case VTD_IQERCD: return unit->iqercd;
	case VTD_IRTA:	 return unit->irta;
	}
	*size = 4;
	switch (offset) {
	case VTD_VER:	 return unit->version;
	case VTD_GSTS:	 return unit->gsts;
	case VTD_FSTS:	 return pending_faults(unit);
	case VTD_FECTL:	 return unit->fectl;
	case VTD_IECTL:	 return unit->iectl;
	case VTD_PECTL:	 return unit->pectl;
	case VTD_PMEN:	 return unit->pmen;
	}
	fail_msg("unit %u: read of register %#x", unit->index, offset);
	return 0;
}

uint64_t mock_read(struct mock_unit *unit, uint32_t offset, unsigned int size)
{
	unsigned int width;
	uint64_t value;

	if (unit->dead)
		return ~0ull;
	go_on(unit);
	value = read_register(unit, offset, &width);
	if (width != size)
		fail_msg("unit %u: %u-byte read of %u-byte register %#x", unit->index, size, width, offset);
	return value;
}

static void write_root(struct mock_unit *unit, uint64_t value)
{
	if (unit->gsts & VTD_G_TE && VTD_RTADDR_TTM(value) != VTD_RTADDR_TTM(unit->rtaddr))
		fail_msg("unit %u: table mode changed while translation is on", unit->index);
	if (unit->pending & VTD_G_SRTP & ~unit->deaf)
		fail_msg("unit %u: RTADDR written while SRTP is under way", unit->index);
	unit->rtaddr = value;
}

static void write_interrupts(struct mock_unit *unit, uint64_t value)
{
	if (unit->gsts & VTD_G_IRE && (value ^ unit->irta) & (VTD_IRTA_EIME | 0xf))
		fail_msg("unit %u: interrupt table changed its mode or size", unit->index);
	unit->irta = value;
}

static void write_queue(struct mock_unit *unit, uint32_t offset, uint64_t value)
{
	if (offset == VTD_IQA) {
		if (unit->gsts & VTD_G_QIE)
			fail_msg("unit %u: IQA written while the queue is on", unit->index);
		if (unit->pending & VTD_G_QIE)
			fail_msg("unit %u: IQA written while the queue is being turned on", unit->index);
		unit->iqa = value;
		return;
	}
	if (value >= PAGE_SIZE << (unit->iqa & VTD_IQA_QS) || value % 16)
		fail_msg("unit %u: IQT %#lx is outside the queue", unit->index, value);
	unit->iqt = value;
}

static void write_invalidation(struct mock_unit *unit, uint32_t offset, uint64_t value)
{
	if (unit->gsts & VTD_G_QIE)
		fail_msg("unit %u: register invalidation while the queue is on", unit->index);
	if (offset == VTD_CCMD) {
		if (value != (VTD_CCMD_ICC | VTD_CCMD_GLOBAL))
			fail_msg("unit %u: CCMD %#lx is not a global invalidation", unit->index, value);
		unit->ccmd = value;
		return;
	}
	if ((value & ~(VTD_IOTLB_DR | VTD_IOTLB_DW)) != (VTD_IOTLB_IVT | VTD_IOTLB_GLOBAL))
		fail_msg("unit %u: IOTLB %#lx is not a global invalidation", unit->index, value);
	unit->iotlb = value;
}

static unsigned int write_register(struct mock_unit *unit, uint32_t offset, uint64_t value)
{
	uint64_t *fault = fault_register(unit, offset);

	if (fault) {
		if (value & VTD_FRCD_HIGH_F)
			*fault &= ~VTD_FRCD_HIGH_F;
		return 8;
	}
	if (offset == VTD_ECAP_IRO(unit->ecap) + VTD_IOTLB) {
		write_invalidation(unit, offset, value);
		return 8;
	}
	switch (offset) {
	case VTD_GCMD:	 write_gcmd(unit, (uint32_t)value); return 4;
	case VTD_FSTS:
		unit->fsts = (unit->fsts & ~(uint32_t)(value & VTD_FSTS_CLEAR)) | unit->late_error;
		unit->late_error = 0;
		return 4;
	case VTD_FECTL:	 unit->fectl = (uint32_t)value; return 4;
	case VTD_IECTL:	 unit->iectl = (uint32_t)value; return 4;
	case VTD_PECTL:	 unit->pectl = (uint32_t)value; return 4;
	case VTD_RTADDR: write_root(unit, value); return 8;
	case VTD_IRTA:	 write_interrupts(unit, value); return 8;
	case VTD_IQA:
	case VTD_IQT:	 write_queue(unit, offset, value); return 8;
	case VTD_CCMD:	 write_invalidation(unit, offset, value); return 8;
	}
	fail_msg("unit %u: write of %#lx to register %#x", unit->index, value, offset);
	return 0;
}

void mock_write(struct mock_unit *unit, uint32_t offset, uint64_t value, unsigned int size)
{
	unsigned int width;

	fake_log(EVENT_WRITE, unit->index, offset, value);
	if (unit->dead)
		return;
	width = write_register(unit, offset, value);
	if (width != size)
		fail_msg("unit %u: %u-byte write of %u-byte register %#x", unit->index, size, width, offset);
	unit->countdown = unit->delay;
	if (!unit->delay)
		go_on(unit);
}

void mock_check_settled(const struct mock_unit *unit)
{
	if (unit->pending & ~unit->deaf)
		fail_msg("unit %u: command %08x is still under way", unit->index, unit->pending);
	if (unit->gsts & VTD_G_QIE && (unit->iqh != unit->iqt || unit->last_descriptor != VTD_QI_WAIT))
		fail_msg("unit %u: the queue does not end in a Wait that was reached", unit->index);
}
