/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * small.h - tables short enough for a proof; first in a harness, which includes the stub's sources
 *
 * A page table has TABLE_ENTRIES entries instead of 512: an index beyond them does not exist. Where
 * memory is modelled, a page is TABLE_ENTRIES quadwords. There is one unit instead of 256, which keeps
 * struct relay small; no step of a walk looks at a unit. All else is as in the stub: 5 levels, an entry
 * of level n covers 512^(n - 1) pages, addresses count pages of 4 KiB.
 */
#ifndef SMALL_H
#define SMALL_H

#include "vtd.h"

#undef VTD_ENTRIES
#define VTD_ENTRIES	TABLE_ENTRIES

#include "unit.h"

#undef UNIT_MAX
#define UNIT_MAX	1

#include "proof.h"

#endif /* SMALL_H */
