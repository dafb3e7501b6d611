# SPDX-License-Identifier: GPL-2.0-only
"""What should a sink's scratch page hold? Each content under devices that are at work, measured.

The devices' context entries have a reserved bit set when the stub is entered: each goes to a sink
of its own. At the kdump kernel's entry, before any of its instructions, the scratch pages are filled from
outside; the e1000e, whose frames were held back since the panic, has room in its ring and receives
again. For half a second only devices run (hold.py), then the kdump kernel saves its dump. `make
scratch` calls it; it writes build/scratch/result.json. NVMe reads commands only when its doorbell is
rung: --nvme does that, on a machine with NVMe and dmarelay.policy=isolate, and looks whether anything
is written to the disk.
"""

import argparse
import json
import os
import struct
import sys
import time
from dataclasses import replace

import campaign
import figures
import hold
import qemutrace
from cycle import Cycle, Plan, stopwatch
from gdbstub import GdbError
from machine import SOURCES, SOURCES_RESUMABLE, Config, MachineError
from resumed import Resumed
from runs import text_of, write

PAGE = 4096
SPEAKS_OF = ["stub", "arch", "include", "tests/system"]
FOLDER = os.path.join(campaign.paths.BUILD, "scratch")
RESERVED = 1 << 40                      # of a context entry's upper half
ISOLATE = "dmarelay.policy=isolate"
CONTENTS = {"all ones": 0xffffffff, "zeros": 0, "0x7b": 0x7b}    # each dword
DOORBELL = 0x1000 + 8                   # NVMe 3.1.24: tail of the first I/O submission queue


