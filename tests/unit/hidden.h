/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hidden.h - a run that is to hide the IOMMU, and the judgement of what it did
 *
 * Judged in two parts: what check_run() says of every run holds when the units have switched, before anything
 * is hidden; then, what hiding may change, and what it must.
 */
#ifndef HIDDEN_H
#define HIDDEN_H

#include "builder.h"

/*
 * Run the stub on the machine and judge all of it. b->options has to ask for it. Returns whether there was
 * something to switch; result_header() says whether it was hidden.
 */
bool hidden_run(struct build *b);

#endif /* HIDDEN_H */
