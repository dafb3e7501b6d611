// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words for the bits of PCI configuration registers: the names of the PCI Express Base Specification,
 * chapter 7, without the "Status" and "Error" that all of a register's bits have.
 */
#include <stddef.h>

#include "names.h"
#include "pci_regs.h"

/* Command (7.5.1.1.3) */
const struct flag command_flags[] = {
	{ 1u << 0, "io-space" },
	{ 1u << 1, "memory-space" },
	{ PCI_COMMAND_MASTER, "bus-master" },
	{ 1u << 3, "special-cycles" },
	{ 1u << 4, "memory-write-and-invalidate" },
	{ 1u << 6, "parity-error-response" },
	{ 1u << 8, "serr" },
	{ 1u << 10, "interrupt-disable" },
	{ 0, NULL },
};

/* Status and Secondary Status (7.5.1.1.4, 7.5.1.3.7): what is an event, not a capability */
const struct flag status_flags[] = {
	{ 1u << 3, "interrupt-pending" },
	{ 1u << 8, "master-data-parity-error" },
	{ 1u << 11, "signaled-target-abort" },
	{ 1u << 12, "received-target-abort" },
	{ 1u << 13, "received-master-abort" },
	{ 1u << 14, "signaled-system-error" },
	{ 1u << 15, "detected-parity-error" },
	{ 0, NULL },
};

/* Device Status (7.5.3.5) */
const struct flag device_status_flags[] = {
	{ 1u << 0, "correctable-error-detected" },
	{ 1u << 1, "non-fatal-error-detected" },
	{ 1u << 2, "fatal-error-detected" },
	{ 1u << 3, "unsupported-request-detected" },
	{ 1u << 5, "transactions-pending" },
	{ 0, NULL },
};

/* Uncorrectable Error Status (7.8.4.2) */
const struct flag uncorrectable_flags[] = {
	{ 1u << 4, "data-link-protocol" },
	{ 1u << 5, "surprise-down" },
	{ 1u << 12, "poisoned-tlp-received" },
	{ 1u << 13, "flow-control-protocol" },
	{ 1u << 14, "completion-timeout" },
	{ 1u << 15, "completer-abort" },
	{ 1u << 16, "unexpected-completion" },
	{ 1u << 17, "receiver-overflow" },
	{ 1u << 18, "malformed-tlp" },
	{ 1u << 19, "ecrc" },
	{ 1u << 20, "unsupported-request" },
	{ 1u << 21, "acs-violation" },
	{ 1u << 22, "uncorrectable-internal" },
	{ 1u << 23, "mc-blocked-tlp" },
	{ 1u << 24, "atomicop-egress-blocked" },
	{ 1u << 25, "tlp-prefix-blocked" },
	{ 1u << 26, "poisoned-tlp-egress-blocked" },
	{ 0, NULL },
};

/* Correctable Error Status (7.8.4.5) */
const struct flag correctable_flags[] = {
	{ 1u << 0, "receiver" },
	{ 1u << 6, "bad-tlp" },
	{ 1u << 7, "bad-dllp" },
	{ 1u << 8, "replay-num-rollover" },
	{ 1u << 12, "replay-timer-timeout" },
	{ 1u << 13, "advisory-non-fatal" },
	{ 1u << 14, "corrected-internal" },
	{ 1u << 15, "header-log-overflow" },
	{ 0, NULL },
};

/* Root Error Status (7.8.4.10) */
const struct flag root_status_flags[] = {
	{ 1u << 0, "err-cor-received" },
	{ 1u << 1, "multiple-err-cor-received" },
	{ 1u << 2, "err-fatal-nonfatal-received" },
	{ 1u << 3, "multiple-err-fatal-nonfatal-received" },
	{ 1u << 4, "first-uncorrectable-fatal" },
	{ 1u << 5, "non-fatal-messages-received" },
	{ 1u << 6, "fatal-messages-received" },
	{ 0, NULL },
};

/* Device/Port Type (7.5.3.2) */
static const char *const port_types[] = {
	[0]			= "endpoint",
	[1]			= "legacy-endpoint",
	[PCI_EXP_ROOT_PORT]	= "root-port",
	[5]			= "upstream-port",
	[PCI_EXP_DOWNSTREAM]	= "downstream-port",
	[7]			= "pci-bridge",
	[8]			= "express-bridge",
	[9]			= "integrated-endpoint",
	[PCI_EXP_COLLECTOR]	= "event-collector",
};

const char *port_type_name(uint32_t type)
{
	return type < sizeof(port_types) / sizeof(port_types[0]) && port_types[type] ?
	       port_types[type] : "unknown";
}

const char *first_error_name(const struct handoff_function *function)
{
	uint32_t first = 1u << (function->aer_control & 31);

	for (const struct flag *flag = uncorrectable_flags; flag->name; flag++)
		if (flag->mask == first && function->aer_uncorrectable & first)
			return flag->name;
	return NULL;
}
