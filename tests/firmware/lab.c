// SPDX-License-Identifier: GPL-2.0-only
#include "lab.h"

#include <string.h>

#include "firmware.h"
#include "print.h"
#include "tables.h"

#define TABLES_SIZE	0x100000ull
#define FILL		0xc5		/* an untouched byte */

struct lab lab;

static bool find_devices(void)
{
	if (!edu_find(&lab.edu, false) || !edu_find(&lab.victim, true) || !hda_find(&lab.hda) ||
	    !uhci_find(&lab.uhci)) {
		print("not all devices are there\n");
		return false;
	}
	hda_stop(&lab.hda);
	uhci_stop(&lab.uhci);	/* the firmware's USB driver uses it */
	return true;
}

static bool find_memory(void)
{
	uint64_t data = firmware_memory(3 * LAB_DATA_SIZE, LAB_GIB);
	uint64_t tables = firmware_memory(TABLES_SIZE, LAB_GIB);

	lab.region = firmware_memory(LAB_REGION_SIZE, 2 * LAB_GIB);
	if (!data || !tables || lab.region < LAB_GIB || !firmware_read_map()) {
		print("memory is not laid out as the rows need it\n");
		return false;
	}
	lab.data = (data + LAB_DATA_SIZE - 1) & ~(LAB_DATA_SIZE - 1);
	lab.decoys = lab.data + LAB_DATA_SIZE;
	lab.forbidden = lab.region + FIRMWARE_CRASH_HEAD - PAGE_SIZE;
	tables_init(tables, TABLES_SIZE);
	return true;
}

bool lab_init(void)
{
	return find_devices() && find_memory();
}

static void *page_of(uint64_t base, enum buffer buffer)
{
	return (void *)(uintptr_t)(base + buffer * PAGE_SIZE);
}

void lab_reset(void)
{
	memset(page_of(lab.data, 0), FILL, BUFFERS * PAGE_SIZE);
	memset(page_of(lab.decoys, 0), FILL, BUFFERS * PAGE_SIZE);
	memset((void *)(uintptr_t)lab.forbidden, FILL, PAGE_SIZE);
}

uint64_t lab_buffer(enum buffer buffer)
{
	return lab.data + buffer * PAGE_SIZE;
}

static uint64_t word(uint64_t seed, unsigned int i)
{
	return (seed << 8 | i) * 0x9e3779b97f4a7c15ull;	/* odd: different for each */
}

void lab_put_pattern(uint64_t at, uint64_t seed)
{
	for (unsigned int i = 0; i < EDU_BYTES / 8; i++)
		((uint64_t *)(uintptr_t)at)[i] = word(seed, i);
}

bool lab_has_pattern(uint64_t at, uint64_t seed)
{
	for (unsigned int i = 0; i < EDU_BYTES / 8; i++)
		if (((volatile uint64_t *)(uintptr_t)at)[i] != word(seed, i))
			return false;
	return true;
}

bool lab_untouched(uint64_t page)
{
	const volatile uint64_t *at = (volatile uint64_t *)(uintptr_t)page;

	for (unsigned int i = 0; i < PAGE_SIZE / 8; i++)
		if (at[i] != FILL * 0x0101010101010101ull)
			return false;
	return true;
}

unsigned int lab_count_pattern(uint64_t start, uint64_t size, uint64_t seed)
{
	unsigned int count = 0;

	for (uint64_t at = start; at < start + size; at += PAGE_SIZE)
		count += lab_has_pattern(at, seed);
	return count;
}
