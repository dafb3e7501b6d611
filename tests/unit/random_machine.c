// SPDX-License-Identifier: GPL-2.0-only
#include "random_machine.h"

#include "testing.h"

#include "acpi_dmar.h"
#include "check.h"
#include "choices.h"
#include "hidden.h"
#include "pci_regs.h"
#include "pci_space.h"
#include "result.h"

#define MOST_ATTACHED	16u

/* The machine's devices in legacy mode. */
static uint16_t attached[MOST_ATTACHED];
static unsigned int attached_count;

/* The crashed kernel's pages that tables may be in, to damage and to share. */
static uint64_t random_table(const struct build *b)
{
	return BUILD_PAGES + choose((b->next_page - BUILD_PAGES) / PAGE_SIZE) * PAGE_SIZE;
}

static uint64_t random_address(const struct build *b)
{
	switch (choose(8)) {
	case 7:  return BUILD_CRASH_START + choose(BUILD_CRASH_END - BUILD_CRASH_START);
	case 6:  return BUILD_HIGH_START + choose(BUILD_HIGH_END - BUILD_HIGH_START);
	case 5:  return choose(1ull << 52);
	case 4:  return random_table(b);
	case 3:  return choose(0x100000);
	default: return 0x20000000 + choose(0x20000000);
	}
}

/* What it can: table depths, superpages, address widths, domain ids, and how it is to be driven. */
static void random_capabilities(struct mock_unit *unit)
{
	static const uint64_t toggles[] = {
		VTD_CAP_RWBF, VTD_CAP_CM, VTD_CAP_PI, VTD_CAP_DWD, VTD_CAP_DRD, VTD_CAP_ESIRTPS,
		VTD_CAP_ESRTPS, VTD_CAP_FL1GP, VTD_CAP_FL5LP,
	}, extended[] = { VTD_ECAP_C, VTD_ECAP_DT, VTD_ECAP_SC, VTD_ECAP_PT };

	/* One choice a statement: which operand comes first is the compiler's choice. */
	unit->cap ^= choose(8);
	unit->cap ^= choose(4) << 34;
	unit->cap ^= one_in(3) ? choose(8) << 9 : 0;
	for (size_t i = 0; i < COUNT_OF(toggles); i++)
		unit->cap ^= one_in(4) ? toggles[i] : 0;
	if (one_in(3))
		unit->cap ^= (47ull ^ (const uint8_t[]){ 38, 47, 56 }[choose(3)]) << 16;
	for (size_t i = 0; i < COUNT_OF(extended); i++)
		unit->ecap ^= one_in(6) ? extended[i] : 0;
}

/* Slow, deaf in one way, without a queue, with an error: what the crash may have left. */
static void random_state(struct mock_unit *unit)
{
	unit->delay = (unsigned int)choose(20);
	if (one_in(5))
		unit->gsts &= ~VTD_G_QIE;
	if (one_in(12))
		unit->deaf = (uint32_t[]){ VTD_G_SRTP, VTD_G_SIRTP, VTD_G_QIE, VTD_G_WBF }[choose(4)];
	if (one_in(16))
		unit->fsts = (uint32_t)choose(128) & VTD_FSTS_CLEAR;
	if (one_in(24)) {
		unit->cap |= VTD_CAP_PLMR;
		unit->pmen = VTD_PMEN_EPM;
	}
	unit->dead = one_in(32);
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

	for (unsigned int i = 0; i < 12 && likely(200); i++) {
		unsigned int level = one_in(4) ? 2 + (unsigned int)choose(2) : 1;
		uint64_t size = 1ull << (12 + 9 * (level - 1));
		uint64_t iova = one_in(4) ? choose(limit) : choose(0x4000000);
		uint64_t count = level > 1 ? 1 : one_in(12) ? 512 : 1 + choose(32);
		uint64_t next = random_address(b);

		iova &= ~(size - 1);
		if (count == 512) {	/* a whole table side by side, or nearly so: foldable */
			iova &= ~0x1fffffull;
			next &= ~0x1fffffull;
		}
		for (bool scattered = count < 512 && one_in(2); count && iova < limit; count--, iova += size) {
			map_unless_taken(b, tree, aw + 2, iova, next & ~(size - 1), level);
			next = scattered ? random_address(b) : next + size;
		}
	}
	return tree;
}

/* A PASID entry of a random type with a tree of its own, or one that another has. */
static void random_pasid(struct build *b, uint64_t directory, uint64_t *shared)
{
	unsigned int type = 1 + (unsigned int)choose(4);
	unsigned int aw = type == 1 ? 2u + one_in(8) : 1 + (unsigned int)choose(3);
	uint64_t tree = *shared && one_in(4) ? *shared : 0;
	uint32_t pasid = one_in(2) ? (uint32_t)choose(one_in(4) ? 8192 : 128) : 0;
	uint64_t id = one_in(4) ? choose(0x10000) : choose(12), q2 = 0;

	b->rights = type == 1 ? 7 : 3;
	tree = tree ? tree : random_tree(b, aw);
	b->rights = 3;
	*shared = tree;
	if (type == 1)
		q2 = tree | (aw - 2) << 2;
	else if (type == 3)
		q2 = choose(0);
	build_pasid(b, directory, pasid, (type == 1 ? 0 : tree) | type << 6 | aw << 2 | 1, id, q2);
}

