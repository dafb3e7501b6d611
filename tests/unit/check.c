// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"

#include "testing.h"

#include "devices.h"
#include "fake.h"
#include "pci_space.h"
#include "result.h"
#include "translate.h"

/* A device, and a unit; beyond, trees that refer to themselves would never end. */
#define MOST_EDGES	3000u
#define MOST_COPIED	400u	/* of the copy: a sink maps everything */
#define MOST_COMPARED	20000u
#define MOST_PASIDS	2000u	/* a device; and, for the domain ids, a unit ten times that */

struct comparison {
	const struct build *b;
	struct translate_view before, after;
	uint16_t source;
	uint32_t pasid;
	uint64_t unit;
	unsigned int compared;
};

static bool is_scratch(uint64_t pa)
{
	uint8_t page[PAGE_SIZE], ones[PAGE_SIZE];

	memset(ones, 0xff, sizeof(ones));
	return memory_in_arena(pa & PAGE_MASK, PAGE_SIZE) &&
	       memory_get(pa & PAGE_MASK, page, sizeof(page)) && !memcmp(page, ones, sizeof(page));
}

static bool is_of_absence(const struct handoff_record *record)
{
	return record->rule == HANDOFF_RULE_CONTEXT_ABSENT || record->rule == HANDOFF_RULE_SM_CONTEXT_ABSENT;
}

static bool covers(const struct comparison *c, const struct handoff_record *record,
		   const struct translation *was)
{
	if (record->action == HANDOFF_REPAIRED || record->object == HANDOFF_IR_TABLE || is_of_absence(record))
		return false;		/* (damage can make one page in place an IRTE's and a table's) */
	if (record->object == HANDOFF_ROOT_TABLE)
		return record->unit == c->unit;
	for (unsigned int i = 0; i < was->path_length; i++)
		if (record->where == was->path[i])
			return true;
	return false;
}

/* Reserved memory of the firmware, which was not mapped, or badly, and now is. */
static bool is_mended(const struct comparison *c, uint64_t iova, const struct translation *is)
{
	uint32_t count = result_count(HANDOFF_RECORDS);
	const struct handoff_record *records = count ? result_entry(HANDOFF_RECORDS, 0) : NULL;

	for (uint32_t i = 0; i < count; i++) {
		const struct handoff_record *record = &records[i];

		if (record->rule == HANDOFF_RULE_RMRR_UNMAPPED && record->unit == c->unit &&
		    record->domain_id == is->domain && iova >= record->iova &&
		    iova - record->iova < record->size)
			return is->result == TRANSLATE_MAPPED && is->pa == iova && is->read && is->write;
	}
	return false;
}

/* Does a record say why this address no longer translates as it did, and how (*blocked)? */
static bool is_recorded(const struct comparison *c, const struct translation *was, bool *blocked)
{
	uint32_t count = result_count(HANDOFF_RECORDS);
	const struct handoff_record *records = count ? result_entry(HANDOFF_RECORDS, 0) : NULL;
	bool any = false;

	*blocked = false;
	for (uint32_t i = 0; i < count; i++) {
		if (covers(c, &records[i], was)) {
			any = true;
			*blocked |= records[i].action == HANDOFF_BLOCKED;
		}
	}
	if (result_dropped(HANDOFF_RECORDS))
		any = *blocked = true;
	return any;
}

static void check_replaced(const struct comparison *c, const struct translation *was,
			   const struct translation *is, uint64_t iova)
{
	bool blocked;

	if (!is_recorded(c, was, &blocked))
		fail_msg("device %04x, PASID %x, IOVA %#lx: no record of its loss (stage %u)\n%s",
			 c->source, c->pasid, iova, was->stage, result_log());
	if (is->result == TRANSLATE_ABSENT)
		assert_true(blocked || is->stage >= STAGE_DEVICE);	/* there may be no id left */
	else if (!is_scratch(is->pa) || !is->leaf_writable)
		fail_msg("device %04x, PASID %x, IOVA %#lx: was bad, and now leads to %#lx", c->source,
			 c->pasid, iova, is->pa);
}

