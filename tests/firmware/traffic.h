/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * traffic.h - live DMA and interrupts of the lab's devices, each step with its expectations
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <stdbool.h>

#include "edu.h"
#include "lab.h"
#include "scene.h"

/* Seeds of the patterns: what the two edu devices carry, and what is in memory to be read. */
#define EDU_SEED	0xedull
#define VICTIM_SEED	0xf1ull
#define SOURCE_SEED	0x50ull

/* Before translation is on: each edu device takes its pattern. */
void traffic_load(void);

/* Sound and USB run from now on; the edu device has written to BEFORE. */
void traffic_start(const struct scene *scene);
void traffic_stop(void);

/* An edu device's transfer ends. */
void traffic_ends(const struct edu *edu, const char *what);

/* The capture writes over its ring once more. */
void traffic_sound(const char *what);

/* The device sends its interrupt by the entry `handle`: does it arrive? */
void traffic_interrupt(const struct scene *scene, const struct edu *edu, unsigned int handle,
		       bool expected, const char *what);

#endif /* TRAFFIC_H */
