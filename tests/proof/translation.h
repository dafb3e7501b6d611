/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * translation.h - page tables by the specification (9.7, 9.8), and what a copy owes to its original;
 * included by walk.c alone, after walk_model.h
 *
 * Written from the specification, not from the stub. One IOVA is followed, whose page is the
 * iova_page'th of what an entry covers. A table is *rendered* by its copy if is_rendered() holds for
 * what the two make of every IOVA. docs/proofs.md says how the steps make a theorem of it.
 */
static bool first_level;		/* the format */
static struct unit unit;
static uint64_t iova_page;		/* from the first page of an entry on */

static bool is_present(uint64_t entry)
{
	return entry & (first_level ? 1 : 3);
}

static uint64_t target(uint64_t entry)
{
	return entry & VTD_BITS(51, 12);
}

static uint64_t size_of(unsigned int level)
{
	return 4096ull << 9 * (level - 1);
}

/* Above level 3, bit 7 is reserved: leaf_is_sound() says no. */
static bool is_leaf(uint64_t entry, unsigned int level)
{
	return level == 1 || entry & VTD_BIT(7);
}

static uint64_t leaf_target(uint64_t entry, unsigned int level)
{
	return target(entry) & ~(first_level && level > 1 ? VTD_BIT(12) : 0);
}

static bool leaf_is_sound(uint64_t entry, unsigned int level)
{
	uint64_t low = leaf_target(entry, level) & (size_of(level) - 1);

	if (target(entry) >> unit.host_width || low || level > 3)
		return false;
	if (first_level)
		return level < 3 || unit.cap & VTD_BIT(56);		/* FL1GP */
	if (level > 1 && !(unit.cap >> 34 & (level == 2 ? 1 : 2)))	/* SLLPS */
		return false;
	return (!(entry & VTD_BIT(11)) || unit.ecap & VTD_BIT(7)) &&	/* SNP wants SC */
	       (!(entry & VTD_BIT(62)) || unit.ecap & VTD_BIT(2));	/* TM wants DT */
}

static bool reference_is_sound(uint64_t entry)
{
	return !(target(entry) >> unit.host_width) &&
	       (first_level || !(entry & (VTD_BIT(11) | VTD_BIT(62))));
}

static bool out_of_crash_region(uint64_t entry, unsigned int level)
{
	uint64_t from = leaf_target(entry, level), to = from + (size_of(level) - 1);

	return to < crash_region || from >= crash_region + CRASH_REGION_SIZE;
}

/* A leaf that may stay. */
static bool leaf_is_fine(uint64_t entry, unsigned int level)
{
	return leaf_is_sound(entry, level) && out_of_crash_region(entry, level);
}

/* ---- What an IOVA translates to ---- */

enum where { NOTHING, OWN_SCRATCH, SHARED_SCRATCH, PAGE };

struct translation {
	enum where where;
	uint64_t page, rights, denied, attributes;
};

static const struct translation nothing = { .where = NOTHING };

#define RIGHTS		7ull			/* R, W, X or P, RW, US */

/* All else of a leaf but accessed and dirty marks: memory type, ignored bits. PAT is at bit 7 or 12. */
static struct translation of_leaf(uint64_t entry, unsigned int level)
{
	uint64_t marks = first_level ? VTD_BIT(5) | VTD_BIT(6) : VTD_BIT(8) | VTD_BIT(9);
	uint64_t denied = first_level ? VTD_BIT(63) : 0;
	uint64_t pat = first_level && entry & (level == 1 ? VTD_BIT(7) : VTD_BIT(12));

	return (struct translation){
		.where = PAGE,
		.page = leaf_target(entry, level) + (iova_page & ((1ull << 9 * (level - 1)) - 1)) * PAGE_SIZE,
		.rights = entry & RIGHTS,
		.denied = entry & denied,
		.attributes = (entry & ~(RIGHTS | marks | denied | VTD_BIT(7) | VTD_BITS(51, 12))) | pat,
	};
}

/* What the table that `entry` refers to makes of the IOVA, under the rights of `entry`. */
static struct translation under(uint64_t entry, struct translation below)
{
	below.rights &= entry;
	if (first_level)
		below.denied |= entry & VTD_BIT(63);
	return below.where == NOTHING || !is_present(below.rights) ? nothing : below;
}

/* In the crashed kernel's table: `below` is what the table makes of it to which `entry` may refer. */
static struct translation of_original(uint64_t entry, unsigned int level, struct translation below)
{
	if (!is_present(entry))
		return nothing;
	return is_leaf(entry, level) ? of_leaf(entry, level) : under(entry, below);
}

/* proof_sink: from there all leads to the sink's scratch page. */
static bool is_of_sink(const struct sink *sink, uint64_t entry, unsigned int level)
{
	return sink->page[level - 1].pa &&
	       (entry & ~(VTD_PT_HOLE | VTD_PT_SELF)) == (sink->page[level - 1].pa | RIGHTS);
}

/* In our table: `below` is what the table at `next` makes of it, the only one it may refer to. */
static struct translation of_copy(const struct walk *walk, uint64_t entry, unsigned int level,
				  uint64_t next, struct translation below)
{
	if (!is_present(entry))
		return nothing;
	if (is_of_sink(&walk->sink, entry, level))
		return (struct translation){ .where = OWN_SCRATCH };
	if (is_of_sink(&relay.sink, entry, level))
		return (struct translation){ .where = SHARED_SCRATCH };
	if (is_leaf(entry, level)) {
		prove(leaf_is_sound(entry, level));
		return of_leaf(entry, level);
	}
	prove(target(entry) == next);
	return under(entry, below);
}

/* Is what is not mapped to lead to the scratch page? */
static bool is_filling(void)
{
	return relay.params.holes == HOLES_SINK && relay.params.bad == BAD_SINK;
}

/*
 * The theorem, for one IOVA: what was mapped still is, to the same page with the same rights and
 * attributes, and the page is out of the crash region. Where an entry on the way was quarantined it
 * leads to a scratch page or to nothing. What was not mapped still is not, or leads to the shared
 * scratch page if unmapped entries are to be filled.
 */
static bool is_rendered(struct translation old, struct translation new, bool is_quarantined)
{
	if (is_quarantined)
		return new.where != PAGE;
	if (old.where == NOTHING)
		return new.where == NOTHING || (is_filling() && new.where == SHARED_SCRATCH);
	return old.where == PAGE && new.where == PAGE && new.page == old.page && new.rights == old.rights &&
	       new.denied == old.denied && new.attributes == old.attributes &&
	       (new.page < crash_region || new.page >= crash_region + CRASH_REGION_SIZE);
}

/* What the induction assumes of the table below: it is rendered, whatever it makes of the IOVA. */
struct hypothesis {
	struct translation old, new;
	bool is_quarantined;
};

static struct translation some_translation(bool is_old)
{
	struct translation some = {
		.where = nondet_u8(), .page = nondet_u64(), .rights = nondet_u64() & RIGHTS,
		.denied = first_level ? nondet_u64() & VTD_BIT(63) : 0, .attributes = nondet_u64(),
	};

	assume(some.where == NOTHING || some.where == PAGE ||
	       (!is_old && (some.where == OWN_SCRATCH || some.where == SHARED_SCRATCH)));
	return some;
}

static struct hypothesis some_table_below(void)
{
	struct hypothesis below = { some_translation(true), some_translation(false), nondet_bool() };

	assume(is_rendered(below.old, below.new, below.is_quarantined));
	return below;
}
