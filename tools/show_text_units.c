// SPDX-License-Identifier: GPL-2.0-only
#include "show_text_units.h"

#include <inttypes.h>

#include "names.h"
#include "vtd.h"

#define FEW_RANGES	4	/* of a domain, unless all are asked for */

void text_reason(FILE *out, const char *word, uint32_t reason)
{
	const char *text = reason_text(reason);

	fputs(word, out);
	if (reason != HANDOFF_OK)
		fprintf(out, " (%s%s%s)", reason_name(reason).text, *text ? ": " : "", text);
	fputc('\n', out);
}

void text_flags(FILE *out, const struct flag *flags, uint64_t value, const char **separator)
{
	for (const struct flag *flag = flags; flag->name; flag++) {
		if (value & flag->mask) {
			fprintf(out, "%s%s", *separator, flag->name);
			*separator = ", ";
		}
	}
}

/* Not of a unit where there is nothing to tell, nor of an older stub, which did not tell. */
static void put_register(FILE *out, const char *name, const struct flag *flags, uint32_t value)
{
	const char *separator = ": ";

	if (!value)
		return;
	fprintf(out, "                  %s 0x%08x", name, value);
	text_flags(out, flags, value, &separator);
	fputc('\n', out);
}

static void put_capabilities(FILE *out, const struct handoff_unit *unit)
{
	const char *separator = "    capabilities  ";

	text_flags(out, cap_flags, unit->cap, &separator);
	text_flags(out, ecap_flags, unit->ecap, &separator);
	fprintf(out, "\n    limits        input address bits: %u, domain ids: %llu, fault records: "
		"%u\n", (unsigned int)VTD_CAP_MGAW(unit->cap),
		1ull << (4 + 2 * VTD_CAP_ND(unit->cap)), (unsigned int)VTD_CAP_NFR(unit->cap));

	separator = ": ";
	fprintf(out, "    at entry      GSTS 0x%08x", unit->gsts);
	text_flags(out, gsts_flags, unit->gsts, &separator);
	fputc('\n', out);
	put_register(out, "FSTS", fsts_flags, unit->fsts);
	put_register(out, "PMEN", pmen_flags, unit->pmen);
}

/* "WHAT 0x<old> -> 0x<new>"; what was not moved has no new place */
static void text_move(FILE *out, const char *what, uint64_t from, uint64_t to)
{
	fprintf(out, "%s 0x%" PRIx64, what, from);
	if (to)
		fprintf(out, " -> 0x%" PRIx64, to);
}

static const char *fate(uint32_t flags, uint32_t active, uint32_t switched)
{
	if (flags & switched)
		return "switched";
	return flags & active ? "left as it was" : "was off";
}

void text_unit(FILE *out, const struct handoff_unit *unit, uint32_t index)
{
	bool scalable = unit->flags & HANDOFF_UNIT_SCALABLE_MODE;

	fprintf(out, "  unit %u: registers at 0x%" PRIx64 ", segment %04x, version %s\n", index,
		unit->base, unit->segment, unit_version(unit->version).text);
	put_capabilities(out, unit);

	fputs("    DMA           ", out);
	text_reason(out, fate(unit->flags, HANDOFF_UNIT_DMA_ACTIVE, HANDOFF_UNIT_DMA_SWITCHED),
		   unit->dma_reason);
	fprintf(out, "                  %s mode, ", unit_mode(unit));
	text_move(out, "root", unit->old_root, unit->new_root);
	fprintf(out, "; copied: %u root%s tables, %u page tables; in place: %u%s\n",
		unit->root_tables, scalable ? ", context and PASID" : " and context",
		unit->page_tables, unit->in_place,
		unit->flags & HANDOFF_UNIT_ROOT_SINK ? "; the root was bad: all in the sink" : "");

	fputs("    interrupts    ", out);
	text_reason(out, fate(unit->flags, HANDOFF_UNIT_IR_ACTIVE, HANDOFF_UNIT_IR_SWITCHED),
		   unit->ir_reason);
	if (unit->flags & (HANDOFF_UNIT_IR_ACTIVE | HANDOFF_UNIT_IR_SWITCHED)) {
		text_move(out, "                  table", unit->old_irta, unit->new_irta);
		fprintf(out, "; entries: %llu, in use: %u\n",
			(unsigned long long)VTD_IRTA_ENTRIES(unit->old_irta), unit->irtes);
	}
	if (unit->flags & HANDOFF_UNIT_QI) {
		fprintf(out, "    old queue     IQA 0x%" PRIx64 ", head 0x%" PRIx64 ", tail 0x%"
			PRIx64, unit->old_iqa, unit->old_iqh, unit->old_iqt);
		if (unit->iqercd)
			fprintf(out, ", IQERCD 0x%" PRIx64, unit->iqercd);
		fputc('\n', out);
	}
}

