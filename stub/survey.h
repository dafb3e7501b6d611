/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * survey.h - the state of PCI functions at the crash
 */
#ifndef SURVEY_H
#define SURVEY_H

#include "relay.h"

/*
 * Add to the report: each function that has a context entry, and all others of the first bus of each
 * segment, of the buses that have such functions, and of those behind their bridges. Only reads. At
 * most 1/SURVEY_SHARE of the run's time is spent; functions with a context entry that were not
 * reached count as dropped.
 */
#define SURVEY_SHARE	16
void survey(struct relay *relay);

#endif /* SURVEY_H */
