// SPDX-License-Identifier: GPL-2.0-only
/* report.c, log.c, quarantine.c, rules.c, budget.c: what is kept for the engineer. */
#include "testing.h"

#include "arena.h"
#include "budget.h"
#include "fake.h"
#include "log.h"
#include "quarantine.h"
#include "report.h"
#include "rules.h"
#include "ranges.h"

static struct arena arena;
static struct report report;

static bool make(uint64_t size)
{
	fake_reset();
	arena_init(&arena, memory_arena(0x70000000, size), phys(0x70000000), size);
	return report_init(&report, &arena);
}

static const struct handoff_section *section(enum handoff_section_type type)
{
	const struct handoff_section *table = (const void *)(report.header + 1);

	/* In the order of their types, but for the tables: they come last. */
	if (type == HANDOFF_TABLES)
		return &table[REPORT_SECTIONS - 1];
	return &table[type - (type > HANDOFF_TABLES) - 1];
}

static void smallest_arena_holds_a_desktops_report(void **state)
{
	(void)state;
	assert_true(make(0x40000));
	assert_true(report.tables < 0x20000);	/* at least half is left for tables */
	assert_false(make(0x4000));
}

/* Its sections fit, and the tables would begin behind it. */
static void arena_that_ends_before_the_tables_is_refused(void **state)
{
	uint64_t end, tables;

	(void)state;
	assert_true(make(0x20000));
	end = arena_mark(&arena);
	tables = report.tables;
	assert_true(end < tables);
	arena_init(&arena, arena.base, arena.phys, end);
	assert_false(report_init(&report, &arena));
	arena_init(&arena, arena.base, arena.phys, tables - 1);
	assert_false(report_init(&report, &arena));
	arena_init(&arena, arena.base, arena.phys, tables);
	assert_true(report_init(&report, &arena));
}

static void report_grows_with_the_arena(void **state)
{
	uint32_t small;

	(void)state;
	assert_true(make(0x40000));
	small = report.sections[HANDOFF_RANGES].capacity;
	assert_true(make(0x1000000));
	assert_true(report.sections[HANDOFF_RANGES].capacity > small);
	assert_true(report.tables < 0x1000000 / 8);	/* and stays a small share */
}

static void sealed_block_has_its_form(void **state)
{
	(void)state;
	assert_true(make(0x100000));
	((struct handoff_range *)report_add(&report, HANDOFF_RANGES))->first = 0x1234;
	arena_rewind(&arena, report.tables);
	assert_non_null(arena_page(&arena));
	report_seal(&report, HANDOFF_SWITCHED, HANDOFF_OK);
	assert_hex_equal(report.header->magic, HANDOFF_MAGIC);
	assert_hex_equal(report.header->base, 0x70000010);
	assert_hex_equal(report.header->total_size, 0x100000 - 16);
	assert_int_equal(report.header->section_count, REPORT_SECTIONS);
	assert_hex_equal(section(HANDOFF_TABLES)->length, PAGE_SIZE);
	assert_hex_equal(section(HANDOFF_TABLES)->offset, report.tables - 16);
	assert_int_equal(section(HANDOFF_RANGES)->count, 1);
	assert_hex_equal(*(uint64_t *)((uint8_t *)report.header + section(HANDOFF_RANGES)->offset), 0x1234);
	for (uint32_t type = 1; type <= REPORT_SECTIONS; type++) {
		assert_int_equal(section(type)->type, type);
		assert_true(type == HANDOFF_TABLES || section(type)->offset + section(type)->length <=
			    report.header->sealed_size);
	}
	for (uint32_t type = 2; type < HANDOFF_TABLES; type++)
		assert_true(section(type)->offset > section(type - 1)->offset);
	assert_true(section(HANDOFF_FUNCTIONS)->offset > section(HANDOFF_PASIDS)->offset);
}

