/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ranges.h - the IOVA ranges of a domain, collected while its tables are walked
 */
#ifndef RANGES_H
#define RANGES_H

#include "handoff.h"
#include "report.h"

/*
 * Add [first, last], which must not lie below what was added before, to the domain's slice of
 * HANDOFF_RANGES. Only the domain that is walked last may grow. A range that touches the one
 * before extends it; when room is short, the one before is stretched across the gap and the domain
 * marked COARSE: the list may then claim too much, never too little.
 */
void ranges_add(struct report *report, struct handoff_domain *domain, uint64_t first, uint64_t last);

/* Take back all that was added from `first` on. */
void ranges_forget(struct report *report, struct handoff_domain *domain, uint64_t first);

/* As ranges_add(), where [first, last] has all that was added from `first` on: it stands for these. */
void ranges_cover(struct report *report, struct handoff_domain *domain, uint64_t first, uint64_t last);

#endif /* RANGES_H */
