# SPDX-License-Identifier: GPL-2.0-only
"""The fault-injection campaign: live tables damaged, mainline and the stub side by side.

    make campaign                           all cells under all kernels; goes on where it was
    make campaign CELL=leaf.crash-kernel@entry KERNEL=stub+stock
                                            that one again (CELL may be a part of the name)
    make campaign JOBS=2 MINUTES=30         two machines at a time, no new ones after half an hour

Cells are those of tests/inject/cells.def; the seed of each is of its name and SEED, so that each
kernel gets the same damage. After each run build/campaign/result.json is written. Exit status 1 if
a kernel behind the stub lost a dump that the stub could save, let faults through after the switch,
or DMA into the crash region.
"""

import argparse
import fcntl
import functools
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zlib
from contextlib import contextmanager

import images
import inject
import paths
import qemutrace
from cellrun import CellRun
from cycle import Cycle, Plan, stopwatch
from gdbstub import GdbError
from machine import Config, MachineError, NotReady

FOLDER = os.path.join(paths.BUILD, "campaign")
RESULT = os.path.join(FOLDER, "result.json")
KERNELS = ["stock", "stub+stock", "stub+adopting"]
DISK_MODULES = ["virtio_pci", "virtio_blk", *images.KDUMP_MODULES[1:]]
FIRST_MODULES = ["virtio_pci", "virtio_blk", *images.FIRST_MODULES[1:]]
ARENA = "6M"                            # purgatory reads all of it
DUMP_LEVEL = 31                         # the kernel's pages only
WHOLE_BUS = ("root-table", "root-entry", "context-table")      # storms of faults: last
ATTEMPTS = 3                            # of a QEMU that fails
# On the console: why a decompressor halts, and little else. An oops is the panic, as on servers.
KDUMP_CMDLINE = "earlyprintk=ttyS0,115200 loglevel=6"
FIRST_CMDLINE = "oops=panic loglevel=6"


@contextmanager
def locked(name, wait=True):
    """Yields whether this process, of all campaigns here, has the lock."""
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, name + ".lock"), "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            yield True
        except BlockingIOError:
            yield False


# -- machines ready to panic -----------------------------------------------------------------


def plan_of(kernel, cmdline="", dmar=None):
    """What runs behind the panic, `cmdline` added to the kdump kernel's.

    `dmar`: the file with the machine's DMAR table, of which a stub's image has a copy.
    """
    inner = paths.ADOPTING_IMAGE if kernel == "stub+adopting" else paths.kernel_image()
    image = inner
    if kernel != "stock":
        image = os.path.join(FOLDER, kernel + ".relay")
        subprocess.run([paths.DMARELAY, "wrap", inner, "-o", image, "--arena", ARENA,
                        *(["--dmar", dmar] if dmar else [])], check=True,
                       stdout=subprocess.DEVNULL)
    first = os.path.join(FOLDER, "first.cpio")
    initrd = os.path.join(FOLDER, f"{kernel}.cpio.gz")
    write(first, images.initramfs("first", FIRST_MODULES))
    modules = [] if kernel == "stub+adopting" else DISK_MODULES
    write(initrd, gzip.compress(images.initramfs("kdump", modules), 1, mtime=0))
    config = Config(firmware="seabios", mem_mib=768, crashkernel="192M", aw_bits=48,
                    resumable=True, initrd=first, cmdline=FIRST_CMDLINE, one_cpu=True)
    return Plan(image, config, kdump_cmdline=f"{KDUMP_CMDLINE} {cmdline}".strip(),
                dump_level=DUMP_LEVEL, initrd=initrd)


def write(path, data):
    """A whole file or none: others may be reading it."""
    new = f"{path}.{os.getpid()}"
    with open(new, "wb") as file:
        file.write(data)
    os.replace(new, path)


class Keep(Cycle):
    """Comes to where devices are at work and the crash kernel is loaded, and keeps the machine."""

    def _look_at_traffic(self):
        """Until each device was seen to do DMA: one of them is to be damaged."""
        log = qemutrace.Trace(self.machine.trace_path)
        for _ in range(60):
            super()._look_at_traffic()
            used = {name: sorted(log.iovas(source)) for name, source in inject.DEVICES.items()}
            if all(used.values()):
                write(os.path.join(self.target, "iovas"), json.dumps(used).encode())
                return
        raise NotReady("not all devices do DMA")

    def _panic(self):
        write(os.path.join(self.target, "dmar"), self.ram.read(*inject.find_dmar(self.ram)))
        self.machine.save(self.target)

    def _follow(self):
        pass

    _kdump = _after = _follow


@functools.lru_cache(None)
def prepare(kernel):
    """The plan of a kernel, with a machine kept for it that has these files."""
    name = kernel.replace("+", "-")
    dmar = None if kernel == "stock" else os.path.join(prepare("stock").saved, "dmar")
    with locked("prepare-" + name):
        with locked("images"):
            plan = plan_of(kernel, dmar=dmar)
        target = os.path.join(FOLDER, "saved", name)
        stamp = hashlib.sha256(repr(plan).encode())
        for path in (plan.image, plan.initrd, plan.config.initrd):
            stamp.update(images.read(path))
        stamp_path = os.path.join(target, "stamp")
        plan.saved = target
        if os.path.exists(stamp_path) and images.read(stamp_path) == stamp.digest():
            return plan
        print(f"-- a machine: {name}", flush=True)
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(target)
        keep = Keep(Plan(**{**vars(plan), "saved": ""}), os.path.join(FOLDER, "prepare", name),
                    stopwatch())
        keep.target = target
        keep.run()
        write(stamp_path, stamp.digest())
        return plan


