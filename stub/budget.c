// SPDX-License-Identifier: GPL-2.0-only
#include "budget.h"

#include "machine.h"

void budget_init(struct budget *budget, uint64_t start, uint32_t ms)
{
	budget->ticks_per_us = machine_ticks_per_us();
	budget->start = start;
	budget->deadline = start + (uint64_t)ms * 1000 * budget->ticks_per_us;
}

struct budget budget_part(const struct budget *budget, uint32_t parts)
{
	uint64_t now = machine_ticks();

	return (struct budget){
		.start = now,
		.deadline = now + (budget->deadline - budget->start) / parts,
		.ticks_per_us = budget->ticks_per_us,
	};
}

bool budget_exhausted(const struct budget *budget)
{
	return (int64_t)(machine_ticks() - budget->deadline) >= 0;
}

uint64_t budget_us(const struct budget *budget, uint64_t ticks)
{
	return ticks / budget->ticks_per_us;
}
