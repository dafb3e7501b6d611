// SPDX-License-Identifier: GPL-2.0-only
#include "judge.h"

#include "testing.h"

#include "fake.h"
#include "owners.h"
#include "pci_space.h"
#include "result.h"

#define MOST_PASIDS	0x20000u	/* of a device */
#define NODE_HEADER	16u		/* before the payload: struct setup_data */
#define LEAST_DOMAINS	48u		/* rows of the report, however small the arena */
#define LEAST_RECORDS	128u
#define MEMO_LEAST	768u		/* tables that the stub can remember, at least */
#define MOST_FORMATS	16u		/* of page tables, of all units */
#define SCRATCH_PASIDS	0x2000u		/* of a device that is redirected */
#define NEVER_SHORT	0x1000u		/* domain ids that no test uses up */

static struct {
	const struct build *b;
	const struct handoff_record *records;
	uint32_t record_count;
	bool dropped;			/* some records */
	uint64_t left, room;		/* of the arena behind the report: bytes not used, and all */
} judge;

void judge_machine(const struct build *b)
{
	uint64_t head = NODE_HEADER + result_header()->sealed_size;

	translate_forget();
	judge.b = b;
	judge.record_count = result_count(HANDOFF_RECORDS);
	judge.records = judge.record_count ? result_entry(HANDOFF_RECORDS, 0) : NULL;
	judge.dropped = result_dropped(HANDOFF_RECORDS);
	if (judge.dropped && judge.record_count < LEAST_RECORDS)
		fail_msg("%u records, and others were dropped", judge.record_count);
	judge.room = b->arena_size - head;
	judge.left = judge.room - result_count(HANDOFF_TABLES);
}

struct translate_view judge_before(unsigned int unit)
{
	const struct mock_unit *was = &judge.b->units_before[unit];

	return (struct translate_view){
		.unit = was, .picture = judge.b->before, .root = was->rtaddr, .judge = judge.b,
		.host_width = judge.b->host_width,
	};
}

/* With all entries that the stub has to vet, whether or not a request can come by them. */
static struct translate_view all_before(unsigned int unit)
{
	struct translate_view view = judge_before(unit);

	view.every_pasid = true;
	return view;
}

struct translate_view judge_after(unsigned int unit)
{
	const struct mock_unit *is = mock_unit(unit);

	return (struct translate_view){ .unit = is, .root = is->root, .host_width = judge.b->host_width };
}

static bool has_option(const char *option)
{
	return strstr(judge.b->options, option);
}

/* ---- Room ---- */

/* `size` bytes were wanted, in whole pages. What is left now is no more than what was left then. */
static bool no_room_for(uint64_t size)
{
	return judge.left < (size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
}

/* No table stays in place as long as one half of the room is free: that is the most that is kept back. */
static bool may_be_in_place(void)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < result_count(HANDOFF_UNITS); i++)
		count += ((const struct handoff_unit *)result_entry(HANDOFF_UNITS, i))->in_place;
	return count && judge.left < judge.room / 2 + PAGE_SIZE;
}

static bool no_domain_rows(void)
{
	return result_dropped(HANDOFF_DOMAINS) && result_count(HANDOFF_DOMAINS) >= LEAST_DOMAINS;
}

static void look_at_tables_of(void *context, uint16_t source, uint32_t pasid)
{
	translate_pasid(context, source, pasid, 0);	/* which looks for corrupt tables */
}

/* A table can be remembered twice, as copied and as left in place. */
static bool no_memory_of_tables(void)
{
	for (unsigned int i = 0; i < mock_count(); i++) {
		struct translate_view view = all_before(i);

		owners_each(&view, look_at_tables_of, &view);
	}
	return 2 * translate_tables_known() >= MEMO_LEAST;
}

/* Of what its page tables may be like; each kind of unit has two formats, of both levels. */
static uint64_t kind_of(const struct mock_unit *unit)
{
	return (unit->cap & (15ull << 34 | 1ull << 56)) | (unit->ecap & (1 << 7 | 1 << 2));
}

