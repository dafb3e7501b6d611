// SPDX-License-Identifier: GPL-2.0-only
/* arch/x86/bootparam.c, rsdp.c, handover.c: what the boot loader said, and our word to it. */
#include "testing.h"

#include "boot.h"
#include "fake.h"

#define ZERO_PAGE	0x77ff9000ull
#define COMMAND_LINE	0x77ff8000ull
#define DATA		0x77000000ull
#define RSDP		0x7ffe0014ull
#define EFI_SYSTEM	0x7f000018ull
#define EFI_CONFIG	0x7f001000ull

static struct boot_params params;
static struct boot_store store;
static struct relay_boot boot;

static void put_text(uint64_t at, const char *text)
{
	memory_put(at, text, strlen(text) + 1);
}

static void put_rsdp(uint64_t at)
{
	uint8_t rsdp[20] = "RSD PTR ";
	uint8_t sum = 0;

	for (size_t i = 0; i < sizeof(rsdp); i++)
		sum = (uint8_t)(sum + rsdp[i]);
	rsdp[8] = (uint8_t)-sum;
	memory_put(at, rsdp, sizeof(rsdp));
}

static void make(void)
{
	fake_reset();
	memset(&params, 0, sizeof(params));
	memset(&store, 0, sizeof(store));
	memset(&boot, 0, sizeof(boot));
	params.hdr.header = SETUP_HEADER_MAGIC;
	params.hdr.version = 0x20f;
	params.hdr.cmd_line_ptr = COMMAND_LINE;
	params.acpi_rsdp_addr = RSDP;
	params.e820_entries = 2;
	params.e820_table[0] = (struct boot_e820_entry){ 0x68000000, 0x10000000, 1 };
	params.e820_table[1] = (struct boot_e820_entry){ 0, 0x9fc00, 1 };
	put_text(COMMAND_LINE, "elfcorehdr=1664M quiet");
	put_rsdp(RSDP);
}

static bool read_params(void)
{
	memory_put(ZERO_PAGE, &params, sizeof(params));
	boot.e820_sound = false;
	return bootparam_read(phys(ZERO_PAGE), &store, &boot);
}

/* A node of the setup_data list at `at`. */
static void put_node(uint64_t at, uint64_t next, uint32_t type, const void *data, uint32_t size)
{
	struct setup_data node = { next, type, size };

	memory_put(at, &node, sizeof(node));
	if (data)
		memory_put(at + sizeof(node), data, size);
}

static bool is_in_use(uint64_t start, uint64_t size)
{
	for (size_t i = 0; i < boot.in_use_count; i++)
		if (boot.in_use[i].start <= start &&
		    start + size <= boot.in_use[i].start + boot.in_use[i].size)
			return true;
	return false;
}

static void sound_boot_params(void **state)
{
	(void)state;
	make();
	params.hdr.ramdisk_image = 0x74000000;
	params.hdr.ramdisk_size = 0x123456;
	assert_true(read_params());
	assert_true(boot.e820_sound);
	assert_int_equal(boot.e820_count, 2);
	assert_hex_equal(boot.e820[0].start, 0x68000000);
	assert_int_equal(boot.e820[1].type, 1);
	assert_string_equal(boot.command_line, "elfcorehdr=1664M quiet");
	assert_hex_equal(boot.rsdp.pa, RSDP);
	assert_true(is_in_use(ZERO_PAGE, 0x1000));
	assert_true(is_in_use(0x74000000, 0x123456));
	assert_hex_equal(boot.initrd.start, 0x74000000);
	assert_hex_equal(boot.initrd.size, 0x123456);
	assert_false(boot.tboot);
	assert_true(is_in_use(COMMAND_LINE, 22));
}

static void upper_halves_of_the_pointers_count(void **state)
{
	(void)state;
	make();
	params.ext_ramdisk_image = 1;
	params.hdr.ramdisk_image = 0x4000;
	params.hdr.ramdisk_size = 0x1000;
	params.ext_cmd_line_ptr = 2;
	put_text(0x200000000 | COMMAND_LINE, "high");
	assert_true(read_params());
	assert_true(is_in_use(0x100004000, 0x1000));
	assert_hex_equal(boot.initrd.start, 0x100004000);
	assert_hex_equal(boot.initrd.size, 0x1000);
	assert_string_equal(boot.command_line, "high");
}

