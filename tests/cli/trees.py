# SPDX-License-Identifier: GPL-2.0-only
"""Builds translation tables (VT-d specification, chapter 9), and a machine that uses them.

The crashed kernel's tables lie from ORIGINAL on, as a dump has them; the stub's copies in the
arena behind the report.
"""

import blobs
import dumps
from blobs import Section
from dumps import PAGE, page

ORIGINAL = 0x3000000
READ, WRITE, LARGE = 1, 2, 0x80
FL_WRITE = 3            # first-level: present, writable
CRASH = 0x68000000


class Tables:
    """Pages of tables, allocated one after another from `at` on."""

    def __init__(self, at):
        self.next = at
        self.contents = {}

    def new(self):
        """The address of an empty table."""
        address, self.next = self.next, self.next + PAGE
        self.contents[address] = {}
        return address

    def map(self, root, levels, iova, entry, level=1, table_bits=READ | WRITE):
        """Put a leaf into the tree below `root`; returns the address of its entry."""
        table = root
        for above in range(levels, level, -1):
            index = iova >> 12 + 9 * (above - 1) & 511
            if index not in self.contents[table]:
                self.contents[table][index] = self.new() | table_bits
            table = self.contents[table][index] & 0xffffffffff000
        index = iova >> 12 + 9 * (level - 1) & 511
        self.contents[table][index] = entry
        return table + index * 8

    def pages(self):
        """{address: page}"""
        return {at: page(entries) for at, entries in self.contents.items()}


def nic(tables, bad=True):
    """39 bits. Without `bad`, what the stub makes of it: a sink, in the arena."""
    root = tables.new()
    tables.map(root, 3, 0x1000, 0x300000 | READ | WRITE)
    tables.map(root, 3, 0x2000, 0x301000 | READ | WRITE)
    tables.map(root, 3, 0x5000, 0x300000 | READ)
    tables.map(root, 3, 0x3000, 0x302000 | WRITE)           # go on where the ones before end,
    tables.map(root, 3, 0x6000, 0x301000 | READ | WRITE)    # but allow something else
    tables.map(root, 3, 0x40000000, dumps.TEXT | LARGE | READ | WRITE, level=2)
    where = tables.map(root, 3, 0x7000, (CRASH + 0x5000 if bad else root) | READ | WRITE)
    return root, where


def disk(tables):
    """48 bits, a large page; its own top table and the kernel's are within reach."""
    root = tables.new()
    tables.map(root, 4, 0x123400000000, 0x200000 | LARGE | READ | WRITE, level=2)
    tables.map(root, 4, 0x123400200000, ORIGINAL + PAGE | READ | WRITE)
    tables.map(root, 4, 0x123400201000, dumps.TOP_TABLE | READ)
    where = tables.map(root, 4, 0x123400300000, 0)      # mended in place: see the record
    return root, where


def gpu(tables):
    """First-level, 4 levels: bit 12 of a large page is none of its address."""
    root = tables.new()
    tables.map(root, 4, 0x7f0000000000, 0x300000 | 1, table_bits=FL_WRITE)
    tables.map(root, 4, 0x7f0000200000, 0x400000 | 0x1000 | LARGE | FL_WRITE, level=2,
               table_bits=FL_WRITE)
    return root


NIC_RANGES = [(0x1000, 0x3fff), (0x5000, 0x7fff), (0x40000000, 0x401fffff)]
DISK_RANGES = [(0x123400000000, 0x123400201fff), (0x123400300000, 0x123400300fff)]
GPU_RANGES = [(0x7f0000000000, 0x7f0000000fff), (0x7f0000200000, 0x7f00003fffff)]


