/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dmar_mask.h - a DMAR table without its name, which kernels pass by
 */
#ifndef DMAR_MASK_H
#define DMAR_MASK_H

#include <stdbool.h>
#include <stdint.h>

#include "relay.h"

#define DMAR_MASK_MAX	8u

struct dmar_mask {
	phys_t table[DMAR_MASK_MAX];
	uint8_t checksum[DMAR_MASK_MAX];	/* as they were */
	uint32_t count;
};

/*
 * Mask each DMAR table that an entry of the XSDT or the RSDT refers to, of the RSDP that boot_params name and
 * of the one in acpi_rsdp=, and mend its checksum; then look again. False if one is left, cannot be written
 * or lies in RAM, or there are too many: dmar_unmask() then undoes what was done.
 */
bool dmar_mask(struct relay *relay, struct dmar_mask *mask);

/* Give them their name back. */
void dmar_unmask(struct dmar_mask *mask);

#endif /* DMAR_MASK_H */
