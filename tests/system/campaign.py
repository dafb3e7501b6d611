# SPDX-License-Identifier: GPL-2.0-only
"""The fault-injection campaign: live tables damaged, and what becomes of the dump, kernel by kernel.

    make campaign                           all cells under all kernels; goes on where it was
    make campaign CELL=leaf.crash-kernel@entry KERNEL="stub+stock hidden"
                                            that one again (CELL may be a part of the name)
    make campaign JOBS=2 MINUTES=30         two machines at a time, no new ones after half an hour
    make campaign SEED=7 SEEDS=1 REPEAT=3   that seed, alone, each run three times
    make campaign CMDLINE=dmarelay.holes=keep KERNEL="stub+stock shown"
                                            with an option of the stub's: results of their own

Cells are those of tests/inject/cells.def, and one without damage. All kernels begin with the same
machine: it is kept with its devices at work, goes on once a kernel to load it, and is kept again. The
choices of a cell come from its name and a seed.
Outcome and faults are measured in runs of their own (resumed.py): whether a dump is saved, without
instruments; then, for the first COUNTED seeds, how many faults there are. After each run
build/campaign/result.json is written. Exit status 1 if a kernel behind the stub lost a dump that
the stub could save, let faults through after the switch, or DMA into the crash region.
"""

import argparse
import datetime
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
from dataclasses import replace

import paths                            # puts tools/ on the path
import figures
import images
import inject
import qemutrace
from cellrun import CellRun
from cycle import Cycle, Plan, stopwatch
from gdbstub import GdbError
from machine import Config, MachineError, NotReady
from resumed import LEAST_SHARE
from runs import fork_jobs, locked, read, text_of, write

FOLDER = os.path.join(paths.BUILD, "campaign")
# More for the kdump kernel's command line, as dmarelay.holes=keep: results and figures of their own
CMDLINE = os.environ.get("CMDLINE", "")
SUFFIX = re.sub(r"[^a-z0-9]+", "-", f" {CMDLINE}".rstrip())
RESULT = os.path.join(FOLDER, f"result{SUFFIX}.json")
STAMP = os.path.join(FOLDER, f"stamp{SUFFIX}.json")     # when and of what RESULT was begun
SPEAKS_OF = ["stub", "arch", "include", "kernel/6.12", "tests/system", "tests/inject"]
# "small" is the kernel of the adopting series, without the stub: what its configuration does
KERNELS = ["stock", "small", "stub+stock shown", "stub+stock hidden", "stub+adopting"]
# Of hidden mode: where the damage is such, the IOMMU is shown (include/handoff.h)
CONDITIONS = ("no-translation", "not-switched", "in-place", "shared-table", "width", "root", "dmar")
OUTCOME, COUNT = "outcome", "count"     # what a run is for
WATCH = {OUTCOME: "nothing", COUNT: "faults"}
DISK_MODULES = ["ext4", "crc32c_generic", "virtio_pci", "virtio_blk"]
FIRST_MODULES = ["virtio_pci", "virtio_blk", *images.FIRST_MODULES[1:]]
ARENA = "6M"                            # purgatory reads all of it
DUMP_LEVEL = 31                         # the kernel's pages only
LOAD_LIMIT_S = 120
ATTEMPTS = 3                            # of a QEMU that fails
# On the console: why a decompressor halts, and little else. An oops is the panic, as on servers.
KDUMP_CMDLINE = "earlyprintk=ttyS0,115200 loglevel=6"
FIRST_CMDLINE = "oops=panic loglevel=6"


# -- machines ready to panic -----------------------------------------------------------------


def is_stock(kernel):
    """Is it Debian's own?"""
    return "stock" in kernel


def is_hidden(kernel):
    """Is it to see no IOMMU?"""
    return kernel.endswith("hidden")


def inner_of(kernel):
    """The kdump kernel's own image."""
    return paths.kernel_image() if is_stock(kernel) else paths.ADOPTING_IMAGE


def name_of(kernel):
    """As files are named that belong to it."""
    return kernel.replace(" ", "-")