static bool is_same(const struct translation *was, const struct translation *is)
{
	return was->result == is->result &&
	       (was->result == TRANSLATE_ABSENT ||
		(was->pa == is->pa && was->read == is->read && was->write == is->write &&
		 was->attributes == is->attributes && was->type == is->type &&
		 was->page_bits <= is->page_bits && was->address_width == is->address_width &&
		 was->guest[0] == is->guest[0] && was->guest[1] == is->guest[1]));
}

/* Of a pass-through device: does it go by a fence now? */
static bool is_fenced(const struct comparison *c, const struct translation *was,
		      const struct translation *is)
{
	for (uint32_t i = 0; was->type == 2 && i < result_count(HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *domain = result_entry(HANDOFF_DOMAINS, i);

		if (domain->flags & HANDOFF_DOMAIN_FENCE && domain->unit == c->unit &&
		    domain->id == is->domain)
			return true;
	}
	return false;
}

/* Memory is itself, page by page, and the crash region is nothing. */
static void check_fenced(const struct comparison *c, const struct translation *is, uint64_t iova)
{
	if (iova >= truth_memory_end(c->b) ||
	    truth_hits_crash_region(c->b, iova & PAGE_MASK, PAGE_SIZE) ?
	    is->result != TRANSLATE_ABSENT :
	    is->result != TRANSLATE_MAPPED || is->pa != iova || !is->read || !is->write || is->denied)
		fail_msg("device %04x, PASID %x, IOVA %#lx: fenced, is %u -> %#lx", c->source, c->pasid,
			 iova, is->result, is->pa);
}

/* Did it end in a table that the stub had to leave in place, or had no time for? */
static bool may_have_holes(const struct translation *is)
{
	return !memory_in_arena(is->path[is->path_length - 1], 8) || strstr(result_log(), "some holes stay");
}

/* What was never mapped leads to the scratch page now, if the report says so. */
static bool is_filled(const struct comparison *c, const struct translation *was,
		      const struct translation *is, uint64_t iova)
{
	if (was->result != TRANSLATE_ABSENT || was->stage >= STAGE_DEVICE || !result_count(HANDOFF_HOLES))
		return false;
	if (is->result == TRANSLATE_ABSENT && is->stage < STAGE_DEVICE && !may_have_holes(is))
		fail_msg("device %04x, PASID %x, IOVA %#lx: still a hole (level %u)\n%s", c->source, c->pasid,
			 iova, is->stage, result_log());
	return is->result == TRANSLATE_MAPPED && is_scratch(is->pa) && is->leaf_writable;
}

/* No context entry, or a whole bus of none (2 entries are met at most): has a record, is in the sink. */
static bool is_provided(const struct comparison *c, const struct translation *was,
			const struct translation *is)
{
	if (was->result != TRANSLATE_ABSENT || was->stage < STAGE_DEVICE || was->path_length > 2 ||
	    is->result != TRANSLATE_MAPPED || !is_scratch(is->pa) || !is->leaf_writable)
		return false;
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		if (is_of_absence(record) && record->unit == c->unit && record->action == HANDOFF_SUNK &&
		    (record->bus << 8 | record->devfn) == c->source &&
		    record->where == (was->path_length == 2 ? was->path[1] : 0))
			return true;
	}
	return result_dropped(HANDOFF_RECORDS);
}

/*
 * FPD hides that an access was refused: it is where the crashed kernel had it, everywhere (but in root
 * entries, which have none) with dmarelay.faults=mute, and in what dmarelay.bad=block makes not present.
 */
