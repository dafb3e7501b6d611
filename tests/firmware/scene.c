// SPDX-License-Identifier: GPL-2.0-only
#include "scene.h"

#include <string.h>

#include "interrupt.h"
#include "vtd.h"

#define DOMAIN		5u
#define USB_DOMAIN	6u
#define VICTIM_DOMAIN	7u
#define DECOY_DOMAIN	8u

#define WINDOW_3	0x5540000000ull		/* within 39 bits, a multiple of 1 GiB */
#define WINDOW_4	0x7f5540000000ull	/* within 48, or 47 as a CPU's user space has */
#define WINDOW_USB	0x80000000ull
#define WINDOW_BAD	0x80000000ull		/* from the window: another table at each level */
#define LEAF_2M		0x200000ull

const char *scene_lacks(const struct row *row)
{
	const struct table_format *format = &row->format;
	uint64_t cap = iommu_cap(), ecap = iommu_ecap();
	uint64_t large = format->kind == FIRST_LEVEL ? 1 | !!(cap & VTD_CAP_FL1GP) << 1 :
						       VTD_CAP_SLLPS(cap);

	if (format->scalable && !(ecap & VTD_ECAP_SMTS))
		return "scalable mode";
	if (format->kind == FIRST_LEVEL && !(ecap & VTD_ECAP_FLTS))
		return "first-level tables";
	if (format->scalable && format->kind == SECOND_LEVEL && !(ecap & VTD_ECAP_SLTS))
		return "second-level tables in scalable mode";
	if (format->kind != FIRST_LEVEL && !(VTD_CAP_SAGAW(cap) >> (format->levels - 2) & 1))
		return "that number of levels";
	if (format->kind == SECOND_LEVEL_ATS && !(ecap & VTD_ECAP_DT))
		return "device TLBs";
	if (format->kind == PASS_THROUGH && !(ecap & VTD_ECAP_PT))
		return "pass-through";
	if (format->leaf_bits & VTD_SL_SNP && !(ecap & VTD_ECAP_SC))
		return "snoop control";
	if (format->leaf > 1 && !(large >> (format->leaf - 2) & 1))
		return "that page size";
	if (row->damage == BAD_INTERRUPT && !(ecap & VTD_ECAP_IR))
		return "interrupt remapping";
	return NULL;
}

static uint64_t window(const struct scene *scene)
{
	return scene->row->format.levels == 3 ? WINDOW_3 : WINDOW_4;
}

/* What a window shows: the data, or with leaves of 1 GiB the first GiB that has the data in it. */
static uint64_t shown(const struct scene *scene)
{
	return scene->row->format.leaf == 3 ? 0 : lab.data;
}

static void map_window(const struct scene *scene, uint64_t top, uint64_t start)
{
	const struct table_format *format = &scene->row->format;
	uint64_t size = LAB_DATA_SIZE;

	if (format->leaf == 1 && !format->full)
		size = BUFFERS * PAGE_SIZE;
	else if (format->leaf == 3)
		size = LAB_GIB;
	table_map(format, top, start, shown(scene), size);
}

static iova_t buffer_at(const struct scene *scene, uint64_t start, enum buffer buffer)
{
	if (scene->row->format.kind == PASS_THROUGH)
		return iova(lab_buffer(buffer));
	return iova(start + lab_buffer(buffer) - shown(scene));
}

iova_t scene_iova(const struct scene *scene, enum buffer buffer)
{
	return buffer_at(scene, window(scene), buffer);
}

iova_t scene_usb_iova(const struct scene *scene, enum buffer buffer)
{
	return buffer_at(scene, WINDOW_USB, buffer);
}

iova_t scene_bad_iova(const struct scene *scene)
{
	return iova(window(scene) + WINDOW_BAD);
}

iova_t scene_beside_iova(const struct scene *scene)
{
	uint64_t step = scene->row->damage == BAD_TABLE ? LEAF_2M : PAGE_SIZE;

	return iova(scene_bad_iova(scene).io + step);
}

static void build_victim(struct scene *scene)
{
	const struct table_format *format = &scene->row->format;

	map_window(scene, scene->victim_top, window(scene));
	table_map(format, scene->victim_top, scene_bad_iova(scene).io, lab_buffer(NEAR), PAGE_SIZE);
	table_map(format, scene->victim_top, scene_beside_iova(scene).io, lab_buffer(BESIDE),
		  PAGE_SIZE);
	table_attach(format, scene->root, lab.victim.source, scene->victim_top, VICTIM_DOMAIN);
}

