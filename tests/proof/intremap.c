// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt table (stub/intremap.c, vet.c).
 *
 * proof_intremap	A table of 2 entries of any content anywhere, a unit of any capabilities, any
 *			option, with room for the copy or without: it is read once; in the copy, an
 *			entry that hardware takes (VT-d spec 9.10, 9.11; a posted one with a descriptor
 *			in the crashed kernel's RAM) stays, but for FPD where that is asked for; any
 *			other is blocked. In place, each other one has a record.
 */
#include "../../stub/intremap.c"

#include "entry_model.h"

static struct vtd_entry128 table[2], copy[2], page[2];
static unsigned int reads;

bool machine_read(phys_t from, void *to, size_t size)
{
	prove(size == sizeof(table) && from.pa == (unit_report.old_irta & PAGE_MASK));
	prove(__CPROVER_w_ok(to, size));
	if (nondet_bool())
		return false;
	((struct vtd_entry128 *)to)[0] = table[0];
	((struct vtd_entry128 *)to)[1] = table[1];
	reads++;
	return true;
}

void *arena_alloc(struct arena *arena, uint64_t size, uint64_t align)
{
	(void)arena;
	prove(size == sizeof(copy) && align == PAGE_SIZE);
	return nondet_bool() ? copy : NULL;
}

bool budget_exhausted(const struct budget *budget)
{
	(void)budget;
	return nondet_bool();
}

struct handoff_record context_blame(const struct unit *u, unsigned int bus, unsigned int devfn)
{
	(void)u;
	prove(bus < 256 && devfn < 256);
	return (struct handoff_record){ .bus = (uint8_t)bus, .devfn = (uint8_t)devfn };
}

/* As hardware takes it, the descriptor's place aside. */
static bool is_sound(struct vtd_entry128 entry)
{
	if (entry.lo >> 15 & 1)
		return unit.cap >> 59 & 1 && !(entry.lo & 0x3fff0030fcull) &&
		       !(entry.hi & 0xfff00000ull);
	return !(entry.lo & 0xff007000ull) && !(entry.hi >> 20) && (entry.hi >> 18 & 3) != 3;
}

void proof_intremap(void)
{
	unsigned int any = nondet_bool();

	make_unit();
	unit_report.old_irta = nondet_u64() & ~0xfull;		/* the smallest size: 2 entries */
	unit_report.ir_reason = HANDOFF_OK;
	table[any] = (struct vtd_entry128){ nondet_u64(), nondet_u64() };
	table[!any].lo = 0;			/* so that a record can only be about the other */
	copy[any] = copy[!any] = (struct vtd_entry128){ 0, 0 };
	relay.scratch[0] = (uint64_t *)page;
	reads = 0;
	if (!intremap_copy(&relay, &unit))
		return;
	prove(reads <= 1 && records <= 1);
	prove(unit.irt == copy || unit.irt == NULL);
	if (!unit.irt)
		prove(unit_report.ir_reason == HANDOFF_UNIT_NO_ROOM || unit_report.ir_reason == HANDOFF_UNIT_IRTA);
	if (!reads) {
		prove(records == 1 && record.object == HANDOFF_IR_TABLE);
		prove(!unit.irt || (copy[any].lo == VTD_IRTE_FPD && copy[any].hi == 0));
		return;
	}
	if (!(table[any].lo & 1)) {
		prove(!records && (!unit.irt || (copy[any].lo == table[any].lo && copy[any].hi == table[any].hi)));
		return;
	}
	if (!records) {
		prove(is_sound(table[any]));
		if (table[any].lo >> 15 & 1)
			prove(crashed_size == 64 && crashed.pa == ((table[any].hi & ~0xffffffffull) |
								    table[any].lo >> 38 << 6));
		prove(!unit.irt || ((copy[any].lo & ~2ull) == (table[any].lo & ~2ull) &&
				    copy[any].hi == table[any].hi));
		return;
	}
	prove(record.where == (unit_report.old_irta & PAGE_MASK) + any * 16 && record.found[0] == table[any].lo);
	prove(record.in_place == !unit.irt);
	prove(!unit.irt || (copy[any].lo == VTD_IRTE_FPD && copy[any].hi == 0));
	prove(!is_sound(table[any]) || table[any].lo >> 15 & 1);
}