/* The sealed part goes into a dump: what a crashed kernel had there before is nobody's to see. */
static void nothing_of_the_arena_shows_through(void **state)
{
	(void)state;
	for (uint64_t size = 0x40000; size < 0x140000; size += 0x3000) {
		fake_reset();
		arena_init(&arena, memory_arena(0x70000000, size), phys(0x70000000), size);
		memset(arena.base, 0x5a, size);
		assert_true(report_init(&report, &arena));
		for (uint64_t at = 0; at < report.tables; at++)
			assert_int_equal(arena.base[at], 0);
		assert_int_equal(arena.base[report.tables], 0x5a);
	}
}

static void mere_report_ends_where_the_seal_ends(void **state)
{
	(void)state;
	assert_true(make(0x100000));
	report_seal(&report, HANDOFF_ABANDONED, HANDOFF_BUDGET);
	assert_hex_equal(report.header->total_size, report.header->sealed_size);
	assert_hex_equal(report_size(&report, false), report.header->sealed_size);
	assert_int_equal(report.header->section_count, REPORT_SECTIONS - 1);
	report_seal(&report, HANDOFF_SWITCHED, HANDOFF_OK);
	assert_hex_equal(section(HANDOFF_TABLES)->length, 0);
}

/* Whichever bit of the sealed part changes, but for the digest's own, it is seen. */
static void every_sealed_bit_is_under_the_digest(void **state)
{
	uint8_t *bytes;
	uint64_t size;

	(void)state;
	assert_true(make(0x40000));
	report_seal(&report, HANDOFF_SWITCHED, HANDOFF_OK);
	bytes = (uint8_t *)report.header;
	size = report.header->sealed_size;
	for (uint64_t at = 0; at < size; at += at < 600 ? 1 : 397) {
		bool own = at >= offsetof(struct handoff_header, digest) &&
			   at < offsetof(struct handoff_header, digest) + 8;

		if (own || (at >= offsetof(struct handoff_header, sealed_size) &&
			    at < offsetof(struct handoff_header, sealed_size) + 8))
			continue;
		bytes[at] ^= 0x10;
		assert_true(handoff_digest(report.header, size) != report.header->digest);
		bytes[at] ^= 0x10;
	}
	assert_hex_equal(handoff_digest(report.header, size), report.header->digest);
}

static void full_section_counts_what_it_dropped(void **state)
{
	uint32_t capacity;

	(void)state;
	assert_true(make(0x40000));
	capacity = report.sections[HANDOFF_RMRRS].capacity;
	for (uint32_t i = 0; i < capacity; i++)
		assert_non_null(report_add(&report, HANDOFF_RMRRS));
	assert_null(report_add(&report, HANDOFF_RMRRS));
	assert_null(report_add(&report, HANDOFF_RMRRS));
	assert_int_equal(report_count(&report, HANDOFF_RMRRS), capacity);
	report_seal(&report, HANDOFF_SWITCHED, HANDOFF_OK);
	assert_int_equal(section(HANDOFF_RMRRS)->count, capacity);
	assert_int_equal(section(HANDOFF_RMRRS)->dropped, 2);
}

/* ---- Log ---- */

static const char *log_text(void)
{
	static char text[70000];

	memcpy(text, report.sections[HANDOFF_LOG].entries, report_count(&report, HANDOFF_LOG));
	text[report_count(&report, HANDOFF_LOG)] = '\0';
	return text;
}

static void log_formats(void **state)
{
	(void)state;
	assert_true(make(0x40000));
	log_line(&report, "%s|%c|%u|%x|%lu|%lx|%02x|%04x|%02x%%", "text", '!', 4294967295u, 0xabcu, ~0ul,
		 0x123456789abcdeful, 5u, 0x1fu, 0x1234u);
	log_line(&report, "%u %lx", 0u, 0ul);
	assert_string_equal(log_text(), "text|!|4294967295|abc|18446744073709551615|123456789abcdef|05|001f|"
					"1234%\n0 0\n");
}

