// SPDX-License-Identifier: GPL-2.0-only
#include "bases.h"

#include <string.h>

#include "builder.h"
#include "choices.h"
#include "fuzz.h"
#include "random_machine.h"
#include "relay.h"
#include "scene.h"
#include "world.h"

static struct base bases[BASES];

static void map_some(struct build *b, uint64_t tree, unsigned int levels, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)	/* every other page: ranges of their own */
		build_map(b, tree, levels, 0x400000 + i * 0x2000, 0x20000000 + i * 0x1000, 1);
}

/* The ways in which devices can share, and not. */
static void legacy_devices(struct build *b)
{
	struct mock_unit *unit = build_unit(b);
	uint64_t shared = build_page(b), own = build_page(b), ats = build_page(b);
	uint64_t at;

	unit->ecap |= VTD_ECAP_DT | VTD_ECAP_PT;
	map_some(b, shared, 4, 5);
	map_some(b, own, 4, 9);
	build_map(b, own, 4, 0x40000000, 0x120000000, 2);
	build_map(b, own, 4, 0x8000000000, 0x140000000, 3);
	map_some(b, ats, 3, 2);
	build_attach(b, unit, 0x0010, shared, 20, 2);
	build_attach(b, unit, 0x0018, shared, 20, 2);
	build_attach(b, unit, 0x00f8, own, 21, 2);
	build_context(b, unit, 0x0200, 2 << 2 | 1, 22 << 8 | 2);
	at = build_attach(b, unit, 0x0300, ats, 23, 1);
	memory_put64(at, ats | 1 << 2 | 1);
}

/* More ranges than the kernel wants to keep apart, below 4 GiB and above. */
static void many_ranges(struct build *b)
{
	uint64_t tree = build_page(b);

	b->arena_size = 0x180000;
	build_attach(b, build_unit(b), 0x0010, tree, 5, 2);
	map_some(b, tree, 4, 1300);
	for (unsigned int i = 0; i < 64; i++)
		build_map(b, tree, 4, 0x4000000000 + i * 0x3000, 0x120000000 + i * 0x1000, 1);
}

/* More tables than there is room for: some stay where they are. */
static void many_tables(struct build *b)
{
	uint64_t tree = build_page(b);

	b->arena_size = 0x30000;
	build_attach(b, build_unit(b), 0x0010, tree, 5, 2);
	for (unsigned int i = 0; i < 64; i++)
		build_map(b, tree, 4, i * 0x200000, 0x20000000 + i * 0x1000, 1);
}

/* Each kind of PASID entry; a directory that two devices share, one of more than a page. */
static void scalable_devices(struct build *b)
{
	struct mock_unit *unit = build_unit(b);
	uint64_t second, first, other, directory, at;

	build_scalable(unit);
	second = build_page(b), other = build_page(b), first = build_page(b);
	map_some(b, second, 4, 7);
	map_some(b, other, 3, 3);
	b->rights = 7;
	map_some(b, first, 4, 6);
	build_map(b, first, 4, 0x40000000, 0x120000000, 2);
	b->rights = 3;
	directory = build_directory(b, unit, 0x0010, 0);
	build_pasid(b, directory, 0, second | 2 << 6 | 2 << 2 | 1, 9, 0);
	at = build_entry(b, unit, 0x0090);
	memory_put64(at, directory | 1 << 3 | 1);
	directory = build_directory(b, unit, 0x0118, 4);
	build_pasid(b, directory, 0, 1 << 6 | 1, 10, first);
	build_pasid(b, directory, 0x1234, other | 2 << 6 | 1 << 2 | 1, 11, 0);
	directory = build_directory(b, unit, 0x0200, 0);
	build_pasid(b, directory, 0, 4 << 6 | 2 << 2 | 1, 12, 0);
	directory = build_directory(b, unit, 0x0208, 0);
	build_pasid(b, directory, 0, other | 3 << 6 | 1 << 2 | 1, 13, first);
}

/* The scene, with two devices that are passed through: each gets a fence. */
static struct build *fenced_devices(void)
{
	void *sink = NULL;
	struct scene s = scene_make(&sink);

	build_context(s.b, s.unit, 0x0300, 2 << 2 | 3, 1 << 8 | 2);	/* faults are not reported */
	build_context(s.b, s.unit, 0x0301, 2 << 2 | 1, 1 << 8 | 2);
	s.unit->cap |= 3ull << 34;		/* 2 MiB and 1 GiB leaves */
	s.b->options = "dmarelay.fence=on";
	return s.b;
}

static struct build *fenced_scalable_devices(void)
{
	void *sink = NULL;
	struct scene s = scene_make_scalable(&sink);
	uint64_t first = build_directory(s.b, s.unit, 0x0300, 0);
	uint64_t second = build_directory(s.b, s.unit, 0x0301, 0);

	build_pasid(s.b, first, 0, 4 << 6 | 1, 1, 0);
	build_pasid(s.b, first, 5, 4 << 6 | 1, 1, 0);
	build_pasid(s.b, second, 0, 4 << 6 | 1, 1, 0);
	s.unit->cap |= 3ull << 34 | 1ull << 56;
	s.b->options = "dmarelay.fence=on";
	return s.b;
}

/* The machine of this number; the random ones are as many as there are. */
static struct build *build(unsigned int number)
{
	static struct choices choices;
	struct build *b = build_machine();
	void *sink = NULL;
	struct scene scene;

