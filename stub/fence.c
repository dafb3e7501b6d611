// SPDX-License-Identifier: GPL-2.0-only
#include "fence.h"

#include <string.h>

#include "domain_id.h"
#include "first_level.h"
#include "log.h"
#include "ranges.h"
#include "second_level.h"
#include "state.h"
#include "walk.h"

#define LARGEST_LEAF	3u		/* level: 1 GiB */
#define ROUND		0x100000000ull	/* what is mapped ends at a multiple of 4 GiB */

struct fence {
	struct relay *relay;
	struct handoff_domain *domain;
	uint64_t *root;
	uint64_t rights;
	uint32_t leaf_levels;		/* bit n: leaves at level n */
	unsigned int levels;
};

static bool is_wanted(const struct relay *relay)
{
	return relay->params.fence == FENCE_ON ||
	       (relay->params.fence == FENCE_AUTO && relay->boot.adopting && !relay->params.adopt_off);
}

static bool is_first_level(const struct unit *unit)
{
	return unit_is_scalable(unit) && unit->ecap & VTD_ECAP_FLTS;
}

/*
 * Tables as Linux makes them for the unit's devices, or it could not adopt them: first-level where it
 * can, as deep as all kinds of tables that the unit has can be. 0: the unit has none of 3 levels.
 */
static unsigned int levels_of(const struct unit *unit)
{
	uint64_t widths = VTD_CAP_SAGAW(unit->cap), first = unit->cap & VTD_CAP_FL5LP ? 0xc : 0x4;

	if (is_first_level(unit))
		widths = unit->ecap & VTD_ECAP_SLTS ? widths & first : first;
	for (unsigned int aw = 3; aw; aw--)
		if (widths & 1u << aw)
			return VTD_AW_LEVELS(aw);
	return 0;
}

/* How many bits of address the tables take. First-level addresses are sign-extended (3.6). */
static unsigned int width_of(const struct unit *unit, unsigned int levels)
{
	unsigned int width = 9 * levels + 12 - is_first_level(unit);
	unsigned int mgaw = (unsigned int)VTD_CAP_MGAW(unit->cap);

	if (width > mgaw)
		width = mgaw;
	return width < unit->host_width ? width : unit->host_width;
}

/* Where the entry of `level` for `at` is; makes the tables on the way. NULL: no room. */
static uint64_t *slot_of(struct fence *fence, uint64_t at, unsigned int level)
{
	struct arena *arena = &fence->relay->arena;
	uint64_t *table = fence->root;

	for (unsigned int above = fence->levels; above > level; above--) {
		uint64_t *entry = &table[walk_index(at, above)];

		if (!*entry) {
			uint64_t *page = share_page(&fence->relay->share);

			if (!page)
				return NULL;
			memset(page, 0, PAGE_SIZE);
			*entry = arena_phys(arena, page).pa | fence->rights;
			fence->domain->tables++;
		}
		table = arena_at(arena, phys(*entry & VTD_SL_ADDRESS));
	}
	return &table[walk_index(at, level)];
}

/* Map [at, end) to itself, by leaves as large as can be. False: no room. */
static bool map(struct fence *fence, uint64_t at, uint64_t end)
{
	ranges_add(&fence->relay->report, fence->domain, at, end - 1);
	while (at < end) {
		unsigned int level = LARGEST_LEAF;
		uint64_t *slot;

		while (level > 1 && (!(fence->leaf_levels & 1u << level) || at % walk_span(level) ||
				     end - at < walk_span(level)))
			level--;
		slot = slot_of(fence, at, level);
		if (!slot)
			return false;
		*slot = at | fence->rights | (level > 1 ? VTD_SL_PS : 0);
		fence->domain->leaves++;
		at += walk_span(level);
	}
	return true;
}

/* Everything below `top` but the pages of the crash region, all of which lies there. */
static bool map_around(struct fence *fence, uint64_t top)
{
	const struct ram_set *region = &fence->relay->ram.crash_region;
	uint64_t at = 0;

	for (size_t i = 0; i <= region->count; i++) {
		uint64_t end = i < region->count ? region->ranges[i].first & PAGE_MASK : top;

		if (at < end && !map(fence, at, end))
			return false;
		if (i < region->count)
			at = (region->ranges[i].last | ~PAGE_MASK) + 1;
	}
	return true;
}

