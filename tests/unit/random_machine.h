/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * random_machine.h - machines of all kinds, sound and damaged, made of choices (choices.h)
 */
#ifndef RANDOM_MACHINE_H
#define RANDOM_MACHINE_H

#include "builder.h"

/*
 * One to three units of any mode and capability set, in any segment, with devices, tables and
 * interrupt entries; most often damaged: flipped bits, foreign words, pages of garbage, tables that
 * lead to each other. Every page of the crashed kernel's RAM can be read.
 */
struct build *random_machine(void);

/* Build one, run the stub on it, judge with check_run(). Returns whether the switch came about. */
bool random_machine_run(void);

/* The same with dmarelay.iommu=hide, judged by hidden_run(). Returns whether the IOMMU was hidden. */
bool random_machine_run_hidden(void);

#endif /* RANDOM_MACHINE_H */
