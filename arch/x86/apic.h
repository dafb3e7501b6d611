/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * apic.h - which interrupts apic.c takes, for who brings another IDT than the stub's
 *
 * machine_interrupt_arrives() opens interrupts for a moment, for all of class 15 (Intel SDM volume 3,
 * 10.8.3): handlers of the vectors 0xf0 to 0xff must do nothing but return, since apic.c signals EOI.
 */
#ifndef APIC_H
#define APIC_H

/* Linux (asm/irq_vectors.h) has a use for each vector of the class but this one, so none is ever stale. */
#define APIC_TEST_VECTOR	0xf5u

#endif /* APIC_H */
