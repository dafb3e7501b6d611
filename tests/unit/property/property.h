/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * property.h - trying machines in processes of their own, which may die of them
 */
#ifndef PROPERTY_H
#define PROPERTY_H

#include "choices.h"

/* Memory that child processes share, zeroed. */
void *shared_memory(size_t size);

/* Does the machine of these choices fail? It has a process of its own; quiet: without its messages. */
bool machine_fails(const struct choices *choices, bool quiet);

/* Delete and lower bytes as long as the machine goes on failing. Returns how many were tried. */
unsigned int shrink(struct choices *choices);

#endif /* PROPERTY_H */
