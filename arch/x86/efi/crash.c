// SPDX-License-Identifier: GPL-2.0-only
/*
 * A crash that has not happened: what a crashed kernel and a loader would have left, made from what
 * UEFI knows.
 */
#include "firmware.h"

#include <stdio.h>
#include <string.h>

#define MAP_ROOM	0x8000u		/* bytes of UEFI's memory map */
#define E820_RAM	1u

/* ELF-64 core file (System V ABI, chapters 4 and 5): a header and segments, no content. */
struct core_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct core {
	uint8_t  ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
	struct core_segment segments[];
};

#define CORE_MAX	((FIRMWARE_CRASH_HEAD - sizeof(struct core)) / sizeof(struct core_segment))

static const struct core empty_core = {
	.ident = { 0x7f, 'E', 'L', 'F', 2 /* 64 bits */, 1 /* little-endian */, 1 },
	.type = 4,		/* core file */
	.machine = 62,		/* x86-64 */
	.version = 1,
	.phoff = sizeof(struct core),
	.ehsize = sizeof(struct core),
	.phentsize = sizeof(struct core_segment),
};

static uint8_t map[MAP_ROOM];
static UINTN map_size, map_step;

/* Memory that tables may lie in, whoever made them: all that is RAM for sure. */
static bool is_ram(uint32_t type)
{
	return (type >= EfiLoaderCode && type <= EfiConventionalMemory) ||
	       type == EfiACPIReclaimMemory || type == EfiACPIMemoryNVS;
}

static bool add_segment(struct core *core, uint64_t start, uint64_t size)
{
	struct core_segment *last = core->phnum ? &core->segments[core->phnum - 1] : NULL;

	if (last && last->paddr + last->memsz == start) {
		last->memsz += size;
		return true;
	}
	if (core->phnum == CORE_MAX)
		return false;
	core->segments[core->phnum++] = (struct core_segment){
		.type = 1,	/* PT_LOAD */
		.paddr = start,
		.memsz = size,
	};
	return true;
}

bool firmware_read_map(void)
{
	UINTN key;
	UINT32 version;

	map_size = sizeof(map);
	return firmware_services()->GetMemoryMap(&map_size, (EFI_MEMORY_DESCRIPTOR *)map, &key,
						 &map_step, &version) == EFI_SUCCESS;
}

static bool fill_core(struct core *core)
{
	*core = empty_core;
	for (UINTN at = 0; at + map_step <= map_size; at += map_step) {
		const EFI_MEMORY_DESCRIPTOR *range = (const EFI_MEMORY_DESCRIPTOR *)(map + at);

		if (is_ram(range->Type) &&
		    !add_segment(core, range->PhysicalStart, range->NumberOfPages * PAGE_SIZE))
			return false;
	}
	return true;
}

bool firmware_crash(struct relay_boot *boot, uint64_t region, uint64_t size, const char *options)
{
	static char command_line[256];
	static struct relay_e820 e820;

	snprintf(command_line, sizeof(command_line), "elfcorehdr=0x%llx %s",
		 (unsigned long long)region, options);
	e820 = (struct relay_e820){ .start = region, .size = size, .type = E820_RAM };
	*boot = (struct relay_boot){
		.command_line = command_line,
		.e820 = &e820,
		.e820_count = 1,
		.e820_sound = true,
		.rsdp = phys(firmware_rsdp()),
		.arena = (void *)(uintptr_t)(region + FIRMWARE_CRASH_HEAD),
		.arena_phys = phys(region + FIRMWARE_CRASH_HEAD),
		.arena_size = size - FIRMWARE_CRASH_HEAD,
	};
	memset((void *)(uintptr_t)region, 0, size);
	return fill_core((struct core *)(uintptr_t)region);
}
