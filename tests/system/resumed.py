# SPDX-License-Identifier: GPL-2.0-only
"""A cycle that begins with a machine that was kept: devices at work, crash kernel loaded.

Each run of a campaign begins with the same machine (Machine.save()), and costs no boot of the first
kernel. Limits are of the virtual CPU's time: a guest that has had so much and is not through is
stuck, whatever else keeps the host or QEMU's devices busy.

With Plan.watch "nothing" the guest is held for half a second at the kdump kernel's entry, where all
instruments are on, and runs from there to its outcome without any. With "faults" it is not held,
and all faults are counted from the stub's entry on.
"""

import json
import os
import time

import hold
import images
import inject
import judge
import vtdwalk
from cycle import Cycle
from gdbstub import Gdb, GdbTimeout
from machine import SOURCES_RESUMABLE, MachineError
from report import Report
from watch import Stop

PAGE = 4096
LIVE_S = 0.7                            # under damaged tables, before the panic
ENTRY_CPU_S = 20                        # from the panic to the 64-bit entry, and through the stub: 2 s
KDUMP_CPU_S = 120                       # from the kdump kernel's entry to the end: 5 to 10 s
ENTRY_WALL_S, WALL_S = 90, 400          # the same for guests that do nothing at all
# Of the pages that the dump of an undamaged machine has: a kernel's buffers of the moment are a tenth
LEAST_SHARE = 0.8


