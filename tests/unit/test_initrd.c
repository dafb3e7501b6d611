// SPDX-License-Identifier: GPL-2.0-only
/* initrd.c: does the initrd bring a DMAR table, as Linux' lib/earlycpio.c would find it? */
#include "testing.h"

#include "fake.h"
#include "initrd.h"

#define START		0x74000000ull
#define FOLDER		"kernel/firmware/acpi/"
#define DMAR_FILE	FOLDER "dmar.aml"
#define CPU_END		(1ull << 46)	/* fake.cpu_bits */

/* Of a newc header. */
#define HEADER		110u
#define FILE_SIZE	(6 + 8 * 6)
#define NAME_SIZE	(6 + 8 * 11)

static uint64_t start, size;

static void begin_at(uint64_t where)
{
	fake_reset();
	start = where;
	size = 0;
}

static void begin(void)
{
	begin_at(START);
}

static void add(const void *bytes, size_t count)
{
	memory_put(start + size, bytes, count);
	size += count;
}

static void pad(uint64_t multiple)
{
	static const char zero;

	while (size % multiple)
		add(&zero, 1);
}

/* Returns where its header is. `name_size` counts what `name` has of it. */
static uint64_t add_header(const char *magic, const char *name, size_t name_size, size_t data_size)
{
	uint64_t at = start + size;
	char header[HEADER + 32];

	snprintf(header, sizeof(header), "%s%08x%08x%08x%08x%08x%08x%08zX%08x%08x%08x%08x%08zx%08x", magic,
		 0x2d1, 0100644, 0, 0, 1, 0, data_size, 0, 0, 0, 0, name_size, 0);
	add(header, HEADER);
	add(name, name_size);
	pad(4);
	return at;
}

static uint64_t add_file(const char *name, const void *data, size_t data_size)
{
	uint64_t at = add_header("070701", name, strlen(name) + 1, data_size);

	add(data, data_size);
	pad(4);
	return at;
}

static void end_archive(void)
{
	add_file("TRAILER!!!", "", 0);
	pad(512);
}

static bool brings(void)
{
	return initrd_brings_dmar((phys_t){ start }, size);
}

static const char table[40] = "DMAR";

static void dmar_table_in_the_folder_is_found(void **state)
{
	static const char *const names[] = {
		DMAR_FILE, FOLDER "x", FOLDER, FOLDER "a/folder/below/it.bin",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		begin();
		add_file("kernel", "", 0);
		add_file("kernel/x86/microcode/GenuineIntel.bin", "microcode", 9);
		add_file(FOLDER "dsdt.aml", "DSDT and more", 13);
		add_file(names[i], table, sizeof(table));
		end_archive();
		assert_true(brings());
	}
	begin();
	add_header("070702", DMAR_FILE, sizeof(DMAR_FILE), 4);
	add("DMAR", 4);
	assert_true(brings());
}

static void other_tables_are_none(void **state)
{
	static const char *const signatures[] = { "XMAR", "DMAS", "dmar", "AMD ", "SSDT" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(signatures); i++) {
		begin();
		add_file(DMAR_FILE, signatures[i], 4);
		end_archive();
		assert_false(brings());
	}
}

static void other_folders_are_none(void **state)
{
	static const char *const names[] = {
		"kernel/firmware/acpj/dmar.aml", "kernel/firmware/acpi-dmar.aml",
		"/kernel/firmware/acpi/dmar.aml", "Kernel/firmware/acpi/dmar.aml", "dmar.aml", "",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		begin();
		add_file(names[i], table, sizeof(table));
		end_archive();
		assert_false(brings());
	}
}

/* The folder's own name, and nothing behind it, is one that Linux takes. */
static void name_is_as_long_as_it_says(void **state)
{
	(void)state;
	for (size_t name_size = 0; name_size <= sizeof(DMAR_FILE); name_size++) {
		begin();
		add_header("070701", DMAR_FILE, name_size, sizeof(table));
		add(table, sizeof(table));
		assert_int_equal(brings(), name_size >= strlen(FOLDER));
	}
	/* The folder is there, but its last byte is padding. */
	begin();
	add_header("070701", FOLDER, strlen(FOLDER) - 1, sizeof(table));
	memory_put(start + HEADER + strlen(FOLDER) - 1, "/", 1);
	add(table, sizeof(table));
	assert_false(brings());
}

