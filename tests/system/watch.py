# SPDX-License-Identifier: GPL-2.0-only
"""What the stub did, seen from outside: the machine at its entry, at its exit, and at the end."""

import collections
import os
from dataclasses import dataclass, field

import dumpcheck
import hda
import qemutrace
import vtdwalk
from machine import SOURCES

UNIT = 0xfed90000
CAP, GCMD, GSTS, RTADDR, IRTA = 0x08, 0x18, 0x1c, 0x20, 0xb8
GSTS_TES, GSTS_IRES = 1 << 31, 1 << 25
GCMD_TE = 1 << 31
GCMD_BASE, GCMD_SRTP = 0x96ffffff, 1 << 30
PAGE = 4096
HDA_FILL = b"\xa5" * PAGE


class Stop:
    """The machine stopped at a breakpoint."""

    def __init__(self, machine, ram, gdb, registers):
        self.machine, self.ram, self.gdb, self.registers = machine, ram, gdb, registers
        self.mark = qemutrace.Trace(machine.trace_path).mark()
        self.unit = {}
        if machine.config.iommu:
            self.widths = gdb.read_physical(UNIT + CAP, 8) >> 8 & 0x1f     # SAGAW
            self.unit = {"gsts": gdb.read_physical(UNIT + GSTS, 4),
                         "rtaddr": gdb.read_physical(UNIT + RTADDR, 8),
                         "irta": gdb.read_physical(UNIT + IRTA, 8)}

    @property
    def translating(self):
        """Is DMA remapping on?"""
        return bool(self.unit.get("gsts", 0) & GSTS_TES)

    def walker(self):
        """The tables that the unit uses now, if it does."""
        if not self.translating:
            return vtdwalk.Untranslated(self.ram)
        return vtdwalk.Walker(self.ram, self.unit["rtaddr"], self.widths)

    def interrupts(self):
        """The interrupt entries that the unit uses now; none if remapping is off."""
        if not self.unit.get("gsts", 0) & GSTS_IRES:
            return {}
        return vtdwalk.interrupt_entries(self.ram, self.unit["irta"])

    def capture(self):
        """The running HDA capture."""
        return hda.Capture(self.machine, self.gdb, self.walker())

    def invalidate(self):
        """Make QEMU forget cached translations after an edit: the unit's own SRTP."""
        base = self.gdb.read_physical(UNIT + GSTS, 4) & GCMD_BASE
        self.gdb.write_physical(UNIT + GCMD, base | GCMD_SRTP, 4)


@dataclass(repr=False)
class Seen:
    """What a cycle showed; judge.py holds it against what should be."""
    crash: list = field(default_factory=list)       # [(start, end)) of the crash region
    load: int = 0
    panic_to_entry_s: float = 0.0                   # to the inner kernel, without our stops
    stub_s: float = 0.0                             # from stop to stop, a little too long
    unit_before: dict = field(default_factory=dict)
    unit_after: dict = field(default_factory=dict)
    boot_params: int = 0
    boot_params_before: bytes = b""
    boot_params_after: bytes = b""
    changed: list = field(default_factory=list)     # pages that differ over the stub's time
    device_writable: set = field(default_factory=set)
    commands: list = field(default_factory=list)    # values written to GCMD by the stub
    translations: list = field(default_factory=list)    # where original and copy differ
    dmar: tuple = None                              # (address, size) of firmware's table
    hidden: bool = False                            # the DMAR table lost its name
    into_crash: list = field(default_factory=list)  # leaves of the copy into the crash region
    identity: set = field(default_factory=set)      # sources whose tables map it to itself, if hidden
    scratch: set = field(default_factory=set)       # pages of sinks, in the arena
    passed_through: list = field(default_factory=list)  # sources that the copy lets everywhere
    table_pages: set = field(default_factory=set)   # of the copy: root, context, second level
    faults: qemutrace.Faults = field(default_factory=qemutrace.Faults)  # from the panic to the end
    absorbed: int = 0                               # accesses that went to a scratch page
    dma_before: collections.Counter = field(default_factory=collections.Counter)
    dma_after: collections.Counter = field(default_factory=collections.Counter)
    hda_pages: list = field(default_factory=list)
    hda_overwritten: int = 0
    arena_changed: list = field(default_factory=list)   # by the kdump kernel
    dump: dumpcheck.Checked = field(default_factory=dumpcheck.Checked)
    dump_error: str = "no dump"
    serial: str = ""


