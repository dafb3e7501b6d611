// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "dmar_oddities.h"
#include "names.h"
#include "sentences.h"
#include "show_dmar.h"

#define PAGE_KIB	4ull

static void put_flag(FILE *out, bool set, const char *name)
{
	if (set)
		fprintf(out, ", %s", name);
}

static void put_header(FILE *out, const struct dmar_view *view)
{
	const struct dmar_table *head = &view->head;

	fprintf(out, "DMAR table    %u bytes, revision %u, of \"", view->dmar.size,
		head->header.revision);
	put_text(out, head->header.oem_id, strnlen(head->header.oem_id,
						   sizeof(head->header.oem_id)));
	fputs("\" \"", out);
	put_text(out, head->header.oem_table_id, strnlen(head->header.oem_table_id,
							 sizeof(head->header.oem_table_id)));
	fprintf(out, "\"\nchecksum      %s\n", view->checksum_ok ? "right" : "WRONG");
	fprintf(out, "host          %u address bits\n", head->host_address_width + 1u);
	fprintf(out, "flags         0x%02x", head->flags);
	put_flag(out, head->flags & DMAR_FLAG_INTR_REMAP, "interrupts can be remapped");
	put_flag(out, head->flags & DMAR_FLAG_X2APIC_OPT_OUT, "x2APIC opted out");
	put_flag(out, head->flags & DMAR_FLAG_DMA_CTRL, "DMA protection opted in");
	fputc('\n', out);
}

/* "0000:00:1c.4/00.0": where the device is, and the way down from there */
static void put_path(FILE *out, uint16_t segment, const struct dmar_scope_item *scope)
{
	fprintf(out, "%04x:%02x:", segment, scope->start_bus);
	for (unsigned int i = 0; i < scope->path_length; i++)
		fprintf(out, "%s%02x.%x", i ? "/" : "", scope->path[2 * i], scope->path[2 * i + 1]);
}

static void put_scopes(FILE *out, const struct dmar_item *item, uint16_t segment)
{
	struct dmar_scope_item scope;
	uint32_t offset = 0;

	if (!dmar_has_scopes(item->type) || item->size < dmar_fixed_size(item->type))
		return;
	while (dmar_next_scope(item, dmar_fixed_size(item->type), &offset, &scope)) {
		struct dmar_scope head = dmar_scope_head(&scope);

		fprintf(out, "           %-12s ", dmar_scope_name(scope.type));
		put_path(out, segment, &scope);
		if (head.enumeration_id)
			fprintf(out, ", id %u", head.enumeration_id);
		if (item->type == DMAR_SIDP)
			fprintf(out, ", flags 0x%02x", head.reserved & 0xff);
		fputc('\n', out);
	}
}

static uint16_t put_unit(FILE *out, const struct dmar_item *item)
{
	struct dmar_drhd unit;

	dmar_fixed(item, &unit, sizeof(unit));
	fprintf(out, " at 0x%" PRIx64 ", %llu KiB of registers, segment %04x%s", unit.base,
		PAGE_KIB << (unit.size & DMAR_DRHD_SIZE), unit.segment,
		unit.flags & DMAR_DRHD_INCLUDE_ALL ? ", takes all other devices" : "");
	return unit.segment;
}

static uint16_t put_rmrr(FILE *out, const struct dmar_item *item)
{
	struct dmar_rmrr rmrr;

	dmar_fixed(item, &rmrr, sizeof(rmrr));
	fprintf(out, " 0x%" PRIx64 "-0x%" PRIx64 ", segment %04x", rmrr.base, rmrr.limit,
		rmrr.segment);
	return rmrr.segment;
}

static uint16_t put_ats(FILE *out, const struct dmar_item *item)
{
	struct dmar_atsr ats;

	dmar_fixed(item, &ats, sizeof(ats));
	fprintf(out, ", segment %04x", ats.segment);
	if (ats.flags & 1)
		fputs(item->type == DMAR_ATSR ? ", all ports" : ", ATS required", out);
	return ats.segment;
}

static uint16_t put_sidp(FILE *out, const struct dmar_item *item)
{
	struct dmar_sidp sidp;

	dmar_fixed(item, &sidp, sizeof(sidp));
	fprintf(out, ", segment %04x", sidp.segment);
	return sidp.segment;
}

static void put_node(FILE *out, const struct dmar_item *item)
{
	struct dmar_rhsa node;

	dmar_fixed(item, &node, sizeof(node));
	fprintf(out, ": unit at 0x%" PRIx64 ", proximity domain %u", node.base,
		node.proximity_domain);
}

static void put_name(FILE *out, const struct dmar_item *item)
{
	struct dmar_andd device;
	const char *name = (const char *)item->bytes + sizeof(device);

	dmar_fixed(item, &device, sizeof(device));
	fprintf(out, " %u, \"", device.device_number);
	put_text(out, name, strnlen(name, item->size - sizeof(device)));
	fputc('"', out);
}

static uint16_t put_fields(FILE *out, const struct dmar_item *item)
{
	switch (item->type) {
	case DMAR_DRHD:
		return put_unit(out, item);
	case DMAR_RMRR:
		return put_rmrr(out, item);
	case DMAR_ATSR:
	case DMAR_SATC:
		return put_ats(out, item);
	case DMAR_SIDP:
		return put_sidp(out, item);
	case DMAR_RHSA:
		put_node(out, item);
		break;
	case DMAR_ANDD:
		put_name(out, item);
		break;
	}
	return 0;
}

static void put_structure(FILE *out, const struct dmar_view *view, const struct dmar_item *item)
{
	size_t fixed = dmar_fixed_size(item->type);
	uint16_t segment = 0;

	fprintf(out, "  0x%04x  %s, %s", dmar_offset(view, item), dmar_type_name(item->type),
		dmar_type_text(item->type));
	if (!fixed || item->size < fixed)
		fprintf(out, ": type %u, %u bytes", item->type, item->size);
	else
		segment = put_fields(out, item);
	fputc('\n', out);
	put_scopes(out, item, segment);
}

static void hear(void *context, uint32_t offset, const char *text)
{
	fprintf(context, "  0x%04x  %s\n", offset, text);
}

static void count(void *context, uint32_t offset, const char *text)
{
	(void)offset;
	(void)text;
	++*(unsigned int *)context;
}

static void put_oddities(FILE *out, const struct dmar_view *view)
{
	unsigned int total = 0;

	dmar_oddities(view, &(struct listener){ count, &total });
	fprintf(out, "\nOddities (%u)\n", total);
	dmar_oddities(view, &(struct listener){ hear, out });
}

void show_dmar_text(FILE *out, const struct dmar_view *view)
{
	struct dmar_item item;
	uint32_t offset = 0;

	put_header(out, view);
	fputs("\nStructures\n", out);
	while (dmar_next(&view->dmar, &offset, &item))
		put_structure(out, view, &item);
	put_oddities(out, view);
}
