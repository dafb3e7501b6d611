// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk over page tables (stub/pagetable.c, walk_entry.c, fold.c, sink.c with second_level.c,
 * first_level.c and fill() of hole.c), step by step, in both formats.
 *
 * Each step begins in any state of the walk: tables of 2 entries with any content, levels 1 to 5, each at
 * the depth that it has in a walk of 5 levels, any unit of 32 host address bits or more, any number of free pages
 * below 8, any known and unknown tables, a report that may be full. A table counts as corrupt
 * from 1 bad entry on (16 in the stub), if most of its present entries are bad. What is bad leads to
 * scratch or is blocked; what is not mapped is filled or not.
 *
 *	proof_walk_leaves_*	a table of leaves
 *	proof_walk_entry_*	an entry above: a superpage, or one that refers to a table
 *	proof_walk_leave_*	a table is done: it stays, is coalesced, or is corrupt
 *
 * Each proves what the step writes and records, and the step of the induction: if the table below is
 * rendered (translation.h), the entry that refers to it is. docs/proofs.md says what follows.
 */
#define TABLE_ENTRIES	2
#include "small.h"

#define GARBAGE_LEAST	1u

#include "../../stub/fold.c"
#include "../../stub/hole.c"
#include "../../stub/pagetable.c"
#include "../../stub/walk_entry.c"

#include "first_level.h"
#include "second_level.h"

#include "walk_model.h"
#include "translation.h"

/* ---- Any state of the walk ---- */

static struct handoff_domain domain;
static struct handoff_record blame;

/* A sink of which there are the first `pages` pages, from page `first` of the arena's memory on. */
static struct sink some_sink(unsigned int first, unsigned int pages)
{
	struct sink sink = { 0 };

	for (unsigned int n = 0; n <= SINK_LEVELS; n++)
		sink.page[n] = phys(n < pages ? page_address(first + n) : 0);
	return sink;
}

static struct walk some_walk(bool is_first_level)
{
	unsigned int own = nondet_u8();
	struct walk walk;

	first_level = is_first_level;
	domain = (struct handoff_domain){ .flags = nondet_u32(), .tables = 1 };
	unit = (struct unit){ .cap = nondet_u64(), .ecap = nondet_u64(), .host_width = nondet_u8() };
	assume(unit.host_width >= 32 && unit.host_width <= 52);
	crash_region = nondet_u64();
	assume(crash_region >= 0x100000 && crash_region < 1ull << 51 && crash_region % PAGE_SIZE == 0);
	arena_base = crash_region + ARENA_OFFSET;
	iova_page = nondet_u64();
	watched = nondet_u64();
	is_listed = nondet_bool();
	listed_end = nondet_u64();
	assume(!is_listed || watched < listed_end);

	relay.arena = (struct arena){ .base = (uint8_t *)arena_memory };
	relay.arena.size = (nondet_u8() % (COPIES + 1)) * PAGE_BYTES;
	relay.arena.used = (nondet_u8() % (COPIES + 1)) * PAGE_BYTES;
	assume(relay.arena.used <= relay.arena.size);
	relay.params.bad = nondet_bool() ? BAD_SINK : BAD_BLOCK;
	relay.params.holes = nondet_bool() ? HOLES_SINK : HOLES_KEEP;
	relay.unmendable = nondet_bool();
	relay.sink = some_sink(SHARED, SINK_LEVELS + 1);
	relay.sink_room = (struct sink_room){ &relay.arena, nondet_u32() };
	for (unsigned int level = 0; level < PAGETABLE_MAX_LEVELS; level++)
		relay.scratch[level] = scratch[level];
	relay.formats.format[0] = first_level ? first_level_format(&unit) : second_level_format(&unit);
	for (unsigned int page = 0; page < PAGES; page++)
		for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
			memory[page][i] = nondet_u64();
	is_known = nondet_bool();
	is_known_in_place = nondet_bool();
	walk = (struct walk){
		.relay = &relay, .format = &relay.formats.format[0], .domain = &domain, .blame = &blame,
		.sink = some_sink(OWN, own), .lost = nondet_bool(),
	};
	assume(own <= SINK_LEVELS + 1);
	if (!ram_gap(&relay.ram, phys(nondet_u64()), &walk.gap))	/* around some leaf before, or none */
		walk.gap = (struct handoff_range){ 1, 0 };
	return walk;
}

