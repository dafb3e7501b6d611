// SPDX-License-Identifier: GPL-2.0-only
/* dmar.c, rmrr.c, discover.c: from the RSDP to the units; real firmware tables where they are. */
#include "testing.h"

#include <dirent.h>

#include "acpi_dmar.h"
#include "builder.h"
#include "check.h"
#include "dmar.h"
#include "fake.h"
#include "result.h"
#include "rmrr.h"
#include "state.h"

static struct dmar dmar;

static enum handoff_reason find(struct build *b, uint64_t rsdp)
{
	static struct arena arena;

	if (!b->sealed)
		build_seal(b);
	arena_init(&arena, memory_arena(BUILD_ARENA, 0x40000), phys(BUILD_ARENA), 0x40000);
	return dmar_find(&dmar, phys(rsdp), &arena);
}

static void xsdt_leads_to_the_table(void **state)
{
	struct build *b = build_machine();

	(void)state;
	build_unit(b);
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
	assert_int_equal(dmar.size, sizeof(struct dmar_table) + sizeof(struct dmar_drhd));
	assert_int_equal(dmar.address_width, 46);
}

/* SeaBIOS: 20 bytes and an RSDT; nothing behind them may be read. */
static void rsdp_of_revision_0_has_an_rsdt(void **state)
{
	struct build *b = build_machine();

	(void)state;
	b->no_xsdt = true;
	build_seal(b);
	memory_fill(BUILD_RSDP + 20, 0xee, 16);
	memory_put(BUILD_ACPI, "JUNK", 4);
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
}

static void damage_byte(uint64_t at)
{
	uint8_t byte = 0;

	memory_get(at, &byte, 1);
	byte = (uint8_t)(byte + 1);
	memory_put(at, &byte, 1);
}

static void rsdp_with_a_bad_checksum_or_signature(void **state)
{
	for (unsigned int offset = 0; offset < 20; offset++) {
		struct build *b = build_machine();

		(void)state;
		build_seal(b);
		damage_byte(BUILD_RSDP + offset);
		assert_int_equal(find(b, BUILD_RSDP), HANDOFF_NO_RSDP);
	}
}

static void no_rsdp_at_all(void **state)
{
	struct build *b = build_machine();

	(void)state;
	assert_int_equal(find(b, 0), HANDOFF_NO_RSDP);
	assert_int_equal(find(b, 1ull << 60), HANDOFF_NO_RSDP);
}

static void bad_extended_checksum_falls_back_to_the_rsdt(void **state)
{
	struct build *b = build_machine();

	(void)state;
	build_seal(b);
	damage_byte(BUILD_RSDP + 33);		/* reserved, but summed */
	memory_put(BUILD_ACPI, "JUNK", 4);	/* the XSDT would lead nowhere */
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
}

static void unusable_xsdt_falls_back_to_the_rsdt(void **state)
{
	struct build *b = build_machine();
	uint32_t length = 35;

	(void)state;
	build_seal(b);
	memory_put(BUILD_ACPI, "XSDX", 4);
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
	memory_put(BUILD_ACPI, "XSDT", 4);
	memory_put(BUILD_ACPI + 4, &length, 4);
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
}

static void entries_that_lead_nowhere_are_passed_over(void **state)
{
	struct build *b = build_machine();
	uint64_t entries[] = { 0, UINT64_MAX, 1ull << 60, BUILD_ACPI + 0x1000 };

	(void)state;
	build_seal(b);
	build_acpi_table(BUILD_ACPI, "XSDT", entries, sizeof(entries));
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
}

static void entries_behind_the_end_are_none(void **state)
{
	struct build *b = build_machine();
	uint32_t length = 36 + 8;

	(void)state;
	build_seal(b);
	memory_put(BUILD_ACPI + 4, &length, 4);		/* the XSDT: the DMAR table is its second */
	length = 36 + 4;
	memory_put(BUILD_ACPI + 0x404, &length, 4);	/* and the RSDT */
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_NO_DMAR);
}

