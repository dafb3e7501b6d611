/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uhci.h - a USB controller that reads its frame list a thousand times a second
 *
 * The sensitive one: a frame list entry that is not "nothing to do" sends it to an address where
 * there is no memory.
 */
#ifndef UHCI_H
#define UHCI_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"

struct uhci {
	uint16_t source;
	uint16_t port;
};

bool uhci_find(struct uhci *uhci);

/* Fill a page: nothing to do in any frame. */
void uhci_fill_frames(void *page);

/* Run on the frame list at `frames`, which has 32 bits. */
void uhci_start(const struct uhci *uhci, iova_t frames);

/* Reset: no DMA any more. */
void uhci_stop(const struct uhci *uhci);

/* Wait until it has gone through some more frames. */
bool uhci_runs(const struct uhci *uhci);

#endif /* UHCI_H */