static void upper_half_of_the_initrds_size_counts(void **state)
{
	(void)state;
	make();
	params.ext_ramdisk_image = 1;
	params.ext_ramdisk_size = 1;
	params.hdr.ramdisk_size = 0x2000;
	assert_true(read_params());
	assert_hex_equal(boot.initrd.start, 0x100000000);
	assert_hex_equal(boot.initrd.size, 0x100002000);
}

/* Whatever was there before: these are read anew. */
static void initrd_that_is_not_there_has_no_size(void **state)
{
	(void)state;
	make();
	boot.initrd.size = 1;
	assert_true(read_params());
	assert_hex_equal(boot.initrd.size, 0);
	make();
	params.ext_ramdisk_image = UINT32_MAX;
	params.hdr.ramdisk_image = 0xfffff000;
	params.hdr.ramdisk_size = 0x1000;	/* its end is not a number */
	assert_true(read_params());
	assert_hex_equal(boot.initrd.size, 0);
}

/* Documentation/arch/x86/zero-page.rst: eight bytes at 0x058. */
static void tboot_is_known_by_its_shared_page(void **state)
{
	(void)state;
	for (size_t at = 0x50; at < 0x68; at++) {
		make();
		((uint8_t *)&params)[at] = 0x80;
		assert_true(read_params());
		assert_int_equal(boot.tboot, at >= 0x58 && at < 0x60);
	}
	make();
	boot.tboot = true;
	assert_true(read_params());
	assert_false(boot.tboot);
}

static void what_is_no_boot_params_is_refused(void **state)
{
	(void)state;
	make();
	params.hdr.header = 0;
	assert_false(read_params());
	make();
	params.hdr.version = 0x20b;
	assert_false(read_params());
	make();
	assert_false(bootparam_read(phys(1ull << 60), &store, &boot));
}

static void e820_is_kept_as_found(void **state)
{
	(void)state;
	make();
	params.e820_entries = 128;
	for (unsigned int i = 0; i < 128; i++)
		params.e820_table[i] = (struct boot_e820_entry){ (128 - i) * 0x10000ull, 0x20000, i };
	assert_true(read_params());
	assert_true(boot.e820_sound);
	assert_int_equal(boot.e820_count, 128);
	assert_hex_equal(boot.e820[127].start, 0x10000);
	assert_int_equal(boot.e820[127].type, 127);
}

static void e820_that_cannot_be_is_unsound(void **state)
{
	(void)state;
	make();
	params.e820_entries = 0;
	assert_true(read_params());
	assert_false(boot.e820_sound);
	make();
	params.e820_entries = 129;
	assert_true(read_params());
	assert_false(boot.e820_sound);
	make();
	params.e820_table[1] = (struct boot_e820_entry){ UINT64_MAX, 2, 1 };
	assert_true(read_params());
	assert_false(boot.e820_sound);
}

/* ---- setup_data ---- */

static void e820_goes_on_in_setup_data(void **state)
{
	static const struct boot_e820_entry more[] = {
		{ 0x100000000, 0x1000, 1 }, { 0x200000000, 0x2000, 2 }, { 0x300000000, 0x3000, 7 },
	};

	(void)state;
	make();
	put_node(DATA, DATA + 0x1000, 9, "seed", 4);
	put_node(DATA + 0x1000, 0, SETUP_E820_EXT, more, sizeof(more));
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_true(boot.e820_sound);
	assert_int_equal(boot.e820_count, 5);
	assert_hex_equal(boot.e820[4].start, 0x300000000);
	assert_true(is_in_use(DATA, 20));
	assert_true(is_in_use(DATA + 0x1000, 16 + sizeof(more)));
}

static void extension_of_an_odd_size_is_unsound(void **state)
{
	static const struct boot_e820_entry more[2] = { { 0x100000000, 0x1000, 1 } };

	(void)state;
	make();
	put_node(DATA, 0, SETUP_E820_EXT, more, sizeof(more) - 1);
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_false(boot.e820_sound);
}

static void overlong_extension_is_unsound(void **state)
{
	(void)state;
	make();
	memory_fill(DATA, 0, 0x10000);
	put_node(DATA, 0, SETUP_E820_EXT, NULL, 20 * (RELAY_MAX_E820 - 1));	/* one too many */
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_false(boot.e820_sound);
	make();
	memory_fill(DATA, 0, 0x10000);
	put_node(DATA, 0, SETUP_E820_EXT, NULL, 20 * (RELAY_MAX_E820 - 2));
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_true(boot.e820_sound);
	assert_int_equal(boot.e820_count, RELAY_MAX_E820);
}

