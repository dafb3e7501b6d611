// SPDX-License-Identifier: GPL-2.0-only
/* pci_config.c, function.c, survey.c: PCI functions at the crash. */
#include "testing.h"

#include "check.h"
#include "fake.h"
#include "pci_config.h"
#include "pci_regs.h"
#include "pci_space.h"
#include "result.h"
#include "scene.h"

/* The entry for a function; NULL if there is none. */
static const struct handoff_function *entry_of(uint16_t segment, uint16_t source)
{
	for (uint32_t i = 0; i < result_count(HANDOFF_FUNCTIONS); i++) {
		const struct handoff_function *entry = result_entry(HANDOFF_FUNCTIONS, i);

		if (entry->segment == segment && (entry->bus << 8 | entry->devfn) == source)
			return entry;
	}
	return NULL;
}

static const struct handoff_function *must_have(uint16_t segment, uint16_t source)
{
	const struct handoff_function *entry = entry_of(segment, source);

	if (!entry)
		fail_msg("no entry for %04x:%04x\n%s", segment, source, result_log());
	return entry;
}

static void run(struct scene *s)
{
	assert_true(build_run(s->b));
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
	check_run(s->b);
}

/* A scene whose buses 0 to 0x7f are in an ECAM window. */
static struct scene with_ecam(void **state)
{
	struct scene s = scene_make(state);

	space_window(s.b, SPACE_ECAM, 0, 0, 0x7f);
	return s;
}

/* ---- Where configuration space is ---- */

static void functions_are_read_by_memory(void **state)
{
	struct scene s = with_ecam(state);
	uint8_t *device = space_add(0, SCENE_SOURCE);
	const struct handoff_function *entry;

	space_close_ports();
	space_put(device, PCI_COMMAND, 0x20100507, 4);
	space_put(device, PCI_CLASS, 0x01080201, 4);
	run(&s);
	entry = must_have(0, SCENE_SOURCE);
	assert_hex_equal(entry->flags, HANDOFF_FUNCTION_CONTEXT);
	assert_hex_equal(entry->vendor, 0x8086);
	assert_hex_equal(entry->device, 0x1234);
	assert_hex_equal(entry->command, 0x0507);
	assert_hex_equal(entry->status, 0x2010);
	assert_hex_equal(entry->class_revision, 0x01080201);
}

static void without_mcfg_they_are_read_by_ports(void **state)
{
	struct scene s = scene_make(state);
	uint8_t *device = space_add(0, SCENE_SOURCE);
	const struct handoff_function *entry;

	space_express(device, 0);
	space_put(device, 0x48, 0x000a0000, 4);
	space_aer(device, 1 << 20, 0);
	run(&s);
	entry = must_have(0, SCENE_SOURCE);
	assert_hex_equal(entry->flags, HANDOFF_FUNCTION_CONTEXT | HANDOFF_FUNCTION_EXPRESS |
			 HANDOFF_FUNCTION_NO_EXTENDED);
	assert_hex_equal(entry->device_status, 0xa);
	assert_hex_equal(entry->aer_uncorrectable, 0);
}

/* Each wrong in one thing: logged, and what it says is not used. */
static void mcfg_entries_are_vetted(void **state)
{
	static const struct {
		uint64_t base;
		uint8_t first, last;
		const char *why;
	} bad[] = {
		{ SPACE_ECAM, 2, 1, "out of order" },
		{ 0, 0, 0, "0 or misaligned" },
		{ SPACE_ECAM + 0x1000, 0, 1, "0 or misaligned" },
		{ UINT64_MAX - 0xfffff, 0, 1, "beyond the address space" },
		{ UINT64_MAX - 0xfffff, 1, 1, "beyond the address space" },
		{ 0x100000, 0, 0, "in RAM" },
		{ BUILD_CRASH_START, 0, 0, "in RAM" },
		{ 0x60000000, 0, 0xff, "in RAM" },	/* RAM at its beginning */
		{ 0xf8000000, 0, 0xff, "in RAM" },	/* at its end */
		{ BUILD_RAM_END & ~0xfffffull, 0, 0, "in RAM" },	/* where it ends */
	};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct scene s = scene_make(state);
		struct mcfg_entry entry = {
			.base = bad[i].base, .start_bus = bad[i].first, .end_bus = bad[i].last,
		};

		build_mcfg(s.b, &entry);
		space_express(space_add(0, SCENE_SOURCE), 0);
		run(&s);
		assert_logged(bad[i].why);
		/* By the ports, then. */
		assert_true(must_have(0, SCENE_SOURCE)->flags & HANDOFF_FUNCTION_NO_EXTENDED);
	}
}

