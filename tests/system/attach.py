# SPDX-License-Identifier: GPL-2.0-only
"""A cycle in which drivers attach to devices with live DMA before the dump is saved.

That is where the crashed kernel's DMA and the kdump kernel's drivers meet. How a run is watched is
its plan's (cycle.WATCHES): what it tells of DMA takes "all".
"""

import collections
import gzip
import os
import re
import subprocess
import time

import images
import paths
import qemutrace
import vtdwalk
import watch
from cycle import Cycle
from machine import MORE_SOURCES, SOURCES, MachineError

FOLDER = os.path.join(paths.BUILD, "compare" if paths.SERIES == "6.12" else
                      f"compare-{paths.SERIES}")
ATTACH_MODULES = ["snd-hda-codec-generic", "snd-hda-intel", "e1000e", "uhci-hcd"]
MORE_MODULES = ["xhci-pci", "ahci", "sd_mod"]
VFIO_MODULES = ["vfio-pci", "vfio_iommu_type1"]
NAMES = {source: name for name, source in {**SOURCES, **MORE_SOURCES}.items()}
# A context-cache invalidation for one device: stock takes its context entry away
DETACH_EVENT = "vtd_inv_desc_cc_devices"


# From the kdump kernel's entry until all drivers are there: seconds that the virtual CPU has run, and
# all together, for a guest that waits for a disk (guest/init-kdump gives it 90 s)
LIMIT_CPU_S = 90                        # 5 to 20 s
LIMIT_S = 300


class Attach(Cycle):
    """A cycle that goes on watching until all drivers are there."""

    def __init__(self, plan, folder, progress):
        super().__init__(plan, folder, progress)
        self.attached = {}              # source: trace mark when its driver had attached
        self.traced_until = 0
        self.at_panic, self.at_dump = {}, {}    # {drive: commands completed}
        self.lost = []                  # devices, of whose legacy translations one is gone

    def _panic(self):
        super()._panic()
        self.at_panic = self.machine.completed()

    def _kdump(self):
        self.gdb.close()
        log, all_of_it = qemutrace.Trace(self.machine.trace_path), self.plan.watch == "all"
        if all_of_it:
            self.machine.trace_event(DETACH_EVENT, True)
        before, deadline = self.machine.cpu_s(), time.monotonic() + LIMIT_S
        while "\n@@ dumping" not in self.machine.serial():
            self._note_attached(log)
            self._check_limits(before, deadline)
            time.sleep(0.002 if all_of_it else 0.05)
        if all_of_it:
            self._look_at_tables(log)
        self.progress("drivers attached; saving the dump")
        self.machine.wait_exit(LIMIT_S)

    def _check_limits(self, before, deadline):
        console = self.machine.serial()
        if "\n@@ error mount" in console:
            raise MachineError("the disk did not answer")
        if self.machine.process.poll() is not None:
            raise MachineError("the machine went off before the dump")
        if self.machine.cpu_s() - before > LIMIT_CPU_S or time.monotonic() > deadline:
            raise MachineError("the kdump kernel is stuck")

    def _look_at_tables(self, log):
        """All drivers are there."""
        self._note_attached(log)
        self.traced_until = log.mark()
        for event in (*qemutrace.DMA_EVENTS, DETACH_EVENT):
            self.machine.trace_event(event, False)
        self.at_dump = self.machine.completed()
        self.machine.qmp("stop")
        self.lost = [NAMES.get(source, f"{source:#06x}") for source in self._lost()]
        self.machine.qmp("cont")
        self.seen.absorbed = log.dma_to(self.seen.scratch, self.switched, self.traced_until)

    def _lost(self):
        """Source ids of which an IOVA does not lead any more where it led at the crash.

        None may, of an adopted device: a new mapping over an old one would be seen here, and
        so would one that has come and gone.
        """
        said = self.machine.qmp("human-monitor-command",
                                **{"command-line": f"xp /1gx {watch.UNIT + watch.RTADDR:#x}"})
        now = watch.everything(vtdwalk.Walker(self.ram, int(said.split()[-1], 16)))
        for source, (kind, _, _, ranges) in self.watch.original.items():
            found, _, _, present = now.get(source, (None, 0, 0, []))
            if kind == vtdwalk.PASS_THROUGH and found in vtdwalk.WITH_TABLES:
                kind, ranges = found, self._guarded()
            if kind != found or not all(any(_covers(new, old) for new in present)
                                        for old in ranges):
                yield source

    def _guarded(self):
        """What a guarded identity map has of RAM from 1 MiB on: all but the crash region."""
        start, pieces = 1 << 20, []
        for first, last in [*sorted(self.seen.crash), (self.ram.low, self.ram.low)]:
            if start < first <= self.ram.low:
                pieces.append([start, first, start, vtdwalk.READ | vtdwalk.WRITE])
            start = max(start, last)
        return pieces

    def _note_attached(self, log):
        """The adopting kernel says when; what was traced before it did is not counted."""
        for bus, slot, function in re.findall(r"0000:(\w+):(\w+)\.(\d): DMAR: relay: ",
                                              self.machine.serial()):
            self.attached.setdefault(source_of(bus, slot, function), log.mark())

    def domain_ids(self):
        """{device: the domain ids by which the unit knew it, from the stub's entry to the dump}.

        One, of an adopted device: also when it was removed and came back, if ids do not leak.
        """
        with open(self.machine.trace_path, "rb") as file:
            file.seek(self.switched)
            lines = file.read(self.traced_until - self.switched)
        found = collections.defaultdict(set)
        for match in re.finditer(rb"vtd_iotlb_page_\w+ .*?sid 0x(\w+) .*?domain 0x(\w+)", lines):
            found[NAMES.get(int(match[1], 16), "other")].add(int(match[2], 16))
        return {name: sorted(ids) for name, ids in found.items()}

    def legacy_dma(self):
        """Accesses to the crashed kernel's memory since the switch: {device: how many}, twice.

        All of them, and those after the device's driver had attached.
        """
        log = qemutrace.Trace(self.machine.trace_path)
        attached = dict(self.attached)
        for source, mark in log.marks(DETACH_EVENT, self.switched, self.traced_until):
            attached.setdefault(source, mark)
        after_switch, after_attach = collections.Counter(), collections.Counter()
        for source, mark in log.legacy_dma(self.seen.crash, self.switched, self.traced_until):
            name = NAMES.get(source, "other")
            after_switch[name] += 1
            after_attach[name] += mark > attached.get(source, self.traced_until)
        return dict(after_switch), dict(+after_attach)

    def in_flight(self):
        """{drive: commands of the crashed kernel that were completed when it had gone}."""
        return {drive: self.at_dump[drive] - self.at_panic[drive] for drive in self.at_dump
                if drive != "disk"}


