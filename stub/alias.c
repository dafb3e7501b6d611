// SPDX-License-Identifier: GPL-2.0-only
#include "alias.h"

#include "vtd.h"

static uint64_t number_of(const struct alias *alias, phys_t page)
{
	return (page.pa - alias->arena->phys.pa) / PAGE_SIZE;
}

bool alias_init(struct alias *alias, struct arena *arena)
{
	*alias = (struct alias){ arena, arena_alloc_zeroed(arena, arena->size / PAGE_SIZE / 8 + 1, 8) };
	return alias->bits;
}

void alias_add(struct alias *alias, phys_t page)
{
	uint64_t number = number_of(alias, page);

	if (number < alias->arena->size / PAGE_SIZE)
		alias->bits[number / 8] |= (uint8_t)(1u << number % 8);
}

bool alias_is(const struct alias *alias, phys_t page)
{
	uint64_t number = number_of(alias, page);

	return alias->bits[number / 8] & 1u << number % 8;
}