/* NULL, or why there is no fence; what was begun is then to be given back. */
static const char *make(struct fence *fence, struct unit *unit)
{
	uint64_t last = ram_last(&fence->relay->ram) | (ROUND - 1);
	bool first_level = is_first_level(unit);
	struct pt_format format = first_level ? first_level_format(unit) : second_level_format(unit);

	if (!fence->levels || !(format.leaf_levels & 1u << 2))
		return "no tables for it";
	if (last >> width_of(unit, fence->levels))
		return "memory is beyond its tables";
	if (unit->unfenced)
		return "no room";
	fence->leaf_levels = format.leaf_levels;
	/* As if accessed and dirty already: hardware has nothing to write there. */
	fence->rights = VTD_SL_R | VTD_SL_W | VTD_SL_X | (first_level ? format.marks : 0);
	fence->root = share_page(&fence->relay->share);
	unit->unfenced = true;
	if (!fence->root)
		return "no room";
	memset(fence->root, 0, PAGE_SIZE);
	fence->domain->tables = 1;
	if (!map_around(fence, last + 1))
		return "no room";
	unit->unfenced = false;
	fence->domain->id = domain_id_fresh(unit);
	return fence->domain->id ? NULL : "no domain id";
}

static const char *add(struct relay *relay, struct unit *unit, uint32_t pasid)
{
	struct fence fence = {
		.relay = relay, .domain = report_add(&relay->report, HANDOFF_DOMAINS),
		.levels = levels_of(unit),
	};
	uint32_t ranges = report_count(&relay->report, HANDOFF_RANGES);
	uint64_t mark = arena_mark(&relay->arena);
	const char *why;

	if (!fence.domain)
		return "no room";
	*fence.domain = (struct handoff_domain){
		.unit = unit->index,
		.address_width = 9 * fence.levels + 12,
		.flags = HANDOFF_DOMAIN_FENCE | (is_first_level(unit) ? HANDOFF_DOMAIN_FIRST_LEVEL : 0),
		.first_range = ranges,
		.pasid = pasid,
	};
	why = make(&fence, unit);
	if (!why) {
		fence.domain->new_root = arena_phys(&relay->arena, fence.root).pa;
		unit->report->page_tables += fence.domain->tables;
		return NULL;
	}
	arena_rewind(&relay->arena, mark);
	report_truncate(&relay->report, HANDOFF_RANGES, ranges);
	report_truncate(&relay->report, HANDOFF_DOMAINS, report_count(&relay->report, HANDOFF_DOMAINS) - 1);
	return why;
}

bool fence_make(struct relay *relay, struct unit *unit, uint32_t pasid, const struct handoff_record *user,
		uint32_t *index)
{
	const char *why;

	if (!is_wanted(relay))
		return false;
	why = add(relay, unit, pasid);
	if (why) {
		log_line(&relay->report, "%02x:%02x.%u stays passed through: %s", user->bus,
			 user->devfn >> 3, user->devfn & 7u, why);
		return false;
	}
	*index = report_count(&relay->report, HANDOFF_DOMAINS) - 1;
	return true;
}

struct vtd_entry128 fence_context(const struct handoff_domain *fence, struct vtd_entry128 found)
{
	return (struct vtd_entry128){
		(found.lo & (VTD_CTX_P | VTD_CTX_FPD)) | fence->new_root |
			VTD_TT_SECOND_LEVEL << VTD_CTX_TT_SHIFT,
		(found.hi & ~(VTD_CTX_DID_MASK | VTD_CTX_AW_MASK)) |
			(uint64_t)fence->id << VTD_CTX_DID_SHIFT | VTD_AW_OF(fence->address_width),
	};
}

struct vtd_pasid fence_pasid_entry(const struct handoff_domain *fence, const struct vtd_pasid *found)
{
	uint64_t aw = VTD_AW_OF(fence->address_width);
	struct vtd_pasid entry = {
		{ (found->q[0] & (VTD_PE_P | VTD_PE_FPD)) | aw << VTD_PE_AW_SHIFT,
		  (found->q[1] & ~VTD_PE_DID_MASK) | fence->id }
	};

	if (fence->flags & HANDOFF_DOMAIN_FIRST_LEVEL) {	/* the width as well: see pasid_entry_sink() */
		entry.q[0] |= VTD_PGTT_FIRST_LEVEL << VTD_PE_PGTT_SHIFT;
		entry.q[2] = fence->new_root | (aw - 2) << VTD_PE_FLPM_SHIFT;
	} else {
		entry.q[0] |= VTD_PGTT_SECOND_LEVEL << VTD_PE_PGTT_SHIFT | fence->new_root;
	}
	return entry;
}
