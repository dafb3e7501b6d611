# SPDX-License-Identifier: GPL-2.0-only
"""Builds handoff blocks (include/handoff.h) byte by byte, sound ones and others.

The layouts are written down here a second time, on purpose: a field that moves in the header
must fail a test, not move along.
"""

import struct

MAGIC = b"DMARELAY"
SETUP_DATA_TYPE = 0x52414d44
HEADER = struct.Struct("<8sHHIQQQQIIIHH16s")
SECTION = struct.Struct("<IIIIQQ")
NODE = struct.Struct("<QII")        # struct setup_data of the boot protocol

(UNITS, DOMAINS, DEVICES, RANGES, RECORDS, FAULTS, RMRRS, TIMING, CRASH_REGION, LOG,
 PASIDS, TABLES, FUNCTIONS, HOLES) = range(1, 15)

UNIT = struct.Struct("<Q6I9Q6IQ")
UNIT_SIZE_1 = 120               # of minor 1
DOMAIN = struct.Struct("<4IQQ2IQ4I")
DEVICE = struct.Struct("<HBBIIHBBQQ")
PASID = struct.Struct("<3IHBBQQQ")
RANGE = struct.Struct("<QQ")
RECORD = struct.Struct("<HBBBBHBBHIQQQQQQ")
FAULT = struct.Struct("<IIQQ")
RMRR = struct.Struct("<QQIHBB")
PHASE = struct.Struct("<IIQQ")
FUNCTION = struct.Struct("<HBBIHHIHHBBBBHHHHIIIIIIIIII")
HOLE = struct.Struct("<Q")

SWITCHED, IDLE, ABANDONED = 1, 2, 3
SHOWN, HIDDEN = 0, 1
MINOR = 5                       # the newest known
NO_DOMAIN = NO_DEVICE = 0xffffffff


def digest(sealed):
    """handoff_digest() of handoff.h, from its description; the digest's own field is 0."""
    state = 0xcbf29ce484222325
    mask = (1 << 64) - 1
    for (word,) in struct.iter_unpack("<Q", sealed):
        state = (state ^ word) * 0x100000001b3 & mask
        state = (state << 29 | state >> 35) & mask
    return state


class Section:
    """A section; what is not given is worked out by Block.build()."""

    def __init__(self, kind, entries=(), *, entry_size=None, dropped=0, **forced):
        self.kind = kind
        self.entries = [bytes(entry) for entry in entries]
        self.entry_size = entry_size or (len(self.entries[0]) if self.entries else 1)
        self.dropped = dropped
        self.forced = forced        # offset, length, count, entry_size as they are to be written

    @property
    def body(self):
        return b"".join(entry.ljust(self.entry_size, b"\xee") for entry in self.entries)

    @classmethod
    def of_bytes(cls, kind, data, **kwargs):
        return cls(kind, [bytes([byte]) for byte in data], **kwargs)


