// SPDX-License-Identifier: GPL-2.0-only
#include "regions.h"

#include <stdlib.h>

#include "first_level.h"
#include "tree.h"
#include "vtd.h"

#define KERNEL_MAP	0xffffffff80000000ull	/* __START_KERNEL_map */
#define KERNEL_MAP_SIZE	(1ull << 30)		/* KERNEL_IMAGE_SIZE, at most */
#define NO_EXECUTE	VTD_BIT(63)

struct builder {
	const struct tables *tables;
	struct region *region;
	uint64_t left;
	bool out_of_memory;
};

static void add_range(struct builder *builder, uint64_t first, uint64_t size)
{
	struct memory_ranges *ranges = &builder->region->ranges;

	/* Grows when the count is a power of two. */
	if (!(ranges->count & (ranges->count - 1))) {
		size_t entries = ranges->count ? ranges->count * 2 : 1;
		struct handoff_range *all = realloc(ranges->all, entries * sizeof(*all));

		if (!all) {
			builder->out_of_memory = true;
			return;
		}
		ranges->all = all;
	}
	ranges->all[ranges->count++] = (struct handoff_range){ first, first + size - 1 };
}

static void add_table(void *context, uint64_t address)
{
	struct builder *builder = context;

	if (builder->left) {
		builder->left--;
		add_range(builder, address, PAGE_SIZE);
	}
}

static enum tree_interest no_interest(void *context, const struct leaf *leaf)
{
	(void)context, (void)leaf;
	return TREE_IGNORED;
}

static void add_tree(struct builder *builder, const struct tree *tree)
{
	struct tree_visit visit = {
		.leaf = no_interest, .table = add_table, .context = builder,
		.left = &builder->left,
	};

	tree_walk(builder->tables, tree, &visit);
}

/* The CPU's tables have the first-level format (VT-d spec 9.7). */
static bool kernel_tree(const struct tables *tables, struct tree *tree, uint64_t *stext)
{
	const struct unit cpu = { .cap = VTD_CAP_FL1GP | VTD_CAP_FL5LP, .host_width = 52 };
	uint64_t top, phys_base, encryption = 0, five_levels = 0;

	if (!tables->dump || !dump_number(tables->dump, "SYMBOL(_stext)", stext) ||
	    !dump_number(tables->dump, "SYMBOL(init_top_pgt)", &top) ||
	    !dump_number(tables->dump, "NUMBER(phys_base)", &phys_base))
		return false;
	dump_number(tables->dump, "NUMBER(pgtable_l5_enabled)", &five_levels);
	dump_number(tables->dump, "NUMBER(sme_mask)", &encryption);
	*tree = (struct tree){
		.format = first_level_format(&cpu),
		.first_level = true,
		.root = (top - KERNEL_MAP + phys_base) & VTD_FL_ADDRESS,
		.levels = five_levels ? 5 : 4,
	};
	return !encryption;
}

/* From _stext on as far as it is mapped as code: no symbol in vmcoreinfo says where text ends. */
static void find_text(struct builder *builder)
{
	uint64_t address, end;
	struct tree tree;
	struct leaf leaf;

	builder->region->unknown = !builder->tables->dump ? "a handoff does not tell" :
				   "vmcoreinfo and the kernel's page tables do not tell";
	if (!kernel_tree(builder->tables, &tree, &address) || address < KERNEL_MAP)
		return;
	end = KERNEL_MAP + KERNEL_MAP_SIZE;
	for (; address < end && tree_translate(builder->tables, &tree, address, &leaf); ) {
		uint64_t skip = address - leaf.address;

		if (leaf.entry & NO_EXECUTE)
			break;
		add_range(builder, leaf.target + skip, leaf.size - skip);
		address = leaf.address + leaf.size;
		builder->region->unknown = NULL;
	}
}

static void find_page_tables(struct builder *builder)
{
	struct tree tree;
	uint64_t stext;

	builder->region->unknown = !builder->tables->dump ? "a handoff does not tell" :
				   "vmcoreinfo does not tell";
	if (!kernel_tree(builder->tables, &tree, &stext))
		return;
	builder->region->unknown = NULL;
	add_tree(builder, &tree);
}

/* Root and context tables. */
static void add_roots(struct builder *builder, const struct handoff_unit *unit)
{
	unsigned int step = unit->flags & HANDOFF_UNIT_SCALABLE_MODE ? 1 : 2;
	uint64_t root = unit->old_root & VTD_RTADDR_ADDRESS, slots[TABLE_ENTRIES];

	add_table(builder, root);
	if (!tables_page(builder->tables, root, slots))
		return;
	for (unsigned int i = 0; i < VTD_ROOT_SLOTS; i += step)
		if (slots[i] & VTD_ROOT_P)
			add_table(builder, slots[i] & VTD_ROOT_CTP);
}

