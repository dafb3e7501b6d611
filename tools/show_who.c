// SPDX-License-Identifier: GPL-2.0-only
#include "show_who.h"

#include <inttypes.h>

#include "facts.h"
#include "names.h"
#include "rules.h"
#include "show_json_units.h"

/* What a requester reaches of what is asked for; NULL: it has no tables. */
static const struct reach *reach_of(const struct answer *answer, const struct requester *requester)
{
	return requester->domain < answer->reaches->count ?
	       &answer->reaches->domains[requester->domain] : NULL;
}

static bool passes_through(const struct requester *requester)
{
	return requester->translation == HANDOFF_PASS_THROUGH &&
	       !requester_is_quarantined(requester);
}

/* Tables that several requesters use count once. */
static uint64_t missing_tables(const struct answer *answer)
{
	uint64_t missing = 0;

	for (uint32_t i = 0; i < answer->reaches->count; i++)
		missing += answer->reaches->domains[i].missing;
	return missing;
}

/* How many of `count` runs are shown, if *left may be. */
static uint32_t take_runs(const struct answer *answer, uint32_t count, uint32_t *left)
{
	uint32_t shown = count < answer->most ? count : answer->most;

	if (shown > *left)
		shown = *left;
	*left -= shown;
	return shown;
}

static bool has_more(const struct answer *answer, uint32_t left)
{
	if (!left)
		return true;
	for (uint32_t i = 0; i < answer->reaches->count; i++)
		if (answer->reaches->domains[i].more)
			return true;
	return false;
}

const char *tables_word(const struct tables *tables)
{
	return tables_copied(tables) ? "copied" : "original";
}

static struct label requester_name(const struct requester *requester)
{
	const struct handoff_device *device = &requester->device;

	return device_name(device->segment, device->bus, device->devfn);
}

/* ---- Text ---- */

static void put_requester(FILE *out, const struct requester *requester)
{
	fprintf(out, "  %s", requester_name(requester).text);
	if (requester->has_pasid)
		fprintf(out, " PASID %u", requester->pasid);
	fprintf(out, ", domain %u", requester->found_id);
	if (requester->translation == HANDOFF_NESTED)
		fputs(", at most, as its guest allows", out);
}

static const char *access_word(const struct hit *hit)
{
	return hit->read && hit->write ? "read, write" : hit->read ? "read" : "write";
}

static void put_hit(FILE *out, const struct hit *hit)
{
	fprintf(out, "    IOVA 0x%" PRIx64 "-0x%" PRIx64 " -> 0x%" PRIx64 "-0x%" PRIx64 ": %s%s\n",
		hit->iova, hit->iova + (hit->last - hit->first), hit->first, hit->last,
		access_word(hit), hit->bad ? "; quarantined by the stub" : "");
}

static bool put_reached(FILE *out, const struct answer *answer, const struct requester *requester,
			uint32_t *left)
{
	const struct reach *reach = reach_of(answer, requester);
	uint32_t shown;

	if (passes_through(requester)) {
		put_requester(out, requester);
		fputs(": pass-through, all memory: read, write\n", out);
		return true;
	}
	if (!reach || !reach->count)
		return false;
	put_requester(out, requester);
	fputc('\n', out);
	shown = take_runs(answer, reach->count, left);
	for (uint32_t i = 0; i < shown; i++)
		put_hit(out, &reach->hits[i]);
	if (reach->count > shown)
		fprintf(out, "    and %u more runs\n", reach->count - shown);
	return true;
}

void text_reached(FILE *out, const struct answer *answer)
{
	uint64_t missing = missing_tables(answer);
	uint32_t left = ANSWER_MAX_RUNS;
	bool any = false;

	for (uint32_t i = 0; i < answer->requesters->count; i++)
		any |= put_reached(out, answer, &answer->requesters->all[i], &left);
	if (!any)
		fputs("  no device\n", out);
	if (missing)
		fprintf(out, "  %" PRIu64 " tables are not in the %s: more may be reached\n", missing,
			tables_copied(answer->tables) ? "handoff" : "dump");
	if (has_more(answer, left))
		fputs("  there is more than can be listed\n", out);
}

