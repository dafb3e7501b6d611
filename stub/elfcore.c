// SPDX-License-Identifier: GPL-2.0-only
#include "elfcore.h"

#include <assert.h>
#include <string.h>

#include "machine.h"

struct elf_header {
	uint8_t  ident[16];		/* 0x7f 'E' 'L' 'F', class, data, version */
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t phoff;
	uint64_t shoff;
	uint32_t flags;
	uint16_t ehsize;
	uint16_t phentsize;
	uint16_t phnum;
	uint16_t shentsize;
	uint16_t shnum;
	uint16_t shstrndx;
};
static_assert(sizeof(struct elf_header) == 64, "ELF-64 header");

struct elf_segment {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};
static_assert(sizeof(struct elf_segment) == 56, "ELF-64 program header");

#define ELF_CORE	4
#define ELF_X86_64	62
#define ELF_PT_LOAD	1
#define ELF_PN_XNUM	0xffff	/* the true count is elsewhere; Linux never makes that many */

static bool header_is_sound(const struct elf_header *elf)
{
	static const uint8_t ident[6] = { 0x7f, 'E', 'L', 'F', 2 /* 64 bits */, 1 /* little */ };

	return !memcmp(elf->ident, ident, sizeof(ident)) && elf->type == ELF_CORE &&
	       elf->machine == ELF_X86_64 && elf->phentsize == sizeof(struct elf_segment) &&
	       elf->phnum && elf->phnum != ELF_PN_XNUM &&
	       elf->phoff >= sizeof(*elf) && elf->phoff <= UINT32_MAX;
}

enum handoff_reason elfcore_read(struct elfcore *core, phys_t address, struct arena *arena)
{
	struct elf_segment segment;
	struct elf_header elf;

	*core = (struct elfcore){ .address = address };
	if (!machine_read(address, &elf, sizeof(elf)) || !header_is_sound(&elf))
		return HANDOFF_BAD_ELFCOREHDR;
	core->size = elf.phoff + (uint64_t)elf.phnum * sizeof(segment);
	if (!range_fits(address.pa, core->size))
		return HANDOFF_BAD_ELFCOREHDR;
	core->loads = arena_alloc(arena, elf.phnum * sizeof(*core->loads), 8);
	if (!core->loads)
		return HANDOFF_ARENA_TOO_SMALL;

	for (uint16_t i = 0; i < elf.phnum; i++) {
		phys_t at = phys(address.pa + elf.phoff + i * sizeof(segment));

		if (!machine_read(at, &segment, sizeof(segment)))
			return HANDOFF_BAD_ELFCOREHDR;
		if (segment.type != ELF_PT_LOAD || !segment.memsz)
			continue;
		if (!range_fits(segment.paddr, segment.memsz))
			return HANDOFF_BAD_ELFCOREHDR;
		core->loads[core->load_count++] = (struct handoff_range){
			segment.paddr, segment.paddr + (segment.memsz - 1)
		};
	}
	return core->load_count ? HANDOFF_OK : HANDOFF_BAD_ELFCOREHDR;
}
