/* SPDX-License-Identifier: GPL-2.0-only */
/* machine_model.h - what proofs want to know of machine.c */
#ifndef MACHINE_MODEL_H
#define MACHINE_MODEL_H

#include <stdint.h>

/* Ticks, and microseconds, between two looks at the clock: COMMAND_POLL_US is over at the fifth. */
#define TICK	30000u

extern uint32_t machine_writes;		/* calls of machine_write() so far */

#endif /* MACHINE_MODEL_H */
