/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trial.h - one row, from tables and live DMA through the stub to the judgement
 */
#ifndef TRIAL_H
#define TRIAL_H

#include <stdbool.h>

#include "rows.h"

/*
 * Prints what does not hold, and one line with the outcome. True if all holds. Without `commit` all
 * is copied, but the unit not switched: that must not pass.
 */
bool trial_run(const struct row *row, bool commit);

#endif /* TRIAL_H */
