// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"

#include "testing.h"

#include "devices.h"
#include "fake.h"
#include "judge.h"
#include "owners.h"
#include "pci_space.h"
#include "result.h"
#include "translate.h"

/* A device, and a unit; beyond, trees that refer to themselves would never end. */
#define MOST_EDGES	3000u
#define MOST_COPIED	400u	/* of the copy: a sink maps everything */
#define MOST_COMPARED	20000u
#define MOST_PASIDS	2000u	/* a device */

struct comparison {
	const struct build *b;
	struct translate_view before, after;
	uint16_t source;
	uint32_t pasid;
	unsigned int unit;
	unsigned int compared;
};

struct check_tally check_tally;

static bool is_of_absence(const struct handoff_record *record)
{
	return record->rule == HANDOFF_RULE_CONTEXT_ABSENT || record->rule == HANDOFF_RULE_SM_CONTEXT_ABSENT;
}

bool check_is_scratch(uint64_t pa)
{
	uint64_t page[PAGE_SIZE / 8];

	if (!memory_in_arena(pa & PAGE_MASK, PAGE_SIZE) || !memory_get(pa & PAGE_MASK, page, sizeof(page)))
		return false;
	for (size_t i = 0; i < COUNT_OF(page); i++)
		if (page[i] != SCRATCH_CONTENT)
			return false;
	return true;
}

/* Where the copy is that a domain id of a unit goes by; 0: none. */
static uint64_t copy_of(unsigned int unit, uint32_t id)
{
	uint64_t root = 0;

	for (uint32_t i = 0; i < result_count(HANDOFF_DOMAINS); i++) {
		const struct handoff_domain *domain = result_entry(HANDOFF_DOMAINS, i);

		if (domain->unit == unit && domain->id == id)
			root = domain->new_root;
	}
	return root;
}

/* Do the record's domain and the translation's go by the same copy? Units have ids of their own for it. */
static bool is_same_copy(const struct handoff_record *record, unsigned int unit, uint32_t id)
{
	uint64_t root = copy_of(unit, id);

	return root && root == copy_of(record->unit, record->domain_id);
}

/* Is the page reserved for a device that goes by the copy of this domain id? */
static bool is_reserved_there(unsigned int unit, uint32_t id, uint64_t iova)
{
	uint64_t root = copy_of(unit, id), page = iova & PAGE_MASK;

	for (uint32_t i = 0; root && i < result_count(HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = result_entry(HANDOFF_DEVICES, i);

		if (copy_of(device->unit, device->domain_id) == root &&
		    judge_is_reserved(device->segment, (uint16_t)(device->bus << 8 | device->devfn), page,
				      page | ~PAGE_MASK))
			return true;
	}
	return result_dropped(HANDOFF_DEVICES);
}

/* Reserved memory of the firmware, which was not mapped, or badly, and now is. */
static bool is_mended(const struct comparison *c, uint64_t iova, const struct translation *was,
		      const struct translation *is)
{
	uint32_t count = result_count(HANDOFF_RECORDS);
	const struct handoff_record *records = count ? result_entry(HANDOFF_RECORDS, 0) : NULL;

	if (was->result == TRANSLATE_MAPPED && !translate_is_refused(was))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const struct handoff_record *record = &records[i];

		if (record->rule == HANDOFF_RULE_RMRR_UNMAPPED && is_same_copy(record, c->unit, is->domain) &&
		    iova >= record->iova && iova - record->iova < record->size)
			return is->result == TRANSLATE_MAPPED && is->pa == iova && is->read && is->write;
	}
	return result_dropped(HANDOFF_RECORDS) && is->result == TRANSLATE_MAPPED && is->pa == iova && is->read &&
	       is->write && is_reserved_there(c->unit, is->domain, iova);
}

