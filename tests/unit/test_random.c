// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property test: random machines with random damage, and check_run() as the judge. The seed is
 * printed; DMARELAY_SEED=... gives it, DMARELAY_MACHINES=... how many machines.
 */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "result.h"

#define MACHINES	300u

static uint64_t random_state;
static const char *current_machine;

/* splitmix64 */
static uint64_t random64(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static uint64_t below(uint64_t limit)
{
	return random64() % limit;
}

static bool one_in(unsigned int n)
{
	return below(n) == 0;
}

/* The crashed kernel's pages that tables may be in, to damage and to share. */
static uint64_t random_table(const struct build *b)
{
	return BUILD_PAGES + below((b->next_page - BUILD_PAGES) / PAGE_SIZE) * PAGE_SIZE;
}

static uint64_t random_address(const struct build *b)
{
	switch (below(8)) {
	case 0:  return BUILD_CRASH_START + below(BUILD_CRASH_END - BUILD_CRASH_START);
	case 1:  return BUILD_HIGH_START + below(BUILD_HIGH_END - BUILD_HIGH_START);
	case 2:  return below(1ull << 52);
	case 3:  return random_table(b);
	case 4:  return below(0x100000);
	default: return 0x20000000 + below(0x20000000);
	}
}

static void random_unit_kind(struct mock_unit *unit)
{
	unit->cap &= ~(7ull | 0xfull << 34 | 0x1full << 8);
	unit->cap |= below(8) | below(4) << 34 | (2 + below(3) * 2 + below(2) * 8) << 8;
	if (one_in(4))
		unit->cap |= VTD_CAP_RWBF;
	if (one_in(4))
		unit->cap |= VTD_CAP_PI;
	if (one_in(4))
		unit->cap |= below(4) << 62;
	if (one_in(3))
		unit->ecap ^= below(2) * VTD_ECAP_C | below(2) * VTD_ECAP_DT | below(2) * VTD_ECAP_SC |
			      below(2) * VTD_ECAP_PT;
	unit->delay = (unsigned int)below(20);
	if (one_in(5))
		unit->gsts &= ~VTD_G_QIE;
}

/* build_map() must not descend through a leaf that is there already, or replace a table by one. */
static void map_unless_taken(struct build *b, uint64_t tree, unsigned int levels, uint64_t iova,
			     uint64_t pa, unsigned int leaf_level)
{
	for (unsigned int level = levels; level > leaf_level; level--) {
		uint64_t entry = memory_get64(build_slot(tree, levels, iova, level));

		if (entry & VTD_SL_PS)
			return;
		if (!entry)
			break;
		if (level == leaf_level + 1 && memory_get64(build_slot(tree, levels, iova, leaf_level)))
			return;
	}
	build_map(b, tree, levels, iova, pa, leaf_level);
}

static uint64_t random_tree(struct build *b, unsigned int aw)
{
	uint64_t tree = build_page(b), limit = 1ull << (30 + 9 * aw);

	for (unsigned int i = (unsigned int)below(12); i; i--) {
		unsigned int level = one_in(4) ? 2 + (unsigned int)below(2) : 1;
		uint64_t size = 1ull << (12 + 9 * (level - 1));
		uint64_t iova = below(4) ? below(0x4000000) : below(limit);
		uint64_t count = level == 1 ? 1 + below(40) : 1;

		for (iova &= ~(size - 1); count && iova < limit; count--, iova += size)
			map_unless_taken(b, tree, aw + 2, iova, random_address(b) & ~(size - 1), level);
	}
	return tree;
}

/* A PASID entry of a random type with a tree of its own, or one that another has. */
static void random_pasid(struct build *b, uint64_t directory, uint64_t *shared)
{
	unsigned int type = 1 + (unsigned int)below(4), aw = type == 1 ? 2 : 1 + (unsigned int)below(2);
	uint64_t tree = *shared && one_in(4) ? *shared : 0;
	uint32_t pasid = one_in(2) ? 0 : (uint32_t)below(one_in(4) ? 8192 : 128);

	b->rights = type == 1 ? 7 : 3;
	tree = tree ? tree : random_tree(b, aw);
	b->rights = 3;
	*shared = tree;
	build_pasid(b, directory, pasid, (type == 1 ? 0 : tree) | type << 6 | aw << 2 | 1,
		    one_in(4) ? below(0x10000) : below(12), type == 1 ? tree : type == 3 ? random64() : 0);
}

static void random_scalable_devices(struct build *b, struct mock_unit *unit)
{
	uint64_t directory = 0, tree = 0, entry;
	unsigned int pdts = 0;

	for (unsigned int i = (unsigned int)below(5); i; i--) {
		uint16_t source = (uint16_t)(below(3) ? below(0x400) : below(0x10000));

		if (directory && one_in(3)) {	/* shared, perhaps with another size or RID_PASID */
			entry = build_entry(b, unit, source);
			memory_put64(entry, directory | (one_in(3) ? below(8) : pdts) << 9 | 1 << 3 | 1);
			memory_put64(entry + 8, one_in(3) ? below(128) : 0);
			continue;
		}
		pdts = one_in(4) ? (unsigned int)below(8) : 0;
		directory = build_directory(b, unit, source, pdts);
		for (unsigned int n = 1 + (unsigned int)below(4); n; n--)
			random_pasid(b, directory, &tree);
	}
}

static void random_devices(struct build *b, struct mock_unit *unit)
{
	uint64_t shared = 0;
	unsigned int shared_aw = 0;
	uint16_t shared_id = 0;

	for (unsigned int i = (unsigned int)below(7); i; i--) {
		uint16_t source = (uint16_t)(below(3) ? below(0x400) : below(0x10000));
		unsigned int aw = 1 + (unsigned int)below(2);
		uint16_t id = (uint16_t)(one_in(4) ? below(0x10000) : below(12));

		if (one_in(6)) {
			build_context(b, unit, source, random64() << 12 | 2 << 2 | 1, (uint64_t)id << 8 | 2);
		} else if (shared && one_in(3)) {
			build_attach(b, unit, source, shared, one_in(3) ? id : shared_id, shared_aw);
		} else {
			shared = random_tree(b, aw);
			shared_aw = aw;
			shared_id = id;
			build_attach(b, unit, source, shared, id, aw);
		}
	}
}

static void random_interrupts(struct build *b, struct mock_unit *unit)
{
	unsigned int size = (unsigned int)below(10);
	uint64_t table = build_interrupts(b, unit, size);

	for (unsigned int i = (unsigned int)below(20); i; i--) {
		uint64_t at = table + below(2ull << size) * 16;

		memory_put64(at, 1 | below(256) << 16 | below(2) << 15);
		memory_put64(at + 8, 0x40000 | below(0x10000));
	}
}

/* Flip bits of, or overwrite, an 8-byte word of a table that is in use, or a whole page. */
static void random_damage(struct build *b)
{
	uint64_t page = random_table(b), at = page + below(512) * 8;

	/* Words that are in use are the ones worth damaging. */
	for (unsigned int tries = 0; tries < 600 && !memory_get64(at); tries++)
		at = page + (at + 8) % PAGE_SIZE;
	switch (below(6)) {
	case 0:
		memory_put64(at, random64());
		break;
	case 1:
		memory_put64(at, (random_address(b) & PAGE_MASK) | 3);
		break;
	case 2:
		memory_put64(at, random_table(b) | (below(2) ? 3 : 1));
		break;
	case 3:
		if (one_in(8))
			for (unsigned int i = 0; i < 512; i++)
				memory_put64(page + 8 * i, one_in(2) ? random64() : random_table(b) | 3);
		break;
	default:
		memory_put64(at, memory_get64(at) ^ 1ull << below(64));
	}
}

static struct build *random_machine(void)
{
	static const char *const options[] = {
		"", "dmarelay.bad=sink", "dmarelay.bad=block", "dmarelay.pasid=drop",
		"dmarelay.pasid=drop dmarelay.bad=block",
	};
	struct build *b = build_machine();

	b->options = options[below(COUNT_OF(options))];
	b->arena_size = one_in(3) ? 0x20000 + below(64) * PAGE_SIZE : 0x100000;
	for (size_t i = 0; i < b->load_count; i++)	/* RAM is RAM, though nobody wrote it */
		memory_allow(b->loads[i].first, b->loads[i].last);
	for (unsigned int units = 1 + (unsigned int)below(3); units; units--) {
		struct mock_unit *unit = build_unit(b);

		random_unit_kind(unit);
		if (one_in(3)) {
			build_scalable(unit);
			unit->ecap &= ~(below(8) ? 0 : 1ull << (45 + below(3)));
			unit->cap |= (below(2) << 56) | (below(2) << 60);
			unit->gsts |= VTD_G_QIE;
			random_scalable_devices(b, unit);
		} else {
			random_devices(b, unit);
		}
		if (one_in(2))
			random_interrupts(b, unit);
		if (one_in(12))
			unit->rtaddr = unit->root = (random_address(b) & PAGE_MASK) | (unit->rtaddr & 0xfff);
		if (one_in(12))
			unit->deaf = (uint32_t[]){ VTD_G_SRTP, VTD_G_SIRTP, VTD_G_QIE, VTD_G_WBF }[below(4)];
	}
	if (!one_in(4))
		for (unsigned int i = (unsigned int)below(8); i; i--)
			random_damage(b);
	return b;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

/* On failure the last line printed says how to see the machine again, alone. */
static void every_random_machine_translates_as_before(void **state)
{
	uint64_t seed = number_from("DMARELAY_SEED", 0x646d6172656c6179);
	uint64_t machines = number_from("DMARELAY_MACHINES", MACHINES);
	unsigned int switched = 0, records = 0;
	static char again[80];

	(void)state;
	for (uint64_t i = 0; i < machines; i++) {
		struct build *b;

		random_state = seed + i * 0x1000000;
		snprintf(again, sizeof(again), "DMARELAY_SEED=%#lx DMARELAY_MACHINES=1", random_state);
		current_machine = again;
		b = random_machine();
		switched += build_run(b);
		check_run(b);
		records += result_count(HANDOFF_RECORDS);
	}
	current_machine = NULL;
	printf("seed %#lx: %lu machines, %u switched, %u records\n", seed, machines, switched, records);
	assert_true(machines < 10 || (switched > machines / 2 && records > machines / 2));
}

static int say_which_machine(void **state)
{
	(void)state;
	if (current_machine)
		printf("to see it again: %s\n", current_machine);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_random_machine_translates_as_before,
					  say_which_machine),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
