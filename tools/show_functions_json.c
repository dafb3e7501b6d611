// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"
#include "pci_regs.h"
#include "show_functions.h"
#include "show_json_units.h"

static void put_bridge(struct json *json, const struct handoff_function *function)
{
	if (!(function->flags & HANDOFF_FUNCTION_BRIDGE)) {
		json_null(json, "bridge");
		return;
	}
	json_object(json, "bridge");
	json_string(json, "secondary", bus_name(function->segment, function->secondary).text);
	json_string(json, "subordinate", bus_name(function->segment, function->subordinate).text);
	json_hex(json, "secondary_status", function->secondary_status);
	json_flags(json, "secondary_events", status_flags, function->secondary_status, NULL, 0);
	json_hex(json, "control", function->bridge_control);
	json_end_object(json);
}

static void put_express(struct json *json, const struct handoff_function *function)
{
	if (!(function->flags & HANDOFF_FUNCTION_EXPRESS)) {
		json_null(json, "express");
		return;
	}
	json_object(json, "express");
	json_string(json, "port_type", port_type_name(function->port_type));
	json_hex(json, "device_control", function->device_control);
	json_hex(json, "device_status", function->device_status);
	json_flags(json, "device_events", device_status_flags, function->device_status, NULL, 0);
	json_bool(json, "extended_space", !(function->flags & HANDOFF_FUNCTION_NO_EXTENDED));
	json_end_object(json);
}

static void put_aer(struct json *json, const struct handoff_function *function)
{
	const char *first = first_error_name(function);
	uint64_t log[4];

	if (!(function->flags & HANDOFF_FUNCTION_AER)) {
		json_null(json, "aer");
		return;
	}
	for (unsigned int i = 0; i < 4; i++)
		log[i] = function->header_log[i];
	json_object(json, "aer");
	json_hex(json, "uncorrectable", function->aer_uncorrectable);
	json_flags(json, "uncorrectable_errors", uncorrectable_flags, function->aer_uncorrectable, NULL, 0);
	json_hex(json, "severity", function->aer_severity);
	json_hex(json, "correctable", function->aer_correctable);
	json_flags(json, "correctable_errors", correctable_flags, function->aer_correctable, NULL, 0);
	json_hex(json, "control", function->aer_control);
	if (first)
		json_string(json, "first_error", first);
	else
		json_null(json, "first_error");
	json_words(json, "header_log", log, 4);
	json_end_object(json);
}

static void put_root(struct json *json, const struct handoff_function *function)
{
	uint32_t source = function->error_source;

	if (!(function->flags & HANDOFF_FUNCTION_ROOT)) {
		json_null(json, "root");
		return;
	}
	json_object(json, "root");
	json_hex(json, "status", function->root_status);
	json_flags(json, "events", root_status_flags, function->root_status, NULL, 0);
	json_string(json, "correctable_source",
		    device_name(function->segment, source >> 8 & 0xff, source & 0xff).text);
	json_string(json, "uncorrectable_source",
		    device_name(function->segment, source >> 24, source >> 16 & 0xff).text);
	json_end_object(json);
}

void json_function(struct json *json, const struct handoff_function *function)
{
	json_object(json, NULL);
	json_string(json, "device",
		    device_name(function->segment, function->bus, function->devfn).text);
	json_bool(json, "context_entry", function->flags & HANDOFF_FUNCTION_CONTEXT);
	json_bool(json, "absent", function->flags & HANDOFF_FUNCTION_ABSENT);
	json_bool(json, "virtual", function->flags & HANDOFF_FUNCTION_VIRTUAL);
	json_hex(json, "vendor", function->vendor);
	json_hex(json, "id", function->device);
	json_hex(json, "class", function->class_revision >> 8);
	json_hex(json, "revision", function->class_revision & 0xff);
	json_bool(json, "bus_master", function->command & PCI_COMMAND_MASTER);
	json_hex(json, "command", function->command);
	json_flags(json, "command_bits", command_flags, function->command, NULL, 0);
	json_hex(json, "status", function->status);
	json_flags(json, "events", status_flags, function->status, NULL, 0);
	put_bridge(json, function);
	put_express(json, function);
	put_aer(json, function);
	put_root(json, function);
	json_bool(json, "bad_capability_list", function->flags & HANDOFF_FUNCTION_BAD_LIST);
	json_end_object(json);
}
