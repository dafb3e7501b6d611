// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the outcome down to the log, as one would ask: what happened, to which unit, to whom, what
 * was wrong, how long did it take. Empty sections are left out.
 */
#include <inttypes.h>

#include "facts.h"
#include "names.h"
#include "show.h"
#include "show_functions.h"
#include "show_text_units.h"
#include "sentences.h"
#include "vtd.h"

/* "\nTITLE (COUNT, and DROPPED that found no room)"; false if there is nothing to show. */
static bool put_title(FILE *out, const struct handoff_view *view, enum handoff_section_type type,
		      const char *title)
{
	const struct handoff_slice *slice = &view->sections[type];

	if (slice->count == 0 && slice->dropped == 0)
		return false;
	fprintf(out, "\n%s (%u", title, slice->count);
	if (slice->dropped)
		fprintf(out, ", and %u that found no room", slice->dropped);
	fputs(")\n", out);
	return true;
}

/* Whole KiB; the 16 bytes of the node's header make an arena just less than a round number. */
static uint64_t kib(uint64_t bytes)
{
	return (bytes + 1023) >> 10;
}

/* A stub that knows of no other mode gives no reason. */
static void put_mode(FILE *out, const struct handoff_header *header)
{
	const char *text = hide_reason_text(header->hide_reason);

	fputs("IOMMU         ", out);
	if (header->mode == HANDOFF_HIDDEN)
		fputs("hidden from the kdump kernel", out);
	else
		fputs(mode_name(header->mode).text, out);
	if (header->hide_reason != HANDOFF_HIDE_OK)
		fprintf(out, " (%s%s%s)", hide_reason_name(header->hide_reason).text, *text ? ": " : "",
			text);
	fputc('\n', out);
}

static void put_summary(FILE *out, const struct handoff_view *view)
{
	const struct handoff_header *header = &view->header;
	struct totals totals = totals_of(view);

	fputs("outcome       ", out);
	text_reason(out, outcome_name(header->outcome).text, header->reason);
	put_mode(out, header);
	if (!view->digest_ok)
		fputs("digest        WRONG: the report was damaged after it was sealed\n", out);
	fputs("stub          ", out);
	put_text(out, header->stub_version, version_length(header));
	fprintf(out, ", %" PRIu64 " us in all\n", totals.stub_us);
	fprintf(out, "arena         %" PRIu64 " KiB at 0x%" PRIx64 ", %" PRIu64
		" KiB of it tables\n", kib(header->total_size), header->base,
		kib(totals.tables_bytes));
	fprintf(out, "copied        %" PRIu64 " tables, %" PRIu64 " KiB with interrupt tables\n",
		totals.tables_copied, kib(totals.bytes_copied));
	fprintf(out, "quarantined   %" PRIu64 "\n", totals.quarantined);
	for (uint32_t i = 0; i < view->sections[HANDOFF_CRASH_REGION].count; i++) {
		struct handoff_range range = handoff_get_crash_range(view, i);

		fprintf(out, "crash region  0x%" PRIx64 "-0x%" PRIx64 "\n", range.first,
			range.last);
	}
}

static void put_units(FILE *out, const struct handoff_view *view)
{
	if (!put_title(out, view, HANDOFF_UNITS, "Units"))
		return;
	for (uint32_t i = 0; i < view->sections[HANDOFF_UNITS].count; i++) {
		struct handoff_unit unit = handoff_get_unit(view, i);

		text_unit(out, &unit, i);
	}
}

static void put_devices(FILE *out, const struct handoff_view *view)
{
	if (!put_title(out, view, HANDOFF_DEVICES, "Devices"))
		return;
	fputs("  device        unit  domain  width  translation   tables  action\n", out);
	for (uint32_t i = 0; i < view->sections[HANDOFF_DEVICES].count; i++) {
		struct handoff_device device = handoff_get_device(view, i);

		text_device(out, view, &device);
	}
}

/*
 * What requests without a PASID meet stands in the devices' table: their entry is shown once more
 * only if it fared otherwise than the device as a whole.
 */
static bool is_news(const struct handoff_view *view, const struct handoff_pasid *pasid)
{
	struct handoff_device device;

	if (pasid->device == HANDOFF_NO_DEVICE)
		return true;
	device = handoff_get_device(view, pasid->device);
	return pasid->pasid != VTD_SMC_RID_PASID(device.old_context[1]) ||
	       pasid->action != device.action;
}

