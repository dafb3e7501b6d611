// SPDX-License-Identifier: GPL-2.0-only
#include "hide.h"

#include "block.h"
#include "budget.h"
#include "command.h"
#include "domain.h"
#include "initrd.h"
#include "log.h"
#include "machine.h"
#include "missing.h"
#include "quarantine.h"
#include "state.h"
#include "switch.h"

#define LOW_MEMORY	0x100000ull
#define FOUR_GIB	0x100000000ull
#define LOW_NEEDED	(72ull << 20)	/* swiotlb and buffers of 32-bit devices (Linux: asm/crash_reserve.h) */

/* ---- Conditions that can be looked at beforehand ---- */

static bool is_asked(const struct relay *relay)
{
	return relay->params.iommu == IOMMU_HIDE || (relay->params.iommu == IOMMU_AUTO && relay->boot.hide);
}

/* Where the e820 is the whole machine's, "the dump kernel's memory" would be the crashed kernel's. */
static bool is_dump_memory_ours(const struct relay *relay)
{
	const struct ram_set *memory = &relay->ram.dump_memory;

	for (size_t i = 0; i < memory->count; i++)
		if (memory->ranges[i].last >= LOW_MEMORY &&
		    ram_set_touches(&relay->ram.crashed, memory->ranges[i].first > LOW_MEMORY ?
				    memory->ranges[i].first : LOW_MEMORY, memory->ranges[i].last))
			return false;
	return true;
}

/* Without an IOMMU a 32-bit device needs memory that it can reach. */
static bool has_low_memory(const struct relay *relay)
{
	const struct ram_set *memory = &relay->ram.dump_memory;
	uint64_t low = 0;
	bool high = false;

	for (size_t i = 0; i < memory->count; i++) {
		uint64_t first = memory->ranges[i].first, last = memory->ranges[i].last;

		high |= last >= FOUR_GIB;
		if (first < FOUR_GIB)
			low += (last < FOUR_GIB ? last : FOUR_GIB - 1) - first + 1;
	}
	return !high || low >= LOW_NEEDED;
}

static enum handoff_hide_reason check_machine(const struct relay *relay)
{
	if (!is_asked(relay))
		return HANDOFF_HIDE_NOT_ASKED;
	if (relay->params.bad == BAD_BLOCK || relay->params.policy == POLICY_ISOLATE)
		return HANDOFF_HIDE_POLICY;
	if (!is_dump_memory_ours(relay))
		return HANDOFF_HIDE_MEMORY_MAP;
	if (!has_low_memory(relay))
		return HANDOFF_HIDE_LOW_MEMORY;
	if (relay->boot.tboot)
		return HANDOFF_HIDE_TBOOT;
	if (relay->boot.initrd.size && initrd_brings_dmar(phys(relay->boot.initrd.start), relay->boot.initrd.size))
		return HANDOFF_HIDE_INITRD;
	return machine_x2apic_stays() ? HANDOFF_HIDE_X2APIC : HANDOFF_HIDE_OK;
}

static enum handoff_hide_reason check_units(const struct relay *relay)
{
	bool translates = false;

	for (uint32_t i = 0; i < relay->unit_count; i++) {
		const struct handoff_unit *unit = relay->units[i].report;

		translates |= unit_dma_active(&relay->units[i]);
		if (unit->dma_reason)	/* of a unit that does not answer, too: nobody knows what it does */
			return HANDOFF_HIDE_NOT_SWITCHED;
		if (unit->in_place)
			return HANDOFF_HIDE_IN_PLACE;
		if (unit->flags & HANDOFF_UNIT_IR_ACTIVE && unit->ir_reason)
			return HANDOFF_HIDE_NOT_SWITCHED;
		if (unit->flags & HANDOFF_UNIT_ROOT_SINK)
			return HANDOFF_HIDE_ROOT;
	}
	return translates ? HANDOFF_HIDE_OK : HANDOFF_HIDE_NO_TRANSLATION;
}

/* ---- What is built beforehand ---- */

/* Were another domain's tables, extended already, the same? */
static bool is_extended(const struct relay *relay, const struct handoff_domain *domain)
{
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *other = report_entry(&relay->report, HANDOFF_DOMAINS, i);

		if (other->flags & HANDOFF_DOMAIN_IDENTITY && other->new_root == domain->new_root)
			return true;
	}
	return false;
}

