/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * repair.h - what firmware's own devices use must be mapped (VT-d spec 8.4)
 *
 * A device whose reserved memory (RMRR) does not translate to itself may take the machine down: it
 * belongs to firmware, which goes on using it whatever the kernel does.
 */
#ifndef REPAIR_H
#define REPAIR_H

#include <stdbool.h>

#include "relay.h"

/*
 * After all tables have been copied: see that each reserved region of each kept device translates
 * to itself in our copies. What is not mapped, or went to the sink, is mapped; what is mapped to
 * other memory stays, since a guest or a driver may have put it there. Each leaves a record. False
 * if the time budget ran out.
 */
bool repair_reserved(struct relay *relay);

#endif /* REPAIR_H */