static void put_pasids(FILE *out, const struct handoff_view *view)
{
	const struct handoff_slice *slice = &view->sections[HANDOFF_PASIDS];
	bool titled = false;

	for (uint32_t i = 0; i < slice->count; i++) {
		struct handoff_pasid pasid = handoff_get_pasid(view, i);

		if (!is_news(view, &pasid))
			continue;
		if (!titled)
			fputs("\nPASIDs of these devices\n  device          PASID  domain  width  "
			      "translation   tables  action\n", out);
		titled = true;
		text_pasid(out, view, &pasid);
	}
	if (slice->dropped)
		fprintf(out, "%s  %u PASIDs found no room\n", titled ? "" : "\n", slice->dropped);
}

static void put_domains(FILE *out, const struct handoff_view *view, bool all_ranges)
{
	if (!put_title(out, view, HANDOFF_DOMAINS, "Domains"))
		return;
	for (uint32_t i = 0; i < view->sections[HANDOFF_DOMAINS].count; i++) {
		struct handoff_domain domain = handoff_get_domain(view, i);

		text_domain(out, view, &domain, all_ranges);
	}
	if (view->sections[HANDOFF_HOLES].count)
		fprintf(out, "  what they do not map leads to the scratch page at 0x%" PRIx64 "\n",
			(uint64_t)(handoff_get_hole(view, 0).entry & VTD_SL_ADDRESS));
}

static void put_records(FILE *out, const struct handoff_view *view)
{
	if (!put_title(out, view, HANDOFF_RECORDS, "Quarantine"))
		return;
	for (uint32_t i = 0; i < view->sections[HANDOFF_RECORDS].count; i++) {
		struct handoff_record record = handoff_get_record(view, i);

		fprintf(out, "  %u. ", i + 1);
		sentence_record(out, &record, "     ");
	}
}

static void put_faults(FILE *out, const struct handoff_view *view)
{
	if (!put_title(out, view, HANDOFF_FAULTS, "Faults before the stub"))
		return;
	for (uint32_t i = 0; i < view->sections[HANDOFF_FAULTS].count; i++) {
		struct handoff_fault fault = handoff_get_fault(view, i);

		fputs("  ", out);
		sentence_fault(out, view, &fault);
	}
}

static void put_functions(FILE *out, const struct handoff_view *view)
{
	if (!put_title(out, view, HANDOFF_FUNCTIONS, "PCI functions at the crash"))
		return;
	text_function_heading(out);
	for (uint32_t i = 0; i < view->sections[HANDOFF_FUNCTIONS].count; i++) {
		struct handoff_function function = handoff_get_function(view, i);

		text_function(out, &function);
	}
}

static void put_rmrrs(FILE *out, const struct handoff_view *view)
{
	if (!put_title(out, view, HANDOFF_RMRRS, "Reserved memory regions (RMRR)"))
		return;
	for (uint32_t i = 0; i < view->sections[HANDOFF_RMRRS].count; i++) {
		struct handoff_rmrr rmrr = handoff_get_rmrr(view, i);

		fprintf(out, "  0x%" PRIx64 "-0x%" PRIx64 ", segment %04x, %u device scopes",
			rmrr.base, rmrr.limit, rmrr.segment, rmrr.scopes);
		if (rmrr.scopes)
			fprintf(out, ", first %s", device_name(rmrr.segment, rmrr.first_bus,
							       rmrr.first_devfn).text);
		fputc('\n', out);
	}
}

static void put_timing(FILE *out, const struct handoff_view *view)
{
	uint32_t count = view->sections[HANDOFF_TIMING].count;

	if (count == 0)
		return;
	fputs("\nTime in the stub\n", out);
	for (uint32_t i = 0; i < count; i++) {
		struct handoff_timing timing = handoff_get_timing(view, i);

		fprintf(out, "  %-10s %8" PRIu64 " us\n", phase_name(timing.phase).text, timing.us);
	}
	fprintf(out, "  %-10s %8" PRIu64 " us\n", "total", totals_of(view).stub_us);
}

static void put_log(FILE *out, const struct handoff_view *view)
{
	const struct handoff_slice *log = &view->sections[HANDOFF_LOG];

	if (log->length == 0 && log->dropped == 0)
		return;
	fputs("\nLog\n", out);
	put_text(out, log->entries, log->length);
	if (log->length && log->entries[log->length - 1] != '\n')
		fputc('\n', out);
	if (log->dropped)
		fprintf(out, "(%u more bytes found no room)\n", log->dropped);
}

void show_text_findings(FILE *out, const struct handoff_view *view, bool all_ranges)
{
	put_units(out, view);
	put_devices(out, view);
	put_pasids(out, view);
	put_domains(out, view, all_ranges);
	put_records(out, view);
	put_faults(out, view);
	put_functions(out, view);
	put_rmrrs(out, view);
}

void show_text(FILE *out, const struct handoff_view *view, bool all_ranges)
{
	put_summary(out, view);
	show_text_findings(out, view, all_ranges);
	put_timing(out, view);
	put_log(out, view);
}