/* Records about whole devices; of the copies, also about tables that were not copied. */
static bool leaves_unknown(const struct tables *tables, const struct handoff_record *record)
{
	if (record->action == HANDOFF_REPAIRED)
		return false;
	switch (record->object) {
	case HANDOFF_ROOT_TABLE:
	case HANDOFF_ROOT_ENTRY:
	case HANDOFF_CONTEXT:
	case HANDOFF_PASID_DIRECTORY:
	case HANDOFF_PASID:
		return true;
	case HANDOFF_PAGE_TABLE:
		return tables_copied(tables);
	default:
		return false;
	}
}

static void put_unknown(FILE *out, const struct handoff_record *record)
{
	const struct rule *rule = rule_find(record->rule);

	fputs("  ", out);
	if (record->object == HANDOFF_ROOT_TABLE)
		fprintf(out, "all devices of unit %u", record->unit);
	else if (record->object == HANDOFF_ROOT_ENTRY)
		fprintf(out, "devices of bus %s", bus_name(record->segment, record->bus).text);
	else
		fputs(device_name(record->segment, record->bus, record->devfn).text, out);
	if (record->object == HANDOFF_PASID)
		fprintf(out, " PASID %" PRIu64, record->iova);
	if (record->object == HANDOFF_PASID_DIRECTORY)
		fprintf(out, " PASIDs %" PRIu64 "-%" PRIu64, record->iova, record->iova + 63);
	if (record->object == HANDOFF_PAGE_TABLE)
		fprintf(out, " IOVA 0x%" PRIx64 "-0x%" PRIx64, record->iova,
			last_of(record->iova, record->size));
	fprintf(out, ": %s%s%s\n", rule_name(record->rule).text, rule ? ", " : "",
		rule ? rule->why : "");
}

void text_unknown(FILE *out, const struct tables *tables)
{
	bool titled = false;

	for (uint32_t i = 0; i < tables->view->sections[HANDOFF_RECORDS].count; i++) {
		struct handoff_record record = handoff_get_record(tables->view, i);

		if (!leaves_unknown(tables, &record))
			continue;
		if (!titled)
			fputs("\nNot known, since what led there was bad\n", out);
		titled = true;
		put_unknown(out, &record);
	}
}

void text_region(FILE *out, enum region_kind kind, const struct region *region)
{
	const struct memory_ranges *ranges = &region->ranges;
	uint64_t size = 0;

	fprintf(out, "%s%s", kind ? "\n" : "", region_name(kind));
	if (region->unknown) {
		fprintf(out, ": not known, %s\n", region->unknown);
		return;
	}
	for (uint32_t i = 0; i < ranges->count; i++)
		size += ranges->all[i].last - ranges->all[i].first + 1;
	fprintf(out, ": %" PRIu64 " KiB", size >> 10);
	if (ranges->count)
		fprintf(out, " from 0x%" PRIx64, ranges->all[0].first);
	if (ranges->count > 1)
		fprintf(out, " on, in %u pieces", ranges->count);
	fputc('\n', out);
}

/* ---- JSON ---- */

static void json_requester(struct json *json, const struct requester *requester)
{
	json_string(json, "device", requester_name(requester).text);
	if (requester->has_pasid)
		json_number(json, "pasid", requester->pasid);
	else
		json_null(json, "pasid");
	json_number(json, "domain_id", requester->found_id);
	json_string(json, "translation", translation_name(requester->translation).text);
	json_bool(json, "pass_through", passes_through(requester));
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
		const struct reach *reach = reach_of(answer, requester);
		uint32_t shown;

		if (!passes_through(requester) && (!reach || !reach->count))
			continue;
		json_object(json, NULL);
		json_requester(json, requester);
		json_array(json, "runs");
		shown = reach ? take_runs(answer, reach->count, &left) : 0;
		for (uint32_t j = 0; j < shown; j++)
			json_hit(json, &reach->hits[j]);
		json_end_array(json);
		json_end_object(json);
	}
	json_end_array(json);
	json_number(json, "missing_tables", missing_tables(answer));
	json_bool(json, "more", has_more(answer, left));
}

void json_unknown(struct json *json, const struct tables *tables)
{
	json_array(json, "unknown");
	for (uint32_t i = 0; i < tables->view->sections[HANDOFF_RECORDS].count; i++) {
		struct handoff_record record = handoff_get_record(tables->view, i);

		if (!leaves_unknown(tables, &record))
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
