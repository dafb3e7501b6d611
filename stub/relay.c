// SPDX-License-Identifier: GPL-2.0-only
/*
 * The story of a crash. What stands before it (stack, page tables, traps) and after it (the node,
 * the jump) is the architecture's: arch/x86/main.c.
 */
#include "relay.h"

#include <string.h>

#include "absent.h"
#include "copy.h"
#include "discover.h"
#include "hide.h"
#include "log.h"
#include "machine.h"
#include "mend.h"
#include "state.h"
#include "survey.h"
#include "switch.h"
#include "version.h"

static struct relay the_relay;

/* Note how long the phase that ends here took. */
static void end_phase(struct relay *relay, enum handoff_phase phase)
{
	struct handoff_timing *timing = report_add(&relay->report, HANDOFF_TIMING);
	uint64_t now = machine_ticks();

	if (timing) {
		timing->phase = phase;
		timing->ticks_per_us = relay->budget.ticks_per_us;
		timing->ticks = now - relay->phase_start;
		timing->us = budget_us(&relay->budget, timing->ticks);
	}
	relay->phase_start = now;
}

/*
 * The times with the clock's true rate. Not before the switch, which is what ends a storm of DMA
 * faults: machine_measure_clock() says why.
 */
static void restate_times(struct relay *relay)
{
	uint32_t count = report_count(&relay->report, HANDOFF_TIMING);

	relay->budget.ticks_per_us = machine_measure_clock();
	for (uint32_t i = 0; i < count; i++) {
		struct handoff_timing *timing = report_entry(&relay->report, HANDOFF_TIMING, i);

		timing->ticks_per_us = relay->budget.ticks_per_us;
		timing->us = budget_us(&relay->budget, timing->ticks);
	}
}

/* Somebody calls for attention: a device whose access failed, memory that went bad, a watchdog. */
static void log_nmis(struct relay *relay)
{
	if (machine_nmis() != relay->nmis_told)
		log_line(&relay->report, "NMIs so far: %lu", machine_nmis());
	relay->nmis_told = machine_nmis();
}

static void seal(struct relay *relay, enum handoff_outcome outcome, enum handoff_reason reason)
{
	relay->outcome = outcome;
	relay->reason = reason;
	log_nmis(relay);
	relay->report.mode = relay->hide.mode;
	relay->report.hide_reason = relay->hide.reason;
	report_seal(&relay->report, outcome, reason);
}

bool relay_open(const struct relay_boot *boot)
{
	struct relay *relay = &the_relay;

	memset(relay, 0, sizeof(*relay));	/* hosts run more than once */
	relay->boot = *boot;
	relay->phase_start = boot->entry_ticks;
	relay->hide.reason = HANDOFF_HIDE_NOT_ASKED;
	arena_init(&relay->arena, boot->arena, boot->arena_phys, boot->arena_size);
	if (!report_init(&relay->report, &relay->arena)) {
		relay->report.header = NULL;
		return false;
	}
	params_parse(&relay->params, boot->command_line, &relay->report);
	budget_init(&relay->budget, boot->entry_ticks, relay->params.budget_ms);
	if (relay->params.console &&
	    !machine_console_open(relay->params.console_port, relay->params.console_baud))
		log_line(&relay->report, "dmarelay.log: no serial port there");
	log_line(&relay->report, "dmarelay " STUB_VERSION ": arena %lx, %lu KiB", boot->arena_phys.pa,
		 boot->arena_size >> 10);
	end_phase(relay, HANDOFF_PHASE_ARRIVE);
	return true;
}

/* Reasons that say "nothing to do here"; the others mean that we gave up. */
static bool is_idle(enum handoff_reason reason)
{
	return reason == HANDOFF_POLICY_OFF || reason == HANDOFF_NO_DMAR || reason == HANDOFF_NO_UNITS ||
	       reason == HANDOFF_NO_ACTIVE_UNIT;
}

static enum handoff_reason prepare(struct relay *relay)
{
	enum handoff_reason reason;

	if (relay->params.policy == POLICY_OFF)
		return HANDOFF_POLICY_OFF;
	reason = discover(relay);
	end_phase(relay, HANDOFF_PHASE_DISCOVER);
	if (reason != HANDOFF_OK)
		return reason;
	reason = copy_tables(relay);
	end_phase(relay, HANDOFF_PHASE_COPY);
	return reason;
}

bool relay_prepare(void)
{
	struct relay *relay = &the_relay;
	enum handoff_reason reason = prepare(relay);

	if (reason != HANDOFF_OK) {
		log_line(&relay->report, "nothing is switched, reason %u", reason);
		if (is_idle(reason))
			restate_times(relay);
		seal(relay, is_idle(reason) ? HANDOFF_IDLE : HANDOFF_ABANDONED, reason);
		return false;
	}
	/*
	 * Complete before the hardware is touched: should the run end here, this stands. Twice, since the
	 * time that sealing took is itself under the seal.
	 */
	seal(relay, HANDOFF_SWITCHED, HANDOFF_NO_UNIT_SWITCHED);
	end_phase(relay, HANDOFF_PHASE_SEAL);
	seal(relay, HANDOFF_SWITCHED, HANDOFF_NO_UNIT_SWITCHED);
	return true;
}

