// SPDX-License-Identifier: GPL-2.0-only
/* params.c: the command line. */
#include "testing.h"

#include "arena.h"
#include "fake.h"
#include "log.h"
#include "params.h"

static struct arena arena;
static struct report report;

static struct params parse(const char *command_line)
{
	struct params params;

	fake_reset();
	arena_init(&arena, memory_arena(0x10000000, 0x40000), phys(0x10000000), 0x40000);
	assert_true(report_init(&report, &arena));
	params_parse(&params, command_line, &report);
	return params;
}

/* The log as text. */
static const char *complaints(void)
{
	static char text[8193];
	uint32_t size = report_count(&report, HANDOFF_LOG);

	assert_true(size < sizeof(text));
	memcpy(text, report.sections[HANDOFF_LOG].entries, size);
	text[size] = '\0';
	return text;
}

static void assert_default(const struct params *params)
{
	assert_int_equal(params->policy, POLICY_KEEP);
	assert_int_equal(params->bad, BAD_SINK);
	assert_int_equal(params->pci, PCI_ON);
	assert_int_equal(params->holes, HOLES_SINK);
	assert_int_equal(params->iommu, IOMMU_AUTO);
	assert_false(params->console);
	assert_int_equal(params->budget_ms, PARAMS_BUDGET_DEFAULT);
	assert_false(params->elfcorehdr_given);
	assert_hex_equal(params->acpi_rsdp, 0);
}

static void empty_line_gives_the_defaults(void **state)
{
	struct params params = parse("");

	(void)state;
	assert_default(&params);
	params = parse("   \t\n ");
	assert_default(&params);
	params = parse("quiet root=/dev/sda1 dmarelay elfcorehdr xdmarelay.policy=off --dmarelay.bad=block");
	assert_default(&params);
	assert_string_equal(complaints(), "");
}

static void each_option_is_understood(void **state)
{
	struct params params = parse("dmarelay.policy=off dmarelay.bad=block\tdmarelay.log=ttyS2,9600 "
				     "dmarelay.budget=250 dmarelay.pci=off elfcorehdr=0x68000000 "
				     "dmarelay.iommu=hide acpi_rsdp=0x7ffe0014");

	(void)state;
	assert_int_equal(params.policy, POLICY_OFF);
	assert_int_equal(params.bad, BAD_BLOCK);
	assert_int_equal(params.pci, PCI_OFF);
	assert_true(params.console);
	assert_int_equal(params.console_port, 2);
	assert_int_equal(params.console_baud, 9600);
	assert_int_equal(params.budget_ms, 250);
	assert_true(params.elfcorehdr_given);
	assert_hex_equal(params.elfcorehdr, 0x68000000);
	assert_int_equal(params.iommu, IOMMU_HIDE);
	assert_hex_equal(params.acpi_rsdp, 0x7ffe0014);
	assert_string_equal(complaints(), "");
}

static void last_of_a_name_counts(void **state)
{
	struct params params = parse("dmarelay.policy=off dmarelay.policy=keep dmarelay.log=ttyS1 "
				     "dmarelay.log=off dmarelay.bad=block dmarelay.bad=sink "
				     "dmarelay.iommu=hide dmarelay.iommu=show dmarelay.iommu=auto "
				     "acpi_rsdp=f5a00 acpi_rsdp=0");

	(void)state;
	assert_default(&params);
}

/* `option` is refused: the default stays, the complaint begins with it. */
static void expect_refused(const char *option)
{
	struct params params = parse(option);

	assert_default(&params);
	if (strncmp(complaints(), option, strlen(option) < 63 ? strlen(option) : 63) ||
	    !strstr(complaints(), ": expected "))
		fail_msg("no complaint about \"%s\", but \"%s\"", option, complaints());
}