static void endless_table_of_tables_is_cut(void **state)
{
	struct build *b = build_machine();
	uint32_t length = UINT32_MAX;

	(void)state;
	b->no_dmar = true;
	build_seal(b);
	memory_allow(BUILD_ACPI, BUILD_ACPI + 0x3fff);
	memory_put(BUILD_ACPI + 4, &length, 4);
	memory_put(BUILD_ACPI + 0x404, &length, 4);
	/* What follows the table is read as entries: up to 512 of them. */
	memory_fill(BUILD_ACPI + 0x34, 0, 0x400 - 0x34);
	memory_fill(BUILD_ACPI + 0x42c, 0, 0x2000);
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_NO_DMAR);
}

static void machine_without_the_table(void **state)
{
	struct build *b = build_machine();

	(void)state;
	b->no_dmar = true;
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_NO_DMAR);
}

static void table_with_a_bad_checksum(void **state)
{
	struct build *b = build_machine();

	(void)state;
	build_seal(b);
	damage_byte(BUILD_ACPI + 0x1000 + 20);
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_BAD_DMAR);
}

static void table_of_impossible_length(void **state)
{
	static const uint32_t lengths[] = { 0, 35, 47, DMAR_MAX_SIZE + 1, UINT32_MAX };

	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		struct build *b = build_machine();

		(void)state;
		build_seal(b);
		memory_put(BUILD_ACPI + 0x1004, &lengths[i], 4);
		assert_int_equal(find(b, BUILD_RSDP), HANDOFF_BAD_DMAR);
	}
}

static void impossible_address_width(void **state)
{
	struct build *b = build_machine();

	(void)state;
	b->host_width = 0;	/* 255 in the table: 256 bits */
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_BAD_DMAR);
	b = build_machine();
	b->host_width = 65;
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_BAD_DMAR);
	b = build_machine();
	b->host_width = 64;
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
}

/* ---- Structures ---- */

static void walk(struct build *b, unsigned int *count, bool *to_the_end)
{
	struct dmar_item item;
	uint32_t offset = 0;

	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
	*count = 0;
	while (dmar_next(&dmar, &offset, &item)) {
		(*count)++;
		assert_true(item.size >= 4 && item.bytes >= dmar.table &&
			    item.bytes + item.size <= dmar.table + dmar.size);
	}
	*to_the_end = offset == dmar.size || (!*count && dmar.size == sizeof(struct dmar_table));
}

static void unknown_structures_are_stepped_over(void **state)
{
	struct build *b = build_machine();
	uint8_t unknown[11] = { 0x77, 0x77, 11, 0 };
	unsigned int count;
	bool whole;

	(void)state;
	build_structure(b, unknown, sizeof(unknown));	/* and misaligns what follows */
	build_unit(b);
	build_structure(b, unknown, sizeof(unknown));
	walk(b, &count, &whole);
	assert_int_equal(count, 3);
	assert_true(whole);
}

static void structures_of_impossible_length_end_the_walk(void **state)
{
	static const uint8_t lengths[] = { 0, 1, 3, 17, 255 };

	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		struct build *b = build_machine();
		uint8_t structure[16] = { DMAR_RMRR, 0, lengths[i], 0 };
		unsigned int count;
		bool whole;

		(void)state;
		build_unit(b);
		build_structure(b, structure, sizeof(structure));
		walk(b, &count, &whole);
		assert_int_equal(count, 1);
		assert_false(whole);
	}
}

static void stray_bytes_at_the_end(void **state)
{
	for (unsigned int stray = 1; stray < 4; stray++) {
		struct build *b = build_machine();
		unsigned int count;
		bool whole;

		(void)state;
		build_unit(b);
		build_structure(b, "\0\0\4", stray);
		walk(b, &count, &whole);
		assert_int_equal(count, 1);
		assert_false(whole);
	}
}