/* A stack of `depth` tables down to one of `level`. A table below one in place stays in place. */
static void some_stack(struct walk *walk, unsigned int level, unsigned int depth)
{
	walk->depth = depth;
	for (unsigned int i = 0; i < depth; i++) {
		struct frame *frame = &walk->frames[i];

		*frame = (struct frame){
			.entries = NULL, .old = phys(nondet_u64() & PAGE_MASK), .iova = nondet_u64(),
			.level = level + depth - 1 - i, .index = nondet_u8(), .in_place = nondet_bool(),
			.present = nondet_u8(), .bad = nondet_u8(),
		};
		assume(frame->old.pa < 1ull << 52 && frame->iova < 1ull << 56);
		assume(frame->bad <= frame->present && frame->present <= TABLE_ENTRIES);
		assume(!i || !walk->frames[i - 1].in_place || frame->in_place);
	}
}

/* The table of `frame` has any entries, at `entries`. */
static void place(struct frame *frame, uint64_t *entries)
{
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		entries[i] = nondet_u64();
	frame->entries = entries;
}

static bool is_same(const struct frame *a, const struct frame *b)
{
	return a->entries == b->entries && a->old.pa == b->old.pa && a->iova == b->iova && a->level == b->level &&
	       a->index == b->index && a->present == b->present && a->bad == b->bad && a->in_place == b->in_place;
}

/* Some table above number `from`, which the step must leave alone; its entries cannot be accessed. */
static unsigned int bystander;
static struct frame bystander_was;

static void watch_tables_above(const struct walk *walk, unsigned int from)
{
	bystander = nondet_u8();
	assume(bystander <= from);
	bystander_was = walk->frames[bystander];
}

static void prove_tables_above(const struct walk *walk, unsigned int from)
{
	if (bystander < from)
		prove(is_same(&walk->frames[bystander], &bystander_was));
}

static void watch(const struct frame *frame, unsigned int index)
{
	watched_where = frame->old.pa + index * 8;
	records = all_records = 0;
	no_page = is_memo_full = is_changed = false;
}

/* ---- What a step must have done ---- */

/* An entry that was quarantined, and what it has become. is_kept is about the last record. */
static void is_out_of_use(const struct walk *walk, const struct frame *frame, unsigned int index, uint64_t was)
{
	uint64_t now = frame->entries[index];

	prove(records == 1 && record.where == frame->old.pa + index * 8 && record.found[0] == was);
	prove(record.level == frame->level);
	prove(record.iova == frame->iova + index * size_of(frame->level) && record.size == size_of(frame->level));
	prove(record.in_place == frame->in_place);
	if (frame->in_place)
		prove(now == was && record.action == HANDOFF_BLOCKED && (walk->lost || is_kept || all_records > 1));
	else if (relay.params.bad == BAD_SINK)
		prove(is_present(now) && record.action == HANDOFF_SUNK && domain.flags & HANDOFF_DOMAIN_SUNK);
	else
		prove(now == 0 && record.action == HANDOFF_BLOCKED);
}

/*
 * The induction: an entry that was `was`, and whose table below is as `below` says, is rendered. `next`
 * is where that table is now. A table in place is as the crashed kernel left it, but that a
 * recorded entry is zeroed when the hardware is switched.
 */
static void prove_entry(const struct walk *walk, const struct frame *frame, unsigned int index, uint64_t was,
			uint64_t next, struct hypothesis below)
{
	bool is_quarantined = records || (is_present(was) && !is_leaf(was, frame->level) && below.is_quarantined);
	struct translation old = of_original(was, frame->level, below.old), new;
	uint64_t now = frame->entries[index], filled;

	if (frame->in_place) {
		new = of_copy(walk, records ? 0 : was, frame->level, next, below.new);
		prove(is_rendered(old, new, is_quarantined));
		return;
	}
	new = of_copy(walk, now, frame->level, next, below.new);
	prove(is_rendered(old, new, is_quarantined));
	/* Once all are done, unless time is up. */
	if (!is_wanted(&relay))
		return;
	fill(frame->entries, walk->format->present, hole_entry(&relay, frame->level));
	filled = frame->entries[index];
	prove(is_present(now) ? filled == now : is_of_sink(&relay.sink, filled, frame->level));
	prove(is_rendered(old, of_copy(walk, filled, frame->level, next, below.new), is_quarantined));
}