static void check_muted(const struct comparison *c, const struct translation *was,
			const struct translation *is)
{
	bool block = strstr(c->b->options, "bad=block") && is->result == TRANSLATE_ABSENT &&
		     is->stage == STAGE_DEVICE;
	bool must = block && was->result == TRANSLATE_BAD && was->stage >= STAGE_DEVICE;
	bool may = block || was->muted;

	if (strstr(c->b->options, "faults=mute"))
		must = may = is->path_length > 1;
	if (is->muted ? !may : must || (was->muted && is_same(was, is)))
		fail_msg("device %04x, PASID %x: faults are %s\n%s", c->source, c->pasid,
			 is->muted ? "muted" : "told", result_log());
}

static void compare(void *context, uint64_t iova)
{
	struct comparison *c = context;
	struct translation was = translate_pasid(&c->before, c->source, c->pasid, iova);
	struct translation is = translate_pasid(&c->after, c->source, c->pasid, iova);
	bool blocked;

	c->compared++;
	if (is.result == TRANSLATE_BAD)
		fail_msg("device %04x, PASID %x, IOVA %#lx: hardware refuses the copy (stage %u)",
			 c->source, c->pasid, iova, is.stage);
	check_muted(c, &was, &is);
	if (is_mended(c, iova, &is))
		return;
	if (is_fenced(c, &was, &is)) {
		check_fenced(c, &is, iova);
		return;
	}
	if (was.result == TRANSLATE_BAD) {
		check_replaced(c, &was, &is, iova);
		return;
	}
	if (is_filled(c, &was, &is, iova) || is_same(&was, &is) || is_provided(c, &was, &is))
		return;
	/* Good in itself, but no room to track it, or in a device or subtree that had to go. */
	if ((is.result == TRANSLATE_ABSENT || is_scratch(is.pa)) && is_recorded(c, &was, &blocked))
		return;
	fail_msg("device %04x, PASID %x, IOVA %#lx: was %u -> %#lx, is %u -> %#lx\n%s", c->source, c->pasid,
		 iova, was.result, was.pa, is.result, is.pa, result_log());
}

static void compare_ends(struct comparison *c, uint64_t first, uint64_t last)
{
	compare(c, first - (first > 0));
	compare(c, first);
	compare(c, last);
	compare(c, last + 1);
}

/* Pass-through has no tables whose edges could be looked at: those of memory count. */
static void compare_memory(struct comparison *c)
{
	for (size_t i = 0; i < c->b->e820_count; i++)
		if (c->b->e820[i].size)
			compare_ends(c, c->b->e820[i].start, c->b->e820[i].start + c->b->e820[i].size - 1);
	for (size_t i = 0; i < c->b->load_count; i++)
		compare_ends(c, c->b->loads[i].first, c->b->loads[i].last);
	compare_ends(c, 0x100000, truth_memory_end(c->b) - 1);
	compare_ends(c, BUILD_CRASH_START & -0x200000ull, BUILD_CRASH_END | 0x1fffff);
}

/* Whatever the copy has, asked for or not: none of it leads to the dump kernel's memory. */
static void no_escape(void *context, uint64_t iova)
{
	struct comparison *c = context;
	struct translation is = translate_pasid(&c->after, c->source, c->pasid, iova);

	c->compared++;
	if (is.result == TRANSLATE_MAPPED && is.type != 2 && truth_hits_crash_region(c->b, is.pa, 1) &&
	    !is_scratch(is.pa))
		fail_msg("device %04x, PASID %x, IOVA %#lx of the copy leads to %#lx", c->source, c->pasid, iova,
			 is.pa);
}

static void check_pasid(void *context, uint32_t pasid)
{
	struct comparison *c = context;

	c->pasid = pasid;
	if (translate_pasid(&c->before, c->source, pasid, 0).type == 2 && c->compared < MOST_COMPARED)
		compare_memory(c);
	translate_edges(&c->before, c->source, pasid, c->compared < MOST_COMPARED ? MOST_EDGES : 1, compare, c);
	translate_edges(&c->after, c->source, pasid, c->compared < MOST_COMPARED ? MOST_COPIED : 1, no_escape, c);
}