static void add_unit(struct builder *builder, const struct handoff_unit *unit)
{
	if (unit->flags & HANDOFF_UNIT_DMA_ACTIVE)
		add_roots(builder, unit);
	if (unit->flags & HANDOFF_UNIT_IR_ACTIVE)
		add_range(builder, unit->old_irta & VTD_IRTA_ADDRESS,
			  VTD_IRTA_ENTRIES(unit->old_irta) * sizeof(struct vtd_entry128));
	if (unit->flags & HANDOFF_UNIT_QI)
		add_range(builder, unit->old_iqa & PAGE_MASK,
			  PAGE_SIZE << (unit->old_iqa & VTD_IQA_QS));
}

/* A device's PASID directory, and the tables that it names. */
static void add_pasid_tables(struct builder *builder, const struct handoff_device *device)
{
	uint64_t directory = device->old_context[0] & VTD_SMC_PASIDDIRPTR, entries[TABLE_ENTRIES];
	uint64_t end = directory + VTD_SMC_DIR_ENTRIES(device->old_context[0]) * sizeof(*entries);

	for (; directory < end; directory += PAGE_SIZE) {
		unsigned int count = end - directory < PAGE_SIZE ?
				     (unsigned int)(end - directory) / 8 : TABLE_ENTRIES;

		add_table(builder, directory);
		if (!tables_page(builder->tables, directory, entries))
			continue;
		for (unsigned int i = 0; i < count; i++)
			if (entries[i] & VTD_PD_P)
				add_table(builder, entries[i] & VTD_PD_TABLE);
	}
}

static void find_remapping(struct builder *builder, const struct requesters *requesters)
{
	const struct handoff_view *view = builder->tables->view;

	if (tables_copied(builder->tables)) {
		builder->region->unknown = "a handoff does not tell";
		return;
	}
	for (uint32_t i = 0; i < view->sections[HANDOFF_UNITS].count; i++) {
		struct handoff_unit unit = handoff_get_unit(view, i);

		add_unit(builder, &unit);
	}
	for (uint32_t i = 0; i < requesters->count; i++) {
		const struct handoff_device *device = &requesters->all[i].device;

		if (!requesters->all[i].has_pasid &&
		    handoff_get_unit(view, device->unit).flags & HANDOFF_UNIT_SCALABLE_MODE)
			add_pasid_tables(builder, device);
	}
	for (uint32_t i = 0; i < view->sections[HANDOFF_DOMAINS].count; i++) {
		struct tree tree;

		if (tree_of_domain(builder->tables, i, &tree))
			add_tree(builder, &tree);
	}
}

static void find_crash_region(struct builder *builder)
{
	const struct handoff_view *view = builder->tables->view;

	for (uint32_t i = 0; i < view->sections[HANDOFF_CRASH_REGION].count; i++) {
		struct handoff_range range = handoff_get_crash_range(view, i);

		if (range.first <= range.last)
			add_range(builder, range.first, range.last - range.first + 1);
	}
}

static int by_start(const void *one, const void *other)
{
	uint64_t a = ((const struct handoff_range *)one)->first;
	uint64_t b = ((const struct handoff_range *)other)->first;

	return (a > b) - (a < b);
}

/* Ascending and disjoint: what overlaps or touches becomes one. */
static void merge(struct memory_ranges *ranges)
{
	uint32_t kept = 0;

	if (!ranges->count)
		return;
	qsort(ranges->all, ranges->count, sizeof(*ranges->all), by_start);
	for (uint32_t i = 1; i < ranges->count; i++) {
		struct handoff_range *last = &ranges->all[kept];

		if (last->last == UINT64_MAX || ranges->all[i].first <= last->last + 1) {
			if (ranges->all[i].last > last->last)
				last->last = ranges->all[i].last;
		} else {
			ranges->all[++kept] = ranges->all[i];
		}
	}
	ranges->count = kept + 1;
}

bool region_find(const struct tables *tables, const struct requesters *requesters,
		 enum region_kind kind, struct region *region)
{
	struct builder builder = {
		.tables = tables, .region = region, .left = REACH_MAX_TABLES,
	};

	*region = (struct region){ 0 };
	switch (kind) {
	case REGION_TEXT:
		find_text(&builder);
		break;
	case REGION_PAGE_TABLES:
		find_page_tables(&builder);
		break;
	case REGION_REMAPPING:
		find_remapping(&builder, requesters);
		break;
	default:
		find_crash_region(&builder);
		break;
	}
	merge(&region->ranges);
	return !builder.out_of_memory;
}

static const struct {
	const char *name, *key;
} words[REGION_KINDS] = {
	[REGION_TEXT]		= { "kernel text", "kernel_text" },
	[REGION_PAGE_TABLES]	= { "kernel page tables", "kernel_page_tables" },
	[REGION_REMAPPING]	= { "remapping tables", "remapping_tables" },
	[REGION_CRASH]		= { "crash region", "crash_region" },
};

const char *region_name(enum region_kind kind)
{
	return words[kind].name;
}

const char *region_key(enum region_kind kind)
{
	return words[kind].key;
}
