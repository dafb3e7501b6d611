# SPDX-License-Identifier: GPL-2.0-only
"""One cell of the campaign on one machine: damage, panic, and what becomes of the dump."""

import random

import images
import inject
import judge
from machine import SOURCES_RESUMABLE
from report import Report
from resumed import PAGE, Resumed
from watch import UNIT

IQA = 0x90
SUPERPAGE = 2 << 20
# A leaf into memory matters where DMA goes on for long: the capture is led there.
LED_THERE = ("crash-free", "crash-kernel", "crash-initrd", "crash-arena", "other-table")
WHOLE_BUS = ("root-table", "root-entry", "context-table")
NO_TRANSLATION = ("interrupt-table", "interrupt-entry", "queue", "dmar")
NAMES = {source: name for name, source in SOURCES_RESUMABLE.items()}


class CellRun(Resumed):
    """The damage is `cell`'s, the choices `seed`'s."""

    def __init__(self, plan, folder, progress, cell, seed):
        super().__init__(plan, folder, progress)
        self.cell, self.seed = cell, seed
        self.device, self.iova, self.edits = "", 0, []
        self.aims = []                  # [(device, IOVA)], the best first

    @staticmethod
    def choice(seed):
        """The device whose tables a cell damages first of all, unless the damage leads DMA to memory."""
        return random.Random(seed).choice(sorted(inject.DEVICES))

    def before_panic(self, stop):
        self._aim(stop)
        if self.cell.point == inject.BEFORE:
            self._inject(stop)
        return self.cell.point == inject.BEFORE

    def at_entry(self, stop):
        self.note_writable(stop, self._undamaged())
        if self.cell.point == inject.ENTRY:
            self._inject(stop)

    def _undamaged(self):
        """Devices whose tables are sound: their drivers go on mapping pages until the panic."""
        if self.cell.point != inject.BEFORE or self.cell.structure in NO_TRANSLATION:
            return SOURCES_RESUMABLE.values()
        if self.cell.structure in WHOLE_BUS:
            return ()
        return [source for name, source in SOURCES_RESUMABLE.items() if name != self.device]

    def in_kernel(self, stop):
        if self.cell.point == inject.SWITCHED:
            self._inject(stop)
            for address, _, _ in self.edits:    # the dump has what we wrote, and RAM had not
                self.written.add(address, 8)

    def _aim(self, stop):
        """What is damaged is what a device uses: chosen by the seed.

        Not all IOVAs have all structures: superpages have no table of leaves.
        """
        if self.cell.structure == "leaf" and self.cell.damage in LED_THERE:
            self.aims = [("hda", stop.capture().pages()[0])]
        else:
            chance = random.Random(self.seed)
            name = chance.choice(sorted(inject.DEVICES))    # choice() says the same
            others = [(name, iova) for name in sorted(inject.DEVICES) for iova in self.used[name]]
            self.aims = [(name, chance.choice(self.used[name])),
                         *chance.sample(others, len(others))]

    def _parts(self, ram):
        """A page in each part of the crash region: of those parts that there are."""
        (start, end), = self.seen.crash
        free = next(at for at in range((start + end) // 2 & -SUPERPAGE, end, SUPERPAGE)
                    if not any(ram.read(at, SUPERPAGE)))
        head = images.read(self.plan.initrd)[:PAGE]
        initrd = next(at for at in range(start, end, PAGE) if ram.read(at, PAGE) == head)
        # The decompressor's copy of itself and of its payload is at the end of the kernel's memory
        parts = {"free": free, "kernel": (self.inner_end() & -PAGE) - 3 * SUPERPAGE // 4,
                 "initrd": initrd + 16 * PAGE}
        if self.arena[1]:
            parts["arena"] = (self.arena[0] + self.arena[1] // 2) & -PAGE
        return parts

    def _inject(self, stop):
        if self.cell.structure == inject.NONE:
            return
        unit = {**stop.unit, "iqa": self.gdb.read_physical(UNIT + IQA, 8)}
        parts = self._parts(stop.ram)
        for self.device, self.iova in self.aims:
            target = inject.Target(stop.ram, unit, parts, self.device, self.iova)
            self.edits = inject.inject(self.cell, target, self.seed)
            if self.edits:
                break
        else:
            raise LookupError(f"{self.cell.name}: the machine has nothing of the kind")
        stop.invalidate()
        self.progress(f"{self.cell.name}: {len(self.edits)} words, {self.device}, "
                      f"IOVA {self.iova:#x}")

    def discarded(self):
        """What a try has shown that QEMU itself ended: it may have been a device's DMA that did it."""
        return {"held": _counts(self.held.faults), "counted": _counts(self.faults("switched")),
                "complaints": judge.complaints(self.machine.serial()[self.console_mark:])}

    def _common(self, problem, seconds):
        report = self.report or Report("")
        return {"device": self.device, "iova": f"{self.iova:#x}", "words_damaged": len(self.edits),
                "reached_stub": self.reached_stub, "kdump_entered": self.entered,
                "problem": problem, "seconds": round(seconds, 1),
                "stub": {"outcome": report.outcome, "reason": report.reason,
                         "quarantined": report.quarantined, "mode": report.mode,
                         "hide_reason": report.hide_reason},
                "entry_vcpu_s": round(self.entry_cpu_s, 1), "kdump_vcpu_s": round(self.cpu_s, 1),
                "tries": self.tries}

    def outcome(self, problem, seconds, least_pages):
        """Of a run without instruments but for the hold."""
        dump, held = self.seen.dump, self.held
        return {
            **self._common(problem, seconds),
            "dump_saved": self.saved(), "dump_verified": self.verified(least_pages),
            "pages_compared": dump.compared, "pages_left_out": dump.left_out,
            "pages_differ": len(dump.differ),
            "dump_error": self.seen.dump_error if self.saved() else "",
            "hold": {**_counts(held.faults), "absorbed": held.absorbed,
                     "dma": {name: held.dma.get(source, 0) for source, name in NAMES.items()},
                     "crash_region_bytes_changed": held.bytes_changed},
        }

    def counted(self, problem, seconds):
        """Of a run in which faults are counted: until the machine was off, if there is no problem."""
        after = self.faults("switched")
        return {
            **self._common(problem, seconds), "until_power_off": self.ended,
            "before_switch": _counts(self.faults("entry") - after),
            "after_switch": _counts(after),
            "by_device": {NAMES.get(source, hex(source)): count
                          for source, count in sorted(after.by_source.items())},
        }


def _counts(faults):
    return {"reported": faults.reported, "muted": faults.muted}
