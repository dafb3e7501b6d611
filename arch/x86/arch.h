/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arch.h - what the rest of arch/x86 calls before stub/machine.h's functions may be used
 */
#ifndef ARCH_H
#define ARCH_H

/* In machine.c: learn what this CPU offers. Calls clock_init(). */
void machine_init(void);

/* In clock.c: ask the CPU for the rate that machine_ticks_per_us() gives. */
void clock_init(void);

#endif /* ARCH_H */
