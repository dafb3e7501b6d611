/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - what must hold after every run, whatever the machine was
 */
#ifndef CHECK_H
#define CHECK_H

#include "builder.h"

/*
 * DESIGN: after build_run() returned, either nothing was touched, or each switched unit translates
 * every device's addresses as before, but for what the stub had to replace, which has a record. No
 * entry that hardware refuses, none into the crash region; one translation a domain id; tables in
 * memory when the unit was told of them; units that were left have their old tables.
 */
void check_run(const struct build *b);

/* Nothing at all was touched: no register, no memory outside the arena. */
void check_untouched(const struct build *b);

#endif /* CHECK_H */
