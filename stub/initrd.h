/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * initrd.h - ACPI tables that an initrd brings (Linux: CONFIG_ACPI_TABLE_UPGRADE)
 */
#ifndef INITRD_H
#define INITRD_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"

/*
 * Does a file below kernel/firmware/acpi/ in the uncompressed archives (newc, cpio(5)) that the initrd begins
 * with have the signature of a DMAR table? Linux would install it beside the firmware's.
 */
bool initrd_brings_dmar(phys_t start, uint64_t size);

#endif /* INITRD_H */
