/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mock_unit.h - a remapping unit as the VT-d spec describes it, strict about how it is driven
 *
 * It fails the test at once when software breaks a rule: two commands in one GCMD write, a stale
 * one-shot sent again, translation turned off, a command while another is under way, another table
 * mode or interrupt table format while active, the queue's address changed while it runs, register
 * invalidation while the queue is on. It refuses to turn the queue off unless it is drained and the
 * last descriptor was a Wait.
 *
 * And it is as contrary as its capabilities allow. It caches contexts, PASIDs, translations and
 * interrupt entries (cache.h) until it is told to forget them at the Wait or register that confirms
 * it, and in between fills them anew for devices that never rest (devices.h). Without ECAP.C it does
 * not see what is in a CPU cache, with CAP.RWBF nothing that was stored since its write buffer was
 * last flushed; with CAP.CM it caches what is not present as well; without ESRTPS and ESIRTPS it
 * forgets nothing by itself.
 */
#ifndef MOCK_UNIT_H
#define MOCK_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "memory.h"
#include "vtd.h"

#define MOCK_MAX_UNITS	20u
#define MOCK_MAX_FAULTS	4u

/* Invalidations that the next Wait confirms. */
struct mock_asked {
	bool context, pasid, iotlb, reads, writes, interrupts;
};

struct mock_unit {
	uint64_t base, cap, ecap;
	unsigned int index;

	/* registers */
	uint32_t version, gsts, fsts, fectl, iectl, pectl, pmen;
	uint64_t rtaddr, irta, ccmd, iotlb, iqa, iqh, iqt, iqercd;
	uint64_t fault[MOCK_MAX_FAULTS][2];

	/* what it goes by, since SRTP and SIRTP */
	uint64_t root, irt;
	struct cache *cache;		/* NULL until devices_start() */
	struct devices *devices;
	struct memory_picture *written;	/* CAP.RWBF: the arena at the last WBF, or NULL */
	unsigned int posted_seen;	/* stores elsewhere that had reached memory then */
	struct mock_asked asked;
	unsigned int last_descriptor;	/* type; 0: none since the queue was turned on */

	/* how it behaves; set by tests */
	unsigned int delay;		/* register reads until it answers; 0 = at once */
	uint32_t deaf;			/* commands it never carries out: VTD_G_SRTP, VTD_G_QIE, ... */
	bool deaf_queue_on;		/* turns the queue off, but never on again */
	bool deaf_queue;		/* takes descriptors and never executes them */
	unsigned int deaf_after;	/* so many more Waits, then it takes descriptors as above; 0: never */
	bool deaf_registers;		/* never completes a register invalidation */
	uint32_t queue_error;		/* of FSTS: comes back whenever there is something in the queue */
	uint32_t late_error;		/* of FSTS: comes, once, when FSTS is cleared */
	bool no_cfi;			/* as QEMU: no CFIS, compatibility format passes whatever is set */
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
/* Memory outside the arena was written: what was there before. */
void mock_memory_written(uint64_t pa, const void *before, size_t size);

/* Was anything in [pa, pa + size) written by machine_write()? */
bool mock_was_written(uint64_t pa, uint64_t size);

/*
 * Does it let an interrupt request in compatibility format pass (VT-d spec 5.1.4)? And what becomes of one in
 * remappable format with this handle: delivered, blocked, or blocked and recorded as a fault? With remapping off
 * it passes as it is, which is no delivery: nobody knows the vector.
 */
bool mock_passes_compatibility(const struct mock_unit *unit);
enum mock_interrupt { MOCK_DELIVERED, MOCK_BLOCKED, MOCK_FAULT, MOCK_RAW };
enum mock_interrupt mock_remap(const struct mock_unit *unit, uint32_t handle);

/* Memory as the unit's table walks see it. False where there is none. */
bool mock_read_memory(const struct mock_unit *unit, uint64_t pa, void *to, size_t size);

/*
 * What a run must leave behind in `unit`, or the test fails: nothing under way, a running queue
 * drained with a Wait as its last descriptor.
 */
void mock_check_settled(const struct mock_unit *unit);

#endif /* MOCK_UNIT_H */
