// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock.c - the rate of the TSC: asked, else guessed, and measured when there is time
 *
 * The rate only turns time limits and reports into microseconds. A wrong one costs patience, never
 * correctness.
 */
#include "arch.h"
#include "cpu.h"
#include "machine.h"

/*
 * More than any TSC so far: a guess that makes limits longer than they should be, so that a unit
 * gets all the time that it was promised.
 */
#define GUESS		5000
#define SLOWEST		100	/* what lies outside is a failed measurement */
#define FASTEST		20000

/* Intel 8254: 1.193182 MHz. Channel 2 has its gate and its output in port 0x61. */
#define PIT_HZ		1193182u
#define PIT_COUNT	0xffffu		/* 55 ms, of which we want one or two */
#define PIT_CHANNEL2	0x42
#define PIT_COMMAND	0x43
#define  PIT_ONE_SHOT	0xb0		/* channel 2, low byte then high byte, mode 0 */
#define  PIT_LATCH	0x80		/* channel 2: hold the count for two reads */
#define PIT_CONTROL	0x61
#define  PIT_GATE	(1u << 0)
#define  PIT_SPEAKER	(1u << 1)
#define  PIT_OUTPUT	(1u << 5)

#define SPIN_TICKS	4000000u	/* 1 to 2 ms */

static uint32_t ticks_per_us = GUESS;

static bool plausible(uint64_t rate)
{
	return rate >= SLOWEST && rate <= FASTEST;
}

static bool measured;

/* Leaf 15h: TSC rate = crystal * ebx / eax; 16h: base rate in MHz, which is the TSC's. */
static uint64_t rate_from_cpuid(void)
{
	struct cpuid tsc = cpuid(0x15);

	if (tsc.eax && tsc.ebx && tsc.ecx)
		return (uint64_t)tsc.ecx * tsc.ebx / tsc.eax / 1000000;
	return cpuid(0x16).eax & 0xffff;
}

/* Write a port, and say when: halfway between before and after. */
static uint64_t outb_at(uint16_t port, uint8_t value)
{
	uint64_t before = rdtsc();

	outb(port, value);
	return before + (rdtsc() - before) / 2;
}

/* 0 if the count says nothing: no PIT, or it has run out meanwhile. */
static uint64_t rate_from_pit(void)
{
	uint8_t control = inb(PIT_CONTROL);
	uint64_t start, end;
	uint32_t count;
	bool expired;

	outb(PIT_CONTROL, (control & ~PIT_SPEAKER) | PIT_GATE);
	outb(PIT_COMMAND, PIT_ONE_SHOT);
	outb(PIT_CHANNEL2, PIT_COUNT & 0xff);
	start = outb_at(PIT_CHANNEL2, PIT_COUNT >> 8);
	while (rdtsc() - start < SPIN_TICKS)
		machine_relax();
	end = outb_at(PIT_COMMAND, PIT_LATCH);
	count = inb(PIT_CHANNEL2);
	count |= (uint32_t)inb(PIT_CHANNEL2) << 8;
	expired = inb(PIT_CONTROL) & PIT_OUTPUT;
	outb(PIT_CONTROL, control);

	if (expired || count >= PIT_COUNT)
		return 0;
	return (end - start) * PIT_HZ / (PIT_COUNT - count) / 1000000;
}

void clock_init(void)
{
	uint64_t rate = rate_from_cpuid();

	measured = plausible(rate);
	if (measured)
		ticks_per_us = rate;
}

uint32_t machine_measure_clock(void)
{
	uint64_t rate = measured ? 0 : rate_from_pit();

	measured = true;
	if (plausible(rate))
		ticks_per_us = rate;
	return ticks_per_us;
}

uint32_t machine_ticks_per_us(void)
{
	return ticks_per_us;
}
