// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexec's identity map covers RAM but not a unit's registers, may cache what must not be cached,
 * and its own pages lie wherever the crashed kernel put them. So the stub brings its own.
 *
 * The windows stand in for an identity map of all memory: each slot serves the frames whose number
 * is equal to its own modulo 512, and is pointed at another on demand. That needs one table each,
 * works for any physical address under 4 levels as under 5, and never runs out. Frames of 2 MiB,
 * not of 1 GiB: a larger page would let the CPU speculate into reserved holes next to RAM, which
 * on some machines stops it (Linux: "x86/mm/ident_map: Use gbpages only where full GB page should
 * be mapped"). kexec's own map uses 2 MiB too.
 */
#include "paging.h"

#include "cpu.h"

#define PTE_P		(1ull << 0)
#define PTE_W		(1ull << 1)
#define PTE_PWT		(1ull << 3)
#define PTE_PCD		(1ull << 4)
#define PTE_A		(1ull << 5)
#define PTE_D		(1ull << 6)
#define PTE_PS		(1ull << 7)
#define PTE_NX		(1ull << 63)
#define PTE_ADDRESS	0x000ffffffffff000ull

/* Accessed and dirty are set beforehand: then the CPU never writes to an entry of ours. */
#define RIGHTS_RX	(PTE_P | PTE_A)
#define RIGHTS_R	(PTE_P | PTE_A | PTE_NX)
#define RIGHTS_RW	(PTE_P | PTE_A | PTE_D | PTE_W | PTE_NX)

/*
 * PAT entry 3: UC at reset and in Linux's table alike, whichever of them is in force; and UC by PAT
 * overrules any MTRR (SDM 3, 12.5.2).
 */
#define UNCACHED	(PTE_PCD | PTE_PWT)

#define ENTRIES		512

#define RAM_WINDOW	0xffffffff80000000ull
#define MMIO_WINDOW	0xffffffffc0000000ull

/*
 * Worst case, all of it below two entries at every level: top 1; lower half 2 + 2 tables, 2 page
 * directories and 2 page tables for the image (at most 2 MiB), 5 and 2 for the arena (less than
 * 4 GiB); upper half 1 + 1, 2 and 1 for the windows.
 */
#define POOL_TABLES	24

struct table {
	_Alignas(PAGE_SIZE) uint64_t entry[ENTRIES];
};

static struct table pool[POOL_TABLES];	/* pool[0]: the top */
static unsigned int pool_used;
static unsigned int levels;
static uint64_t no_nx;			/* PTE_NX on a CPU without: to be masked out */
static uint64_t reach;			/* first address beyond MAXPHYADDR */
static uint64_t *ram_slots;
static uint64_t *mmio_slots;

/* linker.ld, entry.asm */
extern char image_rodata[], image_data[], image_end[], stack_guard[];

/* The entry for `address` in its table of `level` (1: page table), tables made as needed. */
static uint64_t *entry_for(uint64_t address, unsigned int level)
{
	struct table *table = &pool[0];

	for (unsigned int at = levels;; at--) {
		uint64_t *entry = &table->entry[address >> (3 + 9 * at) & (ENTRIES - 1)];

		if (at == level)
			return entry;
		if (!(*entry & PTE_P)) {
			if (pool_used == POOL_TABLES)
				return NULL;
			*entry = (uintptr_t)&pool[pool_used++] | PTE_P | PTE_W | PTE_A;
		}
		table = (struct table *)(uintptr_t)(*entry & PTE_ADDRESS);
	}
}

/* Identity, with 2 MiB pages where they fit. Ranges are page aligned and do not overlap. */
static bool map(uint64_t start, uint64_t end, uint64_t rights)
{
	while (start < end) {
		bool large = start % PAGING_FRAME == 0 && end - start >= PAGING_FRAME;
		uint64_t *entry = entry_for(start, large ? 2 : 1);

		if (!entry)
			return false;
		*entry = (start | rights | (large ? PTE_PS : 0)) & ~no_nx;
		start += large ? PAGING_FRAME : PAGE_SIZE;
	}
	return true;
}

static bool map_image(uint64_t load)
{
	uint64_t rodata = (uintptr_t)image_rodata;
	uint64_t data = (uintptr_t)image_data;
	uint64_t guard = (uintptr_t)stack_guard;
	uint64_t end = (uintptr_t)image_end;

	return map(load, rodata, RIGHTS_RX) && map(rodata, data, RIGHTS_R) &&
	       map(data, guard, RIGHTS_RW) && map(guard + PAGE_SIZE, end, RIGHTS_RW);
}

static void find_limits(uint64_t cr4)
{
	unsigned int bits = cpuid(0x80000008u).eax & 0xff;

	if (bits < 36 || bits > 52)
		bits = 36;	/* no such leaf: what every 64-bit CPU has */
	reach = 1ull << bits;
	levels = cr4 & CR4_LA57 ? 5 : 4;
	no_nx = cpuid(0x80000001u).edx & 1u << 20 ? 0 : PTE_NX;
}

/* The lower half of the address space: what an identity map can reach. */
static bool identity_reaches(uint64_t start, uint64_t size)
{
	uint64_t half = 1ull << (9 * levels + 11);

	return paging_reaches(phys(start), size) && start < half && size <= half - start;
}

/*
 * NXE first, since our entries have NX. Of CR4 drop what could veto our accesses or keep old
 * translations alive, and FRED, which would bypass our IDT; with MCE on, a machine check (from
 * memory that went bad, perhaps the very reason of the crash) is an exception, not a shutdown.
 */
static void switch_tables(const struct entry_state *entry)
{
	if (!no_nx)
		wrmsr(MSR_EFER, entry->efer | EFER_NXE);
	write_cr4((entry->cr4 & ~(CR4_PGE | CR4_CET | CR4_PKS | CR4_LASS | CR4_FRED)) | CR4_MCE);
	write_cr3((uintptr_t)&pool[0]);
	write_cr0((entry->cr0 & ~(CR0_EM | CR0_TS)) | CR0_WP);
}

bool paging_enter(const struct entry_state *entry, uint64_t arena, uint64_t arena_size)
{
	find_limits(entry->cr4);
	pool_used = 1;
	if (!identity_reaches(entry->load, (uintptr_t)image_end - entry->load) ||
	    !identity_reaches(arena, arena_size))
		return false;
	if (!map_image(entry->load) || !map(arena, arena + arena_size, RIGHTS_RW))
		return false;

	ram_slots = entry_for(RAM_WINDOW, 2);
	mmio_slots = entry_for(MMIO_WINDOW, 1);
	if (!ram_slots || !mmio_slots)
		return false;
	switch_tables(entry);
	return true;
}

bool paging_reaches(phys_t at, uint64_t size)
{
	return at.pa <= reach && size <= reach - at.pa;
}

/* Point a window's slot at another frame, if it is not there already. */
static void aim(uint64_t *slot, uint64_t value, const void *window)
{
	value &= ~no_nx;
	if (*slot == value)
		return;
	*(volatile uint64_t *)slot = value;
	invlpg(window);
}

void *paging_ram(phys_t at, bool writable)
{
	uint64_t frame = at.pa / PAGING_FRAME;
	uint64_t slot = frame % ENTRIES;
	char *window = (char *)(uintptr_t)(RAM_WINDOW + slot * PAGING_FRAME);

	aim(&ram_slots[slot], frame * PAGING_FRAME | PTE_PS | (writable ? RIGHTS_RW : RIGHTS_R),
	    window);
	return window + at.pa % PAGING_FRAME;
}

volatile void *paging_mmio(phys_t at)
{
	uint64_t page = at.pa / PAGE_SIZE;
	uint64_t slot = page % ENTRIES;
	char *window = (char *)(uintptr_t)(MMIO_WINDOW + slot * PAGE_SIZE);

	aim(&mmio_slots[slot], page * PAGE_SIZE | RIGHTS_RW | UNCACHED, window);
	return window + at.pa % PAGE_SIZE;
}