static void check_devices(struct comparison *c)
{
	for (unsigned int source = 0; source < 0x10000; source++) {
		struct translation t = translate(&c->before, (uint16_t)source, 0);
		struct translation now = translate(&c->after, (uint16_t)source, 0);

		c->source = (uint16_t)source;
		check_pasid(c, TRANSLATE_NO_PASID);
		translate_pasids(&c->before, c->source, c->compared < MOST_COMPARED ? MOST_PASIDS : 1,
				 check_pasid, c);
		/* All of the half bus is alike, unless it has got an entry. */
		if (t.stage >= STAGE_BUS && (t.result != TRANSLATE_ABSENT || now.stage >= STAGE_BUS))
			source |= t.result == TRANSLATE_ABSENT ? 0x7f : 0x3f;
	}
}

/*
 * 6.2.2: caches are tagged by domain id, what bypasses the second level by PASID as well. One tag,
 * one translation.
 */
struct owners {
	const struct comparison *c;
	uint64_t by_id[0x10000];
	uint16_t ids[0x10000];		/* those in by_id */
	size_t id_count;
	struct { uint32_t pasid; uint16_t id; uint64_t what; } by_pasid[0x1000];
	size_t by_pasid_count;
};

static void own_by_pasid(struct owners *owners, uint16_t id, uint32_t pasid, uint64_t what)
{
	for (size_t i = 0; i < owners->by_pasid_count; i++) {
		if (owners->by_pasid[i].pasid != pasid || owners->by_pasid[i].id != id)
			continue;
		if (owners->by_pasid[i].what != what)
			fail_msg("domain id %#x, PASID %#x stand for two translations", id, pasid);
		return;
	}
	if (owners->by_pasid_count < COUNT_OF(owners->by_pasid)) {
		owners->by_pasid[owners->by_pasid_count].pasid = pasid;
		owners->by_pasid[owners->by_pasid_count].id = id;
		owners->by_pasid[owners->by_pasid_count++].what = what;
	}
}

static void own(void *context, uint32_t pasid)
{
	struct owners *owners = context;
	const struct comparison *c = owners->c;
	struct translation t = translate_pasid(&c->after, c->source, pasid, 0);
	uint64_t what = t.top | t.levels << 1 | 1;

	if (t.stage >= STAGE_DEVICE && t.result != TRANSLATE_MAPPED)
		return;
	if (t.type == 2 || t.type == 3) {	/* pass-through, first-level */
		own_by_pasid(owners, t.domain, pasid, what);
		what = 1;
	}
	if (owners->by_id[t.domain] && owners->by_id[t.domain] != what)
		fail_msg("domain id %#x stands for two translations", t.domain);
	if (!owners->by_id[t.domain])
		owners->ids[owners->id_count++] = t.domain;
	owners->by_id[t.domain] = what;
}

static void check_domain_ids(struct comparison *c)
{
	static struct owners owners;
	unsigned int left = 10 * MOST_PASIDS;

	while (owners.id_count)
		owners.by_id[owners.ids[--owners.id_count]] = 0;
	owners.by_pasid_count = 0;
	owners.c = c;
	for (unsigned int source = 0; source < 0x10000; source++) {
		struct translation t = translate(&c->after, (uint16_t)source, 0);

		c->source = (uint16_t)source;
		if (t.stage >= STAGE_BUS && t.result == TRANSLATE_ABSENT) {
			source |= 0x7f;
			continue;
		}
		if (VTD_RTADDR_TTM(c->after.root) == VTD_TTM_SCALABLE)
			left -= translate_pasids(&c->after, c->source, left < MOST_PASIDS ? left : MOST_PASIDS,
						 own, &owners);
		else
			own(&owners, TRANSLATE_NO_PASID);
	}
}