static void record_conflict(struct relay *relay, const struct handoff_device *device, uint64_t pages)
{
	struct handoff_record record = {
		.rule = HANDOFF_RULE_HIDE_CONFLICT, .object = HANDOFF_CONTEXT, .action = HANDOFF_SUNK,
		.segment = device->segment, .bus = device->bus, .devfn = device->devfn,
		.domain_id = device->domain_id, .unit = device->unit,
		.iova = relay->ram.dump_memory.ranges[0].first, .size = pages * PAGE_SIZE,
	};

	quarantine(&relay->report, &record);
	log_line(&relay->report, "%02x:%02x.%u: of no use to the kdump kernel, %lu pages are mapped where its memory is",
		 device->bus, device->devfn >> 3, device->devfn & 7u, pages);
}

/* A record for each device that goes by these tables: none of them is of use to the kdump kernel. */
static void record_conflicts(struct relay *relay, uint64_t root, uint64_t pages)
{
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = report_entry(&relay->report, HANDOFF_DEVICES, i);
		const struct handoff_domain *domain = device->domain == HANDOFF_NO_DOMAIN ? NULL :
						      report_entry(&relay->report, HANDOFF_DOMAINS, device->domain);

		if (domain && domain->new_root == root)
			record_conflict(relay, device, pages);
	}
}

/* The tables that a device's own requests (without a PASID, or with RID_PASID) go by. */
static enum handoff_hide_reason add_identity(struct relay *relay, const struct handoff_device *device)
{
	struct handoff_domain *domain = report_entry(&relay->report, HANDOFF_DOMAINS, device->domain);
	const struct unit *unit = &relay->units[domain->unit];
	uint64_t conflicts = 0;

	if (domain->flags & HANDOFF_DOMAIN_PASS_THROUGH || domain->flags & HANDOFF_DOMAIN_IDENTITY)
		return HANDOFF_HIDE_OK;
	if (domain->flags & HANDOFF_DOMAIN_NESTED)
		return HANDOFF_HIDE_NESTED;
	if (alias_is(&relay->alias, phys(domain->new_root)))
		return HANDOFF_HIDE_SHARED;
	if (!identity_fits(relay, unit, domain->address_width, domain->flags & HANDOFF_DOMAIN_FIRST_LEVEL))
		return HANDOFF_HIDE_WIDTH;
	/* Its format is known: it was copied by it. */
	if (!is_extended(relay, domain) &&
	    identity_add(relay, domain, domain_format(relay, unit, domain->flags), &conflicts) == IDENTITY_NO_ROOM)
		return HANDOFF_HIDE_NO_ROOM;
	if (conflicts)
		record_conflicts(relay, domain->new_root, conflicts);
	domain->flags |= HANDOFF_DOMAIN_IDENTITY;
	return HANDOFF_HIDE_OK;
}

static enum handoff_hide_reason build(struct relay *relay)
{
	enum handoff_hide_reason reason;

	if (report_dropped(&relay->report, HANDOFF_DEVICES))
		return HANDOFF_HIDE_NO_ROOM;
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = report_entry(&relay->report, HANDOFF_DEVICES, i);

		if (budget_exhausted(&relay->budget))
			return HANDOFF_HIDE_BUDGET;
		reason = device->domain == HANDOFF_NO_DOMAIN ? HANDOFF_HIDE_OK : add_identity(relay, device);
		if (reason)
			return reason;
	}
	reason = missing_contexts(relay);
	return reason ? reason : block_prepare(relay);
}

/* What is in the report about it is not so, if the kernel is shown the IOMMU. */
static void forget_conflicts(struct relay *relay)
{
	report_truncate(&relay->report, HANDOFF_RECORDS, relay->hide.records);
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_DOMAINS); i++) {
		struct handoff_domain *domain = report_entry(&relay->report, HANDOFF_DOMAINS, i);

		domain->flags &= ~HANDOFF_DOMAIN_IDENTITY;
	}
}