# -- runs and their results ------------------------------------------------------------------


def seed_of(cell, base):
    """The same for all kernels."""
    return zlib.crc32(f"{cell.name} {base}".encode())


def folder_of(cell, kernel):
    """Where the files of a run are."""
    return os.path.join(FOLDER, "runs", f"{re.sub('[^a-z0-9-]', '-', cell.name)}-{kernel}")


def run(cell, kernel, base=1):
    """One cell under one kernel; (the CellRun, the entry of result.json)."""
    plan = prepare(kernel)
    seed, start = seed_of(cell, base), time.monotonic()
    print(f"-- {cell.name}: {kernel}, seed {seed}", flush=True)
    for _ in range(ATTEMPTS):
        cycle, problem = CellRun(plan, folder_of(cell, kernel), stopwatch(), cell, seed), ""
        try:
            cycle.run()
        except (MachineError, GdbError) as error:
            problem = str(error)
        if not cycle.qemu_failed():
            break
    return cycle, cycle.result(kernel, problem, time.monotonic() - start)


def results():
    """What is there."""
    try:
        with open(RESULT, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return []


def text_of(entries):
    """A line each."""
    text = ",\n".join(map(json.dumps, entries))
    return f"[\n{text}\n]\n".encode()


def save(entry):
    """Add or replace one."""
    with locked("result"):
        entries = {(old["cell"], old["kernel"]): old for old in results()}
        entries[entry["cell"], entry["kernel"]] = entry
        order = {cell.name: at for at, cell in enumerate(inject.cells())}
        chosen = sorted((one for one in entries.values() if one["cell"] in order),
                        key=lambda one: (order[one["cell"]], KERNELS.index(one["kernel"])))
        write(RESULT, text_of(chosen))


def good(entry):
    """What the stub must show; mainline is there to be compared with."""
    return entry["kernel"] == "stock" or not entry["reached_stub"] or (
        entry["dump_saved"] and entry["dump_verified"]
        and entry["faults_after_switch"] + entry["faults_in_hold"] == 0
        and entry["crash_region_bytes_changed"] == 0)


def one(cell, kernel, args):
    """Unless another campaign is at it, or it is done."""
    name = os.path.basename(folder_of(cell, kernel))
    with locked(name, wait=False) as mine:
        done = {(entry["cell"], entry["kernel"]) for entry in results()}
        if not mine or (not args.cell and (cell.name, kernel) in done):
            return
        cycle, entry = run(cell, kernel, args.seed)
        save(entry)
        print(json.dumps(entry), flush=True)
        for name in ("trace.log", "out"):   # large, and the result has what they say
            path = os.path.join(cycle.folder, name)
            if not args.cell and os.path.isdir(path):
                shutil.rmtree(path)
            elif not args.cell and os.path.exists(path):
                os.unlink(path)


def job(args, number):
    """One after the other, on a host CPU of its own."""
    cpus = sorted(os.sched_getaffinity(0))
    if args.jobs > 1:
        os.sched_setaffinity(0, {cpus[number % len(cpus)]})
    for cell in sorted(inject.cells(), key=lambda cell: cell.structure in WHOLE_BUS):
        for kernel in args.kernel or KERNELS:
            if args.cell not in cell.name:
                continue
            if args.minutes and time.monotonic() - args.start > args.minutes * 60:
                return
            one(cell, kernel, args)


def show(chosen):
    """In short."""
    bad = [entry for entry in chosen if not good(entry)]
    for kernel in KERNELS:
        entries = [entry for entry in chosen if entry["kernel"] == kernel]
        reached = [entry for entry in entries if entry["reached_stub"]]
        print(f"{kernel:14} {len(entries)} cells, {len(reached)} came to the 64-bit entry, "
              f"{sum(entry['dump_verified'] for entry in reached)} dumps verified")
    for entry in bad:
        print(f"NOT AS IT MUST BE: {json.dumps(entry)}")
    return 1 if bad or not chosen else 0


def main():
    parser = argparse.ArgumentParser(prog="make campaign", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--cell", default="")
    parser.add_argument("--kernel", choices=KERNELS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0)
    args = parser.parse_args()
    args.start = time.monotonic()
    os.makedirs(FOLDER, exist_ok=True)
    children = []
    for number in range(args.jobs - 1):
        child = os.fork()
        if not child:
            job(args, number + 1)
            os._exit(0)
        children.append(child)
    job(args, 0)
    for child in children:
        os.waitpid(child, 0)
    return show([entry for entry in results() if args.cell in entry["cell"]
                 and entry["kernel"] in (args.kernel or KERNELS)])


if __name__ == "__main__":
    sys.exit(main())