static void list_that_never_ends_is_unsound(void **state)
{
	(void)state;
	make();
	put_node(DATA, DATA + 0x100, 9, NULL, 0);
	put_node(DATA + 0x100, DATA, 9, NULL, 0);
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_false(boot.e820_sound);
	make();
	put_node(DATA, DATA, SETUP_E820_EXT, NULL, 0);
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_false(boot.e820_sound);
}

static void list_of_the_longest_length_is_sound(void **state)
{
	(void)state;
	make();
	for (uint64_t i = 0; i < BOOT_MAX_SETUP_DATA; i++)
		put_node(DATA + i * 0x100, i + 1 < BOOT_MAX_SETUP_DATA ? DATA + (i + 1) * 0x100 : 0, 9, NULL, 0);
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_true(boot.e820_sound);
}

static void list_that_leads_nowhere_is_unsound(void **state)
{
	(void)state;
	make();
	params.hdr.setup_data = 1ull << 60;
	assert_true(read_params());
	assert_false(boot.e820_sound);
	make();
	put_node(DATA, UINT64_MAX - 3, 9, NULL, 0);
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_false(boot.e820_sound);
}

static void indirect_data_is_in_use(void **state)
{
	struct setup_indirect indirect = { 1, 0, 0x5000, 0x73000000 };

	(void)state;
	make();
	put_node(DATA, 0, SETUP_INDIRECT, &indirect, sizeof(indirect));
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_true(is_in_use(0x73000000, 0x5000));
}

/* ---- The command line ---- */

static void command_line_ends_at_its_end(void **state)
{
	char text[0x1000];

	(void)state;
	make();
	/* Up to the last byte of a page; nothing behind it may be read. */
	memset(text, 'a', sizeof(text));
	text[100] = '\0';
	memory_put(COMMAND_LINE + 0xf9b, text, 101);
	params.hdr.cmd_line_ptr = (uint32_t)COMMAND_LINE + 0xf9b;
	assert_true(read_params());
	assert_int_equal(strlen(boot.command_line), 100);
}

