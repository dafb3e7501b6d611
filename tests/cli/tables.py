# SPDX-License-Identifier: GPL-2.0-only
"""Builds ACPI DMAR tables byte by byte, and knows where real ones are."""

import csv
import os
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve()
HEADER = struct.Struct("<4sIBB6s8sI4sIBB10s")
NAMES = ["DRHD", "RMRR", "ATSR", "RHSA", "ANDD", "SATC", "SIDP"]


def table(*structures, width=39, flags=1, reserved=bytes(10), length=None, checksum=None):
    """A table of these structures; length and checksum are right unless given."""
    body = b"".join(structures)
    size = HEADER.size + len(body)

    def header(checksum):
        return HEADER.pack(b"DMAR", size if length is None else length, 1, checksum, b"MAKER ",
                           b"MACHINE ", 1, b"TEST", 1, width - 1, flags, reserved)
    right = -sum(header(0) + body) & 0xff
    return header(right if checksum is None else checksum) + body


def structure(kind, fixed, rest=b"", length=None):
    size = 4 + len(fixed) + len(rest)
    return struct.pack("<HH", kind, size if length is None else length) + fixed + rest


def scope(kind=1, bus=0, path=((0x1f, 2),), *, reserved=0, number=0, length=None):
    hops = b"".join(bytes(hop) for hop in path)
    size = 6 + len(hops) if length is None else length
    return struct.pack("<BBHBB", kind, size, reserved, number, bus) + hops


def unit(*scopes, base=0xfed90000, flags=None, size=0, segment=0):
    """A unit that takes all other devices, unless it has scopes."""
    flags = int(not scopes) if flags is None else flags
    return structure(0, struct.pack("<BBHQ", flags, size, segment, base), b"".join(scopes))


def rmrr(*scopes, base=0x7b800000, limit=0x7f9fffff, reserved=0, segment=0):
    return structure(1, struct.pack("<HHQQ", reserved, segment, base, limit),
                     b"".join(scopes))


def atsr(*scopes, flags=0, reserved=0, kind=2, segment=0):
    return structure(kind, struct.pack("<BBH", flags, reserved, segment), b"".join(scopes))


def rhsa(base=0xfed90000, node=0, reserved=0, rest=b""):
    return structure(3, struct.pack("<IQI", reserved, base, node), rest)


def andd(name=b"\\_SB.PCI0.I2C0\0", number=1, reserved=b"\0\0\0"):
    return structure(4, reserved + bytes([number]), name)


def satc(*scopes, **fields):
    return atsr(*scopes, kind=5, **fields)


def sidp(*scopes, reserved=0, segment=0):
    return structure(6, struct.pack("<HH", reserved, segment), b"".join(scopes))


def everything():
    """A table without an oddity: each kind of structure and scope."""
    return table(
        unit(scope(path=((2, 0),)), base=0xfed90000),
        unit(scope(3, 0xf0, ((0x1f, 0),), number=2), scope(4, 0, ((0x1e, 6),)),
             scope(5, 0, ((0x15, 0),), number=1), flags=1, base=0xfed91000),
        rmrr(scope(path=((0x14, 0),)), scope(2, 0, ((0x1c, 4), (0, 1), (3, 0)))),
        atsr(scope(2, 0, ((1, 0),)), scope(2, 0, ((2, 0),))), atsr(flags=1, segment=1),
        rhsa(node=3), andd(b"\\_SB.PCI0.I2C0\0\0"), satc(scope(path=((2, 0),)), flags=1),
        sidp(scope(path=((2, 0),), reserved=0x1f)), flags=7)


def real_folder():
    """Where tables of real machines are, or None: $DMARELAY_DMAR_TABLES, or beside the tree."""
    named = os.environ.get("DMARELAY_DMAR_TABLES")
    folder = pathlib.Path(named) if named else HERE.parents[3] / "shared" / "dmar-tables"
    return folder if (folder / "index.tsv").exists() else None


def real_tables():
    """(path, row of the index) of each real table; empty if there are none here."""
    folder = real_folder()
    if not folder:
        return []
    with open(folder / "index.tsv", encoding="utf-8") as index:
        return [(folder / f"{row['sha1_12']}.dmar", row)
                for row in csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE)]
