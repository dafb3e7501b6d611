// SPDX-License-Identifier: GPL-2.0-only
#include "pasid.h"

#include "budget.h"
#include "context.h"
#include "machine.h"
#include "pasid_entry.h"
#include "quarantine.h"
#include "state.h"
#include "vet.h"

/* Levels of the memo's keys beyond those of page tables. */
#define LEVEL_TABLE	6
#define LEVEL_DIRECTORY	7
#define TAG_SHIFT	52	/* beyond the addresses that tables can have */
#define MEMO_UNITS	64u	/* units that a key can tell apart; those beyond copy shared tables twice */

bool pasid_fill_sink(const struct relay *relay, const struct unit *unit, const struct device_sink *to,
		     const struct pasid_sink *sink)
{
	struct vtd_pasid entry = pasid_entry_sink(relay, unit, to);
	uint64_t table = arena_phys(&relay->arena, sink->table).pa;

	if (!(entry.q[0] & VTD_PE_P))
		return false;
	for (unsigned int i = 0; i < VTD_PASID_ENTRIES; i++)
		sink->table[i] = entry;
	for (unsigned int i = 0; i < VTD_ENTRIES; i++)
		sink->directory[i] = table | VTD_PD_P;
	return true;
}

static struct memo_key key_of(const struct pasid_user *user, phys_t old, uint8_t level)
{
	return (struct memo_key){ old, level, (uint8_t)(user->unit->index % MEMO_UNITS), false };
}

/*
 * What a copy can be shared by, beside the old address: of a directory its size, since of devices
 * that share one, one may see more of it than the other; of a table its place in the directory, since
 * the same table elsewhere says what other PASIDs mean. Kept around the copy's address in the memo.
 */
static uint64_t with_tag(uint64_t copy, uint32_t tag)
{
	return copy | (tag & ~PAGE_MASK) | (uint64_t)tag >> PAGE_SHIFT << TAG_SHIFT;
}

/*
 * Has it been copied before, for the same use? Where PASIDs are dropped nothing is shared, since
 * each device keeps an entry of its own.
 */
static bool find_copy(const struct relay *relay, const struct pasid_user *user, phys_t old, uint32_t tag,
		      uint8_t level, phys_t *copy)
{
	phys_t found;

	if (user->unit->index >= MEMO_UNITS || relay->params.pasid == PASID_DROP ||
	    !memo_find(&relay->memo, key_of(user, old, level), &found))
		return false;
	copy->pa = found.pa & VTD_BITS(TAG_SHIFT - 1, PAGE_SHIFT);
	return found.pa == with_tag(copy->pa, tag);
}

/* When the memo is full the next user copies again; the depth is bounded anyway. */
static void remember_copy(struct relay *relay, const struct pasid_user *user, phys_t old, uint32_t tag,
			  uint8_t level, const void *memory)
{
	struct memo_key key = key_of(user, old, level);
	phys_t known;

	if (user->unit->index < MEMO_UNITS && !memo_find(&relay->memo, key, &known))
		(void)memo_add(&relay->memo, key,
			       phys(with_tag(arena_phys(&relay->arena, memory).pa, tag)));
}

/*
 * A copy of `size` bytes at `old` in the arena, *is_new unless it had been made before for the same
 * `tag`. NULL: *result says why.
 */
static void *copy_once(struct relay *relay, const struct pasid_user *user, phys_t old, uint64_t size,
		       uint32_t tag, uint8_t level, bool *is_new, enum pasid_result *result)
{
	uint64_t mark = arena_mark(&relay->arena);
	phys_t copy;
	void *memory;

	*is_new = !find_copy(relay, user, old, tag, level, &copy);
	if (!*is_new)
		return relay->arena.base + (copy.pa - relay->arena.phys.pa);
	*result = PASID_NO_ROOM;
	memory = arena_alloc(&relay->arena, size, PAGE_SIZE);
	if (!memory)
		return NULL;
	if (!machine_read(old, memory, size)) {
		arena_rewind(&relay->arena, mark);
		*result = PASID_UNREADABLE;
		return NULL;
	}
	user->unit->report->root_tables += (uint32_t)((size + PAGE_SIZE - 1) / PAGE_SIZE);
	remember_copy(relay, user, old, tag, level, memory);
	return memory;
}

/* False if the time budget ran out. */
static bool copy_entries(struct relay *relay, const struct pasid_user *user, struct vtd_pasid *table,
			 phys_t old, uint32_t first)
{
	for (uint32_t i = 0; i < VTD_PASID_ENTRIES; i++)
		if (table[i].q[0] & VTD_PE_P &&
		    !pasid_entry_copy(relay, user, first + i, &table[i], phys(old.pa + i * sizeof(*table))))
			return false;
	return true;
}

