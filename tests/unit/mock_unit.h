/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mock_unit.h - a remapping unit as the VT-d spec describes it, strict about how it is driven
 *
 * It fails the test at once when software breaks a rule: two commands in one GCMD write, a stale
 * one-shot sent again, translation turned off, a command while another is under way, another table
 * mode or interrupt table format while active, the queue's address changed while it runs, register
 * invalidation while the queue is on. It refuses to turn the queue off unless it is drained and the
 * last descriptor was a Wait, and tracks what still has to be invalidated (struct mock_stale).
 *
 * Until now it holds what it latched (root, irt) and what must be forgotten; a model of the caches
 * themselves belongs beside `stale`.
 */
#ifndef MOCK_UNIT_H
#define MOCK_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "memory.h"
#include "vtd.h"

#define MOCK_MAX_UNITS	8u
#define MOCK_MAX_FAULTS	4u

/* What a cache of the unit may still hold of the old tables. */
struct mock_stale {
	bool context, pasid, iotlb, entries;	/* still to be invalidated */
	/* done once the next Wait is reached */
	bool context_asked, pasid_asked, iotlb_asked, entries_asked;
};

struct mock_unit {
	uint64_t base, cap, ecap;
	unsigned int index;

	/* registers */
	uint32_t version, gsts, fsts, fectl, pmen;
	uint64_t rtaddr, irta, ccmd, iotlb, iqa, iqh, iqt;
	uint64_t fault[MOCK_MAX_FAULTS][2];

	/* what it goes by, since SRTP and SIRTP; the arena as it saw it then (NULL: not yet) */
	uint64_t root, irt;
	struct memory_picture *seen;
	struct mock_stale stale;
	unsigned int last_descriptor;	/* type; 0: none since the queue was turned on */

	/* how it behaves; set by tests */
	unsigned int delay;		/* register reads until it answers; 0 = at once */
	uint32_t deaf;			/* commands it never carries out: VTD_G_SRTP, VTD_G_QIE, ... */
	bool deaf_queue_on;		/* turns the queue off, but never on again */
	bool deaf_queue;		/* takes descriptors and never executes them */
	bool deaf_registers;		/* never completes a register invalidation */
	bool sticky_queue_error;	/* FSTS.IQE comes back whenever there is something in the queue */
	bool dead;			/* reads as all ones */

	/* under way */
	unsigned int countdown;
	uint32_t pending, wanted;	/* GCMD bits, and for lasting ones their new state */
};

/* All units of the machine; mock_add() returns one in reset state with QEMU-like capabilities. */
void mock_reset(void);
struct mock_unit *mock_add(uint64_t base);
struct mock_unit *mock_find(uint64_t base);
struct mock_unit *mock_unit(unsigned int index);
unsigned int mock_count(void);

/* For fake.c. */
uint64_t mock_read(struct mock_unit *unit, uint32_t offset, unsigned int size);
void mock_write(struct mock_unit *unit, uint32_t offset, uint64_t value, unsigned int size);
void mock_memory_changed(void);

/*
 * What a run must leave behind in `unit`, or the test fails: nothing under way, a running queue
 * drained with a Wait as its last descriptor; in a unit that was moved, no cache with what was
 * before (interrupt entries only where there is a queue to forget them by).
 */
void mock_check_settled(const struct mock_unit *unit);
void mock_check_fresh(const struct mock_unit *unit, bool dma, bool interrupts);

#endif /* MOCK_UNIT_H */