def plan_of(kernel, cmdline="", dmar=None):
    """What runs behind the panic, `cmdline` added to the kdump kernel's.

    `dmar`: the file with the machine's DMAR table, of which a stub's image has a copy.
    """
    inner = image = inner_of(kernel)
    if kernel.startswith("stub"):
        image = os.path.join(FOLDER, name_of(kernel) + ".relay")
        subprocess.run([paths.DMARELAY, "wrap", inner, "-o", image, "--arena", ARENA,
                        *(["--dmar", dmar] if dmar else []),
                        *(["--hide"] if is_hidden(kernel) else [])], check=True,
                       stdout=subprocess.DEVNULL)
    first = os.path.join(FOLDER, "first.cpio")
    initrd = os.path.join(FOLDER, f"{name_of(kernel)}.cpio.gz")
    write(first, images.initramfs("first", FIRST_MODULES))
    modules = DISK_MODULES if is_stock(kernel) else []
    write(initrd, gzip.compress(images.initramfs("kdump", modules), 1, mtime=0))
    config = Config(firmware="seabios", mem_mib=768, crashkernel="192M", aw_bits=48,
                    resumable=True, initrd=first, cmdline=FIRST_CMDLINE, one_cpu=True)
    return Plan(image, config, kdump_cmdline=f"{KDUMP_CMDLINE} {cmdline}".strip(),
                dump_level=DUMP_LEVEL, initrd=initrd, name=name_of(kernel))


class Keep(Cycle):
    """Comes to where devices are at work, and keeps the machine, whose disk has all kernels."""

    def __init__(self, plans, target):
        super().__init__(plans[0], os.path.join(FOLDER, "prepare"), stopwatch())
        self.plans, self.target = plans, target

    def _disk_files(self):
        return {f"{plan.name}.{name}": path for plan in self.plans
                for name, path in (("vmlinuz", plan.image), ("initrd", plan.initrd))}

    def _load(self):
        """Each run loads its own."""

    def _find_kernel(self):
        pass

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


class Load(Cycle):
    """Goes on with a kept machine, loads one of the kernels on its disk, and keeps it again."""

    def __init__(self, plan, target):
        super().__init__(plan, os.path.join(FOLDER, "prepare"), stopwatch())
        self.target = target

    def _load(self):
        self.machine.control.sendall(f"load {self.plan.name}\n".encode())
        self.machine.wait_serial(r"^@@ loaded 1$", LOAD_LIMIT_S)

    def _look_at_traffic(self):
        shutil.copy(os.path.join(self.plan.saved, "iovas"), self.target)

    def _panic(self):
        self.machine.save(self.target)

    def _follow(self):
        pass

    _kdump = _after = _follow


def keep(plans, target, loads=True):
    """A machine with these kernels on its disk, kept in `target`, and below it with each loaded.

    Again only if a file or a plan is another.
    """
    stamp = hashlib.sha256(repr(plans).encode())
    for path in sorted({path for plan in plans
                        for path in (plan.image, plan.initrd, plan.config.initrd)}):
        stamp.update(images.read(path))
    stamp_path = os.path.join(target, "stamp")
    if os.path.exists(stamp_path) and images.read(stamp_path) == stamp.digest():
        return
    print(f"-- a machine: {os.path.basename(target)}", flush=True)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    Keep(plans, target).run()
    for plan in plans if loads else ():
        os.makedirs(os.path.join(target, plan.name))
        Load(replace(plan, saved=target), os.path.join(target, plan.name)).run()
    write(stamp_path, stamp.digest())


@functools.lru_cache(None)
def prepare(cmdline=CMDLINE, kernels=tuple(KERNELS)):
    """{kernel: its plan}, with one machine kept for all of these that have been built.

    The images of the stub bring the machine's DMAR table, which a first machine shows.
    """
    kernels = [kernel for kernel in kernels if os.path.exists(inner_of(kernel))]
    saved = os.path.join(FOLDER, re.sub(r"\W+", "-", f"saved {cmdline}".strip()))
    dmar = os.path.join(FOLDER, "dmar")
    with locked(FOLDER, "prepare"):
        keep([plan_of("stock")], dmar, loads=False)
        plans = {kernel: plan_of(kernel, cmdline, os.path.join(dmar, "dmar")) for kernel in kernels}
        keep(list(plans.values()), saved)
    return {kernel: replace(plan, saved=os.path.join(saved, plan.name))
            for kernel, plan in plans.items()}