class Watch:
    """Fills in Seen at the three moments."""

    def __init__(self, seen, arena, trace_dma):
        self.seen = seen
        self.arena = arena              # (start, size)
        self.events = qemutrace.SWITCH_EVENTS + (qemutrace.DMA_EVENTS if trace_dma else ())
        self.before = self.entry = self.arena_content = self.dmar = None
        self.original = {}              # everything() that the stub found

    def at_entry(self, stop):
        """The stub has not run one instruction."""
        seen = self.seen
        self.entry = stop
        seen.unit_before = stop.unit
        seen.boot_params = stop.registers["rsi"]
        walker, capture = stop.walker(), stop.capture()
        seen.hda_pages = [walker.translate(hda.SOURCE, at) for at in capture.pages()]
        seen.device_writable = _writable(walker) | {
            *seen.hda_pages, walker.translate(hda.SOURCE, capture.positions) & -PAGE}
        self.original = everything(stop.walker())
        self._interrupts = stop.interrupts()
        for event in self.events:
            stop.machine.trace_event(event, True)
        seen.boot_params_before = stop.ram.read(seen.boot_params, PAGE)
        self.dmar = seen.dmar = find_dmar(stop.ram) if stop.unit else None
        self.before = stop.ram.snapshot(os.path.join(stop.machine.private, "before"))

    def at_exit(self, stop):
        """The stub's last instruction has run, the inner kernel's first has not."""
        seen = self.seen
        log = qemutrace.Trace(stop.machine.trace_path)
        seen.unit_after = stop.unit
        seen.boot_params_after = stop.ram.read(seen.boot_params, PAGE)
        seen.changed = stop.ram.changed_pages(self.before)
        seen.commands = log.values("vtd_reg_write_gcmd", "value", self.entry.mark, stop.mark)
        self._compare_translations(stop)
        for event in qemutrace.SWITCH_EVENTS:
            stop.machine.trace_event(event, False)
        for page in seen.hda_pages:
            stop.ram.write(page, HDA_FILL)
        self.arena_content = stop.ram.read(*self.arena) if self.arena[1] else b""

    def _compare_translations(self, stop):
        seen = self.seen
        walker = stop.walker()
        seen.hidden = bool(self.dmar) and stop.ram.read(self.dmar[0], 4) != b"DMAR"
        copy = everything(walker, self._is_identity if seen.hidden else lambda leaf: False)
        for source in sorted(self.original.keys() | copy.keys()):
            if self.original.get(source) != copy.get(source) and not (
                    seen.hidden and source not in self.original and not copy[source][3]):
                seen.translations.append(f"device {source:#06x}")
        if stop.interrupts() != ({} if seen.hidden else self._interrupts):
            seen.translations.append("interrupt entries")
        start, size = self.arena
        seen.scratch = {page for page in walker.sinks() if start <= page < start + size}
        seen.table_pages = walker.upper_tables()
        for context in walker.contexts():
            if context.kind == vtdwalk.PASS_THROUGH:
                seen.passed_through.append(context.source)
            seen.table_pages |= walker.table_pages(context.source)
            leaves = [leaf for leaf in walker.leaves(context.source) for start, end in seen.crash
                      if leaf.target not in seen.scratch
                      and leaf.target < end and leaf.target + leaf.page > start]
            kept = [leaf for leaf in leaves if not (seen.hidden and self._is_identity(leaf))]
            seen.into_crash += [(context.source, leaf) for leaf in kept]
            if len(kept) < len(leaves):
                seen.identity.add(context.source)

    def _is_identity(self, leaf):
        """Of the dump kernel's memory, low memory included, and nothing of the arena."""
        start, size = self.arena
        return (leaf.target == leaf.iova and leaf.access == vtdwalk.READ | vtdwalk.WRITE
                and (leaf.target + leaf.page <= 1 << 20
                     or any(first <= leaf.target and leaf.target + leaf.page <= end
                            for first, end in self.seen.crash))
                and not (leaf.target < start + size and leaf.target + leaf.page > start))

    def at_end(self, ram):
        """The machine is off; its RAM is still there."""
        seen = self.seen
        seen.hda_overwritten = sum(ram.read(page, PAGE) == bytes(PAGE) for page in seen.hda_pages)
        start, size = self.arena
        now = ram.read(start, size) if size else b""
        seen.arena_changed = [start + at for at in range(0, size, PAGE)
                              if now[at:at + PAGE] != self.arena_content[at:at + PAGE]]


def everything(walker, leave_out=lambda leaf: False):
    """{source: (kind, width, domain, ranges)}: what the tables say, however they say it."""
    return {context.source: (context.kind, context.levels, context.domain,
                             vtdwalk.ranges(leaf for leaf in walker.mapped(context.source)
                                            if not leave_out(leaf)))
            for context in walker.contexts()}


def find_dmar(ram):
    """(address, size) of the firmware's table; None if it is not in the last MiBs of low RAM."""
    area = 16 << 20
    data = ram.read(ram.low - area, area)
    at = data.find(b"DMAR")
    while at >= 0:
        size = int.from_bytes(data[at + 4:at + 8], "little")
        if 48 <= size <= area - at and sum(data[at:at + size]) % 256 == 0:
            return ram.low - area + at, size
        at = data.find(b"DMAR", at + 1)
    return None


def _writable(walker):
    """The pages that the devices with live DMA may write: these change by themselves."""
    return {page for source in SOURCES.values() for leaf in walker.leaves(source)
            if leaf.access & vtdwalk.WRITE
            for page in range(leaf.target, leaf.target + leaf.page, PAGE)}