static void random_scalable_devices(struct build *b, struct mock_unit *unit)
{
	uint64_t directory = 0, tree = 0, entry;
	unsigned int pdts = 0;

	for (unsigned int i = 0; i < 5 && likely(180); i++) {
		uint16_t source = (uint16_t)(!one_in(3) ? choose(0x400) : choose(0x10000));

		if (directory && one_in(3)) {	/* shared, perhaps with another size or RID_PASID */
			entry = build_entry(b, unit, source);
			memory_put64(entry, directory | (one_in(3) ? choose(8) : pdts) << 9 | 1 << 3 | 1);
			memory_put64(entry + 8, one_in(3) ? choose(128) : 0);
			continue;
		}
		pdts = one_in(4) ? (unsigned int)choose(8) : 0;
		directory = build_directory(b, unit, source, pdts);
		for (unsigned int n = 0; n < 4 && (!n || likely(160)); n++)
			random_pasid(b, directory, &tree);
	}
}

static void random_devices(struct build *b, struct mock_unit *unit)
{
	uint64_t shared = 0;
	unsigned int shared_aw = 0;
	uint16_t shared_id = 0;

	for (unsigned int i = 0; i < 6 && likely(180); i++) {
		uint16_t source = (uint16_t)(!one_in(3) ? choose(0x400) : choose(0x10000));
		unsigned int aw = 1 + (unsigned int)choose(3);
		uint16_t id = (uint16_t)(one_in(4) ? choose(0x10000) : choose(12));
		uint64_t at;

		if (one_in(6)) {
			build_context(b, unit, source, choose(0) << 12 | 2 << 2 | 1, (uint64_t)id << 8 | 2);
		} else if (shared && one_in(3)) {
			build_attach(b, unit, source, shared, one_in(3) ? id : shared_id, shared_aw);
		} else {
			shared = random_tree(b, aw);
			shared_aw = aw;
			shared_id = id;
			at = build_attach(b, unit, source, shared, id, aw);
			if (attached_count < MOST_ATTACHED)
				attached[attached_count++] = source;
			if (one_in(8))	/* with ATS */
				memory_put64(at, shared | 1 << 2 | 1);
		}
	}
}

static void random_interrupts(struct build *b, struct mock_unit *unit)
{
	unsigned int size = (unsigned int)choose(10);
	uint64_t table = build_interrupts(b, unit, size);

	for (unsigned int i = 0; i < 16 && likely(200); i++) {
		uint64_t at = table + choose(2ull << size) * 16;

		memory_put64(at, 1 | choose(512) << 15);	/* a vector, and posted or not */
		memory_put64(at + 8, 0x40000 | choose(0x10000));
	}
}

/* Flip bits of, or overwrite, an 8-byte word of a table that is in use, or a whole page. */
static void random_damage(struct build *b)
{
	uint64_t page = random_table(b), at = page + choose(512) * 8;

	/* Words that are in use are the ones worth damaging. */
	for (unsigned int tries = 0; tries < 600 && !memory_get64(at); tries++)
		at = page + (at + 8) % PAGE_SIZE;
	switch (choose(6)) {
	case 0:
		memory_put64(at, choose(0));
		break;
	case 1:
		memory_put64(at, (random_address(b) & PAGE_MASK) | 3);
		break;
	case 2:
		memory_put64(at, random_table(b) | (choose(2) ? 3 : 1));
		break;
	case 3:
		if (one_in(8))
			for (unsigned int i = 0; i < 512; i++)
				memory_put64(page + 8 * i, one_in(2) ? choose(0) : random_table(b) | 3);
		break;
	default:
		memory_put64(at, memory_get64(at) ^ 1ull << choose(64));
	}
}

static void random_unit(struct build *b)
{
	struct mock_unit *unit;

	b->segment = one_in(3) ? (uint16_t)choose(3) : 0;
	unit = build_unit(b);
	random_capabilities(unit);
	random_state(unit);
	if (one_in(3)) {
		build_scalable(unit);
		unit->ecap ^= one_in(8) ? 1ull << (45 + choose(3)) : 0;
		unit->gsts |= VTD_G_QIE;
		random_scalable_devices(b, unit);
	} else {
		random_devices(b, unit);
	}
	if (one_in(2))
		random_interrupts(b, unit);
	if (one_in(12))
		unit->rtaddr = unit->root = (random_address(b) & PAGE_MASK) | (unit->rtaddr & 0xfff);
	if (one_in(16))
		unit->gsts &= ~VTD_G_TE;
}