# -- runs and their results ------------------------------------------------------------------


def seed_of(cell, base):
    """The same for all kernels."""
    return zlib.crc32(f"{cell.name} {base}".encode())


def seed_of_today():
    """A fresh one each day (UTC)."""
    return int(datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")) * 10


def folder_of(cell, kernel, what, base):
    """Where the files of a run are."""
    name = f"{cell.name} {kernel} {what} {base}"
    return os.path.join(FOLDER, "runs", re.sub(r"[^a-z0-9]+", "-", name))


def run(cell, kernel, what=OUTCOME, base=1, least_pages=1000, cmdline=CMDLINE):
    """One run of a cell under a kernel; (the CellRun, its entry of result.json)."""
    kernels = tuple(KERNELS) if cmdline == CMDLINE else (kernel,)
    plan = replace(prepare(cmdline, kernels)[kernel], watch=WATCH[what])
    seed, start, tries = seed_of(cell, base), time.monotonic(), []
    print(f"-- {cell.name}: {kernel}, {what}, seed {base}", flush=True)
    while True:
        cycle, problem = CellRun(plan, folder_of(cell, kernel, what, base), stopwatch(), cell,
                                 seed), ""
        cycle.tries = tries
        try:
            cycle.run()
        except (MachineError, GdbError) as error:
            problem = str(error)
        if not cycle.qemu_failed() or len(tries) + 1 == ATTEMPTS:
            break
        tries.append(cycle.discarded())
    seconds = time.monotonic() - start
    entry = {"cell": cell.name, "point": cell.point, "kernel": kernel, "what": what, "seed": base}
    return cycle, {**entry, **(cycle.outcome(problem, seconds, least_pages) if what == OUTCOME else
                               cycle.counted(problem, seconds))}


def key(entry):
    """What an entry is the result of."""
    return (entry["cell"], entry["kernel"], entry["what"], entry["seed"], entry.get("repeat", 0))


def save(entry):
    """Add or replace one."""
    with locked(FOLDER, "result"):
        entries = {key(old): old for old in read(RESULT)}
        entries[key(entry)] = entry
        order = {cell.name: at for at, cell in enumerate(inject.cells())}
        chosen = sorted((one for one in entries.values() if one["cell"] in order),
                        key=lambda one: (order[one["cell"]], KERNELS.index(one["kernel"]), key(one)))
        write(RESULT, text_of(chosen))


def refused(counts):
    """Faults, reported or muted."""
    return counts["reported"] + counts["muted"]


def good(entry):
    """What the stub must show; the others are there to be compared with.

    A cell that damages the tables after the switch is beyond what the stub can do anything about.
    """
    if not entry["kernel"].startswith("stub") or not entry["reached_stub"] or \
            entry["point"] == inject.SWITCHED:
        return True
    if is_hidden(entry["kernel"]) and entry["stub"]["mode"] != "hidden" and \
            entry["stub"]["hide_reason"] not in CONDITIONS:
        return False
    if any(refused(one["held"]) or refused(one["counted"]) or one["complaints"]
           for one in entry["tries"]):
        return False
    if entry["what"] == COUNT:
        return refused(entry["after_switch"]) == 0 and entry["until_power_off"]
    return (entry["dump_saved"] and entry["dump_verified"] and refused(entry["hold"]) == 0
            and entry["hold"]["crash_region_bytes_changed"] == 0)


def pages_wanted(kernel):
    """At the least, of a right dump: nearly all that the undamaged machine's has."""
    pages = [entry["pages_compared"] + entry["pages_left_out"] for entry in read(RESULT)
             if (entry["cell"], entry["kernel"], entry["what"]) == ("none.none@entry", kernel, OUTCOME)]
    return int(min(pages, default=1000) * LEAST_SHARE)


def one(cell, kernel, what, base, repeat, args):
    """Unless another campaign is at it, or it is done."""
    folder = folder_of(cell, kernel, what, base)
    with locked(FOLDER, os.path.basename(folder), wait=False) as mine:
        wanted = (cell.name, kernel, what, base, repeat)
        if not mine or (not args.cell and wanted in set(map(key, read(RESULT)))):
            return
        cycle, entry = run(cell, kernel, what, base, pages_wanted(kernel))
        save({**entry, "repeat": repeat})
        print(json.dumps(entry), flush=True)
        for name in ("trace.log", "out", "faults"):     # large, and the result has what they say
            path = os.path.join(cycle.folder, name)
            if not args.cell and os.path.isdir(path):
                shutil.rmtree(path)
            elif not args.cell and os.path.exists(path):
                os.unlink(path)


def runs(args):
    """[(cell, kernel, what, seed, repeat)], in the order to run them."""
    kernels = args.kernel or KERNELS
    seeds = range(args.seed, args.seed + args.seeds)
    kinds = [(OUTCOME, seed) for seed in seeds] + [(COUNT, seed) for seed in seeds[:args.counted]]
    cells = [cell for cell in inject.cells() if args.cell in cell.name]
    control = [cell for cell in cells if cell.structure == inject.NONE]
    return [(cell, kernel, what, seed, repeat)
            for chosen in (control, [cell for cell in cells if cell not in control])
            for what, seed in kinds for cell in chosen for kernel in kernels
            for repeat in range(args.repeat)
            if cell.damage != "crash-arena" or kernel.startswith("stub")]


def job(args, number):
    """One after the other, on a host CPU of its own."""
    cpus = sorted(os.sched_getaffinity(0))
    if args.jobs > 1:
        os.sched_setaffinity(0, {cpus[number % len(cpus)]})
    for wanted in runs(args)[number::args.jobs]:
        if args.minutes and time.monotonic() - args.start > args.minutes * 60:
            return
        one(*wanted, args)


def show(chosen):
    """In short."""
    bad = [entry for entry in chosen if not good(entry)]
    for kernel in KERNELS:
        entries = [entry for entry in chosen if entry["kernel"] == kernel]
        outcomes = [entry for entry in entries if entry["what"] == OUTCOME]
        reached = [entry for entry in outcomes if entry["reached_stub"]]
        print(f"{kernel:17} {len(outcomes)} runs, {len(reached)} came to the 64-bit entry, "
              f"{sum(entry['dump_verified'] for entry in reached)} dumps verified; faults counted "
              f"in {len(entries) - len(outcomes)}")
    for entry in bad:
        print(f"NOT AS IT MUST BE: {json.dumps(entry)}")
    return 1 if bad or not chosen else 0


def options():
    """From the command line; without a seed, that of the results that are there, or a fresh one."""
    parser = argparse.ArgumentParser(prog="make campaign", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--cell", default="")
    parser.add_argument("--kernel", choices=KERNELS, action="append")
    parser.add_argument("--seed", type=int,
                        default=min((entry["seed"] for entry in read(RESULT)), default=seed_of_today()))
    parser.add_argument("--seeds", type=int, default=3, help="so many, from that one on")
    parser.add_argument("--counted", type=int, default=1, help="of these, in which faults are counted")
    parser.add_argument("--repeat", type=int, default=1, help="of each run")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0)
    return parser.parse_args()


def main():
    args = options()
    args.start = time.monotonic()
    os.makedirs(FOLDER, exist_ok=True)
    prepare()
    if not os.path.exists(RESULT):
        write(STAMP, json.dumps(figures.stamp("campaign", "make campaign", "", SPEAKS_OF, [],
                                              [])).encode())
    fork_jobs(args.jobs, lambda number: job(args, number))
    return show([entry for entry in read(RESULT) if args.cell in entry["cell"]
                 and entry["kernel"] in (args.kernel or KERNELS)])


if __name__ == "__main__":
    sys.exit(main())
