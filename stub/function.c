// SPDX-License-Identifier: GPL-2.0-only
#include "function.h"

#include "pci_regs.h"

/*
 * Where capability `id` is, 0 if there is none. Sets *bad where the list leads into the header, or
 * has more entries than there is room for.
 */
static uint32_t find_capability(const struct pci_function *function, uint32_t id, bool *bad)
{
	uint32_t at = pci_read32(function, PCI_LIST) & 0xfc;

	for (unsigned int i = 0; i < PCI_LIST_MOST && at; i++) {
		uint32_t head;

		if (at < PCI_LIST_FIRST)
			break;
		head = pci_read32(function, at);
		if ((head & 0xff) == id)
			return at;
		at = PCI_LIST_NEXT(head);
	}
	*bad |= at != 0;
	return 0;
}

/* The same among the extended ones; a space without any begins with zeros, or ones. */
static uint32_t find_extended(const struct pci_function *function, uint32_t id, bool *bad)
{
	uint32_t at = PCI_EXT_FIRST;

	for (unsigned int i = 0; i < PCI_EXT_MOST && at; i++) {
		uint32_t head;

		if (at < PCI_EXT_FIRST)
			break;
		head = pci_read32(function, at);
		if (!head || head == PCI_NOTHING)
			return 0;
		if ((head & 0xffff) == id)
			return at;
		at = PCI_EXT_NEXT(head);
	}
	*bad |= at != 0;
	return 0;
}

static void read_bridge(const struct pci_function *function, struct handoff_function *found)
{
	uint32_t buses = pci_read32(function, PCI_BUSES);

	found->flags |= HANDOFF_FUNCTION_BRIDGE;
	found->secondary = (uint8_t)(buses >> 8);
	found->subordinate = (uint8_t)(buses >> 16);
	found->secondary_status = (uint16_t)(pci_read32(function, PCI_SECONDARY_STATUS) >> 16);
	found->bridge_control = (uint16_t)(pci_read32(function, PCI_BRIDGE_CONTROL) >> 16);
}

static void read_errors(const struct pci_function *function, struct handoff_function *found, bool *bad)
{
	bool root = found->port_type == PCI_EXP_ROOT_PORT || found->port_type == PCI_EXP_COLLECTOR;
	uint32_t at = find_extended(function, PCI_EXT_AER, bad);

	if (!at)
		return;
	if (at > PCI_EXT_END - (root ? PCI_AER_ROOT_SIZE : PCI_AER_SIZE)) {
		*bad = true;
		return;
	}
	found->flags |= HANDOFF_FUNCTION_AER;
	found->aer_uncorrectable = pci_read32(function, at + PCI_AER_UNCORRECTABLE);
	found->aer_severity = pci_read32(function, at + PCI_AER_SEVERITY);
	found->aer_correctable = pci_read32(function, at + PCI_AER_CORRECTABLE);
	found->aer_control = pci_read32(function, at + PCI_AER_CONTROL);
	for (unsigned int i = 0; i < 4; i++)
		found->header_log[i] = pci_read32(function, at + PCI_AER_HEADER_LOG + 4 * i);
	if (!root)
		return;
	found->flags |= HANDOFF_FUNCTION_ROOT;
	found->root_status = pci_read32(function, at + PCI_AER_ROOT_STATUS);
	found->error_source = pci_read32(function, at + PCI_AER_SOURCE);
}

static void read_express(const struct pci_function *function, struct handoff_function *found)
{
	bool bad = false;
	uint32_t at = find_capability(function, PCI_CAP_EXPRESS, &bad), device;

	if (at > PCI_SPACE - PCI_EXP_SIZE) {
		bad = true;
	} else if (at) {
		device = pci_read32(function, at + PCI_EXP_DEVICE);
		found->flags |= HANDOFF_FUNCTION_EXPRESS;
		found->port_type = PCI_EXP_TYPE(pci_read32(function, at));
		found->device_control = (uint16_t)device;
		found->device_status = (uint16_t)(device >> 16);
		if (function->at.pa)
			read_errors(function, found, &bad);
		else
			found->flags |= HANDOFF_FUNCTION_NO_EXTENDED;
	}
	if (bad)
		found->flags |= HANDOFF_FUNCTION_BAD_LIST;
}

bool function_read(const struct pci_function *function, bool expected, struct handoff_function *found)
{
	uint32_t id = pci_read32(function, PCI_ID), command, layout;

	*found = (struct handoff_function){
		.segment = (uint16_t)function->segment,
		.bus = function->bus,
		.devfn = function->devfn,
		.flags = expected ? HANDOFF_FUNCTION_CONTEXT : 0,
	};
	if (id == PCI_NOTHING && !expected)
		return false;
	command = pci_read32(function, PCI_COMMAND);
	if (id == PCI_NOTHING && command == PCI_NOTHING) {
		found->flags |= HANDOFF_FUNCTION_ABSENT;
		return true;
	}
	/* The ids of a virtual function are its parent's (PCI Express 9.3.4.1.1). */
	if (id == PCI_NOTHING)
		found->flags |= HANDOFF_FUNCTION_VIRTUAL;
	found->vendor = (uint16_t)id;
	found->device = (uint16_t)(id >> 16);
	found->command = (uint16_t)command;
	found->status = (uint16_t)(command >> 16);
	found->class_revision = pci_read32(function, PCI_CLASS);
	found->header_type = (uint8_t)(pci_read32(function, PCI_HEADER_TYPE) >> 16);
	layout = found->header_type & PCI_HEADER_LAYOUT;
	if (layout == PCI_HEADER_BRIDGE)
		read_bridge(function, found);
	if (layout <= PCI_HEADER_BRIDGE && command & PCI_STATUS_LIST)
		read_express(function, found);
	return true;
}

bool function_buses(const struct pci_function *function, uint8_t *first, uint8_t *last)
{
	uint32_t layout = pci_read32(function, PCI_HEADER_TYPE) >> 16 & PCI_HEADER_LAYOUT;
	uint32_t buses = pci_read32(function, PCI_BUSES);

	*first = (uint8_t)(buses >> 8);
	*last = (uint8_t)(buses >> 16);
	return layout == PCI_HEADER_BRIDGE && *first > function->bus && *last >= *first;
}
