// SPDX-License-Identifier: GPL-2.0-only
/*
 * One function an object. Keys stay what they are once released: programs read them. Addresses and
 * register values are "0x..." strings, since many readers of JSON lose bits beyond the 53rd.
 */
#include "facts.h"
#include "json.h"
#include "names.h"
#include "show.h"
#include "show_functions.h"
#include "show_json_units.h"
#include "rules.h"

/* Whom a record costs: null where that is the whole unit, or a whole bus. */
static void put_victim(struct json *json, const struct handoff_record *record)
{
	bool unit_wide = record->object == HANDOFF_ROOT_TABLE ||
			 record->object == HANDOFF_IR_TABLE;

	json_number(json, "unit", record->unit);
	if (unit_wide)
		json_null(json, "bus");
	else
		json_string(json, "bus", bus_name(record->segment, record->bus).text);
	if (unit_wide || record->object == HANDOFF_ROOT_ENTRY)
		json_null(json, "device");
	else
		json_string(json, "device",
			    device_name(record->segment, record->bus, record->devfn).text);
}

static void put_record(struct json *json, const struct handoff_record *record)
{
	const struct rule *rule = rule_find(record->rule);

	json_object(json, NULL);
	json_string(json, "rule", rule_name(record->rule).text);
	json_string(json, "section", rule ? rule->section : "");
	json_string(json, "why", rule ? rule->why : "");
	json_string(json, "object", object_name(record->object).text);
	json_string(json, "action", action_name(record->action).text);
	put_victim(json, record);
	json_number(json, "domain_id", record->domain_id);
	json_number(json, "level", record->level);
	json_bool(json, "in_place", record->in_place);
	json_hex(json, "where", record->where);
	json_words(json, "found", record->found, 2);
	json_hex(json, "iova", record->iova);
	json_hex(json, "size", record->size);
	json_hex(json, "target", record->target);
	json_end_object(json);
}

static void put_fault(struct json *json, const struct handoff_view *view,
		      const struct handoff_fault *entry)
{
	struct fault fault = fault_of(entry);
	uint32_t segment = handoff_get_unit(view, entry->unit).segment;

	json_object(json, NULL);
	json_number(json, "unit", entry->unit);
	json_hex(json, "fsts", entry->fsts);
	json_flags(json, "status", fsts_flags, entry->fsts, NULL, 0);
	json_words(json, "record", entry->record, 2);
	if (fault.present) {
		json_string(json, "device", device_name(segment, fault.source >> 8,
							fault.source & 0xff).text);
		if (fault.has_pasid)
			json_number(json, "pasid", fault.pasid);
		else
			json_null(json, "pasid");
		json_string(json, "type", fault.type);
		json_hex(json, fault.interrupt ? "index" : "address", fault.address);
		json_number(json, "reason", fault.reason);
		json_string(json, "reason_text", fault_text(fault.reason));
	}
	json_end_object(json);
}

static void put_rmrr(struct json *json, const struct handoff_rmrr *rmrr)
{
	json_object(json, NULL);
	json_number(json, "segment", rmrr->segment);
	json_hex(json, "base", rmrr->base);
	json_hex(json, "limit", rmrr->limit);
	json_number(json, "scopes", rmrr->scopes);
	if (rmrr->scopes)
		json_string(json, "first_device", device_name(rmrr->segment, rmrr->first_bus,
							      rmrr->first_devfn).text);
	else
		json_null(json, "first_device");
	json_end_object(json);
}

/* A phase may come in parts, each with an entry of its own. Their sum has one key. */
static void put_timing(struct json *json, const struct handoff_view *view)
{
	uint64_t us[HANDOFF_PHASE_HIDE + 1] = { 0 };
	bool shown[HANDOFF_PHASE_HIDE + 1] = { false };
	uint32_t count = view->sections[HANDOFF_TIMING].count;

	for (uint32_t i = 0; i < count; i++) {
		struct handoff_timing timing = handoff_get_timing(view, i);

		if (timing.phase <= HANDOFF_PHASE_HIDE)
			us[timing.phase] += timing.us;
	}
	json_object(json, "timing");
	for (uint32_t i = 0; i < count; i++) {
		struct handoff_timing timing = handoff_get_timing(view, i);
		bool known = timing.phase <= HANDOFF_PHASE_HIDE;

		if (known && shown[timing.phase])
			continue;
		if (known)
			shown[timing.phase] = true;
		json_number(json, phase_name(timing.phase).text, known ? us[timing.phase] : timing.us);
	}
	json_end_object(json);
}