static void file_of_three_bytes_has_no_signature(void **state)
{
	(void)state;
	begin();
	add_file(DMAR_FILE, "DMA", 3);
	memory_put(start + size - 1, "R", 1);	/* what follows is none of it */
	end_archive();
	assert_false(brings());
	begin();
	add_file(DMAR_FILE, "DMAR", 4);
	assert_true(brings());
	begin();
	add_file(DMAR_FILE, "", 0);
	add("DMAR", 4);
	assert_false(brings());
}

static void compressed_archive_ends_the_search(void **state)
{
	static const char *const magics[] = {
		"\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "070707", "070700", "070703",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(magics); i++) {
		begin();
		add(magics[i], strlen(magics[i]));
		size = 512;
		memory_fill(start + strlen(magics[i]), 0x55, 512 - strlen(magics[i]));
		add_file(DMAR_FILE, table, sizeof(table));
		assert_false(brings());
	}
	begin();
	add_header("070700", DMAR_FILE, sizeof(DMAR_FILE), sizeof(table));
	add(table, sizeof(table));
	assert_false(brings());
}

static void second_archive_behind_padding_is_searched(void **state)
{
	static const unsigned int multiples[] = { 4, 512, 4096 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(multiples); i++) {
		begin();
		add_file("kernel/x86/microcode/GenuineIntel.bin", "microcode", 9);
		end_archive();
		pad(multiples[i]);
		add_file(DMAR_FILE, table, sizeof(table));
		end_archive();
		assert_true(brings());
	}
	/* Padding comes in words. */
	begin();
	add_file("a", "", 0);
	add("\0\0\0\0\0", 5);
	add_file(DMAR_FILE, table, sizeof(table));
	assert_false(brings());
}

/* Linux passes by four bytes when the first is zero, whatever the others are. */
static void word_of_padding_is_known_by_its_first_byte(void **state)
{
	(void)state;
	begin();
	add_file("a", "", 0);
	add("\0abc", 4);
	add_file(DMAR_FILE, table, sizeof(table));
	assert_true(brings());
	begin();
	add_file("a", "", 0);
	add("a\0\0\0", 4);
	add_file(DMAR_FILE, table, sizeof(table));
	assert_false(brings());
}

static void put_field(uint64_t header, unsigned int field, const char *digits)
{
	memory_put(header + field, digits, 8);
}

/* 0x11 is no digit: it lacks the bit that tells small letters from capital ones. */
static void header_without_numbers_ends_the_search(void **state)
{
	static const char *const texts[] = {
		"0000000g", "0000000G", "0000000`", "0000000@", "0000000/", "0000000:", "0000000 ",
		"0000000\x11", "0000000\x19", "0x000000", "       1", "-0000001",
		"0000001\xb1", "0000000\xe1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		begin();
		put_field(add_header("070701", "a", 1, 0), NAME_SIZE, texts[i]);
		add_file(DMAR_FILE, table, sizeof(table));
		assert_false(brings());
		/* Any size will do, if it is one. */
		begin();
		put_field(add_file(DMAR_FILE, table, sizeof(table)), FILE_SIZE, texts[i]);
		pad(0x10000);
		assert_false(brings());
		put_field(start, FILE_SIZE, "00001234");
		assert_true(brings());
	}
}

static void numbers_have_letters_of_either_case(void **state)
{
	static const char bytes[0xfa];
	static const char *const texts[] = { "000000fa", "000000FA", "000000Fa" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		begin();
		put_field(add_file("a", bytes, sizeof(bytes)), FILE_SIZE, texts[i]);
		add_file(DMAR_FILE, table, sizeof(table));
		assert_true(brings());
	}
	/* Each digit counts, and the first is the highest. */
	begin();
	put_field(add_file("a", bytes, 0x10), FILE_SIZE, "00000010");
	put_field(add_file("a", bytes, 0x9), FILE_SIZE, "00000009");
	add_file(DMAR_FILE, table, sizeof(table));
	assert_true(brings());
}

