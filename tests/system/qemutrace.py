# SPDX-License-Identifier: GPL-2.0-only
"""What QEMU's trace file says about DMA between two marks, and what faultcount.c has counted."""

import array
import collections
import os
import re
from dataclasses import dataclass, field

# A fault that the unit records, and one that it does not since FPD is set: counted by faultcount.c
FAULT_EVENTS = ("vtd_dmar_fault", "vtd_fault_disabled")
DMA_EVENTS = ("vtd_iotlb_page_hit", "vtd_iotlb_page_update")
# What costs the emulated devices something for each fault or access: it may decide an outcome
HEAVY_EVENTS = FAULT_EVENTS + DMA_EVENTS
COUNTERS_BYTES = 8 * (1 + (1 << 16))    # struct counters of faultcount.c
# Switched on for the stub itself: what it does to the unit
SWITCH_EVENTS = ("vtd_reg_write_gcmd",)

PAGE, SUPERPAGE, SUPERPAGE_BIT = 4096, 2 << 20, 1 << 7
PAGE_MASK = -PAGE
ADDRESS = (1 << 52) - PAGE
_PAGE = re.compile(rb":vtd_iotlb_page_\w+ .*?sid 0x(\w+) iova 0x(\w+) slpte 0x(\w+)")
_SOURCE = re.compile(rb":vtd_iotlb_page_(?:hit|update) .*?sid 0x([0-9a-f]+)")
_TARGET = re.compile(rb":vtd_iotlb_page_(?:hit|update) .*?sid 0x([0-9a-f]+) .*?slpte 0x([0-9a-f]+)")


@dataclass(frozen=True)
class Faults:
    """Accesses that the unit refused: of those that it reported the source ids are known."""
    by_source: collections.Counter = field(default_factory=collections.Counter)
    muted: int = 0

    @property
    def reported(self):
        """All that were, whoever caused them."""
        return sum(self.by_source.values())

    @property
    def refused(self):
        """Reported or muted: "no fault" is said where this is 0."""
        return self.reported + self.muted

    def __sub__(self, earlier):
        return Faults(self.by_source - earlier.by_source, self.muted - earlier.muted)

    def __add__(self, other):
        return Faults(self.by_source + other.by_source, self.muted + other.muted)


def make_counters(path):
    """A file of zeros for faultcount.c."""
    with open(path, "wb") as file:
        file.truncate(COUNTERS_BYTES)


def read_counters(path):
    """The Faults counted so far, while fault events were on."""
    with open(path, "rb") as file:
        muted, *reported = array.array("Q", file.read())
    return Faults(collections.Counter({source: count for source, count in enumerate(reported)
                                       if count}), muted)


class Trace:
    """A mark is an offset into the file, taken while the machine is stopped."""

    def __init__(self, path):
        self.path = path

    def mark(self):
        """Here and now."""
        return os.path.getsize(self.path)

    def _read(self, start, end):
        with open(self.path, "rb") as file:
            file.seek(start)
            return file.read() if end is None else file.read(end - start)

    def dma(self, start, end=None):
        """Accesses by source id."""
        return collections.Counter(int(source, 16) for source in
                                   _SOURCE.findall(self._read(start, end)))

    def dma_to(self, pages, start, end=None):
        """How many accesses went to these pages."""
        counts = collections.Counter(leaf for _, _, leaf in _PAGE.findall(self._read(start, end)))
        return sum(count for leaf, count in counts.items()
                   if int(leaf, 16) & ADDRESS in pages)

    def legacy_dma(self, crash, start, end=None):
        """(source id, mark) of each access to memory of the crashed kernel, in order.

        That is, outside of the kdump kernel's: `crash` is a list of (start, end).
        """
        return ((source, mark) for source, mark, inside in self._targets(crash, start, end) if not inside)

    def dma_into(self, crash, start, end=None):
        """The same of memory of the kdump kernel's: of drivers that see no IOMMU, or what must not be."""
        return ((source, mark) for source, mark, inside in self._targets(crash, start, end) if inside)

    def _targets(self, regions, start, end):
        for match in _TARGET.finditer(self._read(start, end)):
            target = int(match[2], 16) & PAGE_MASK
            inside = any(first <= target < last for first, last in regions)
            yield int(match[1], 16), start + match.start(), inside

    def marks(self, event, start, end=None):
        """(source id, mark) of each line of one event."""
        wanted = re.compile(rb":%b .*?sid 0x([0-9a-f]+)" % event.encode())
        for match in wanted.finditer(self._read(start, end)):
            yield int(match[1], 16), start + match.start()

    def iovas(self, source):
        """The pages that a device has used."""
        return {int(iova, 16) & PAGE_MASK for event_source, iova, _ in
                _PAGE.findall(self._read(0, None)) if int(event_source, 16) == source}

    def targets(self, start):
        """{(address, size)} of the leaves that DMA went by."""
        found = set()
        for leaf in {leaf for _, _, leaf in _PAGE.findall(self._read(start, None))}:
            entry = int(leaf, 16)
            size = SUPERPAGE if entry & SUPERPAGE_BIT else PAGE
            found.add((entry & ADDRESS & -size, size))
        return found

    def values(self, event, name, start, end=None):
        """The numbers that one event's lines give after `name`."""
        wanted = re.compile(rb":%b .*?\b%b (0x[0-9a-f]+|\d+)" % (event.encode(), name.encode()))
        return [int(value, 0) for value in wanted.findall(self._read(start, end))]
