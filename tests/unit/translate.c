// SPDX-License-Identifier: GPL-2.0-only
#include "translate.h"

#include "testing.h"

#include "cache.h"
#include "fake.h"

#define BIT(n)		(1ull << (n))
#define ADDRESS		0xffffffffff000ull	/* 51:12 */
#define KNOWN		0x10000u		/* tables whose entries were counted */

enum { SECOND_LEVEL, ATS, PASS_THROUGH, FIRST_LEVEL, NESTED };

/* What of a kind is cached (struct cache_tag's `what`). */
enum { ROOT, CONTEXT, DIRECTORY, PASID, TRANSLATION, PAGING };	/* PAGING + level */

/* Where there is no RAM a unit's bus answers with ones. */
static uint64_t read64(const struct translate_view *view, uint64_t pa)
{
	uint64_t value = 0;

	if (!view->picture) {
		if (!mock_read_memory(view->unit, pa, &value, sizeof(value)))
			return ~0ull;
	} else if (!memory_picture_get(view->picture, pa, &value, sizeof(value)) &&
		   !memory_get(pa, &value, sizeof(value))) {
		fail_msg("the translator was led to %#lx, where there is no RAM", pa);
	}
	return value;
}

/* Only caching mode (CAP.CM) keeps entries that are not present. */
static bool may_cache(const struct translate_view *view, bool is_present)
{
	return view->cache && (is_present || view->unit->cap & BIT(7));
}

/* The `count` quadwords of an entry: from the unit's cache where the view has one that knows them. */
static void fetch(const struct translate_view *view, struct cache_tag tag, uint64_t at, uint64_t *entry,
		  unsigned int count)
{
	uint64_t present = tag.kind == CACHE_IOTLB ? 3 : 1;

	if (view->cache && cache_get(view->cache, tag, entry, count * 8))
		return;
	for (unsigned int i = 0; i < count; i++)
		entry[i] = read64(view, at + 8 * i);
	if (may_cache(view, entry[0] & present))
		cache_put(view->cache, tag, entry, count * 8);
}

static bool beyond(const struct translate_view *view, uint64_t address)
{
	return view->host_width < 64 && address >> view->host_width;
}

/* Neither may a table lie where the machine has no memory to read, whatever elfcorehdr says. */
static bool bad_table(const struct translate_view *view, uint64_t address, uint64_t size)
{
	return beyond(view, address) ||
	       (view->judge && (!truth_is_crashed_ram(view->judge, address, size) ||
				(fake.cpu_bits < 64 && (address + size - 1) >> fake.cpu_bits)));
}

static bool is_scalable(const struct translate_view *view)
{
	return (view->root >> 10 & 3) == 1;
}

static void step(struct translation *t, uint64_t at)
{
	t->path[t->path_length++] = at;
}

static struct translation ended(struct translation *t, enum translate_result result, unsigned int stage)
{
	t->result = result;
	t->stage = stage;
	return *t;
}

/* ---- Page tables ---- */

/* 9.8: bits that make hardware refuse a second-level leaf. */
static bool bad_second_level_leaf(const struct translate_view *view, uint64_t entry, unsigned int level)
{
	uint64_t cap = view->unit->cap, ecap = view->unit->ecap;

	if (level > 3 || (level == 2 && !(cap & BIT(34))) || (level == 3 && !(cap & BIT(35))))
		return true;
	if ((entry & BIT(11) && !(ecap & BIT(7))) || (entry & BIT(62) && !(ecap & BIT(2))))
		return true;
	return entry & (BIT(12 + 9 * (level - 1)) - 1) & ~0xfffull;
}

/* 9.7: 1G leaves want CAP.FL1GP; bit 12 of a superpage is PAT. */
static bool bad_first_level_leaf(const struct translate_view *view, uint64_t entry, unsigned int level)
{
	if (level > 3 || (level == 3 && !(view->unit->cap & BIT(56))))
		return true;
	return level > 1 && entry & (BIT(12 + 9 * (level - 1)) - 1) & ~0x1fffull;
}

