# SPDX-License-Identifier: GPL-2.0-only
"""One cycle from boot to saved dump, observed from outside.

    boot -> live DMA -> kexec -p -> panic -> [stub entry] -> [inner entry] -> kdump -> off

The machine is stopped twice, by hardware breakpoints at the stub's entry and at the inner
kernel's. What happened between the two is the stub's doing, and nothing else's: RAM, the
unit's registers and QEMU's trace are compared there. cycle.py IMAGE runs one by hand.
"""

import argparse
import collections
import json
import os
import re
import shutil
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

import dumpcheck
import hda
import images
import paths
import trace
import vtdwalk
from bzimage import ENTRY64, BzImage
from gdbstub import Gdb
from machine import SOURCES, Config, Machine, MachineError
from ramfile import RamFile

UNIT = 0xfed90000
GCMD, GSTS, RTADDR, IRTA = 0x18, 0x1c, 0x20, 0xb8
GSTS_TES, GSTS_IRES = 1 << 31, 1 << 25
GCMD_BASE, GCMD_SRTP = 0x96ffffff, 1 << 30
HDA_FILL = b"\xa5" * 4096


@dataclass
class Plan:
    """What to run."""
    image: str
    config: Config = field(default_factory=Config)
    loader: str = "load"                # kexec_load, or "file" for kexec_file_load
    kdump_cmdline: str = ""
    dump_level: int = 17                # makedumpfile -d: without zero and free pages
    inject: Optional[Callable] = None   # called with the Stop at the stub's entry


@dataclass
class Stop:
    """The machine as it stood at a breakpoint."""
    cycle: "Cycle"
    gdb: Gdb
    registers: dict
    mark: int                           # into the trace
    unit: dict                          # register name -> value; empty without a unit

    @property
    def ram(self):
        """Guest RAM."""
        return self.cycle.ram

    def walker(self):
        """The tables that the unit uses now."""
        return vtdwalk.Walker(self.ram, self.unit["rtaddr"])

    def capture(self):
        """The running HDA capture."""
        return hda.Capture(self.cycle.machine, self.gdb, self.walker())

    def invalidate(self):
        """Make QEMU forget cached translations after an edit: the unit's own SRTP."""
        base = self.gdb.read_physical(UNIT + GSTS, 4) & GCMD_BASE
        self.gdb.write_physical(UNIT + GCMD, base | GCMD_SRTP, 4)


@dataclass
class Seen:
    """What a cycle showed; judge.py holds it against what should be."""
    crash: list = field(default_factory=list)       # [(start, end)) of the crash region
    load: int = 0
    ready_s: float = 0.0
    panic_to_entry_s: float = 0.0                   # of the inner kernel, without our stops
    stub_s: float = 0.0                             # from stop to stop
    unit_before: dict = field(default_factory=dict)
    unit_after: dict = field(default_factory=dict)
    boot_params: int = 0
    boot_params_before: bytes = b""
    boot_params_after: bytes = b""
    changed: list = field(default_factory=list)     # pages that differ over the stub's time
    device_writable: set = field(default_factory=set)
    gcmd_writes: list = field(default_factory=list)
    disables: list = field(default_factory=list)
    faults_in_stub: collections.Counter = field(default_factory=collections.Counter)
    faults_after: collections.Counter = field(default_factory=collections.Counter)
    dma_after: collections.Counter = field(default_factory=collections.Counter)
    hda_pages: list = field(default_factory=list)
    hda_overwritten: int = 0
    arena_changed: list = field(default_factory=list)
    pattern_pages: int = 0
    pages_compared: int = 0
    pages_differ: list = field(default_factory=list)
    dump_error: str = ""
    inspect: dict = field(default_factory=dict)
    serial: str = ""


