// SPDX-License-Identifier: GPL-2.0-only
#include "show_who.h"

#include "names.h"
#include "show_json_units.h"

static void json_requester(struct json *json, const struct requester *requester)
{
	json_string(json, "device", requester_name(requester).text);
	if (requester->has_pasid)
		json_number(json, "pasid", requester->pasid);
	else
		json_null(json, "pasid");
	json_number(json, "domain_id", requester->found_id);
	json_string(json, "translation", translation_name(requester->translation).text);
	json_bool(json, "pass_through", requester_passes_through(requester));
}

static void json_hit(struct json *json, const struct hit *hit)
{
	json_flat_object(json, NULL);
	json_hex(json, "iova", hit->iova);
	json_hex(json, "first", hit->first);
	json_hex(json, "last", hit->last);
	json_bool(json, "read", hit->read);
	json_bool(json, "write", hit->write);
	json_bool(json, "quarantined", hit->bad);
	json_end_object(json);
}

void json_reached(struct json *json, const struct answer *answer)
{
	uint32_t left = ANSWER_MAX_RUNS;

	json_array(json, "reached");
	for (uint32_t i = 0; i < answer->requesters->count; i++) {
		const struct requester *requester = &answer->requesters->all[i];
		const struct reach *reach = answer_reach(answer, requester);
		uint32_t shown;

		if (!requester_passes_through(requester) && (!reach || !reach->count))
			continue;
		json_object(json, NULL);
		json_requester(json, requester);
		json_array(json, "runs");
		shown = reach ? answer_take(answer, reach->count, &left) : 0;
		for (uint32_t j = 0; j < shown; j++)
			json_hit(json, &reach->hits[j]);
		json_end_array(json);
		json_end_object(json);
	}
	json_end_array(json);
	json_number(json, "missing_tables", answer_missing(answer));
	json_bool(json, "more", answer_has_more(answer, left));
}

void json_unknown(struct json *json, const struct tables *tables)
{
	json_array(json, "unknown");
	for (uint32_t i = 0; i < tables->view->sections[HANDOFF_RECORDS].count; i++) {
		struct handoff_record record = handoff_get_record(tables->view, i);

		if (!record_leaves_unknown(tables, &record))
			continue;
		json_object(json, NULL);
		json_string(json, "rule", rule_name(record.rule).text);
		json_string(json, "object", object_name(record.object).text);
		json_number(json, "unit", record.unit);
		json_string(json, "device",
			    device_name(record.segment, record.bus, record.devfn).text);
		json_hex(json, "iova", record.iova);
		json_hex(json, "size", record.size);
		json_end_object(json);
	}
	json_end_array(json);
}

void json_region(struct json *json, const struct region *region)
{
	json_bool(json, "known", !region->unknown);
	json_array(json, "ranges");
	for (uint32_t i = 0; i < region->ranges.count; i++)
		json_range(json, &region->ranges.all[i]);
	json_end_array(json);
}
