// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock.c - the rate of the TSC: asked, else measured, else guessed
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
#define PIT_COUNT	1193u		/* a millisecond */
#define PIT_CHANNEL2	0x42
#define PIT_COMMAND	0x43
#define  PIT_ONE_SHOT	0xb0		/* channel 2, low byte then high byte, mode 0 */
#define PIT_CONTROL	0x61
#define  PIT_GATE	(1u << 0)
#define  PIT_SPEAKER	(1u << 1)
#define  PIT_OUTPUT	(1u << 5)

/* Port reads take about a microsecond on hardware: a chipset without a PIT costs some 50 ms. */
#define PIT_POLLS	50000u

static uint32_t ticks_per_us = GUESS;

static bool plausible(uint64_t rate)
{
	return rate >= SLOWEST && rate <= FASTEST;
}

/* Leaf 15h: TSC rate = crystal * ebx / eax; 16h: base rate in MHz, which is the TSC's. */
static uint64_t rate_from_cpuid(void)
{
	struct cpuid tsc = cpuid(0x15);

	if (tsc.eax && tsc.ebx && tsc.ecx)
		return (uint64_t)tsc.ecx * tsc.ebx / tsc.eax / 1000000;
	return cpuid(0x16).eax & 0xffff;
}

/* 0 if the output never rises, or was high from the beginning. */
static uint64_t ticks_of_one_shot(void)
{
	uint64_t start = rdtsc();
	unsigned int polls = 0;

	while (!(inb(PIT_CONTROL) & PIT_OUTPUT))
		if (++polls == PIT_POLLS)
			return 0;
	return polls ? rdtsc() - start : 0;
}

static uint64_t rate_from_pit(void)
{
	uint8_t control = inb(PIT_CONTROL);
	uint64_t ticks;

	outb(PIT_CONTROL, (control & ~PIT_SPEAKER) | PIT_GATE);
	outb(PIT_COMMAND, PIT_ONE_SHOT);
	outb(PIT_CHANNEL2, PIT_COUNT & 0xff);
	outb(PIT_CHANNEL2, PIT_COUNT >> 8);
	ticks = ticks_of_one_shot();
	outb(PIT_CONTROL, control);
	return ticks * (PIT_HZ / PIT_COUNT) / 1000000;
}

void clock_init(void)
{
	uint64_t rate = rate_from_cpuid();

	if (!plausible(rate))
		rate = rate_from_pit();
	if (plausible(rate))
		ticks_per_us = rate;
}

uint32_t machine_ticks_per_us(void)
{
	return ticks_per_us;
}