static void scopes_are_stepped_through(void **state)
{
	static const uint8_t drhd[] = {
		0, 0, 16 + 8 + 10, 0, 0, 0, 0, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0,
		1, 8, 0, 0, 0, 0, 0x1f, 3,			/* 00:1f.3 */
		3, 10, 0, 0, 2, 0xf0, 0x1c, 0, 0, 0,		/* behind a bridge */
	};
	struct build *b = build_machine();
	struct dmar_scope_item scope;
	struct dmar_item item;
	uint32_t at = 0, offset = 0;

	(void)state;
	build_structure(b, drhd, sizeof(drhd));
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
	assert_true(dmar_next(&dmar, &at, &item));
	assert_true(dmar_next_scope(&item, 16, &offset, &scope));
	assert_int_equal(scope.type, 1);
	assert_int_equal(scope.path_length, 1);
	assert_int_equal(scope.path[0], 0x1f);
	assert_true(dmar_next_scope(&item, 16, &offset, &scope));
	assert_int_equal(scope.start_bus, 0xf0);
	assert_int_equal(scope.path_length, 2);
	assert_false(dmar_next_scope(&item, 16, &offset, &scope));
	assert_int_equal(offset, item.size);
}

static void scopes_of_impossible_length_end_the_steps(void **state)
{
	static const uint8_t lengths[] = { 0, 5, 9, 255 };

	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		uint8_t bytes[24] = { 0, 0, 24, 0, [16] = 1, lengths[i] };
		struct dmar_item item = { 0, 24, bytes };
		struct dmar_scope_item scope;
		uint32_t offset = 0;

		(void)state;
		assert_false(dmar_next_scope(&item, 16, &offset, &scope));
		/* A fixed part that is longer than the structure. */
		offset = 0;
		assert_false(dmar_next_scope(&item, 25, &offset, &scope));
	}
}

static void short_unit_structure_is_told(void **state)
{
	struct build *b = build_machine();

	(void)state;
	build_unit(b);
	build_structure(b, "\0\0\10\0aaaa", 8);
	build_structure(b, "\1\0\10\0aaaa", 8);
	assert_true(build_run(b));
	check_run(b);
	assert_int_equal(result_count(HANDOFF_UNITS), 1);
	assert_logged("DRHD of 8 bytes: too short");
	assert_logged("RMRR of 8 bytes: too short");
}

static void reserved_regions_are_reported(void **state)
{
	struct build *b = build_machine();
	const struct handoff_rmrr *rmrr;

	(void)state;
	build_unit(b);
	build_rmrr(b, 0x7b000000, 0x7b7fffff);
	build_rmrr(b, 0x7b000000, 0x7affffff);	/* empty */
	build_rmrr(b, 0, 0xfff);
	assert_true(build_run(b));
	assert_int_equal(result_count(HANDOFF_RMRRS), 2);
	rmrr = result_entry(HANDOFF_RMRRS, 0);
	assert_hex_equal(rmrr->base, 0x7b000000);
	assert_hex_equal(rmrr->limit, 0x7b7fffff);
	assert_int_equal(rmrr->scopes, 1);
	assert_int_equal(rmrr->first_bus, 0);
	assert_int_equal(rmrr->first_devfn, 0xa3);
	assert_logged("empty");
}

static void unit_of_another_segment_is_reported_so(void **state)
{
	struct build *b = build_machine();
	const struct handoff_device *device;
	struct mock_unit *unit = build_unit(b);

	(void)state;
	b->dmar[6] = 0x34;	/* the unit's segment */
	b->dmar[7] = 0x12;
	build_context(b, unit, 0x0100, 2 << 2 | 1, 5 << 8 | 2);
	assert_true(build_run(b));
	check_run(b);
	device = result_entry(HANDOFF_DEVICES, 0);
	assert_int_equal(device->segment, 0x1234);
	assert_int_equal(((const struct handoff_unit *)result_entry(HANDOFF_UNITS, 0))->segment, 0x1234);
}

/* ---- Real tables: tests/unit finds them by DMARELAY_DMAR_TABLES or beside the project ---- */

static const char *real_tables(void)
{
	const char *folder = getenv("DMARELAY_DMAR_TABLES");

	return folder ? folder : "../shared/dmar-tables";
}

static bool is_table(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".dmar");
}