static void bad_values_are_reported_and_the_default_stays(void **state)
{
	static const char *const options[] = {
		"dmarelay.policy=", "dmarelay.policy=of", "dmarelay.policy=offf", "dmarelay.policy=OFF",
		"dmarelay.policy=\"off\"", "dmarelay.bad=", "dmarelay.bad=sunk", "dmarelay.pci=", "dmarelay.pci=no",
		"dmarelay.holes=", "dmarelay.holes=fill",
		"dmarelay.log=",
		"dmarelay.log=ttyS", "dmarelay.log=ttyS4", "dmarelay.log=ttyS/", "dmarelay.log=ttyX0",
		"dmarelay.pasid=kept", "dmarelay.faults=", "dmarelay.log=ttyS0,", "dmarelay.log=ttyS0x",
		"dmarelay.log=ttyS0,0", "dmarelay.log=ttyS0,115201", "dmarelay.log=ttyS0,7",
		"dmarelay.log=ttyS0,9600n8", "dmarelay.log=ttyS0,99999999999999999999",
		"dmarelay.budget=", "dmarelay.budget=0", "dmarelay.budget=60001", "dmarelay.budget=-1",
		"dmarelay.budget=5s", "dmarelay.budget=0x10", "dmarelay.budget=18446744073709551617",
		"dmarelay.polcy=off", "dmarelay.",
		"elfcorehdr=", "elfcorehdr=x", "elfcorehdr=0x", "elfcorehdr=12K4", "elfcorehdr=@4",
		"elfcorehdr=4@", "elfcorehdr=0x10000000000000000", "elfcorehdr=18446744073709551616",
		"elfcorehdr=16777216T", "elfcorehdr=-1", "elfcorehdr=0x/", "elfcorehdr=0y1",
		"dmarelay.iommu=", "dmarelay.iommu=hidden", "dmarelay.iommu=off", "dmarelay.iommu=HIDE",
		"acpi_rsdp=", "acpi_rsdp=x", "acpi_rsdp=0x", "acpi_rsdp=0X", "acpi_rsdp=0xg", "acpi_rsdp=0x0x1",
		"acpi_rsdp=7ffe0014K", "acpi_rsdp=7ffe0014,1", "acpi_rsdp=-1", "acpi_rsdp=+", "acpi_rsdp=++1",
		"acpi_rsdp=x1", "acpi_rsdp=10000000000000000", "acpi_rsdp=0x10000000000000000",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(options); i++)
		expect_refused(options[i]);
}

static void bad_value_after_a_good_one_leaves_that(void **state)
{
	struct params params = parse("dmarelay.log=ttyS1,19200 dmarelay.log=ttyS2,banana");

	(void)state;
	assert_int_equal(params.console_port, 1);
	assert_int_equal(params.console_baud, 19200);
	params = parse("dmarelay.iommu=show dmarelay.iommu=of acpi_rsdp=f5a00 acpi_rsdp=f5a10M");
	assert_int_equal(params.iommu, IOMMU_SHOW);
	assert_hex_equal(params.acpi_rsdp, 0xf5a00);
}

static void long_word_is_cut_in_the_complaint(void **state)
{
	char line[3000] = "dmarelay.policy=";

	(void)state;
	memset(line + 16, 'x', sizeof(line) - 17);
	parse(line);
	assert_true(strlen(complaints()) < 160);
	assert_non_null(strstr(complaints(), ": expected keep, isolate or off"));
}

static void test_hook_is_not_our_business(void **state)
{
	(void)state;
	parse("dmarelay.test=copy:de");
	assert_string_equal(complaints(), "");
}

static void what_follows_two_dashes_is_for_init(void **state)
{
	struct params params = parse("dmarelay.budget=100 -- dmarelay.policy=off dmarelay.nonsense");

	(void)state;
	assert_int_equal(params.policy, POLICY_KEEP);
	assert_int_equal(params.budget_ms, 100);
	assert_string_equal(complaints(), "");
}

static void quotes_hold_a_word_together(void **state)
{
	struct params params = parse("dyndbg=\"file a.c +p dmarelay.policy=off\" dmarelay.bad=block");

	(void)state;
	assert_int_equal(params.policy, POLICY_KEEP);
	assert_int_equal(params.bad, BAD_BLOCK);
	params = parse("x=\"unclosed dmarelay.policy=off");
	assert_int_equal(params.policy, POLICY_KEEP);
}

