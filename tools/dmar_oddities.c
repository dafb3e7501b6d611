// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table as a whole, and what its structures say about each other. The sections are those of
 * the VT-d spec.
 */
#include "dmar_oddities.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define KNOWN_FLAGS (DMAR_FLAG_INTR_REMAP | DMAR_FLAG_X2APIC_OPT_OUT | DMAR_FLAG_DMA_CTRL)

void odd(const struct listener *listener, uint32_t offset, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	listener->hear(listener->context, offset, text);
}

/* 8.1 */
static void look_at_header(const struct dmar_view *view, const struct listener *listener)
{
	const struct dmar_table *head = &view->head;
	unsigned int width = head->host_address_width + 1u;
	uint8_t reserved = 0;

	if (!view->checksum_ok)
		odd(listener, offsetof(struct acpi_header, checksum), "the checksum is wrong");
	if (width > 64)
		odd(listener, offsetof(struct dmar_table, host_address_width),
		    "the host address width is %u bits", width);
	if (head->flags & ~KNOWN_FLAGS)
		odd(listener, offsetof(struct dmar_table, flags), "reserved flags are set: 0x%02x",
		    head->flags & ~KNOWN_FLAGS);
	if (head->flags & DMAR_FLAG_X2APIC_OPT_OUT && !(head->flags & DMAR_FLAG_INTR_REMAP))
		odd(listener, offsetof(struct dmar_table, flags),
		    "x2APIC is opted out of, but interrupts cannot be remapped");
	for (size_t i = 0; i < sizeof(head->reserved); i++)
		reserved |= head->reserved[i];
	if (reserved)
		odd(listener, offsetof(struct dmar_table, reserved), "reserved bytes are not 0");
}

static bool next_unit(const struct dmar_view *view, uint32_t *offset, struct dmar_drhd *unit)
{
	struct dmar_item item;

	while (dmar_next(&view->dmar, offset, &item)) {
		if (item.type != DMAR_DRHD || item.size < sizeof(*unit))
			continue;
		dmar_fixed(&item, unit, sizeof(*unit));
		return true;
	}
	return false;
}

/* 8.3: the unit that takes the rest of a segment comes last in it, and there is one at most. */
static void compare_units(const struct dmar_view *view, const struct listener *listener,
			  const struct dmar_item *item, uint32_t behind)
{
	uint32_t offset = dmar_offset(view, item);
	bool same_base = false, followed = false, rivalled = false;
	struct dmar_drhd unit, other;

	dmar_fixed(item, &unit, sizeof(unit));
	while (next_unit(view, &behind, &other)) {
		bool rest = unit.flags & DMAR_DRHD_INCLUDE_ALL && unit.segment == other.segment;

		same_base |= unit.base == other.base;
		followed |= rest;
		rivalled |= rest && other.flags & DMAR_DRHD_INCLUDE_ALL;
	}
	if (same_base)
		odd(listener, offset, "a later unit has the same register base, 0x%" PRIx64,
		    unit.base);
	if (followed)
		odd(listener, offset, rivalled ?
		    "a later unit of segment %04x takes all other devices, too" :
		    "it takes all other devices of segment %04x, but is not its last unit",
		    unit.segment);
}

/* 8.7 */
static void find_unit(const struct dmar_view *view, const struct listener *listener,
		      const struct dmar_item *item)
{
	uint32_t offset = 0;
	struct dmar_rhsa node;
	struct dmar_drhd unit;

	dmar_fixed(item, &node, sizeof(node));
	while (next_unit(view, &offset, &unit))
		if (unit.base == node.base)
			return;
	odd(listener, dmar_offset(view, item), "no unit has the register base 0x%" PRIx64, node.base);
}

void dmar_oddities(const struct dmar_view *view, const struct listener *listener)
{
	uint32_t offset = 0, units = 0;
	uint16_t last_type = 0;
	struct dmar_item item;

	look_at_header(view, listener);
	while (dmar_next(&view->dmar, &offset, &item)) {
		dmar_odd_structure(view, &item, listener);
		if (item.type < last_type)	/* 8.2 */
			odd(listener, dmar_offset(view, &item),
			    "it comes behind a structure of type %u: not in order", last_type);
		last_type = item.type;
		units += item.type == DMAR_DRHD;
		if (item.size < dmar_fixed_size(item.type))
			continue;
		if (item.type == DMAR_DRHD)
			compare_units(view, listener, &item, offset);
		if (item.type == DMAR_RHSA)
			find_unit(view, listener, &item);
	}
	if (offset != view->dmar.size)
		odd(listener, offset, "a structure's length cannot be: the %u bytes from here on "
		    "are lost", view->dmar.size - offset);
	if (!units)
		odd(listener, 0, "no remapping unit");
	if (view->extra)
		odd(listener, view->dmar.size, "the file goes on behind the table: %" PRIu64
		    " bytes", view->extra);
}