/* The structures of one table, counted by plain pointer steps. */
static void count_by_hand(const uint8_t *table, size_t size, unsigned int *counts)
{
	for (size_t at = 48; at + 4 <= size; ) {
		unsigned int type = table[at] | table[at + 1] << 8, length = table[at + 2] | table[at + 3] << 8;

		if (length < 4 || length > size - at)
			return;
		if (type < 8)
			counts[type]++;
		at += length;
	}
}

/* A whole run on it: every unit that it names is there and translates. */
static void run_real_table(const uint8_t *table, size_t size, const char *name)
{
	struct build *b = build_machine();
	unsigned int counts[8] = { 0 };
	uint64_t base;

	count_by_hand(table, size, counts);
	b->host_width = (uint8_t)(table[36] + 1);
	build_structure(b, table + 48, size - 48);
	for (size_t at = 48; at + 16 <= size; at += (size_t)(table[at + 2] | table[at + 3] << 8)) {
		memcpy(&base, table + at + 8, sizeof(base));
		if (table[at] == DMAR_DRHD && !table[at + 1] && mock_count() < MOCK_MAX_UNITS &&
		    base && !mock_find(base)) {
			struct mock_unit *unit = mock_add(base);

			unit->rtaddr = unit->root = build_page(b);
			unit->gsts = VTD_G_TE | VTD_G_SRTP;
			build_attach(b, unit, 0x0010, build_page(b), 3, 1);
		}
	}
	if (build_run(b) != (mock_count() > 0))
		fail_msg("%s: %u units, reason %u\n%s", name, mock_count(), result_header()->reason,
			 result_log());
	if (result_count(HANDOFF_UNITS) != counts[DMAR_DRHD] || result_count(HANDOFF_RMRRS) != counts[DMAR_RMRR])
		fail_msg("%s: %u units, %u regions; expected %u, %u", name, result_count(HANDOFF_UNITS),
			 result_count(HANDOFF_RMRRS), counts[DMAR_DRHD], counts[DMAR_RMRR]);
	for (uint32_t i = 0; i < result_count(HANDOFF_UNITS); i++) {
		const struct handoff_unit *unit = result_entry(HANDOFF_UNITS, i);

		assert_true(unit->base ? unit->flags & HANDOFF_UNIT_DMA_SWITCHED :
					 unit->dma_reason == HANDOFF_UNIT_ADDRESS);
	}
}

static void real_tables_are_understood(void **state)
{
	struct dirent *entry;
	DIR *folder = opendir(real_tables());
	unsigned int count = 0;

	(void)state;
	if (!folder)
		skip();
	while ((entry = readdir(folder))) {
		uint8_t table[8192];
		char path[1024];
		size_t size;
		FILE *file;

		if (!is_table(entry))
			continue;
		snprintf(path, sizeof(path), "%s/%s", real_tables(), entry->d_name);
		file = fopen(path, "rb");
		assert_non_null(file);
		size = fread(table, 1, sizeof(table), file);
		fclose(file);
		assert_true(size > 48 && size < sizeof(table));
		run_real_table(table, size, entry->d_name);
		count++;
	}
	closedir(folder);
	assert_true(count > 100);
}

/* ---- What lies at the end of what the CPU can reach ---- */

#define END	0x100000000ull

static void rsdp_whose_extension_cannot_be_read(void **state)
{
	struct build *b = build_machine();
	uint8_t rsdp[20];

	(void)state;
	build_seal(b);
	memory_put(BUILD_ACPI, "JUNK", 4);	/* only the RSDT leads to the table */
	memory_get(BUILD_RSDP, rsdp, sizeof(rsdp));
	fake.cpu_bits = 32;
	memory_put(END - 20, rsdp, sizeof(rsdp));
	assert_int_equal(find(b, END - 20), HANDOFF_OK);
}

