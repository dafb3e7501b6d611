# SPDX-License-Identifier: GPL-2.0-only
"""Where the HDA controller writes what it captures: asked from the controller itself.

Registers: High Definition Audio specification, section 3.3 (GCAP 0x00, DPLBASE 0x70, DPUBASE 0x74;
stream descriptors from 0x80, 0x20 bytes each: CTL 0x00, LPIB 0x04, CBL 0x08, BDPL 0x18, BDPU 0x1c).
"""

import struct

from machine import SOURCES

STREAM_RUN = 1 << 1
SOURCE = SOURCES["hda"]


class Capture:
    """The running capture stream: its buffer's pieces as IOVAs, and the position in it."""

    def __init__(self, machine, gdb, walker):
        base = _registers(machine)
        self.walker = walker
        for stream in range(gdb.read_physical(base, 2) >> 8 & 0xf):
            descriptor = base + 0x80 + 0x20 * stream
            if gdb.read_physical(descriptor, 4) & STREAM_RUN:
                break
        else:
            raise LookupError("no HDA capture is running")
        self.position = gdb.read_physical(descriptor + 4, 4)
        self.length = gdb.read_physical(descriptor + 8, 4)
        self.pieces = self._read_list(_read_pair(gdb, descriptor + 0x18), self.length)
        # Written all the time, too: how far each stream is. Bit 0 switches that on.
        self.positions = _read_pair(gdb, base + 0x70) & -128

    def _read_list(self, iova, length):
        """The buffer descriptor list: 16 bytes an entry, address and length."""
        pieces = []
        while length > 0:
            raw = self.walker.memory.read(self.walker.translate(SOURCE, iova), 16)
            address, size = struct.unpack("<QI", raw[:12])
            pieces.append((address, size))
            length -= size
            iova += 16
        return pieces

    def pages(self):
        """The IOVAs of the whole pages of the buffer, in the order they are written."""
        merged = []
        for start, size in self.pieces:
            if merged and merged[-1][1] == start:
                merged[-1][1] += size
            else:
                merged.append([start, start + size])
        return [at for start, end in merged
                for at in range(-(-start // 4096) * 4096, end - 4095, 4096)]


def _read_pair(gdb, address):
    """A 64-bit address from its lower and upper register."""
    return gdb.read_physical(address, 4) | gdb.read_physical(address + 4, 4) << 32


def _registers(machine):
    for bus in machine.qmp("query-pci"):
        for device in bus["devices"]:
            if device["slot"] << 3 == SOURCE:
                return device["regions"][0]["address"]
    raise LookupError("no HDA controller")
