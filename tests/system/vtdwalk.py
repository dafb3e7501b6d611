# SPDX-License-Identifier: GPL-2.0-only
"""An independent reading of VT-d tables, the oracle for "where does it go".

Written from the Intel VT-d architecture specification and not from stub/, so that both
would have to misread it in the same way: sections 9.1 and 9.2 (root entries), 9.3 and 9.4
(context entries), 9.5 and 9.6 (PASID directory and table), 9.7 and 9.8 (first- and second-stage
entries), 9.10 (interrupt remapping entry), and 11.4.5 (RTADDR).

Of scalable mode it follows requests without a PASID: what the context names as RID_PASID.
"""

import struct
from dataclasses import dataclass, replace

ADDRESS = ((1 << 52) - 1) & ~0xfff
READ, WRITE = 1, 2
HOLE = 1 << 52
MOST_ALIKE = 64         # contexts; more of one translation are those of requesters without an entry
PAGE_SIZE_BIT = 1 << 7
TRANSLATED, TRANSLATED_ATS, PASS_THROUGH, FIRST_LEVEL = 0, 1, 2, 3
WITH_TABLES = (TRANSLATED, TRANSLATED_ATS, FIRST_LEVEL)
SCALABLE = 1            # RTADDR.TTM
KIND_OF_PGTT = {1: FIRST_LEVEL, 2: TRANSLATED, 4: PASS_THROUGH}


@dataclass(frozen=True)
class Context:
    """A present context entry; in scalable mode, with what its RID_PASID says."""
    source: int
    kind: int           # TT, or one of the above
    top: int            # SLPTPTR or FLPTPTR
    levels: int         # from AW or FLPM
    domain: int
    at: int             # where the entry lies
    upper: frozenset = frozenset()      # pages of PASID directory and table

    def access(self, entry):
        """What a page-table entry allows."""
        if self.kind != FIRST_LEVEL:
            return entry & (READ | WRITE)
        return (READ | entry & WRITE) if entry & 1 else 0


@dataclass(frozen=True)
class Leaf:
    """A present leaf: what it maps, and where the entry lies."""
    iova: int
    size: int           # of the IOVAs that it stands for
    target: int
    access: int         # READ | WRITE
    at: int
    page: int           # bytes from `target` on: less than `size` in a sink


