// SPDX-License-Identifier: GPL-2.0-only
#include "sentences.h"

#include <inttypes.h>

#include "addr.h"
#include "facts.h"
#include "names.h"
#include "rules.h"
#include "vtd.h"

/* A domain has been told from the others by the time that it gets an id, which is never 0. */
static void put_device(FILE *out, const struct handoff_record *record)
{
	fprintf(out, "Device %s, ",
		device_name(record->segment, record->bus, record->devfn).text);
	if (record->domain_id)
		fprintf(out, "domain %u of ", record->domain_id);
	fprintf(out, "unit %u", record->unit);
}

static void put_iovas(FILE *out, const struct handoff_record *record)
{
	fprintf(out, "IOVA 0x%" PRIx64 "-0x%" PRIx64, record->iova,
		last_of(record->iova, record->size));
}

/* "Device 0000:00:1b.0, domain 7 of unit 0: the leaf for IOVA 0x...-0x... referred to 0x..." */
static void put_object(FILE *out, const struct handoff_record *record)
{
	switch (record->object) {
	case HANDOFF_ROOT_TABLE:
		fprintf(out, "Unit %u: the root table pointer", record->unit);
		break;
	case HANDOFF_ROOT_ENTRY:
		fprintf(out, "Bus %s of unit %u: the root entry",
			bus_name(record->segment, record->bus).text, record->unit);
		break;
	case HANDOFF_CONTEXT:
		put_device(out, record);
		if (record->rule == HANDOFF_RULE_HIDE_CONFLICT)
			fprintf(out, ": %" PRIu64 " pages of its IOVA space",
				(uint64_t)(record->size / PAGE_SIZE));
		else
			fputs(": the context entry", out);
		break;
	case HANDOFF_PAGE_TABLE:
		put_device(out, record);
		fputs(": the table entry for ", out);
		put_iovas(out, record);
		break;
	case HANDOFF_LEAF:
		put_device(out, record);
		fputs(": the leaf for ", out);
		put_iovas(out, record);
		break;
	case HANDOFF_IR_TABLE:
		fprintf(out, "Unit %u: the interrupt table pointer", record->unit);
		break;
	case HANDOFF_IRTE:
		fprintf(out, "Unit %u: interrupt entry %" PRIu64, record->unit, record->iova);
		break;
	case HANDOFF_PASID_DIRECTORY:
		put_device(out, record);
		fprintf(out, ": the directory entry for PASIDs %" PRIu64 "-%" PRIu64,
			record->iova, last_of(record->iova, VTD_PASID_ENTRIES));
		break;
	case HANDOFF_PASID:
		put_device(out, record);
		fprintf(out, ": the entry for PASID %" PRIu64, record->iova);
		break;
	default:
		fprintf(out, "Unit %u: %s", record->unit, object_name(record->object).text);
		break;
	}
	if (record->target)
		fprintf(out, " referred to 0x%" PRIx64, record->target);
	fputs(".\n", out);
}

static const char *deed(const struct handoff_record *record)
{
	switch (record->action) {
	case HANDOFF_KEPT:
		return "It was left as it was";
	case HANDOFF_SUNK:
		if (record->rule == HANDOFF_RULE_HIDE_CONFLICT)
			return "They now map the scratch page: the kdump kernel cannot use the device";
		return record->object == HANDOFF_LEAF ? "It now maps the scratch page"
						      : "All behind it now maps the scratch page";
	case HANDOFF_BLOCKED:
		return "It is now not present";
	case HANDOFF_REPAIRED:
		return "It was repaired, and stands";
	default:
		return "What was done to it is not known to this version";
	}
}

void sentence_record(FILE *out, const struct handoff_record *record, const char *indent)
{
	const struct rule *rule = rule_find(record->rule);

	put_object(out, record);
	if (rule)
		fprintf(out, "%s%s (VT-d spec %s): %s.\n", indent, rule->name, rule->section,
			rule->why);
	else
		fprintf(out, "%s%s: a rule that this version does not know.\n", indent,
			rule_name(record->rule).text);
	if (record->rule == HANDOFF_RULE_HIDE_CONFLICT) {
		fprintf(out, "%s%s.\n", indent, deed(record));
		return;
	}
	fprintf(out, "%s%s%s. Found 0x%016" PRIx64, indent, deed(record),
		record->in_place ? ", in the crashed kernel's own table" : "", record->found[0]);
	if (record->found[1])
		fprintf(out, " 0x%016" PRIx64, record->found[1]);
	if (record->where)
		fprintf(out, " at 0x%" PRIx64, record->where);
	if (record->level)
		fprintf(out, ", level %u", record->level);
	fputs(".\n", out);
}

static void put_fsts(FILE *out, uint32_t fsts)
{
	const char *separator = " (";

	fprintf(out, "FSTS 0x%08x", fsts);
	for (const struct flag *flag = fsts_flags; flag->name; flag++) {
		if (fsts & flag->mask) {
			fprintf(out, "%s%s", separator, flag->name);
			separator = ", ";
		}
	}
	if (separator[0] == ',')
		fputc(')', out);
}

void sentence_fault(FILE *out, const struct handoff_view *view, const struct handoff_fault *entry)
{
	struct fault fault = fault_of(entry);
	uint32_t segment = handoff_get_unit(view, entry->unit).segment;

	fprintf(out, "Unit %u, ", entry->unit);
	put_fsts(out, entry->fsts);
	if (!fault.present) {
		fputs(", no fault record.\n", out);
		return;
	}
	fprintf(out, ": %s by %s", fault.type,
		device_name(segment, fault.source >> 8, fault.source & 0xff).text);
	if (fault.has_pasid)
		fprintf(out, " PASID %u", fault.pasid);
	fputs(", ", out);
	fprintf(out, fault.interrupt ? "entry %" PRIu64 : "page 0x%" PRIx64, fault.address);
	fprintf(out, ": reason 0x%02x, %s.\n", fault.reason, fault_text(fault.reason));
}

void put_text(FILE *out, const void *text, size_t size)
{
	const unsigned char *byte = text;

	for (size_t i = 0; i < size; i++) {
		bool plain = (byte[i] >= 0x20 && byte[i] < 0x7f) || byte[i] == '\n' ||
			     byte[i] == '\t';

		fputc(plain ? byte[i] : '?', out);
	}
}
