// SPDX-License-Identifier: GPL-2.0-only
#include "owners.h"

#include "testing.h"

#define MOST_PASIDS	2000u	/* a device; a unit ten times that */
#define MOST_TAGS	0x1000u

static struct {
	const struct translate_view *view;
	uint64_t by_id[0x10000];	/* 0: nobody */
	bool clashes[0x10000];
	uint16_t ids[0x10000];		/* those in by_id */
	size_t id_count;
	struct { uint32_t pasid; uint16_t id; uint64_t what; } tags[MOST_TAGS];
	size_t tag_count;
	uint32_t any_clash;
} owners;

struct visit {
	void (*visit)(void *context, uint16_t source, uint32_t pasid);
	void *context;
	uint16_t source;
};

static void visit_pasid(void *context, uint32_t pasid)
{
	struct visit *visit = context;

	visit->visit(visit->context, visit->source, pasid);
}

void owners_each(const struct translate_view *view,
		 void (*visit)(void *context, uint16_t source, uint32_t pasid), void *context)
{
	struct visit pasids = { visit, context, 0 };
	unsigned int left = 10 * MOST_PASIDS;

	for (unsigned int source = 0; source < 0x10000; source++) {
		struct translation t = translate(view, (uint16_t)source, 0);

		if (t.stage >= STAGE_BUS) {	/* all of the half bus is alike */
			source |= 0x7f;
			continue;
		}
		pasids.source = (uint16_t)source;
		if (VTD_RTADDR_TTM(view->root) == VTD_TTM_SCALABLE)
			left -= translate_pasids(view, (uint16_t)source, left < MOST_PASIDS ? left : MOST_PASIDS,
						 visit_pasid, &pasids);
		else
			visit(context, (uint16_t)source, TRANSLATE_NO_PASID);
	}
}

static void note_clash(uint16_t id)
{
	owners.clashes[id] = true;
	owners.any_clash = id;
}

static void own_by_pasid(uint16_t id, uint32_t pasid, uint64_t what)
{
	for (size_t i = 0; i < owners.tag_count; i++) {
		if (owners.tags[i].pasid != pasid || owners.tags[i].id != id)
			continue;
		if (owners.tags[i].what != what)
			note_clash(id);
		return;
	}
	if (owners.tag_count < MOST_TAGS) {
		owners.tags[owners.tag_count].pasid = pasid;
		owners.tags[owners.tag_count].id = id;
		owners.tags[owners.tag_count++].what = what;
	}
}

static void own(void *context, uint16_t source, uint32_t pasid)
{
	struct translation t = translate_pasid(owners.view, source, pasid, 0);
	uint64_t what = t.top | t.levels << 1 | 1;

	(void)context;
	if (t.stage >= STAGE_DEVICE && t.result != TRANSLATE_MAPPED)
		return;
	if (t.type == 2 || t.type == 3) {	/* pass-through, first-level */
		own_by_pasid(t.domain, pasid, what);
		what = 1;
	}
	if (owners.by_id[t.domain] && owners.by_id[t.domain] != what)
		note_clash(t.domain);
	if (!owners.by_id[t.domain])
		owners.ids[owners.id_count++] = t.domain;
	owners.by_id[t.domain] = what;
}

void owners_collect(const struct translate_view *view)
{
	while (owners.id_count) {
		uint16_t id = owners.ids[--owners.id_count];

		owners.by_id[id] = 0;
		owners.clashes[id] = false;
	}
	owners.tag_count = 0;
	owners.any_clash = OWNERS_NO_ID;
	owners.view = view;
	owners_each(view, own, NULL);
	owners.view = NULL;
}

bool owners_clash(uint16_t id)
{
	return owners.clashes[id];
}

uint32_t owners_any_clash(void)
{
	return owners.any_clash;
}
