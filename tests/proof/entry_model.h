/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry_model.h - what stands beneath context, PASID and interrupt entries; included by one harness
 *
 * The models keep what the headers promise: a domain's tables are copied or it is refused, a report
 * may be full, a sink may find no room, crashed RAM is wherever ram_is_crashed() says.
 */
#include "domain.h"
#include "domain_id.h"
#include "fence.h"
#include "proof.h"
#include "quarantine.h"
#include "rmrr.h"
#include "state.h"

#define SINK		0x90000000ull		/* page n of a sink is SINK + n pages */
#define OWN_SINK	0xa0000000ull

static struct relay relay;
static struct handoff_unit unit_report;
static struct unit unit = { .report = &unit_report };
static struct handoff_domain domain;
static struct translation wanted;	/* what domain_take() was last asked for */
static bool taken;
static phys_t crashed;			/* what ram_is_crashed() last said yes to */
static uint64_t crashed_size;
static struct handoff_record record;
static unsigned int records;

bool ram_is_crashed(const struct ram *ram, phys_t start, uint64_t size)
{
	(void)ram;
	if (!range_fits(start.pa, size) || nondet_bool())
		return false;
	crashed = start;
	crashed_size = size;
	return true;
}

bool quarantine(struct report *report, const struct handoff_record *bad)
{
	(void)report;
	record = *bad;
	records++;
	return nondet_bool();
}

bool quarantine_in_place(struct report *report, const struct handoff_record *bad)
{
	prove(bad->in_place);
	return quarantine(report, bad);
}

static inline void make_unit(void)
{
	unit.cap = nondet_u64();
	unit.ecap = nondet_u64();
	unit.host_width = nondet_u8();
	assume(unit.host_width >= 1 && unit.host_width <= 64);
	relay.params.bad = nondet_bool() ? BAD_SINK : BAD_BLOCK;
	relay.params.pasid = nondet_bool() ? PASID_KEEP : PASID_DROP;
	relay.params.policy = nondet_bool() ? POLICY_KEEP : POLICY_ISOLATE;
	relay.params.faults = nondet_bool() ? FAULTS_KEEP : FAULTS_MUTE;
	for (unsigned int page = 0; page <= SINK_LEVELS; page++)
		relay.sink.page[page] = phys(SINK + page * PAGE_SIZE);
	taken = false;
	records = 0;
}

/* The spec's widths (AW): 30, 39, 48, 57 bits are bits 0 to 3 of SAGAW. */
static inline bool width_is_there(uint64_t aw)
{
	return aw <= 3 && unit.cap >> 8 >> aw & 1;
}

static inline uint32_t domain_ids(void)
{
	return 1u << (4 + 2 * ((unit.cap & 7) == 7 ? 6 : unit.cap & 7));
}