static void mcfg_entry_that_ends_where_ram_begins_is_sound(void **state)
{
	struct scene s = scene_make(state);

	space_window(s.b, BUILD_HIGH_START - 0x10000000, 0, 0xff, 0xff);
	run(&s);
	assert_null(strstr(result_log(), "in RAM"));
}

static void good_mcfg_entries_beside_bad_ones_serve(void **state)
{
	struct scene s = scene_make(state);

	space_window(s.b, 0x100000, 0, 0, 1);
	space_window(s.b, SPACE_ECAM, 7, 0, 0xf);
	space_window(s.b, SPACE_ECAM + 0x10000000, 0, 2, 2);
	space_express(space_add(0, SCENE_SOURCE), 0);
	run(&s);
	assert_false(must_have(0, SCENE_SOURCE)->flags & HANDOFF_FUNCTION_NO_EXTENDED);
}

static void window_that_shows_another_host_bridge_is_not_used(void **state)
{
	struct scene s = scene_make(state);

	/* As if the window of segment 1 were that of segment 0. */
	struct mcfg_entry wrong = { .base = SPACE_ECAM, .end_bus = 0x7f };

	space_window(s.b, SPACE_ECAM, 1, 0, 0x7f);
	build_mcfg(s.b, &wrong);
	space_put(space_add(1, 0), PCI_ID, 0xbad08086, 4);
	space_add(0, 0);
	space_add(0, SCENE_SOURCE);
	run(&s);
	assert_logged("MCFG: not where 0000:00:00.0 is");
	assert_hex_equal(must_have(0, 0)->device, 0x1234);
	must_have(0, SCENE_SOURCE);
}

/* The buses behind the window are read by the ports, as those before it. */
static void window_that_ends_before_a_device(void **state)
{
	struct scene s = scene_make(state);

	space_window(s.b, SPACE_ECAM, 0, 1, 1);
	space_express(space_add(0, 0x0020), 0);
	space_express(space_add(0, SCENE_SOURCE), 0);
	run(&s);
	assert_true(must_have(0, 0x0020)->flags & HANDOFF_FUNCTION_NO_EXTENDED);
	assert_true(must_have(0, SCENE_SOURCE)->flags & HANDOFF_FUNCTION_NO_EXTENDED);
}

/* What is beyond the space, or between its doublewords, is not asked for. */
static void reads_keep_to_the_space(void **state)
{
	struct pci_function by_ports = { .devfn = 0x20 }, by_memory = { .at = phys(SPACE_ECAM + 0x20000) };
	struct scene s = with_ecam(state);
	uint8_t *device = space_add(0, 0x0020);

	(void)s;
	space_put(device, 0xfc, 0x11223344, 4);
	space_put(device, 0xffc, 0x55667788, 4);
	assert_hex_equal(pci_read32(&by_ports, 0xfc), 0x11223344);
	assert_hex_equal(pci_read32(&by_memory, 0xffc), 0x55667788);
	assert_int_equal(space_reads(), 2);
	assert_hex_equal(pci_read32(&by_ports, 0x100), PCI_NOTHING);
	assert_hex_equal(pci_read32(&by_memory, 0x1000), PCI_NOTHING);
	assert_hex_equal(pci_read32(&by_memory, 2), PCI_NOTHING);
	assert_int_equal(space_reads(), 2);
}

static void damaged_mcfg_is_not_used(void **state)
{
	struct scene s = with_ecam(state);
	uint8_t byte;

	build_seal(s.b);
	memory_get(BUILD_ACPI + 0x800 + 20, &byte, 1);
	byte ^= 1;
	memory_put(BUILD_ACPI + 0x800 + 20, &byte, 1);
	space_express(space_add(0, SCENE_SOURCE), 0);
	run(&s);
	assert_true(must_have(0, SCENE_SOURCE)->flags & HANDOFF_FUNCTION_NO_EXTENDED);
}

static void segments_have_windows_of_their_own(void **state)
{
	struct scene s = with_ecam(state);
	struct mock_unit *other;

	s.b->segment = 3;
	other = build_unit(s.b);
	build_attach(s.b, other, 0x0108, build_page(s.b), 20, 1);
	space_window(s.b, SPACE_ECAM + 0x10000000, 3, 0, 1);
	space_add(3, 0x0108);
	space_add(0, 0x0108);		/* nobody's: bus 1 of segment 0 is behind no bridge */
	run(&s);
	must_have(3, 0x0108);
	assert_null(entry_of(0, 0x0108));
}

