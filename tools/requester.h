/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * requester.h - who could do DMA at the crash: devices, in scalable mode each with its PASIDs
 */
#ifndef REQUESTER_H
#define REQUESTER_H

#include <stdbool.h>
#include <stdint.h>

#include "handoff_read.h"
#include "names.h"

struct requester {
	struct handoff_device device;
	bool has_pasid;		/* requests that carry `pasid`; false: requests without one */
	uint32_t pasid;
	uint32_t domain;	/* index into HANDOFF_DOMAINS, or HANDOFF_NO_DOMAIN */
	uint16_t found_id;	/* the domain id that the crashed kernel had given */
	uint8_t translation;	/* enum handoff_translation */
	uint8_t action;		/* enum handoff_action */
};

struct requesters {
	struct requester *all;
	uint32_t count;
};

/*
 * Lists them in the order of the handoff's devices, each followed by its PASIDs; a device that
 * shares another one's PASID table has those of that one. False if there is no memory, or more of
 * them than any machine has. The caller frees list->all in any case.
 */
bool requesters_list(const struct handoff_view *view, struct requesters *list);

/* Is it out of the ordinary: did the stub put it, as a whole, out of the way? */
static inline bool requester_is_quarantined(const struct requester *requester)
{
	return requester->action != HANDOFF_KEPT && requester->action != HANDOFF_REPAIRED;
}

/* Does it reach all memory? */
static inline bool requester_passes_through(const struct requester *requester)
{
	return requester->translation == HANDOFF_PASS_THROUGH &&
	       !requester_is_quarantined(requester);
}

/* Its device's name. */
static inline struct label requester_name(const struct requester *requester)
{
	const struct handoff_device *device = &requester->device;

	return device_name(device->segment, device->bus, device->devfn);
}

#endif /* REQUESTER_H */