static bool bad_irte(const struct build *b, const struct mock_unit *unit, uint64_t lo, uint64_t hi)
{
	uint64_t descriptor = (hi & 0xffffffff00000000ull) | (lo >> 38 << 6);

	if (!(lo >> 15 & 1))
		return lo & 0xff007000 || hi >> 20 || (hi >> 18 & 3) == 3;
	return lo & 0x3fff0030fcull || hi & 0xfff00000 || !(unit->cap >> 59 & 1) ||
	       descriptor >> b->host_width || !truth_is_crashed_ram(b, descriptor, 64);
}

static void check_interrupts(const struct build *b, const struct mock_unit *was, const struct mock_unit *is)
{
	uint64_t entries = 2ull << (was->irta & 15), size = entries * 16;
	bool sound = !(was->irta >> b->host_width) &&
		     truth_is_crashed_ram(b, was->irta & PAGE_MASK, size);

	for (uint64_t i = 0; i < entries; i++) {
		uint64_t old[2] = { 0, 0 }, new[2];
		bool keep = false;

		mock_read_memory(is, (is->irt & PAGE_MASK) + i * 16, new, 16);
		if (sound) {
			memory_picture_get(b->before, (was->irta & PAGE_MASK) + i * 16, old, 16);
			keep = !(old[0] & 1) || !bad_irte(b, was, old[0], old[1]);
		}
		if (keep && old[0] & 1 && strstr(b->options, "faults=mute"))
			old[0] |= 2;
		if (keep)
			assert_memory_equal(old, new, 16);
		else
			assert_true(new[0] == 2 && !new[1]);	/* not present, faults muted */
	}
}

static void check_unit(const struct build *b, unsigned int index)
{
	const struct mock_unit *was = &b->units_before[index];
	struct mock_unit *is = mock_unit(index);
	const struct handoff_unit *report = result_entry(HANDOFF_UNITS, index);
	uint32_t flags = report->flags;

	assert_hex_equal(is->gsts & VTD_G_PERSISTENT, was->gsts & VTD_G_PERSISTENT);
	if (report->cap)	/* else it was not even looked at */
		assert_hex_equal(report->old_root, was->dead ? 0 : was->rtaddr);
	if (!(is->deaf | is->deaf_queue | is->deaf_registers)) {
		mock_check_settled(is);
		/* Interrupt entries mended in place: only a queue can make the unit forget. */
		devices_check(is, flags & HANDOFF_UNIT_DMA_SWITCHED,
			      flags & HANDOFF_UNIT_IR_SWITCHED ||
			      (report->ir_reason == HANDOFF_UNIT_NO_ROOM && is->gsts & VTD_G_QIE));
	}
	assert_hex_equal(is->rtaddr, flags & HANDOFF_UNIT_DMA_SWITCHED ? report->new_root : was->rtaddr);
	assert_hex_equal(is->root, flags & HANDOFF_UNIT_DMA_SWITCHED ? report->new_root : was->root);
	assert_hex_equal(is->irta, flags & HANDOFF_UNIT_IR_SWITCHED ? report->new_irta : was->irta);
	assert_hex_equal(is->irt, flags & HANDOFF_UNIT_IR_SWITCHED ? report->new_irta : was->irt);
	if (flags & HANDOFF_UNIT_DMA_SWITCHED) {
		struct comparison c = {
			.b = b,
			.before = {
				.unit = was,
				.picture = b->before,
				.root = was->rtaddr,
				.judge = b,
				.host_width = b->host_width,
			},
			.after = { .unit = is, .root = is->root, .host_width = b->host_width },
			.unit = index,
		};

		assert_true(memory_in_arena(is->root & PAGE_MASK, PAGE_SIZE));
		check_devices(&c);
		check_domain_ids(&c);
	}
	if (flags & HANDOFF_UNIT_IR_SWITCHED) {
		assert_true(memory_in_arena(is->irt & PAGE_MASK, 32ull << (is->irt & 15)));
		check_interrupts(b, was, is);
	}
}