class Cycle:
    """Runs a Plan; the files of the run go to `folder`."""

    def __init__(self, plan, folder, progress=lambda text: None):
        self.plan = plan
        self.folder = folder
        self.progress = progress
        self.image = BzImage(plan.image)
        self.machine = Machine(plan.config, folder)
        self.trace = trace.Trace(self.machine.trace_path)
        self.seen = Seen()
        self.ram = self.before = self.gdb = None
        self.stopped_s = 0.0

    def run(self):
        """The whole cycle; returns what was seen. MachineError if it does not get through."""
        shutil.rmtree(os.path.join(self.folder, "out"), ignore_errors=True)
        self._make_disk()
        with self.machine:
            self.ram = RamFile(self.machine.ram_path, self.plan.config.mem_mib << 20)
            try:
                self._boot()
                self._panic()
                self._follow()
                self._kdump()
                self._after()
            finally:
                self.seen.serial = self.machine.serial()
        return self.seen

    def _make_disk(self):
        config = self.plan.config
        kdump_cmdline = ("console=ttyS0,115200 nr_cpus=1 reset_devices panic=1 intel_iommu=on "
                         + self.plan.kdump_cmdline).strip()
        job = (f"kexec_options={'-s' if self.plan.loader == 'file' else '-c'}\n"
               f"kdump_cmdline='{kdump_cmdline}'\n"
               f"dump_level={self.plan.dump_level}\n")
        images.make_disk(self.machine.disk, {
            "job": job.encode(), "pattern": dumpcheck.pattern(), "vmlinuz": self.plan.image,
            "initrd": paths.INITRAMFS_KDUMP}, 256 + config.mem_mib // 2)

    # -- up to the panic -------------------------------------------------------------------

    def _boot(self):
        start = time.monotonic()
        self.progress(f"booting {paths.kernel_version()} ({self.plan.config.firmware})")
        self.machine.wait_serial(r"^@@ (ready|error .*)$", 100)
        console = self.machine.serial()
        for error in re.findall(r"^@@ error .*$", console, re.MULTILINE):
            raise MachineError(f"the first kernel's init: {error}")
        if "@@ loaded 1" not in console:
            raise MachineError("kexec -p did not load the crash kernel")
        self.seen.crash = [(int(first, 16), int(last, 16) + 1) for first, last in
                           re.findall(r"^@@ crash (\w+)-(\w+)$", console, re.MULTILINE)]
        self.seen.ready_s = time.monotonic() - start
        self.seen.load = self.image.find(self.ram, self.seen.crash)
        if self.seen.load is None:
            raise MachineError("the wrapped kernel is nowhere in the crash region")
        self.progress(f"live DMA is on, crash kernel loaded at {self.seen.load:#x}")

    def _entries(self):
        stub = self.seen.load + ENTRY64
        return stub, stub + self.image.inner_offset

    def _panic(self):
        self.gdb = Gdb(self.machine.gdb_path())
        for address in set(self._entries()):
            self.gdb.set_breakpoint(address)
        self.gdb.resume()
        self.machine.order_panic()
        self.machine.wait_serial(r"Kernel panic - not syncing: sysrq", 20, interval=0.002)
        self.panicked = time.monotonic()
        self.progress("panicked; purgatory checks its segments")

    # -- the two stops ---------------------------------------------------------------------

    def _stop_at(self, address, what, timeout):
        registers = self.gdb.wait_stop(timeout)
        stopped = time.monotonic()
        if registers["rip"] != address:
            raise MachineError(f"stopped at {registers['rip']:#x} and not at {what} {address:#x}")
        self.gdb.clear_breakpoint(address)
        unit = {}
        if self.plan.config.iommu:
            unit = {"gsts": self.gdb.read_physical(UNIT + GSTS, 4),
                    "rtaddr": self.gdb.read_physical(UNIT + RTADDR, 8),
                    "irta": self.gdb.read_physical(UNIT + IRTA, 8)}
        return stopped, Stop(self, self.gdb, registers, self.trace.mark(), unit)

    def _resume(self, stopped):
        self.stopped_s += time.monotonic() - stopped
        self.gdb.resume()

    def _follow(self):
        """From the stub's entry to the inner kernel's."""
        stub, inner = self._entries()
        stopped, entry = self._stop_at(stub, "the stub's entry", 60)
        self._at_entry(entry)
        if inner != stub:
            self._resume(stopped)
            resumed = time.monotonic()
            stopped, leave = self._stop_at(inner, "the inner kernel's entry", 60)
            self.seen.stub_s = stopped - resumed
        else:
            leave = entry
        self.seen.panic_to_entry_s = stopped - self.panicked - self.stopped_s
        self.progress(f"inner kernel entered {self.seen.panic_to_entry_s:.2f} s after the panic")
        self._at_exit(entry, leave)
        self._resume(stopped)

    def _at_entry(self, stop):
        self.progress("stub entered; keeping RAM as it is")
        if self.plan.inject:
            self.plan.inject(stop)
        seen = self.seen
        seen.unit_before = stop.unit
        seen.boot_params = stop.registers["rsi"]
        seen.boot_params_before = self.ram.read(seen.boot_params, 4096)
        if self._translating(stop):
            walker = stop.walker()
            seen.device_writable = {
                page for source in SOURCES.values() for leaf in walker.leaves(source)
                if leaf.access & vtdwalk.WRITE
                for page in range(leaf.target, leaf.target + leaf.size, 4096)}
            self.capture = stop.capture()
            seen.hda_pages = [walker.translate(hda.SOURCE, at) for at in self.capture.pages()]
        for event in trace.DMA_EVENTS + trace.SWITCH_EVENTS:
            self.machine.trace_event(event, True)
        self.before = self.ram.snapshot(os.path.join(self.machine.private, "before"))

    @staticmethod
    def _translating(stop):
        return bool(stop.unit.get("gsts", 0) & GSTS_TES)

    def _at_exit(self, entry, leave):
        seen = self.seen
        seen.unit_after = leave.unit
        seen.boot_params_after = self.ram.read(seen.boot_params, 4096)
        seen.changed = self.ram.changed_pages(self.before)
        seen.gcmd_writes = self.trace.lines("vtd_reg_write_gcmd", entry.mark, leave.mark)
        seen.disables = [line for event in ("vtd_dmar_enable", "vtd_ir_enable")
                         for line in self.trace.lines(event, entry.mark, leave.mark)]
        seen.faults_in_stub, _ = self.trace.by_source(entry.mark, leave.mark)
        for event in trace.SWITCH_EVENTS:
            self.machine.trace_event(event, False)
        for page in seen.hda_pages:
            self.ram.write(page, HDA_FILL)
        self.switched = leave.mark
        start, size = self.arena()
        self.arena_content = self.ram.read(start, size) if size else b""

    def arena(self):
        """(start, size) of the arena in guest memory."""
        return self.seen.load + self.image.arena_offset, self.image.arena_size

    # -- the kdump kernel ------------------------------------------------------------------

    def _kdump(self):
        self.machine.wait_serial(r"^@@ kdump", 60)
        self.gdb.close()
        attach = self.trace.mark()
        for event in trace.DMA_EVENTS:
            self.machine.trace_event(event, False)
        self.progress("kdump kernel is up; saving the dump")
        self.machine.wait_exit(120)
        _, self.seen.dma_after = self.trace.by_source(self.switched, attach)
        self.seen.faults_after, _ = self.trace.by_source(self.switched)

    def _after(self):
        """The machine is off; RAM, disk and trace are still there."""
        seen = self.seen
        seen.serial = self.machine.serial()
        seen.hda_overwritten = sum(self.ram.read(page, 4096) == bytes(4096)
                                   for page in seen.hda_pages)
        start, size = self.arena()
        now = self.ram.read(start, size) if size else b""
        seen.arena_changed = [start + at for at in range(0, size, 4096)
                              if now[at:at + 4096] != self.arena_content[at:at + 4096]]
        images.read_back(self.machine.disk, "/out", self.folder)
        out = os.path.join(self.folder, "out")
        try:
            with open(os.path.join(out, "inspect.json"), encoding="utf-8") as file:
                seen.inspect = json.load(file)
        except (OSError, ValueError):
            seen.inspect = {}
        self.progress("reading the dump with libkdumpfile")
        self._check_dump(os.path.join(out, "vmcore"))

    def _check_dump(self, vmcore):
        seen = self.seen
        # The crash region belongs to the kdump kernel and is not in the dump's memory
        try:
            dump = dumpcheck.Dump(vmcore)
            (seen.pattern_pages, seen.pages_compared,
             seen.pages_differ) = dump.check(self.before, seen.device_writable)
        except Exception as error:  # whatever libkdumpfile says: the dump is not good
            seen.dump_error = str(error) or type(error).__name__


def main():
    parser = argparse.ArgumentParser(description="One cycle of any bzImage as the kdump kernel")
    parser.add_argument("image")
    parser.add_argument("--firmware", default="ovmf", choices=["ovmf", "seabios"])
    parser.add_argument("--loader", default="load", choices=["load", "file"])
    parser.add_argument("--mem", type=int, default=2048, help="MiB")
    parser.add_argument("--crashkernel", default="256M")
    parser.add_argument("--aw-bits", type=int, default=39)
    parser.add_argument("--no-iommu", action="store_true")
    parser.add_argument("--cmdline", default="", help="added to the first kernel's")
    parser.add_argument("--kdump-cmdline", default="", help="added to the kdump kernel's")
    parser.add_argument("--out", default=os.path.join(paths.BUILD, "cycle"))
    args = parser.parse_args()
    config = Config(firmware=args.firmware, mem_mib=args.mem, crashkernel=args.crashkernel,
                    aw_bits=args.aw_bits, iommu=not args.no_iommu, cmdline=args.cmdline)
    plan = Plan(args.image, config, args.loader, args.kdump_cmdline)
    start = time.monotonic()

    def progress(text):
        print(f"[{time.monotonic() - start:6.2f} s] {text}", flush=True)

    cycle = Cycle(plan, args.out, progress)
    try:
        cycle.run()
    finally:
        for name, value in vars(cycle.seen).items():
            text = value.hex() if isinstance(value, bytes) else str(value)
            if name != "serial":
                print(f"{name}: {text[:300]}")
        print(f"console: {cycle.machine.serial_path}")


if __name__ == "__main__":
    main()
