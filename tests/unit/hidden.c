// SPDX-License-Identifier: GPL-2.0-only
#include "hidden.h"

#include "testing.h"

#include "check.h"
#include "devices.h"
#include "fake.h"
#include "judge.h"
#include "result.h"
#include "translate.h"

#define MAX_EDGES	400u	/* a device */
#define PROBES		24u	/* pages of each range of the dump kernel's memory */
#define STRANGERS	48u	/* sources that nobody has heard of */

struct comparison {
	const struct build *b;
	struct translate_view before, shown, hidden;	/* the crash; the copies; the copies, hidden */
	unsigned int unit;
	uint16_t source;
};

static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (random_state >> 20) % limit;
}

/* A page of RAM that the kdump kernel may give to a driver. */
static bool is_dump_memory(const struct build *b, uint64_t page)
{
	if (page < b->boot.arena_phys.pa + b->boot.arena_size && page + PAGE_SIZE > b->boot.arena_phys.pa)
		return false;
	for (size_t i = 0; i < b->e820_count; i++)
		if (b->e820[i].type == 1 && page >= b->e820[i].start && b->e820[i].size >= PAGE_SIZE &&
		    page - b->e820[i].start <= b->e820[i].size - PAGE_SIZE)
			return true;
	return false;
}

static bool is_taken(uint64_t page)
{
	const uint64_t *taken;
	uint32_t count;

	taken = relay_taken(&count);
	for (uint32_t i = 0; i < count; i++)
		if (taken[i] == page)
			return true;
	return false;
}

static bool has_conflict(const struct comparison *c, uint16_t domain)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_RECORDS); i++) {
		const struct handoff_record *record = result_entry(HANDOFF_RECORDS, i);

		if (record->rule == HANDOFF_RULE_HIDE_CONFLICT)
			for (uint32_t j = 0; j < result_count(HANDOFF_DOMAINS); j++) {
				const struct handoff_domain *one = result_entry(HANDOFF_DOMAINS, j);

				for (uint32_t k = 0; k < result_count(HANDOFF_DOMAINS); k++) {
					const struct handoff_domain *other = result_entry(HANDOFF_DOMAINS, k);

					if (one->unit == record->unit && one->id == record->domain_id &&
					    other->unit == c->unit && other->id == domain &&
					    one->new_root == other->new_root)
						return true;
				}
			}
	}
	return result_dropped(HANDOFF_RECORDS);
}

/* Was the bad entry a leaf to the very address? Then no in-flight DMA was for another one. */
static bool was_self(const struct comparison *c, const struct translation *was, uint64_t iova)
{
	uint64_t entry = 0, mask;

	if (!translate_is_refused(was) || translate_refused_at(was) + 1 != was->path_length || was->stage > 3 ||
	    !was->stage)
		return false;
	mask = ~((PAGE_SIZE << 9 * (was->stage - 1)) - 1) & VTD_SL_ADDRESS;
	memory_picture_get(c->b->before, was->path[was->path_length - 1], &entry, sizeof(entry));
	return (entry & mask) == (iova & mask);
}

static bool same(const struct translation *one, const struct translation *other)
{
	return one->result == other->result && (one->result == TRANSLATE_ABSENT || one->pa == other->pa);
}

static bool leads_nowhere(const struct translation *t)
{
	return t->result == TRANSLATE_ABSENT || (t->result == TRANSLATE_MAPPED && check_is_scratch(t->pa));
}

static _Noreturn void complain(const struct comparison *c, uint64_t iova, const struct translation *was,
			   const struct translation *shown, const struct translation *is, const char *what)
{
	fail_msg("device %04x, IOVA %#lx: %s: was %u -> %#lx (stage %u), shown %u -> %#lx, hidden %u -> %#lx (stage %u)\n%s",
		 c->source, iova, what, was->result, was->pa, was->stage, shown->result, shown->pa, is->result,
		 is->pa, is->stage, result_log());
	abort();
}

