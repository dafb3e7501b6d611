/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cell_machine.h - machines that are sound but for one cell of the campaign (tests/inject)
 */
#ifndef CELL_MACHINE_H
#define CELL_MACHINE_H

#include <stdbool.h>

/*
 * Build a unit in legacy mode with a few devices, their tables and interrupts, all sound; let the
 * injector damage one structure, cell and places chosen (choices.h); run the stub, judge with
 * check_run(). Returns whether the switch came about.
 */
bool cell_machine_run(void);

#endif /* CELL_MACHINE_H */
