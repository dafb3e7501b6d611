// SPDX-License-Identifier: GPL-2.0-only
#include "show_who.h"

#include <inttypes.h>

#include "facts.h"
#include "names.h"
#include "rules.h"

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
	const struct reach *reach = answer_reach(answer, requester);
	uint32_t shown;

	if (requester_passes_through(requester)) {
		put_requester(out, requester);
		fputs(": pass-through, all memory: read, write\n", out);
		return true;
	}
	if (!reach || !reach->count)
		return false;
	put_requester(out, requester);
	fputc('\n', out);
	shown = answer_take(answer, reach->count, left);
	for (uint32_t i = 0; i < shown; i++)
		put_hit(out, &reach->hits[i]);
	if (reach->count > shown)
		fprintf(out, "    and %u more runs\n", reach->count - shown);
	return true;
}

void text_reached(FILE *out, const struct answer *answer)
{
	uint64_t missing = answer_missing(answer);
	uint32_t left = ANSWER_MAX_RUNS;
	bool any = false;

	for (uint32_t i = 0; i < answer->requesters->count; i++)
		any |= put_reached(out, answer, &answer->requesters->all[i], &left);
	if (!any)
		fputs("  no device\n", out);
	if (missing)
		fprintf(out, "  %" PRIu64 " tables are not in the %s: more may be reached\n", missing,
			tables_copied(answer->tables) ? "handoff" : "dump");
	if (answer_has_more(answer, left))
		fputs("  there is more than can be listed\n", out);
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

		if (!record_leaves_unknown(tables, &record))
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