/* What did not fit into its section: 0 in a report that is whole. */
static void put_dropped(struct json *json, const struct handoff_view *view)
{
	static const struct {
		enum handoff_section_type type;
		const char *key;
	} sections[] = {
		{ HANDOFF_UNITS, "units" }, { HANDOFF_DOMAINS, "domains" },
		{ HANDOFF_DEVICES, "devices" }, { HANDOFF_PASIDS, "pasids" },
		{ HANDOFF_RANGES, "ranges" }, { HANDOFF_RECORDS, "records" },
		{ HANDOFF_FAULTS, "faults" }, { HANDOFF_RMRRS, "rmrrs" },
		{ HANDOFF_FUNCTIONS, "functions" }, { HANDOFF_LOG, "log" },
	};

	json_object(json, "dropped");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		json_number(json, sections[i].key, view->sections[sections[i].type].dropped);
	json_end_object(json);
}

static void put_summary(struct json *json, const struct handoff_view *view)
{
	const struct handoff_header *header = &view->header;
	struct totals totals = totals_of(view);

	json_string(json, "outcome", outcome_name(header->outcome).text);
	json_string(json, "reason", reason_name(header->reason).text);
	json_string(json, "mode", mode_name(header->mode).text);
	json_string(json, "hide_reason", hide_reason_name(header->hide_reason).text);
	json_bool(json, "digest_ok", view->digest_ok);
	json_bytes(json, "stub_version", header->stub_version, version_length(header));
	json_hex(json, "base", header->base);
	json_number(json, "arena_bytes", header->total_size);
	json_number(json, "tables_bytes", totals.tables_bytes);
	json_number(json, "tables_copied", totals.tables_copied);
	json_number(json, "bytes_copied", totals.bytes_copied);
	json_number(json, "quarantined", totals.quarantined);
	json_number(json, "stub_us", totals.stub_us);
}

/* An array with one element an entry of a section; `put` is a statement about `entry`. */
#define PUT_ARRAY(json, view, key, section, getter, put)				\
	do {										\
		json_array(json, key);							\
		for (uint32_t i = 0; i < (view)->sections[section].count; i++) {	\
			__auto_type entry = getter(view, i);				\
			put;								\
		}									\
		json_end_array(json);							\
	} while (0)

void show_json(FILE *out, const struct handoff_view *view)
{
	struct json writer = { .out = out, .first = true };
	struct json *json = &writer;
	const struct handoff_slice *log = &view->sections[HANDOFF_LOG];

	json_object(json, NULL);
	put_summary(json, view);
	PUT_ARRAY(json, view, "units", HANDOFF_UNITS, handoff_get_unit, json_unit(json, &entry));
	PUT_ARRAY(json, view, "domains", HANDOFF_DOMAINS, handoff_get_domain,
		  json_domain(json, view, &entry));
	PUT_ARRAY(json, view, "devices", HANDOFF_DEVICES, handoff_get_device,
		  json_device(json, view, &entry));
	PUT_ARRAY(json, view, "pasids", HANDOFF_PASIDS, handoff_get_pasid,
		  json_pasid(json, view, &entry));
	PUT_ARRAY(json, view, "records", HANDOFF_RECORDS, handoff_get_record,
		  put_record(json, &entry));
	PUT_ARRAY(json, view, "faults", HANDOFF_FAULTS, handoff_get_fault,
		  put_fault(json, view, &entry));
	PUT_ARRAY(json, view, "functions", HANDOFF_FUNCTIONS, handoff_get_function,
		  json_function(json, &entry));
	PUT_ARRAY(json, view, "rmrrs", HANDOFF_RMRRS, handoff_get_rmrr, put_rmrr(json, &entry));
	PUT_ARRAY(json, view, "crash_region", HANDOFF_CRASH_REGION, handoff_get_crash_range,
		  json_range(json, &entry));
	PUT_ARRAY(json, view, "holes", HANDOFF_HOLES, handoff_get_hole, json_hex(json, NULL, entry.entry));
	put_timing(json, view);
	put_dropped(json, view);
	json_bytes(json, "log", log->entries, log->length);
	json_end_object(json);
}
