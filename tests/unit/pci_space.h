/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_space.h - the fake machine's PCI functions and their configuration spaces
 *
 * A function is 4 KiB of bytes: its header is put there by space_add(), the rest by tests. It is seen
 * through the windows that space_window() opens (ECAM), and, of segment 0, by the ports, which show
 * 256 bytes of it. Where there is no function all ones are read. Reading a place that no window
 * shows fails the test, as does anything but an aligned doubleword.
 */
#ifndef PCI_SPACE_H
#define PCI_SPACE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "builder.h"

#define SPACE_ECAM	0xb0000000ull	/* where tests put a window; none of the machine's memory */

/* No functions, no windows. */
void space_reset(void);

/* A window, and the MCFG entry that tells of it. */
void space_window(struct build *b, uint64_t base, uint16_t segment, uint8_t first, uint8_t last);

/* A function by bus << 8 | devfn: vendor 8086, device 1234, no capabilities. Its 4096 bytes. */
uint8_t *space_add(uint16_t segment, uint16_t source);

/* Its bytes; NULL if there is none. */
uint8_t *space_find(uint16_t segment, uint16_t source);

/* Put `size` (1, 2, 4) bytes. */
void space_put(uint8_t *space, unsigned int offset, uint32_t value, unsigned int size);

/* A bridge in front of bus `secondary`. */
uint8_t *space_add_bridge(uint16_t segment, uint16_t source, uint8_t secondary);

/* A PCI Express capability at 0x40 for a `type` of port, and an AER capability at 0x100. */
void space_express(uint8_t *space, unsigned int type);
void space_aer(uint8_t *space, uint32_t uncorrectable, uint32_t correctable);

/* After so many more reads everything reads as all ones: the devices are gone. Default: never. */
void space_dies_after(unsigned long reads);
unsigned long space_reads(void);

/* After so many more reads the next one does not return, but jumps to *trap, as by a machine check. */
void space_traps_after(unsigned long reads, jmp_buf *trap);

/* The machine's side: false if no window shows `address`. */
bool space_read(uint64_t address, uint32_t *value);
uint32_t space_read_by_ports(uint8_t bus, uint8_t devfn, uint8_t offset);

/* The ports show no function at all, as on a machine without them. */
void space_close_ports(void);

#endif /* PCI_SPACE_H */