/* In a walk of 5 levels. */
static unsigned int depth_of(unsigned int level)
{
	return PAGETABLE_MAX_LEVELS + 1 - level;
}

/* Pages that were allocated behind a table's are in use unless all its entries are such leaves. */
static bool is_fine_leaf(uint64_t entry, unsigned int level)
{
	return is_present(entry) && is_leaf(entry, level) && leaf_is_fine(entry, level);
}

/* ---- The steps ---- */

static void leaves(bool is_first_level, unsigned int depth)
{
	const struct hypothesis none = { .is_quarantined = false };
	struct walk walk = some_walk(is_first_level);
	unsigned int index = nondet_bool();
	struct frame *frame;
	uint64_t was, other, iova, used = relay.arena.used;
	uint64_t entries[TABLE_ENTRIES];	/* an object of its own: nothing beyond can be accessed */

	some_stack(&walk, 1, depth);
	frame = &walk.frames[depth - 1];
	frame->present = frame->bad = 0;
	place(frame, entries);
	assume(frame->in_place || relay.arena.used >= PAGE_BYTES);
	assume(listed_end <= frame->iova);
	watch(frame, index);
	watch_tables_above(&walk, depth - 1);
	was = frame->entries[index];
	other = frame->entries[!index];
	iova = frame->iova + index * PAGE_SIZE;
	walk_leaves(&walk, frame);

	prove(frame->present == (unsigned int)is_present(was) + is_present(other));
	prove(frame->bad == all_records && records == (is_present(was) && !leaf_is_fine(was, 1)));
	prove(listed_end <= frame->iova + TABLE_ENTRIES * PAGE_SIZE);
	if (watched >= iova && watched < iova + PAGE_SIZE)
		prove(is_listed == is_present(was));
	prove(relay.arena.used == used ||
	      !(is_fine_leaf(frame->entries[0], 1) && is_fine_leaf(frame->entries[1], 1)));
	if (records)
		is_out_of_use(&walk, frame, index, was);
	else
		prove(frame->entries[index] == was);
	prove_tables_above(&walk, depth - 1);
	prove_entry(&walk, frame, index, was, 0, none);
}

/* The rule that struck an entry that refers to a table is true of it. */
static void prove_reason(const struct walk *walk, const struct frame *frame, uint64_t was)
{
	uint64_t page = target(was) >> PAGE_SHIFT;

	if (record.rule == walk->format->rule_reserved)
		prove(!reference_is_sound(was & ~VTD_BITS(51, 12)));
	else if (record.rule == walk->format->rule_width)
		prove(target(was) >> unit.host_width);
	else if (record.rule == walk->format->rule_provenance)
		prove(page < 1 || page > PAGES);		/* not RAM of the crashed kernel, or not there */
	else if (record.rule == walk->format->rule_untracked)
		prove(is_memo_full);
	else
		prove(record.rule == walk->format->rule_garbage && known.table.pa == target(was) &&
		      known.level == frame->level - 1 &&
		      (known.in_place ? is_corrupt_in_place : known_copy.pa == MEMO_GARBAGE));
}

/* What the visited tables may say of a table of `level`: where its copy is, a superpage, or corrupt. */
static void some_known_table(unsigned int level, struct hypothesis below)
{
	known_copy = phys(nondet_u64());
	is_corrupt_in_place = nondet_bool();
	if (known_copy.pa == MEMO_GARBAGE)
		return;
	if (known_copy.pa % PAGE_SIZE == 0) {
		assume(known_copy.pa >= page_address(1) && known_copy.pa < page_address(COPIES));
		return;
	}
	/* A superpage says the same as the table: proof_walk_leave_*. */
	assume(is_present(known_copy.pa) && known_copy.pa & VTD_BIT(7) && leaf_is_fine(known_copy.pa, level + 1));
	assume(!below.is_quarantined || !is_known);
	assume(!is_known || is_rendered(below.old, of_leaf(known_copy.pa, level + 1), false));
}

