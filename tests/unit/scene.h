/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scene.h - a small machine to damage, for the tests of what happens to bad entries
 *
 * Device 02:03.1 in domain 9, with 3 levels: IOVA 0x5000 is mapped to 0x20005000 by `leaf`, which is
 * in the table that `pde` refers to. A healthy neighbour 02:04.0 in domain 10, which check_run()
 * finds untouched. An interrupt table of 256 entries with entry 1 in use.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "builder.h"
#include "handoff.h"

#define SCENE_SOURCE	0x0219
#define SCENE_NEIGHBOUR	0x0220
#define SCENE_IOVA	0x5000ull
#define SCENE_PAGE	0x20005000ull

struct scene {
	struct build *b;
	struct mock_unit *unit;
	bool sink;			/* else block */
	uint64_t root_entry, context;	/* where the device's entries are */
	uint64_t tree, pde, leaf;
	uint64_t irte;			/* entry 1 */

	/* scalable mode */
	uint64_t directory, directory_entry;	/* of PASIDs 0-3f */
	uint64_t pasid_entry, fl_pasid_entry;
	uint64_t fl_tree, fl_pde, fl_leaf;
};

/*
 * The same in scalable mode: RID_PASID 0 of the device is second-level (domain 9, 3 levels) as above,
 * `pasid_entry` its PASID entry; PASID 0x45 is first-level (domain 11), where SCENE_IOVA is mapped to
 * SCENE_FL_PAGE by `fl_leaf`. The neighbour's directory is its own. Device 02:1f.0, in the upper half
 * of the bus, shares the neighbour's tree and domain.
 */
#define SCENE_PASID	0x45u
#define SCENE_FL_PAGE	0x20405000ull
#define SCENE_UPPER	0x02f8

/* `state` of a test made by SUNK_AND_BLOCKED(); NULL stands for sink. */
struct scene scene_make(void **state);
struct scene scene_make_scalable(void **state);

/* One test, run with dmarelay.bad=sink and with block. */
#define SUNK_AND_BLOCKED(test) \
	{ #test ", sunk", test, NULL, NULL, (void *)"sink" }, \
	{ #test ", blocked", test, NULL, NULL, (void *)"block" }

/*
 * Run the stub, check the whole run, and that its one record is `expected`. What every record has in
 * common (action, device, domain id 9 from the context on) is filled in where `expected` has 0.
 */
void scene_expect(struct scene *scene, struct handoff_record expected);

/* Run, check, no record. */
void scene_expect_nothing(struct scene *scene);

/* What the unit makes of the device's address now, hardware's judgement only. */
struct translation scene_translate(const struct scene *scene, uint16_t source, uint64_t iova);
struct translation scene_translate_pasid(const struct scene *scene, uint16_t source, uint32_t pasid,
					 uint64_t iova);

/* What our copy holds: the device's context entry, its entry for `iova` in the table of `level`. */
struct vtd_entry128 scene_context_now(const struct scene *scene, uint16_t source);
uint64_t scene_entry_now(const struct scene *scene, uint64_t iova, unsigned int level);

/* Of a bad entry, or of none: the address leads to the scratch page, or nowhere. */
void scene_expect_replaced(const struct scene *scene, uint16_t source, uint64_t iova);
void scene_expect_pasid_replaced(const struct scene *scene, uint16_t source, uint32_t pasid, uint64_t iova);

/*
 * One step of the relay, cut short by a page fault at its nth access to the machine (`late`: behind the access).
 * False: it has fewer, and came to its end.
 */
bool scene_cut(void (*step)(void), uint64_t nth, bool late);
extern const struct relay_trap scene_page_fault;

/* Has this rule been the one record of some scene_expect() in this program? */
bool scene_struck(unsigned int rule);

#endif /* SCENE_H */
