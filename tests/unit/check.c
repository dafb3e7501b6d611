// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"

#include "testing.h"

#include "fake.h"
#include "result.h"
#include "translate.h"

#define MOST_EDGES	3000u	/* a device; beyond, trees that refer to themselves would never end */

struct comparison {
	const struct build *b;
	struct translate_view before, after;
	uint16_t source;
	uint64_t unit;
};

static bool is_scratch(uint64_t pa)
{
	uint8_t page[PAGE_SIZE], ones[PAGE_SIZE];

	memset(ones, 0xff, sizeof(ones));
	return memory_in_arena(pa & PAGE_MASK, PAGE_SIZE) &&
	       memory_get(pa & PAGE_MASK, page, sizeof(page)) && !memcmp(page, ones, sizeof(page));
}

static bool covers(const struct comparison *c, const struct handoff_record *record,
		   const struct translation *was, uint64_t iova)
{
	if (record->object < HANDOFF_PAGE_TABLE && record->unit != c->unit)
		return false;		/* page tables can be shared across units */
	switch (record->object) {
	case HANDOFF_ROOT_TABLE:
		return true;
	case HANDOFF_ROOT_ENTRY:
		return record->bus == c->source >> 8;
	case HANDOFF_CONTEXT:
		return record->bus == c->source >> 8 && record->devfn == (c->source & 0xff) &&
		       record->action != HANDOFF_REPAIRED;
	case HANDOFF_PAGE_TABLE:
	case HANDOFF_LEAF:		/* of tables met twice, the first way to them is recorded */
		return record->where == was->entry ||
		       (iova >= record->iova && iova - record->iova < record->size);
	default:
		return false;
	}
}

