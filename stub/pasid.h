/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pasid.h - PASID directories, tables and entries (VT-d spec 9.5, 9.6)
 *
 * Requests without a PASID use the entry that the context names as RID_PASID (Linux: 0). The
 * others are address spaces of processes (SVA) or of guests.
 */
#ifndef PASID_H
#define PASID_H

#include "context.h"
#include "relay.h"
#include "unit.h"

/* Whose directory it is. */
struct pasid_user {
	struct unit *unit;
	struct handoff_record blame;	/* unit and device filled in */
	uint32_t device;		/* index into HANDOFF_DEVICES; ~0 if the report was full */
	uint32_t rid_pasid;
	struct device_sink *sink;	/* for its bad entries: made when the first is met, id 0 before */
};

enum pasid_result { PASID_COPIED, PASID_NO_ROOM, PASID_UNREADABLE, PASID_LATE };

/*
 * Copy the directory of `entries` quadwords at `old` (vetted), the tables below and the page tables
 * below those; *copy is where it is now. A directory, or table, that devices share is copied once.
 * PASID_LATE: the time budget ran out.
 */
enum pasid_result pasid_copy_directory(struct relay *relay, const struct pasid_user *user, phys_t old,
				       uint32_t entries, phys_t *copy);

/*
 * What requests without a PASID meet, by our copy of the directory, into the device's report entry:
 * translation, domain, domain id, and whether it was fenced.
 */
void pasid_describe_device(const struct relay *relay, const struct pasid_user *user, phys_t directory,
			   struct handoff_device *device);

/*
 * Fill *sink, a directory of the smallest size all of whose PASIDs go to a sink. False if devices
 * are to be blocked instead.
 */
bool pasid_fill_sink(const struct relay *relay, const struct unit *unit, const struct device_sink *to,
		     const struct pasid_sink *sink);

#endif /* PASID_H */
