/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ports.h - port accesses of 16 bits: the other widths are in cpu.h
 */
#ifndef PORTS_H
#define PORTS_H

#include <stdint.h>

#include "cpu.h"

static inline uint16_t inw(uint16_t port)
{
	uint16_t value;

	asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outw(uint16_t port, uint16_t value)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

#endif /* PORTS_H */
