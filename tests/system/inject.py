# SPDX-License-Identifier: GPL-2.0-only
"""Faults put into live tables at the stub's entry, as a crashing kernel might leave them.

Each is called with the Cycle and the Stop, edits guest RAM, makes the unit forget what it has
cached, and returns what it changed.
"""

import struct

import hda
import vtdwalk

PAGE = 4096
BEYOND_RAM = 0x7f00000000               # within 39 bits, and no RAM is that high here
KEPT_PAGES = 4                          # 85 ms of capture: time for the stub to switch


def hda_into_crash_kernel(cycle, stop):
    """The capture's next pages but a few go into the crash kernel's own image.

    What they overwrite is the end of the area that init_size claims. The decompressor copies
    itself and the compressed kernel there first, and reads it last: a kernel that starts with
    this DMA going on is lost. Returns [(iova, target)].
    """
    capture = stop.capture()
    pages = capture.pages()
    now = capture.position // PAGE
    victims = [pages[(now + 1 + at) % len(pages)] for at in range(KEPT_PAGES, len(pages) - 1)]
    end = cycle.inner_end() & -PAGE
    edits = []
    for index, iova in enumerate(victims):
        target = end - (2 << 20) + index * PAGE
        _redirect(stop, iova, target, cycle.seen.crash)
        edits.append((iova, target))
    stop.invalidate()
    return edits


def _redirect(stop, iova, target, crash):
    leaf = stop.walker().leaf(hda.SOURCE, iova)
    if leaf.size > PAGE:
        _split(stop, leaf, _free_page(stop, crash))
        leaf = stop.walker().leaf(hda.SOURCE, iova)
    entry, = struct.unpack("<Q", stop.ram.read(leaf.at, 8))
    stop.ram.write(leaf.at, struct.pack("<Q", entry & ~vtdwalk.ADDRESS | target))


def _split(stop, leaf, table):
    """Replace a 2 MiB leaf by a table of 4 KiB ones."""
    entries = [leaf.target + at * PAGE | leaf.access for at in range(512)]
    stop.ram.write(table, struct.pack("<512Q", *entries))
    stop.ram.write(leaf.at, struct.pack("<Q", table | vtdwalk.READ | vtdwalk.WRITE))


def _free_page(stop, crash):
    """A page of zeros above 16 MiB and outside the crash region, as the free ones mostly are."""
    zero = bytes(PAGE)
    for page in range(stop.ram.low - (256 << 20), 16 << 20, -PAGE):
        if (not any(start <= page < end for start, end in crash)
                and stop.ram.read(page, PAGE) == zero):
            return page
    raise LookupError("no free page")


def root_garbage(_, stop):
    """Bus 0's root entry points beyond all RAM. Returns [where]."""
    where = stop.unit["rtaddr"] & vtdwalk.ADDRESS
    stop.ram.write(where, struct.pack("<Q", BEYOND_RAM | 1))
    stop.invalidate()
    return [where]
