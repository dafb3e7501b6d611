// SPDX-License-Identifier: GPL-2.0-only
/*
 * handover.c - our word to the kdump kernel: one node of the setup_data list
 */
#include "boot.h"

#include "handoff.h"
#include "machine.h"

/*
 * At the front. The end would have to be looked for in a list that we do not trust, and reached by
 * writing to a node that is not ours; this way the one field that changes is boot_params' own. The
 * node is complete before it can be found.
 */
bool handover_publish(phys_t boot_params, struct setup_data *node, phys_t payload, uint64_t size)
{
	phys_t head = phys(boot_params.pa + offsetof(struct boot_params, hdr.setup_data));
	uint64_t self = payload.pa - sizeof(*node);
	uint64_t first;

	if (size > UINT32_MAX || !machine_read(head, &first, sizeof(first)))
		return false;
	node->len = (uint32_t)size;
	if (first == self)
		return true;
	node->type = HANDOFF_SETUP_DATA_TYPE;
	node->next = first;
	machine_fence();
	return machine_write(head, &self, sizeof(self));
}