static bool no_formats(void)
{
	unsigned int kinds = 0;

	for (unsigned int i = 0; i < mock_count(); i++) {
		unsigned int j = 0;

		while (kind_of(mock_unit(j)) != kind_of(mock_unit(i)))
			j++;
		kinds += i == j;
	}
	return 2 * kinds > MOST_FORMATS;
}

struct ids {
	const struct translate_view *view;
	bool used[NEVER_SHORT];
	unsigned int count;
};

static void use_id(struct ids *ids, uint64_t id)
{
	if (id < ids->count)
		ids->used[id] = true;
}

static void use_id_of(void *context, uint16_t source, uint32_t pasid)
{
	struct ids *ids = context;
	struct translation t = translate_pasid(ids->view, source, pasid, 0);
	uint64_t hi;

	use_id(ids, t.domain);
	/* Of legacy mode those of bad entries, too: the stub keeps off them. */
	if (ids->view->judge && pasid == TRANSLATE_NO_PASID && t.path_length > 1 &&
	    memory_picture_get(ids->view->picture, t.path[1] + 8, &hi, sizeof(hi)))
		use_id(ids, hi >> 8 & 0xffff);
}

/* Are all domain ids that could be handed out in use, before or now? */
static bool no_domain_ids(unsigned int unit)
{
	struct translate_view before = all_before(unit), after = judge_after(unit);
	struct ids ids = { .count = 16u << 2 * (before.unit->cap & 7) };

	if (ids.count >= NEVER_SHORT || (before.unit->cap & 7) > 3)
		return false;
	ids.view = &before;
	owners_each(&before, use_id_of, &ids);
	ids.view = &after;
	owners_each(&after, use_id_of, &ids);
	for (uint32_t i = 0; i < result_count(HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *domain = result_entry(HANDOFF_DOMAINS, i);

		if (domain->unit == unit)
			use_id(&ids, domain->id);
	}
	for (unsigned int id = 2; id < ids.count; id++)
		if (!ids.used[id])
			return false;
	return true;
}

/* A device or PASID whose domain could not be kept. */
static bool is_untracked(unsigned int unit)
{
	/* A bad entry in place that found no record cannot be mended: its domain cannot stay. */
	return (judge.dropped && may_be_in_place()) || no_domain_rows() || no_domain_ids(unit) ||
	       no_formats() || no_memory_of_tables();
}

/* ---- Domain ids ---- */

struct issued {
	struct translate_view before, after;
	uint16_t id;
	bool found;
};

/* Does it go by the id, and did not? */
static void find_issued(void *context, uint16_t source, uint32_t pasid)
{
	struct issued *issued = context;
	struct translation is = translate_pasid(&issued->after, source, pasid, 0);

	if (is.domain == issued->id && is.stage < STAGE_DEVICE)
		issued->found |= translate_pasid(&issued->before, source, pasid, 0).domain != issued->id;
}

bool judge_clashes(unsigned int unit, uint16_t id)
{
	struct issued issued = { all_before(unit), judge_after(unit), id, false };

	owners_collect(&issued.before);
	if (owners_clash(id))
		return true;
	owners_each(&issued.after, find_issued, &issued);
	return issued.found;
}

/* ---- Records ---- */

/* Firmware's own path to a device, by the bridges' buses. False if it is not that device. */
static bool scope_names(const uint8_t *scope, uint16_t segment, uint16_t source)
{
	unsigned int pairs = (scope[1] - 6u) / 2, first = scope[5], last = first;

	for (unsigned int i = 0; i < pairs; i++) {
		uint16_t at = (uint16_t)(first << 8 | scope[6 + 2 * i] << 3 | (scope[7 + 2 * i] & 7));
		const uint8_t *space = space_find(segment, at);

		if (i == pairs - 1 && at == source)
			return true;
		if ((i == pairs - 1 && scope[0] == BUILD_ENDPOINT) || !space)
			return false;
		first = space[0x19];
		last = space[0x1a];
	}
	return source >> 8 >= first && source >> 8 <= last;
}

bool judge_is_reserved(uint32_t segment, uint16_t source, uint64_t first, uint64_t last)
{
	const struct build *b = judge.b;
	uint16_t size, of;
	uint64_t region[2];

	for (size_t at = 0; at + 4 <= b->dmar_size; at += size) {
		memcpy(&size, b->dmar + at + 2, 2);
		if (size < 4)
			return false;
		if (b->dmar[at] != 1 || size < 24 || at + size > b->dmar_size)
			continue;
		memcpy(&of, b->dmar + at + 6, 2);
		memcpy(region, b->dmar + at + 8, 16);
		for (size_t scope = at + 24; scope + 6 <= at + size && b->dmar[scope + 1] >= 6;
		     scope += b->dmar[scope + 1])
			if (of == segment && scope_names(b->dmar + scope, of, source) &&
			    (last < first || (first >= (region[0] & PAGE_MASK) && last <= (region[1] | 0xfff))))
				return true;
	}
	return false;
}

/* A record, and one translation of the device that it names. */
struct claim {
	const struct handoff_record *record;
	struct translate_view before;
	uint16_t source;
	bool found;
};

/* Of the PASID directory of a context entry of scalable mode. */
static uint64_t directory_size(uint64_t context)
{
	uint64_t entry = 0;

	memory_picture_get(judge.b->before, context, &entry, sizeof(entry));
	return 1024u << (entry >> 9 & 7);
}

/* Is what the record says true of the entry that the translation meets as path[at]? */
static bool is_true(const struct claim *claim, const struct translation *t, unsigned int at)
{
	const struct handoff_record *record = claim->record;

	switch (record->rule) {
	case HANDOFF_RULE_CONTEXT_GARBAGE:
	case HANDOFF_RULE_PASID_GARBAGE:
	case HANDOFF_RULE_SL_GARBAGE:
	case HANDOFF_RULE_FL_GARBAGE:
		return t->corrupt >> at & 1;
	case HANDOFF_RULE_CONTEXT_DOMAIN_CLASH:
	case HANDOFF_RULE_PASID_DOMAIN_CLASH:
		return record->action == HANDOFF_REPAIRED && (t->stage < STAGE_DEVICE || t->type == 2) &&
		       judge_clashes(record->unit, t->domain);
	case HANDOFF_RULE_CONTEXT_POLICY:
		return has_option("policy=isolate") && !judge_is_reserved(record->segment, claim->source, 1, 0);
	case HANDOFF_RULE_CONTEXT_UNTRACKED:
	case HANDOFF_RULE_PASID_UNTRACKED:
		return is_untracked(record->unit);
	case HANDOFF_RULE_SL_UNTRACKED:
	case HANDOFF_RULE_FL_UNTRACKED:
		return no_memory_of_tables();
	case HANDOFF_RULE_SM_CONTEXT_NO_ROOM:
		return no_room_for(directory_size(record->where));
	case HANDOFF_RULE_PASID_DIR_NO_ROOM:
		return no_room_for(PAGE_SIZE);
	default:
		return t->result == TRANSLATE_BAD && at == t->path_length - 1 &&
		       (!record->level || record->level == t->stage);
	}
}

static void try_claim(void *context, uint32_t pasid)
{
	const struct claim *claim = context;
	struct translation t;

	if (claim->found)
		return;
	t = translate_pasid(&claim->before, claim->source, pasid, claim->record->iova);
	for (unsigned int at = 0; at < t.path_length; at++)
		if (t.path[at] == claim->record->where)
			((struct claim *)context)->found |= is_true(claim, &t, at);
}

/* Of an entry on the way to a translation: try all translations of the device. */
static bool is_justified_on_way(const struct handoff_record *record)
{
	struct claim claim = {
		record, all_before(record->unit), (uint16_t)(record->bus << 8 | record->devfn), false,
	};

	if (record->object == HANDOFF_PASID || record->object == HANDOFF_PASID_DIRECTORY)
		try_claim(&claim, (uint32_t)record->iova);
	else
		try_claim(&claim, TRANSLATE_NO_PASID);
	if (record->object == HANDOFF_PAGE_TABLE || record->object == HANDOFF_LEAF)
		translate_pasids(&claim.before, claim.source, MOST_PASIDS, try_claim, &claim);
	return claim.found;
}

static bool is_justified_irte(const struct handoff_record *record)
{
	const struct mock_unit *unit = &judge.b->units_before[record->unit];
	uint64_t entry[2] = { 0, 0 };

	memory_picture_get(judge.b->before, record->where, entry, sizeof(entry));
	return record->where == (unit->irta & PAGE_MASK) + record->iova * 16 && entry[0] & 1 &&
	       judge_bad_irte(record->unit, entry[0], entry[1]);
}

/* Had the crashed kernel mapped some IOVA that is an address of the dump kernel's, or might it have? */
static bool is_justified_conflict(const struct handoff_record *record, uint16_t source)
{
	struct translate_view before = judge_before(record->unit);

	for (size_t i = 0; i < judge.b->e820_count; i++)
		for (uint64_t at = judge.b->e820[i].start; at < judge.b->e820[i].start + judge.b->e820[i].size;
		     at += PAGE_SIZE) {
			struct translation was = translate(&before, source, at);

			if (was.result == TRANSLATE_MAPPED || translate_is_refused(&was))
				return true;
		}
	return false;
}

static bool is_justified(const struct handoff_record *record)
{
	uint16_t source = (uint16_t)(record->bus << 8 | record->devfn);
	struct translate_view before = judge_before(record->unit);

	switch (record->rule) {
	case HANDOFF_RULE_ROOT_TABLE_PROVENANCE:
		return translate(&before, 0, 0).stage == STAGE_UNIT;
	case HANDOFF_RULE_IR_TABLE_PROVENANCE:
		return !judge_sound_irt(record->unit);
	case HANDOFF_RULE_IRTE_RESERVED:
	case HANDOFF_RULE_IRTE_POSTED:
		return is_justified_irte(record);
	case HANDOFF_RULE_CONTEXT_ABSENT:
	case HANDOFF_RULE_SM_CONTEXT_ABSENT:
		return record->action == HANDOFF_SUNK && judge_is_requester(record->segment, source);
	case HANDOFF_RULE_RMRR_UNMAPPED:
	case HANDOFF_RULE_RMRR_ELSEWHERE:
		return judge_is_reserved(record->segment, source, record->iova, record->iova + record->size - 1);
	case HANDOFF_RULE_HIDE_CONFLICT:
		return is_justified_conflict(record, source);
	default:
		return is_justified_on_way(record);
	}
}

void judge_records(void)
{
	for (uint32_t i = 0; i < judge.record_count; i++) {
		const struct handoff_record *record = &judge.records[i];

		assert_true(record->unit < mock_count());
		if (!is_justified(record))
			fail_msg("record %u, rule %u, device %02x:%02x, entry at %#lx: not justified\n%s", i,
				 record->rule, record->bus, record->devfn, record->where, result_log());
	}
}

/* ---- Losses ---- */

static bool is_of_absence(const struct handoff_record *record)
{
	return record->rule == HANDOFF_RULE_CONTEXT_ABSENT || record->rule == HANDOFF_RULE_SM_CONTEXT_ABSENT;
}

/* Of a page table's entry there is one record, though several units use the table, or a copy of it. */
static bool is_of_all(const struct handoff_record *record)
{
	return record->in_place || record->object == HANDOFF_PAGE_TABLE || record->object == HANDOFF_LEAF;
}

bool judge_has_record(unsigned int unit, uint64_t where)
{
	for (uint32_t i = 0; i < judge.record_count; i++) {
		const struct handoff_record *record = &judge.records[i];
		bool is_here = record->object == HANDOFF_ROOT_TABLE ? !where :
			       where && record->where == where;

		if (!is_here || (record->unit != unit && !is_of_all(record)) || is_of_absence(record) ||
		    record->action == HANDOFF_REPAIRED || record->object == HANDOFF_IR_TABLE)
			continue;
		return true;
	}
	return false;
}

static bool is_excuse(const struct handoff_record *record, unsigned int unit)
{
	if (record->in_place)	/* the table may be a sound one where it is met elsewhere */
		return true;
	if (record->unit != unit && !is_of_all(record))
		return false;
	switch (record->rule) {
	case HANDOFF_RULE_CONTEXT_POLICY:
	case HANDOFF_RULE_CONTEXT_UNTRACKED:
	case HANDOFF_RULE_PASID_UNTRACKED:
	case HANDOFF_RULE_SL_UNTRACKED:
	case HANDOFF_RULE_FL_UNTRACKED:
	case HANDOFF_RULE_SM_CONTEXT_NO_ROOM:
	case HANDOFF_RULE_PASID_DIR_NO_ROOM:
		return true;
	default:
		return false;
	}
}

bool judge_excuses(unsigned int unit, const struct translation *was)
{
	uint32_t segment = ((const struct handoff_unit *)result_entry(HANDOFF_UNITS, unit))->segment;

	for (uint32_t i = 0; i < judge.record_count; i++)
		for (unsigned int j = 0; j < was->path_length; j++)
			if (judge.records[i].where == was->path[j] && is_excuse(&judge.records[i], unit))
				return true;
	if (!judge.dropped)
		return false;
	return is_untracked(unit) ||
	       (VTD_RTADDR_TTM(judge.b->units_before[unit].rtaddr) == VTD_TTM_SCALABLE &&
		was->path_length > 1 && (no_room_for(directory_size(was->path[1])) || no_room_for(PAGE_SIZE))) ||
	       (has_option("policy=isolate") && !judge_is_reserved(segment, was->source, 1, 0));
}

bool judge_may_be_blocked(unsigned int unit, const struct translation *was, const struct translation *is)
{
	if (has_option("bad=block"))
		return true;
	/* A device that is redirected has a directory of the smallest size. */
	if (is->path_length == 2 && was->pasid >= SCRATCH_PASIDS)
		return true;
	if (is->stage >= STAGE_DEVICE)	/* no width, or no id, for a sink */
		return !(judge.b->units_before[unit].cap >> 8 & 15) || no_domain_ids(unit);
	for (uint32_t i = 0; i < judge.record_count; i++)
		for (unsigned int j = 0; j < was->path_length; j++)
			if (judge.records[i].in_place && judge.records[i].where == was->path[j])
				return may_be_in_place();
	return false;
}

/* ---- Interrupts and functions ---- */

bool judge_bad_irte(unsigned int unit, uint64_t lo, uint64_t hi)
{
	uint64_t descriptor = (hi & 0xffffffff00000000ull) | (lo >> 38 << 6);

	if (!(lo >> 15 & 1))
		return lo & 0xff007000 || hi >> 20 || (hi >> 18 & 3) == 3;
	return lo & 0x3fff0030fcull || hi & 0xfff00000 ||
	       !(judge.b->units_before[unit].cap >> 59 & 1) || descriptor >> judge.b->host_width ||
	       !truth_is_crashed_ram(judge.b, descriptor, 64);
}

bool judge_sound_irt(unsigned int unit)
{
	uint64_t irta = judge.b->units_before[unit].irta, size = 32ull << (irta & 15);

	return !(irta >> judge.b->host_width) && truth_is_crashed_ram(judge.b, irta & PAGE_MASK, size) &&
	       (fake.cpu_bits >= 64 || !(((irta & PAGE_MASK) + size - 1) >> fake.cpu_bits));
}

/* The literal numbers of the PCI specifications. */
bool judge_is_master(const uint8_t *space)
{
	bool port = space[6] & 0x10 && space[0x34] == 0x40 && space[0x40] == 0x10 &&
		    (space[0x42] >> 4) >= 4 && (space[0x42] >> 4) <= 6;

	return space[4] & 4 && !port && !(space[0xa] == 0 && space[0xb] == 6);
}

bool judge_is_requester(uint32_t segment, uint16_t source)
{
	for (unsigned int devfn = 0; devfn < 256; devfn++) {
		const uint8_t *space = space_find((uint16_t)segment, (uint16_t)((source & 0xff00) | devfn));

		if (space && judge_is_master(space) && (!(source & 0xff) || (source & 0xff) == devfn))
			return true;
	}
	return false;
}