static uint64_t address_of(const struct translation *t, uint64_t entry, unsigned int level)
{
	return entry & ADDRESS & (t->type == FIRST_LEVEL && level > 1 ? ~BIT(12) : ~0ull);
}

static bool bad_leaf(const struct translate_view *view, const struct translation *t, uint64_t entry,
		     unsigned int level)
{
	bool first = t->type == FIRST_LEVEL;
	uint64_t address = address_of(t, entry, level);

	if (first ? bad_first_level_leaf(view, entry, level) : bad_second_level_leaf(view, entry, level))
		return true;
	return beyond(view, entry & ADDRESS) ||
	       (view->judge && truth_hits_crash_region(view->judge, address, BIT(12 + 9 * (level - 1))));
}

static bool present(const struct translation *t, uint64_t entry)
{
	return (entry & (t->type == FIRST_LEVEL ? 1 : 3)) != 0;
}

static bool bad_table_entry(const struct translate_view *view, const struct translation *t, uint64_t entry)
{
	return (t->type != FIRST_LEVEL && entry & (BIT(11) | BIT(62))) ||
	       bad_table(view, entry & ADDRESS, 4096);
}

/*
 * What a leaf says beside its address, whatever its size: accessed and dirty bits, which hardware
 * sets, do not count, PAT is where a 4 KiB leaf has it, execute and user rights are the path's.
 */
static uint64_t attributes_of(const struct translation *t, uint64_t entry, unsigned int level)
{
	bool first = t->type == FIRST_LEVEL;
	uint64_t attributes = entry & ~ADDRESS & ~3ull & ~(first ? BIT(5) | BIT(6) : BIT(8) | BIT(9));

	if (level > 1)
		attributes &= ~BIT(7);
	if (level > 1 && first)
		attributes |= entry >> 5 & BIT(7);
	return (attributes & (t->granted | ~BIT(2))) | t->denied;
}

/* 6.2.2: by domain id, and by PASID too where a first level or none translates. */
static struct cache_tag tag_of(const struct translation *t, unsigned int what, uint64_t number)
{
	bool by_pasid = t->type == FIRST_LEVEL || t->type == NESTED;

	return (struct cache_tag){
		CACHE_IOTLB, what, t->domain | (by_pasid ? (uint64_t)(t->pasid + 1) << 16 : 0), number,
	};
}

/* ---- Corrupt tables ---- */

/* What is known of a page as a table of a level and a format: is it corrupt? */
static struct known {
	uint64_t key;
	unsigned int run;	/* translate_forget() */
	bool corrupt;
} known[KNOWN];

static unsigned int runs = 1, known_now;

void translate_forget(void)
{
	runs++;
	known_now = 0;
}

unsigned int translate_tables_known(void)
{
	return known_now;
}

static struct known *known_of(uint64_t key)
{
	uint64_t at = key * 0x9e3779b97f4a7c15ull >> 48;

	while (known[at].run == runs && known[at].key != key)
		at = (at + 1) % KNOWN;
	return &known[at];
}

static bool is_corrupt(const struct translate_view *view, const struct translation *t, uint64_t table,
		       unsigned int level);

static bool bad_entry(const struct translate_view *view, const struct translation *t, uint64_t entry,
		      unsigned int level)
{
	if (level == 1 || entry & BIT(7))
		return bad_leaf(view, t, entry, level);
	return bad_table_entry(view, t, entry) || is_corrupt(view, t, entry & ADDRESS, level - 1);
}

static bool count_corrupt(const struct translate_view *view, const struct translation *t, uint64_t table,
			  unsigned int level)
{
	unsigned int here = 0, bad = 0;
	uint64_t entries[512];

	if (!memory_picture_get(view->picture, table, entries, sizeof(entries)) &&
	    !memory_get(table, entries, sizeof(entries)))
		fail_msg("the translator was led to %#lx, where there is no RAM", table);
	for (unsigned int i = 0; i < 512; i++) {
		here += present(t, entries[i]);
		bad += present(t, entries[i]) && bad_entry(view, t, entries[i], level);
	}
	return bad >= 16 && bad > here - bad;
}

