// SPDX-License-Identifier: GPL-2.0-only
/*
 * leave.efi - a firmware that protects itself from DMA, for dmarelay.efi to look at
 *
 * Puts one row's tables in force and leaves them so. The disk may go on as before.
 */
#include "arch.h"
#include "firmware.h"
#include "iommu.h"
#include "lab.h"
#include "pci.h"
#include "print.h"
#include "scene.h"

#define AHCI_ID		0x29228086u
#define AHCI_DOMAIN	9u

static bool let_disk_through(const struct scene *scene)
{
	struct table_format format = scene->row->format;
	uint16_t disk = pci_find(AHCI_ID, false);

	format.kind = PASS_THROUGH;
	if (disk != PCI_NONE)
		table_attach(&format, scene->root, disk, 0, AHCI_DOMAIN);
	return disk != PCI_NONE;
}

static bool leave(const char *name)
{
	static struct scene scene;
	unsigned int length = 0;
	const struct row *row;

	while (name[length] && name[length] != ' ')
		length++;
	row = row_find(name, length);
	if (!row || scene_lacks(row))
		return false;
	scene_build(&scene, row);
	return let_disk_through(&scene) && iommu_on(&scene.tables);
}

/* The second word: the shell names the program first. */
static const char *second_word(const char *text)
{
	while (*text && *text != ' ')
		text++;
	return *text ? text + 1 : text;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	static char arguments[256];

	firmware_init(image, table);
	machine_init();
	print_to(firmware_console);
	firmware_arguments(arguments, sizeof(arguments));
	return lab_init() && leave(second_word(arguments)) ? EFI_SUCCESS : EFI_DEVICE_ERROR;
}
