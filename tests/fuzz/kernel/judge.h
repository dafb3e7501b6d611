/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge.h - whether what the kernel made of a handoff was right: from docs/handoff.md, include/handoff.h
 * and the VT-d specification, chapter 9, and not from relay.c
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "handoff.h"

void judge_begin(void);

/*
 * The handoff is as the stub made it, so that what it says is true: fences are of fenced devices, and
 * map memory to itself, but for these ranges.
 */
void judge_sound(const struct handoff_range *crash_region, uint32_t count);

/* A unit by its place, as the hardware has it. */
void judge_unit(unsigned int unit, uint64_t base, uint16_t segment);

/* A context entry as it was copied at boot; in scalable mode its low half. */
void judge_context(unsigned int unit, uint16_t source, bool scalable, uint64_t lo, uint64_t hi);

/* IOVAs that new mappings of the device at hand keep away from. */
void judge_no_regions(void);
void judge_region(uint64_t first, uint64_t last);

/*
 * The device's new domain has the tables at `top` and the id: as its context entry and the handoff
 * have it. Each table lies in the handoff's tables, behind the seal, and is reached in one way only;
 * each leaf is in a range of the domain's and in a region. `again`: another device of the group; of fences
 * each device has its own, and goes on with the group's. `window`: behind it, what is not
 * mapped may lead to a sink; 0: all holes are gone.
 */
void judge_adopted(unsigned int unit, uint16_t source, uint64_t top, unsigned int id, int agaw,
		   bool first_level, bool again, uint64_t window);

/* Has the copied context entry the tables at `top`? Devices of a group may have a sink in their place. */
bool judge_uses(unsigned int unit, uint16_t source, uint64_t top);

/* The device's new domain has tables at `top` that lead to the device's own sink, but for the window. */
void judge_sunk(unsigned int unit, uint16_t source, uint64_t top, int agaw);

/* A legacy context entry stays: it says what is wanted. `id` below 0: pass-through. */
void judge_kept(unsigned int unit, uint16_t source, uint64_t top, int id);

/*
 * A legacy context entry was moved, from its device's fence to the one that its group's domain has
 * adopted, or from a sink to a domain that has a window: what it says now, by the domain's tables and id
 * and the device's ATS.
 */
void judge_moved(unsigned int unit, uint16_t source, uint64_t top, unsigned int id, bool ats,
		 uint64_t window, uint64_t lo, uint64_t hi);

/* A page of the image is freed as one of a domain's tables: it is an adopted one. */
void judge_freed(uint64_t table);

/* The id may be another domain's now, the adopted tables are ordinary memory: nobody uses them. */
void judge_id_free(unsigned int unit, unsigned int id);
void judge_tables_free(uint64_t top);

/* What goes into the dump is what the digest covers. */
void judge_dump(const void *bytes, uint64_t size);

/* All is over: only adopted tables have become ordinary pages. */
void judge_end(void);

#endif /* JUDGE_H */