/* docs/formats.md: at least 16 of its entries are bad, and more than are good. */
static bool is_corrupt(const struct translate_view *view, const struct translation *t, uint64_t table,
		       unsigned int level)
{
	uint64_t key = table | (uint64_t)view->unit->index << 4 | (t->type == FIRST_LEVEL) << 3 | level;
	struct known *found = known_of(key);
	bool corrupt;

	if (found->run == runs)
		return found->corrupt;
	corrupt = count_corrupt(view, t, table, level);
	assert_true(++known_now < KNOWN);
	*known_of(key) = (struct known){ key, runs, corrupt };
	return corrupt;
}

/* The entry met last refers to this table. */
static void look_at_table(const struct translate_view *view, struct translation *t, uint64_t table,
			  unsigned int level)
{
	if (view->judge && is_corrupt(view, t, table, level))
		t->corrupt |= 1u << (t->path_length - 1);
}

/* ---- The walk ---- */

static struct translation walk(const struct translate_view *view, struct translation *t, uint64_t iova)
{
	uint64_t table = t->top;

	t->read = t->write = true;
	t->granted = ~0ull;
	look_at_table(view, t, table, t->levels);
	for (unsigned int level = t->levels; level; level--) {
		unsigned int bits = 12 + 9 * (level - 1);
		uint64_t at = table + (iova >> bits & 511) * 8, entry;
		bool leaf;

		fetch(view, tag_of(t, PAGING + level, iova >> bits), at, &entry, 1);
		leaf = level == 1 || entry & BIT(7);
		step(t, at);
		if (!present(t, entry))
			return ended(t, TRANSLATE_ABSENT, level);
		if (leaf ? bad_leaf(view, t, entry, level) : bad_table_entry(view, t, entry))
			return ended(t, TRANSLATE_BAD, level);
		t->granted &= entry;
		t->denied |= t->type == FIRST_LEVEL ? entry & BIT(63) : 0;
		t->read &= entry & 1;
		t->write &= entry >> 1 & 1;
		if (leaf) {
			t->pa = address_of(t, entry, level) + (iova & (BIT(bits) - 1));
			t->attributes = attributes_of(t, entry, level);
			t->leaf_writable = entry & 2;
			t->page_bits = bits;
			return ended(t, TRANSLATE_MAPPED, level);
		}
		table = entry & ADDRESS;
		look_at_table(view, t, table, level - 1);
	}
	return ended(t, TRANSLATE_BAD, 0);
}

/* Through the IOTLB, where the view has one. */
static struct translation look_up(const struct translate_view *view, struct translation *t, uint64_t iova)
{
	struct cache_tag tag = tag_of(t, TRANSLATION, iova >> 12);
	struct translation cached;

	_Static_assert(sizeof(cached) <= CACHE_MAX_VALUE, "the IOTLB holds whole translations");
	if (view->cache && cache_get(view->cache, tag, &cached, sizeof(cached))) {
		cached.pa = (cached.pa & ~0xfffull) | (iova & 0xfff);
		return cached;
	}
	walk(view, t, iova);
	if (may_cache(view, t->result == TRANSLATE_MAPPED))
		cache_put(view->cache, tag, t, sizeof(*t));
	return *t;
}

static struct translation pass_through(struct translation *t, uint64_t iova)
{
	t->pa = iova;
	t->read = t->write = t->leaf_writable = true;
	return ended(t, TRANSLATE_MAPPED, STAGE_DEVICE);
}

static bool bad_domain(const struct translate_view *view, uint64_t id)
{
	unsigned int nd = view->unit->cap & 7;

	return id >> (4 + 2 * (nd > 6 ? 6 : nd));
}