static void entered(const struct frame *frame, unsigned int index, uint64_t was)
{
	const struct frame *below = frame + 1;
	uint64_t page = target(was) >> PAGE_SHIFT;

	prove(below->old.pa == target(was) && below->level == frame->level - 1);
	prove(below->index == 0 && below->present == 0 && below->bad == 0);
	prove(below->iova == frame->iova + index * size_of(frame->level));
	prove(page >= 1 && page <= PAGES && below->entries[0] == memory[page - 1][0]);
	prove(below->entries[1] == memory[page - 1][1]);
	prove(!frame->in_place || below->in_place);
	prove(below->in_place ? below->entries == scratch[below->level - 1] :
	      below->entries == (uint64_t *)(relay.arena.base + relay.arena.used) - TABLE_ENTRIES);
	prove(!below->in_place || frame->in_place || no_page || is_memo_full);
}

static void above(bool is_first_level, unsigned int level, unsigned int depth)
{
	struct walk walk = some_walk(is_first_level);
	struct hypothesis below = some_table_below();
	unsigned int index = nondet_bool(), present, bad;
	uint64_t was, now, kept = ~VTD_BITS(51, 12), next, used = relay.arena.used, iova;
	uint64_t entries[TABLE_ENTRIES];	/* an object of its own, as above */
	struct frame *frame;
	bool was_listed = is_listed, here;

	some_stack(&walk, level, depth);
	frame = &walk.frames[depth - 1];
	place(frame, entries);
	assume(frame->in_place || used >= PAGE_BYTES);
	some_known_table(level - 1, below);
	iova = frame->iova + index * size_of(level);
	here = watched >= iova && watched < iova + size_of(level);
	assume(listed_end <= iova && frame->present < TABLE_ENTRIES);
	watch(frame, index);
	watch_tables_above(&walk, depth - 1);
	present = frame->present;
	bad = frame->bad;
	was = frame->entries[index];
	walk_entry(&walk, frame, index);
	now = frame->entries[index];

	prove(frame->present == present + is_present(was) && frame->bad == bad + all_records);
	prove(records == all_records && records <= 1 && listed_end <= iova + size_of(level));
	prove(walk.depth == depth || (walk.depth == depth + 1 && walk.depth <= PAGETABLE_MAX_LEVELS));
	prove(relay.arena.used == used || (relay.arena.used > used && !is_fine_leaf(now, level)));
	prove_tables_above(&walk, depth - 1);
	next = frame->in_place ? target(was) : target(now);
	if (records) {
		prove(is_present(was) && walk.depth == depth);
		if (is_leaf(was, level))
			prove(!leaf_is_fine(was, level));
		else
			prove_reason(&walk, frame, was);
		prove(is_listed == (here ? is_leaf(was, level) || level < 3 : was_listed));
		is_out_of_use(&walk, frame, index, was);
	} else if (!is_present(was) || is_leaf(was, level)) {
		prove(now == was && walk.depth == depth);
		prove(!is_present(was) || leaf_is_fine(was, level));
		prove(is_listed == (was_listed || (here && is_present(was))));
	} else if (walk.depth == depth + 1) {
		entered(frame, index, was);
		prove(reference_is_sound(was) && is_listed == was_listed && (now & kept) == (was & kept));
		next = frame[1].in_place ? target(was) : arena_phys(&relay.arena, frame[1].entries).pa;
	} else {				/* seen before, under the same key */
		prove(reference_is_sound(was) && known.table.pa == target(was) && known.level == level - 1);
		prove(!frame->in_place || known.in_place);
		prove(is_listed == (was_listed || here));
		next = known.in_place ? target(was) : known_copy.pa;
		if (next % PAGE_SIZE == 0)
			prove((now & kept) == (was & kept));
	}
	prove_entry(&walk, frame, index, was, next, below);
}