static void command_line_across_pages(void **state)
{
	char text[3000];

	(void)state;
	make();
	memset(text, 'b', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	memory_put(COMMAND_LINE - 0x800, text, sizeof(text));
	params.hdr.cmd_line_ptr = (uint32_t)COMMAND_LINE - 0x800;
	assert_true(read_params());
	assert_int_equal(strlen(boot.command_line), sizeof(text) - 1);
}

static void overlong_command_line_is_cut(void **state)
{
	(void)state;
	make();
	memory_fill(COMMAND_LINE - 0x4000, 'c', 0x4000);
	params.hdr.cmd_line_ptr = (uint32_t)COMMAND_LINE - 0x4000;
	assert_true(read_params());
	assert_int_equal(strlen(boot.command_line), RELAY_MAX_COMMAND_LINE - 1);
}

static void missing_command_line_is_empty(void **state)
{
	(void)state;
	make();
	params.hdr.cmd_line_ptr = 0;
	assert_true(read_params());
	assert_string_equal(boot.command_line, "");
	make();
	params.ext_cmd_line_ptr = UINT32_MAX;
	params.hdr.cmd_line_ptr = UINT32_MAX;
	assert_true(read_params());
	assert_string_equal(boot.command_line, "");
}

/* ---- What is in use ---- */

static void ranges_in_use_merge(void **state)
{
	(void)state;
	make();
	boot_in_use(&boot, 0x3000, 0x1000);
	boot_in_use(&boot, 0x4000, 0x1000);
	boot_in_use(&boot, 0x2000, 0x1800);
	boot_in_use(&boot, 0x9000, 1);
	assert_int_equal(boot.in_use_count, 2);
	assert_hex_equal(boot.in_use[0].start, 0x2000);
	assert_hex_equal(boot.in_use[0].size, 0x3000);
}

static void empty_and_wrapping_ranges_are_not_in_use(void **state)
{
	(void)state;
	make();
	boot_in_use(&boot, 0x3000, 0);
	boot_in_use(&boot, UINT64_MAX, 2);
	boot_in_use(&boot, UINT64_MAX - 0xfff, 0x1000);	/* its end is not a number */
	assert_int_equal(boot.in_use_count, 0);
}

static void ranges_in_use_beyond_the_room_are_dropped(void **state)
{
	(void)state;
	make();
	for (uint64_t i = 0; i < 40; i++)
		boot_in_use(&boot, i * 0x10000, 0x1000);
	assert_int_equal(boot.in_use_count, COUNT_OF(boot.in_use));
}

/* ---- The RSDP, in each of three ways ---- */

static const uint64_t acpi20[2] = { 0x11d3e4f18868e871, 0x81883cc7800022bc };
static const uint64_t acpi10[2] = { 0x11d32d88eb9d2d30, 0x4dc13f279000169a };

static void put_efi(const uint64_t *guid, uint64_t address)
{
	uint64_t entry[6] = { 1, 2, 3, guid[0], guid[1], address };

	params.acpi_rsdp_addr = 0;
	params.efi_info.loader_signature = EFI64_LOADER_SIGNATURE;
	params.efi_info.systab = (uint32_t)EFI_SYSTEM;
	memory_fill(EFI_SYSTEM, 0, 120);
	memory_put(EFI_SYSTEM, "IBI SYST", 8);
	memory_put64(EFI_SYSTEM + 104, 2);
	memory_put64(EFI_SYSTEM + 112, EFI_CONFIG);
	memory_put(EFI_CONFIG, entry, sizeof(entry));
}

static void allow_bios_area(void)
{
	memory_allow(0, 0xfff);
	memory_allow(0xe0000, 0x100fff);
}

static void rsdp_from_the_efi_system_table(void **state)
{
	(void)state;
	make();
	put_efi(acpi20, RSDP);
	assert_true(read_params());
	assert_hex_equal(boot.rsdp.pa, RSDP);
	make();
	put_efi(acpi10, RSDP);
	assert_true(read_params());
	assert_hex_equal(boot.rsdp.pa, RSDP);
}

/* After the crashed kernel's EFI went to virtual mode, only SETUP_EFI has a physical address. */
static void rsdp_by_way_of_setup_efi(void **state)
{
	struct setup_efi efi = { .tables = EFI_CONFIG };

	(void)state;
	make();
	put_efi(acpi20, RSDP);
	memory_put64(EFI_SYSTEM + 112, 0xffffffffdeadb000);
	put_node(DATA, 0, SETUP_EFI, &efi, sizeof(efi));
	params.hdr.setup_data = DATA;
	assert_true(read_params());
	assert_hex_equal(boot.rsdp.pa, RSDP);
}

static void rsdp_from_the_bios_area(void **state)
{
	(void)state;
	make();
	params.acpi_rsdp_addr = 0;
	allow_bios_area();
	put_rsdp(0xf5a10);
	assert_true(read_params());
	assert_hex_equal(boot.rsdp.pa, 0xf5a10);
}

static void rsdp_from_the_extended_bios_area(void **state)
{
	uint16_t segment = 0x9fc0;

	(void)state;
	make();
	params.acpi_rsdp_addr = 0;
	allow_bios_area();
	memory_put(0x40e, &segment, 2);
	memory_fill(0x9fc00, 0, 0x400);
	put_rsdp(0x9fcf0);
	assert_true(read_params());
	assert_hex_equal(boot.rsdp.pa, 0x9fcf0);
}

static void unsound_rsdp_is_looked_for_elsewhere(void **state)
{
	(void)state;
	make();
	memory_fill(RSDP + 9, 1, 1);	/* the checksum fails */
	allow_bios_area();
	put_rsdp(0xfff00);
	assert_true(read_params());
	assert_hex_equal(boot.rsdp.pa, 0xfff00);
}

static void no_rsdp_anywhere(void **state)
{
	(void)state;
	make();
	params.acpi_rsdp_addr = 0;
	allow_bios_area();
	put_rsdp(0xf5a18);	/* not on a 16-byte boundary */
	assert_true(read_params());
	assert_hex_equal(boot.rsdp.pa, 0);
}

static void efi_tables_that_lead_nowhere(void **state)
{
	(void)state;
	make();
	put_efi(acpi20, RSDP);
	memory_put64(EFI_SYSTEM + 112, UINT64_MAX - 8);
	allow_bios_area();
	assert_true(read_params());
	assert_hex_equal(boot.rsdp.pa, 0);
	make();
	put_efi(acpi20, 0x8000);
	memory_fill(0x8000, 0, 20);
	memory_put64(EFI_SYSTEM + 104, UINT64_MAX);	/* a count that never ends */
	memory_fill(EFI_CONFIG, 0, 0x2000);
	allow_bios_area();
	assert_true(read_params());
	assert_hex_equal(boot.rsdp.pa, 0);
}

/* ---- Our node ---- */

#define RESERVE		0x74600400ull

static struct boot_reserve again;

static bool publish(struct setup_data *node, uint64_t size)
{
	return handover_publish(phys(ZERO_PAGE), node, &again, phys(RESERVE), phys(0x75000010), size);
}

static void node_is_hung_in_front_of_the_list(void **state)
{
	struct setup_data *node;
	uint8_t *arena;

	(void)state;
	make();
	arena = memory_arena(0x75000000, 0x10000);
	node = (struct setup_data *)arena;
	params.hdr.setup_data = DATA;
	memory_put(ZERO_PAGE, &params, sizeof(params));
	assert_true(publish(node, 0xfff0));
	assert_hex_equal(memory_get64(ZERO_PAGE + 0x250), 0x75000000);
	assert_hex_equal(node->next, RESERVE);
	assert_hex_equal(node->type, 0x52414d44);
	assert_hex_equal(node->len, 0xfff0);
}

/* Damage to the node's length alone must not give the arena away. */
static void memory_is_reserved_a_second_time(void **state)
{
	(void)state;
	make();
	params.hdr.setup_data = DATA;
	memory_put(ZERO_PAGE, &params, sizeof(params));
	assert_true(publish(memory_arena(0x75000000, 0x10000), 0xfff0));
	assert_hex_equal(again.node.next, DATA);
	assert_hex_equal(again.node.type, 1u << 31);
	assert_hex_equal(again.node.len, 24);
	assert_hex_equal(again.indirect.type, 0);	/* not one that a kernel looks for */
	assert_hex_equal(again.indirect.reserved, 0);
	assert_hex_equal(again.indirect.addr, 0x75000000);
	assert_hex_equal(again.indirect.len, 0x10000);
}

static void node_published_again_gets_its_new_size(void **state)
{
	struct setup_data *node;

	(void)state;
	make();
	node = memory_arena(0x75000000, 0x10000);
	params.hdr.setup_data = DATA;
	memory_put(ZERO_PAGE, &params, sizeof(params));
	assert_true(publish(node, 0x100));
	assert_true(publish(node, 0xfff0));
	assert_hex_equal(memory_get64(ZERO_PAGE + 0x250), 0x75000000);
	assert_hex_equal(node->next, RESERVE);
	assert_hex_equal(again.node.next, DATA);
	assert_hex_equal(node->len, 0xfff0);
	assert_hex_equal(again.indirect.len, 0x10000);
}

/* ---- Pages that the kernel must not have ---- */

#define RAM_START	0x68000000ull	/* the table's first entry */
#define RAM_END		0x78000000ull

/* After params has been filled in. */
static void take(bool expected, const uint64_t *pages, uint32_t count)
{
	struct boot_params now;

	memory_put(ZERO_PAGE, &params, sizeof(params));
	assert_int_equal(handover_take(phys(ZERO_PAGE), pages, count), expected);
	assert_true(memory_get(ZERO_PAGE, &now, sizeof(now)));
	if (!expected) {
		assert_memory_equal(&now, &params, sizeof(now));
		assert_int_equal(fake_count(EVENT_MEND), 0);
		return;
	}
	/* All but the table is as it was. */
	memcpy(params.e820_table, now.e820_table, sizeof(params.e820_table));
	params.e820_entries = now.e820_entries;
	assert_memory_equal(&now, &params, sizeof(now));
}

static void expect_entry(unsigned int index, uint64_t start, uint64_t end, uint32_t type)
{
	const struct boot_e820_entry *entry = &params.e820_table[index];

	assert_true(index < params.e820_entries);
	if (entry->addr != start || entry->addr + entry->size != end || entry->type != type)
		fail_msg("entry %u is [%#lx, %#lx), type %u", index, entry->addr, entry->addr + entry->size,
			 entry->type);
}

/* Is the page RAM by the table, where what is reserved prevails? Or reserved? Or neither (0)? */
static uint32_t type_of(uint64_t page)
{
	uint32_t type = 0;

	for (unsigned int i = 0; i < params.e820_entries; i++) {
		const struct boot_e820_entry *entry = &params.e820_table[i];

		if (page >= entry->addr && page - entry->addr < entry->size && entry->type > type)
			type = entry->type;
	}
	return type;
}

static void page_in_the_middle_is_taken(void **state)
{
	(void)state;
	make();
	take(true, (const uint64_t[]){ 0x70000000 }, 1);
	assert_int_equal(params.e820_entries, 4);
	expect_entry(0, RAM_START, 0x70000000, 1);
	expect_entry(1, 0, 0x9fc00, 1);
	expect_entry(2, 0x70000000, 0x70001000, 2);
	expect_entry(3, 0x70001000, RAM_END, 1);
}

/* What is left beside it may be nothing. */
static void pages_at_either_end_are_taken(void **state)
{
	(void)state;
	make();
	take(true, (const uint64_t[]){ RAM_START }, 1);
	expect_entry(0, RAM_START, RAM_START, 1);
	expect_entry(2, RAM_START, RAM_START + 0x1000, 2);
	expect_entry(3, RAM_START + 0x1000, RAM_END, 1);
	make();
	take(true, (const uint64_t[]){ RAM_END - 0x1000 }, 1);
	expect_entry(0, RAM_START, RAM_END - 0x1000, 1);
	expect_entry(2, RAM_END - 0x1000, RAM_END, 2);
	expect_entry(3, RAM_END, RAM_END, 1);
	make();
	params.e820_table[1] = (struct boot_e820_entry){ 0x100000, 0x1000, 1 };	/* both at once */
	take(true, (const uint64_t[]){ 0x100000 }, 1);
	expect_entry(1, 0x100000, 0x100000, 1);
	expect_entry(2, 0x100000, 0x101000, 2);
	expect_entry(3, 0x101000, 0x101000, 1);
}

static void neighbours_are_taken_in_any_order(void **state)
{
	static const uint64_t orders[][3] = {
		{ 0x70000000, 0x70001000, 0x70003000 }, { 0x70003000, 0x70001000, 0x70000000 },
		{ 0x70001000, 0x70003000, 0x70000000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		make();
		take(true, orders[i], 3);
		assert_int_equal(params.e820_entries, 8);
		assert_int_equal(type_of(RAM_START), 1);
		assert_int_equal(type_of(0x6ffff000), 1);
		assert_int_equal(type_of(0x70000000), 2);
		assert_int_equal(type_of(0x70001000), 2);
		assert_int_equal(type_of(0x70002000), 1);
		assert_int_equal(type_of(0x70003000), 2);
		assert_int_equal(type_of(0x70004000), 1);
		assert_int_equal(type_of(RAM_END - 0x1000), 1);
		assert_int_equal(type_of(RAM_END), 0);
		assert_int_equal(type_of(RAM_START - 0x1000), 0);
	}
}

static void nothing_to_take_changes_nothing(void **state)
{
	struct boot_params was;

	(void)state;
	make();
	was = params;
	take(true, NULL, 0);
	assert_memory_equal(&params, &was, sizeof(was));
}

/* Of any of them: then none is taken. */
static void page_that_is_no_ram_is_not_taken(void **state)
{
	static const uint64_t pages[] = {
		RAM_START - 0x1000, RAM_END, RAM_END - 0xfff, RAM_START - 1, 0x9f000, 0x100000000,
		UINT64_MAX - 0xfff, 0x50000000, 0x51000000,
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		make();
		params.e820_table[2] = (struct boot_e820_entry){ 0x50000000, 0x10000, 2 };
		params.e820_table[3] = (struct boot_e820_entry){ 0x51000000, 0xfff, 1 };
		params.e820_entries = 4;
		take(false, &pages[i], 1);
		take(false, (const uint64_t[]){ 0x70000000, pages[i] }, 2);
	}
	make();
	take(false, (const uint64_t[]){ 0x70000000, 0x70000000 }, 2);
	/* It is in the table, but behind its end. */
	make();
	params.e820_table[2] = (struct boot_e820_entry){ 0x100000000, 0x10000, 1 };
	take(false, (const uint64_t[]){ 0x100000000 }, 1);
	params.e820_entries = 0;
	take(false, (const uint64_t[]){ 0x70000000 }, 1);
}

static void fill_table(uint8_t entries)
{
	make();
	for (unsigned int i = 2; i < 128; i++)
		params.e820_table[i] = (struct boot_e820_entry){ 0x100000000 + i * 0x10000ull, 0x10000, 2 };
	params.e820_entries = entries;
}

/* Each page takes two entries. */
static void table_has_room_for_128_entries(void **state)
{
	static const uint64_t pages[] = { 0x70000000, 0x71000000 };

	(void)state;
	fill_table(126);
	take(true, pages, 1);
	assert_int_equal(params.e820_entries, 128);
	expect_entry(126, 0x70000000, 0x70001000, 2);
	expect_entry(127, 0x70001000, RAM_END, 1);
	expect_entry(125, 0x100000000 + 125 * 0x10000ull, 0x100000000 + 126 * 0x10000ull, 2);
	fill_table(126);
	take(false, pages, 2);
	fill_table(124);
	take(true, pages, 2);
	assert_int_equal(params.e820_entries, 128);
	fill_table(127);
	take(false, pages, 1);
	fill_table(128);
	take(false, pages, 1);
	fill_table(128);
	take(true, pages, 0);
	fill_table(129);
	take(false, pages, 0);
	fill_table(255);
	take(false, pages, 0);
}

static void table_that_the_cpu_does_not_reach_gives_nothing(void **state)
{
	uint64_t page = 0x70000000;

	(void)state;
	make();
	assert_false(handover_take(phys(1ull << 60), &page, 1));
	/* The number of entries is there, the table is not whole. */
	memory_put((1ull << 46) - 0xccf, (uint8_t *)&params, 0xccf);
	assert_false(handover_take(phys((1ull << 46) - 0xccf), &page, 1));
	assert_int_equal(fake_count(EVENT_MEND), 0);
	make();
	memory_put((1ull << 46) - 0xcd0, (uint8_t *)&params, 0xcd0);
	assert_true(handover_take(phys((1ull << 46) - 0xcd0), &page, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_boot_params),
		cmocka_unit_test(upper_halves_of_the_pointers_count),
		cmocka_unit_test(upper_half_of_the_initrds_size_counts),
		cmocka_unit_test(initrd_that_is_not_there_has_no_size),
		cmocka_unit_test(tboot_is_known_by_its_shared_page),
		cmocka_unit_test(what_is_no_boot_params_is_refused),
		cmocka_unit_test(e820_is_kept_as_found),
		cmocka_unit_test(e820_that_cannot_be_is_unsound),
		cmocka_unit_test(e820_goes_on_in_setup_data),
		cmocka_unit_test(extension_of_an_odd_size_is_unsound),
		cmocka_unit_test(overlong_extension_is_unsound),
		cmocka_unit_test(list_that_never_ends_is_unsound),
		cmocka_unit_test(list_of_the_longest_length_is_sound),
		cmocka_unit_test(list_that_leads_nowhere_is_unsound),
		cmocka_unit_test(indirect_data_is_in_use),
		cmocka_unit_test(command_line_ends_at_its_end),
		cmocka_unit_test(command_line_across_pages),
		cmocka_unit_test(overlong_command_line_is_cut),
		cmocka_unit_test(missing_command_line_is_empty),
		cmocka_unit_test(ranges_in_use_merge),
		cmocka_unit_test(empty_and_wrapping_ranges_are_not_in_use),
		cmocka_unit_test(ranges_in_use_beyond_the_room_are_dropped),
		cmocka_unit_test(rsdp_from_the_efi_system_table),
		cmocka_unit_test(rsdp_by_way_of_setup_efi),
		cmocka_unit_test(rsdp_from_the_bios_area),
		cmocka_unit_test(rsdp_from_the_extended_bios_area),
		cmocka_unit_test(unsound_rsdp_is_looked_for_elsewhere),
		cmocka_unit_test(no_rsdp_anywhere),
		cmocka_unit_test(efi_tables_that_lead_nowhere),
		cmocka_unit_test(node_is_hung_in_front_of_the_list),
		cmocka_unit_test(memory_is_reserved_a_second_time),
		cmocka_unit_test(node_published_again_gets_its_new_size),
		cmocka_unit_test(page_in_the_middle_is_taken),
		cmocka_unit_test(pages_at_either_end_are_taken),
		cmocka_unit_test(neighbours_are_taken_in_any_order),
		cmocka_unit_test(nothing_to_take_changes_nothing),
		cmocka_unit_test(page_that_is_no_ram_is_not_taken),
		cmocka_unit_test(table_has_room_for_128_entries),
		cmocka_unit_test(table_that_the_cpu_does_not_reach_gives_nothing),
	};

	return cmocka_run_group_tests_name("bootparam", tests, NULL, NULL);
}
