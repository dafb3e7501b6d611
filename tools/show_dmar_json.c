// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys stay what they are once released, as in show_json.c.
 */
#include <string.h>

#include "dmar_oddities.h"
#include "json.h"
#include "show_dmar.h"

static void put_path(struct json *json, const struct dmar_scope_item *scope)
{
	json_flat_array(json, "path");
	for (unsigned int i = 0; i < scope->path_length; i++) {
		char hop[8];

		snprintf(hop, sizeof(hop), "%02x.%x", scope->path[2 * i], scope->path[2 * i + 1]);
		json_string(json, NULL, hop);
	}
	json_end_array(json);
}

static void put_scopes(struct json *json, const struct dmar_item *item)
{
	struct dmar_scope_item scope;
	uint32_t offset = 0;

	json_array(json, "scopes");
	while (dmar_next_scope(item, dmar_fixed_size(item->type), &offset, &scope)) {
		struct dmar_scope head = dmar_scope_head(&scope);

		json_flat_object(json, NULL);
		json_string(json, "type", dmar_scope_name(scope.type));
		json_number(json, "type_number", scope.type);
		json_number(json, "bus", scope.start_bus);
		put_path(json, &scope);
		json_number(json, "id", head.enumeration_id);
		if (item->type == DMAR_SIDP)
			json_number(json, "flags", head.reserved & 0xff);
		json_end_object(json);
	}
	json_end_array(json);
}

static void put_unit(struct json *json, const struct dmar_item *item)
{
	struct dmar_drhd unit;

	dmar_fixed(item, &unit, sizeof(unit));
	json_hex(json, "base", unit.base);
	json_number(json, "register_bytes", 4096ull << (unit.size & DMAR_DRHD_SIZE));
	json_number(json, "segment", unit.segment);
	json_bool(json, "include_all", unit.flags & DMAR_DRHD_INCLUDE_ALL);
}

static void put_rmrr(struct json *json, const struct dmar_item *item)
{
	struct dmar_rmrr rmrr;

	dmar_fixed(item, &rmrr, sizeof(rmrr));
	json_hex(json, "base", rmrr.base);
	json_hex(json, "limit", rmrr.limit);
	json_number(json, "segment", rmrr.segment);
}

static void put_ats(struct json *json, const struct dmar_item *item)
{
	struct dmar_atsr ats;

	dmar_fixed(item, &ats, sizeof(ats));
	json_number(json, "segment", ats.segment);
	json_bool(json, item->type == DMAR_ATSR ? "all_ports" : "ats_required", ats.flags & 1);
}

static void put_node(struct json *json, const struct dmar_item *item)
{
	struct dmar_rhsa node;

	dmar_fixed(item, &node, sizeof(node));
	json_hex(json, "base", node.base);
	json_number(json, "proximity_domain", node.proximity_domain);
}

static void put_name(struct json *json, const struct dmar_item *item)
{
	struct dmar_andd device;
	const char *name = (const char *)item->bytes + sizeof(device);

	dmar_fixed(item, &device, sizeof(device));
	json_number(json, "device_number", device.device_number);
	json_bytes(json, "name", name, strnlen(name, item->size - sizeof(device)));
}

static void put_fields(struct json *json, const struct dmar_item *item)
{
	struct dmar_sidp sidp;

	switch (item->type) {
	case DMAR_DRHD:
		put_unit(json, item);
		break;
	case DMAR_RMRR:
		put_rmrr(json, item);
		break;
	case DMAR_ATSR:
	case DMAR_SATC:
		put_ats(json, item);
		break;
	case DMAR_SIDP:
		dmar_fixed(item, &sidp, sizeof(sidp));
		json_number(json, "segment", sidp.segment);
		break;
	case DMAR_RHSA:
		put_node(json, item);
		break;
	case DMAR_ANDD:
		put_name(json, item);
		break;
	}
}

/* Of a structure that is too short, or not known, only what all have in common. */
static void put_structure(struct json *json, const struct dmar_view *view,
			  const struct dmar_item *item)
{
	size_t fixed = dmar_fixed_size(item->type);

	json_object(json, NULL);
	json_string(json, "type", dmar_type_name(item->type));
	json_number(json, "type_number", item->type);
	json_number(json, "offset", dmar_offset(view, item));
	json_number(json, "length", item->size);
	if (fixed && item->size >= fixed) {
		put_fields(json, item);
		if (dmar_has_scopes(item->type))
			put_scopes(json, item);
	}
	json_end_object(json);
}

static void hear(void *context, uint32_t offset, const char *text)
{
	struct json *json = context;

	json_flat_object(json, NULL);
	json_number(json, "offset", offset);
	json_string(json, "text", text);
	json_end_object(json);
}

static void put_header(struct json *json, const struct dmar_view *view)
{
	const struct dmar_table *head = &view->head;

	json_number(json, "length", view->dmar.size);
	json_number(json, "revision", head->header.revision);
	json_bool(json, "checksum_ok", view->checksum_ok);
	json_bytes(json, "oem_id", head->header.oem_id,
		   strnlen(head->header.oem_id, sizeof(head->header.oem_id)));
	json_bytes(json, "oem_table_id", head->header.oem_table_id,
		   strnlen(head->header.oem_table_id, sizeof(head->header.oem_table_id)));
	json_number(json, "host_address_width", head->host_address_width + 1u);
	json_number(json, "flags", head->flags);
	json_bool(json, "interrupt_remapping", head->flags & DMAR_FLAG_INTR_REMAP);
	json_bool(json, "x2apic_opt_out", head->flags & DMAR_FLAG_X2APIC_OPT_OUT);
	json_bool(json, "dma_opt_in", head->flags & DMAR_FLAG_DMA_CTRL);
}

void show_dmar_json(FILE *out, const struct dmar_view *view)
{
	struct json writer = { .out = out, .first = true };
	struct json *json = &writer;
	struct dmar_item item;
	uint32_t offset = 0;

	json_object(json, NULL);
	put_header(json, view);
	json_array(json, "structures");
	while (dmar_next(&view->dmar, &offset, &item))
		put_structure(json, view, &item);
	json_end_array(json);
	json_array(json, "oddities");
	dmar_oddities(view, &(struct listener){ hear, json });
	json_end_array(json);
	json_end_object(json);
}
