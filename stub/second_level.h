/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * second_level.h - the rules of second-level paging entries (VT-d spec 9.8)
 */
#ifndef SECOND_LEVEL_H
#define SECOND_LEVEL_H

#include "pagetable.h"
#include "unit.h"

/* The format as `unit` implements it. */
struct pt_format second_level_format(const struct unit *unit);

#endif /* SECOND_LEVEL_H */