static void segment_of_several_units_is_read_once(void **state)
{
	struct scene s = with_ecam(state);
	unsigned int of_segment = 0;

	s.b->segment = 3;
	build_attach(s.b, build_unit(s.b), 0x0108, build_page(s.b), 20, 1);
	build_attach(s.b, build_unit(s.b), 0x0110, build_page(s.b), 21, 1);
	space_window(s.b, SPACE_ECAM + 0x10000000, 3, 0, 1);
	space_add(3, 0x0108);
	space_add(3, 0x0110);
	run(&s);
	must_have(3, 0x0108);
	must_have(3, 0x0110);
	for (uint32_t i = 0; i < result_count(HANDOFF_FUNCTIONS); i++)
		of_segment += ((const struct handoff_function *)result_entry(HANDOFF_FUNCTIONS, i))->segment == 3;
	assert_int_equal(of_segment, 2);
}

static void segment_that_nothing_leads_to_is_told(void **state)
{
	struct scene s = with_ecam(state);
	struct mock_unit *other;

	s.b->segment = 3;
	other = build_unit(s.b);
	build_attach(s.b, other, 0x0108, build_page(s.b), 20, 1);
	run(&s);
	assert_null(entry_of(3, 0x0108));
	assert_int_equal(result_dropped(HANDOFF_FUNCTIONS), 1);
}

/* ---- Which functions ---- */

static void absent_device_with_a_context_entry_is_told(void **state)
{
	struct scene s = with_ecam(state);
	const struct handoff_function *entry;

	run(&s);
	entry = must_have(0, SCENE_SOURCE);
	assert_hex_equal(entry->flags, HANDOFF_FUNCTION_CONTEXT | HANDOFF_FUNCTION_ABSENT);
	assert_hex_equal(entry->command | entry->vendor, 0);
	assert_int_equal(result_count(HANDOFF_FUNCTIONS), 2);
}

static void virtual_function_is_not_absent(void **state)
{
	struct scene s = with_ecam(state);
	uint8_t *device = space_add(0, SCENE_SOURCE);
	const struct handoff_function *entry;

	space_put(device, PCI_ID, PCI_NOTHING, 4);
	space_put(device, PCI_COMMAND, 0x00100004, 4);
	run(&s);
	entry = must_have(0, SCENE_SOURCE);
	assert_hex_equal(entry->flags, HANDOFF_FUNCTION_CONTEXT | HANDOFF_FUNCTION_VIRTUAL);
	assert_hex_equal(entry->command, 4);
}

/* 02:03.1 has a context entry; so the bus is looked through. */
static void functions_without_a_context_entry_are_found(void **state)
{
	struct scene s = with_ecam(state);

	space_put(space_add(0, 0x00f8), PCI_HEADER_TYPE, PCI_HEADER_MULTI << 16, 4);
	space_add(0, 0x00fb);
	space_add(0, 0x0020);
	space_add(0, 0x0021);			/* of a device that says that it has one */
	space_add(0, 0x02a0);
	space_add(0, 0x03a0);			/* on a bus that nothing tells of */
	run(&s);
	assert_hex_equal(must_have(0, 0x00f8)->flags, 0);
	must_have(0, 0x00fb);
	must_have(0, 0x0020);
	assert_null(entry_of(0, 0x0021));
	must_have(0, 0x02a0);
	assert_null(entry_of(0, 0x03a0));
}

static void bridges_lead_on(void **state)
{
	struct scene s = with_ecam(state);
	uint8_t *port = space_add_bridge(0, 0x00e0, 4);
	const struct handoff_function *entry;

	space_express(port, PCI_EXP_ROOT_PORT);
	space_put(port, PCI_SECONDARY_STATUS, 0x2000 << 16, 4);
	space_put(port, PCI_BRIDGE_CONTROL, 0x0013 << 16, 4);
	space_add_bridge(0, 0x0400, 6);
	space_add(0, 0x0408);			/* a link has one other end */
	space_add(0, 0x0600);
	space_add(0, 0x0608);
	run(&s);
	entry = must_have(0, 0x00e0);
	assert_hex_equal(entry->flags, HANDOFF_FUNCTION_BRIDGE | HANDOFF_FUNCTION_EXPRESS);
	assert_int_equal(entry->secondary, 4);
	assert_int_equal(entry->subordinate, 4);
	assert_int_equal(entry->port_type, PCI_EXP_ROOT_PORT);
	assert_hex_equal(entry->secondary_status, 0x2000);
	assert_hex_equal(entry->bridge_control, 0x13);
	must_have(0, 0x0400);
	assert_null(entry_of(0, 0x0408));
	must_have(0, 0x0600);
	must_have(0, 0x0608);
}

