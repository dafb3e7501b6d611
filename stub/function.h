/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * function.h - one PCI function: what its configuration space says that helps after a crash
 */
#ifndef FUNCTION_H
#define FUNCTION_H

#include <stdbool.h>

#include "handoff.h"
#include "pci_config.h"

/*
 * Read command, status, bus numbers, PCI Express and AER state of `function` into *found. False if
 * nothing answers there, unless something is `expected`, which is then told to be absent. Capability
 * lists are read as far as they make sense, and bounded.
 */
bool function_read(const struct pci_function *function, bool expected, struct handoff_function *found);

/*
 * The buses behind the bridge `function`, as they would be if it forwards to any: the first is higher
 * than its own, and the last no lower. False if it is no such bridge.
 */
bool function_buses(const struct pci_function *function, uint8_t *first, uint8_t *last);

#endif /* FUNCTION_H */
