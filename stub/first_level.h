/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * first_level.h - the rules of first-level paging entries (VT-d spec 9.7)
 */
#ifndef FIRST_LEVEL_H
#define FIRST_LEVEL_H

#include "pagetable.h"
#include "unit.h"

/* The format as `unit` implements it. */
struct pt_format first_level_format(const struct unit *unit);

#endif /* FIRST_LEVEL_H */
