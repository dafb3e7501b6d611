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

static struct boot_e820_entry *ram_with(struct boot_e820_entry *table, size_t count, uint64_t page)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].type == E820_TYPE_RAM && page >= table[i].addr && table[i].size >= PAGE_SIZE &&
		    page - table[i].addr <= table[i].size - PAGE_SIZE)
			return &table[i];
	return NULL;
}

/* The entry ends before the page; the page, and what is left behind it, are new ones. Kernels sort. */
static bool split(struct boot_e820_entry *table, uint8_t *count, uint64_t page)
{
	struct boot_e820_entry *entry = ram_with(table, *count, page);

	if (!entry || *count > E820_MAX_TABLE - 2)
		return false;
	table[(*count)++] = (struct boot_e820_entry){ page, PAGE_SIZE, E820_TYPE_RESERVED };
	table[(*count)++] = (struct boot_e820_entry){
		page + PAGE_SIZE, entry->addr + entry->size - page - PAGE_SIZE, E820_TYPE_RAM,
	};
	entry->size = page - entry->addr;
	return true;
}

bool handover_take(phys_t boot_params, const uint64_t *pages, uint32_t count)
{
	phys_t entries_at = phys(boot_params.pa + offsetof(struct boot_params, e820_entries));
	phys_t table_at = phys(boot_params.pa + offsetof(struct boot_params, e820_table));
	static struct boot_e820_entry table[E820_MAX_TABLE];
	uint8_t entries;

	if (!machine_read(entries_at, &entries, sizeof(entries)) || entries > E820_MAX_TABLE ||
	    !machine_read(table_at, table, sizeof(table)))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!split(table, &entries, pages[i]))
			return false;
	return machine_write(table_at, table, sizeof(table)) && machine_write(entries_at, &entries, sizeof(entries));
}
