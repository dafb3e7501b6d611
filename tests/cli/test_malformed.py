# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay inspect: every field that can be wrong, one at a time, and a storm of all at once."""

import subprocess

import pytest

import blobs
import tables
from blobs import Block, Section

TABLE = blobs.HEADER.size       # where the section table begins


def one_unit(*sections, **header):
    return Block([Section(blobs.UNITS, [blobs.unit()]), *sections], **header).build()


def row(index, field):
    """Offset of a field of a row of the section table."""
    return TABLE + index * blobs.SECTION.size + field


def domains(*entries):
    return one_unit(Section(blobs.DOMAINS, entries),
                    Section(blobs.RANGES, [blobs.RANGE.pack(0x1000, 0x1fff),
                                           blobs.RANGE.pack(0x3000, 0x3fff)]))


def ranges(*pairs):
    return one_unit(Section(blobs.DOMAINS, [blobs.domain(range_count=len(pairs))]),
                    Section(blobs.RANGES, [blobs.RANGE.pack(*pair) for pair in pairs]))


def device_and(*pasids):
    return one_unit(Section(blobs.DOMAINS, [blobs.domain()]),
                    Section(blobs.DEVICES, [blobs.device()]), Section(blobs.PASIDS, pasids))


def endless():
    """A small block whose domains share a slice so often that they list 2^24 + 4096 ranges."""
    return one_unit(Section(blobs.DOMAINS, [blobs.domain(flags=4, range_count=4097)] * 4096),
                    Section(blobs.RANGES, [blobs.RANGE.pack(i << 13, i << 13)
                                           for i in range(4097)]))


# In one_unit() blocks: where the first entry of the section behind the unit lies
def second(sections):
    return TABLE + sections * blobs.SECTION.size + blobs.UNIT.size