/* Does a record say why this address no longer translates as it did, and how (*blocked)? */
static bool is_recorded(const struct comparison *c, const struct translation *was, uint64_t iova,
			bool *blocked)
{
	bool any = false;

	*blocked = false;
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		if (covers(c, record, was, iova)) {
			any = true;
			*blocked |= record->action == HANDOFF_BLOCKED;
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

	if (!is_recorded(c, was, iova, &blocked))
		fail_msg("device %04x, IOVA %#lx: no record of its loss (stage %u, entry %#lx)\n%s",
			 c->source, iova, was->stage, was->entry, result_log());
	if (is->result == TRANSLATE_ABSENT)
		assert_true(blocked || is->stage >= 5);		/* there may be no id left for a device */
	else if (!is_scratch(is->pa) || !is->read || !is->write)
		fail_msg("device %04x, IOVA %#lx: was bad, and now leads to %#lx", c->source, iova, is->pa);
}

static void compare(void *context, uint64_t iova)
{
	const struct comparison *c = context;
	struct translation was = translate(&c->before, c->source, iova);
	struct translation is = translate(&c->after, c->source, iova);
	bool blocked;

	if (is.result == TRANSLATE_BAD)
		fail_msg("device %04x, IOVA %#lx: hardware refuses the copy (stage %u, entry %#lx)",
			 c->source, iova, is.stage, is.entry);
	if (was.result == TRANSLATE_BAD) {
		check_replaced(c, &was, &is, iova);
		return;
	}
	if (was.result == is.result && (was.result == TRANSLATE_ABSENT ||
	    (was.pa == is.pa && was.read == is.read && was.write == is.write &&
	     was.snooped == is.snooped && was.pass_through == is.pass_through &&
	     was.page_bits == is.page_bits && was.address_width == is.address_width)))
		return;
	/* Good in itself, but no room to track it, or in a device or subtree that had to go. */
	if ((is.result == TRANSLATE_ABSENT || is_scratch(is.pa)) && is_recorded(c, &was, iova, &blocked))
		return;
	fail_msg("device %04x, IOVA %#lx: was %u -> %#lx, is %u -> %#lx\n%s", c->source, iova, was.result,
		 was.pa, is.result, is.pa, result_log());
}

static void check_devices(struct comparison *c)
{
	for (unsigned int source = 0; source < 0x10000; source++) {
		enum translate_result result;
		unsigned int stage;

		c->source = (uint16_t)source;
		result = translate(&c->before, c->source, 0).result;
		stage = translate(&c->before, c->source, 0).stage;
		translate_edges(&c->before, c->source, MOST_EDGES, compare, c);
		if (stage >= 6 && result == TRANSLATE_ABSENT)
			source |= 0xff;		/* the bus is all alike */
		else if (stage >= 6)
			source |= 0x3f;
	}
}

/* 6.2.2: caches are tagged by domain id, so one id, one translation. */
static void check_domain_ids(const struct comparison *c)
{
	static uint64_t owner[0x10000];

	memset(owner, 0, sizeof(owner));
	for (unsigned int source = 0; source < 0x10000; source++) {
		uint64_t entry[2], at;
		struct translation t = translate(&c->after, (uint16_t)source, 0);

		if (t.stage >= 6 && t.result == TRANSLATE_ABSENT) {
			source |= 0xff;
			continue;
		}
		if (t.stage == 5 && t.result == TRANSLATE_ABSENT)
			continue;
		memory_get((c->after.root & PAGE_MASK) + (source >> 8) * 16u, &at, 8);
		memory_get((at & PAGE_MASK) + (source & 0xff) * 16u, entry, 16);
		at = (entry[0] >> 2 & 3) == 2 ? 1 : (entry[0] & PAGE_MASK) | (entry[1] & 7) << 1;
		if (owner[entry[1] >> 8] && owner[entry[1] >> 8] != at)
			fail_msg("domain id %#lx stands for two translations", entry[1] >> 8);
		owner[entry[1] >> 8] = at;
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

		memory_get((is->irt & PAGE_MASK) + i * 16, new, 16);
		if (sound) {
			memory_picture_get(b->before, (was->irta & PAGE_MASK) + i * 16, old, 16);
			keep = !(old[0] & 1) || !bad_irte(b, was, old[0], old[1]);
		}
		if (keep)
			assert_memory_equal(old, new, 16);
		else
			assert_true(new[0] == 2 && !new[1]);	/* not present, faults muted */
	}
}

static void check_unit(const struct build *b, unsigned int index)
{
	const struct mock_unit *was = &b->units_before[index], *is = mock_unit(index);
	const struct handoff_unit *report = result_entry(HANDOFF_UNITS, index);
	uint32_t flags = report->flags;

	assert_hex_equal(is->gsts & VTD_G_PERSISTENT, was->gsts & VTD_G_PERSISTENT);
	if (report->cap)	/* else it was not even looked at */
		assert_hex_equal(report->old_root, was->dead ? 0 : was->rtaddr);
	if (!(is->deaf | is->deaf_queue | is->deaf_registers)) {
		mock_check_settled(is);
		mock_check_fresh(is, flags & HANDOFF_UNIT_DMA_SWITCHED,
				 flags & HANDOFF_UNIT_IR_SWITCHED ||
				 report->ir_reason == HANDOFF_UNIT_NO_ROOM);
	}
	assert_hex_equal(is->rtaddr, flags & HANDOFF_UNIT_DMA_SWITCHED ? report->new_root : was->rtaddr);
	assert_hex_equal(is->root, flags & HANDOFF_UNIT_DMA_SWITCHED ? report->new_root : was->root);
	assert_hex_equal(is->irta, flags & HANDOFF_UNIT_IR_SWITCHED ? report->new_irta : was->irta);
	assert_hex_equal(is->irt, flags & HANDOFF_UNIT_IR_SWITCHED ? report->new_irta : was->irt);
	if (flags & HANDOFF_UNIT_DMA_SWITCHED) {
		struct comparison c = {
			.b = b,
			.before = { was, b->before, was->rtaddr, b, b->host_width },
			.after = { is, is->seen, is->root, NULL, b->host_width },
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

void check_untouched(const struct build *b)
{
	uint64_t where;

	assert_false(fake_hardware_touched());
	if (!memory_unchanged(b->before, &where))
		fail_msg("memory at %#lx was changed", where);
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
	for (unsigned int i = 0; i < mock_count(); i++)
		check_unit(b, i);
}