static void long_line_is_cut_and_still_ends(void **state)
{
	char text[400];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(make(0x40000));
	log_line(&report, "%s", text);
	assert_int_equal(strlen(log_text()), LOG_LINE + 1);
	assert_int_equal(log_text()[LOG_LINE], '\n');
}

static void full_log_keeps_its_beginning(void **state)
{
	uint32_t room;

	(void)state;
	assert_true(make(0x40000));
	room = report.sections[HANDOFF_LOG].capacity;
	for (uint32_t i = 0; i < room / 8 + 10; i++)
		log_line(&report, "line %02x", i % 100);	/* 8 bytes */
	assert_int_equal(report_count(&report, HANDOFF_LOG), room);
	assert_int_equal(report.sections[HANDOFF_LOG].dropped, 80);
	assert_int_equal(strncmp(log_text(), "line 00\nline 01\n", 16), 0);
}

/* ---- Quarantine and rules ---- */

static void first_records_are_logged_by_name(void **state)
{
	struct handoff_record record = {
		.rule = HANDOFF_RULE_SL_TARGET, .bus = 0x12, .devfn = 0xfb, .segment = 1, .iova = 0x5000,
		.where = 0x1000, .found = { 3, 4 }, .target = 0x68000000,
	};
	const char *text;
	unsigned int lines = 0;

	(void)state;
	assert_true(make(0x40000));
	for (unsigned int i = 0; i < 100; i++)
		quarantine(&report, &record);
	text = log_text();
	assert_int_equal(strncmp(text, "second-level.target: 0001:12:1f.3 iova 5000 entry 4:3 at 1000 "
				 "target 68000000\n", 70), 0);
	for (; *text; text++)
		lines += *text == '\n';
	assert_int_equal(lines, 33);
	assert_int_equal(report_count(&report, HANDOFF_RECORDS), 100);
	assert_int_equal(quarantine_count(&report), 100);
}

static void records_beyond_the_room_are_counted(void **state)
{
	struct handoff_record record = { .rule = HANDOFF_RULE_ROOT_WIDTH };
	uint32_t capacity;

	(void)state;
	assert_true(make(0x40000));
	capacity = report.sections[HANDOFF_RECORDS].capacity;
	for (uint32_t i = 0; i < capacity; i++)
		assert_true(quarantine(&report, &record));
	assert_false(quarantine(&report, &record));
	assert_int_equal(quarantine_count(&report), capacity + 1);
}

static void rules_have_distinct_names_and_a_section(void **state)
{
	char names[256][30];
	unsigned int count = 0;

	(void)state;
	for (unsigned int id = 0; id < 65536; id++) {
		const struct rule *rule = rule_find((uint16_t)id);

		if (!rule)
			continue;
		assert_int_equal(rule->id, id);
		assert_true(strchr(rule->name, '.') && strlen(rule->name) < sizeof(rule->name));
		assert_true(strlen(rule->section) > 2 && strlen(rule->section) < sizeof(rule->section));
		assert_true(strlen(rule->why) > 10 && strlen(rule->why) < sizeof(rule->why));
		for (unsigned int i = 0; i < count; i++)
			assert_string_not_equal(names[i], rule->name);
		assert_string_equal(rule_in_log((uint16_t)id), rule->name);
		strcpy(names[count++], rule->name);
	}
	assert_string_equal(rule_in_log(0), "?");
	assert_true(count >= 21);
	assert_null(rule_find(0));
}

/* ---- Budget ---- */

static void budget_ends_in_time(void **state)
{
	struct budget budget;

	(void)state;
	fake_reset();
	fake.ticks_per_look = 0;
	budget_init(&budget, fake.ticks, 10);
	assert_false(budget_exhausted(&budget));
	fake.ticks += 10ull * 1000 * fake.ticks_per_us - 1;
	assert_false(budget_exhausted(&budget));
	fake.ticks++;
	assert_true(budget_exhausted(&budget));
	assert_hex_equal(budget_us(&budget, 12345 * (uint64_t)fake.ticks_per_us), 12345);
}

