# SPDX-License-Identifier: GPL-2.0-only
"""One cycle from boot to saved dump, observed from outside.

    boot -> live DMA -> kexec -p -> panic -> [stub entry] -> [inner entry] -> kdump -> off

The machine is stopped twice, by hardware breakpoints at the stub's entry and at the inner
kernel's. What happened between the two is the stub's doing, and nothing else's: RAM, the
unit's registers and QEMU's trace are compared there. cycle.py IMAGE runs one by hand.
"""

import argparse
import collections
import os
import re
import shutil
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

import dumpcheck
import images
import paths
import qemutrace
from bzimage import ENTRY64, BzImage
from gdbstub import Gdb
from machine import QUIRKS, Config, Machine, MachineError, NotReady
from ramfile import RamFile
from report import Report
from watch import Seen, Stop, Watch

# Time limits are for a machine that is busy with other things: a hang, not slowness, exceeds them.
# What the instruments tell from the panic on. An outcome that is held against another kernel's is
# measured with "nothing": neither an access nor a fault costs the emulated devices anything then.
WATCHES = ("nothing", "faults", "all")  # "all": DMA as well, to the kdump kernel's init
BOOT_LIMIT_S = 150
BOOT_ATTEMPTS = 3
STUB_LIMIT_S = 240


@dataclass
class Plan:
    """What to run."""
    image: str
    config: Config = field(default_factory=Config)
    loader: str = "load"                # kexec_load, or "file" for kexec_file_load
    kdump_cmdline: str = ""
    dump_level: int = 17                # makedumpfile -d: without zero and free pages
    initrd: str = paths.INITRAMFS_KDUMP
    files: dict = field(default_factory=dict)   # more for the disk; "first" runs in the first kernel, "attach" in kdump
    kdump_limit_s: int = 180            # from the inner kernel's entry to its init
    watch: str = "all"                  # after the panic: WATCHES
    saved: str = ""                     # a machine of Machine.save(), with devices at work
    name: str = ""                      # of the crash kernel, among others on the disk
    at_entry: Optional[Callable] = None     # called with the Stop before the stub's first instruction


def stopwatch():
    """A progress function: each line with the seconds since now."""
    start = time.monotonic()
    return lambda text: print(f"[{time.monotonic() - start:6.2f} s] {text}", flush=True)


