/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * budget.h - the stub's time: an overall deadline, and a bound for every poll
 */
#ifndef BUDGET_H
#define BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
	uint64_t start;		/* machine_ticks() */
	uint64_t deadline;
	uint32_t ticks_per_us;
};

/* The run began at `start` ticks and may take `ms` milliseconds in all. */
void budget_init(struct budget *budget, uint64_t start, uint32_t ms);

/* A `parts`th of the whole run's time, from now on. */
struct budget budget_part(const struct budget *budget, uint32_t parts);

bool budget_exhausted(const struct budget *budget);

/* Ticks in microseconds. */
uint64_t budget_us(const struct budget *budget, uint64_t ticks);

#endif /* BUDGET_H */
