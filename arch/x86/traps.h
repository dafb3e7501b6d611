/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * traps.h - running a step that a CPU exception may cut short
 */
#ifndef TRAPS_H
#define TRAPS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the exception left, as far as it helps to find the culprit. */
struct trap_frame {
	uint64_t vector;
	uint64_t error;		/* 0 for vectors without an error code */
	uint64_t rip;
	uint64_t rsp;
	uint64_t cr2;		/* the address, for a page fault (14) */
};

static_assert(offsetof(struct trap_frame, error) == 8, "FRAME_ERROR");
static_assert(offsetof(struct trap_frame, rip) == 16, "FRAME_RIP");
static_assert(offsetof(struct trap_frame, rsp) == 24, "FRAME_RSP");
static_assert(offsetof(struct trap_frame, cr2) == 32, "FRAME_CR2");

/* The steps that main.c guards. */
enum step {
	STEP_ARRIVE,
	STEP_PREPARE,
	STEP_ABANDON,
	STEP_SURVEY,
	STEP_SURVEY_CUT,
	STEP_HIDE_PREPARE,
	STEP_PUBLISH,
	STEP_COMMIT,
	STEP_RESUME,
	STEP_CONCLUDE,
	STEP_HIDE,
	STEP_TAKE,
	STEP_SHOW,
};

/* In main.c; called by trap_guard() only. */
void run_step(enum step step);

/*
 * run_step(step), guarded. True if an exception cut it short: `frame` tells which, and whatever the
 * step was changing is as the exception found it. Guards do not nest. An exception outside a guard
 * ends the run: the inner kernel is entered at once.
 */
bool trap_guard(enum step step, struct trap_frame *frame);

/* NMIs that came while we had the CPU; they are counted and otherwise ignored. */
extern uint64_t nmi_count;

#endif /* TRAPS_H */
