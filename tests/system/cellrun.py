# SPDX-License-Identifier: GPL-2.0-only
"""One cell of the campaign on one machine: damage, panic, and what becomes of the dump."""

import random

import images
import inject
from report import Report
from resumed import PAGE, Resumed
from watch import UNIT

IQA = 0x90
SUPERPAGE = 2 << 20
# A leaf into memory matters where DMA goes on for long: the capture is led there.
LED_THERE = ("crash-free", "crash-kernel", "crash-initrd", "crash-arena", "other-table")


class CellRun(Resumed):
    """The damage is `cell`'s, the choices `seed`'s."""

    def __init__(self, plan, folder, progress, cell, seed):
        super().__init__(plan, folder, progress)
        self.cell, self.seed = cell, seed
        self.device, self.iova, self.edits = "", 0, []
        self.aims = []                  # [(device, IOVA)], the best first

    def before_panic(self, stop):
        self._aim(stop)
        if self.cell.point == inject.BEFORE:
            self._inject(stop)
        return self.cell.point == inject.BEFORE

    def at_entry(self, stop):
        if self.cell.point == inject.ENTRY:
            self._inject(stop)

    def _aim(self, stop):
        """What is damaged is what a device uses: chosen by the seed.

        Not all IOVAs have all structures: superpages have no table of leaves.
        """
        if self.cell.structure == "leaf" and self.cell.damage in LED_THERE:
            self.aims = [("hda", stop.capture().pages()[0])]
        else:
            chance = random.Random(self.seed)
            name = chance.choice(sorted(inject.DEVICES))
            others = [(name, iova) for name in sorted(inject.DEVICES) for iova in self.used[name]]
            self.aims = [(name, chance.choice(self.used[name])),
                         *chance.sample(others, len(others))]

    def _parts(self, ram):
        """A page in each part of the crash region. A kernel without a stub has no arena."""
        (start, end), = self.seen.crash
        free = next(at for at in range((start + end) // 2 & -SUPERPAGE, end, SUPERPAGE)
                    if not any(ram.read(at, SUPERPAGE)))
        head = images.read(self.plan.initrd)[:PAGE]
        initrd = next(at for at in range(start, end, PAGE) if ram.read(at, PAGE) == head)
        arena = (self.arena[0] + self.arena[1] // 2) & -PAGE if self.arena[1] else free
        # The decompressor's copy of itself and of its payload is at the end of the kernel's memory
        return {"free": free, "kernel": (self.inner_end() & -PAGE) - 3 * SUPERPAGE // 4,
                "initrd": initrd + 16 * PAGE, "arena": arena}

    def _inject(self, stop):
        unit = {**stop.unit, "iqa": self.gdb.read_physical(UNIT + IQA, 8)}
        parts = self._parts(stop.ram)
        for self.device, self.iova in self.aims:
            target = inject.Target(stop.ram, unit, parts, self.device, self.iova)
            self.edits = inject.inject(self.cell, target, self.seed)
            if self.edits:
                break
        else:
            raise LookupError(f"{self.cell.name}: the machine has nothing of the kind")
        self.note_writable(stop)
        stop.invalidate()
        self.progress(f"{self.cell.name}: {len(self.edits)} words, {self.device}, "
                      f"IOVA {self.iova:#x}")

    def result(self, kernel, problem, seconds):
        """The entry of result.json."""
        report = self.report or Report("")
        return {
            "cell": self.cell.name, "kernel": kernel, "point": self.cell.point,
            "seed": self.seed, "device": self.device, "words_damaged": len(self.edits),
            "reached_stub": self.reached_stub, "kdump_entered": self.entered,
            "dump_saved": self.saved(), "dump_verified": self.verified(),
            "faults_after_stub_entry": self.faults_in_stub + self.faults_later,
            "faults_after_switch": self.faults_later,
            "faults_in_hold": sum(self.held.faults.values()),
            "crash_region_bytes_changed": self.held.bytes_changed,
            "dma_in_hold": {name: self.held.dma.get(source, 0)
                            for name, source in inject.DEVICES.items()},
            "pages_compared": self.seen.pages_compared,
            "pages_differ": len(self.seen.pages_differ),
            "outcome": report.outcome, "quarantined": report.quarantined,
            "problem": problem, "seconds": round(seconds, 1), "qemu_cpu_s": round(self.cpu_s, 1),
        }