/* A switch: below a downstream port there is a link, below the upstream one there is none. */
static void switches_lead_on(void **state)
{
	struct scene s = with_ecam(state);

	space_express(space_add_bridge(0, 0x00e0, 4), PCI_EXP_ROOT_PORT);
	space_express(space_add_bridge(0, 0x0400, 5), 5);
	space_express(space_add_bridge(0, 0x0508, 6), PCI_EXP_DOWNSTREAM);
	space_add(0, 0x0600);
	space_add(0, 0x0608);
	run(&s);
	must_have(0, 0x0400);
	must_have(0, 0x0508);
	must_have(0, 0x0600);
	assert_null(entry_of(0, 0x0608));
}

/* A bridge to its own bus, to one before it, and two to the same. */
static void bridges_in_circles_end(void **state)
{
	struct scene s = with_ecam(state);
	uint32_t count;

	space_add_bridge(0, 0x0010, 0);
	space_add_bridge(0, 0x0018, 5);
	space_add_bridge(0, 0x0020, 5);
	space_add_bridge(0, 0x0500, 5);
	space_add_bridge(0, 0x0508, 0);
	run(&s);
	count = result_count(HANDOFF_FUNCTIONS);
	assert_int_equal(count, 3 + 2 + 2);	/* those with a context entry are absent */
}

static void functions_without_room_are_counted(void **state)
{
	struct scene s = with_ecam(state);

	s.b->arena_size = 0x40000;
	for (unsigned int source = 0; source < 100; source++) {
		uint8_t *space = space_add(0, (uint16_t)source);

		if (source % 8 == 0)
			space_put(space, PCI_HEADER_TYPE, PCI_HEADER_MULTI << 16, 4);
	}
	run(&s);
	assert_int_equal(result_count(HANDOFF_FUNCTIONS), 64);
	assert_int_equal(result_dropped(HANDOFF_FUNCTIONS), 100 + 2 - 64);
}

/* ---- What they say ---- */

static void errors_are_read(void **state)
{
	struct scene s = with_ecam(state);
	uint8_t *device = space_add(0, SCENE_SOURCE), *port = space_add_bridge(0, 0x00e0, 2);
	const struct handoff_function *entry;

	space_express(device, 0);
	space_put(device, 0x48, 0x000f2830, 4);
	/* Behind another capability, which begins the list. */
	space_put(device, 0x100, 0x0003 | 1 << 16 | 0x148u << 20, 4);
	space_put(device, 0x148, PCI_EXT_AER | 2 << 16, 4);
	for (unsigned int i = 1; i < 14; i++)
		space_put(device, 0x148 + 4 * i, 0xa0 + i, 4);
	space_express(port, PCI_EXP_ROOT_PORT);
	space_aer(port, 1 << 14, 1);
	space_put(port, 0x100 + PCI_AER_ROOT_STATUS, 0x7, 4);
	space_put(port, 0x100 + PCI_AER_SOURCE, SCENE_SOURCE, 4);
	run(&s);

	entry = must_have(0, SCENE_SOURCE);
	assert_hex_equal(entry->flags, HANDOFF_FUNCTION_CONTEXT | HANDOFF_FUNCTION_EXPRESS |
			 HANDOFF_FUNCTION_AER);
	assert_hex_equal(entry->device_control, 0x2830);
	assert_hex_equal(entry->device_status, 0x000f);
	assert_hex_equal(entry->aer_uncorrectable, 0xa1);
	assert_hex_equal(entry->aer_severity, 0xa3);
	assert_hex_equal(entry->aer_correctable, 0xa4);
	assert_hex_equal(entry->aer_control, 0xa6);
	assert_hex_equal(entry->header_log[0], 0xa7);
	assert_hex_equal(entry->header_log[3], 0xaa);
	assert_hex_equal(entry->root_status | entry->error_source, 0);

	entry = must_have(0, 0x00e0);
	assert_true(entry->flags & HANDOFF_FUNCTION_ROOT);
	assert_hex_equal(entry->aer_uncorrectable, 1 << 14);
	assert_hex_equal(entry->aer_correctable, 1);
	assert_hex_equal(entry->root_status, 7);
	assert_hex_equal(entry->error_source, SCENE_SOURCE);
}

