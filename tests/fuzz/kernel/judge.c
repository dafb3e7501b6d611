// SPDX-License-Identifier: GPL-2.0-only
#include "judge.h"

#include <string.h>

#include "driver.h"
#include "hardware.h"
#include "reader.h"
#include "world.h"

#define MOST_TREES	DRIVER_MOST_DEVICES
#define MOST_REGIONS	2100u

static struct handoff_range regions[MOST_REGIONS];
static unsigned int region_count;
static struct tree trees[MOST_TREES];
static unsigned int tree_count;
static struct spans crash;		/* of a sound handoff; else it has none */
static struct { uint64_t base; uint16_t segment; } units[DRIVER_MOST_UNITS];

void judge_begin(void)
{
	region_count = tree_count = 0;
	crash.count = 0;
	hardware_begin();
	reader_begin();
}

void judge_sound(const struct handoff_range *crash_region, uint32_t count)
{
	world_must(count);
	crash = (struct spans){ (const uint8_t *)crash_region, sizeof(*crash_region), count, 0 };
}

void judge_unit(unsigned int unit, uint64_t base, uint16_t segment)
{
	units[unit].base = base;
	units[unit].segment = segment;
}

void judge_context(unsigned int unit, uint16_t source, bool scalable, uint64_t lo, uint64_t hi)
{
	world_log("context of unit %u, %04x: %lx %lx\n", unit, source, lo, hi);
	hardware_add(&(struct context){ unit, source, scalable, lo, hi });
}

void judge_no_regions(void)
{
	region_count = 0;
}

void judge_region(uint64_t first, uint64_t last)
{
	world_must(first <= last && region_count < MOST_REGIONS);
	regions[region_count++] = (struct handoff_range){ first, last };
}

/* What the handoff has of a device that was kept. */
static const struct handoff_device *device_of(unsigned int unit, uint16_t source)
{
	const struct handoff_section *devices = reader_section(HANDOFF_DEVICES);

	for (uint32_t i = 0; devices && i < devices->count; i++) {
		const struct handoff_device *device = reader_entry(HANDOFF_DEVICES, i);
		const struct handoff_unit *its;

		if (device->bus != source >> 8 || device->devfn != (source & 255) ||
		    device->unit >= reader_section(HANDOFF_UNITS)->count)
			continue;
		its = reader_entry(HANDOFF_UNITS, device->unit);
		if (its->base != units[unit].base || its->segment != units[unit].segment ||
		    device->segment != its->segment)
			continue;
		world_must(device->action == HANDOFF_KEPT || device->action == HANDOFF_REPAIRED ||
			   device->action == HANDOFF_FENCED);
		return device;
	}
	world_must(!"a device that the handoff does not have");
	return NULL;
}

static void check_domain(const struct handoff_domain *domain, const struct tree *tree,
			 enum handoff_translation kind)
{
	const struct handoff_unit *unit = reader_entry(HANDOFF_UNITS, domain->unit);

	world_must(unit->base == units[tree->unit].base && unit->segment == units[tree->unit].segment);
	world_must(domain->new_root == tree->top && domain->id == tree->id);
	world_must(domain->address_width == 12 + 9 * tree->levels);
	world_must(!!(domain->flags & HANDOFF_DOMAIN_FIRST_LEVEL) == (kind == HANDOFF_FIRST_LEVEL));
}

static bool is_fence(const struct handoff_domain *domain)
{
	return domain->flags & HANDOFF_DOMAIN_FENCE;
}

/* The tables that a domain of this kernel has adopted. */
static const struct tree *adopted_tree(unsigned int unit, uint64_t top, unsigned int id)
{
	for (unsigned int i = 0; i < tree_count; i++)
		if (trees[i].unit == unit && trees[i].top == top && trees[i].id == id)
			return &trees[i];
	world_must(!"tables that nobody has adopted");
	return NULL;
}

static void check_sound(const struct handoff_device *device, const struct tree *tree)
{
	world_must(is_fence(tree->domain) == (device->action == HANDOFF_FENCED));
	if (is_fence(tree->domain))
		hardware_identity(tree->top, tree->levels, 0, &crash);
}

