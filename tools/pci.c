// SPDX-License-Identifier: GPL-2.0-only
#include "pci.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "names.h"

/* The header of the configuration space, as far as it is needed (PCI 3.0, 6.1) */
#define VENDOR		0x00
#define  NO_VENDOR	0xffff
#define COMMAND		0x04
#define  BUS_MASTER	0x0004
#define BASE_CLASS	0x0b
#define  CLASS_BRIDGE	0x06
#define HEADER_SIZE	0x10

static int open_file(const char *sysfs, const struct handoff_device *device, const char *name,
		     int flags)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/%s", sysfs,
			      device_name(device->segment, device->bus, device->devfn).text, name);

	return length < PATH_MAX ? open(path, flags | O_CLOEXEC) : -1;
}

/* False if there is none. */
static bool find_driver(const char *sysfs, const struct handoff_device *device, char *name,
			size_t size)
{
	char path[PATH_MAX], target[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/driver", sysfs,
			      device_name(device->segment, device->bus, device->devfn).text);
	ssize_t got = length < PATH_MAX ? readlink(path, target, sizeof(target) - 1) : -1;
	const char *slash;

	if (got < 0)
		return false;
	target[got] = '\0';
	slash = strrchr(target, '/');
	snprintf(name, size, "%.63s", slash ? slash + 1 : target);
	return true;
}

static uint16_t word_at(const uint8_t *header, unsigned int offset)
{
	return (uint16_t)(header[offset] | header[offset + 1] << 8);
}

static enum pci_state state_of(const uint8_t *header)
{
	if (word_at(header, VENDOR) == NO_VENDOR)
		return PCI_SILENT;
	if (header[BASE_CLASS] == CLASS_BRIDGE)
		return PCI_BRIDGE;
	return word_at(header, COMMAND) & BUS_MASTER ? PCI_ORPHAN : PCI_IDLE;
}

struct pci_device pci_look(const char *sysfs, const struct handoff_device *device)
{
	struct pci_device pci = { .state = PCI_GONE };
	int fd = open_file(sysfs, device, "config", O_RDONLY);
	uint8_t header[HEADER_SIZE];

	if (fd < 0)
		return pci;
	pci.state = pread(fd, header, sizeof(header), 0) == sizeof(header) ? state_of(header) :
		    PCI_SILENT;
	close(fd);
	if (find_driver(sysfs, device, pci.driver, sizeof(pci.driver)))
		pci.state = PCI_DRIVEN;
	return pci;
}

/* The command register alone: a write of the status behind it would clear bits there. */
static bool clear_bus_master(int fd)
{
	uint8_t header[HEADER_SIZE];

	if (pread(fd, header, sizeof(header), 0) != sizeof(header))
		return false;
	header[COMMAND] &= (uint8_t)~BUS_MASTER;
	return pwrite(fd, header + COMMAND, 2, COMMAND) == 2 &&
	       pread(fd, header, sizeof(header), 0) == sizeof(header) &&
	       state_of(header) == PCI_IDLE;
}

void pci_quiesce(const char *sysfs, const struct handoff_device *device, struct pci_device *pci)
{
	int fd = open_file(sysfs, device, "config", O_RDWR);

	pci->state = fd >= 0 && clear_bus_master(fd) ? PCI_QUIESCED : PCI_FAILED;
	if (fd >= 0)
		close(fd);
}
