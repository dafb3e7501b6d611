/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - what must hold after every run, whatever the machine was
 */
#ifndef CHECK_H
#define CHECK_H

#include "builder.h"

/* Each quadword of a scratch page, until a device writes to it (docs/formats.md). */
#define SCRATCH_CONTENT	0x0000007b0000007bull

/*
 * After build_run() returned, either nothing was touched, or each switched unit translates every
 * device's addresses as before, except where judge.h finds a reason by its own reading: an entry on the
 * way is refused or refers to a corrupt table, there was no room, or the command line says so. What is lost
 * has a record, and each record is justified. No entry that hardware refuses, none into the crash region;
 * one translation a domain id; tables in memory when the unit was told of them; units that were left have
 * their old tables; FPD only where it was.
 */
void check_run(const struct build *b);

/* Well-formed translations that were compared since the tally was cleared. */
extern struct check_tally {
	uint64_t kept, lost;	/* lost: by a policy, or for want of room */
	uint64_t units, left;	/* that could be switched; of these, not switched */
} check_tally;

/* Is this byte in a scratch page that nobody has written to? */
bool check_is_scratch(uint64_t pa);

/* Nothing at all was touched: no register, no memory outside the arena. */
void check_untouched(const struct build *b);

#endif /* CHECK_H */
