// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"
#include "pci_regs.h"
#include "show_functions.h"
#include "show_text_units.h"

/* May it do DMA, and what would become of that? */
static const char *dma(const struct handoff_function *function)
{
	bool context = function->flags & HANDOFF_FUNCTION_CONTEXT;

	if (function->flags & HANDOFF_FUNCTION_ABSENT)
		return "absent";
	if (function->command & PCI_COMMAND_MASTER)
		return context ? "on" : "on, no context entry";
	return context ? "off" : "off, no context entry";
}

/* "NAME 0x<value>: bits", if any of the bits that have a word is set */
static void put_errors(FILE *out, const char *name, const struct flag *flags, uint32_t value)
{
	const char *separator = ": ";
	uint64_t known = 0;

	for (const struct flag *flag = flags; flag->name; flag++)
		known |= flag->mask;
	if (!(value & known))
		return;
	fprintf(out, "      %s 0x%x", name, value);
	text_flags(out, flags, value, &separator);
	fputc('\n', out);
}

static void put_aer(FILE *out, const struct handoff_function *function)
{
	const char *first = first_error_name(function);

	put_errors(out, "AER uncorrectable", uncorrectable_flags, function->aer_uncorrectable);
	if (first)
		fprintf(out, "        first: %s, %s, header %08x %08x %08x %08x\n", first,
			function->aer_severity >> (function->aer_control & 31) & 1 ? "fatal" : "non-fatal",
			function->header_log[0], function->header_log[1], function->header_log[2],
			function->header_log[3]);
	put_errors(out, "AER correctable", correctable_flags, function->aer_correctable);
}

static void put_root(FILE *out, const struct handoff_function *function)
{
	uint32_t source = function->error_source, status = function->root_status;

	put_errors(out, "root error status", root_status_flags, status);
	if (status & 1)
		fprintf(out, "        correctable error of %s\n",
			device_name(function->segment, source >> 8 & 0xff, source & 0xff).text);
	if (status & 4)
		fprintf(out, "        uncorrectable error of %s\n",
			device_name(function->segment, source >> 24, source >> 16 & 0xff).text);
}

void text_function_heading(FILE *out)
{
	fputs("  device        vendor:id  class   DMA                    command\n", out);
}

void text_function(FILE *out, const struct handoff_function *function)
{
	struct label name = device_name(function->segment, function->bus, function->devfn);
	const char *separator = ": ";

	if (function->flags & HANDOFF_FUNCTION_ABSENT) {
		fprintf(out, "  %s  it does not answer\n", name.text);
		return;
	}
	fprintf(out, "  %s  %04x:%04x  %06x  %-21s  0x%04x", name.text, function->vendor, function->device,
		function->class_revision >> 8, dma(function), function->command);
	text_flags(out, command_flags, function->command, &separator);
	fputs(function->flags & HANDOFF_FUNCTION_VIRTUAL ? "; a virtual function\n" : "\n", out);
	put_errors(out, "status", status_flags, function->status);
	if (function->flags & HANDOFF_FUNCTION_BRIDGE) {
		fprintf(out, "      bridge to buses %02x to %02x\n", function->secondary, function->subordinate);
		put_errors(out, "secondary status", status_flags, function->secondary_status);
	}
	if (function->flags & HANDOFF_FUNCTION_EXPRESS)
		put_errors(out, "device status", device_status_flags, function->device_status);
	if (function->flags & HANDOFF_FUNCTION_AER)
		put_aer(out, function);
	if (function->flags & HANDOFF_FUNCTION_ROOT)
		put_root(out, function);
	if (function->flags & HANDOFF_FUNCTION_BAD_LIST)
		fputs("      its capability list is damaged\n", out);
}