/* An entry of a table that is done. */
static bool is_done(const struct walk *walk, uint64_t entry, unsigned int level)
{
	if (!is_present(entry) || is_of_sink(&walk->sink, entry, level) || is_of_sink(&relay.sink, entry, level))
		return true;
	if (is_leaf(entry, level))
		return leaf_is_fine(entry, level);
	return (target(entry) >= page_address(2) && target(entry) < page_address(COPIES)) ||
	       ram_is_crashed(&relay.ram, phys(target(entry)), PAGE_SIZE);
}

/* The arena has pages behind that of the table that is done only if some entry of it needed one. */
static void some_pages_behind(const struct frame *done)
{
	bool all_leaves = true;

	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		all_leaves &= is_fine_leaf(done->entries[i], done->level);
	assume(relay.arena.used >= 2 * PAGE_BYTES);
	assume(!all_leaves || relay.arena.used == 2 * PAGE_BYTES);
}

static void root_is_done(struct walk *walk, bool is_corrupt, unsigned int any)
{
	const struct frame *done = &walk->frames[0];
	uint64_t entry = done->entries[any], used = relay.arena.used;
	uint32_t flags = domain.flags;

	leave(walk);
	prove(walk->depth == 0 && done->entries[any] == entry && relay.arena.used == used);
	prove(domain.flags == (is_corrupt ? flags | HANDOFF_DOMAIN_GARBAGE : flags) && all_records == 0);
	prove(is_corrupt ? is_changed && changed_to.pa == MEMO_GARBAGE : !is_changed);
}

/* The table that is done is corrupt: so is the entry that refers to it, here and from now on. */
static void prove_corrupt(const struct walk *walk, const struct frame *done, const struct frame *parent,
			  uint64_t was)
{
	uint64_t start = parent->iova + (parent->index - 1) * size_of(parent->level);

	prove(records == 1 && record.rule == walk->format->rule_garbage);
	if (watched >= start && watched < start + size_of(parent->level))
		prove(is_listed == (parent->level < 3));
	is_out_of_use(walk, parent, parent->index - 1, was);
	if (done->in_place && done->level == 1)		/* these are not remembered */
		return;
	prove(is_changed && changed_to.pa == MEMO_GARBAGE && changed.table.pa == done->old.pa);
	prove(changed.level == done->level && changed.in_place == done->in_place);
}

static void prove_coalesced(const struct frame *done, uint64_t used, unsigned int any)
{
	unsigned int level = done->level;

	prove(!done->in_place && is_changed && changed.level == level && !changed.in_place);
	prove(changed.table.pa == done->old.pa && leaf_is_sound(changed_to.pa, level + 1));
	prove(is_present(changed_to.pa) && changed_to.pa & VTD_BIT(7));
	/* By itself it says what the table said; nothing was allocated behind the table's page. */
	iova_page += any << 9 * (level - 1);
	prove(is_rendered(of_leaf(done->entries[any], level), of_leaf(changed_to.pa, level + 1), false));
	prove(used == 2 * PAGE_BYTES && relay.arena.used == PAGE_BYTES);
}