class Block:
    """A handoff block. Header fields given as keywords win over what would be right."""

    def __init__(self, sections, *, tables=4096, **header):
        self.sections = list(sections)
        self.tables = tables
        self.header = header

    def build(self):
        rows, body = [], b""
        header_size = self.header.get("real_header_size", HEADER.size)
        start = header_size + SECTION.size * (len(self.sections) + (self.tables > 0))
        for section in self.sections:
            body = body.ljust(-(-len(body) // 8) * 8, b"\0")
            rows.append(self._row(section, start + len(body)))
            body += section.body
        body = body.ljust(-(-len(body) // 8) * 8, b"\0")
        sealed_size = start + len(body)
        if self.tables:
            rows.append(SECTION.pack(TABLES, 1, self.tables, 0, sealed_size, self.tables))
        fields = self._header(header_size, sealed_size, len(rows))
        rest = bytes(header_size - HEADER.size) + b"".join(rows) + body
        fields["digest"] = digest(HEADER.pack(*fields.values()) + rest)
        return HEADER.pack(*fields.values()) + rest + b"\xcc" * self.tables

    @staticmethod
    def _row(section, offset):
        row = {"kind": section.kind, "entry_size": section.entry_size,
               "count": len(section.entries), "dropped": section.dropped, "offset": offset,
               "length": len(section.body)}
        row.update(section.forced)
        return SECTION.pack(*row.values())

    def _header(self, header_size, sealed_size, section_count):
        fields = {"magic": MAGIC, "major": 1, "minor": 0, "header_size": header_size,
                  "total_size": sealed_size + self.tables, "sealed_size": sealed_size,
                  "digest": 0, "base": 0x74a00010, "outcome": SWITCHED,
                  "reason": 0, "section_count": section_count, "mode": SHOWN,
                  "hide_reason": 0,
                  "stub_version": b"0.1.0"}
        fields.update((key, value) for key, value in self.header.items() if key in fields)
        return fields


def node(block, *, length=None, kind=SETUP_DATA_TYPE):
    """The block with struct setup_data in front, as it lies in memory."""
    return NODE.pack(0, kind, len(block) if length is None else length) + block


def unit(base=0xfed90000, **fields):
    """A unit as QEMU shows it, switched; keywords as in struct handoff_unit."""
    values = {"base": base, "segment": 0, "flags": 0x1f, "dma_reason": 0, "ir_reason": 0,
              "version": 0x10, "gsts": 0xc7000000, "cap": 0x00d2008c22260206,
              "ecap": 0xf00f4a, "old_root": 0x1046000, "new_root": 0x74a10000,
              "old_irta": 0x105000f, "new_irta": 0x74b0000f, "old_iqa": 0x1047000,
              "old_iqh": 0x120, "old_iqt": 0x120, "root_tables": 3, "page_tables": 40,
              "in_place": 0, "irtes": 24, "fsts": 0, "pmen": 0, "iqercd": 0}
    values.update(fields)
    return UNIT.pack(*values.values())


def domain(**fields):
    values = {"unit": 0, "id": 7, "address_width": 39, "flags": 0, "old_root": 0x2000000,
              "new_root": 0x74a20000, "tables": 12, "in_place": 0, "leaves": 1834,
              "first_range": 0, "range_count": 0, "pasid": 0, "reserved": 0}
    values.update(fields)
    return DOMAIN.pack(*values.values())


def device(**fields):
    values = {"segment": 0, "bus": 0, "devfn": 0x18, "unit": 0, "domain": 0, "domain_id": 7,
              "translation": 1, "action": 1, "old_context_lo": 0x2000001,
              "old_context_hi": 0x701}
    values.update(fields)
    return DEVICE.pack(*values.values())


def pasid(**fields):
    """By default what the default device's requests without a PASID meet."""
    values = {"device": 0, "pasid": 0, "domain": 0, "domain_id": 7, "translation": 1, "action": 1,
              "old_entry_0": 0x2000085, "old_entry_1": 7, "old_entry_2": 0}
    values.update(fields)
    return PASID.pack(*values.values())


def record(**fields):
    """By default a leaf of device 0000:00:1b.0 that points into the crash region."""
    values = {"rule": 36, "object": 5, "action": 2, "level": 1, "in_place": 0, "segment": 0,
              "bus": 0, "devfn": 0xd8, "domain_id": 7, "unit": 0, "where": 0x2003008,
              "found_lo": 0x70000003, "found_hi": 0, "iova": 0xffe00000, "size": 0x1000,
              "target": 0x70000000}
    values.update(fields)
    return RECORD.pack(*values.values())


def fault(sid, reason, address, *, unit_index=0, fsts=2, read=True, pasid=None):
    high = 1 << 63 | int(read) << 62 | reason << 32 | sid
    if pasid is not None:
        high |= pasid << 40 | 1 << 31
    return FAULT.pack(unit_index, fsts, address, high)


def function(**fields):
    """By default the default device's: an endpoint with nothing to say."""
    values = {"segment": 0, "bus": 0, "devfn": 0x18, "flags": 2, "vendor": 0x8086,
              "device": 0x10d3, "class_revision": 0x02000000, "command": 0x507, "status": 0x10,
              "header_type": 0, "secondary": 0, "subordinate": 0, "port_type": 0,
              "secondary_status": 0, "bridge_control": 0, "device_control": 0,
              "device_status": 0, "uncorrectable": 0, "severity": 0, "correctable": 0,
              "aer_control": 0, "log_0": 0, "log_1": 0, "log_2": 0, "log_3": 0, "root_status": 0,
              "error_source": 0}
    assert set(fields) <= set(values), fields
    values.update(fields)
    return FUNCTION.pack(*values.values())


def functions():
    """Of each kind one: errors of every register, and what may or may not do DMA."""
    return [
        function(devfn=0, flags=0, vendor=0x8086, device=0x29c0, class_revision=0x06000002,
                 command=3, status=0x2000),
        function(devfn=0x10, flags=0, command=4, class_revision=0x0c033001),
        function(flags=0x32, device_control=0x2810, device_status=0x2b, uncorrectable=0x104000,
                 severity=0x462030, correctable=0x2001, aer_control=0xae, log_0=0x60000001,
                 log_1=0x1800ff, log_2=1, log_3=0x7f3a1000),
        function(devfn=0xd8, command=0, status=0xf910),
        function(devfn=0xe0, flags=0x7a, header_type=0x81, secondary=2, subordinate=3, port_type=4,
                 class_revision=0x06040000, secondary_status=0x2000, bridge_control=0x13,
                 root_status=0x27, error_source=0x02000018),
        function(bus=2, devfn=0, flags=0x112, port_type=1, device_status=4),
        function(bus=2, devfn=1, flags=6, vendor=0xffff, device=0xffff),
        function(bus=3, devfn=1, flags=3, vendor=0, device=0, class_revision=0, command=0,
                 status=0),
        function(bus=4, devfn=0, flags=0x82, port_type=0),
    ]


def full_sections():
    """One of everything: what the golden files show."""
    ranges = [(0xfff00000 + i * 0x10000, 0xfff00fff + i * 0x10000) for i in range(6)]
    return [
        Section(UNITS, [unit(), unit(0xfed91000, segment=1, flags=0x41, dma_reason=34,
                                     gsts=0x80000000, new_root=0, new_irta=0, old_irta=0,
                                     root_tables=0, page_tables=0, irtes=0, fsts=0x11,
                                     pmen=0x80000001, iqercd=3)]),
        Section(DOMAINS, [domain(first_range=0, range_count=6),
                          domain(id=8, address_width=48, flags=1, new_root=0x74a30000, in_place=2,
                                 tables=3, leaves=1, first_range=6, range_count=1),
                          domain(id=10, flags=4, tables=0, first_range=0, range_count=6),
                          domain(id=9, flags=2, address_width=0, old_root=0, new_root=0, tables=0,
                                 leaves=0),
                          domain(id=0xffff, flags=0x20, old_root=0, new_root=0x74a40000, tables=3,
                                 leaves=140, first_range=7, range_count=2)]),
        Section(DEVICES, [device(), device(devfn=0xd8), device(bus=2, devfn=0, domain=1,
                                                               domain_id=8, action=4),
                          device(bus=3, devfn=1, domain=3, domain_id=9, translation=2),
                          device(bus=4, devfn=0, domain=NO_DOMAIN, domain_id=11, action=2),
                          device(bus=6, devfn=0, domain=4, domain_id=0xffff, action=5,
                                 old_context_lo=9, old_context_hi=0x102)]),
        Section(RANGES, [RANGE.pack(*pair) for pair in ranges] +
                [RANGE.pack(0, 0xffffffffffff), RANGE.pack(0, 0x67ffffff),
                 RANGE.pack(0x78000000, 0x1ffffffff)]),
        Section(RECORDS, [
            record(),
            record(rule=35, object=4, action=3, level=2, in_place=1, iova=0xffc00000,
                   size=0x200000, target=0xfee00000, found_lo=0xfee00003),
            record(rule=22, object=3, action=4, level=0, iova=0, size=0, devfn=0x10,
                   target=0x2100000, found_lo=0x2100001, found_hi=0x701, where=0x1048100),
            record(rule=2, object=2, action=2, level=0, bus=5, devfn=0, domain_id=0, iova=0,
                   size=0, found_lo=0xdeadbeef, target=0xdeadb000, where=0x1046050),
            record(rule=1, object=1, action=2, level=0, devfn=0, domain_id=0, iova=0, size=0,
                   found_lo=0xfffff000, target=0xfffff000, where=0),
            record(rule=49, object=7, action=3, level=0, iova=17, size=0, target=0,
                   found_lo=0x7001, found_hi=0x400f8, where=0x1050110),
            record(rule=57, object=19, action=9, level=0),
        ], dropped=2),
        Section(FAULTS, [fault(0xd8, 5, 0xffe00000, read=False), fault(0xfa, 0x22, 17 << 48),
                         FAULT.pack(1, 0x11, 0, 0)]),
        Section(RMRRS, [RMRR.pack(0x7b800000, 0x7f9fffff, 0, 1, 0, 0x10),
                        RMRR.pack(0x7a000000, 0x7a0fffff, 1, 0, 0, 0)]),
        Section(TIMING, [PHASE.pack(i + 1, 2400, 2400 * us, us)
                         for i, us in enumerate((812, 95, 2210, 40, 133))]),
        Section(CRASH_REGION, [RANGE.pack(0x68000000, 0x77ffffff)]),
        Section(FUNCTIONS, functions(), dropped=3),
        Section(HOLES, [HOLE.pack(1 << 52 | 0x74a02007 + 0x1000 * level) for level in range(5)]),
        Section.of_bytes(LOG, b"dmarelay 0.1.0\nunit 0: switched \"\xe9\x1b[31m\"\n"),
    ]


def scalable_sections():
    """A unit in scalable mode: every kind of translation, PASIDs that fared well and badly."""
    scalable = unit(flags=0x5f, ecap=0xc80004f00f5e | 1 << 26, old_root=0x1046400,
                    new_root=0x74a10400)
    return [
        Section(UNITS, [scalable]),
        Section(DOMAINS, [domain(address_width=48, flags=8),
                          domain(id=8, address_width=48, flags=8, new_root=0x74a30000, pasid=5),
                          domain(id=9, flags=16, new_root=0x74a40000, pasid=6),
                          domain(id=10, new_root=0x74a50000),
                          domain(id=1, flags=2, address_width=0, old_root=0, new_root=0, tables=0,
                                 leaves=0)]),
        Section(DEVICES, [
            device(translation=3, old_context_lo=0x2100001, old_context_hi=0),
            device(devfn=0xd8, domain=3, domain_id=10, old_context_lo=0x2110001,
                   old_context_hi=0x100),
            device(bus=2, devfn=0, domain=4, domain_id=1, translation=2,
                   old_context_lo=0x2120001, old_context_hi=0),
            device(bus=3, devfn=0, domain=NO_DOMAIN, domain_id=0, translation=0, action=3,
                   old_context_lo=0x2130011, old_context_hi=0)]),
        Section(PASIDS, [
            pasid(translation=3, old_entry_0=0x41, old_entry_2=0x2000000),
            pasid(pasid=5, domain=1, domain_id=8, translation=3, old_entry_0=0x41,
                  old_entry_1=8, old_entry_2=0x2000000),
            pasid(pasid=6, domain=2, domain_id=9, translation=4, action=4),
            pasid(device=1, pasid=0x100, domain=3, domain_id=10),
            pasid(device=1, pasid=0xfffff, domain=NO_DOMAIN, domain_id=12, translation=0,
                  action=2),
            pasid(device=2, domain=4, domain_id=1, translation=2, action=4),
            pasid(device=NO_DEVICE, pasid=3, domain=3, domain_id=10)], dropped=4),
        Section(RECORDS, [
            record(rule=80, object=8, level=0, iova=0x40, size=0, domain_id=0, found_lo=0x2200005,
                   target=0x2200000, where=0x2110008),
            record(rule=85, object=9, level=0, iova=0xfffff, size=0, domain_id=0,
                   found_lo=0x141, found_hi=0xc, target=0, where=0x2113fc0),
            record(rule=100)]),
        Section(FAULTS, [fault(0xd8, 0x59, 0), fault(0x18, 0x71, 0x7f0000001000, pasid=5)]),
    ]


def full(**header):
    return Block(full_sections(), minor=MINOR, hide_reason=3, **header).build()