class Walker:
    """The tables that a root-table register points at, in this memory, as they are now.

    Bit n of `widths` (CAP.SAGAW): the unit walks second-level tables of n + 2 levels. Others it
    refuses, and so do we.
    """

    def __init__(self, memory, rtaddr, widths=0b1110):
        self.widths = widths
        self.memory = memory
        self.root = rtaddr & ADDRESS
        self.scalable = rtaddr >> 10 & 3 == SCALABLE
        self._pages = {}
        self._sinks = None
        self._contexts = None
        self._trees = {}

    def _table(self, address):
        """512 quadwords; a table outside RAM holds nothing."""
        if address not in self._pages:
            raw = self.memory.read(address, 4096)
            self._pages[address] = struct.unpack("<512Q", raw) if raw else (0,) * 512
        return self._pages[address]

    def context(self, source):
        """The context of a source id; None if it is not present."""
        if self.scalable:
            return self._scalable_context(source)
        root_entry = self._table(self.root)[(source >> 8) * 2]
        if not root_entry & 1:
            return None
        table = root_entry & ADDRESS
        low, high = self._table(table)[(source & 0xff) * 2:][:2]
        if not low & 1:
            return None
        kind = low >> 2 & 3
        if kind != PASS_THROUGH and not self.widths >> (high & 7) & 1:
            kind = None
        return Context(source, kind, low & ADDRESS, (high & 7) + 2, high >> 8 & 0xffff,
                       table + (source & 0xff) * 16)

    def _scalable_context(self, source):
        root_entry = self._table(self.root)[source >> 7]
        if not root_entry & 1:
            return None
        at = (root_entry & ADDRESS) + (source & 0x7f) * 32
        low, high = self._table(root_entry & ADDRESS)[(source & 0x7f) * 4:][:2]
        if not low & 1:
            return None
        directory, pasid = low & ADDRESS, high & 0xfffff
        upper = {directory + page for page in range(0, 1024 << (low >> 9 & 7), 4096)}
        slot = directory + (pasid >> 6) * 8
        table = self._table(slot & -4096)[slot % 4096 // 8]
        if not table & 1:
            return Context(source, None, 0, 0, 0, at, frozenset(upper))
        entry = self._table(table & ADDRESS)[(pasid & 63) * 8:][:8]
        upper.add(table & ADDRESS)
        kind = KIND_OF_PGTT.get(entry[0] >> 6 & 7) if entry[0] & 1 else None
        top, levels = entry[0] & ADDRESS, (entry[0] >> 2 & 7) + 2
        if kind == FIRST_LEVEL:
            top, levels = entry[2] & ADDRESS, 4 + (entry[2] >> 2 & 3)
        return Context(source, kind, top, levels, entry[1] & 0xffff, at, frozenset(upper))

    def contexts(self):
        """Every present context; of more than MOST_ALIKE with one translation, the first."""
        if self._contexts is None:
            alike = {}
            for bus in range(256):
                if any(entry & 1 for entry in self._table(self.root)[bus * 2:][:2]):
                    for context in filter(None, map(self.context, range(bus << 8, (bus + 1) << 8))):
                        alike.setdefault((context.kind, context.top, context.levels, context.domain),
                                         []).append(context)
            self._contexts = sorted((context for some in alike.values()
                                     for context in (some if len(some) <= MOST_ALIKE else some[:1])),
                                    key=lambda context: context.source)
        return self._contexts

    def upper_tables(self):
        """Addresses of the root table, of context tables, PASID directories and tables."""
        pages = {self.root} | {entry & ADDRESS for entry in self._table(self.root) if entry & 1}
        return pages.union(*(context.upper for context in self.contexts()))

    def leaves(self, source):
        """Every present leaf of a source id, by ascending IOVA."""
        context = self.context(source)
        if not context or context.kind not in WITH_TABLES:
            return []
        tree = context.kind, context.top, context.levels
        if tree not in self._trees:
            self._trees[tree] = list(self._leaves(context, context.top, context.levels, 0,
                                                  READ | WRITE))
        return self._trees[tree]

    def mapped(self, source):
        """Those of them that do not lead to a sink, by ascending IOVA."""
        return (leaf for leaf in self.leaves(source) if leaf.target not in self.sinks())

    def sinks(self):
        """The pages where sinks lead to: each by a table that has nothing else."""
        if self._sinks is None:
            self._sinks = {leaf.target for context in self.contexts()
                           for leaf in self.leaves(context.source) if leaf.size > leaf.page}
        return self._sinks

    def _uniform(self, context, table):
        """512 times the same page or table: a sink's. As one leaf, it need not be counted out."""
        entries = self._table(table)
        return bool(context.access(entries[0])) and len(set(entries)) == 1

    def _leaves(self, context, table, level, iova, access):
        size = 1 << 12 + 9 * (level - 1)
        entries = self._table(table)
        uniform = self._uniform(context, table)
        for index, entry in enumerate(entries[:1] if uniform else entries):
            allowed = context.access(entry) & access
            if not context.access(entry) or (level > 3 and entry & PAGE_SIZE_BIT):
                continue            # what is not present, and what no unit takes for a leaf
            at = iova + index * size
            if level == 1 or entry & PAGE_SIZE_BIT:
                yield Leaf(at, size << 9 if uniform else size, entry & ADDRESS & -size, allowed,
                           table + index * 8, size)
            elif uniform:
                below = next(self._leaves(context, entry & ADDRESS, level - 1, at, allowed))
                yield replace(below, size=size << 9)
            else:
                yield from self._leaves(context, entry & ADDRESS, level - 1, at, allowed)

    def leaf(self, source, iova):
        """The leaf that translates this IOVA; None if nothing does."""
        context = self.context(source)
        if not context or context.kind not in WITH_TABLES:
            return None
        table, access = context.top, READ | WRITE
        for level in range(context.levels, 0, -1):
            shift = 12 + 9 * (level - 1)
            index = iova >> shift & 0x1ff
            entry = self._table(table)[index]
            access &= context.access(entry)
            if not context.access(entry) or (level > 3 and entry & PAGE_SIZE_BIT):
                return None
            if level == 1 or entry & PAGE_SIZE_BIT:
                base = iova & -(1 << shift)
                return Leaf(base, 1 << shift, entry & ADDRESS & -(1 << shift), access,
                            table + index * 8, 1 << shift)
            table = entry & ADDRESS
        return None

    def translate(self, source, iova):
        """The physical address; None if there is none. Pass-through is itself."""
        context = self.context(source)
        if context and context.kind == PASS_THROUGH:
            return iova
        leaf = self.leaf(source, iova)
        return None if leaf is None else leaf.target + iova - leaf.iova

    def table_pages(self, source):
        """Addresses of the page tables of a source id, but a sink's."""
        context = self.context(source)
        if not context or context.kind not in WITH_TABLES:
            return set()
        pages, level_tables = set(), {context.top}
        for level in range(context.levels, 0, -1):
            # What has but holes is alike as well: a copy of an empty table (docs/handoff.md)
            level_tables = {table for table in level_tables if not self._uniform(context, table)
                            or self._table(table)[0] & HOLE}
            pages |= level_tables
            if level == 1:
                break
            level_tables = {entry & ADDRESS for table in level_tables
                            for entry in self._table(table)
                            if context.access(entry) and not entry & PAGE_SIZE_BIT}
        return pages


class Untranslated:
    """A machine without remapping, asked in the same way."""

    def __init__(self, memory):
        self.memory = memory

    def contexts(self):
        """No device has one."""
        return []

    def upper_tables(self):
        """No root table either."""
        return set()

    def leaves(self, _):
        """Nor leaves."""
        return []

    mapped = leaves

    def sinks(self):
        """Nobody goes to one."""
        return set()

    def translate(self, _, address):
        """Every address is itself."""
        return address


def ranges(leaves):
    """[[iova, end, target, access]]: the leaves' meaning, neighbours that go on merged."""
    merged = []
    for leaf in leaves:
        last = merged[-1] if merged else None
        if (last and last[1] == leaf.iova and last[3] == leaf.access
                and last[2] + last[1] - last[0] == leaf.target):
            last[1] += leaf.size
        else:
            merged.append([leaf.iova, leaf.iova + leaf.size, leaf.target, leaf.access])
    return merged


def interrupt_entries(memory, irta):
    """{index: (low, high)} of the present entries of the interrupt table."""
    count = 2 << (irta & 0xf)
    raw = memory.read(irta & ADDRESS, count * 16)
    entries = struct.iter_unpack("<QQ", raw or b"")
    return {index: entry for index, entry in enumerate(entries) if entry[0] & 1}