/* Table `level` is done; what it makes of the IOVA is what entry `any` makes of it. */
static void done(bool is_first_level, unsigned int level, unsigned int depth)
{
	struct walk walk = some_walk(is_first_level);
	struct hypothesis table = some_table_below(), below = some_table_below();
	unsigned int any = nondet_bool(), index;
	uint64_t was, before, now, next, used;
	struct frame *done, *parent;
	bool is_corrupt, is_coalesced;

	some_stack(&walk, level, depth);
	done = &walk.frames[depth - 1];
	place(done, done->in_place ? scratch[level - 1] : arena_memory[1]);
	used = relay.arena.used;
	if (!done->in_place)
		some_pages_behind(done);
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		assume(done->in_place || is_done(&walk, done->entries[i], level));
	is_known |= !done->in_place;			/* it was remembered when it was entered */
	is_known_in_place |= done->in_place && level > 1;
	is_known_in_place &= level > 1;
	known_copy = phys(page_address(1));
	is_corrupt = done->bad >= 1 && 2 * done->bad > done->present;
	watch(done, 0);
	if (depth == 1) {
		root_is_done(&walk, is_corrupt, any);
		return;
	}

	/* The entry that refers to it was linked to it when it was entered: proof_walk_entry_*. */
	parent = done - 1;
	assume(parent->index >= 1 && parent->index <= TABLE_ENTRIES);
	index = parent->index - 1;
	place(parent, parent->in_place ? scratch[level] : arena_memory[0]);
	was = parent->entries[index];
	assume(is_present(was) && !(was & VTD_BIT(7)) && reference_is_sound(was) && target(was) == done->old.pa);
	assume(ram_is_crashed(&relay.ram, done->old, PAGE_SIZE));
	next = done->in_place ? done->old.pa : page_address(1);
	if (!parent->in_place)
		parent->entries[index] = (was & ~VTD_BITS(51, 12)) | next;
	before = parent->entries[index];
	assume(listed_end <= parent->iova + (index + 1) * size_of(level + 1));
	watch(parent, index);
	watch_tables_above(&walk, depth - 2);
	assume(parent->bad < parent->present);
	/* The table is rendered so far, by one entry of it: only this step can change that. */
	if (!done->in_place) {
		iova_page &= (1ull << 9 * (level - 1)) - 1;
		table.new = of_copy(&walk, done->entries[any], level, target(done->entries[any]), below.new);
		assume(is_rendered(table.old, table.new, table.is_quarantined));
	}
	leave(&walk);

	now = parent->entries[index];
	prove_tables_above(&walk, depth - 2);
	prove(listed_end <= parent->iova + (index + 1) * size_of(level + 1));
	if (is_corrupt) {
		prove_corrupt(&walk, done, parent, was);
	} else {
		is_coalesced = now != before;
		prove(all_records == 0 && is_coalesced == is_changed);
		if (is_coalesced)
			prove_coalesced(done, used, any);
	}
	prove_entry(&walk, parent, index, was, next, table);
}

void proof_walk_leaves_second_level(void)
{
	leaves(false, depth_of(1));
}

void proof_walk_leaves_first_level(void)
{
	leaves(true, depth_of(1));
}

void proof_walk_entry_second_level_2(void)
{
	above(false, 2, depth_of(2));
}

void proof_walk_entry_second_level_3(void)
{
	above(false, 3, depth_of(3));
}

void proof_walk_entry_second_level_4(void)
{
	above(false, 4, depth_of(4));
}

void proof_walk_entry_second_level_5(void)
{
	above(false, 5, depth_of(5));
}

void proof_walk_entry_first_level_2(void)
{
	above(true, 2, depth_of(2));
}

void proof_walk_entry_first_level_3(void)
{
	above(true, 3, depth_of(3));
}

void proof_walk_entry_first_level_4(void)
{
	above(true, 4, depth_of(4));
}

void proof_walk_entry_first_level_5(void)
{
	above(true, 5, depth_of(5));
}

void proof_walk_leave_second_level_1(void)
{
	done(false, 1, depth_of(1));
}

void proof_walk_leave_second_level_2(void)
{
	done(false, 2, depth_of(2));
}

void proof_walk_leave_second_level_3(void)
{
	done(false, 3, depth_of(3));
}

void proof_walk_leave_second_level_4(void)
{
	done(false, 4, depth_of(4));
}

void proof_walk_leave_second_level_root(void)
{
	unsigned int level = nondet_u8();

	assume(level >= 2 && level <= PAGETABLE_MAX_LEVELS);
	done(false, level, 1);
}

void proof_walk_leave_first_level_1(void)
{
	done(true, 1, depth_of(1));
}

void proof_walk_leave_first_level_2(void)
{
	done(true, 2, depth_of(2));
}

void proof_walk_leave_first_level_3(void)
{
	done(true, 3, depth_of(3));
}

void proof_walk_leave_first_level_4(void)
{
	done(true, 4, depth_of(4));
}

void proof_walk_leave_first_level_root(void)
{
	unsigned int level = nondet_u8();

	assume(level >= 2 && level <= PAGETABLE_MAX_LEVELS);
	done(true, level, 1);
}