void text_device(FILE *out, const struct handoff_view *view, const struct handoff_device *device)
{
	struct handoff_domain domain = { 0 };

	if (device->domain != HANDOFF_NO_DOMAIN)
		domain = handoff_get_domain(view, device->domain);
	fprintf(out, "  %s  %4u  %6u  %5u  %-12s  %6u  %s\n",
		device_name(device->segment, device->bus, device->devfn).text, device->unit,
		device->domain_id, domain.address_width,
		translation_name(device->translation).text, domain.tables,
		action_name(device->action).text);
}

void text_pasid(FILE *out, const struct handoff_view *view, const struct handoff_pasid *pasid)
{
	struct label user = { "-" };
	struct handoff_domain domain = { 0 };

	if (pasid->device != HANDOFF_NO_DEVICE) {
		struct handoff_device device = handoff_get_device(view, pasid->device);

		user = device_name(device.segment, device.bus, device.devfn);
	}
	if (pasid->domain != HANDOFF_NO_DOMAIN)
		domain = handoff_get_domain(view, pasid->domain);
	fprintf(out, "  %-12s  %7u  %6u  %5u  %-12s  %6u  %s\n", user.text, pasid->pasid,
		pasid->domain_id, domain.address_width,
		translation_name(pasid->translation).text, domain.tables,
		action_name(pasid->action).text);
}

static const char *kind(const struct handoff_domain *domain)
{
	if (domain->flags & HANDOFF_DOMAIN_FIRST_LEVEL)
		return "first-level, ";
	return domain->flags & HANDOFF_DOMAIN_NESTED ? "second level of a nested one, " : "";
}

void text_domain(FILE *out, const struct handoff_view *view, const struct handoff_domain *domain,
		 bool all_ranges)
{
	uint32_t shown = domain->range_count;

	if (shown > FEW_RANGES && !all_ranges)
		shown = FEW_RANGES;
	fprintf(out, "  domain %u of unit %u", domain->id, domain->unit);
	if (domain->pasid)
		fprintf(out, ", PASID %u", domain->pasid);
	fputs(": ", out);
	if (domain->flags & HANDOFF_DOMAIN_PASS_THROUGH) {
		fputs("pass-through\n", out);
		return;
	}
	fprintf(out, "%s%u bits,", kind(domain), domain->address_width);
	if (domain->flags & HANDOFF_DOMAIN_FENCE) {
		text_move(out, " root", domain->new_root, 0);
		fprintf(out, "; a fence in the place of pass-through, tables made: %u, ", domain->tables);
	} else {
		text_move(out, " root", domain->old_root, domain->new_root);
		fprintf(out, "; tables copied: %u, ", domain->tables);
	}
	if (domain->folded)
		fprintf(out, "folded into superpages: %u, ", domain->folded);
	fprintf(out, "in place: %u%s%s%s\n", domain->in_place,
		domain->flags & HANDOFF_DOMAIN_SHARED ? "; shared with an earlier domain" : "",
		domain->flags & HANDOFF_DOMAIN_SUNK ? "; sunk in part" : "",
		domain->flags & HANDOFF_DOMAIN_IDENTITY ? "; changed for hidden mode" : "");
	fprintf(out, "    leaves: %" PRIu64 ", IOVA ranges: %u%s\n", domain->leaves,
		domain->range_count, domain->flags & HANDOFF_DOMAIN_COARSE ?
		", merged across gaps for want of room" : "");
	for (uint32_t i = 0; i < shown; i++) {
		struct handoff_range range = handoff_get_range(view, domain->first_range + i);

		fprintf(out, "    0x%" PRIx64 "-0x%" PRIx64 "\n", range.first, range.last);
	}
	if (shown < domain->range_count)
		fprintf(out, "    and %u more (--ranges shows all)\n", domain->range_count - shown);
}