/* It gathers what endpoints of the root complex tell, as a root port does for those behind it. */
static void errors_of_an_event_collector_are_read(void **state)
{
	struct scene s = with_ecam(state);
	uint8_t *collector = space_add(0, 0x0038);
	const struct handoff_function *entry;

	space_express(collector, PCI_EXP_COLLECTOR);
	space_aer(collector, 0, 0);
	space_put(collector, 0x100 + PCI_AER_ROOT_STATUS, 0x3, 4);
	space_put(collector, 0x100 + PCI_AER_SOURCE, 0x00a0, 4);
	run(&s);
	entry = must_have(0, 0x0038);
	assert_true(entry->flags & HANDOFF_FUNCTION_ROOT);
	assert_hex_equal(entry->root_status, 3);
	assert_hex_equal(entry->error_source, 0xa0);
}

/* Returns what the entry's flags are with that list, and that the reads were few. */
static uint32_t flags_with(void **state, void (*damage)(uint8_t *space))
{
	struct scene s = with_ecam(state);
	uint8_t *device = space_add(0, SCENE_SOURCE);

	space_express(device, 0);
	damage(device);
	run(&s);
	assert_true(space_reads() < 2000);
	return must_have(0, SCENE_SOURCE)->flags & ~HANDOFF_FUNCTION_CONTEXT;
}

static void into_the_header(uint8_t *space)
{
	space[PCI_LIST] = 0x3c;
}

static void circle(uint8_t *space)
{
	space_put(space, 0x40, 0x0005 | 0x50 << 8, 4);
	space_put(space, 0x50, 0x0011 | 0x40 << 8, 4);
}

static void at_the_end(uint8_t *space)
{
	space[PCI_LIST] = 0xf8;
	space[0xf8] = PCI_CAP_EXPRESS;
}

static void just_fits(uint8_t *space)
{
	space[PCI_LIST] = 0xf4;
	space[0xf4] = PCI_CAP_EXPRESS;
}

static void low_bits(uint8_t *space)
{
	space[PCI_LIST] = 0x43;
}

static void no_list(uint8_t *space)
{
	space[6] = 0;
}

static void other_layout(uint8_t *space)
{
	space[PCI_HEADER_TYPE + 2] = 2;	/* CardBus: its list is elsewhere */
}

static void extended_into_the_header(uint8_t *space)
{
	space_put(space, 0x100, 0x0003 | 1 << 16 | 0x0fcu << 20, 4);
}

static void extended_circle(uint8_t *space)
{
	space_put(space, 0x100, 0x0003 | 1 << 16 | 0x200u << 20, 4);
	space_put(space, 0x200, 0x0004 | 1 << 16 | 0x100u << 20, 4);
}

static void extended_at_the_end(uint8_t *space)
{
	space_put(space, 0x100, 0x0003 | 1 << 16 | 0xfd8u << 20, 4);
	space_put(space, 0xfd8, PCI_EXT_AER, 4);
}

static void extended_just_fits(uint8_t *space)
{
	space_put(space, 0x100, 0x0003 | 1 << 16 | 0xfd4u << 20, 4);
	space_put(space, 0xfd4, PCI_EXT_AER, 4);
}

static void extended_without_aer(uint8_t *space)
{
	space_put(space, 0x100, 0x0003 | 1 << 16 | 0x148u << 20, 4);
	space_put(space, 0x148, 0x0004 | 1 << 16, 4);
}

static void extended_of_ones(uint8_t *space)
{
	space_put(space, 0x100, PCI_NOTHING, 4);
}

static void capability_lists_are_not_believed(void **state)
{
	uint32_t express = HANDOFF_FUNCTION_EXPRESS, bad = HANDOFF_FUNCTION_BAD_LIST;

	assert_hex_equal(flags_with(state, into_the_header), bad);
	assert_hex_equal(flags_with(state, circle), bad);
	assert_hex_equal(flags_with(state, at_the_end), bad);
	assert_hex_equal(flags_with(state, just_fits), express);
	assert_hex_equal(flags_with(state, low_bits), express);
	assert_hex_equal(flags_with(state, no_list), 0);
	assert_hex_equal(flags_with(state, other_layout), 0);
	assert_hex_equal(flags_with(state, extended_into_the_header), express | bad);
	assert_hex_equal(flags_with(state, extended_circle), express | bad);
	assert_hex_equal(flags_with(state, extended_at_the_end), express | bad);
	assert_hex_equal(flags_with(state, extended_just_fits), express | HANDOFF_FUNCTION_AER);
	assert_hex_equal(flags_with(state, extended_without_aer), express);
	assert_hex_equal(flags_with(state, extended_of_ones), express);
}