void judge_adopted(unsigned int unit, uint16_t source, uint64_t top, unsigned int id, int agaw,
		   bool first_level, bool again, uint64_t window)
{
	struct meaning meaning = hardware_meaning(hardware_context(unit, source));
	const struct handoff_device *device = device_of(unit, source);
	const struct handoff_domain *domain = reader_entry(HANDOFF_DOMAINS, device->domain);
	struct tree *tree = &trees[tree_count];
	struct spans ranges, kept_away = {
		(const uint8_t *)regions, sizeof(regions[0]), region_count, 0,
	};

	world_must(reader_header()->outcome == HANDOFF_SWITCHED);
	world_must(device->translation == HANDOFF_TRANSLATED ||
		   device->translation == HANDOFF_FIRST_LEVEL);
	if (again && adopted_tree(unit, top, id)->domain != domain) {
		world_must(is_fence(domain) && is_fence(adopted_tree(unit, top, id)->domain));
		return;
	}
	world_must(meaning.kind == (first_level ? HANDOFF_FIRST_LEVEL : HANDOFF_TRANSLATED));
	world_must(meaning.top == top && meaning.id == id && meaning.levels == (unsigned int)agaw + 2);
	if (again)
		return;
	*tree = (struct tree){ top, unit, id, meaning.levels, domain, window, { false } };
	tree_count++;
	check_domain(domain, tree, meaning.kind);
	ranges = spans_of(domain);
	hardware_walk(tree, top, tree->levels, 0, &ranges, &kept_away);
	hardware_alone(tree);
	if (crash.count)
		check_sound(device, tree);
	for (unsigned int i = 0; i < tree_count - 1; i++)
		world_must(trees[i].unit != unit || trees[i].id != id);
}

bool judge_uses(unsigned int unit, uint16_t source, uint64_t top)
{
	struct meaning meaning = hardware_meaning(hardware_context(unit, source));

	return meaning.kind && meaning.kind != HANDOFF_PASS_THROUGH && meaning.top == top;
}

void judge_sunk(unsigned int unit, uint16_t source, uint64_t top, int agaw)
{
	struct meaning meaning = hardware_meaning(hardware_context(unit, source));

	world_must(meaning.kind == HANDOFF_TRANSLATED || meaning.kind == HANDOFF_FIRST_LEVEL);
	world_must(meaning.levels == (unsigned int)agaw + 2);
	hardware_like_sink(top, meaning.levels, meaning.top);
}

void judge_freed(uint64_t table)
{
	long page = reader_page(table);
	unsigned int owners = 0;

	for (unsigned int i = 0; i < tree_count; i++)
		owners += page >= 0 && trees[i].pages[page];
	world_must(owners == 1);
}

void judge_kept(unsigned int unit, uint16_t source, uint64_t top, int id)
{
	struct meaning meaning = hardware_meaning(hardware_context(unit, source));

	if (id < 0) {
		world_must(meaning.kind == HANDOFF_PASS_THROUGH);
		return;
	}
	world_must(meaning.kind == HANDOFF_TRANSLATED);
	world_must(meaning.top == top && meaning.id == (unsigned int)id);
}

static void check_moved_fence(unsigned int unit, uint16_t source, uint64_t top, unsigned int id,
			      const struct meaning *meaning)
{
	const struct handoff_device *device = device_of(unit, source);
	const struct handoff_domain *own = reader_entry(HANDOFF_DOMAINS, device->domain);
	const struct tree *tree = adopted_tree(unit, top, id);

	world_must(is_fence(own) && is_fence(tree->domain));
	world_must(!crash.count || device->action == HANDOFF_FENCED);
	world_must(meaning->top == own->new_root && meaning->id == own->id);
	world_must(meaning->levels == tree->levels && own->address_width == 12 + 9 * tree->levels);
}

void judge_moved(unsigned int unit, uint16_t source, uint64_t top, unsigned int id, bool ats,
		 uint64_t window, uint64_t lo, uint64_t hi)
{
	struct meaning meaning = hardware_meaning(hardware_context(unit, source));

	world_must(meaning.kind == HANDOFF_TRANSLATED);
	if (!window || !hardware_is_sink(meaning.top, meaning.levels))
		check_moved_fence(unit, source, top, id, &meaning);
	world_must(lo == (top | (uint64_t)ats << 2 | 1));
	world_must(hi == ((uint64_t)id << 8 | (meaning.levels - 2)));
}

void judge_id_free(unsigned int unit, unsigned int id)
{
	const struct context *context;

	for (unsigned int i = 0; (context = hardware_nth(i)); i++) {
		struct meaning meaning = hardware_meaning(context);

		if (context->unit == unit && driver_copied(unit, context->source) && meaning.kind)
			world_must(meaning.id != id);
	}
}

void judge_tables_free(uint64_t top)
{
	const struct context *context;

	for (unsigned int i = 0; (context = hardware_nth(i)); i++) {
		struct meaning meaning = hardware_meaning(context);

		if (driver_copied(context->unit, context->source) && meaning.kind)
			world_must(meaning.top != top || meaning.kind == HANDOFF_PASS_THROUGH);
	}
}

void judge_dump(const void *bytes, uint64_t size)
{
	world_must(size == reader_header()->sealed_size && !memcmp(bytes, reader_header(), size));
}

void judge_end(void)
{
	uint64_t reserved = (world.reserved + WORLD_PAGE - 1) / WORLD_PAGE;

	for (uint32_t page = 0; page < reserved; page++) {
		const struct world_page *now = &world.page[page];
		unsigned int owners = 0;

		for (unsigned int i = 0; i < tree_count; i++)
			owners += trees[i].pages[page];
		world_must(owners <= 1 && now->reserved == !owners);
		world_must(now->count == (int)owners && now->managed == (int)owners);
	}
}