static uint16_t vet_directory_entry(const struct relay *relay, const struct unit *unit, uint64_t entry)
{
	if (entry & VTD_PD_RESERVED)
		return HANDOFF_RULE_PASID_DIR_RESERVED;
	return vet_table(&relay->ram, phys(entry & VTD_PD_TABLE), PAGE_SIZE, unit->host_width,
			 HANDOFF_RULE_PASID_DIR_WIDTH, HANDOFF_RULE_PASID_DIR_PROVENANCE);
}

static void sink_directory_entry(struct relay *relay, const struct pasid_user *user, uint64_t *entry,
				 uint32_t pasid, phys_t where, uint16_t rule)
{
	struct handoff_record record = user->blame;
	struct unit *unit = user->unit;
	struct device_sink shared = context_shared_sink(relay, unit);

	record.rule = rule;
	record.object = HANDOFF_PASID_DIRECTORY;
	record.iova = pasid;
	record.where = where.pa;
	record.found[0] = *entry;
	record.target = *entry & VTD_PD_TABLE;
	*entry = pasid_fill_sink(relay, unit, &shared, &unit->pasid_sink) ?
		 arena_phys(&relay->arena, unit->pasid_sink.table).pa | VTD_PD_P : context_blocked(relay);
	record.action = context_bad_action(*entry & VTD_PD_P);
	quarantine(&relay->report, &record);
}

/* One present directory entry, in our copy. False if the time budget ran out. */
static bool copy_table(struct relay *relay, const struct pasid_user *user, uint64_t *entry,
		       uint32_t first, phys_t where)
{
	uint16_t rule = vet_directory_entry(relay, user->unit, *entry);
	phys_t old = phys(*entry & VTD_PD_TABLE);
	enum pasid_result result;
	struct vtd_pasid *table;
	bool is_new;

	if (rule) {
		sink_directory_entry(relay, user, entry, first, where, rule);
		return true;
	}
	table = copy_once(relay, user, old, PAGE_SIZE, first / VTD_PASID_ENTRIES, LEVEL_TABLE, &is_new,
			  &result);
	if (!table) {
		sink_directory_entry(relay, user, entry, first, where, result == PASID_NO_ROOM ?
				     HANDOFF_RULE_PASID_DIR_NO_ROOM : HANDOFF_RULE_PASID_DIR_PROVENANCE);
		return true;
	}
	*entry = (*entry & ~VTD_PD_TABLE) | arena_phys(&relay->arena, table).pa;
	return !is_new || copy_entries(relay, user, table, old, first);
}

enum pasid_result pasid_copy_directory(struct relay *relay, const struct pasid_user *user, phys_t old,
				       uint32_t entries, phys_t *copy)
{
	enum pasid_result result;
	bool is_new;
	uint64_t *directory = copy_once(relay, user, old, entries * sizeof(*directory), entries,
					LEVEL_DIRECTORY, &is_new, &result);

	if (!directory)
		return result;
	*copy = arena_phys(&relay->arena, directory);
	for (uint32_t i = 0; is_new && i < entries; i++) {
		if (!(directory[i] & VTD_PD_P))
			continue;
		if (budget_exhausted(&relay->budget) ||
		    !copy_table(relay, user, &directory[i], i * VTD_PASID_ENTRIES,
				phys(old.pa + i * sizeof(*directory))))
			return PASID_LATE;
	}
	return PASID_COPIED;
}

static uint32_t domain_of(const struct relay *relay, const struct unit *unit, const struct vtd_pasid *entry)
{
	for (uint32_t i = 0; i < report_count(&relay->report, HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *domain = report_entry(&relay->report, HANDOFF_DOMAINS, i);

		if (domain->unit == unit->index && domain->id == VTD_PE_DID(entry->q[1]) &&
		    domain->new_root == pasid_entry_root(entry))
			return i;
	}
	return HANDOFF_NO_DOMAIN;
}

void pasid_describe_device(const struct relay *relay, const struct pasid_user *user, phys_t directory,
			   struct handoff_device *device)
{
	const uint64_t *entries = (void *)(relay->arena.base + (directory.pa - relay->arena.phys.pa));
	uint64_t entry = entries[user->rid_pasid / VTD_PASID_ENTRIES];
	const struct handoff_domain *domain;
	const struct vtd_pasid *table;

	if (!(entry & VTD_PD_P))
		return;
	table = (void *)(relay->arena.base + ((entry & VTD_PD_TABLE) - relay->arena.phys.pa));
	table += user->rid_pasid % VTD_PASID_ENTRIES;
	device->translation = table->q[0] & VTD_PE_P ? pasid_entry_kind(table) : 0;
	device->domain_id = VTD_PE_DID(table->q[1]);
	device->domain = domain_of(relay, user->unit, table);
	if (device->domain == HANDOFF_NO_DOMAIN)
		return;
	domain = report_entry(&relay->report, HANDOFF_DOMAINS, device->domain);
	if (domain->flags & HANDOFF_DOMAIN_FENCE)
		device->action = HANDOFF_FENCED;
}
