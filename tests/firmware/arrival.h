/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arrival.h - does machine_interrupt_arrives() (apic.c) see what comes, and only that?
 */
#ifndef ARRIVAL_H
#define ARRIVAL_H

#include <stdbool.h>

/* Ends in x2APIC mode if the CPU has it: nothing that wants interrupts can run afterwards. */
bool arrival_run(void);

#endif /* ARRIVAL_H */