static bool bad_width(const struct translate_view *view, unsigned int aw)
{
	return aw > 3 || !(view->unit->cap >> 8 & BIT(aw));
}

/* ---- Legacy mode (9.1, 9.3) ---- */

static bool bad_context(const struct translate_view *view, uint64_t lo, uint64_t hi)
{
	uint64_t ecap = view->unit->ecap;
	unsigned int type = lo >> 2 & 3;

	if (lo & 0xff0 || hi & BIT(7) || hi >> 24)
		return true;
	if (type == 3 || (type == ATS && !(ecap & BIT(2))) || (type == PASS_THROUGH && !(ecap & BIT(6))))
		return true;
	return bad_width(view, hi & 7) || bad_domain(view, hi >> 8 & 0xffff) ||
	       (type != PASS_THROUGH && bad_table(view, lo & ~0xfffull, 4096));
}

static struct translation translate_context(const struct translate_view *view, struct translation *t,
					    uint64_t at, uint64_t iova)
{
	uint64_t entry[2], lo, hi;

	fetch(view, (struct cache_tag){ CACHE_CONTEXT, CONTEXT, t->source, 0 }, at, entry, 2);
	lo = entry[0];
	hi = entry[1];
	step(t, at);
	t->muted |= lo & 2;
	if (!(lo & 1))
		return ended(t, TRANSLATE_ABSENT, STAGE_DEVICE);
	if (bad_context(view, lo, hi))
		return ended(t, TRANSLATE_BAD, STAGE_DEVICE);
	t->type = lo >> 2 & 3;
	t->domain = (uint16_t)(hi >> 8);
	t->address_width = 30 + 9 * (hi & 7);
	if (t->type == PASS_THROUGH)
		return pass_through(t, iova);
	t->levels = (hi & 7) + 2;
	t->top = lo & ~0xfffull;
	return look_up(view, t, iova);
}

/* ---- Scalable mode (9.2, 9.4-9.6) ---- */

static bool bad_pasid_type(const struct translate_view *view, unsigned int pgtt, uint64_t q0, uint64_t q2)
{
	uint64_t ecap = view->unit->ecap, cap = view->unit->cap;
	unsigned int flpm = q2 >> 2 & 3;

	switch (pgtt) {
	case 1:  return !(ecap & BIT(47)) || flpm > 1 || (flpm == 1 && !(cap & BIT(60)));
	case 2:  return !(ecap & BIT(46)) || bad_width(view, q0 >> 2 & 7);
	case 3:  return !(ecap & BIT(26)) || bad_width(view, q0 >> 2 & 7);
	case 4:  return !(ecap & BIT(6));
	default: return true;
	}
}

static struct translation translate_pasid_entry(const struct translate_view *view, struct translation *t,
						uint64_t at, bool dropped, uint64_t iova)
{
	uint64_t q[8];
	unsigned int pgtt;

	fetch(view, (struct cache_tag){ CACHE_PASID, PASID, t->source, t->pasid }, at, q, 8);
	pgtt = q[0] >> 6 & 7;
	step(t, at);
	t->muted |= q[0] & 2;
	if (!(q[0] & 1))
		return ended(t, TRANSLATE_ABSENT, STAGE_DEVICE);
	if (q[4] | q[5] | q[6] | q[7] || bad_pasid_type(view, pgtt, q[0], q[2]) ||
	    bad_domain(view, q[1] & 0xffff) || dropped)
		return ended(t, TRANSLATE_BAD, STAGE_DEVICE);
	t->domain = (uint16_t)q[1];
	t->type = (const unsigned int[]){ 0, FIRST_LEVEL, SECOND_LEVEL, NESTED, PASS_THROUGH }[pgtt];
	if (t->type == PASS_THROUGH)
		return pass_through(t, iova);
	t->top = (pgtt == 1 ? q[2] : q[0]) & ~0xfffull;
	t->levels = pgtt == 1 ? 4 + (q[2] >> 2 & 3) : (q[0] >> 2 & 7) + 2;
	t->address_width = 12 + 9 * t->levels;
	if (t->type == NESTED)
		t->guest[0] = q[2];
	t->guest[1] = q[1] >> 16;	/* memory types and the like */
	if (bad_table(view, t->top, 4096))
		return ended(t, TRANSLATE_BAD, STAGE_DEVICE);
	return look_up(view, t, iova);
}