static void sizes_beyond_the_initrd_end_the_search(void **state)
{
	static const struct { unsigned int field; const char *digits; } cases[] = {
		{ FILE_SIZE, "ffffffff" }, { NAME_SIZE, "ffffffff" }, { FILE_SIZE, "00001000" },
		{ NAME_SIZE, "00001000" }, { NAME_SIZE, "000000c0" }, { NAME_SIZE, "fffffffc" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		begin();
		put_field(add_file(DMAR_FILE, table, sizeof(table)), cases[i].field, cases[i].digits);
		assert_true(size < 0xc0 + HEADER && size >= 0xb0);
		assert_false(brings());
	}
}

/* To the byte; and where the file ends the initrd, Linux' padding may be missing. */
static void file_that_is_cut_off_is_none(void **state)
{
	(void)state;
	begin();
	add_header("070701", DMAR_FILE, sizeof(DMAR_FILE), 37);
	add(table, 37);
	assert_true(brings());
	size--;
	assert_false(brings());
	begin();
	add_header("070701", "a", 2, 37);
	add(table, 37);
	assert_false(brings());
}

static void header_that_is_cut_off_is_none(void **state)
{
	(void)state;
	begin();
	add_file("a", "", 0);
	add_header("070701", DMAR_FILE, sizeof(DMAR_FILE), 4);
	add("DMAR", 4);
	assert_true(brings());
	for (; size; size--)
		assert_false(initrd_brings_dmar((phys_t){ start }, size - 1));
}

static void initrd_without_bytes_brings_none(void **state)
{
	(void)state;
	begin();
	assert_false(brings());
	assert_false(initrd_brings_dmar((phys_t){ 0 }, 0));
	assert_false(initrd_brings_dmar((phys_t){ UINT64_MAX }, 0));
}

/* Nothing of it is read: it would fail the test. */
static void initrd_that_wraps_brings_none(void **state)
{
	(void)state;
	begin();
	add_file(DMAR_FILE, table, sizeof(table));
	assert_false(initrd_brings_dmar((phys_t){ start }, UINT64_MAX - start + 2));
	assert_true(initrd_brings_dmar((phys_t){ start }, UINT64_MAX - start + 1));
}

/* Of what the CPU does not reach nothing is known: kernels do not get there either. */
static void initrd_beyond_the_cpus_reach_brings_none(void **state)
{
	(void)state;
	begin_at(CPU_END - 64);
	memory_fill(start, '0', 64);
	size = 0x1000;
	assert_false(brings());
	begin_at(CPU_END - HEADER);		/* the name is not there */
	add_file(DMAR_FILE, table, sizeof(table));
	assert_false(brings());
	begin_at(CPU_END - HEADER - 30);	/* the file is not */
	add_header("070701", DMAR_FILE, sizeof(DMAR_FILE), 4);
	add("DMAR", 4);
	assert_false(brings());
	begin_at(CPU_END - HEADER - 34);	/* all is */
	add_header("070701", DMAR_FILE, sizeof(DMAR_FILE), 4);
	add("DMAR", 4);
	assert_hex_equal(start + size, CPU_END);
	assert_true(brings());
}

#define MAX_STEPS	65536u

/* Nobody knows what follows then. */
static void archive_that_does_not_end_may_bring_one(void **state)
{
	(void)state;
	begin();
	for (unsigned int i = 0; i < MAX_STEPS; i++)
		add_header("070701", "a", 2, 0);
	assert_true(brings());
	size -= 4;	/* one file fewer */
	assert_false(brings());
	size += 4;
	add("compressed", 10);
	assert_true(brings());
}

static void padding_that_does_not_end_may_hide_one(void **state)
{
	(void)state;
	begin();
	size = 4 * MAX_STEPS + HEADER;
	memory_fill(start, 0, size);
	assert_true(brings());
	size -= 5;	/* one word fewer that may be a header */
	assert_false(brings());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dmar_table_in_the_folder_is_found),
		cmocka_unit_test(other_tables_are_none),
		cmocka_unit_test(other_folders_are_none),
		cmocka_unit_test(name_is_as_long_as_it_says),
		cmocka_unit_test(file_of_three_bytes_has_no_signature),
		cmocka_unit_test(compressed_archive_ends_the_search),
		cmocka_unit_test(second_archive_behind_padding_is_searched),
		cmocka_unit_test(word_of_padding_is_known_by_its_first_byte),
		cmocka_unit_test(header_without_numbers_ends_the_search),
		cmocka_unit_test(numbers_have_letters_of_either_case),
		cmocka_unit_test(sizes_beyond_the_initrd_end_the_search),
		cmocka_unit_test(file_that_is_cut_off_is_none),
		cmocka_unit_test(header_that_is_cut_off_is_none),
		cmocka_unit_test(initrd_without_bytes_brings_none),
		cmocka_unit_test(initrd_that_wraps_brings_none),
		cmocka_unit_test(initrd_beyond_the_cpus_reach_brings_none),
		cmocka_unit_test(archive_that_does_not_end_may_bring_one),
		cmocka_unit_test(padding_that_does_not_end_may_hide_one),
	};

	return cmocka_run_group_tests_name("initrd", tests, NULL, NULL);
}
