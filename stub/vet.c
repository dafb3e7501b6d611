// SPDX-License-Identifier: GPL-2.0-only
#include "vet.h"

uint16_t vet_table(const struct ram *ram, phys_t table, uint64_t size, unsigned int width,
		   uint16_t width_rule, uint16_t provenance_rule)
{
	if (vet_beyond(table.pa, width))
		return width_rule;
	return ram_is_crashed(ram, table, size) ? 0 : provenance_rule;
}
