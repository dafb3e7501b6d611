// SPDX-License-Identifier: GPL-2.0-only
#include "params.h"

#include <string.h>

#include "log.h"
#include "word.h"

static bool parse_console(struct params *params, struct word value)
{
	uint64_t baud = 115200;
	unsigned int port;

	if (word_equals(value, "off")) {
		params->console = false;
		return true;
	}
	if (value.size < 5 || memcmp(value.text, "ttyS", 4) || value.text[4] < '0' || value.text[4] > '3')
		return false;
	port = (unsigned int)(value.text[4] - '0');
	value.text += 5;
	value.size -= 5;
	if (value.size) {
		if (value.text[0] != ',')
			return false;
		value.text++;
		value.size--;
		if (!word_take_decimal(&value, &baud) || value.size || !baud || baud > 115200 ||
		    115200 % baud)
			return false;
	}
	params->console = true;
	params->console_port = port;
	params->console_baud = (uint32_t)baud;
	return true;
}

static bool parse_budget(struct params *params, struct word value)
{
	uint64_t ms;

	if (!word_take_decimal(&value, &ms) || value.size || ms < PARAMS_BUDGET_MIN || ms > PARAMS_BUDGET_MAX)
		return false;
	params->budget_ms = (uint32_t)ms;
	return true;
}

/* Which of `names`, each ended by a NUL and the last by two, `value` is; false if none of them. */
static bool parse_choice(struct word value, const char *names, uint8_t *choice)
{
	for (uint8_t i = 0; *names; i++) {
		if (word_equals(value, names)) {
			*choice = i;
			return true;
		}
		while (*names++)
			;
	}
	return false;
}

/* Linux accepts elfcorehdr=[SIZE@]ADDRESS; the size says nothing that the ELF header does not. */
static bool parse_elfcorehdr(struct params *params, struct word value)
{
	uint64_t address;

	if (!word_take_memory(&value, &address))
		return false;
	if (value.size && value.text[0] == '@') {
		value.text++;
		value.size--;
		if (!word_take_memory(&value, &address))
			return false;
	}
	if (value.size)
		return false;
	params->elfcorehdr_given = true;
	params->elfcorehdr = address;
	return true;
}

/* As in Linux: without a size suffix, and 0x may be there or not. */
static bool parse_acpi_rsdp(struct params *params, struct word value)
{
	uint64_t address;

	if (!word_take_hex(&value, &address) || value.size)
		return false;
	params->acpi_rsdp = address;
	return true;
}

static void complain(struct report *report, struct word word, const char *expected)
{
	char text[64];
	size_t size = word.size < sizeof(text) - 1 ? word.size : sizeof(text) - 1;

	memcpy(text, word.text, size);
	text[size] = '\0';
	log_line(report, "%s: expected %s; the default stays", text, expected);
}

static void parse_word(struct params *params, struct word word, struct report *report)
{
	struct word value;

	if (word_has_name(word, "dmarelay.policy=", &value)) {
		if (!parse_choice(value, "keep\0isolate\0off\0", &params->policy))
			complain(report, word, "keep, isolate or off");
	} else if (word_has_name(word, "dmarelay.bad=", &value)) {
		if (!parse_choice(value, "sink\0block\0", &params->bad))
			complain(report, word, "sink or block");
	} else if (word_has_name(word, "dmarelay.holes=", &value)) {
		if (!parse_choice(value, "sink\0keep\0", &params->holes))
			complain(report, word, "sink or keep");
	} else if (word_has_name(word, "dmarelay.pasid=", &value)) {
		if (!parse_choice(value, "keep\0drop\0", &params->pasid))
			complain(report, word, "keep or drop");
	} else if (word_has_name(word, "dmarelay.faults=", &value)) {
		if (!parse_choice(value, "keep\0mute\0", &params->faults))
			complain(report, word, "keep or mute");
	} else if (word_has_name(word, "dmarelay.fence=", &value)) {
		if (!parse_choice(value, "auto\0on\0off\0", &params->fence))
			complain(report, word, "auto, on or off");
	} else if (word_has_name(word, "dmarelay=", &value)) {
		params->adopt_off = word_equals(value, "off");
	} else if (word_has_name(word, "dmarelay.pci=", &value)) {
		if (!parse_choice(value, "on\0off\0", &params->pci))
			complain(report, word, "on or off");
	} else if (word_has_name(word, "dmarelay.iommu=", &value)) {
		if (!parse_choice(value, "auto\0hide\0show\0", &params->iommu))
			complain(report, word, "auto, hide or show");
	} else if (word_has_name(word, "dmarelay.log=", &value)) {
		if (!parse_console(params, value))
			complain(report, word, "ttyS0 to ttyS3, perhaps with ,BAUD, or off");
	} else if (word_has_name(word, "dmarelay.budget=", &value)) {
		if (!parse_budget(params, value))
			complain(report, word, "1 to 60000 milliseconds");
	} else if (word_has_name(word, "elfcorehdr=", &value)) {
		if (!parse_elfcorehdr(params, value))
			complain(report, word, "[SIZE@]ADDRESS");
	} else if (word_has_name(word, "acpi_rsdp=", &value)) {
		if (!parse_acpi_rsdp(params, value))
			complain(report, word, "a hexadecimal address");
	} else if (word_has_name(word, "dmarelay.", &value) && !word_has_name(word, "dmarelay.test=", &value)) {
		complain(report, word, "policy, bad, holes, pasid, faults, fence, pci, iommu, log or budget");
	}
}

void params_parse(struct params *params, const char *command_line, struct report *report)
{
	struct word word;

	*params = (struct params){
		.policy = POLICY_KEEP,
		.bad = BAD_SINK,
		.holes = HOLES_SINK,
		.pasid = PASID_KEEP,
		.faults = FAULTS_KEEP,
		.fence = FENCE_AUTO,
		.pci = PCI_ON,
		.iommu = IOMMU_AUTO,
		.budget_ms = PARAMS_BUDGET_DEFAULT,
	};
	while ((word = word_next(&command_line)).size) {
		if (word_equals(word, "--"))		/* what follows is for init */
			break;
		parse_word(params, word, report);
	}
}