/* At any moment: no harm, no endless reading. */
static void devices_that_go_while_they_are_read(void **state)
{
	unsigned long whole = 0;

	for (unsigned long after = 0; !whole || after <= whole; after += 7) {
		struct scene s = with_ecam(state);
		uint8_t *device = space_add(0, SCENE_SOURCE);

		space_express(device, 0);
		space_aer(device, 1, 1);
		space_add_bridge(0, 0x00e0, 4);
		if (after)
			space_dies_after(after);
		run(&s);
		assert_true(space_reads() < 2000);
		must_have(0, SCENE_SOURCE);
		if (!whole)
			whole = space_reads();
	}
}

/* ---- When ---- */

static void survey_is_over_in_its_share_of_the_time(void **state)
{
	struct scene s = with_ecam(state);

	space_add(0, 0x0008);
	space_add(0, SCENE_SOURCE);
	s.b->options = "dmarelay.budget=1600";
	assert_true(build_prepare(s.b));
	fake.ticks_per_look = 20000 * fake.ticks_per_us;	/* 20 ms: five looks */
	relay_survey();
	fake.ticks_per_look = 10;
	assert_int_equal(result_count(HANDOFF_FUNCTIONS), 1);
	assert_int_equal(result_dropped(HANDOFF_FUNCTIONS), 2);
	assert_logged("out of time");
	relay_commit();
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
}

static void pci_off_reads_nothing(void **state)
{
	struct scene s = with_ecam(state);

	s.b->options = "dmarelay.pci=off";
	run(&s);
	assert_int_equal(space_reads(), 0);
	assert_int_equal(result_count(HANDOFF_FUNCTIONS), 0);
}

/* As main.c does when a machine check has come. */
static void survey_that_is_cut_short_costs_nothing_else(void **state)
{
	struct scene s = with_ecam(state);

	space_add(0, SCENE_SOURCE);
	assert_true(build_prepare(s.b));
	relay_trapped(&(struct relay_trap){ .vector = 18 });
	relay_survey_cut();
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_NO_UNIT_SWITCHED);	/* by its digest, too */
	assert_logged("exception 18");
	relay_commit();
	assert_outcome(HANDOFF_SWITCHED, HANDOFF_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_read_by_memory),
		cmocka_unit_test(without_mcfg_they_are_read_by_ports),
		cmocka_unit_test(mcfg_entries_are_vetted),
		cmocka_unit_test(mcfg_entry_that_ends_where_ram_begins_is_sound),
		cmocka_unit_test(good_mcfg_entries_beside_bad_ones_serve),
		cmocka_unit_test(window_that_shows_another_host_bridge_is_not_used),
		cmocka_unit_test(window_that_ends_before_a_device),
		cmocka_unit_test(reads_keep_to_the_space),
		cmocka_unit_test(damaged_mcfg_is_not_used),
		cmocka_unit_test(segments_have_windows_of_their_own),
		cmocka_unit_test(segment_of_several_units_is_read_once),
		cmocka_unit_test(segment_that_nothing_leads_to_is_told),
		cmocka_unit_test(absent_device_with_a_context_entry_is_told),
		cmocka_unit_test(virtual_function_is_not_absent),
		cmocka_unit_test(functions_without_a_context_entry_are_found),
		cmocka_unit_test(bridges_lead_on),
		cmocka_unit_test(switches_lead_on),
		cmocka_unit_test(bridges_in_circles_end),
		cmocka_unit_test(functions_without_room_are_counted),
		cmocka_unit_test(errors_are_read),
		cmocka_unit_test(errors_of_an_event_collector_are_read),
		cmocka_unit_test(capability_lists_are_not_believed),
		cmocka_unit_test(devices_that_go_while_they_are_read),
		cmocka_unit_test(survey_is_over_in_its_share_of_the_time),
		cmocka_unit_test(pci_off_reads_nothing),
		cmocka_unit_test(survey_that_is_cut_short_costs_nothing_else),
	};

	return cmocka_run_group_tests_name("survey", tests, NULL, NULL);
}