/* Has it no entry of its own, on a bus or a unit of which something is known? */
static bool was_missing(const struct translation *was)
{
	return was->result == TRANSLATE_ABSENT && !translate_is_refused(was) && was->stage >= STAGE_DEVICE &&
	       was->path_length <= 2;
}

/* As a whole: it may be for want of room. */
static bool is_quarantined(const struct comparison *c)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_DEVICES); i++) {
		const struct handoff_device *device = result_entry(HANDOFF_DEVICES, i);

		if (device->unit == c->unit && (device->bus << 8 | device->devfn) == c->source &&
		    device->action == HANDOFF_SUNK && device->old_context[0] & 1)
			return true;
	}
	return false;
}

static void judge(void *context, uint64_t iova)
{
	struct comparison *c = context;
	struct translation was = translate(&c->before, c->source, iova);
	struct translation shown = translate(&c->shown, c->source, iova);
	struct translation is = translate(&c->hidden, c->source, iova);
	bool refused = translate_is_refused(&was), self = was_self(c, &was, iova);
	bool identity = is.result == TRANSLATE_MAPPED && is.pa == iova && is.read && is.write;
	/* Where the entries on the way grant nothing together, no request went through. */
	bool mapped = was.result == TRANSLATE_MAPPED && (was.read || was.write);
	uint64_t page = iova & PAGE_MASK;

	if (is.levels && 12 + 9 * is.levels < 64 && iova >> (12 + 9 * is.levels))
		return;		/* beyond what the tables translate: a fault, which the translator does not look for */
	if (is.result == TRANSLATE_BAD)
		complain(c, iova, &was, &shown, &is, "hardware refuses the tables");
	if (shown.type == 2) {
		if (!same(&shown, &is))
			complain(c, iova, &was, &shown, &is, "pass-through is none any more");
		return;
	}
	if (is.result == TRANSLATE_MAPPED && truth_hits_crash_region(c->b, is.pa, 1) && !check_is_scratch(is.pa) &&
	    !(identity && is_dump_memory(c->b, page)))
		complain(c, iova, &was, &shown, &is, "leads into the crash region");
	if (!is_dump_memory(c->b, page)) {
		if (was_missing(&was) ? !leads_nowhere(&is) : !same(&shown, &is) && !leads_nowhere(&is))
			complain(c, iova, &was, &shown, &is, "is not the dump kernel's memory, and another one");
		if (!same(&shown, &is) && shown.result != TRANSLATE_ABSENT && !was_missing(&was) && !has_conflict(c, shown.domain))
			complain(c, iova, &was, &shown, &is, "lost");
		return;
	}
	if (identity) {
		if (!self && (refused || (mapped && was.pa != iova)))
			complain(c, iova, &was, &shown, &is, "may have been mapped, and leads to the dump kernel's memory");
		return;
	}
	if (is_taken(page)) {
		if (!same(&shown, &is) && !leads_nowhere(&is))
			complain(c, iova, &was, &shown, &is, "taken, and changed");
		return;
	}
	if (!leads_nowhere(&is))
		complain(c, iova, &was, &shown, &is, "an address of the dump kernel's leads elsewhere");
	if (is_quarantined(c) || (refused && was.stage >= STAGE_DEVICE) || (was.path_length > 2 && was.stage == STAGE_DEVICE))
		return;		/* nothing is known of the device */
	if (!has_conflict(c, is.domain))
		complain(c, iova, &was, &shown, &is, "the dump kernel's memory is out of reach");
}

