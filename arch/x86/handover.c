// SPDX-License-Identifier: GPL-2.0-only
/*
 * handover.c - our word to the kdump kernel: two nodes of the setup_data list
 */
#include "boot.h"

#include "handoff.h"
#include "machine.h"

/*
 * At the front. The end would have to be looked for in a list that we do not trust, and reached by
 * writing to a node that is not ours; this way the one field that changes is boot_params' own. The
 * nodes are complete before they can be found.
 *
 * Kernels reserve what a node's `len` says. A unit goes by the arena, whatever becomes of that field:
 * hence the second node, by which they reserve the same memory again (SETUP_INDIRECT, Linux 5.5; older
 * kernels pass it by).
 */
bool handover_publish(phys_t boot_params, struct setup_data *node, struct boot_reserve *again,
		      phys_t again_at, phys_t payload, uint64_t size)
{
	phys_t head = phys(boot_params.pa + offsetof(struct boot_params, hdr.setup_data));
	uint64_t self = payload.pa - sizeof(*node);
	uint64_t first;

	if (size > UINT32_MAX || !machine_read(head, &first, sizeof(first)))
		return false;
	node->len = (uint32_t)size;
	again->indirect.len = sizeof(*node) + size;
	if (first == self)
		return true;
	again->indirect.addr = self;
	again->indirect.type = SETUP_NONE;
	again->node.len = sizeof(again->indirect);
	again->node.type = SETUP_INDIRECT;
	again->node.next = first;
	node->type = HANDOFF_SETUP_DATA_TYPE;
	node->next = again_at.pa;
	machine_fence();
	return machine_write(head, &self, sizeof(self));
}