def source_of(bus, slot, function):
    """The source id; all that is behind a bridge to PCI is one device to the unit."""
    return int(bus, 16) << 8 or int(slot, 16) << 3 | int(function)


def _covers(new, old):
    """[iova, end, target, access]: does the one range lead to where the other does?"""
    return (new[0] <= old[0] and old[1] <= new[1] and new[2] + old[0] - new[0] == old[2]
            and new[3] == old[3])


def prepare():
    """An initramfs for each kernel, and the images.

    {kernel: (image, initrd)}, and {"more", "vfio": initrd} of the first kernel.
    """
    os.makedirs(FOLDER, exist_ok=True)
    initrds = {}
    for name, kind, modules in (
            ("modules", "kdump", ATTACH_MODULES + MORE_MODULES + images.KDUMP_MODULES),
            ("builtin", "kdump", []), ("more", "first", images.FIRST_MODULES + MORE_MODULES),
            ("vfio", "first", images.FIRST_MODULES + VFIO_MODULES)):
        initrds[name] = os.path.join(FOLDER, f"{name}.cpio.gz")
        with open(initrds[name], "wb") as file:
            file.write(gzip.compress(images.initramfs(kind, modules), 1, mtime=0))
    stock, adopting = paths.kernel_image(), paths.ADOPTING_IMAGE
    prepared = {"more": initrds["more"], "vfio": initrds["vfio"],
                "stock": (stock, initrds["modules"]), "small": (adopting, initrds["builtin"])}
    for name, inner, initrd, options in (
            ("stub+stock shown", stock, "modules", []),
            ("stub+stock hidden", stock, "modules", ["--hide"]),
            ("stub+adopting", adopting, "builtin", ["--adopting"]),
            ("stub+adopting hidden", adopting, "builtin", ["--adopting", "--hide"])):
        wrapped = os.path.join(FOLDER, name.replace(" ", "-") + ".relay")
        subprocess.run([paths.DMARELAY, "wrap", inner, "-o", wrapped, *options], check=True)
        prepared[name] = wrapped, initrds[initrd]
    return prepared