static void add_option(struct build *b, const char *option)
{
	static char options[2][128];
	char *to = options[b->options == options[0]];

	snprintf(to, sizeof(options[0]), "%s %s", b->options, option);
	b->options = to;
}

/* Pass-through devices behind fences, around a crash region of any shape. */
static void random_fence(struct build *b)
{
	struct handoff_range *last = &b->loads[b->load_count - 1];

	if (!one_in(3))
		return;
	add_option(b, "dmarelay.fence=on");
	if (one_in(2))		/* any last byte */
		b->e820[0].size -= choose(0x300000);
	if (one_in(4)) {
		last->last += choose(64) << 30;
		memory_allow(last->first, last->last);
	}
}

/* Functions of segment 0, which may do DMA or not, of which some have context entries. */
static void random_functions(void)
{
	if (!one_in(3))
		return;
	for (unsigned int i = 0; i < 8 && likely(200); i++) {
		uint16_t source = (uint16_t)(one_in(4) ? choose(0x10000) : choose(0x40) * 8);
		bool bridge = one_in(6);
		uint8_t *space, secondary = bridge ? (uint8_t)choose(256) : 0;

		if (space_find(0, source))
			continue;
		space = bridge ? space_add_bridge(0, source, secondary) : space_add(0, source);
		if (one_in(4))
			space_express(space, (unsigned int)choose(11));
		if (!bridge && one_in(6))
			space_put(space, PCI_CLASS, 0x06000000, 4);
		space[PCI_COMMAND] = one_in(4) ? 0 : PCI_COMMAND_MASTER;
	}
}

/* Memory that the firmware reserved for devices, some of which translate; or keeps alone. */
static void random_reserved(struct build *b)
{
	if (!one_in(4))
		return;
	for (unsigned int i = 0; i < 4 && likely(160); i++) {
		uint16_t source = attached_count && !one_in(4) ? attached[choose(attached_count)] :
				  (uint16_t)choose(0x400);
		uint64_t base = one_in(4) ? random_address(b) & PAGE_MASK :
				one_in(2) ? choose(0x4000) * PAGE_SIZE : 0x8d000000 + choose(64) * PAGE_SIZE;
		uint64_t pages = 1 + (one_in(3) ? choose(0x800) : choose(8));
		struct dmar_rmrr rmrr = {
			{ DMAR_RMRR, sizeof(rmrr) }, 0, 0, base, base + pages * PAGE_SIZE - 1,
		};

		build_structure(b, &rmrr, sizeof(rmrr));
		build_scope(b, BUILD_ENDPOINT, (uint8_t)(source >> 8), 1,
			    (const uint8_t[]){ source >> 3 & 31, source & 7 });
	}
	if (one_in(4))
		add_option(b, "dmarelay.policy=isolate");
}

struct build *random_machine(void)
{
	static const char *const options[] = {
		"", "dmarelay.bad=sink", "dmarelay.bad=block", "dmarelay.pasid=drop",
		"dmarelay.pasid=drop dmarelay.bad=block", "dmarelay.faults=mute",
	};
	struct build *b = build_machine();

	attached_count = 0;
	b->options = options[choose(COUNT_OF(options))];
	b->arena_size = one_in(8) ? 0x100000 : one_in(3) ? 0x20000 + choose(32) * PAGE_SIZE : 0x40000;
	b->host_width = one_in(3) ? (uint8_t)(34 + choose(13)) : 46;
	for (size_t i = 0; i < b->load_count; i++)	/* RAM is RAM, though nobody wrote it */
		memory_allow(b->loads[i].first, b->loads[i].last);
	for (unsigned int i = 0; i < 3 && (!i || one_in(3)); i++)
		random_unit(b);
	for (unsigned int i = 0; i < 8 && likely(150); i++)
		random_damage(b);
	random_fence(b);
	random_functions();
	random_reserved(b);
	return b;
}

bool random_machine_run(void)
{
	struct build *b = random_machine();
	bool switched = build_run(b);

	check_run(b);
	return switched;
}

bool random_machine_run_hidden(void)
{
	struct build *b = random_machine();
	static char options[256];
	bool switched;

	/* Most are to come to where it is hidden: room enough, and no policy in the way. */
	if (choose(8)) {
		b->options = strstr(b->options, "block") || strstr(b->options, "isolate") ? "" : b->options;
		b->arena_size += 1 << 20;
	}
	snprintf(options, sizeof(options), "%s dmarelay.iommu=hide", b->options);
	b->options = options;
	for (unsigned int i = 0; i < mock_count(); i++)
		mock_unit(i)->no_cfi = i % 2;
	switched = hidden_run(b);
	return switched && result_header()->mode == HANDOFF_HIDDEN;
}