class Cycle:
    """Runs a Plan; the files of the run go to `folder`."""

    def __init__(self, plan, folder, progress=lambda text: None):
        self.plan = plan
        self.folder = folder
        self.progress = progress
        self.image = BzImage(plan.image)
        self.machine = None
        self.seen = Seen()
        self.report = None
        self.found_at_entry = None      # by Plan.at_entry
        self.ram = self.gdb = self.watch = None
        self.arena = 0, 0               # (start, size) in guest memory
        self.panicked = self.stopped_s = 0.0
        self.switched = 0               # a trace mark
        self.faults_at = {}             # {moment: Faults so far}
        self.tries = []                 # those before this one, which QEMU itself has ended

    def run(self):
        """The whole cycle; returns what was seen. MachineError if it does not get through.

        A guest was seen to hang while it boots, which is before anything of ours runs: then
        another machine is started.
        """
        for attempt in range(1, BOOT_ATTEMPTS + 1):
            try:
                return self._run()
            except NotReady as error:
                self.progress(f"{error}; attempt {attempt} of {BOOT_ATTEMPTS}")
                if attempt == BOOT_ATTEMPTS:
                    raise

    def qemu_failed(self):
        """Has QEMU ended with an assertion of its own? 7.2 may when e1000e is reset."""
        with open(os.path.join(self.folder, "qemu.log"), encoding="utf-8", errors="replace") as log:
            return "Assertion" in log.read()

    def _run(self):
        shutil.rmtree(os.path.join(self.folder, "out"), ignore_errors=True)
        self.machine = Machine(self.plan.config, self.folder, self.plan.saved)
        if not self.plan.saved:
            self._make_disk()
        with self.machine:
            self.ram = RamFile(self.machine.ram_path, self.plan.config.mem_mib << 20)
            try:
                self._boot()
                self._panic()
                self._follow()
                self._kdump()
                self._after()
            except Exception:
                self.progress(self.machine.last_words())
                raise
            finally:
                self.seen.serial = self.machine.serial()
                self._let_go()
        return self.seen

    def _let_go(self):
        """Guest RAM is memory here, and held for as long as the file is open, deleted or not."""
        self.ram.close()
        if self.watch and self.watch.before:
            self.watch.before.close()

    def _make_disk(self):
        config = self.plan.config
        kdump_cmdline = (f"{QUIRKS} console=ttyS0,115200 nr_cpus=1 reset_devices panic=1 "
                         f"{config.iommu_option} {self.plan.kdump_cmdline}").strip()
        job = (f"kexec_options={'-s' if self.plan.loader == 'file' else '-c'}\n"
               f"kdump_cmdline='{kdump_cmdline}'\n"
               f"dump_level={self.plan.dump_level}\n")
        images.make_disk(self.machine.disk, {
            "job": job.encode(), "pattern": dumpcheck.pattern(), **self._disk_files()},
            256 + config.mem_mib // 2)

    def _disk_files(self):
        return {"vmlinuz": self.plan.image, "initrd": self.plan.initrd, **self.plan.files}

    # -- up to the panic -------------------------------------------------------------------

    def _boot(self):
        self.progress(f"booting {paths.kernel_version(self.plan.config.kernel)} ({self.plan.config.firmware})")
        try:
            self.machine.wait_serial(r"^@@ (ready|error .*)$", BOOT_LIMIT_S)
        except MachineError as error:
            raise NotReady(str(error)) from error
        console = self.machine.serial()
        for error in re.findall(r"^@@ error .*$", console, re.MULTILINE):
            raise MachineError(f"the first kernel's init: {error}")
        self._load()
        self.seen.crash = [(int(first, 16), int(last, 16) + 1) for first, last in
                           re.findall(r"^@@ crash (\w+)-(\w+)$", console, re.MULTILINE)]
        self._find_kernel()
        self._look_at_traffic()

    def _find_kernel(self):
        self.seen.load = self.image.find(self.ram, self.seen.crash)
        if self.seen.load is None:
            raise MachineError("the wrapped kernel is nowhere in the crash region")
        self.arena = self.seen.load + self.image.arena_offset, self.image.arena_size
        self.watch = Watch(self.seen, self.arena, self.plan.watch == "all")
        self.progress(f"crash kernel loaded at {self.seen.load:#x}")

    def _load(self):
        """The crash kernel; the guest's init has done it already."""
        if "@@ loaded 1" not in self.machine.serial():
            raise MachineError("kexec -p did not load the crash kernel")

    def _look_at_traffic(self):
        """A moment's DMA, by source: the devices are really at work."""
        log = qemutrace.Trace(self.machine.trace_path)
        for enable in (True, False):
            for event in qemutrace.DMA_EVENTS:
                self.machine.trace_event(event, enable)
            time.sleep(0.3 if enable else 0)
        self.seen.dma_before = log.dma(0)

    def _entries(self):
        stub = self.seen.load + ENTRY64
        return stub, stub + self.image.inner_offset

    def inner_end(self):
        """Where the memory that the inner kernel asks for ends."""
        return self.seen.load + self.image.inner_offset + self.image.inner_init_size

    def _panic(self):
        self.gdb = Gdb(self.machine.gdb_path())
        for address in set(self._entries()):
            self.gdb.set_breakpoint(address)
        self.gdb.resume()
        self._note_faults("panic")
        if self.plan.watch == "nothing":
            self.machine.watch_outcome()
        else:
            self.machine.count_faults(True)
        self.machine.order_panic()
        self.machine.wait_serial(r"Kernel panic - not syncing: sysrq", 90, interval=0.002)
        self.panicked = time.monotonic()
        self.progress("panicked; purgatory checks its segments")

    def _note_faults(self, moment):
        self.faults_at[moment] = self.machine.faults()

    def faults(self, since="panic"):
        """Those counted from a moment on: "panic", "entry" (the stub's), "switched"."""
        return self.machine.faults() - self.faults_at.get(since, self.machine.faults())

    # -- the two stops ---------------------------------------------------------------------

    def _stop_at(self, address, what):
        """Wait for the breakpoint; returns when that was, and the Stop."""
        registers = self.gdb.wait_stop(STUB_LIMIT_S)
        stopped = time.monotonic()
        if registers["rip"] != address:
            raise MachineError(f"stopped at {registers['rip']:#x} and not at {what} {address:#x}")
        self.gdb.clear_breakpoint(address)
        return stopped, Stop(self.machine, self.ram, self.gdb, registers)

    def _resume(self, stopped):
        self.stopped_s += time.monotonic() - stopped
        self.gdb.resume()

    def _follow(self):
        """From the stub's entry to the inner kernel's. Of a bare kernel the two are one."""
        stub, inner = self._entries()
        stopped, stop = self._stop_at(stub, "the stub's entry")
        self.progress("stub entered; keeping RAM as it is")
        if self.plan.at_entry:
            self.found_at_entry = self.plan.at_entry(stop)
        self._note_faults("entry")
        self.watch.at_entry(stop)
        if inner != stub:
            resumed = time.monotonic()
            self._resume(stopped)
            stopped, stop = self._stop_at(inner, "the inner kernel's entry")
            self.seen.stub_s = stopped - resumed
        self.seen.panic_to_entry_s = stopped - self.panicked - self.stopped_s
        self.progress(f"inner kernel entered {self.seen.panic_to_entry_s:.2f} s after the panic")
        self.watch.at_exit(stop)
        self.switched = stop.mark
        self._note_faults("switched")
        self._resume(stopped)

    # -- the kdump kernel ------------------------------------------------------------------

    def _kdump(self):
        log = qemutrace.Trace(self.machine.trace_path)
        self.machine.wait_serial(r"^@@ kdump", self.plan.kdump_limit_s)
        self.gdb.close()
        until = log.mark()
        for event in qemutrace.DMA_EVENTS:
            self.machine.trace_event(event, False)
        self.progress("kdump kernel is up; saving the dump")
        self.machine.wait_exit(300)
        legacy = log.legacy_dma(self.seen.crash, self.switched, until)
        self.seen.dma_after = collections.Counter(source for source, _ in legacy)
        self.seen.absorbed = log.dma_to(self.seen.scratch, self.switched, until)

    def _after(self):
        """The machine is off; RAM and disk are still there."""
        self.seen.faults = self.faults()
        self.watch.at_end(self.ram)
        images.read_back(self.machine.disk, "/out", self.folder)
        self.report = Report(f"{self.folder}/out/inspect.json")
        self.progress("reading the dump with libkdumpfile")
        self._check_dump(f"{self.folder}/out/vmcore")

    def _check_dump(self, vmcore):
        seen = self.seen
        try:
            seen.dump = dumpcheck.Dump(vmcore).check(self.watch.before, seen.device_writable)
            seen.dump_error = ""
        except Exception as error:  # pylint: disable=broad-except # whatever it is: no good dump
            seen.dump_error = str(error) or type(error).__name__


def main():
    """Any bzImage as the kdump kernel; prints what was seen, judges nothing."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("image")
    parser.add_argument("--firmware", default="ovmf", choices=["ovmf", "seabios"])
    parser.add_argument("--loader", default="load", choices=["load", "file"])
    parser.add_argument("--mem", type=int, default=2048, help="MiB")
    parser.add_argument("--crashkernel", default="256M")
    parser.add_argument("--aw-bits", type=int, default=39)
    parser.add_argument("--no-iommu", action="store_true")
    parser.add_argument("--scalable", action="store_true")
    parser.add_argument("--first-level", action="store_true")
    parser.add_argument("--cmdline", default="", help="added to the first kernel's")
    parser.add_argument("--kdump-cmdline", default="", help="added to the kdump kernel's")
    parser.add_argument("--out", default=os.path.join(paths.BUILD, "cycle"))
    args = parser.parse_args()
    config = Config(firmware=args.firmware, mem_mib=args.mem, crashkernel=args.crashkernel,
                    aw_bits=args.aw_bits, iommu=not args.no_iommu, scalable=args.scalable,
                    first_level=args.first_level, cmdline=args.cmdline)
    plan = Plan(args.image, config, args.loader, args.kdump_cmdline)
    cycle = Cycle(plan, args.out, stopwatch())
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
