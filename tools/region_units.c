// SPDX-License-Identifier: GPL-2.0-only
#include "region_build.h"

#include "vtd.h"

/* Root and context tables. */
static void add_roots(struct region_builder *builder, const struct handoff_unit *unit)
{
	unsigned int step = unit->flags & HANDOFF_UNIT_SCALABLE_MODE ? 1 : 2;
	uint64_t root = unit->old_root & VTD_RTADDR_ADDRESS, slots[TABLE_ENTRIES];

	region_add_table(builder, root);
	if (!tables_page(builder->tables, root, slots))
		return;
	for (unsigned int i = 0; i < VTD_ROOT_SLOTS; i += step)
		if (slots[i] & VTD_ROOT_P)
			region_add_table(builder, slots[i] & VTD_ROOT_CTP);
}

static void add_unit(struct region_builder *builder, const struct handoff_unit *unit)
{
	if (unit->flags & HANDOFF_UNIT_DMA_ACTIVE)
		add_roots(builder, unit);
	if (unit->flags & HANDOFF_UNIT_IR_ACTIVE)
		region_add(builder, unit->old_irta & VTD_IRTA_ADDRESS,
			  VTD_IRTA_ENTRIES(unit->old_irta) * sizeof(struct vtd_entry128));
	if (unit->flags & HANDOFF_UNIT_QI)
		region_add(builder, unit->old_iqa & PAGE_MASK,
			  PAGE_SIZE << (unit->old_iqa & VTD_IQA_QS));
}

/* A device's PASID directory, and the tables that it names. */
static void add_pasid_tables(struct region_builder *builder, const struct handoff_device *device)
{
	uint64_t directory = device->old_context[0] & VTD_SMC_PASIDDIRPTR, entries[TABLE_ENTRIES];
	uint64_t end = directory + VTD_SMC_DIR_ENTRIES(device->old_context[0]) * sizeof(*entries);

	for (; directory < end; directory += PAGE_SIZE) {
		unsigned int count = end - directory < PAGE_SIZE ?
				     (unsigned int)(end - directory) / 8 : TABLE_ENTRIES;

		region_add_table(builder, directory);
		if (!tables_page(builder->tables, directory, entries))
			continue;
		for (unsigned int i = 0; i < count; i++)
			if (entries[i] & VTD_PD_P)
				region_add_table(builder, entries[i] & VTD_PD_TABLE);
	}
}

void region_find_remapping(struct region_builder *builder, const struct requesters *requesters)
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

		if (!requesters->all[i].has_pasid && device->old_context[0] & VTD_SMC_P &&
		    handoff_get_unit(view, device->unit).flags & HANDOFF_UNIT_SCALABLE_MODE)
			add_pasid_tables(builder, device);
	}
	for (uint32_t i = 0; i < view->sections[HANDOFF_DOMAINS].count; i++) {
		struct tree tree;

		if (tree_of_domain(builder->tables, i, &tree))
			region_add_tree(builder, &tree);
	}
}