/* An XSDT of one entry, the DMAR table, `reachable` bytes before the end; the RSDT lacks it. */
static void expect_xsdt(unsigned int reachable, enum handoff_reason reason)
{
	struct build *b = build_machine();
	uint64_t at = END - reachable, entry = BUILD_ACPI + 0x1000;
	uint8_t rsdp[36], total = 0;

	build_seal(b);
	memory_put(BUILD_ACPI + 0x400, "JUNK", 4);
	build_acpi_table(at, "XSDT", &entry, sizeof(entry));
	memory_get(BUILD_RSDP, rsdp, sizeof(rsdp));
	memcpy(rsdp + 24, &at, sizeof(at));
	rsdp[32] = 0;
	for (unsigned int i = 0; i < sizeof(rsdp); i++)
		total = (uint8_t)(total + rsdp[i]);
	rsdp[32] = (uint8_t)-total;
	memory_put(BUILD_RSDP, rsdp, sizeof(rsdp));
	fake.cpu_bits = 32;
	assert_int_equal(find(b, BUILD_RSDP), reason);
}

static void xsdt_that_cannot_be_read(void **state)
{
	(void)state;
	expect_xsdt(44, HANDOFF_OK);
	expect_xsdt(40, HANDOFF_NO_DMAR);	/* half an entry */
	expect_xsdt(20, HANDOFF_NO_DMAR);	/* half a head */
}

static void table_that_cannot_be_read(void **state)
{
	static const unsigned int reachable[] = { 4, 40, 50 };	/* bytes: its name, no head, a head */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(reachable); i++) {
		struct build *b = build_machine();
		uint64_t at = END - reachable[i];
		uint8_t body[64] = { 45 };

		build_seal(b);
		build_acpi_table(at, "DMAR", body, sizeof(body));
		build_acpi_table(BUILD_ACPI, "XSDT", &at, sizeof(at));
		fake.cpu_bits = 32;
		assert_int_equal(find(b, BUILD_RSDP), HANDOFF_BAD_DMAR);
	}
}

static void table_that_finds_no_room(void **state)
{
	struct build *b = build_machine();
	struct arena arena;

	(void)state;
	build_unit(b);
	build_seal(b);
	arena_init(&arena, memory_arena(BUILD_ARENA, 0x1000), phys(BUILD_ARENA), 63);
	assert_int_equal(dmar_find(&dmar, phys(BUILD_RSDP), &arena), HANDOFF_ARENA_TOO_SMALL);
	arena_init(&arena, memory_arena(BUILD_ARENA, 0x1000), phys(BUILD_ARENA), 64);
	assert_int_equal(dmar_find(&dmar, phys(BUILD_RSDP), &arena), HANDOFF_OK);
}

/* ---- More than there is room for ---- */

/* Structures of units that cannot be: without registers. */
static void add_units(struct build *b, unsigned int count)
{
	struct dmar_drhd drhd = { .head = { DMAR_DRHD, sizeof(drhd) } };

	for (unsigned int i = 0; i < count; i++)
		build_structure(b, &drhd, sizeof(drhd));
}