UNIT_ROW = 0
MALFORMED = {
    "empty": (b"", 0, ["80 bytes", "found 0"]),
    "short header": (blobs.full()[:79], 0, ["80 bytes", "found 79"]),
    "magic": (one_unit(magic=b"DMARELAX"), 0, ["DMARELAY"]),
    "major": (one_unit(major=2), 8, ["major", "found 2"]),
    "major 0": (one_unit(major=0), 8, ["major", "found 0"]),
    "header_size small": (one_unit(header_size=72), 12, ["header_size", "72"]),
    "header_size odd": (one_unit(header_size=84), 12, ["header_size", "84"]),
    "header_size huge": (one_unit(header_size=0xfffffff8), 24, ["sealed_size"]),
    "section_count": (one_unit(section_count=33), 56, ["section_count", "32", "33"]),
    "section_count huge": (one_unit(section_count=0xffffffff), 56, ["section_count"]),
    "sections beyond the seal": (one_unit(section_count=32), 24, ["sealed_size"]),
    "total_size huge": (one_unit(total_size=1 << 32), 16, ["total_size", "0x100000000"]),
    "total_size small": (one_unit(total_size=96), 24, ["sealed_size", "0x60"]),
    "sealed_size odd": (one_unit(sealed_size=204), 24, ["sealed_size", "0xcc"]),
    "sealed_size small": (one_unit(sealed_size=80), 24, ["sealed_size", "0x50"]),
    "truncated": (one_unit(tables=0)[:-1], 24, ["sealed_size", "truncated"]),
    "mode": (one_unit(minor=5, mode=2), 60, ["mode", "at most 1", "found 2"]),
    "mode huge": (one_unit(minor=5, mode=0xffff), 60, ["mode", "65535"]),
    "hide_reason": (one_unit(minor=5, hide_reason=22), 62, ["hide_reason", "at most 21", "found 22"]),
    "hidden with a reason": (one_unit(minor=5, mode=1, hide_reason=18), 62,
                             ["hide_reason: expected 0", "hidden", "found 18"]),
    "hidden with a reason, newer": (one_unit(minor=6, mode=1, hide_reason=22), 62,
                                    ["hide_reason: expected 0", "found 22"]),
    "mode in a node": (blobs.node(one_unit(minor=5, mode=2)), 76, ["mode", "found 2"]),
    "node length": (blobs.node(one_unit(), length=4096), 12, ["setup_data.len", "0x1000"]),
    "node magic": (blobs.node(b"x" * 100), 16, ["magic"]),
    "node of another type": (blobs.node(one_unit(), kind=9), 0, ["magic"]),

    "entry_size 0": (Block([Section(blobs.UNITS, [blobs.unit()], length=0)]).build(),
                     row(0, 24), ["length", "0x88"]),
    "entry_size short": (Block([Section(blobs.UNITS, [blobs.unit()[:112]])]).build(), row(0, 4),
                         ["entry_size", "120", "112"]),
    "length": (Block([Section(blobs.UNITS, [blobs.unit()], length=240)]).build(), row(0, 24),
               ["length", "0x88", "0xf0"]),
    "length overflow": (Block([Section(blobs.UNITS, [blobs.unit()], count=0xffffffff,
                                       length=0xffffffff * 136)]).build(), row(0, 24),
                        ["length"]),
    "offset in the header": (Block([Section(blobs.UNITS, [blobs.unit()], offset=0)]).build(),
                             row(0, 16), ["offset", "found 0x0"]),
    "offset in the section table": (Block([Section(blobs.UNITS, [blobs.unit()],
                                                   offset=80)]).build(), row(0, 16), ["offset"]),
    "offset beyond": (Block([Section(blobs.UNITS, [blobs.unit()], offset=1 << 40)]).build(),
                      row(0, 16), ["offset", "0x10000000000"]),
    "offset wraps": (Block([Section(blobs.UNITS, [blobs.unit()],
                                    offset=(1 << 64) - 8)]).build(), row(0, 16), ["offset"]),
    "end beyond the seal": (Block([Section(blobs.UNITS, [blobs.unit()],
                                           offset=TABLE + 64 + 8)]).build(), row(0, 24),
                            ["length", "0x80"]),
    "tables beyond the arena": (Block([Section(blobs.TABLES, [b"x"], offset=200)], tables=0,
                                      total_size=120).build(), row(0, 16), ["offset"]),
    "unknown section beyond the arena": (Block([Section(77, [b"x"], offset=1 << 33)]).build(),
                                         row(0, 16), ["offset", "type 77"]),
    "twice": (one_unit(Section(blobs.UNITS, [blobs.unit()])), row(1, 0), ["type 1", "once"]),

    "domain.unit": (domains(blobs.domain(unit=1)), second(4), ["domain 0, unit", "found 1"]),
    "domain slice": (domains(blobs.domain(first_range=1, range_count=2)), second(4) + 48,
                     ["domain 0, first_range", "2 ranges", "3"]),
    "domain slice overflow": (domains(blobs.domain(first_range=0xffffffff, range_count=2)),
                              second(4) + 48, ["first_range"]),
    "endless lists": (endless(), second(4) + 4095 * blobs.DOMAIN.size + 52,
                      ["domain 4095, range_count", "16777216"]),
    "device.unit": (one_unit(Section(blobs.DEVICES, [blobs.device(unit=1, domain=~0 & 0xffffffff)])),
                    second(3) + 4, ["device 0, unit"]),
    "device.domain": (one_unit(Section(blobs.DEVICES, [blobs.device()])), second(3) + 8,
                      ["device 0, domain", "below 0"]),
    "pasid.device": (device_and(blobs.pasid(), blobs.pasid(device=1)),
                     second(5) + 64 + 32 + 40, ["pasid 1, device", "below 1", "found 1"]),
    "pasid.domain": (device_and(blobs.pasid(domain=1)), second(5) + 64 + 32 + 8,
                     ["pasid 0, domain", "below 1", "found 1"]),
    "pasid entry_size short": (device_and(blobs.pasid()[:36]), row(3, 4),
                               ["entry_size", "40", "36"]),
    "function entry_size short": (one_unit(Section(blobs.FUNCTIONS, [blobs.function()[:64]])),
                                  row(1, 4), ["section type 13, entry_size", "72", "64"]),
    "functions beyond the seal": (one_unit(Section(blobs.FUNCTIONS, [blobs.function()],
                                                   offset=TABLE + 96 + 136 + 8)), row(1, 24),
                                  ["section type 13, length", "0x40", "0x48"]),
    "functions in the tables": (one_unit(Section(blobs.FUNCTIONS, [blobs.function()],
                                                 offset=TABLE + 96 + 136 + 72)), row(1, 24),
                                ["section type 13, length"]),
    "functions twice": (one_unit(Section(blobs.FUNCTIONS, [blobs.function()]),
                                 Section(blobs.FUNCTIONS, [blobs.function()])), row(2, 0),
                        ["section type 13, type", "once"]),
    "record.unit": (one_unit(Section(blobs.RECORDS, [blobs.record(), blobs.record(unit=7)])),
                    second(3) + 64 + 12, ["record 1, unit", "found 7"]),
    "fault.unit": (one_unit(Section(blobs.FAULTS, [blobs.fault(0, 1, 0, unit_index=1)])),
                   second(3), ["fault 0, unit"]),
    "range upside down": (ranges((0x2000, 0x1fff)), second(4) + 64 + 8, ["range 0, last"]),
    "ranges out of order": (ranges((0x2000, 0x2fff), (0, 0xfff)), second(4) + 64 + 16,
                            ["range 1, first"]),
    "ranges overlap": (ranges((0x2000, 0x2fff), (0x2fff, 0x3fff)), second(4) + 64 + 16,
                       ["range 1, first", "0x2fff"]),
}