class Pages:
    """A set of pages of RAM, as bytes: tables of garbage may name all of it."""

    def __init__(self, ram):
        self.ram = ram
        self.flags = bytearray(ram.size // PAGE)

    def __contains__(self, physical):
        return bool(self.flags[self.ram.offset(physical & -PAGE) // PAGE])

    def add(self, start, size=PAGE):
        """Those that [start, start + size) touches, where that is RAM below the PCI hole."""
        first, last = start // PAGE, min(start + size - 1, self.ram.low - 1) // PAGE
        if first <= last:
            self.flags[first:last + 1] = b"\1" * (last + 1 - first)


class Resumed(Cycle):
    """Runs a Plan with `saved` set. What a subclass does to the machine it does at three
    moments: before_panic(), at_entry() and in_kernel(), each with the Stop."""

    def __init__(self, plan, folder, progress):
        super().__init__(plan, folder, progress)
        self.reached_stub = self.entered = self.ended = False
        self.console_mark = 0
        self.cpu_s = self.entry_cpu_s = 0       # from the kdump kernel's entry; from the panic to it
        self.held = hold.Held()
        self.used = {}                  # {device: IOVAs that it uses}
        self.written = None             # Pages that devices may write
        self.dmar = 0                   # where the firmware's table is

    def before_panic(self, stop):
        """The machine has just gone on. Return True to leave it a moment before the panic."""

    def at_entry(self, stop):
        """Not an instruction of the stub has run."""

    def in_kernel(self, stop):
        """Not an instruction of the kdump kernel has run."""

    # -- the cycle's steps -----------------------------------------------------------------

    def _look_at_traffic(self):
        """It was seen when the machine was kept: what each device uses."""
        with open(os.path.join(self.plan.saved, "iovas"), encoding="utf-8") as file:
            self.used = json.load(file)

    def note_writable(self, stop, sources=tuple(SOURCES_RESUMABLE.values())):
        """Devices may write there: a dump may differ from RAM. Not for tables that are damaged."""
        for source in sources:
            for leaf in stop.walker().leaves(source):
                if leaf.access & vtdwalk.WRITE:
                    self.written.add(leaf.target, leaf.page)

    def _panic(self):
        self.gdb = Gdb(self.machine.gdb_path())
        stop = Stop(self.machine, self.ram, self.gdb, {})
        for address in set(self._entries()):
            self.gdb.set_breakpoint(address)
        self.written = Pages(self.ram)
        self.dmar, _ = inject.find_dmar(self.ram)
        self.note_writable(stop)
        linger = self.before_panic(stop)
        self.gdb.resume()
        if linger:
            time.sleep(LIVE_S)
        if self.plan.watch == "nothing":
            self.machine.watch_outcome()
        self.entry_cpu_s = self.machine.cpu_s()
        self.machine.order_panic()
        self.panicked = time.monotonic()

    def _stop_at(self, address, what):
        limit = self.machine.cpu_s() + ENTRY_CPU_S
        deadline = time.monotonic() + ENTRY_WALL_S
        while True:
            try:
                registers = self.gdb.wait_stop(0.5)
                break
            except GdbTimeout:
                if self.machine.cpu_s() > limit or time.monotonic() > deadline:
                    raise MachineError(f"{what} was not reached") from None
        if registers["rip"] != address:
            raise MachineError(f"stopped at {registers['rip']:#x} and not at {what} {address:#x}")
        self.gdb.clear_breakpoint(address)
        return time.monotonic(), Stop(self.machine, self.ram, self.gdb, registers)

    def _follow(self):
        stub, inner = self._entries()
        _, stop = self._stop_at(stub, "the 64-bit entry")
        self.reached_stub = True
        self._note_faults("entry")
        if self.plan.watch == "faults":
            self.machine.count_faults(True)
        self.at_entry(stop)
        self.watch.before = self.ram.snapshot(os.path.join(self.machine.private, "before"))
        if inner != stub:
            self.gdb.resume()
            _, stop = self._stop_at(inner, "the kdump kernel's entry")
        self._note_faults("switched")
        self.entry_cpu_s = self.machine.cpu_s() - self.entry_cpu_s
        self.in_kernel(stop)
        if self.plan.watch == "nothing":
            self._hold(stop)
        self.machine.flood.pause()      # of no more use, and the host's time is
        self.console_mark = len(self.machine.serial())
        self.gdb.close()

    def _hold(self, stop):
        self.machine.watch_outcome(False)
        self.held = hold.hold(stop, self.seen.crash, self.arena,
                              self.ram.read(self.dmar, 4) != b"DMAR")
        self.machine.watch_outcome()
        self.progress(f"held: {self.held.bytes_changed} bytes of the crash region changed, "
                      f"{self.held.faults.refused} faults, DMA {dict(self.held.dma)}, "
                      f"{self.held.absorbed} absorbed")
        for page in self.held.pages_changed[:8]:
            self.progress(f"changed: {page:#x}, devices that reach it: {self._reaching(stop, page)}")

    @staticmethod
    def _reaching(stop, page):
        """[(device, IOVA)] of the leaves that lead to a page."""
        walker = stop.walker()
        return [(name, hex(leaf.iova)) for name, source in SOURCES_RESUMABLE.items()
                for leaf in walker.leaves(source)
                if leaf.target <= page < leaf.target + leaf.page]

    def _kdump(self):
        """Until the machine is off, or stuck."""
        before, deadline = self.machine.cpu_s(), time.monotonic() + WALL_S
        while not self.ended:
            self._look(before, deadline)
            time.sleep(0.05)

    def _look(self, before, deadline):
        self.cpu_s = max(self.machine.cpu_s() - before, self.cpu_s)
        self.ended = self.machine.process.poll() is not None
        console = self.machine.serial()[self.console_mark:]
        self.entered = "Linux version" in console
        if self.ended:
            return
        if "-- System halted" in console:
            raise MachineError("the kdump kernel's decompressor halted")
        if "\n@@ error mount" in console:
            raise MachineError("the disk did not answer")
        if self.cpu_s > KDUMP_CPU_S or time.monotonic() > deadline:
            raise MachineError("the kdump kernel is stuck" if self.entered else
                               "the kdump kernel did not start")

    def _after(self):
        images.read_back(self.machine.disk, "/out", self.folder)
        self.report = Report(f"{self.folder}/out/inspect.json")
        self.seen.device_writable = self.written
        self.seen.serial = self.machine.serial()
        if self.plan.watch == "nothing":
            self._check_dump(f"{self.folder}/out/vmcore")

    # -- what it was -----------------------------------------------------------------------

    def saved(self):
        """The dump is on the disk."""
        return judge.dump_saved(self.seen)

    def verified(self, least_pages):
        """It opens, and has the kernel's pages, as they were. (The pattern is not of them.)"""
        seen = self.seen
        if self.machine.instruments:
            raise MachineError(f"an outcome, with {sorted(self.machine.instruments)} on")
        return (self.saved() and not seen.dump_error and not seen.dump.differ
                and seen.dump.compared + seen.dump.left_out >= least_pages)
