// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmarelay-test.efi - the stub against QEMU's remapping unit, with live DMA
 *
 * Background: the unit tests judge by a mock unit that we wrote ourselves. Here the same object
 * files run on a machine whose unit, and whose devices, others wrote.
 * Method: for each row named in the arguments, set up the unit in the row's format, start DMA, run
 * copy and switch, and look who serves the DMA from then on. All of it with the firmware's services
 * still there, but its interrupts off: nothing else runs, and nothing else does DMA.
 * Result: lines of text on the second serial port, and QEMU's exit status by isa-debug-exit.
 */
#include <string.h>

#include "arch.h"
#include "arrival.h"
#include "cpu.h"
#include "firmware.h"
#include "interrupt.h"
#include "lab.h"
#include "machine.h"
#include "print.h"
#include "trial.h"

#define RESULT_PORT	1u		/* ttyS1 */
#define NO_SWITCH	"no-switch"
#define ARRIVAL		"arrival"
#define EXIT_PORT	0xf4		/* QEMU exits with twice the value plus 1 */

static bool run_named(const char *name, unsigned int length, bool commit)
{
	const struct row *row = row_find(name, length);

	if (row)
		return trial_run(row, commit);
	print("failed %.*s\n    there is no such row\n", (int)length, name);
	return false;
}

static bool is_word(const char *text, unsigned int length, const char *word)
{
	return length == strlen(word) && !memcmp(text, word, length);
}

/* Words between blanks: rows, and NO_SWITCH in front of those that are not to be switched; or ARRIVAL. */
static bool run_all(const char *words)
{
	bool all = true, commit = true;

	while (*words) {
		unsigned int length = 0;

		while (words[length] && words[length] != ' ')
			length++;
		if (is_word(words, length, NO_SWITCH))
			commit = false;
		else if (is_word(words, length, ARRIVAL))
			all &= arrival_run();
		else if (length)
			all &= run_named(words, length, commit);
		words += length + (words[length] == ' ');
	}
	return all;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	static char arguments[2048];
	bool all;

	firmware_init(image, table);
	machine_init();
	machine_console_open(RESULT_PORT, 115200);
	print_to(machine_console);
	firmware_arguments(arguments, sizeof(arguments));
	print("\n");	/* the firmware may have written here */
	all = lab_init() && interrupt_init();
	firmware_services()->RaiseTPL(TPL_HIGH_LEVEL);
	asm volatile("cli");
	all = all && run_all(arguments);
	print("%s\n", all ? "all passed" : "not all passed");
	outb(EXIT_PORT, all ? 0 : 1);
	return EFI_SUCCESS;
}