def fill(stop, pages, content):
    """The scratch pages of all sinks."""
    for page in pages:
        stop.ram.write(page, struct.pack("<I", content) * (PAGE // 4))


def scratch_pages(stop, crash, arena):
    """Where the sinks lead: into the arena, and there is nothing else there that devices reach."""
    walker = stop.walker()
    return {page for page in hold.reached(walker, crash, hold.translations(walker))
            if arena[0] <= page < sum(arena)}


class ScratchRun(Resumed):
    """With one content."""

    def __init__(self, plan, folder, progress, content):
        super().__init__(plan, folder, progress)
        self.content = content
        self.filled = set()

    def before_panic(self, stop):
        self.machine.flood.pause()

    def at_entry(self, stop):
        for source in SOURCES_RESUMABLE.values():
            at = stop.walker().context(source).at + 8
            high, = struct.unpack("<Q", stop.ram.read(at, 8))
            stop.ram.write(at, struct.pack("<Q", high | RESERVED))
        stop.invalidate()

    def in_kernel(self, stop):
        self.filled = scratch_pages(stop, self.seen.crash, self.arena)
        fill(stop, self.filled, self.content)
        self.machine.flood.go_on()

    def seen_with(self, name, problem):
        """What was seen."""
        by_name = {source: name for name, source in SOURCES_RESUMABLE.items()}
        return {"content": name, "scratch_pages": len(self.filled),
                "dma_in_hold": {by_name.get(key, hex(key)): value
                                for key, value in self.held.dma.items()},
                "absorbed_in_hold": self.held.absorbed,
                "faults_in_hold": {by_name.get(key, hex(key)): value
                                   for key, value in self.held.faults.by_source.items()},
                "muted_in_hold": self.held.faults.muted,
                "dump_verified": self.verified(least_pages=1000),
                "problem": problem}


def resumable(name, content):
    """The devices of the campaign."""
    plan = replace(campaign.prepare()["stub+stock shown"], watch="nothing")
    run = ScratchRun(plan, os.path.join(FOLDER, "run"), stopwatch(), content)
    problem = ""
    try:
        run.run()
    except (MachineError, GdbError) as error:
        problem = str(error)
    return run.seen_with(name, problem)


class NvmeRun(Cycle):
    """To the kdump kernel's entry, its doorbell rung, and no further."""

    content = 0
    faults = dma = written = None

    def _follow(self):
        stub, inner = self._entries()
        self._resume(self._stop_at(stub, "the stub's entry")[0])
        _, stop = self._stop_at(inner, "the kdump kernel's entry")
        fill(stop, scratch_pages(stop, self.seen.crash, self.arena), self.content)
        base, = (region["address"] for bus in self.machine.qmp("query-pci")
                 for device in bus["devices"] if device["slot"] << 3 == SOURCES["nvme"]
                 for region in device["regions"][:1])
        for event in qemutrace.DMA_EVENTS:
            self.machine.trace_event(event, True)
        self.machine.count_faults(True)
        before = self._writes()
        for tail in (7, 30):            # wherever the head is, one of them is new
            self.gdb.write_physical(base + DOORBELL, tail, 4)
        self.gdb.resume()
        time.sleep(hold.HOLD_S)
        self.written = self._writes() - before
        self.dma = qemutrace.Trace(self.machine.trace_path).dma(stop.mark)
        self.faults = self.machine.faults()

    def _writes(self):
        return sum(device["stats"]["wr_operations"] for device in
                   self.machine.qmp("query-blockstats"))

    def _kdump(self):
        pass

    _after = _kdump


def nvme(name, content):
    """A machine with NVMe."""
    plan = campaign.plan_of("stub+stock shown", ISOLATE)
    config = Config(firmware="seabios", mem_mib=1024, crashkernel="192M")
    run = NvmeRun(Plan(plan.image, config, kdump_cmdline=ISOLATE), os.path.join(FOLDER, "nvme"),
                  stopwatch())
    run.content = content
    run.run()
    source = SOURCES["nvme"]
    return {"content": name, "nvme_dma": run.dma[source],
            "nvme_faults": run.faults.by_source[source], "muted": run.faults.muted,
            "nvme_writes_to_disk": run.written}


def resumable_table(results):
    """For docs/campaign.md: a row a content."""
    return figures.table(
        ["each dword", "UHCI reads", "e1000e accesses", "HDA accesses", "faults of e1000e",
         "faults of HDA", "other faults", "muted", "dump"],
        [[entry["content"], *(entry["dma_in_hold"].get(name, 0) for name in ("uhci", "e1000e", "hda")),
          *(entry["faults_in_hold"].get(name, 0) for name in ("e1000e", "hda")),
          sum(count for name, count in entry["faults_in_hold"].items()
              if name not in ("e1000e", "hda")), entry["muted_in_hold"],
          "verified" if entry["dump_verified"] else entry["problem"] or "wrong"]
         for entry in results])


def nvme_table(results):
    """The same of the machine with NVMe."""
    return figures.table(
        ["each dword", "NVMe's accesses", "faults", "writes to the disk"],
        [[entry["content"], entry["nvme_dma"], entry["nvme_faults"], entry["nvme_writes_to_disk"]]
         for entry in results])


def main():
    parser = argparse.ArgumentParser(prog="make scratch", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--nvme", action="store_true")
    parser.add_argument("--content", choices=CONTENTS, action="append")
    args = parser.parse_args()
    os.makedirs(FOLDER, exist_ok=True)
    os.makedirs(campaign.FOLDER, exist_ok=True)
    made = figures.stamp("scratch-nvme" if args.nvme else "scratch",
                         "make scratch NVME=1" if args.nvme else "make scratch", "1 run a row",
                         SPEAKS_OF, [], [])
    results = made["data"]
    for name in args.content or CONTENTS:
        results.append((nvme if args.nvme else resumable)(name, CONTENTS[name]))
        print(json.dumps(results[-1]), flush=True)
    name = "nvme.json" if args.nvme else "result.json"
    write(os.path.join(FOLDER, name), text_of(results))
    made["lines"] = (nvme_table if args.nvme else resumable_table)(results)
    figures.keep(made, FOLDER)


if __name__ == "__main__":
    sys.exit(main())
