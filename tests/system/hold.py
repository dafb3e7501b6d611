# SPDX-License-Identifier: GPL-2.0-only
"""What devices do while the guest is held: DMA into the crash region, faults, scratch pages.

At the kdump kernel's entry, after the switch, the CPU is made to turn on the spot for half a second:
nobody but devices writes to memory then, and the crash region before and after is compared byte by
byte. That is long enough for an HDA capture to come round its buffer. Pages that the unit's tables
let a device write, and that are zero, get another content for the time: an audio device writes zeros.
Instruments are on for that time alone: the guest's CPU has nothing to lose by them.
"""

import itertools
import struct
import time
from dataclasses import dataclass, field

import qemutrace
import vtdwalk

PAGE = 4096
HOLD_S = 0.5
TURN = 0xfeeb                           # jmp to itself
CANARY = b"\xa5" * PAGE
MOST_LEAVES = 2000000                   # of tables that are garbage
CHUNK = 1 << 20
NODE, SEALED_SIZE = 16, 24              # include/handoff.h: the header's offset, and a field's in it


@dataclass
class Held:
    """What half a second showed."""
    bytes_changed: int = 0
    pages_changed: list = field(default_factory=list)
    scratch: set = field(default_factory=set)   # pages of sinks: there to be written to
    dma: dict = field(default_factory=dict)     # accesses by source id
    absorbed: int = 0                           # those of them that went to a scratch page
    faults: qemutrace.Faults = field(default_factory=qemutrace.Faults)


def translations(walker):
    """A context for each tree of page tables: a whole bus may share one."""
    return {(context.kind, context.top, context.levels): context
            for context in walker.contexts()}.values()


def reached(walker, regions, contexts, hidden=False):
    """The pages in `regions` that a device of these may write, but by a hidden kernel's identity map."""
    found = set()
    every = (leaf for context in contexts for leaf in walker.leaves(context.source)
             if not (hidden and leaf.target == leaf.iova))
    for leaf in itertools.islice(every, MOST_LEAVES):
        for start, end in regions:
            if leaf.access & vtdwalk.WRITE and leaf.target < end:
                found.update(range(max(leaf.target, start),
                                   min(leaf.target + leaf.page, end), PAGE))
    return found


def hold(stop, crash, arena, hidden):
    """Turn on the spot, compare. `hidden`: devices may write the dump kernel's memory, by its addresses."""
    ram, walker = stop.ram, stop.walker()
    held, contexts = Held(), translations(walker)
    writable = reached(walker, crash, contexts, hidden)
    if arena[1]:
        held.scratch = scratch_pages(ram, walker, contexts, arena)
    canaries = [page for page in writable - held.scratch if not any(ram.read(page, PAGE))]
    for page in canaries:
        ram.write(page, CANARY)
    before = [ram.read(start, end - start) for start, end in crash]
    _measure(stop, held)
    for (start, end), old in zip(crash, before):
        _compare(held, start, old, ram.read(start, end - start))
    for page in canaries:
        ram.write(page, bytes(PAGE))
    return held


def scratch_pages(ram, walker, contexts, arena):
    """The pages that scratch tables lead to: known by their shape, and by what they are not.

    DMA into them is not counted as DMA into the crash region. So none may be a table that the unit
    uses, or part of the report.
    """
    pages = {page for page in walker.sinks() if arena[0] <= page < sum(arena)}
    used = walker.upper_tables().union(*(walker.table_pages(context.source)
                                         for context in contexts))
    report, = struct.unpack("<Q", ram.read(arena[0] + NODE + SEALED_SIZE, 8))
    wrong = {page for page in pages if page in used or page < arena[0] + NODE + report}
    if wrong:
        raise ValueError(f"scratch pages that are tables or report: {sorted(map(hex, wrong))}")
    return pages


def _measure(stop, held):
    log, machine = qemutrace.Trace(stop.machine.trace_path), stop.machine
    start, before = log.mark(), machine.faults()
    was_on = machine.events_on & set(qemutrace.FAULT_EVENTS)
    for event in qemutrace.HEAVY_EVENTS:
        machine.trace_event(event, True)
    _turn(stop.gdb, stop.registers["rip"])
    for event in set(qemutrace.HEAVY_EVENTS) - was_on:
        machine.trace_event(event, False)
    held.faults, held.dma = machine.faults() - before, log.dma(start)
    held.absorbed = log.dma_to(held.scratch, start)


def _turn(gdb, address):
    """Through gdb, for QEMU to notice that its translation of this code is stale."""
    code = gdb.read_physical(address, 2)
    gdb.write_physical(address, TURN, 2)
    gdb.resume()
    time.sleep(HOLD_S)
    gdb.interrupt()
    gdb.write_physical(address, code, 2)


def _compare(held, start, old, new):
    for chunk in range(0, len(old), CHUNK):
        if old[chunk:chunk + CHUNK] == new[chunk:chunk + CHUNK]:
            continue
        for at in range(chunk, min(chunk + CHUNK, len(old)), PAGE):
            was, now = old[at:at + PAGE], new[at:at + PAGE]
            if was != now and start + at not in held.scratch:
                held.pages_changed.append(start + at)
                held.bytes_changed += sum(one != other for one, other in zip(was, now))