static void units_beyond_the_limit_are_told(void **state)
{
	struct build *b = build_machine();

	(void)state;
	b->arena_size = 0x2000000;
	build_unit(b);
	add_units(b, 256);
	assert_true(build_run(b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_int_equal(result_count(HANDOFF_UNITS), 256);
	assert_logged("unit at 0: more than 256 units");
}

static void units_and_regions_beyond_the_report_are_left_out(void **state)
{
	struct build *b = build_machine();

	(void)state;
	build_unit(b);
	add_units(b, 20);
	for (unsigned int i = 0; i < 40; i++)
		build_rmrr(b, 0x7b000000, 0x7b000fff);
	assert_true(build_run(b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	assert_int_equal(result_count(HANDOFF_UNITS), 16);
	assert_int_equal(result_dropped(HANDOFF_UNITS), 5);
	assert_int_equal(result_count(HANDOFF_RMRRS), 32);
	assert_int_equal(result_dropped(HANDOFF_RMRRS), 8);
}

static void other_structures_are_passed_over(void **state)
{
	struct build *b = build_machine();
	uint8_t affinity[20] = { DMAR_RHSA, 0, sizeof(affinity) };

	(void)state;
	build_structure(b, affinity, sizeof(affinity));
	build_unit(b);
	assert_true(build_run(b));
	check_run(b);
	assert_int_equal(result_count(HANDOFF_UNITS), 1);
	assert_null(strstr(result_log(), "impossible"));
}

static void structure_of_impossible_length_is_told(void **state)
{
	struct build *b = build_machine();

	(void)state;
	build_unit(b);
	build_structure(b, "\1\0\377\0", 4);
	assert_true(build_run(b));
	check_run(b);
	assert_logged("structure at offset 64 has an impossible length");
}

/* ---- Whose reserved memory? ---- */

/* A region with one scope; `path` of {device, function} pairs from bus 2 on. */
static void add_region(struct build *b, uint16_t segment, uint8_t type, const uint8_t *path, uint8_t pairs)
{
	struct {
		struct dmar_rmrr rmrr;
		struct dmar_scope scope;
		uint8_t path[6];
	} __attribute__((packed)) all = {
		.rmrr = { { DMAR_RMRR, 0 }, 0, segment, 0x7b000000, 0x7b000fff },
		.scope = { type, (uint8_t)(sizeof(struct dmar_scope) + 2 * pairs), 0, 0, 2 },
	};

	all.rmrr.head.length = (uint16_t)(sizeof(all) - 6 + 2u * pairs);
	memcpy(all.path, path, 2u * pairs);
	build_structure(b, &all, all.rmrr.head.length);
}

/* By the firmware's table alone: what is behind a bridge is not known. */
static bool is_named(uint8_t bus, uint8_t devfn, bool perhaps)
{
	static struct relay relay;	/* too large for a stack */
	struct handoff_range region;
	uint32_t offset = 0;

	relay.dmar = dmar;
	relay.params.pci = PCI_OFF;
	return rmrr_next(&relay, &offset, 0, bus, devfn, perhaps, &region);
}

static void expect_named(uint8_t type, const uint8_t *path, uint8_t pairs, uint8_t bus, uint8_t devfn,
			 bool certainly, bool perhaps)
{
	struct build *b = build_machine();

	add_region(b, 0, type, path, pairs);
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
	assert_int_equal(is_named(bus, devfn, false), certainly);
	assert_int_equal(is_named(bus, devfn, true), perhaps);
}

static void scopes_name_devices_by_their_path(void **state)
{
	static const uint8_t path[] = { 0x1c, 1, 3, 2 };

	(void)state;
	expect_named(1, path, 1, 2, 0xe1, true, true);		/* an endpoint on the start bus */
	expect_named(2, path, 1, 2, 0xe1, true, true);		/* a bridge itself */
	expect_named(1, path, 1, 2, 0xe2, false, false);	/* another function */
	expect_named(1, path, 1, 3, 0xe1, false, false);	/* another bus */
	expect_named(1, path, 1, 1, 0xe1, false, false);
	expect_named(2, path, 1, 3, 0x08, false, true);		/* perhaps behind the bridge */
	expect_named(2, path, 1, 2, 0x08, false, false);	/* beside it */
	expect_named(1, path, 2, 3, 0x1a, false, true);		/* the endpoint behind a bridge, perhaps */
	expect_named(1, path, 2, 3, 0x1b, false, false);
	expect_named(1, path, 2, 2, 0x1a, false, false);	/* it cannot be on the start bus */
	expect_named(2, path, 2, 2, 0x1a, false, false);
	expect_named(1, path, 0, 2, 0, false, false);		/* no path: nobody */
	expect_named(3, path, 1, 2, 0xe1, false, false);	/* an I/O APIC */
	expect_named(0, path, 1, 2, 0xe1, false, false);
}

static void regions_that_name_nobody_here(void **state)
{
	static const uint8_t path[] = { 0x1c, 1 };
	struct build *b = build_machine();

	(void)state;
	add_region(b, 1, 1, path, 1);					/* another segment's */
	build_structure(b, "\1\0\10\0aaaa", 8);			/* too short */
	build_rmrr(b, 0x7b001000, 0x7b000fff);				/* empty */
	build_unit(b);							/* no region */
	assert_int_equal(find(b, BUILD_RSDP), HANDOFF_OK);
	assert_false(is_named(2, 0xe1, true));
	assert_false(is_named(0, 0xa3, true));
}

static void region_without_a_device_is_reported_so(void **state)
{
	struct build *b = build_machine();
	const struct handoff_rmrr *rmrr;

	(void)state;
	build_unit(b);
	add_region(b, 0, 1, (const uint8_t *)"", 0);
	assert_true(build_run(b));
	rmrr = result_entry(HANDOFF_RMRRS, 0);
	assert_int_equal(rmrr->scopes, 1);
	assert_int_equal(rmrr->first_bus, 0);
	assert_int_equal(rmrr->first_devfn, 0);
}

/* Of several devices the first is named. */
static void region_of_two_devices_names_the_first(void **state)
{
	static const uint8_t region[] = {
		DMAR_RMRR, 0, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0, 0, 0, 0, 0xff, 0xf, 0, 0x7b, 0, 0, 0, 0,
		1, 8, 0, 0, 0, 3, 0x1f, 2,
		1, 8, 0, 0, 0, 4, 0x1e, 1,
	};
	struct build *b = build_machine();
	const struct handoff_rmrr *rmrr;

	(void)state;
	build_unit(b);
	build_structure(b, region, sizeof(region));
	assert_true(build_run(b));
	rmrr = result_entry(HANDOFF_RMRRS, 0);
	assert_int_equal(rmrr->scopes, 2);
	assert_int_equal(rmrr->first_bus, 3);
	assert_int_equal(rmrr->first_devfn, 0xfa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xsdt_leads_to_the_table),
		cmocka_unit_test(rsdp_of_revision_0_has_an_rsdt),
		cmocka_unit_test(rsdp_with_a_bad_checksum_or_signature),
		cmocka_unit_test(no_rsdp_at_all),
		cmocka_unit_test(bad_extended_checksum_falls_back_to_the_rsdt),
		cmocka_unit_test(unusable_xsdt_falls_back_to_the_rsdt),
		cmocka_unit_test(entries_that_lead_nowhere_are_passed_over),
		cmocka_unit_test(entries_behind_the_end_are_none),
		cmocka_unit_test(endless_table_of_tables_is_cut),
		cmocka_unit_test(machine_without_the_table),
		cmocka_unit_test(table_with_a_bad_checksum),
		cmocka_unit_test(table_of_impossible_length),
		cmocka_unit_test(impossible_address_width),
		cmocka_unit_test(unknown_structures_are_stepped_over),
		cmocka_unit_test(structures_of_impossible_length_end_the_walk),
		cmocka_unit_test(stray_bytes_at_the_end),
		cmocka_unit_test(scopes_are_stepped_through),
		cmocka_unit_test(scopes_of_impossible_length_end_the_steps),
		cmocka_unit_test(short_unit_structure_is_told),
		cmocka_unit_test(reserved_regions_are_reported),
		cmocka_unit_test(unit_of_another_segment_is_reported_so),
		cmocka_unit_test(real_tables_are_understood),
		cmocka_unit_test(rsdp_whose_extension_cannot_be_read),
		cmocka_unit_test(xsdt_that_cannot_be_read),
		cmocka_unit_test(table_that_cannot_be_read),
		cmocka_unit_test(table_that_finds_no_room),
		cmocka_unit_test(units_beyond_the_limit_are_told),
		cmocka_unit_test(units_and_regions_beyond_the_report_are_left_out),
		cmocka_unit_test(other_structures_are_passed_over),
		cmocka_unit_test(structure_of_impossible_length_is_told),
		cmocka_unit_test(scopes_name_devices_by_their_path),
		cmocka_unit_test(regions_that_name_nobody_here),
		cmocka_unit_test(region_without_a_device_is_reported_so),
		cmocka_unit_test(region_of_two_devices_names_the_first),
	};

	return cmocka_run_group_tests_name("dmar", tests, NULL, NULL);
}
