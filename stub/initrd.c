// SPDX-License-Identifier: GPL-2.0-only
#include "initrd.h"

#include <string.h>

#include "machine.h"

#define FOLDER		"kernel/firmware/acpi/"
#define FOLDER_SIZE	(sizeof(FOLDER) - 1)
#define MAX_STEPS	65536u	/* files and words of padding; early archives have some hundred */
#define DIGITS		8u

/* A newc header: 6 bytes of magic, 13 fields of 8 hexadecimal digits. */
#define HEADER		110u
#define FIELD_FILE_SIZE	6u
#define FIELD_NAME_SIZE	11u

/* All ones if it is no number: more than any initrd has. */
static uint64_t field_of(const char *header, unsigned int field)
{
	const char *digits = header + 6 + field * DIGITS;
	uint64_t value = 0;

	for (unsigned int i = 0; i < DIGITS; i++) {
		char letter = digits[i] | 0x20;

		if (digits[i] >= '0' && digits[i] <= '9')
			value = value << 4 | (uint64_t)(digits[i] - '0');
		else if (letter >= 'a' && letter <= 'f')
			value = value << 4 | (uint64_t)(letter - 'a' + 10);
		else
			return UINT64_MAX;
	}
	return value;
}

static uint64_t round_up(uint64_t at)
{
	return (at + 3) & ~3ull;
}

bool initrd_brings_dmar(phys_t start, uint64_t size)
{
	uint64_t at = 0;

	if (!range_fits(start.pa, size))
		return false;
	for (unsigned int i = 0; i < MAX_STEPS; i++) {
		char header[HEADER], name[FOLDER_SIZE], signature[4];
		uint64_t name_size, file_size, data;

		if (at > size || size - at < HEADER || !machine_read(phys(start.pa + at), header, HEADER))
			return false;
		if (!header[0]) {	/* padding: Linux, too, looks at the first byte of four */
			at += 4;
			continue;
		}
		if (memcmp(header, "070701", 6) && memcmp(header, "070702", 6))
			return false;
		name_size = field_of(header, FIELD_NAME_SIZE);
		file_size = field_of(header, FIELD_FILE_SIZE);
		if (name_size > size || file_size > size)
			return false;
		data = round_up(at + HEADER + name_size);
		if (data > size || file_size > size - data)
			return false;
		if (name_size >= FOLDER_SIZE && file_size >= sizeof(signature) &&
		    machine_read(phys(start.pa + at + HEADER), name, sizeof(name)) &&
		    !memcmp(name, FOLDER, sizeof(name)) &&
		    machine_read(phys(start.pa + data), signature, sizeof(signature)) &&
		    !memcmp(signature, "DMAR", sizeof(signature)))
			return true;
		at = round_up(data + file_size);
	}
	return true;	/* more than any: nobody knows what follows */
}
