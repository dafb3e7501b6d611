/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * builder.h - a crashed machine in a few lines
 *
 * How to add a test: write a function named for the behaviour, in the test_*.c of the module, and
 * add it to the list at the file's end. A whole run looks like this:
 *
 *	static void leaf_into_the_crash_region_is_sunk(void **state)
 *	{
 *		struct build *b = build_machine();
 *		struct mock_unit *unit = build_unit(b);
 *		uint64_t root = build_page(b);
 *
 *		build_attach(b, unit, 0x00f8, root, 7, 1);		// 00:1f.0, domain 7, 3 levels
 *		build_map(b, root, 3, 0x1000, BUILD_CRASH_START, 1);	// one 4 KiB page
 *		build_run(b);
 *		assert_int_equal(result_count(HANDOFF_RECORDS), 1);
 *		...
 *	}
 *
 * build_machine() gives 2 GiB of RAM with the crash region in it, ACPI tables, and no unit.
 * build_unit() adds a unit that translates, with queued invalidation on and an empty root table.
 * build_run() writes what the firmware and the loader would have left (build_seal()) and runs the
 * stub on it, both halves. To damage what build_seal() wrote: seal, damage, run. To make the unit
 * misbehave, set the fields of struct mock_unit; to squeeze the stub, b->arena_size or b->options.
 *
 * The mock unit fails the test by itself when it is driven against the spec, the fake memory when
 * what is not RAM is read. result.h reads what the run published; translate.h compares translations.
 */
#ifndef BUILDER_H
#define BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handoff.h"
#include "mock_unit.h"
#include "relay.h"

/* The default machine. */
#define BUILD_PAGES		0x10000000ull	/* build_page() hands out from here on, crashed RAM */
#define BUILD_CRASH_START	0x68000000ull	/* the crash region */
#define BUILD_CRASH_END		0x78000000ull	/* exclusive */
#define BUILD_RAM_END		0x7ffe0000ull	/* exclusive; ACPI tables behind */
#define BUILD_HIGH_START	0x100000000ull	/* crashed RAM above 4 GiB */
#define BUILD_HIGH_END		0x180000000ull
#define BUILD_ELFCOREHDR	0x68000000ull
#define BUILD_ARENA		0x75000000ull
#define BUILD_IMAGE		0x74600000ull
#define BUILD_ACPI		0x7ffe0000ull	/* XSDT here, RSDT +0x400, MCFG +0x800 */
#define BUILD_DMAR		(BUILD_ACPI + 0x1000)
#define BUILD_RSDP		0x000f5a00ull
#define BUILD_UNIT		0xfed90000ull	/* the first unit's registers, the next a page on */

#define BUILD_MAX_E820		64u
#define BUILD_MAX_LOADS		16u
#define BUILD_MAX_DMAR		8192u
#define BUILD_MAX_MCFG		16u

struct build {
	struct relay_boot boot;
	struct relay_e820 e820[BUILD_MAX_E820];
	size_t e820_count;
	struct handoff_range loads[BUILD_MAX_LOADS];	/* PT_LOADs */
	size_t load_count;
	uint8_t dmar[BUILD_MAX_DMAR];			/* structures behind the table's head */
	size_t dmar_size, dmar_last;			/* dmar_last: where the last one is */
	bool scoped;					/* some unit is for some devices alone */
	uint8_t mcfg[8 + 16 * BUILD_MAX_MCFG];		/* behind the table's head */
	size_t mcfg_size;
	uint8_t host_width;		/* address bits */
	const char *options;		/* appended to the command line */
	uint64_t arena_size;
	uint64_t next_page;
	uint16_t segment;		/* of the units that build_unit() adds */
	uint64_t units_at;		/* registers of the first of them */
	uint64_t rights;		/* low bits of what build_map() writes: 3, in first-level tables 7 */
	bool no_dmar, no_xsdt, no_elfcorehdr;
	char command_line[1024];
	bool sealed;