@pytest.mark.parametrize("case", MALFORMED)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_malformed(refused, tmp_path, case, form):
    block, offset, words = MALFORMED[case]
    (tmp_path / "handoff").write_bytes(block)
    done = refused([f"handoff: offset {offset:#x}: ", "expected", *words], "inspect", "handoff",
                   *form)
    assert done.out == ""


def test_entry_size_zero(refused, tmp_path):
    block = bytearray(Block([Section(77, [], count=5)]).build())
    block[row(0, 4):row(0, 8)] = bytes(4)
    (tmp_path / "handoff").write_bytes(block)
    refused([f"offset {row(0, 4):#x}", "entry_size", "found 0"], "inspect", "handoff")


def test_offsets_count_from_the_files_start(refused, tmp_path):
    (tmp_path / "handoff").write_bytes(blobs.node(one_unit(major=2)))
    refused(["offset 0x18: ", "major"], "inspect", "handoff")


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_wrong_digest_is_told_and_shown(refused, tmp_path, form):
    """Its form is sound, so it is safe to show; the exit status says not to believe it."""
    block = bytearray(blobs.full())
    block[-4096 - 8] ^= 0x10        # the last word of the log
    (tmp_path / "handoff").write_bytes(block)
    done = refused(["offset 0x20: ", "digest"], "inspect", "handoff", *form)
    assert ('"digest_ok": false' if form else "WRONG") in done.out
    assert "unit" in done.out


def test_every_sealed_bit_is_under_the_digest(dmarelay, tmp_path):
    """A sample of bits, through the command: none may go unseen."""
    block = blobs.full()
    sealed = len(block) - 4096
    for at in range(0, sealed, 61):
        damaged = bytearray(block)
        damaged[at] ^= 1 << at % 8
        (tmp_path / "handoff").write_bytes(damaged)
        assert dmarelay("inspect", "handoff").status == 2, hex(at)


def test_truncated_anywhere(dmarelay, tmp_path):
    """At and around every section's start and end."""
    block = blobs.full()
    sealed = len(block) - 4096
    count = len(blobs.full_sections()) + 1
    edges = {0, 1, 15, 16, 79, 80, TABLE + count * blobs.SECTION.size}
    for index in range(count):
        _, _, _, _, offset, length = blobs.SECTION.unpack_from(block, row(index, 0))
        edges |= {offset, offset + length}
    for cut in {edge + delta for edge in edges for delta in (-1, 0, 1)}:
        if not 0 <= cut < sealed:
            continue
        (tmp_path / "handoff").write_bytes(block[:cut])
        done = dmarelay("inspect", "handoff")
        assert done.status == 2 and done.out == "" and done.err.count("\n") == 1, cut


@pytest.mark.parametrize("name", ["plain", "node", "scalable", "table"])
def test_storm(storm, tmp_path, name):
    """Some thousand mutants, sanitized: both fates must occur, and no crash."""
    sections = blobs.scalable_sections() if name == "scalable" else blobs.full_sections()
    block = Block(sections, tables=0, minor=blobs.MINOR, hide_reason=3).build()
    data = {"node": blobs.node(block), "table": tables.everything()}.get(name, block)
    (tmp_path / "block").write_bytes(data)
    done = subprocess.run([storm, tmp_path / "block", "20000"], capture_output=True, text=True,
                          timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    accepted, refused_count = (int(word) for word in done.stdout.split() if word.isdigit())
    assert accepted > 1000 and refused_count > 1000, done.stdout
