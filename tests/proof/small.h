/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * small.h - tables short enough for a proof; first in a harness, which includes the stub's sources
 *
 * A page table has TABLE_ENTRIES entries instead of 512; what an index beyond would reach does not
 * exist. All else is as it is: an entry of level n covers 512^(n - 1) pages, addresses count pages of
 * 4 KiB. Where memory is modelled, a page is the TABLE_ENTRIES quadwords at its front.
 */
#ifndef SMALL_H
#define SMALL_H

#include "vtd.h"

#undef VTD_ENTRIES
#define VTD_ENTRIES	TABLE_ENTRIES

#include "unit.h"

#include "pagetable.h"

#undef PAGETABLE_MAX_LEVELS
#define PAGETABLE_MAX_LEVELS	3u
#undef PAGETABLE_MAX_FORMATS
#define PAGETABLE_MAX_FORMATS	1u

#undef UNIT_MAX
#define UNIT_MAX	1

#include "proof.h"

#endif /* SMALL_H */
