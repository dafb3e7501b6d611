// SPDX-License-Identifier: GPL-2.0-only
/*
 * One PASID table entry (stub/pasid_entry.c, vet.c), scalable mode.
 *
 * proof_pasid_entry	Any present entry, any PASID, a unit of any capabilities, any option: as
 *			proof_context (VT-d spec 9.6), for all four types. A nested entry keeps its
 *			first level's pointer, which is a guest's.
 */
#include "../../stub/pasid_entry.c"

#include "entry_model.h"

#include "domain_model.h"

static struct device_sink own;

uint64_t context_blocked(const struct relay *r)
{
	(void)r;
	return blocked();
}

unsigned int context_sink_width(const struct unit *u)
{
	unsigned int aw = nondet_u8();

	(void)u;
	if (!(unit.cap >> 8 & 0xf))
		return CONTEXT_NO_WIDTH;
	assume(width_is_there(aw));
	return aw;
}

struct device_sink context_own_sink(struct relay *r, struct unit *u)
{
	(void)r;
	(void)u;
	own.id = relay.params.bad == BAD_SINK ? nondet_u16() : 0;
	sink_grow(&own.sink, NULL, SINK_LEVELS);
	if (!own.sink.page[0].pa)
		own.sink = relay.sink;
	return own;
}

static void is_sunk(const struct vtd_pasid *now)
{
	uint64_t type = now->q[0] >> 6 & 7, aw = now->q[0] >> 2 & 7;

	prove(records == 1 && record.object == HANDOFF_PASID);
	prove((now->q[3] | now->q[4] | now->q[5] | now->q[6] | now->q[7]) == 0);
	if (!(now->q[0] & 1)) {
		prove(now->q[0] == blocked() && (now->q[1] | now->q[2]) == 0 && record.action == HANDOFF_BLOCKED);
		return;
	}
	prove(!(now->q[0] & 2) && record.action == HANDOFF_SUNK && now->q[1] == own.id && own.id);
	if (type == VTD_PGTT_SECOND_LEVEL)
		prove(width_is_there(aw) && is_sink(now->q[0] & ~0xfffull, aw + 2) && now->q[2] == 0 &&
		      unit.ecap >> 46 & 1);
	else
		prove(type == VTD_PGTT_FIRST_LEVEL && is_sink(now->q[2], 4));
}

void proof_pasid_entry(void)
{
	struct device_sink none = { .id = 0 };
	struct pasid_user user = { .unit = &unit, .rid_pasid = nondet_u32(), .sink = &none };
	struct vtd_pasid was, now;
	uint64_t type, root;

	make_unit();
	for (unsigned int i = 0; i < 8; i++)
		was.q[i] = nondet_u64();
	was.q[0] |= 1;
	now = was;
	type = was.q[0] >> 6 & 7;
	own.sink.page[0].pa = 0;
	if (!pasid_entry_copy(&relay, &user, nondet_u32(), &now, phys(nondet_u64() & PAGE_MASK)))
		return;
	prove(!fenced || (type == VTD_PGTT_PASS_THROUGH && !records));
	if (fenced)
		return;
	if (!taken || records) {
		is_sunk(&now);
		return;
	}
	prove((was.q[4] | was.q[5] | was.q[6] | was.q[7]) == 0 && (was.q[1] & 0xffff) < domain_ids());
	prove(now.q[1] == ((was.q[1] & ~0xffffull) | domain.id) && now.q[3] == was.q[3]);
	prove(wanted.id == (was.q[1] & 0xffff));
	if (type == VTD_PGTT_PASS_THROUGH) {
		prove(unit.ecap >> 6 & 1 && wanted.flags == HANDOFF_DOMAIN_PASS_THROUGH);
		prove(now.q[0] == was.q[0] && now.q[2] == was.q[2]);
		return;
	}
	root = type == VTD_PGTT_FIRST_LEVEL ? was.q[2] & ~0xfffull : was.q[0] & ~0xfffull;
	prove(wanted.root == root && crashed.pa == root && crashed_size == PAGE_SIZE);
	if (type == VTD_PGTT_FIRST_LEVEL) {
		prove(unit.ecap >> 47 & 1 && wanted.flags == HANDOFF_DOMAIN_FIRST_LEVEL);
		prove(wanted.levels == 4 || (wanted.levels == 5 && unit.cap >> 60 & 1));
		prove(wanted.levels == 4 + (was.q[2] >> 2 & 3) && now.q[0] == was.q[0]);
		prove(now.q[2] == ((was.q[2] & 0xfff) | domain.new_root));
		return;
	}
	prove(type == VTD_PGTT_SECOND_LEVEL ? unit.ecap >> 46 & 1 :
	      type == VTD_PGTT_NESTED && unit.ecap >> 26 & 1);
	prove(width_is_there(was.q[0] >> 2 & 7) && wanted.levels == (was.q[0] >> 2 & 7) + 2);
	prove(now.q[0] == ((was.q[0] & 0xfff) | domain.new_root) && now.q[2] == was.q[2]);
}