/* Only now: what is copied must not wait for a device that does not answer. */
void relay_survey(void)
{
	struct relay *relay = &the_relay;

	if (relay->params.pci == PCI_OFF)
		return;
	survey(relay);
	absent_sink(relay);
	end_phase(relay, HANDOFF_PHASE_SURVEY);
	seal(relay, relay->outcome, relay->reason);
}

void relay_survey_cut(void)
{
	seal(&the_relay, the_relay.outcome, the_relay.reason);
}

void relay_hide_prepare(void)
{
	hide_prepare(&the_relay);
	if (the_relay.hide.reason == HANDOFF_HIDE_NOT_ASKED)
		return;
	end_phase(&the_relay, HANDOFF_PHASE_HIDE);
	seal(&the_relay, the_relay.outcome, the_relay.reason);
}

void relay_commit(void)
{
	switch_begin(&the_relay);
	mend_in_place(&the_relay);
	switch_all(&the_relay);
	relay_conclude();
}

void relay_resume(void)
{
	log_line(&the_relay.report, "the switch was cut short: units whose pointers were written are completed");
	switch_begin(&the_relay);
	switch_resume(&the_relay);
	relay_conclude();
}

/*
 * What is the whole run's: a switched unit's reason, since its switch is not complete, or that an exception
 * left a unit as it was. Other reasons to leave one are the unit's own affair, unless all were left.
 */
static enum handoff_reason switch_reason(const struct relay *relay)
{
	enum handoff_reason left = HANDOFF_OK;
	bool any = false;

	for (uint32_t i = 0; i < relay->unit_count; i++) {
		const struct handoff_unit *unit = relay->units[i].report;

		if (unit->flags & HANDOFF_UNIT_DMA_SWITCHED && unit->dma_reason)
			return (enum handoff_reason)unit->dma_reason;
		if (unit->flags & HANDOFF_UNIT_IR_SWITCHED && unit->ir_reason)
			return (enum handoff_reason)unit->ir_reason;
		any |= unit->flags & (HANDOFF_UNIT_DMA_SWITCHED | HANDOFF_UNIT_IR_SWITCHED);
		if (unit->dma_reason == HANDOFF_EXCEPTION || unit->ir_reason == HANDOFF_EXCEPTION)
			left = HANDOFF_EXCEPTION;
	}
	return any ? left : HANDOFF_NO_UNIT_SWITCHED;
}

/* Once commitment has begun the arena stays reserved: a unit may hold our queue, if nothing else. */
void relay_conclude(void)
{
	enum handoff_reason reason = switch_reason(&the_relay);

	if (reason != HANDOFF_OK)
		log_line(&the_relay.report, "the switch is not complete, reason %u", reason);
	end_phase(&the_relay, HANDOFF_PHASE_SWITCH);
	restate_times(&the_relay);
	seal(&the_relay, HANDOFF_SWITCHED, reason);
}

static void tell_mode(struct relay *relay)
{
	if (relay->hide.reason == HANDOFF_HIDE_NOT_ASKED)
		return;
	if (relay->hide.mode == HANDOFF_HIDDEN)
		log_line(&relay->report, "hidden: the kdump kernel sees no IOMMU");
	else
		log_line(&relay->report, "not hidden, reason %u", relay->hide.reason);
	end_phase(relay, HANDOFF_PHASE_HIDE);
	seal(relay, relay->outcome, switch_reason(relay));
}

void relay_hide(void)
{
	hide(&the_relay);
	tell_mode(&the_relay);
}

const uint64_t *relay_taken(uint32_t *count)
{
	*count = the_relay.hide.mode == HANDOFF_HIDDEN ? the_relay.hide.taken_count : 0;
	return *count ? the_relay.hide.taken : NULL;
}

void relay_show(void)
{
	hide_undo(&the_relay, HANDOFF_HIDE_EXCEPTION);
	tell_mode(&the_relay);
}

void relay_trapped(const struct relay_trap *trap)
{
	if (the_relay.report.header)
		log_line(&the_relay.report, "exception %u, error %x, at stub offset %lx, cr2 %lx",
			 trap->vector, trap->error, trap->at, trap->address);
}

void relay_abandon(enum handoff_reason reason)
{
	if (the_relay.report.header)
		seal(&the_relay, HANDOFF_ABANDONED, reason);
}

phys_t relay_payload(uint64_t *size)
{
	const struct relay *relay = &the_relay;

	*size = relay->report.header ?
		report_size(&relay->report, relay->outcome == HANDOFF_SWITCHED) : 0;
	return phys(relay->arena.phys.pa + REPORT_NODE_HEADER);
}
