# SPDX-License-Identifier: GPL-2.0-only
"""The saved dump, opened with libkdumpfile: is it readable, and does it tell the truth?"""

import itertools
import random

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

    def check(self, memory, may_differ, sample=1):
        """Hold the dump against RAM as it was when the stub was entered.

        Returns (pattern pages found, pages compared, addresses that differ); pages that a
        device may write (`may_differ`) are not compared; of the others every `sample`th.
        """
        heads = {page[:16]: page for page in pages_of(pattern())}
        found, compared, differ = set(), 0, []
        for physical in itertools.islice(memory.used_pages(), None, None, sample):
            content = self.read(physical)
            if content is None:
                continue
            page = heads.get(content[:16])
            if page == content:
                found.add(page[:16])
            if physical not in may_differ:
                compared += 1
                if content != memory.read(physical, PAGE):
                    differ.append(physical)
        return len(found), compared, differ