def sections(old, new, where, root_table, directory):
    """What the stub reports of this machine; `old` and `new` are the roots of the three trees."""
    legacy = blobs.unit(old_root=root_table, old_irta=0x500000 | 3, old_iqa=0x510000)
    scalable = blobs.unit(0xfed91000, flags=0x41, old_root=root_table + 2 * PAGE | 0x400,
                          cap=0x00d2008c22260206 | 1 << 56)
    ranges = [NIC_RANGES, DISK_RANGES, GPU_RANGES]
    firsts = [0, len(NIC_RANGES), len(NIC_RANGES) + len(DISK_RANGES)]
    trees = [dict(unit=0, id=7, address_width=39), dict(unit=0, id=8, address_width=48),
             dict(unit=1, id=9, address_width=48, flags=8, pasid=5)]
    domains = [blobs.domain(**tree, old_root=old[i], new_root=new[i], first_range=firsts[i],
                            range_count=len(ranges[i])) for i, tree in enumerate(trees)]
    domains.append(blobs.domain(id=10, flags=2, address_width=0, old_root=0, new_root=0))
    return [
        Section(blobs.UNITS, [legacy, scalable]),
        Section(blobs.DOMAINS, domains),
        Section(blobs.DEVICES, [
            blobs.device(devfn=0x18),
            blobs.device(bus=2, devfn=0, domain=1, domain_id=8, old_context_hi=0x802),
            blobs.device(bus=3, devfn=1, domain=3, domain_id=10, translation=2,
                         old_context_hi=0xa01),
            blobs.device(bus=4, devfn=0, domain=blobs.NO_DOMAIN, domain_id=11, action=2,
                         old_context_hi=0xb01),
            blobs.device(bus=5, devfn=0, unit=1, domain=blobs.NO_DOMAIN, domain_id=0,
                         translation=0, old_context_lo=directory | 1, old_context_hi=0),
            blobs.device(bus=5, devfn=1, unit=1, domain=2, domain_id=9, translation=3,
                         old_context_lo=directory | 1, old_context_hi=5),
            blobs.device(bus=5, devfn=2, unit=1, domain=blobs.NO_DOMAIN, domain_id=0, action=2,
                         translation=0, old_context_lo=0, old_context_hi=0)]),
        Section(blobs.PASIDS, [blobs.pasid(device=4, pasid=5, domain=2, domain_id=9,
                                           translation=3, old_entry_1=9)]),
        Section(blobs.RANGES, [blobs.RANGE.pack(*pair) for pairs in ranges for pair in pairs]),
        Section(blobs.RECORDS, [
            blobs.record(devfn=0x18, where=where[0], iova=0x7000, target=CRASH + 0x5000,
                         found_lo=CRASH + 0x5000 | 3),
            blobs.record(bus=2, devfn=0, domain_id=8, in_place=1, action=3, where=where[1],
                         iova=0x123400300000, target=CRASH + 0x6000, found_lo=CRASH + 0x6000 | 1),
            blobs.record(rule=16, object=3, bus=4, devfn=0, domain_id=11, level=0, iova=0, size=0),
            blobs.record(rule=35, object=4, level=2, devfn=0x18, iova=0x40200000, size=0x200000,
                         where=0x1000),
            blobs.record(rule=22, object=3, action=4, bus=2, devfn=0, level=0, iova=0, size=0),
            blobs.record(rule=2, object=2, bus=9, devfn=0, level=0, iova=0, size=0, domain_id=0),
            blobs.record(rule=80, object=8, unit=1, bus=5, devfn=0, level=0, iova=64, size=0)]),
        Section(blobs.CRASH_REGION, [blobs.RANGE.pack(CRASH, CRASH + 0xfffffff)])]


def build():
    """(handoff with the copies, memory for a dump, the handoff's sealed part)"""
    original = Tables(ORIGINAL)
    (nic_root, bad), (disk_root, mended), gpu_root = nic(original), disk(original), gpu(original)
    root_table, directory = original.new(), original.new()
    scalable_root, contexts, pasids = original.new(), original.new(), original.new()
    assert scalable_root == root_table + 2 * PAGE
    original.contents[root_table] = {0: contexts | 1}
    original.contents[directory] = {0: pasids | 1}
    old, where = (nic_root, disk_root, gpu_root), (bad, mended)
    base = 0x74a00000
    copies = Tables(base)
    new = nic(copies, bad=False)[0], disk(copies)[0], gpu(copies)
    content = b"".join(page(copies.contents[at]) for at in sorted(copies.contents))
    made = sections(old, new, where, root_table, directory)
    sealed = len(blobs.Block(made, tables=len(content)).build()) - len(content)
    block = blobs.Block(made, tables=len(content), base=base - sealed).build()
    memory = {**dumps.kernel(), **original.pages()}
    return block[:sealed] + content, memory, block[:sealed]


EVERYTHING = "0-ffffffffffffffff"


def runs(answer):
    """{(device, PASID): [(iova, first, last, "rwq")]}"""
    return {(entry["device"], entry["pasid"]):
            [(int(run["iova"], 16), int(run["first"], 16), int(run["last"], 16),
              "r" * run["read"] + "w" * run["write"] + "q" * run["quarantined"])
             for run in entry["runs"]]
            for entry in answer["reached"] if not entry["pass_through"]}


NIC, DISK = ("0000:00:03.0", None), ("0000:02:00.0", None)
GPU, TWIN = ("0000:05:00.0", 5), ("0000:05:00.1", None)
TABLE = ORIGINAL + PAGE
REACHED = {
    NIC: [(0x1000, 0x300000, 0x301fff, "rw"), (0x3000, 0x302000, 0x302fff, "w"),
          (0x5000, 0x300000, 0x300fff, "r"), (0x6000, 0x301000, 0x301fff, "rw"),
          (0x7000, CRASH + 0x5000, CRASH + 0x5fff, "rwq"),
          (0x40000000, dumps.TEXT, dumps.TEXT + 0x1fffff, "rw")],
    DISK: [(0x123400000000, 0x200000, 0x3fffff, "rw"), (0x123400200000, TABLE, TABLE + 4095, "rw"),
           (0x123400201000, dumps.TOP_TABLE, dumps.TOP_TABLE + 4095, "r"),
           (0x123400300000, CRASH + 0x6000, CRASH + 0x6fff, "rq")],
    GPU: [(0x7f0000000000, 0x300000, 0x300fff, "r"), (0x7f0000200000, 0x400000, 0x5fffff, "rw")],
}
# It shares the PASID table; 5 is what its requests without a PASID use
REACHED[TWIN] = REACHED[GPU]
