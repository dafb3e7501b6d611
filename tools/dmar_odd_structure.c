// SPDX-License-Identifier: GPL-2.0-only
/*
 * One structure by itself. The sections are those of the VT-d spec.
 */
#include <inttypes.h>
#include <string.h>

#include "dmar_oddities.h"

#define PAGE		4096u
#define LARGE_RMRR	(1ull << 30)	/* graphics memory: seldom more than 512 MiB */

static bool beyond_width(const struct dmar_view *view, uint64_t address)
{
	unsigned int width = view->dmar.address_width;

	return width && width < 64 && address >> width;
}

/* 8.3 */
static void look_at_unit(const struct dmar_view *view, const struct dmar_item *item, uint32_t at,
			 const struct listener *listener)
{
	struct dmar_drhd unit;

	dmar_fixed(item, &unit, sizeof(unit));
	if (unit.base == 0)
		odd(listener, at, "the register base is 0");
	if (unit.base % PAGE)
		odd(listener, at, "the register base is not page aligned: 0x%" PRIx64, unit.base);
	if (beyond_width(view, unit.base))
		odd(listener, at, "the register base is beyond the host address width: 0x%" PRIx64,
		    unit.base);
	if (unit.size)
		odd(listener, at, unit.size & ~DMAR_DRHD_SIZE ?
		    "reserved bits of the size field are set: 0x%02x" :
		    "the size field is not 0: 2^%u pages of registers", unit.size);
	if (unit.flags & ~DMAR_DRHD_INCLUDE_ALL)
		odd(listener, at, "reserved flags are set: 0x%02x",
		    unit.flags & ~DMAR_DRHD_INCLUDE_ALL);
	if (!(unit.flags & DMAR_DRHD_INCLUDE_ALL) && item->size == sizeof(unit))
		odd(listener, at, "the unit has no device scope: it serves nobody");
}

/* 8.4 */
static void look_at_rmrr(const struct dmar_view *view, const struct dmar_item *item, uint32_t at,
			 const struct listener *listener)
{
	struct dmar_rmrr rmrr;

	dmar_fixed(item, &rmrr, sizeof(rmrr));
	if (rmrr.base == 0)
		odd(listener, at, "the region begins at 0");
	if (rmrr.base % PAGE)
		odd(listener, at, "the region's base is not page aligned: 0x%" PRIx64, rmrr.base);
	if ((rmrr.limit + 1) % PAGE)
		odd(listener, at, "the region's limit is not the last byte of a page: 0x%" PRIx64,
		    rmrr.limit);
	if (rmrr.limit < rmrr.base)
		odd(listener, at, "the region's limit is below its base");
	else if (rmrr.limit - rmrr.base >= LARGE_RMRR)
		odd(listener, at, "the region is larger than 1 GiB");
	if (beyond_width(view, rmrr.base) || beyond_width(view, rmrr.limit))
		odd(listener, at, "the region is beyond the host address width");
	if (rmrr.reserved)
		odd(listener, at, "the reserved field is not 0: 0x%04x", rmrr.reserved);
	if (item->size == sizeof(rmrr))
		odd(listener, at, "the region has no device scope: it is reserved for nobody");
}

/* 8.5 and 8.8: alike but for the name of bit 0 */
static void look_at_ats(const struct dmar_item *item, uint32_t at, const struct listener *listener)
{
	struct dmar_atsr ats;
	bool all, scopes = item->size > sizeof(ats);

	dmar_fixed(item, &ats, sizeof(ats));
	all = item->type == DMAR_ATSR && ats.flags & 1;
	if (ats.flags & ~1u)
		odd(listener, at, "reserved flags are set: 0x%02x", ats.flags & ~1u);
	if (ats.reserved)
		odd(listener, at, "the reserved field is not 0: 0x%02x", ats.reserved);
	if (all && scopes)
		odd(listener, at, "it has device scopes, but speaks for all root ports");
	if (!all && !scopes)
		odd(listener, at, "it has no device scope");
}

/* 8.6: the name is an ACPI path with a NUL */
static void look_at_name(const struct dmar_item *item, uint32_t at, const struct listener *listener)
{
	size_t room = item->size - sizeof(struct dmar_andd);
	const uint8_t *name = item->bytes + sizeof(struct dmar_andd);
	struct dmar_andd device;

	dmar_fixed(item, &device, sizeof(device));
	if (device.reserved[0] | device.reserved[1] | device.reserved[2])
		odd(listener, at, "the reserved field is not 0");
	if (room == 0 || name[0] == 0)
		odd(listener, at, "the device has no name");
	else if (!memchr(name, 0, room))
		odd(listener, at, "the device's name does not end");
}

static void look_at_fields(const struct dmar_view *view, const struct dmar_item *item, uint32_t at,
			   const struct listener *listener)
{
	struct dmar_rhsa node;
	struct dmar_sidp sidp;

	switch (item->type) {
	case DMAR_DRHD:
		look_at_unit(view, item, at, listener);
		break;
	case DMAR_RMRR:
		look_at_rmrr(view, item, at, listener);
		break;
	case DMAR_ATSR:
	case DMAR_SATC:
		look_at_ats(item, at, listener);
		break;
	case DMAR_ANDD:
		look_at_name(item, at, listener);
		break;
	case DMAR_RHSA:
		dmar_fixed(item, &node, sizeof(node));
		if (node.reserved)
			odd(listener, at, "the reserved field is not 0: 0x%08x", node.reserved);
		if (item->size != sizeof(node))
			odd(listener, at, "it has %u bytes, not %zu", item->size, sizeof(node));
		break;
	case DMAR_SIDP:
		dmar_fixed(item, &sidp, sizeof(sidp));
		if (sidp.reserved)
			odd(listener, at, "the reserved field is not 0: 0x%04x", sidp.reserved);
		if (item->size == sizeof(sidp))
			odd(listener, at, "it has no device scope");
		break;
	}
}

void dmar_odd_structure(const struct dmar_view *view, const struct dmar_item *item,
			const struct listener *listener)
{
	uint32_t at = dmar_offset(view, item);
	size_t fixed = dmar_fixed_size(item->type);

	if (at % 4)
		odd(listener, at, "the structure is misaligned");
	if (!fixed)
		odd(listener, at, "structure type %u is not known here", item->type);
	else if (item->size < fixed)
		odd(listener, at, "%s of %u bytes: too short", dmar_type_name(item->type),
		    item->size);
	if (!fixed || item->size < fixed)
		return;
	look_at_fields(view, item, at, listener);
	if (dmar_has_scopes(item->type))
		dmar_odd_scopes(view, item, listener);
}