static void judge_device(struct comparison *c)
{
	const struct build *b = c->b;

	translate_edges(&c->before, c->source, TRANSLATE_NO_PASID, MAX_EDGES, judge, c);
	translate_edges(&c->hidden, c->source, TRANSLATE_NO_PASID, MAX_EDGES, judge, c);
	for (size_t i = 0; i < b->e820_count; i++) {
		if (b->e820[i].type != 1 || !b->e820[i].size)
			continue;
		judge(c, b->e820[i].start);
		judge(c, b->e820[i].start + b->e820[i].size - 1);
		judge(c, b->e820[i].start + b->e820[i].size);
		for (unsigned int j = 0; j < PROBES; j++)
			judge(c, b->e820[i].start + random_below(b->e820[i].size));
	}
	judge(c, b->boot.arena_phys.pa - 1);
	judge(c, b->boot.arena_phys.pa);
	judge(c, b->boot.arena_phys.pa + b->boot.arena_size - 1);
	judge(c, b->boot.arena_phys.pa + b->boot.arena_size);
	for (unsigned int j = 0; j < PROBES; j++)
		judge(c, b->boot.arena_phys.pa + random_below(b->boot.arena_size));
	for (unsigned int j = 0; j < PROBES; j++)
		judge(c, random_below(1ull << (12 + random_below(36))));
}

static void judge_devices(struct comparison *c)
{
	for (unsigned int source = 0; source < 0x10000; source++) {
		struct translation t = translate(&c->before, (uint16_t)source, 0);

		c->source = (uint16_t)source;
		if (t.stage >= STAGE_BUS && source % 0x40 == 0) {	/* all of them are alike */
			if (translate_is_refused(&t))
				judge_device(c);
			source |= 0x3f;
		} else if (t.stage < STAGE_DEVICE || t.result != TRANSLATE_ABSENT) {
			judge_device(c);
		}
	}
	for (unsigned int i = 0; i < STRANGERS; i++) {
		c->source = (uint16_t)random_below(0x10000);
		judge(c, c->b->e820[0].start);
		for (size_t j = 0; j < c->b->e820_count; j++)
			if (c->b->e820[j].type == 1 && c->b->e820[j].size)
				judge(c, c->b->e820[j].start + random_below(c->b->e820[j].size));
		judge(c, random_below(1ull << 39));
	}
}

static void judge_interrupts(const struct mock_unit *unit)
{
	if (!(unit->gsts & VTD_G_IRE))
		return;
	assert_true(mock_passes_compatibility(unit));
	assert_true(memory_in_arena(unit->irt & PAGE_MASK, 32ull << (unit->irt & 15)));
	for (uint32_t i = 0; i < VTD_IRTA_ENTRIES(unit->irt); i++)
		assert_int_equal(mock_remap(unit, i), MOCK_BLOCKED);
}

static void judge_hidden(const struct build *b, const struct memory_picture *shown, const struct mock_unit *units)
{
	char name[4];

	if (!b->no_dmar)
		assert_true(!memory_get(BUILD_DMAR, name, sizeof(name)) || memcmp(name, "DMAR", sizeof(name)));
	for (unsigned int i = 0; i < mock_count(); i++) {
		struct mock_unit *unit = mock_unit(i);
		struct comparison c = {
			.b = b, .before = judge_before(i), .hidden = judge_after(i), .unit = i,
			.shown = {
				.unit = unit, .picture = shown, .root = units[i].root, .host_width = b->host_width,
			},
		};

		mock_check_settled(unit);
		judge_interrupts(unit);
		if (!(unit->gsts & VTD_G_TE))
			continue;
		assert_hex_equal(unit->rtaddr, units[i].rtaddr);
		judge_devices(&c);
		devices_check(unit, true, false);
	}
}

bool hidden_run(struct build *b)
{
	static struct mock_unit units[MOCK_MAX_UNITS];
	struct memory_picture *shown;

	if (!build_prepare(b)) {
		check_run(b);
		return false;
	}
	relay_survey();
	relay_hide_prepare();
	devices_start(b);
	relay_commit();
	check_run(b);
	shown = memory_arena_picture(true);
	for (unsigned int i = 0; i < mock_count(); i++)
		units[i] = *mock_unit(i);
	devices_restart(b);
	relay_hide();
	random_state = result_header()->digest;
	if (result_header()->mode == HANDOFF_HIDDEN) {
		judge_machine(b);
		judge_records();
		judge_hidden(b, shown, units);
	} else {
		devices_restart(b);	/* what they saw in between, they may have seen */
		check_run(b);
	}
	memory_picture_free(shown);
	return true;
}