/* May its requests come by that id? The literal numbers of the PCI specifications. */
static bool is_master(const uint8_t *space)
{
	bool port = space[6] & 0x10 && space[0x34] == 0x40 && space[0x40] == 0x10 &&
		    (space[0x42] >> 4) >= 4 && (space[0x42] >> 4) <= 6;

	return space[4] & 4 && !port && !(space[0xa] == 0 && space[0xb] == 6);
}

/* Only who may be asking gets an entry; device 0 of a bus may stand for all that is behind a bridge. */
static void check_provided(void)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);
		bool any = false;

		for (unsigned int devfn = 0; is_of_absence(record) && devfn < 256; devfn++) {
			const uint8_t *space = space_find(record->segment, (uint16_t)(record->bus << 8 | devfn));

			any |= space && is_master(space) && (!record->devfn || record->devfn == devfn);
		}
		if (is_of_absence(record) && !any)
			fail_msg("device %02x:%02x is no requester", record->bus, record->devfn);
	}
}

static bool has_entry(const struct build *b, uint32_t segment, uint16_t source)
{
	for (unsigned int i = 0; i < mock_count(); i++) {
		const struct handoff_unit *unit = result_entry(HANDOFF_UNITS, i);
		struct translate_view view = {
			.unit = mock_unit(i), .root = mock_unit(i)->root, .host_width = b->host_width,
		};
		struct translation t = translate(&view, source, 0);

		if (unit->segment == segment && (!(unit->flags & HANDOFF_UNIT_DMA_SWITCHED) ||
						 t.result != TRANSLATE_ABSENT || t.path_length > 2))
			return true;
	}
	return false;
}

/* All requesters that were found have an entry, but where a line of the log tells of those that have not. */
static void check_requesters(const struct build *b)
{
	if (b->scoped || strstr(b->options, "bad=block") || strstr(b->options, "holes=keep") ||
	    strstr(result_log(), "requesters have no context entry") ||
	    strstr(result_log(), "out of time for functions"))
		return;
	for (uint32_t i = 0; i < result_count(HANDOFF_FUNCTIONS); i++) {
		const struct handoff_function *function = result_entry(HANDOFF_FUNCTIONS, i);
		uint16_t source = (uint16_t)(function->bus << 8 | function->devfn);
		const uint8_t *space = space_find(function->segment, source);

		if (function->command && space && is_master(space) && !has_entry(b, function->segment, source))
			fail_msg("device %04x asks, and has no context entry\n%s", source, result_log());
	}
}

void check_untouched(const struct build *b)
{
	uint64_t where;

	assert_false(fake_hardware_touched());
	if (!memory_unchanged(b->before, &where))
		fail_msg("memory at %#lx was changed", where);
}

/* Whoever reads them counts on it. */
static void check_ranges(void)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *domain = result_entry(HANDOFF_DOMAINS, i);
		uint64_t next = 0;

		for (uint32_t j = 0; j < domain->range_count; j++) {
			const struct handoff_range *range = result_entry(HANDOFF_RANGES, domain->first_range + j);

			if (range->first < next || range->last < range->first)
				fail_msg("domain %u, range %u: %#lx to %#lx, behind %#lx\n%s", i, j, range->first,
					 range->last, next, result_log());
			next = range->last + 1;
		}
	}
}

void check_run(const struct build *b)
{
	uint64_t size;

	relay_payload(&size);
	if (!size || !result_covers_tables()) {
		check_untouched(b);
		return;
	}
	if (!fake_count(EVENT_MEND)) {
		uint64_t where;

		if (!memory_unchanged(b->before, &where))
			fail_msg("memory at %#lx was changed", where);
	}
	assert_int_equal(result_count(HANDOFF_UNITS), mock_count());
	check_ranges();
	for (unsigned int i = 0; i < mock_count(); i++)
		check_unit(b, i);
	check_provided();
	check_requesters(b);
}
