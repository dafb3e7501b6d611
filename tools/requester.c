// SPDX-License-Identifier: GPL-2.0-only
#include "requester.h"

#include <stdlib.h>

#include "vtd.h"

/* 65536 devices on each of 16 segments */
#define MAX_REQUESTERS	(1u << 20)

/* PASIDs stand together, under the first device that has their table. */
struct owner {
	struct handoff_device device;
	uint32_t first, count;		/* of HANDOFF_PASIDS */
};

static bool add(struct requesters *list, const struct requester *requester)
{
	/* Grows when the count is a power of two. */
	if (!(list->count & (list->count - 1))) {
		size_t size = list->count ? list->count * 2 : 1;
		struct requester *all = realloc(list->all, size * sizeof(*all));

		if (!all || size > MAX_REQUESTERS)
			return false;
		list->all = all;
	}
	list->all[list->count++] = *requester;
	return true;
}

static struct owner *list_owners(const struct handoff_view *view, uint32_t *count)
{
	uint32_t pasids = view->sections[HANDOFF_PASIDS].count, last = HANDOFF_NO_DEVICE;
	struct owner *owners = calloc((size_t)pasids + 1, sizeof(*owners));

	*count = 0;
	for (uint32_t i = 0; owners && i < pasids; i++) {
		uint32_t device = handoff_get_pasid(view, i).device;

		if (device == HANDOFF_NO_DEVICE)
			continue;
		if (device != last)
			owners[(*count)++] = (struct owner){
				.device = handoff_get_device(view, device), .first = i,
			};
		owners[*count - 1].count = i + 1 - owners[*count - 1].first;
		last = device;
	}
	return owners;
}

static bool share_pasids(const struct handoff_device *one, const struct handoff_device *other)
{
	return one->unit == other->unit &&
	       !((one->old_context[0] ^ other->old_context[0]) & VTD_SMC_PASIDDIRPTR);
}

static bool is_scalable(const struct handoff_view *view, const struct handoff_device *device)
{
	return handoff_get_unit(view, device->unit).flags & HANDOFF_UNIT_SCALABLE_MODE;
}

static bool add_pasid(struct requesters *list, const struct handoff_device *device,
		      const struct handoff_pasid *entry)
{
	const struct requester requester = {
		.device = *device,
		.has_pasid = entry->pasid != VTD_SMC_RID_PASID(device->old_context[1]),
		.pasid = entry->pasid,
		.domain = entry->domain,
		.found_id = VTD_PE_DID(entry->old_entry[1]),
		.translation = entry->translation,
		.action = entry->action,
	};

	return add(list, &requester);
}

/* By the entries of its PASID table. *plain: that for requests without a PASID was among them. */
static bool add_pasids(const struct handoff_view *view, const struct owner *owners, uint32_t count,
		       const struct handoff_device *device, struct requesters *list, bool *plain)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!share_pasids(&owners[i].device, device))
			continue;
		for (uint32_t j = 0; j < owners[i].count; j++) {
			struct handoff_pasid entry = handoff_get_pasid(view, owners[i].first + j);

			if (!add_pasid(list, device, &entry))
				return false;
			*plain |= !list->all[list->count - 1].has_pasid;
		}
	}
	return true;
}

static bool add_device(const struct handoff_view *view, const struct owner *owners, uint32_t count,
		       const struct handoff_device *device, struct requesters *list)
{
	const struct requester requester = {
		.device = *device,
		.domain = device->domain,
		.found_id = is_scalable(view, device) ? device->domain_id :
			    VTD_CTX_DID(device->old_context[1]),
		.translation = device->translation,
		.action = device->action,
	};
	bool plain = false;

	if (is_scalable(view, device) && !requester_is_quarantined(&requester) &&
	    !add_pasids(view, owners, count, device, list, &plain))
		return false;
	return plain || add(list, &requester);
}

bool requesters_list(const struct handoff_view *view, struct requesters *list)
{
	uint32_t count, devices = view->sections[HANDOFF_DEVICES].count;
	struct owner *owners = list_owners(view, &count);
	bool done = owners;

	*list = (struct requesters){ 0 };
	for (uint32_t i = 0; done && i < devices; i++) {
		struct handoff_device device = handoff_get_device(view, i);

		done = add_device(view, owners, count, &device, list);
	}
	free(owners);
	return done;
}
