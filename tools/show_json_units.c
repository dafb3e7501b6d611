// SPDX-License-Identifier: GPL-2.0-only
#include "show_json_units.h"

void json_flags(struct json *json, const char *key, const struct flag *first, uint64_t low,
		const struct flag *second, uint64_t high)
{
	json_flat_array(json, key);
	for (const struct flag *flag = first; flag->name; flag++)
		if (low & flag->mask)
			json_string(json, NULL, flag->name);
	for (const struct flag *flag = second; flag && flag->name; flag++)
		if (high & flag->mask)
			json_string(json, NULL, flag->name);
	json_end_array(json);
}

void json_words(struct json *json, const char *key, const uint64_t *words, size_t count)
{
	json_flat_array(json, key);
	for (size_t i = 0; i < count; i++)
		json_hex(json, NULL, words[i]);
	json_end_array(json);
}

void json_range(struct json *json, const struct handoff_range *range)
{
	json_flat_object(json, NULL);
	json_hex(json, "first", range->first);
	json_hex(json, "last", range->last);
	json_end_object(json);
}

static void put_unit_dma(struct json *json, const struct handoff_unit *unit)
{
	json_object(json, "dma");
	json_string(json, "mode", unit_mode(unit));
	json_bool(json, "active", unit->flags & HANDOFF_UNIT_DMA_ACTIVE);
	json_bool(json, "switched", unit->flags & HANDOFF_UNIT_DMA_SWITCHED);
	json_string(json, "reason", reason_name(unit->dma_reason).text);
	json_bool(json, "root_sink", unit->flags & HANDOFF_UNIT_ROOT_SINK);
	json_hex(json, "old_root", unit->old_root);
	json_hex(json, "new_root", unit->new_root);
	json_number(json, "root_tables", unit->root_tables);
	json_number(json, "page_tables", unit->page_tables);
	json_number(json, "in_place", unit->in_place);
	json_end_object(json);
}

static void put_unit_interrupts(struct json *json, const struct handoff_unit *unit)
{
	json_object(json, "interrupts");
	json_bool(json, "active", unit->flags & HANDOFF_UNIT_IR_ACTIVE);
	json_bool(json, "switched", unit->flags & HANDOFF_UNIT_IR_SWITCHED);
	json_string(json, "reason", reason_name(unit->ir_reason).text);
	json_hex(json, "old_table", unit->old_irta);
	json_hex(json, "new_table", unit->new_irta);
	json_number(json, "entries_kept", unit->irtes);
	json_end_object(json);
}

static void put_unit_queue(struct json *json, const struct handoff_unit *unit)
{
	json_object(json, "queue");
	json_bool(json, "used", unit->flags & HANDOFF_UNIT_QI);
	json_hex(json, "old_address", unit->old_iqa);
	json_hex(json, "old_head", unit->old_iqh);
	json_hex(json, "old_tail", unit->old_iqt);
	json_hex(json, "error", unit->iqercd);
	json_end_object(json);
}

void json_unit(struct json *json, const struct handoff_unit *unit)
{
	json_object(json, NULL);
	json_hex(json, "base", unit->base);
	json_number(json, "segment", unit->segment);
	json_string(json, "version", unit_version(unit->version).text);
	json_hex(json, "cap", unit->cap);
	json_hex(json, "ecap", unit->ecap);
	json_flags(json, "capabilities", cap_flags, unit->cap, ecap_flags, unit->ecap);
	json_hex(json, "gsts_at_entry", unit->gsts);
	json_flags(json, "state_at_entry", gsts_flags, unit->gsts, NULL, 0);
	json_hex(json, "fsts_at_entry", unit->fsts);
	json_flags(json, "faults_at_entry", fsts_flags, unit->fsts, NULL, 0);
	json_hex(json, "pmen_at_entry", unit->pmen);
	json_flags(json, "protected_memory", pmen_flags, unit->pmen, NULL, 0);
	put_unit_dma(json, unit);
	put_unit_interrupts(json, unit);
	put_unit_queue(json, unit);
	json_end_object(json);
}

void json_domain(struct json *json, const struct handoff_view *view,
		 const struct handoff_domain *domain)
{
	json_object(json, NULL);
	json_number(json, "unit", domain->unit);
	json_number(json, "id", domain->id);
	json_number(json, "address_width", domain->address_width);
	json_hex(json, "old_root", domain->old_root);
	json_hex(json, "new_root", domain->new_root);
	json_number(json, "tables", domain->tables);
	json_number(json, "in_place", domain->in_place);
	json_number(json, "folded", domain->folded);
	json_number(json, "leaves", domain->leaves);
	json_number(json, "pasid", domain->pasid);
	json_bool(json, "first_level", domain->flags & HANDOFF_DOMAIN_FIRST_LEVEL);
	json_bool(json, "nested", domain->flags & HANDOFF_DOMAIN_NESTED);
	json_bool(json, "pass_through", domain->flags & HANDOFF_DOMAIN_PASS_THROUGH);
	json_bool(json, "fence", domain->flags & HANDOFF_DOMAIN_FENCE);
	json_bool(json, "garbage", domain->flags & HANDOFF_DOMAIN_GARBAGE);
	json_bool(json, "sunk", domain->flags & HANDOFF_DOMAIN_SUNK);
	json_bool(json, "identity", domain->flags & HANDOFF_DOMAIN_IDENTITY);
	json_bool(json, "shared", domain->flags & HANDOFF_DOMAIN_SHARED);
	json_bool(json, "coarse", domain->flags & HANDOFF_DOMAIN_COARSE);
	json_array(json, "ranges");
	for (uint32_t i = 0; i < domain->range_count; i++) {
		struct handoff_range range = handoff_get_range(view, domain->first_range + i);

		json_range(json, &range);
	}
	json_end_array(json);
	json_end_object(json);
}

void json_device(struct json *json, const struct handoff_view *view,
		 const struct handoff_device *device)
{
	json_object(json, NULL);
	json_string(json, "device",
		    device_name(device->segment, device->bus, device->devfn).text);
	json_number(json, "unit", device->unit);
	json_number(json, "domain_id", device->domain_id);
	json_string(json, "translation", translation_name(device->translation).text);
	json_string(json, "action", action_name(device->action).text);
	if (device->domain != HANDOFF_NO_DOMAIN) {
		struct handoff_domain domain = handoff_get_domain(view, device->domain);

		json_number(json, "domain", device->domain);
		json_number(json, "address_width", domain.address_width);
		json_number(json, "tables", domain.tables);
	} else {
		json_null(json, "domain");
		json_null(json, "address_width");
		json_number(json, "tables", 0);
	}
	json_words(json, "old_context", device->old_context, 2);
	json_end_object(json);
}

void json_pasid(struct json *json, const struct handoff_view *view,
		const struct handoff_pasid *pasid)
{
	json_object(json, NULL);
	if (pasid->device != HANDOFF_NO_DEVICE) {
		struct handoff_device device = handoff_get_device(view, pasid->device);

		json_string(json, "device",
			    device_name(device.segment, device.bus, device.devfn).text);
	} else {
		json_null(json, "device");
	}
	json_number(json, "pasid", pasid->pasid);
	json_number(json, "domain_id", pasid->domain_id);
	json_string(json, "translation", translation_name(pasid->translation).text);
	json_string(json, "action", action_name(pasid->action).text);
	if (pasid->domain != HANDOFF_NO_DOMAIN)
		json_number(json, "domain", pasid->domain);
	else
		json_null(json, "domain");
	json_words(json, "old_entry", pasid->old_entry, 3);
	json_end_object(json);
}
