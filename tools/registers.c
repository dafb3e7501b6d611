// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words for the bits of a unit's registers, and for the codes in its fault records. Only what helps
 * an engineer to see what kind of unit this is, and what state it was in.
 */
#include <stddef.h>

#include "names.h"
#include "vtd.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct flag cap_flags[] = {
	{ VTD_BIT(9), "39-bit" },		/* SAGAW */
	{ VTD_BIT(10), "48-bit" },
	{ VTD_BIT(11), "57-bit" },
	{ VTD_BIT(34), "2M-pages" },		/* SLLPS */
	{ VTD_BIT(35), "1G-pages" },
	{ VTD_CAP_CM, "caching-mode" },
	{ VTD_CAP_RWBF, "needs-write-buffer-flush" },
	{ VTD_CAP_PLMR | VTD_CAP_PHMR, "protected-memory" },
	{ VTD_CAP_PI, "posted-interrupts" },
	{ 0, NULL },
};

const struct flag ecap_flags[] = {
	{ VTD_ECAP_C, "coherent-walks" },
	{ VTD_ECAP_QI, "queued-invalidation" },
	{ VTD_ECAP_IR, "interrupt-remapping" },
	{ VTD_ECAP_EIM, "x2apic" },
	{ VTD_ECAP_PT, "pass-through" },
	{ VTD_ECAP_DT, "device-tlbs" },
	{ VTD_ECAP_SC, "snoop-control" },
	{ VTD_ECAP_SMTS, "scalable-mode" },
	{ VTD_ECAP_FLTS, "first-level" },	/* these three: in scalable mode */
	{ VTD_ECAP_SLTS, "second-level" },
	{ VTD_ECAP_NEST, "nested" },
	{ 0, NULL },
};

/* GSTS (11.4.5): what was on when the stub arrived */
const struct flag gsts_flags[] = {
	{ VTD_G_TE, "translation" },
	{ VTD_G_SRTP, "root-table-set" },
	{ VTD_G_QIE, "queued-invalidation" },
	{ VTD_G_IRE, "interrupt-remapping" },
	{ VTD_G_SIRTP, "interrupt-table-set" },
	{ VTD_G_CFI, "compatibility-interrupts" },
	{ VTD_G_WBF, "write-buffer-flush-pending" },
	{ 0, NULL },
};

const struct flag fsts_flags[] = {
	{ VTD_FSTS_PFO, "overflow" },
	{ VTD_FSTS_PPF, "fault-pending" },
	{ VTD_FSTS_IQE, "queue-error" },
	{ VTD_FSTS_ICE, "completion-error" },
	{ VTD_FSTS_ITE, "invalidation-timeout" },
	{ 0, NULL },
};

const struct flag pmen_flags[] = {
	{ VTD_PMEN_EPM, "enabled" },
	{ VTD_PMEN_PRS, "protected-regions-on" },
	{ 0, NULL },
};

/*
 * VT-d spec 7.1.3 "Fault Reason Encodings": legacy mode from 1 on, interrupts from 20h on, scalable
 * mode from 30h on.
 */
static const char *const faults[] = {
	[0x01] = "the root entry is not present",
	[0x02] = "the context entry is not present",
	[0x03] = "the context entry is invalid",
	[0x04] = "the address is beyond the unit's or the domain's address width",
	[0x05] = "the page is not writable",
	[0x06] = "the page is not readable",
	[0x07] = "the next page table cannot be accessed",
	[0x08] = "the root table cannot be accessed",
	[0x09] = "the context table cannot be accessed",
	[0x0a] = "reserved bits are set in the root entry",
	[0x0b] = "reserved bits are set in the context entry",
	[0x0c] = "reserved bits are set in a paging entry",
	[0x0d] = "the context entry blocks translation requests",
	[0x0e] = "the page is in the interrupt address range",
	[0x20] = "reserved bits are set in the interrupt request",
	[0x21] = "the interrupt index is beyond the table",
	[0x22] = "the interrupt entry is not present",
	[0x23] = "the interrupt table cannot be accessed",
	[0x24] = "reserved bits are set in the interrupt entry",
	[0x25] = "a compatibility-format interrupt was blocked",
	[0x26] = "the interrupt's source is not the one that the entry allows",
	[0x27] = "the posted-interrupt descriptor cannot be accessed",
	[0x28] = "reserved bits are set in the posted-interrupt descriptor",
	[0x30] = "the root table address is invalid",
	[0x31] = "the root table's mode does not allow this request",
	[0x32] = "the root table's mode does not allow page requests",
	[0x38] = "the root table cannot be accessed",
	[0x39] = "the root entry is not present",
	[0x3a] = "reserved bits are set in the root entry",
	[0x40] = "the context table cannot be accessed",
	[0x41] = "the context entry is not present",
	[0x42] = "reserved bits are set in the context entry",
	[0x43] = "the context entry is invalid",
	[0x44] = "the context entry does not allow device TLBs",
	[0x45] = "the context entry does not allow PASIDs",
	[0x46] = "the PASID is beyond the directory",
	[0x47] = "the context entry does not allow page requests",
	[0x48] = "the context entry's RID_PASID is invalid",
	[0x50] = "the PASID directory cannot be accessed",
	[0x51] = "the PASID directory entry is not present",
	[0x52] = "reserved bits are set in the PASID directory entry",
	[0x58] = "the PASID table cannot be accessed",
	[0x59] = "the PASID entry is not present",
	[0x5a] = "reserved bits are set in the PASID entry",
	[0x5b] = "the PASID entry is invalid",
	[0x5c] = "the PASID entry does not allow execute requests",
	[0x5d] = "the PASID entry does not allow supervisor requests",
	[0x70] = "the first-level page table cannot be accessed",
	[0x71] = "the first-level paging entry is not present",
	[0x72] = "reserved bits are set in the first-level paging entry",
	[0x73] = "the first-level top table cannot be accessed",
	[0x74] = "the first-level table is beyond what the nested second level translates",
	[0x75] = "the nested second level does not allow reading the first-level top table",
	[0x76] = "the nested second level does not allow reading the first-level page table",
	[0x77] = "the nested second level does not allow writing the first-level page table",
	[0x78] = "the second-level page table cannot be accessed",
	[0x79] = "the second-level paging entry does not allow it",
	[0x7a] = "reserved bits are set in the second-level paging entry",
	[0x7b] = "the second-level top table cannot be accessed",
	[0x7c] = "accessed or dirty bits could not be set in the second-level paging entry",
	[0x80] = "the address is not canonical",
	[0x81] = "the first-level page is not for user requests",
	[0x82] = "the page is not executable",
	[0x83] = "the address is beyond the unit's address width",
	[0x84] = "the address is beyond the second-level address width",
	[0x85] = "the page is not writable",
	[0x86] = "the page is not readable",
	[0x87] = "the page is in the interrupt address range",
	[0x90] = "accessed or dirty bits could not be set in the first-level paging entry",
	[0x91] = "accessed or dirty bits could not be set atomically in the first-level paging entry",
};

const char *fault_text(uint32_t code)
{
	return code < COUNT(faults) && faults[code] ? faults[code] : "a reason not known here";
}