/* A bad entry: has a record, unless records were dropped, and leads to a scratch page or nowhere. */
static void check_replaced(const struct comparison *c, const struct translation *was,
			   const struct translation *is, uint64_t iova)
{
	uint64_t where = was->path_length ? was->path[translate_refused_at(was)] : 0;

	if (!judge_has_record(c->unit, where) && !result_dropped(HANDOFF_RECORDS) &&
	    !judge_excuses(c->unit, was))
		fail_msg("device %04x, PASID %x, IOVA %#lx: no record of its loss (stage %u)\n%s",
			 c->source, c->pasid, iova, was->stage, result_log());
	if (is->result == TRANSLATE_ABSENT ? !judge_may_be_blocked(c->unit, was, is) :
	    !check_is_scratch(is->pa) || !is->leaf_writable)
		fail_msg("device %04x, PASID %x, IOVA %#lx: was bad, is %u -> %#lx (stage %u)\n%s", c->source,
			 c->pasid, iova, is->result, is->pa, is->stage, result_log());
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
	if (was->type != 2 || (!strstr(c->b->options, "fence=on") && !c->b->boot.adopting))
		return false;
	for (uint32_t i = 0; i < result_count(HANDOFF_DOMAINS); i++) {
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
	return is->result == TRANSLATE_MAPPED && check_is_scratch(is->pa) && is->leaf_writable;
}

/* No context entry, or a whole bus of none (2 entries are met at most): a requester's, and has a record. */
static bool is_provided(const struct comparison *c, const struct translation *was,
			const struct translation *is)
{
	const struct handoff_unit *unit = result_entry(HANDOFF_UNITS, (uint32_t)c->unit);

	if (was->result != TRANSLATE_ABSENT || was->stage < STAGE_DEVICE || was->path_length > 2 ||
	    is->result != TRANSLATE_MAPPED || !check_is_scratch(is->pa) || !is->leaf_writable ||
	    !judge_is_requester(unit->segment, c->source))
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
	if (is->muted ? !may : must || (was->muted && is_same(was, is) && is->path_length == was->path_length))
		fail_msg("device %04x, PASID %x: faults are %s\n%s", c->source, c->pasid,
			 is->muted ? "muted" : "told", result_log());
}

/* Kept as it was: is its domain id another one only where two claimed it? */
static void check_kept(const struct comparison *c, const struct translation *was,
		       const struct translation *is)
{
	check_tally.kept += was->result == TRANSLATE_MAPPED;
	if (was->stage < STAGE_DEVICE && is->stage < STAGE_DEVICE && is->domain != was->domain &&
	    !judge_clashes(c->unit, was->domain))
		fail_msg("device %04x, PASID %x: domain id %#x is now %#x\n%s", c->source, c->pasid, was->domain,
			 is->domain, result_log());
}

static void compare(void *context, uint64_t iova)
{
	struct comparison *c = context;
	struct translation was = translate_pasid(&c->before, c->source, c->pasid, iova);
	struct translation is = translate_pasid(&c->after, c->source, c->pasid, iova);

	c->compared++;
	if (is.result == TRANSLATE_BAD)
		fail_msg("device %04x, PASID %x, IOVA %#lx: hardware refuses the copy (stage %u)",
			 c->source, c->pasid, iova, is.stage);
	check_muted(c, &was, &is);
	if (is_mended(c, iova, &was, &is))
		return;
	if (is_fenced(c, &was, &is)) {
		check_fenced(c, &is, iova);
	} else if (translate_is_refused(&was)) {
		check_replaced(c, &was, &is, iova);
	} else if (is_same(&was, &is)) {
		check_kept(c, &was, &is);
	} else if (!is_filled(c, &was, &is, iova) && !is_provided(c, &was, &is)) {
		if ((is.result != TRANSLATE_ABSENT && !check_is_scratch(is.pa)) || !judge_excuses(c->unit, &was))
			fail_msg("device %04x, PASID %x, IOVA %#lx: was %u -> %#lx (stage %u), is %u -> %#lx "
				 "(stage %u)\n%s", c->source, c->pasid, iova, was.result, was.pa, was.stage,
				 is.result, is.pa, is.stage, result_log());
		check_tally.lost += was.result == TRANSLATE_MAPPED;
	}
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
	    !check_is_scratch(is.pa))
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

static void check_domain_ids(const struct comparison *c)
{
	owners_collect(&c->after);
	if (owners_any_clash() != OWNERS_NO_ID)
		fail_msg("domain id %#x stands for two translations", owners_any_clash());
}

static void check_interrupts(const struct build *b, const struct mock_unit *was, const struct mock_unit *is)
{
	uint64_t entries = 2ull << (was->irta & 15);
	bool sound = judge_sound_irt(was->index);

	for (uint64_t i = 0; i < entries; i++) {
		uint64_t old[2] = { 0, 0 }, new[2];
		bool keep = false;

		mock_read_memory(is, (is->irt & PAGE_MASK) + i * 16, new, 16);
		if (sound) {
			memory_picture_get(b->before, (was->irta & PAGE_MASK) + i * 16, old, 16);
			keep = !(old[0] & 1) || !judge_bad_irte(was->index, old[0], old[1]);
		}
		if (keep && old[0] & 1 && strstr(b->options, "faults=mute"))
			old[0] |= 2;
		if (keep)
			assert_memory_equal(old, new, 16);
		else
			assert_true(new[0] == 2 && !new[1]);	/* not present, faults muted */
	}
}

/* Is it translating, answering, and not in a state that the stub has to leave alone? */
static bool is_due(const struct mock_unit *was)
{
	unsigned int mode = was->rtaddr >> 10 & 3;

	if (!(was->gsts & VTD_G_TE) || was->dead || was->deaf || was->deaf_queue || was->deaf_queue_on ||
	    was->deaf_registers || was->pmen)
		return false;
	return !mode || (mode == 1 && was->ecap >> 43 & 1 && was->gsts & VTD_G_QIE);
}

static void check_unit(const struct build *b, unsigned int index)
{
	const struct mock_unit *was = &b->units_before[index];
	struct mock_unit *is = mock_unit(index);
	const struct handoff_unit *report = result_entry(HANDOFF_UNITS, index);
	uint32_t flags = report->flags;

	check_tally.units += is_due(was);
	check_tally.left += is_due(was) && !(flags & HANDOFF_UNIT_DMA_SWITCHED);
	if (is_due(was) && (report->dma_reason == HANDOFF_UNIT_PMR || report->dma_reason == HANDOFF_UNIT_MODE ||
			    report->dma_reason == HANDOFF_UNIT_SCALABLE))
		fail_msg("unit %u: left for reason %u, without a reason", index, report->dma_reason);
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
			.before = judge_before(index),
			.after = judge_after(index),
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

		if (function->command && space && judge_is_master(space) && !has_entry(b, function->segment, source))
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
	judge_machine(b);
	judge_records();
	check_ranges();
	for (unsigned int i = 0; i < mock_count(); i++)
		check_unit(b, i);
	check_requesters(b);
}