static void damage_victim(const struct scene *scene, uint64_t *irt)
{
	const struct table_format *format = &scene->row->format;
	uint64_t bad = scene_bad_iova(scene).io;
	uint16_t source = lab.victim.source;

	switch (scene->row->damage) {
	case UNDAMAGED:
	case STRAYS:
		break;
	case BAD_LEAF:
		*table_entry(format, scene->victim_top, bad, 1) = table_leaf(format, lab.forbidden);
		break;
	case BAD_TABLE:
		*table_entry(format, scene->victim_top, bad, 2) = table_leaf(format, lab.forbidden);
		break;
	case BAD_INTERRUPT:
		irt[2 * VICTIM_HANDLE] |= 1 << 12;	/* 9.10: bits 14:12 */
		break;
	case BAD_PASID:
		*table_pasid_entry(format, scene->root, source) |= 7 << 6;	/* 9.6: PGTT */
		break;
	case BAD_DIRECTORY:
		*table_directory_entry(format, scene->root, source) |= 1 << 4;	/* 9.5: 11:2 */
		break;
	case BAD_CONTEXT:
		*table_context(format, scene->root, source) |= 1 << 6;	/* 9.3: 11:4, 9.4: 8:5 */
		break;
	case BAD_ROOT_ENTRY:
		*table_root_entry(format, scene->root, source) |= 1 << 1;	/* 9.1, 9.2: 11:1 */
		break;
	}
}

/* Each row has a root table of its own, so that QEMU's trace tells one row from another. */
static void skip_pages_of_earlier_rows(void)
{
	static unsigned int rows;

	for (unsigned int i = 0; i < rows; i++)
		table_page();
	rows++;
}

void scene_build(struct scene *scene, const struct row *row)
{
	const struct table_format *format = &row->format;
	uint64_t *irt;

	tables_reset();
	skip_pages_of_earlier_rows();
	*scene = (struct scene){
		.row = row,
		.remapped = iommu_ecap() & VTD_ECAP_IR,
		.root = table_page(),
		.top = table_page(), .usb_top = table_page(), .victim_top = table_page(),
		.tables = { .interrupts = table_page(), .queue = table_page() },
	};
	map_window(scene, scene->top, window(scene));
	map_window(scene, scene->usb_top, WINDOW_USB);
	table_attach(format, scene->root, lab.edu.source, scene->top, DOMAIN);
	table_attach(format, scene->root, lab.hda.source, scene->top, DOMAIN);
	table_attach(format, scene->root, lab.uhci.source, scene->usb_top, USB_DOMAIN);
	build_victim(scene);

	irt = (uint64_t *)(uintptr_t)scene->tables.interrupts;
	interrupt_entry(irt + 2 * EDU_HANDLE, lab.edu.source);
	interrupt_entry(irt + 2 * VICTIM_HANDLE, lab.victim.source);
	damage_victim(scene, irt);
	scene->tables.root = scene->root | (format->scalable ? VTD_TTM_SCALABLE << 10 : 0);
	if (scene->remapped)
		scene->tables.interrupts |= INTERRUPT_TABLE_SIZE;
	else
		scene->tables.interrupts = 0;
}

/* With pass-through there is no table to change: the devices' own entries then lead to one. */
void scene_lay_decoys(const struct scene *scene)
{
	struct table_format format = scene->row->format;
	uint64_t start = scene_iova(scene, 0).io, top = table_page();

	if (format.kind == PASS_THROUGH)
		format.kind = iommu_ecap() & VTD_ECAP_FLTS ? FIRST_LEVEL : SECOND_LEVEL;
	format.leaf = 1;
	table_map(&format, top, start, lab.decoys, BUFFERS * PAGE_SIZE);
	if (scene->row->format.kind == PASS_THROUGH) {
		table_attach(&format, scene->root, lab.edu.source, top, DECOY_DOMAIN);
		table_attach(&format, scene->root, lab.hda.source, top, DECOY_DOMAIN);
	} else {
		memcpy((void *)(uintptr_t)scene->top, (void *)(uintptr_t)top, PAGE_SIZE);
	}
}