	/* as it was before the stub ran */
	struct memory_picture *before;
	struct mock_unit units_before[MOCK_MAX_UNITS];
};

struct build *build_machine(void);
struct mock_unit *build_unit(struct build *b);

/* A zeroed page of crashed RAM, and `count` of them side by side, aligned to their size. */
uint64_t build_page(struct build *b);
uint64_t build_pages(struct build *b, unsigned int count);

/*
 * A device by its source id (bus << 8 | devfn): build_entry() makes its bus's context table if need
 * be and returns where its context entry is; build_context() fills that; build_attach() does so for
 * a translated device with `aw` of the spec (1 = 3 levels, 2 = 4 levels).
 */
uint64_t build_entry(struct build *b, struct mock_unit *unit, uint16_t source);
uint64_t build_context(struct build *b, struct mock_unit *unit, uint16_t source, uint64_t lo, uint64_t hi);
uint64_t build_attach(struct build *b, struct mock_unit *unit, uint16_t source, uint64_t root,
		      uint16_t domain, unsigned int aw);

/*
 * Scalable mode: build_scalable() turns an empty unit to it. build_directory() gives the device a
 * PASID directory of 128 << pdts entries and returns where that is; build_pasid() fills the entry of
 * `pasid`, making the table on the way, and returns where that is.
 */
void build_scalable(struct mock_unit *unit);
uint64_t build_directory(struct build *b, struct mock_unit *unit, uint16_t source, unsigned int pdts);
uint64_t build_pasid(struct build *b, uint64_t directory, uint32_t pasid, uint64_t q0, uint64_t q1,
		     uint64_t q2);

/*
 * Map `iova` to `pa`, readable and writable, with a leaf at `leaf_level`, in the tree of `levels`
 * at `root`; makes the tables on the way. Returns where the leaf entry is.
 */
uint64_t build_map(struct build *b, uint64_t root, unsigned int levels, uint64_t iova, uint64_t pa,
		   unsigned int leaf_level);

/* Where the entry for `iova` in the tree's table of `level` is; its table must exist. */
uint64_t build_slot(uint64_t root, unsigned int levels, uint64_t iova, unsigned int level);

/* An interrupt table of 2^(size + 1) entries, interrupt remapping on. Returns where it is. */
uint64_t build_interrupts(struct build *b, struct mock_unit *unit, unsigned int size);

/* Add a DMAR structure: its first 4 bytes, type and length, must be there. */
void build_structure(struct build *b, const void *structure, size_t size);
void build_rmrr(struct build *b, uint64_t base, uint64_t limit);

/*
 * A device scope (VT-d spec 8.3.1) of the structure added last: a path of `pairs` {device, function} from
 * `bus`. A unit is then no longer for all devices that others are not for.
 */
#define BUILD_ENDPOINT	1
#define BUILD_BRIDGE	2
void build_scope(struct build *b, uint8_t type, uint8_t bus, unsigned int pairs, const uint8_t *path);

/* Add an MCFG entry. (pci_space.h's windows do so themselves.) */
struct mcfg_entry;
void build_mcfg(struct build *b, const struct mcfg_entry *entry);

/* Write elfcorehdr, e820, ACPI tables and the command line. */
void build_seal(struct build *b);

/* Let the image bring a copy of the DMAR table as build_seal() would write it now. */
#define BUILD_BROUGHT		(BUILD_IMAGE + 0x40000)
void build_bring_dmar(struct build *b);

/* An ACPI table at `pa` with a sound checksum, its head included in `size`. */
void build_acpi_table(uint64_t pa, const char *signature, const void *body, size_t body_size);

/* Seal unless done, then relay_prepare(): what that returns. Nothing but the arena has changed. */
bool build_prepare(struct build *b);

/* That, relay_survey(), and relay_commit() if there is something to commit (then true). */
bool build_run(struct build *b);

#endif /* BUILDER_H */