static void elfcorehdr_is_read_as_linux_reads_it(void **state)
{
	static const struct {
		const char *text;
		uint64_t address;
	} cases[] = {
		{ "elfcorehdr=0x68000000", 0x68000000 },
		{ "elfcorehdr=0X6800000A", 0x6800000a },
		{ "elfcorehdr=0x19AFaf", 0x19afaf },
		{ "elfcorehdr=1965428K", 1965428ull << 10 },
		{ "elfcorehdr=1664M", 0x68000000 },
		{ "elfcorehdr=5g", 5ull << 30 },
		{ "elfcorehdr=1T", 1ull << 40 },
		{ "elfcorehdr=0x1000@0x68000000", 0x68000000 },
		{ "elfcorehdr=4K@1664M", 0x68000000 },
		{ "elfcorehdr=0xffffffffffffffff", UINT64_MAX },
		{ "elfcorehdr=18446744073709551615", UINT64_MAX },
		{ "elfcorehdr=0", 0 },
		{ "elfcorehdr=0xfffffffffffffK", 0xfffffffffffffull << 10 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct params params = parse(cases[i].text);

		assert_true(params.elfcorehdr_given);
		assert_hex_equal(params.elfcorehdr, cases[i].address);
	}
}

static void acpi_rsdp_is_read_as_linux_reads_it(void **state)
{
	static const struct {
		const char *text;
		uint64_t address;
	} cases[] = {
		{ "acpi_rsdp=0x7ffe0014", 0x7ffe0014 },
		{ "acpi_rsdp=7ffe0014", 0x7ffe0014 },
		{ "acpi_rsdp=0X7FFE0aBc", 0x7ffe0abc },
		{ "acpi_rsdp=+0x7ffe0014", 0x7ffe0014 },
		{ "acpi_rsdp=10", 0x10 },
		{ "acpi_rsdp=00000000000000000f5a00", 0xf5a00 },
		{ "acpi_rsdp=ffffffffffffffff", UINT64_MAX },
		{ "acpi_rsdp=0", 0 },
		{ "acpi_rsdp=00", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_hex_equal(parse(cases[i].text).acpi_rsdp, cases[i].address);
		assert_string_equal(complaints(), "");
	}
}

static void every_word_for_the_iommu_is_understood(void **state)
{
	(void)state;
	assert_int_equal(parse("dmarelay.iommu=auto").iommu, IOMMU_AUTO);
	assert_int_equal(parse("dmarelay.iommu=hide").iommu, IOMMU_HIDE);
	assert_int_equal(parse("dmarelay.iommu=show").iommu, IOMMU_SHOW);
	assert_string_equal(complaints(), "");
}

static void complaint_about_a_name_lists_the_names(void **state)
{
	(void)state;
	parse("dmarelay.iomu=hide");
	assert_non_null(strstr(complaints(), "dmarelay.iomu=hide: expected policy, bad, holes, pasid, faults, "
					     "fence, pci, iommu, log or budget; the default stays"));
}

static void limits_are_allowed(void **state)
{
	(void)state;
	assert_int_equal(parse("dmarelay.budget=1").budget_ms, 1);
	assert_int_equal(parse("dmarelay.budget=60000").budget_ms, 60000);
	assert_int_equal(parse("dmarelay.log=ttyS3,1").console_baud, 1);
	assert_int_equal(parse("dmarelay.log=ttyS0").console_baud, 115200);
}

static void every_kind_of_space_parts_words(void **state)
{
	(void)state;
	assert_int_equal(parse("a\rdmarelay.budget=5\rb").budget_ms, 5);
	assert_int_equal(parse("a\tdmarelay.budget=5\tb").budget_ms, 5);
	assert_int_equal(parse("a\ndmarelay.budget=5\nb").budget_ms, 5);
	assert_int_equal(parse("  a  dmarelay.budget=5  ").budget_ms, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_line_gives_the_defaults),
		cmocka_unit_test(each_option_is_understood),
		cmocka_unit_test(last_of_a_name_counts),
		cmocka_unit_test(bad_values_are_reported_and_the_default_stays),
		cmocka_unit_test(bad_value_after_a_good_one_leaves_that),
		cmocka_unit_test(long_word_is_cut_in_the_complaint),
		cmocka_unit_test(test_hook_is_not_our_business),
		cmocka_unit_test(what_follows_two_dashes_is_for_init),
		cmocka_unit_test(quotes_hold_a_word_together),
		cmocka_unit_test(elfcorehdr_is_read_as_linux_reads_it),
		cmocka_unit_test(acpi_rsdp_is_read_as_linux_reads_it),
		cmocka_unit_test(every_word_for_the_iommu_is_understood),
		cmocka_unit_test(complaint_about_a_name_lists_the_names),
		cmocka_unit_test(limits_are_allowed),
		cmocka_unit_test(every_kind_of_space_parts_words),
	};

	return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
