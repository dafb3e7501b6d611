/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge.h - may the stub have done what it reports? The judge's own reading of the machine decides
 *
 * A record is justified if the entry that it names is refused by the translator (translate.h), refers to
 * a table that is corrupt by the judge's own count, or falls under a policy of the command line. A record
 * that says that there was no room is justified if the arena or the section is full, within the bounds
 * that judge.c gives.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "builder.h"
#include "translate.h"

/* Start to judge this machine, after build_run(). */
void judge_machine(const struct build *b);

/* Fail the test for any record that is not justified. */
void judge_records(void);

/* A unit's tables as the crashed kernel left them, read as the stub has to read them; and those of now. */
struct translate_view judge_before(unsigned int unit);
struct translate_view judge_after(unsigned int unit);

/*
 * A translation is well-formed and lost. Is there a record about an entry on its way that allows that or,
 * if records were dropped, could there have been one?
 */
bool judge_excuses(unsigned int unit, const struct translation *was);

/* Is there a record of this unit about the entry at `where` (0: the root table), that it was replaced? */
bool judge_has_record(unsigned int unit, uint64_t where);

/* May what was bad be not present now? */
bool judge_may_be_blocked(unsigned int unit, const struct translation *was, const struct translation *is);

/* Do two translations claim this domain id, or did the stub give it to a device of its own choice? */
bool judge_clashes(unsigned int unit, uint16_t id);

/* An interrupt entry that must not stand; is the table the crashed kernel's? */
bool judge_bad_irte(unsigned int unit, uint64_t lo, uint64_t hi);
bool judge_sound_irt(unsigned int unit);

/*
 * May the function make requests of its own? May requests come by that id? Device 0 of a bus may stand for
 * all that is behind a bridge.
 */
bool judge_is_master(const uint8_t *space);
bool judge_is_requester(uint32_t segment, uint16_t source);

/* Does the DMAR table reserve all of [first, last] for the device? last < first: reserve anything. */
bool judge_is_reserved(uint32_t segment, uint16_t source, uint64_t first, uint64_t last);

#endif /* JUDGE_H */