static struct translation translate_directory(const struct translate_view *view, struct translation *t,
					      uint64_t at, uint32_t pasid, uint64_t iova)
{
	bool with_pasid = pasid != TRANSLATE_NO_PASID, dropped;
	uint64_t ecap = view->unit->ecap, q[4], q0, entry;
	uint32_t rid, most;

	fetch(view, (struct cache_tag){ CACHE_CONTEXT, CONTEXT, t->source, 0 }, at, q, 4);
	q0 = q[0];
	rid = q[1] & 0xfffff;
	most = 8192u << (q0 >> 9 & 7);
	step(t, at);
	t->muted |= q0 & 2;
	if (!(q0 & 1))
		return ended(t, TRANSLATE_ABSENT, STAGE_DEVICE);
	if ((q0 & 4 && !(ecap & BIT(2))) || (q0 & 8 && !(ecap & BIT(40))) || (q0 & 16 && !(ecap & BIT(29))))
		return ended(t, TRANSLATE_BAD, STAGE_DEVICE);
	if (q0 & 0x1e0 || q[1] >> 21 || q[2] || q[3] || rid >= most ||
	    bad_table(view, q0 & ~0xfffull, most / 8))
		return ended(t, TRANSLATE_BAD, STAGE_DEVICE);
	if (with_pasid && ((!(q0 & BIT(3)) && !view->every_pasid) || pasid >= most))
		return ended(t, TRANSLATE_ABSENT, STAGE_DEVICE);
	pasid = t->pasid = with_pasid ? pasid : rid;
	dropped = view->judge && pasid != rid && strstr(view->judge->options, "pasid=drop");

	at = (q0 & ~0xfffull) + pasid / 64 * 8;
	fetch(view, (struct cache_tag){ CACHE_PASID, DIRECTORY, t->source, pasid / 64 }, at, &entry, 1);
	step(t, at);
	t->muted |= entry & 2;
	if (!(entry & 1))
		return ended(t, TRANSLATE_ABSENT, STAGE_DEVICE);
	if (entry & 0xffc || bad_table(view, entry & ~0xfffull, 4096))
		return ended(t, TRANSLATE_BAD, STAGE_DEVICE);
	return translate_pasid_entry(view, t, (entry & ~0xfffull) + pasid % 64 * 64, dropped, iova);
}

/* ---- Both ---- */

struct translation translate_pasid(const struct translate_view *view, uint16_t source, uint32_t pasid,
				   uint64_t iova)
{
	bool scalable = is_scalable(view);
	uint64_t at = (view->root & ~0xfffull) + (source >> 8) * 16u + (scalable ? (source & 0x80) / 16 : 0);
	struct translation t = { .source = source };
	uint64_t q[2], entry;

	if (view->judge && bad_table(view, view->root & ~0xfffull, 4096))
		return ended(&t, TRANSLATE_BAD, STAGE_UNIT);
	fetch(view, (struct cache_tag){ CACHE_CONTEXT, ROOT, at % 4096, 0 }, at, q, scalable ? 1 : 2);
	entry = q[0];
	step(&t, at);
	if (!(entry & 1))
		return ended(&t, TRANSLATE_ABSENT, STAGE_BUS);
	if (entry & 0xffe || (!scalable && q[1]) || bad_table(view, entry & ~0xfffull, 4096))
		return ended(&t, TRANSLATE_BAD, STAGE_BUS);
	if (scalable)
		return translate_directory(view, &t, (entry & ~0xfffull) + (source & 0x7f) * 32u, pasid, iova);
	return translate_context(view, &t, (entry & ~0xfffull) + (source & 0xff) * 16u, iova);
}