void hide_prepare(struct relay *relay)
{
	uint64_t mark = arena_mark(&relay->arena);
	enum handoff_hide_reason reason;

	relay->hide.reason = HANDOFF_HIDE_EXCEPTION;	/* for when this is cut short */
	relay->hide.records = report_count(&relay->report, HANDOFF_RECORDS);
	reason = check_machine(relay);
	if (!reason)
		reason = check_units(relay);
	if (!reason)
		reason = build(relay);
	if (reason) {
		arena_rewind(&relay->arena, mark);
		forget_conflicts(relay);
	} else {
		machine_flush(relay->arena.base + mark, relay->arena.used - mark);
	}
	relay->hide.reason = reason;
}

/* ---- Hiding, and back ---- */

static bool are_switched(const struct relay *relay)
{
	for (uint32_t i = 0; i < relay->unit_count; i++) {
		const struct handoff_unit *unit = relay->units[i].report;

		/* Without a reason why not, one that was active is switched (switch.h). */
		if (unit->dma_reason || (unit->flags & HANDOFF_UNIT_IR_ACTIVE && unit->ir_reason))
			return false;
	}
	return true;
}

/* Units walk the tables all the time: each store is whole, and says something sound by itself. */
static void store(uint64_t *at, uint64_t value)
{
	*(volatile uint64_t *)at = value;
	machine_flush(at, sizeof(*at));
}

static bool invalidate_all(struct relay *relay)
{
	bool done = true;

	for (uint32_t i = 0; i < relay->unit_count; i++)
		if (relay->units[i].report->flags & HANDOFF_UNIT_DMA_SWITCHED)
			done &= switch_reload(relay, &relay->units[i]);
	return done;
}

static void store_links(struct relay *relay)
{
	for (const struct identity_links *links = relay->hide.first; links; links = links->next)
		for (uint64_t i = 0; i < links->count; i++)
			store(links->link[i].at, links->link[i].value);
}

/* Backwards, since a root entry's halves are two links: what comes first is sound without what follows. */
static void take_links_out(struct relay *relay)
{
	for (const struct identity_links *links = relay->hide.last; links; links = links->previous)
		for (uint64_t i = links->count; i > 0; i--)
			store(links->link[i - 1].at, links->link[i - 1].old);
}

void hide_undo(struct relay *relay, enum handoff_hide_reason reason)
{
	struct hide *hide = &relay->hide;

	dmar_unmask(&hide->mask);
	for (uint32_t i = 0; hide->stage && i < relay->unit_count; i++)
		(void)command_settle(relay, &relay->units[i]);	/* which an exception may have cut short */
	if (hide->stage >= HIDE_BLOCKED)
		block_undo(relay);
	if (hide->stage >= HIDE_LINKED) {
		take_links_out(relay);
		if (!invalidate_all(relay))
			log_line(&relay->report, "a unit may go by the identity map still");
	}
	forget_conflicts(relay);
	hide->stage = HIDE_NOTHING;
	hide->mode = HANDOFF_SHOWN;
	hide->reason = reason;
}

static enum handoff_hide_reason run(struct relay *relay)
{
	struct hide *hide = &relay->hide;

	if (!are_switched(relay))
		return HANDOFF_HIDE_NOT_SWITCHED;
	if (budget_exhausted(&relay->budget))
		return HANDOFF_HIDE_BUDGET;
	if (!dmar_mask(relay, &hide->mask))	/* a trial: firmware's memory may be write-protected */
		return HANDOFF_HIDE_DMAR;
	dmar_unmask(&hide->mask);
	hide->stage = HIDE_LINKED;
	store_links(relay);
	if (!invalidate_all(relay))
		return HANDOFF_HIDE_INVALIDATE;
	hide->stage = HIDE_BLOCKED;
	if (!block_interrupts(relay))
		return HANDOFF_HIDE_INTERRUPTS;
	if (hide->irt && !machine_interrupt_arrives())
		return HANDOFF_HIDE_DELIVERY;
	hide->stage = HIDE_MASKED;
	return dmar_mask(relay, &hide->mask) ? HANDOFF_HIDE_OK : HANDOFF_HIDE_DMAR;
}

void hide(struct relay *relay)
{
	enum handoff_hide_reason reason;

	if (relay->hide.reason)
		return;
	relay->hide.reason = HANDOFF_HIDE_EXCEPTION;
	reason = run(relay);
	if (reason) {
		hide_undo(relay, reason);
		return;
	}
	relay->hide.mode = HANDOFF_HIDDEN;
	relay->hide.reason = HANDOFF_HIDE_OK;
}
