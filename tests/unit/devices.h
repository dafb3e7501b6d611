/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * devices.h - devices that never rest, and what they see
 *
 * The tests' devices go on with DMA and interrupts while the stub moves the unit beneath them: at
 * everything that happens to the unit, each probe (a device, a PASID and an address, or an interrupt
 * index) is tried in two ways. Through the unit's caches, which so fill with whatever the tables say
 * just then. And anew, as if nothing were cached, since a unit may drop an entry at any time. A read
 * and a write of each probe are in flight with the translation that they got, until the unit drains.
 *
 * Judged is what the devices see, nothing that is said in a log: during the switch a fresh access
 * goes where it went before or where it goes after; after it, cache and requests in flight are at
 * one with the tables. A step that is left out or comes too early leaves a cached entry behind.
 */
#ifndef DEVICES_H
#define DEVICES_H

#include "builder.h"
#include "mock_unit.h"

/* All units' devices start: probes are the edges of what the tables map, some of every device. */
void devices_start(const struct build *b);

/* They start anew, from what the units go by now: what is seen before and after is judged from here on. */
void devices_restart(const struct build *b);

/* Something has happened to `unit`: everyone has another go. */
void devices_run(struct mock_unit *unit);

/* Reads, or writes, that were under way have reached memory. */
void devices_drain(struct mock_unit *unit, bool reads, bool writes);

/* Fails the test unless the devices see what they must, now that the switch is over. */
void devices_check(struct mock_unit *unit, bool dma, bool interrupts);

#endif /* DEVICES_H */