unsigned int translate_refused_at(const struct translation *t)
{
	unsigned int at = 0;

	while (at < t->path_length && !(t->corrupt >> at & 1))
		at++;
	return at == t->path_length && t->result == TRANSLATE_BAD && at ? at - 1 : at;
}

bool translate_is_refused(const struct translation *t)
{
	return t->result == TRANSLATE_BAD || t->corrupt;
}

struct translation translate(const struct translate_view *view, uint16_t source, uint64_t iova)
{
	return translate_pasid(view, source, TRANSLATE_NO_PASID, iova);
}

/* ---- Edges ---- */

struct edges {
	const struct translate_view *view;
	const struct translation *device;
	unsigned int left;
	void (*visit)(void *context, uint64_t iova);
	void *context;
};

static void visit_both_ends(struct edges *edges, uint64_t iova, uint64_t size)
{
	if (!edges->left)
		return;
	edges->left--;
	edges->visit(edges->context, iova);
	if (size > 4096)
		edges->visit(edges->context, iova + size - 1);
}

static void visit_table(struct edges *edges, uint64_t table, unsigned int level, uint64_t iova)
{
	uint64_t size = BIT(12 + 9 * (level - 1));
	bool before = false;

	for (unsigned int i = 0; i < 512 && edges->left; i++) {
		uint64_t entry = read64(edges->view, table + i * 8ull), start = iova + i * size;
		bool here = present(edges->device, entry);

		if (here || before || i == 511)
			visit_both_ends(edges, start, size);
		if (here && !before && i)
			visit_both_ends(edges, start - size, size);
		before = here;
		if (here && level > 1 && !(entry & BIT(7)) &&
		    !bad_table_entry(edges->view, edges->device, entry))
			visit_table(edges, entry & ADDRESS, level - 1, start);
	}
}

void translate_edges(const struct translate_view *view, uint16_t source, uint32_t pasid,
		     unsigned int most, void (*visit)(void *context, uint64_t iova), void *context)
{
	struct translation device = translate_pasid(view, source, pasid, 0);
	struct edges edges = { view, &device, most, visit, context };

	visit_both_ends(&edges, 0, 1ull << 30);
	if (device.stage < STAGE_DEVICE)
		visit_table(&edges, device.top, device.levels, 0);
}

struct pasids {
	unsigned int seen, most;
	void (*visit)(void *context, uint32_t pasid);
	void *context;
};

static void visit_pasid(struct pasids *pasids, uint32_t pasid)
{
	if (pasids->seen < pasids->most) {
		pasids->seen++;
		pasids->visit(pasids->context, pasid);
	}
}

static void visit_pasid_table(const struct translate_view *view, uint64_t table, uint32_t first,
			      struct pasids *pasids)
{
	for (uint32_t i = 0; i < 64; i++)
		if (read64(view, table + i * 64) & 1)
			visit_pasid(pasids, first + i);
}

unsigned int translate_pasids(const struct translate_view *view, uint16_t source, unsigned int most,
			      void (*visit)(void *context, uint32_t pasid), void *context)
{
	struct translation device = translate(view, source, 0);
	struct pasids pasids = { 0, most, visit, context };
	uint64_t q0, entry;

	/* Only behind a context entry that is good is there a directory. */
	if (!is_scalable(view) || device.path_length < 3)
		return 0;
	q0 = read64(view, device.path[1]);
	for (uint32_t i = 0; i < 128u << (q0 >> 9 & 7) && pasids.seen < most; i++) {
		entry = read64(view, (q0 & ~0xfffull) + i * 8);
		if (!(entry & 1))
			continue;
		if (entry & 0xffc || bad_table(view, entry & ~0xfffull, 4096))
			visit_pasid(&pasids, i * 64);
		else
			visit_pasid_table(view, entry & ~0xfffull, i * 64, &pasids);
	}
	return pasids.seen;
}
