// SPDX-License-Identifier: GPL-2.0-only
/*
 * One context entry (stub/context.c, vet.c), legacy mode.
 *
 * proof_context	Any present entry, a unit of any capabilities, any option: afterwards the entry
 *			is one that the unit takes (VT-d spec 9.3: reserved fields, type, width, domain
 *			id). Kept, it asks for what it asked for, by the copy of that very table under
 *			the id of its domain, and the table was the crashed kernel's. Otherwise there is
 *			one record, and it leads to a sink or is not present. The stub sets FPD
 *			only in what dmarelay.bad=block makes not present.
 *			(What a fence puts in the place of pass-through is fence.c's, and a model here.)
 */
#include "../../stub/context.c"

#include "entry_model.h"

#include "domain_model.h"

static void is_sunk(struct vtd_entry128 now)
{
	uint64_t aw = now.hi & 7;

	prove(records == 1 && record.object == HANDOFF_CONTEXT);
	if (!(now.lo & 1)) {
		prove(now.lo == blocked() && now.hi == 0 && record.action == HANDOFF_BLOCKED);
		return;
	}
	prove(relay.params.bad == BAD_SINK && record.action == HANDOFF_SUNK);
	prove((now.lo & 0xfff) == 1 && width_is_there(aw) && is_sink(now.lo & ~0xfffull, aw + 2));
	prove((now.hi & ~0xffff07ull) == 0 && now.hi >> 8);
}

void proof_context(void)
{
	struct vtd_entry128 was = { nondet_u64() | 1, nondet_u64() }, now = was;
	uint64_t type = was.lo >> 2 & 3, did = was.hi >> 8 & 0xffff;

	make_unit();
	if (!context_copy(&relay, &unit, &now, nondet_u8(), nondet_u8(), phys(nondet_u64() & PAGE_MASK)))
		return;
	prove(!fenced || (type == 2 && !records));
	if (fenced)
		return;
	if (!taken || records) {
		is_sunk(now);
		return;
	}
	prove((was.lo & 0xff0) == 0 && (was.hi & ~0xffff7full) == 0 && did < domain_ids());
	prove(type == 0 || (type == 1 && unit.ecap & 4) || (type == 2 && unit.ecap & 1 << 6));
	prove(width_is_there(was.hi & 7));
	prove(wanted.id == did && ((now.lo ^ was.lo) & 0xfff) == 0 && ((now.hi ^ was.hi) & ~0xffff00ull) == 0);
	prove((now.hi >> 8 & 0xffff) == domain.id);
	if (type == 2) {
		prove(wanted.flags == HANDOFF_DOMAIN_PASS_THROUGH && now.lo == was.lo);
		return;
	}
	prove(wanted.flags == 0 && wanted.root == (was.lo & ~0xfffull) && wanted.levels == (was.hi & 7) + 2);
	prove((now.lo & ~0xfffull) == domain.new_root);
	prove(crashed.pa == wanted.root && crashed_size == PAGE_SIZE);
	prove(unit.host_width == 64 || !(wanted.root >> unit.host_width));
}
