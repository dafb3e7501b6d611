# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay inspect on ACPI DMAR tables of our own making: what it shows, and what it finds odd."""

import json

import pytest

import tables
from tables import (andd, atsr, rhsa, rmrr, satc, scope, sidp, structure, table, unit)
from test_inspect import check_golden


@pytest.fixture
def inspect(dmarelay, tmp_path):
    def run(data, *args):
        (tmp_path / "DMAR").write_bytes(data)
        done = dmarelay("inspect", "DMAR", *args)
        assert (done.status, done.err) == (0, "")
        return done.out
    return run


def test_golden(inspect):
    check_golden("dmar.txt", inspect(tables.everything()))
    text = inspect(tables.everything(), "--json")
    json.loads(text)
    check_golden("dmar.json", text)


EP = scope(path=((2, 0),))
FIRST = 0x30                        # offset of the first structure
SECOND = FIRST + len(unit())        # behind a plain unit

# What is odd: the table, offset, the text's words. Each is the only oddity of its table.
ODD = {
    "width": (table(unit(), width=65), 36, "host address width is 65"),
    "width that wraps": (table(unit(), width=256), 36, "host address width is 256"),
    "flags": (table(unit(), flags=0x81), 37, "reserved flags are set: 0x80"),
    "x2apic": (table(unit(), flags=2), 37, "x2APIC is opted out"),
    "reserved": (table(unit(), reserved=bytes(9) + b"\x01"), 38, "reserved bytes"),
    "no unit": (table(), 0, "no remapping unit"),
    "trailing": (table(unit()) + b"more", SECOND, "behind the table: 4 bytes"),
    "order": (table(rmrr(EP), unit()), FIRST + 32, "behind a structure of type 1"),
    "unknown type": (table(unit(), structure(7, bytes(4))), SECOND, "type 7 is not known"),
    "misaligned": (table(unit(scope(path=((1, 0), (0, 0)))), unit(base=0xfed91000)), FIRST + 26,
                   "misaligned"),

    "unit base 0": (table(unit(base=0)), FIRST, "register base is 0"),
    "unit base": (table(unit(base=0xfed90800)), FIRST, "not page aligned: 0xfed90800"),
    "unit width": (table(unit(base=1 << 39)), FIRST, "beyond the host address width"),
    "unit size": (table(unit(size=4)), FIRST, "size field is not 0: 2^4 pages"),
    "unit size reserved": (table(unit(size=0x10)), FIRST, "bits of the size field are set: 0x10"),
    "unit flags": (table(unit(flags=3)), FIRST, "reserved flags are set: 0x02"),
    "unit of nobody": (table(unit(flags=0)), FIRST, "no device scope: it serves nobody"),
    "unit short": (table(unit(), structure(0, bytes(8))), SECOND, "DRHD of 12 bytes: too short"),
    "units share a base": (table(unit(EP), unit()), FIRST, "same register base, 0xfed90000"),
    "two take the rest": (table(unit(), unit(base=0xfed91000)), FIRST,
                          "a later unit of segment 0000 takes all other"),
    "takes the rest first": (table(unit(), unit(EP, base=0xfed91000)), FIRST, "not its last unit"),

    "rmrr base 0": (table(unit(), rmrr(EP, base=0, limit=0xfff)), SECOND, "begins at 0"),
    "rmrr base": (table(unit(), rmrr(EP, base=0x7b800010)), SECOND, "base is not page aligned"),
    "rmrr limit": (table(unit(), rmrr(EP, limit=0x7f9ffff0)), SECOND, "not the last byte of a"),
    "rmrr backwards": (table(unit(), rmrr(EP, limit=0x7b7fffff)), SECOND, "below its base"),
    "rmrr large": (table(unit(), rmrr(EP, limit=0xbb800fff)), SECOND, "larger than 1 GiB"),
    "rmrr width": (table(unit(), rmrr(EP, base=(1 << 39) - 4096, limit=(1 << 39) + 4095)), SECOND,
                   "region is beyond the host address width"),
    "rmrr reserved": (table(unit(), rmrr(EP, reserved=0x100)), SECOND, "not 0: 0x0100"),
    "rmrr of nobody": (table(unit(), rmrr()), SECOND, "reserved for nobody"),
    "rmrr short": (table(unit(), structure(1, bytes(16))), SECOND, "RMRR of 20 bytes: too short"),

    "atsr flags": (table(unit(), atsr(EP, flags=4)), SECOND, "reserved flags are set: 0x04"),
    "atsr reserved": (table(unit(), atsr(EP, reserved=1)), SECOND, "not 0: 0x01"),
    "atsr all and some": (table(unit(), atsr(EP, flags=1)), SECOND, "all root ports"),
    "atsr of nobody": (table(unit(), atsr()), SECOND, "no device scope"),
    "rhsa reserved": (table(unit(), rhsa(reserved=1)), SECOND, "not 0: 0x00000001"),
    "rhsa stray": (table(unit(), rhsa(base=0xfed91000)), SECOND, "no unit has the register base"),
    "rhsa long": (table(unit(), rhsa(rest=bytes(4))), SECOND, "it has 24 bytes, not 20"),
    "andd no name": (table(unit(), andd(b"\0")), SECOND, "no name"),
    "andd no room": (table(unit(), andd(b"")), SECOND, "no name"),
    "andd endless": (table(unit(), andd(b"\\_SB")), SECOND, "name does not end"),
    "andd reserved": (table(unit(), andd(reserved=b"\0\1\0")), SECOND, "reserved field is not 0"),
    "satc flags": (table(unit(), satc(EP, flags=0x80)), SECOND, "reserved flags are set: 0x80"),
    "satc of nobody": (table(unit(), satc(flags=1)), SECOND, "no device scope"),
    "sidp reserved": (table(unit(), sidp(EP, reserved=2)), SECOND, "not 0: 0x0002"),
    "sidp of nobody": (table(unit(), sidp()), SECOND, "no device scope"),

    "scope type": (table(unit(scope(6))), FIRST + 16, "scope type 6 is not known"),
    "scope type 0": (table(unit(scope(0))), FIRST + 16, "scope type 0 is not known"),
    "scope reserved": (table(unit(scope(reserved=8))), FIRST + 16, "not 0: 0x0008"),
    "scope reserved in sidp": (table(unit(), sidp(scope(reserved=0x101))), SECOND + 8,
                               "not 0: 0x0100"),
    "scope id": (table(unit(scope(number=3))), FIRST + 16, "not 0 for a PCI device: 3"),
    "scope without path": (table(unit(scope(path=()))), FIRST + 16, "has no path"),
    "scope device": (table(unit(scope(path=((0x20, 0),)))), FIRST + 16, "device 0x20, function 0"),
    "scope function": (table(unit(EP, scope(path=((1, 0), (0, 8))))), FIRST + 24, "function 8"),
    "scope odd": (table(unit(scope(length=9) + b"\0")), FIRST + 16, "odd length, 9"),
    "scope overlong": (table(unit(EP, scope(length=9))), FIRST + 24,
                       "the 8 bytes to the structure's end are lost"),
    "scope of no length": (table(unit(scope(length=0))), FIRST + 16, "the 8 bytes"),
    "scope cut": (table(unit(EP, b"\1\6\0")), FIRST + 24, "the 3 bytes"),
}