	switch (number) {
	case 0:
		return scene_make(&sink).b;
	case 1:
		return scene_make_scalable(&sink).b;
	case 2:		/* a leaf in the sink, a table of 2 MiB, one of a GiB, and a device */
		scene = scene_make(&sink);
		memory_put64(scene.leaf, BUILD_CRASH_START | 3);
		memory_put64(build_slot(scene.tree, 3, 0x40200000, 2), 0xf00ull << 40 | 3);
		memory_put64(build_slot(scene.tree, 3, 0x80000000, 3), 0xf00ull << 40 | 3);
		build_context(scene.b, scene.unit, 0x0308, 1ull << 50 | 1, 20 << 8 | 1);
		return scene.b;
	case 3:
		legacy_devices(b);
		return b;
	case 4:
		many_ranges(b);
		return b;
	case 5:
		scalable_devices(b);
		return b;
	case 6:		/* two units, of both modes */
		legacy_devices(b);
		scalable_devices(b);
		return b;
	case 7:
		many_tables(b);
		return b;
	case 8:
		return fenced_devices();
	case 9:
		return fenced_scalable_devices();
	default:
		choices_random(&choices, number);
		return random_machine();
	}
}

/* Run the stub and take what it published, unless it did not switch. */
static bool run(struct base *base, struct build *b)
{
	struct { uint64_t next; uint32_t type, length; } node = { 0, HANDOFF_SETUP_DATA_TYPE, 0 };
	uint64_t size;
	phys_t payload;

	if (!build_run(b))
		return false;
	payload = relay_payload(&size);
	node.length = (uint32_t)size;
	base->at = payload.pa - sizeof(node);
	base->pages = (uint32_t)((sizeof(node) + size + PAGE_SIZE - 1) / PAGE_SIZE);
	must(base->pages <= WORLD_MOST_PAGES);
	base->image = aligned_alloc(PAGE_SIZE, base->pages * PAGE_SIZE);
	must(base->image);
	memset(base->image, 0, base->pages * PAGE_SIZE);
	must(memory_get(payload.pa, base->image + sizeof(node), size));
	memcpy(base->image, &node, sizeof(node));
	base->old_pages = (uint32_t)((b->next_page - BASES_OLD) / PAGE_SIZE);
	base->old = calloc(base->old_pages, PAGE_SIZE);
	must(base->old && BASES_OLD == BUILD_PAGES);
	for (uint32_t i = 0; i < base->old_pages; i++)
		(void)memory_get(BASES_OLD + i * PAGE_SIZE, base->old + i * PAGE_SIZE, PAGE_SIZE);
	return true;
}

static uint32_t page_of(const struct base *base, uint64_t at)
{
	return at >= base->at && at - base->at < base->pages * PAGE_SIZE ?
	       (uint32_t)((at - base->at) / PAGE_SIZE) : base->tables[0];
}

const void *bases_section(const struct base *base, enum handoff_section_type type, uint32_t *count)
{
	const struct handoff_header *header = (const void *)(base->image + 16);
	const struct handoff_section *sections = (const void *)(header + 1);

	for (uint32_t i = 0; i < header->section_count; i++) {
		if (sections[i].type == type) {
			*count = sections[i].count;
			return base->image + 16 + sections[i].offset;
		}
	}
	*count = 0;
	return NULL;
}

static uint32_t context_page(const struct base *base, const struct handoff_unit *unit,
			     const struct handoff_device *device)
{
	bool upper = unit->flags & HANDOFF_UNIT_SCALABLE_MODE && device->devfn & 0x80;
	uint64_t entry;

	memcpy(&entry, base->image + page_of(base, unit->new_root) * PAGE_SIZE + device->bus * 16u +
	       upper * 8u, sizeof(entry));
	return page_of(base, entry & PAGE_MASK);
}

static void find_tables(struct base *base)
{
	static const uint8_t zeros[PAGE_SIZE];
	const struct handoff_header *header = (const void *)(base->image + 16);
	const struct handoff_domain *domains;
	const struct handoff_device *devices;
	const struct handoff_unit *units;
	uint32_t page = (uint32_t)((header->sealed_size + 16) / PAGE_SIZE), count;

	for (; page < base->pages; page++)
		if (base->table_count < BASES_MOST_TABLES &&
		    memcmp(base->image + page * PAGE_SIZE, zeros, PAGE_SIZE))
			base->tables[base->table_count++] = page;
	must(base->table_count);
	domains = bases_section(base, HANDOFF_DOMAINS, &count);
	for (uint32_t i = 0; i < count && i < 16; i++)
		base->tops[i] = page_of(base, domains[i].new_root);
	units = bases_section(base, HANDOFF_UNITS, &count);
	devices = bases_section(base, HANDOFF_DEVICES, &count);
	for (uint32_t i = 0; i < count && i < 16; i++)
		base->contexts[i] = context_page(base, &units[devices[i].unit], &devices[i]);
}

const struct base *bases_get(unsigned int number)
{
	static bool made;
	unsigned int machine = 0;

	for (unsigned int i = 0; !made && i < BASES; machine++) {
		must(machine < 20 * BASES);
		if (run(&bases[i], build(machine)))
			find_tables(&bases[i++]);
		else
			must(machine >= BASES_NAMED);
	}
	made = true;
	return &bases[number % BASES];
}
