/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * params.h - what the kdump kernel's command line tells the stub
 *
 * Options are `dmarelay.NAME=VALUE`; the last one of a name counts, as with Linux. A value that is
 * none of the allowed ones is reported and the default stays. README.md describes each option.
 */
#ifndef PARAMS_H
#define PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"

/* In the order of their words in params_parse(). */
enum params_policy { POLICY_KEEP, POLICY_ISOLATE, POLICY_OFF };
enum params_bad { BAD_SINK, BAD_BLOCK };
enum params_holes { HOLES_SINK, HOLES_KEEP };
enum params_pasid { PASID_KEEP, PASID_DROP };
enum params_faults { FAULTS_KEEP, FAULTS_MUTE };
enum params_fence { FENCE_AUTO, FENCE_ON, FENCE_OFF };
enum params_pci { PCI_ON, PCI_OFF };
enum params_iommu { IOMMU_AUTO, IOMMU_HIDE, IOMMU_SHOW };

struct params {
	uint8_t policy;			/* dmarelay.policy=keep|isolate|off: enum params_policy */
	uint8_t bad;			/* dmarelay.bad=sink|block: enum params_bad */
	uint8_t holes;			/* dmarelay.holes=sink|keep: enum params_holes */
	uint8_t pasid;			/* dmarelay.pasid=keep|drop, of PASIDs but the device's own */
	uint8_t faults;			/* dmarelay.faults=keep|mute: enum params_faults */
	uint8_t fence;			/* dmarelay.fence=auto|on|off: enum params_fence */
	bool adopt_off;			/* dmarelay=off, the adopting kernel's own option */
	uint8_t pci;			/* dmarelay.pci=on|off, the survey: enum params_pci */
	uint8_t iommu;			/* dmarelay.iommu=auto|hide|show: enum params_iommu */
	bool console;			/* dmarelay.log=ttyS0[,115200]|off */
	unsigned int console_port;	/* 0-3 */
	uint32_t console_baud;
	uint32_t budget_ms;		/* dmarelay.budget=MILLISECONDS, for the whole run */
	bool elfcorehdr_given;		/* elfcorehdr=[SIZE@]ADDRESS, the kernel's own option */
	uint64_t elfcorehdr;		/* physical address */
	uint64_t acpi_rsdp;		/* acpi_rsdp=ADDRESS, the kernel's own option; 0 if it is not given */
};

#define PARAMS_BUDGET_DEFAULT	15000u
#define PARAMS_BUDGET_MIN	1u
#define PARAMS_BUDGET_MAX	60000u

/* Parse `command_line` (NUL-terminated). Complaints go to the report's log. */
void params_parse(struct params *params, const char *command_line, struct report *report);

#endif /* PARAMS_H */
