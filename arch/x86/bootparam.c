// SPDX-License-Identifier: GPL-2.0-only
/*
 * bootparam.c - boot_params, read once
 */
#include "boot.h"

#include "machine.h"

static uint64_t join(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

void boot_in_use(struct relay_boot *boot, uint64_t start, uint64_t size)
{
	size_t room = sizeof(boot->in_use) / sizeof(boot->in_use[0]);

	if (size == 0 || !range_fits(start, size) || start + size == 0)
		return;
	for (size_t i = 0; i < boot->in_use_count; i++) {
		uint64_t first = boot->in_use[i].start;
		uint64_t end = first + boot->in_use[i].size;

		if (start > end || start + size < first)
			continue;
		boot->in_use[i].start = start < first ? start : first;
		boot->in_use[i].size = (start + size > end ? start + size : end) -
				       boot->in_use[i].start;
		return;
	}
	if (boot->in_use_count < room) {
		boot->in_use[boot->in_use_count].start = start;
		boot->in_use[boot->in_use_count].size = size;
		boot->in_use_count++;
	}
}

static size_t length(const char *text, size_t limit)
{
	size_t n = 0;

	while (n < limit && text[n])
		n++;
	return n;
}

/* Page by page, so that nothing behind the page with its end is touched. Too long is cut. */
static void read_command_line(struct boot_store *store, struct relay_boot *boot)
{
	uint64_t at = join(store->params.ext_cmd_line_ptr, store->params.hdr.cmd_line_ptr);
	size_t limit = sizeof(store->command_line) - 1;
	char *text = store->command_line;
	size_t used = 0;

	boot->command_line = text;
	while (at && used < limit) {
		size_t part = PAGE_SIZE - (at + used) % PAGE_SIZE;
		size_t found;

		part = part < limit - used ? part : limit - used;
		if (!range_fits(at, used + part) ||
		    !machine_read(phys(at + used), text + used, part))
			break;
		found = length(text + used, part);
		used += found;
		if (found < part)
			break;
	}
	text[used] = '\0';
	boot_in_use(boot, at, used);
}

static void add_e820(const struct boot_e820_entry *entry, struct boot_store *store,
		     struct relay_boot *boot)
{
	if (boot->e820_count == RELAY_MAX_E820 || !range_fits(entry->addr, entry->size)) {
		boot->e820_sound = false;
		return;
	}
	store->e820[boot->e820_count++] = (struct relay_e820){
		.start = entry->addr,
		.size = entry->size,
		.type = entry->type,
	};
}

static void read_e820(struct boot_store *store, struct relay_boot *boot)
{
	size_t count = store->params.e820_entries;

	boot->e820 = store->e820;
	boot->e820_count = 0;
	boot->e820_sound = count > 0 && count <= E820_MAX_TABLE;
	boot->e820_room = boot->e820_sound ? (uint32_t)(E820_MAX_TABLE - count) : 0;
	for (size_t i = 0; boot->e820_sound && i < count; i++)
		add_e820(&store->params.e820_table[i], store, boot);
}

/* More of the map, where boot_params had no room for all of it. */
static void read_e820_extension(uint64_t data, uint32_t size, struct boot_store *store,
				struct relay_boot *boot)
{
	struct boot_e820_entry entry;

	if (size % sizeof(entry) != 0)
		boot->e820_sound = false;
	for (; boot->e820_sound && size; size -= sizeof(entry), data += sizeof(entry)) {
		if (machine_read(phys(data), &entry, sizeof(entry)))
			add_e820(&entry, store, boot);
		else
			boot->e820_sound = false;
	}
}

static void read_indirect(uint64_t data, uint32_t size, struct relay_boot *boot)
{
	struct setup_indirect indirect;

	if (size >= sizeof(indirect) && machine_read(phys(data), &indirect, sizeof(indirect)))
		boot_in_use(boot, indirect.addr, indirect.len);
}

static void read_setup_efi(uint64_t data, uint32_t size, struct boot_store *store)
{
	struct setup_efi efi;

	if (size >= sizeof(efi) && machine_read(phys(data), &efi, sizeof(efi)))
		store->efi_tables = efi.tables;
}

static void read_node(uint64_t at, const struct setup_data *node, struct boot_store *store,
		      struct relay_boot *boot)
{
	uint64_t data = at + sizeof(*node);

	boot_in_use(boot, at, sizeof(*node) + (uint64_t)node->len);
	if (node->type == SETUP_E820_EXT)
		read_e820_extension(data, node->len, store, boot);
	else if (node->type == SETUP_EFI)
		read_setup_efi(data, node->len, store);
	else if (node->type == SETUP_INDIRECT)
		read_indirect(data, node->len, boot);
}

/* A list that breaks off, or never ends, may have had more of the map: then do not trust it. */
static void read_setup_data(struct boot_store *store, struct relay_boot *boot)
{
	uint64_t at = store->params.hdr.setup_data;
	struct setup_data node;

	for (unsigned int i = 0; at; i++, at = node.next) {
		if (i == BOOT_MAX_SETUP_DATA || !machine_read(phys(at), &node, sizeof(node)) ||
		    !range_fits(at, sizeof(node) + (uint64_t)node.len)) {
			boot->e820_sound = false;
			return;
		}
		read_node(at, &node, store, boot);
	}
}

/* One whose end is no address is none. */
static void read_initrd(const struct boot_store *store, struct relay_boot *boot)
{
	uint64_t start = join(store->params.ext_ramdisk_image, store->params.hdr.ramdisk_image);
	uint64_t size = join(store->params.ext_ramdisk_size, store->params.hdr.ramdisk_size);

	boot->initrd.start = start;
	boot->initrd.size = start <= UINT64_MAX - size ? size : 0;
	boot_in_use(boot, start, size);
}

bool bootparam_read(phys_t where, struct boot_store *store, struct relay_boot *boot)
{
	const struct setup_header *header = &store->params.hdr;

	if (!machine_read(where, &store->params, sizeof(store->params)) ||
	    header->header != SETUP_HEADER_MAGIC || header->version < SETUP_HEADER_VERSION)
		return false;

	boot_in_use(boot, where.pa, sizeof(store->params));
	read_initrd(store, boot);
	boot->tboot = store->params.tboot_addr != 0;
	read_command_line(store, boot);
	read_e820(store, boot);
	read_setup_data(store, boot);
	boot->rsdp = rsdp_find(store);
	return true;
}
