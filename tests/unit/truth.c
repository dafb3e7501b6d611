// SPDX-License-Identifier: GPL-2.0-only
/* What is whose in a built machine, by plain comparison with the lists it was built from. */
#include "translate.h"

static bool overlap(uint64_t first, uint64_t last, uint64_t start, uint64_t size)
{
	return first <= start + (size - 1) && start <= last;
}

bool truth_hits_crash_region(const struct build *b, uint64_t start, uint64_t size)
{
	for (size_t i = 0; i < b->e820_count; i++) {
		uint64_t first = b->e820[i].start, last = first + b->e820[i].size - 1;

		first = first < 0x100000 ? 0x100000 : first;
		if (b->e820[i].type == 1 && b->e820[i].size && first <= last &&
		    overlap(first, last, start, size))
			return true;
	}
	for (size_t i = 0; i < b->boot.in_use_count; i++)
		if (overlap(b->boot.in_use[i].start, b->boot.in_use[i].start + b->boot.in_use[i].size - 1,
			    start, size))
			return true;
	return overlap(BUILD_ELFCOREHDR, BUILD_ELFCOREHDR + 63 + 56 * (b->load_count + 1), start, size);
}

/* Ranges rarely lie across two segments; where they do, page by page is exact enough. */
bool truth_is_crashed_ram(const struct build *b, uint64_t start, uint64_t size)
{
	for (uint64_t at = start; at < start + size; at = (at | 0xfff) + 1) {
		uint64_t end = start + size < (at | 0xfff) + 1 ? start + size : (at | 0xfff) + 1;
		bool found = false;

		for (size_t i = 0; i < b->load_count; i++)
			found |= at >= b->loads[i].first && end - 1 <= b->loads[i].last;
		if (!found)
			return false;
	}
	return !truth_hits_crash_region(b, start, size);
}

uint64_t truth_memory_end(const struct build *b)
{
	uint64_t end = BUILD_ELFCOREHDR + 1;

	for (size_t i = 0; i < b->load_count; i++)
		end = b->loads[i].last >= end ? b->loads[i].last + 1 : end;
	for (size_t i = 0; i < b->e820_count; i++)
		if (b->e820[i].type == 1 && b->e820[i].start + b->e820[i].size > end)
			end = b->e820[i].start + b->e820[i].size;
	return (end + 0xffffffff) >> 32 << 32;
}
