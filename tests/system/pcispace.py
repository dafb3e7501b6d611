# SPDX-License-Identifier: GPL-2.0-only
"""PCI functions as QEMU shows them: configuration space, read through the debugger.

The machine is stopped. Where the space is QEMU says itself; all functions of a bus are asked for,
and those behind bridges. Capabilities are found by a search of our own.
"""

import re

NOTHING = 0xffffffff
INTERRUPT_PENDING = 1 << 3      # of the status: comes and goes while a device works
EXPRESS, AER = 0x10, 1


class Space:
    """Configuration space of the stopped machine."""

    def __init__(self, machine, gdb):
        tree = machine.qmp("human-monitor-command", **{"command-line": "info mtree -f"})
        self.base = int(re.search(r"^\s*(\w+)-\w+ .*pcie-mmcfg-mmio", tree, re.MULTILINE)[1], 16)
        self.gdb = gdb

    def read(self, source, offset):
        """The doubleword at `offset` of the function bus << 8 | devfn."""
        return self.gdb.read_physical(self.base + (source << 12) + offset, 4)

    def functions(self, bus=0):
        """{source: what() of it} of the bus and those behind it."""
        found = {}
        for source in range(bus << 8, (bus + 1) << 8):
            if self.read(source, 0) != NOTHING:
                found[source] = self._what(source)
                if found[source]["bridge"]:
                    found.update(self.functions(found[source]["bridge"]))
        return found

    def _what(self, source):
        command = self.read(source, 4)
        layout = self.read(source, 0xc) >> 16 & 0x7f
        express = self._capability(source, EXPRESS) if command & 1 << 20 else 0
        aer = self._extended(source, AER) if express else 0
        return {
            "id": self.read(source, 0), "command": command & 0xffff,
            "status": command >> 16 & ~INTERRUPT_PENDING, "class": self.read(source, 8) >> 8,
            "bridge": self.read(source, 0x18) >> 8 & 0xff if layout == 1 else 0,
            "device_status": self.read(source, express + 8) >> 16 if express else None,
            "uncorrectable": self.read(source, aer + 4) if aer else None,
            "correctable": self.read(source, aer + 0x10) if aer else None,
            "header_log": [self.read(source, aer + 0x1c + 4 * i) for i in range(4)] if aer
            else None,
        }

    def _capability(self, source, wanted):
        at = self.read(source, 0x34) & 0xff
        while at:
            head = self.read(source, at)
            if head & 0xff == wanted:
                return at
            at = head >> 8 & 0xff
        return 0

    def _extended(self, source, wanted):
        at = 0x100
        while at:
            head = self.read(source, at)
            if head & 0xffff == wanted:
                return at
            at = head >> 20
        return 0


def reported(functions):
    """The same of the report, {source: ...}; `functions` is its JSON."""
    found = {}
    for entry in functions:
        _, bus, slot = entry["device"].split(":")
        device, function = slot.split(".")
        express, aer, bridge = entry["express"], entry["aer"], entry["bridge"]
        found[int(bus, 16) << 8 | int(device, 16) << 3 | int(function)] = {
            "id": int(entry["id"], 0) << 16 | int(entry["vendor"], 0),
            "command": int(entry["command"], 0),
            "status": int(entry["status"], 0) & ~INTERRUPT_PENDING,
            "class": int(entry["class"], 0),
            "bridge": int(bridge["secondary"].split(":")[1], 16) if bridge else 0,
            "device_status": int(express["device_status"], 0) if express else None,
            "uncorrectable": int(aer["uncorrectable"], 0) if aer else None,
            "correctable": int(aer["correctable"], 0) if aer else None,
            "header_log": [int(word, 0) for word in aer["header_log"]] if aer else None,
        }
    return found