/* The counter may wrap while we run. */
static void budget_survives_a_wrap_of_the_clock(void **state)
{
	struct budget budget;

	(void)state;
	fake_reset();
	fake.ticks_per_look = 0;
	fake.ticks = UINT64_MAX - 5;
	budget_init(&budget, fake.ticks, 10);
	assert_false(budget_exhausted(&budget));
	fake.ticks += 10;
	assert_false(budget_exhausted(&budget));
	fake.ticks += 10ull * 1000 * fake.ticks_per_us;
	assert_true(budget_exhausted(&budget));
}

static void report_of_a_large_arena_has_its_ceiling(void **state)
{
	(void)state;
	assert_true(make(0x4000000));
	assert_int_equal(report.sections[HANDOFF_LOG].capacity, 65536);
	assert_int_equal(report.sections[HANDOFF_UNITS].capacity, 256);
	assert_int_equal(report.sections[HANDOFF_DOMAINS].capacity, 0x4000000 >> 14);
}

/* Before there is a report, to the console alone. */
static void lines_without_a_report_go_to_the_console(void **state)
{
	struct report none = { .header = NULL };

	(void)state;
	fake_reset();
	fake.console_open = true;
	log_line(&none, "nothing yet");
	assert_string_equal(fake.console, "nothing yet\n");
}

/* The compiler refuses such formats; what stands behind them in memory is not read all the same. */
static void format_that_ends_in_a_percent_sign(void **state)
{
	char format[] = "50%\0%s";
	char *volatile unknown = format;

	(void)state;
	assert_true(make(0x40000));
	log_line(&report, unknown);
	assert_string_equal(log_text(), "50\n");
}

static void rule_without_a_row_is_logged_as_a_question(void **state)
{
	struct handoff_record record = { .rule = 0xfffe };

	(void)state;
	assert_true(make(0x40000));
	assert_true(quarantine(&report, &record));
	assert_int_equal(strncmp(log_text(), "?: 0000:00:00.0 ", 16), 0);
}

/* Not even the first range of a domain finds room: it is told to be coarse, and lists none. */
static void range_that_finds_no_room_at_all(void **state)
{
	struct handoff_domain domain = { .range_count = 0 };

	(void)state;
	assert_true(make(0x40000));
	report.sections[HANDOFF_RANGES].count = report.sections[HANDOFF_RANGES].capacity;
	ranges_add(&report, &domain, 0x1000, 0x1fff);
	assert_int_equal(domain.range_count, 0);
	assert_true(domain.flags & HANDOFF_DOMAIN_COARSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smallest_arena_holds_a_desktops_report),
		cmocka_unit_test(arena_that_ends_before_the_tables_is_refused),
		cmocka_unit_test(report_grows_with_the_arena),
		cmocka_unit_test(sealed_block_has_its_form),
		cmocka_unit_test(nothing_of_the_arena_shows_through),
		cmocka_unit_test(mere_report_ends_where_the_seal_ends),
		cmocka_unit_test(every_sealed_bit_is_under_the_digest),
		cmocka_unit_test(full_section_counts_what_it_dropped),
		cmocka_unit_test(log_formats),
		cmocka_unit_test(long_line_is_cut_and_still_ends),
		cmocka_unit_test(full_log_keeps_its_beginning),
		cmocka_unit_test(first_records_are_logged_by_name),
		cmocka_unit_test(records_beyond_the_room_are_counted),
		cmocka_unit_test(rules_have_distinct_names_and_a_section),
		cmocka_unit_test(budget_ends_in_time),
		cmocka_unit_test(budget_survives_a_wrap_of_the_clock),
		cmocka_unit_test(report_of_a_large_arena_has_its_ceiling),
		cmocka_unit_test(lines_without_a_report_go_to_the_console),
		cmocka_unit_test(format_that_ends_in_a_percent_sign),
		cmocka_unit_test(rule_without_a_row_is_logged_as_a_question),
		cmocka_unit_test(range_that_finds_no_room_at_all),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
