// SPDX-License-Identifier: GPL-2.0-only
#include "repair.h"

#include <string.h>

#include "budget.h"
#include "domain.h"
#include "log.h"
#include "machine.h"
#include "quarantine.h"
#include "rmrr.h"
#include "state.h"
#include "vtd.h"
#include "walk.h"

/* Readable and writable in second-level tables, user-accessible too in first-level ones. */
#define RIGHTS	(VTD_SL_R | VTD_SL_W | VTD_SL_X)

/* One device's one region, in the domain that the device goes by. */
struct repair {
	struct relay *relay;
	int format;			/* of its tables: pagetable_format(); -1: a fence's, which keep holes */
	struct handoff_domain *domain;
	struct handoff_record run;	/* pages alike that came last; size 0: none */
};

static bool is_ours(const struct relay *relay, uint64_t address)
{
	const struct arena *arena = &relay->arena;

	return address >= arena->phys.pa && address - arena->phys.pa < arena->used;
}

static uint64_t *table_at(const struct relay *relay, uint64_t entry)
{
	uint64_t address = entry & VTD_SL_ADDRESS;

	return is_ours(relay, address) ? arena_at(&relay->arena, phys(address)) : NULL;
}

static bool is_present(const struct repair *repair, uint64_t entry)
{
	return entry & (repair->domain->flags & HANDOFF_DOMAIN_FIRST_LEVEL ? VTD_FL_P : VTD_SL_R | VTD_SL_W);
}

/* A sink's tables are known by their entries: all present, all alike. */
static bool may_be_shared_sink(const struct repair *repair, const uint64_t *table)
{
	for (unsigned int i = 1; i < VTD_ENTRIES; i++)
		if (table[i] != table[0])
			return false;
	return is_present(repair, table[0]);
}

/* It has holes as any copy has. They stay if there is no room to remember it. */
static void remember(struct repair *repair, const uint64_t *page, uint32_t level)
{
	phys_t table = arena_phys(&repair->relay->arena, page);

	if (repair->format >= 0)
		(void)memo_add(&repair->relay->memo, (struct memo_key){
			.table = table, .level = (uint8_t)level, .format = (uint8_t)repair->format,
		}, table);
}

static bool is_alias(const struct repair *repair, const uint64_t *table)
{
	return alias_is(&repair->relay->alias, arena_phys(&repair->relay->arena, table));
}

/* Two tables refer to what one did. (It does no harm to call a leaf's page an alias.) */
static void share_children(const struct repair *repair, const uint64_t *table)
{
	for (unsigned int i = 0; i < VTD_ENTRIES; i++)
		alias_add(&repair->relay->alias, phys(table[i] & VTD_SL_ADDRESS));
}

/*
 * A table of our own, of `level`, in the place of none, or of one that many share: a scratch table, or one that
 * serves at other IOVAs as well. (Any table may be copied: the copy says the same.)
 */
static uint64_t *own_table(struct repair *repair, uint64_t *entry, uint64_t *table, uint32_t level)
{
	uint64_t *page;

	if (table && !may_be_shared_sink(repair, table) && !is_alias(repair, table))
		return table;
	page = arena_page(&repair->relay->arena);
	if (!page)
		return NULL;
	if (table) {
		memcpy(page, table, PAGE_SIZE);
		share_children(repair, table);
	} else {
		memset(page, 0, PAGE_SIZE);
	}
	remember(repair, page, level);
	*entry = arena_phys(&repair->relay->arena, page).pa |
		 (table ? *entry & ~VTD_SL_ADDRESS : RIGHTS);
	repair->domain->tables++;
	return page;
}

