/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * relay.h - the story of a crash, in two halves
 *
 * The architecture code fills struct relay_boot, calls relay_open(), relay_prepare() and then, unless
 * that was cut short, relay_survey() and relay_commit(). It may guard each with a trap handler that
 * abandons it at any instruction: after that only relay_abandon() (for a cut-short prepare),
 * relay_survey_cut() and relay_commit() (for a cut-short survey), relay_resume() (for a cut-short
 * commit), or relay_conclude() (for a cut-short resume) may be called. Until relay_commit() no register
 * of a unit has been written.
 */
#ifndef RELAY_H
#define RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "handoff.h"

#define RELAY_MAX_COMMAND_LINE	4096

/* One e820 entry of boot_params or its setup_data extension, as found, unsorted. */
struct relay_e820 {
	uint64_t start;
	uint64_t size;
	uint32_t type;		/* 1 = RAM; Linux boot protocol, struct boot_e820_entry */
	uint32_t reserved;
};

#define RELAY_MAX_E820	1024
#define RELAY_E820_TABLE	128	/* entries that boot_params have themselves; more are in setup_data */

/* What the boot loader said, read once by arch/x86/bootparam.c. */
struct relay_boot {
	const char *command_line;	/* NUL-terminated; the kdump kernel's */
	const struct relay_e820 *e820;
	size_t e820_count;
	bool e820_sound;		/* false: a malformed or overlong map, do not trust it */
	phys_t rsdp;			/* 0 if unknown */
	phys_t dmar;			/* the DMAR table that the image brought; 0 if it has none */
	struct { uint64_t start, size; } in_use[16];	/* what the loader placed: image, initrd, ... */
	size_t in_use_count;
	void *arena;			/* our own memory, page aligned */
	phys_t arena_phys;
	uint64_t arena_size;		/* bytes, page multiple */
	bool adopting;			/* `dmarelay wrap` was told that the kernel adopts */
	uint32_t e820_room;		/* entries that boot_params' table could take more */
	bool hide;			/* `dmarelay wrap --hide`: dmarelay.iommu=auto hides */
	bool tboot;			/* boot_params say that tboot measured the boot */
	struct { uint64_t start, size; } initrd;	/* size 0: none */
	uint64_t entry_ticks;		/* machine_ticks() at the stub's first instructions */
};

struct relay;		/* the one global state of stub/, defined in state.h */

/*
 * Begin: lay out the empty report, read the options, start the clock. False if the arena cannot even
 * hold a report; nothing else may be called then. `boot` and what it points to must outlive the run.
 */
bool relay_open(const struct relay_boot *boot);

/*
 * Discover, copy and seal. True if there is something to commit; false if the machine is to be
 * left as it is (the handoff then says why).
 */
bool relay_prepare(void);

/*
 * Look at the PCI functions, if dmarelay.pci allows, give those a context entry that lack one, and seal
 * all that. After a relay_prepare() that found something to commit; what follows depends on nothing of
 * it. A trap handler may cut it short, too: then relay_survey_cut() puts the seal right.
 */
void relay_survey(void);
void relay_survey_cut(void);

/*
 * Build what a kdump kernel that is to see no IOMMU needs, if that is asked for and possible (hide.h). After
 * relay_survey(). A trap handler may cut it short; relay_commit() then switches, and relay_hide() does nothing.
 */
void relay_hide_prepare(void);

/*
 * Hide the IOMMU if that was prepared, after relay_commit(), and seal. A trap handler may cut it short: then
 * relay_show() undoes it; should that be cut as well, relay_conclude() may be called.
 */
void relay_hide(void);
void relay_show(void);

/* Pages of the kdump kernel's memory that it must not have, as it is hidden from it; NULL if none. */
const uint64_t *relay_taken(uint32_t *count);

/* Switch the hardware to the copies and seal the results. Bounded by dmarelay.budget. */
void relay_commit(void);

/* A CPU exception that cut a half short. */
struct relay_trap {
	uint32_t vector;
	uint32_t error;		/* error code, 0 if the vector has none */
	uint64_t at;		/* instruction, as an offset from the image's start: see stub.elf */
	uint64_t address;	/* CR2, of meaning for a page fault (14) */
};

/* Log it. Called before relay_abandon(), relay_resume() and so on; the caller guards it too. */
void relay_trapped(const struct relay_trap *trap);

/* A trap cut relay_prepare() short: seal what is there as a report with `reason`. */
void relay_abandon(enum handoff_reason reason);

/*
 * A trap cut relay_commit() short: complete the switch of each unit one of whose pointers was written, leave
 * the others with their tables, and seal the results. Bounded, but not by dmarelay.budget.
 */
void relay_resume(void);

/* A trap cut relay_resume() short, too: seal what is known, the tables stay reserved. */
void relay_conclude(void);

/*
 * The payload to publish as setup_data: where it starts (always arena_phys + 16, leaving room for
 * struct setup_data in front), and how long it is. Size 0: publish nothing (no arena worth the
 * name). A mere report is shorter than the arena.
 */
phys_t relay_payload(uint64_t *size);

#endif /* RELAY_H */