@pytest.mark.parametrize("case", ODD)
def test_odd(inspect, case):
    """Told in both forms, at its place, and nothing else is."""
    data, offset, words = ODD[case]
    oddities = json.loads(inspect(data, "--json"))["oddities"]
    assert [oddity["offset"] for oddity in oddities] == [offset], oddities
    assert words in oddities[0]["text"]
    assert f"Oddities (1)\n  0x{offset:04x}  {oddities[0]['text']}\n" in inspect(data)


def test_nothing_odd(inspect):
    assert inspect(tables.everything()).endswith("Oddities (0)\n")


DAMAGED = {
    "checksum": (table(unit(), checksum=0), 9, "checksum", "checksum is wrong"),
    "structure overlong": (table(unit(), structure(1, bytes(20), length=28)), SECOND, "4 to 24",
                           "the 24 bytes from here on are lost"),
    "structure of no length": (table(unit(), structure(1, bytes(20), length=0)), SECOND,
                               "4 to 24", "the 24 bytes"),
    "structure cut": (table(unit(), b"\1\0"), SECOND, "4 to 2", "the 2 bytes"),
}


@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_damaged(refused, tmp_path, case, form):
    """Shown as far as it goes, but the exit status says not to believe it."""
    data, offset, words, oddity = DAMAGED[case]
    (tmp_path / "DMAR").write_bytes(data)
    done = refused([f"DMAR: offset {offset:#x}: ", words], "inspect", "DMAR", *form)
    assert oddity in done.out and "0xfed90000" in done.out


MALFORMED = {
    "short": (table()[:47], 0, "48 bytes"),
    "length small": (table(unit(), length=47), 4, "found 47"),
    "length large": (table(unit(), length=0x10001), 4, "found 65537"),
    "truncated": (table(unit())[:-1], 4, "truncated"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed(refused, tmp_path, case):
    data, offset, words = MALFORMED[case]
    (tmp_path / "DMAR").write_bytes(data)
    assert refused([f"offset {offset:#x}: ", words], "inspect", "DMAR").out == ""


def test_largest_table(inspect):
    """64 KiB of units at one base: as much as the stub takes, and compared in no time."""
    data = table(*[unit()] * ((0x10000 - FIRST) // len(unit())))
    assert len(json.loads(inspect(data, "--json"))["oddities"]) == 2 * (len(data) // 16 - 4)


def test_name_cannot_steer_the_terminal(inspect):
    data = table(unit(), andd(b"\x1b[31m\0"))
    assert "\x1b" not in inspect(data)
    assert json.loads(inspect(data, "--json"))["structures"][1]["name"] == "\x1b[31m"
