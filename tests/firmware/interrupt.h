/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interrupt.h - message-signalled interrupts, remapped or not
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

#define INTERRUPT_TABLE_SIZE	7u	/* as in IRTA: 2^(7 + 1) entries, one page */

/* Receive from now on, in the firmware's own interrupt table of the CPU. */
bool interrupt_init(void);

/* The message for interrupt `handle`: remapped, or, if not, sent straight to our vector. */
uint32_t interrupt_address(unsigned int handle, bool remapped);
uint16_t interrupt_data(bool remapped);

/* The table's entry (two quadwords) that lets `source` reach our vector. */
void interrupt_entry(uint64_t *entry, uint16_t source);

/* Has one arrived? One that is expected is waited for. Then forget it. */
bool interrupt_arrives(bool expected);

#endif /* INTERRUPT_H */
