// SPDX-License-Identifier: GPL-2.0-only
#include "region_build.h"

#include "first_level.h"
#include "vtd.h"

#define KERNEL_MAP	0xffffffff80000000ull	/* __START_KERNEL_map */
#define KERNEL_MAP_SIZE	(1ull << 30)		/* KERNEL_IMAGE_SIZE, at most */
#define NO_EXECUTE	VTD_BIT(63)

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
void region_find_text(struct region_builder *builder)
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
		region_add(builder, leaf.target + skip, leaf.size - skip);
		address = leaf.address + leaf.size;
		builder->region->unknown = NULL;
	}
}

void region_find_page_tables(struct region_builder *builder)
{
	struct tree tree;
	uint64_t stext;

	builder->region->unknown = !builder->tables->dump ? "a handoff does not tell" :
				   "vmcoreinfo does not tell";
	if (!kernel_tree(builder->tables, &tree, &stext))
		return;
	builder->region->unknown = NULL;
	region_add_tree(builder, &tree);
}