/* Make `iova` translate to itself. 0 if it does; else what was wrong, and what was done about it. */
static uint16_t mend_page(struct repair *repair, uint64_t iova, uint8_t *action)
{
	uint64_t *table = table_at(repair->relay, repair->domain->new_root), entry;
	uint32_t level = (repair->domain->address_width - 12) / 9;

	*action = HANDOFF_KEPT;
	if (table && is_alias(repair, table))
		table = NULL;		/* a part of another domain's tables as well */
	for (; table; level--) {
		uint64_t *slot = &table[walk_index(iova, level)], size = walk_span(level);
		bool present = is_present(repair, *slot);

		entry = *slot;
		if (level == 1 || (present && entry & VTD_SL_PS)) {
			if (present && !is_ours(repair->relay, entry & VTD_SL_ADDRESS))
				return (entry & VTD_SL_ADDRESS & ~(size - 1)) == (iova & ~(size - 1)) ?
				       0 : HANDOFF_RULE_RMRR_ELSEWHERE;
			*slot = iova | RIGHTS;
			*action = HANDOFF_REPAIRED;
			return HANDOFF_RULE_RMRR_UNMAPPED;
		}
		if (present && !table_at(repair->relay, entry))
			break;		/* left in place, which is only ever made to lead nowhere */
		table = own_table(repair, slot, present ? table_at(repair->relay, entry) : NULL,
				  level - 1);
	}
	return HANDOFF_RULE_RMRR_ELSEWHERE;
}

static void end_run(struct repair *repair)
{
	if (repair->run.size)
		quarantine(&repair->relay->report, &repair->run);
	repair->run.size = 0;
}

/* False if the time budget ran out. */
static bool mend_region(struct repair *repair, const struct handoff_range *region)
{
	for (uint64_t iova = region->first & PAGE_MASK; iova <= region->last; iova += PAGE_SIZE) {
		uint8_t action;
		uint16_t rule = mend_page(repair, iova, &action);

		if (rule != repair->run.rule)
			end_run(repair);
		if (rule && !repair->run.size)
			repair->run.iova = repair->run.target = iova;
		repair->run.rule = rule;
		repair->run.action = action;
		repair->run.size += rule ? PAGE_SIZE : 0;
		if (iova % walk_span(2) == 0 && budget_exhausted(&repair->relay->budget))
			return false;
	}
	end_run(repair);
	return true;
}

/* Firmware's word alone: the region must be what tables can say, and no page of it the dump kernel's. */
static bool is_mendable(const struct relay *relay, const struct handoff_domain *domain,
			const struct handoff_range *region)
{
	uint64_t first = region->first & PAGE_MASK, last = region->last | ~PAGE_MASK;

	return region->last < walk_span((domain->address_width - 12) / 9 + 1) &&
	       region->last < 1ull << (relay->dmar.address_width < 52 ? relay->dmar.address_width : 52) &&
	       !ram_hits_crash_region(&relay->ram, phys(first), last - first + 1);
}

/* False if the time budget ran out. */
static bool repair_device(struct relay *relay, const struct handoff_device *device)
{
	struct handoff_domain *domain = report_entry(&relay->report, HANDOFF_DOMAINS, device->domain);
	struct repair repair = {
		.relay = relay,
		.format = domain->flags & HANDOFF_DOMAIN_FENCE ? -1 :
			  domain_format(relay, &relay->units[domain->unit], domain->flags),
		.domain = domain,
		.run = {
			.object = HANDOFF_LEAF, .level = 1, .segment = device->segment, .bus = device->bus,
			.devfn = device->devfn, .domain_id = device->domain_id, .unit = device->unit,
		},
	};
	struct handoff_range region;
	uint32_t offset = 0;

	if (domain->flags & HANDOFF_DOMAIN_PASS_THROUGH)
		return true;
	while (rmrr_next(relay, &offset, device->segment, device->bus, device->devfn, false, &region)) {
		if (!is_mendable(relay, domain, &region))
			log_line(&relay->report, "RMRR %lx to %lx of %02x:%02x.%u: not looked at", region.first,
				 region.last, device->bus, device->devfn >> 3, device->devfn & 7u);
		else if (!mend_region(&repair, &region))
			return false;
	}
	return true;
}

bool repair_reserved(struct relay *relay)
{
	if (!report_count(&relay->report, HANDOFF_RMRRS))
		return true;
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = report_entry(&relay->report, HANDOFF_DEVICES, i);

		if (device->domain != HANDOFF_NO_DOMAIN &&
		    (budget_exhausted(&relay->budget) || !repair_device(relay, device)))
			return false;
	}
	return true;
}
