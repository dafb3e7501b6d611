// SPDX-License-Identifier: GPL-2.0-only
#include "firmware.h"

#include <string.h>

static EFI_HANDLE self;
static EFI_SYSTEM_TABLE *system_table;

void firmware_init(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	self = image;
	system_table = table;
}

EFI_BOOT_SERVICES *firmware_services(void)
{
	return system_table->BootServices;
}

void firmware_arguments(char *text, size_t room)
{
	static EFI_GUID loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *image;
	size_t used = 0;

	if (firmware_services()->HandleProtocol(self, &loaded_image, (void **)&image) ==
	    EFI_SUCCESS) {
		const CHAR16 *options = image->LoadOptions;

		for (size_t i = 0; i < image->LoadOptionsSize / sizeof(*options) && options[i]; i++)
			if (used < room - 1)
				text[used++] = options[i] < 0x80 ? (char)options[i] : '?';
	}
	text[used] = '\0';
}

uint64_t firmware_rsdp(void)
{
	static const EFI_GUID acpi_20 = ACPI_20_TABLE_GUID;

	for (UINTN i = 0; i < system_table->NumberOfTableEntries; i++) {
		const EFI_CONFIGURATION_TABLE *entry = &system_table->ConfigurationTable[i];

		if (!memcmp(&entry->VendorGuid, &acpi_20, sizeof(acpi_20)))
			return (uintptr_t)entry->VendorTable;
	}
	return 0;
}

uint64_t firmware_memory(uint64_t size, uint64_t limit)
{
	EFI_PHYSICAL_ADDRESS at = limit - 1;

	if (firmware_services()->AllocatePages(AllocateMaxAddress, EfiLoaderData, size / PAGE_SIZE,
					       &at) != EFI_SUCCESS)
		return 0;
	memset((void *)(uintptr_t)at, 0, size);
	return at;
}

void firmware_console(const char *text, size_t size)
{
	SIMPLE_TEXT_OUTPUT_INTERFACE *out = system_table->ConOut;
	CHAR16 line_end[] = { '\r', '\n', 0 };

	for (size_t i = 0; i < size; i++) {
		CHAR16 character[] = { (unsigned char)text[i], 0 };

		out->OutputString(out, text[i] == '\n' ? line_end : character);
	}
}
