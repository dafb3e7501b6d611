# SPDX-License-Identifier: GPL-2.0-only
"""The saved dump, opened with libkdumpfile: is it readable, and does it tell the truth?"""

import random
from dataclasses import dataclass, field

import kdumpfile

PAGE = 4096
PATTERN_SEED = 0x52414d44
PATTERN_BYTES = 8 << 20


def pattern():
    """What the first kernel copies into tmpfs, and must be found in the dump."""
    return random.Random(PATTERN_SEED).randbytes(PATTERN_BYTES)


def pages_of(data):
    """Cut into pages."""
    return [data[at:at + PAGE] for at in range(0, len(data), PAGE)]


@dataclass
class Checked:
    """Pages of the dump that RAM had in use at the stub's entry."""
    compared: int = 0
    left_out: int = 0                   # devices may write them: not compared
    differ: list = field(default_factory=list)  # physical addresses, of those compared
    pattern: int = 0                    # pages of pattern()


class Dump:
    """A vmcore. Opening it fails with an exception if it is not one."""

    def __init__(self, path):
        self.dump = kdumpfile.kdumpfile(path)
        self.dump.attr["addrxlat.ostype"] = "linux"
        self.release = self.dump.attr["linux.uts.release"]

    def read(self, physical):
        """The page at a physical address; None if the dump left it out."""
        try:
            return bytes(self.dump.read(kdumpfile.KDUMP_MACHPHYSADDR, physical, PAGE))
        except kdumpfile.exceptions.NoDataException:
            return None

    def check(self, memory, may_differ):
        """Hold the dump against RAM as it was when the stub was entered; returns Checked.

        Pages that a device may write (`may_differ`) are not compared.
        """
        heads = {page[:16]: page for page in pages_of(pattern())}
        found, checked = set(), Checked()
        for physical in memory.used_pages():
            content = self.read(physical)
            if content is None:
                continue
            page = heads.get(content[:16])
            if page == content:
                found.add(page[:16])
            if physical in may_differ:
                checked.left_out += 1
                continue
            checked.compared += 1
            if content != memory.read(physical, PAGE):
                checked.differ.append(physical)
        checked.pattern = len(found)
        return checked
