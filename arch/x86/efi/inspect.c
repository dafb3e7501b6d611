// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmarelay.efi - what the firmware says about remapping units, and what it has left in them
 *
 * Firmware that protects itself from DMA before the boot leaves tables behind, that an operating
 * system then finds. Here they are shown by the code that will meet them after a crash: the stub's
 * first half runs as if this machine had crashed now. It reads the units, and writes nothing but
 * its own report.
 */
#include "arch.h"
#include "arena.h"
#include "cpu.h"
#include "dmar.h"
#include "dmar_view.h"
#include "firmware.h"
#include "handoff_read.h"
#include "names.h"
#include "print.h"
#include "relay.h"
#include "show.h"
#include "show_dmar.h"
#include "version.h"

#define REGION_SIZE	0x1000000ull	/* what stands for the kdump kernel's memory */
#define TABLE_ROOM	(2 * (uint64_t)DMAR_MAX_SIZE)
#define REACH		(1ull << 32)	/* where to allocate: all machines have RAM below */

static const char usage[] =
	"dmarelay.efi " STUB_VERSION "\n"
	"Usage: dmarelay.efi inspect [--ranges]\n"
	"\n"
	"Shows the DMAR table: remapping units, device scopes, reserved memory, and what is odd\n"
	"about them; then each unit as the firmware has left it, and the tables in force: devices\n"
	"with their domains and IOVA ranges, and the entries that dmarelay would not let stand.\n"
	"Nothing is changed.\n"
	"\n"
	"  --ranges  show every IOVA range, not each domain's first few\n";

/* Does `text` have this word, between blanks? */
static bool has_word(const char *text, const char *word)
{
	while (*text) {
		size_t i = 0;

		while (word[i] && text[i] == word[i])
			i++;
		if (!word[i] && (!text[i] || text[i] == ' '))
			return true;
		while (*text && *text != ' ')
			text++;
		while (*text == ' ')
			text++;
	}
	return false;
}

/* By the stub's own search for it. */
static bool show_table(uint64_t memory)
{
	struct problem problem;
	struct dmar_view view;
	struct arena arena;
	struct dmar dmar;
	enum handoff_reason reason;

	arena_init(&arena, (void *)(uintptr_t)memory, phys(memory), TABLE_ROOM);
	reason = dmar_find(&dmar, phys(firmware_rsdp()), &arena);
	if (reason != HANDOFF_OK) {
		print("No DMAR table: %s\n", reason_text(reason));
		return false;
	}
	if (!dmar_read(&view, dmar.table, dmar.size, &problem)) {
		print("The DMAR table cannot be read: %s\n", problem.text);
		return false;
	}
	show_dmar_text(stdout, &view);
	return true;
}

static bool show_units(const struct relay_boot *boot, bool all_ranges)
{
	struct handoff_view view;
	struct problem problem;
	phys_t payload;
	uint64_t size;

	if (relay_open(boot) && relay_prepare())
		relay_survey();
	payload = relay_payload(&size);
	if (!handoff_read(&view, (void *)(uintptr_t)payload.pa, size, &problem)) {
		print("The report cannot be read: %s\n", problem.text);
		return false;
	}
	print("\nAs the firmware has left them, and as dmarelay would copy them:\n");
	if (view.header.outcome != HANDOFF_SWITCHED)
		print("(nothing to copy: %s)\n", reason_text(view.header.reason));
	show_text_findings(stdout, &view, all_ranges);
	return true;
}

static bool inspect(bool all_ranges)
{
	struct relay_boot boot;
	uint64_t table = firmware_memory(TABLE_ROOM, REACH);
	uint64_t region = firmware_memory(REGION_SIZE, REACH);

	if (!table || !region || !firmware_read_map() ||
	    !firmware_crash(&boot, region, REGION_SIZE, "")) {
		print("The firmware has too little memory, or too much memory map\n");
		return false;
	}
	boot.entry_ticks = rdtsc();
	return show_table(table) && show_units(&boot, all_ranges);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	static char arguments[256];

	firmware_init(image, table);
	machine_init();
	print_to(firmware_console);
	firmware_arguments(arguments, sizeof(arguments));
	if (!has_word(arguments, "inspect")) {
		fputs(usage, stdout);
		return EFI_INVALID_PARAMETER;
	}
	return inspect(has_word(arguments, "--ranges")) ? EFI_SUCCESS : EFI_NOT_FOUND;
}
