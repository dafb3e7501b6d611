# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay who: a machine of five devices, by its dump and by the stub's copies."""

import json
import os
import pathlib
import random
import subprocess

import pytest

import blobs
import dumps
import trees
from conftest import COMMAND
from dumps import PAGE

GOLDEN = pathlib.Path(__file__).parent / "golden"
EVERYTHING = "0-ffffffffffffffff"


@pytest.fixture(name="who")
def fixture_who(dmarelay, tmp_path):
    """who(arguments...): its answer, from JSON. The files dump, kdump, handoff are there."""
    handoff, memory, sealed = trees.build()
    notes = dumps.notes(dumps.device_dump(sealed))
    (tmp_path / "handoff").write_bytes(handoff)
    (tmp_path / "dump").write_bytes(dumps.elf(memory, notes))
    (tmp_path / "kdump").write_bytes(dumps.kdump(memory, notes))

    def run(*arguments):
        done = dmarelay("who", *arguments)
        assert (done.status, done.err) == (0, ""), done.err
        return json.loads(done.out) if "--json" in arguments else done.out
    return run


def runs(answer):
    """{(device, PASID): [(iova, first, last, "rwq")]}"""
    return {(entry["device"], entry["pasid"]):
            [(int(run["iova"], 16), int(run["first"], 16), int(run["last"], 16),
              "r" * run["read"] + "w" * run["write"] + "q" * run["quarantined"])
             for run in entry["runs"]]
            for entry in answer["reached"] if not entry["pass_through"]}


NIC, DISK = ("0000:00:03.0", None), ("0000:02:00.0", None)
GPU, TWIN = ("0000:05:00.0", 5), ("0000:05:00.1", None)
TABLE = trees.ORIGINAL + PAGE
REACHED = {
    NIC: [(0x1000, 0x300000, 0x301fff, "rw"), (0x5000, 0x300000, 0x300fff, "r"),
          (0x6000, 0x302000, 0x302fff, "w"),
          (0x7000, trees.CRASH + 0x5000, trees.CRASH + 0x5fff, "rwq"),
          (0x40000000, dumps.TEXT, dumps.TEXT + 0x1fffff, "rw")],
    DISK: [(0x123400000000, 0x200000, 0x3fffff, "rw"), (0x123400200000, TABLE, TABLE + 4095, "rw"),
           (0x123400201000, dumps.TOP_TABLE, dumps.TOP_TABLE + 4095, "r"),
           (0x123400300000, trees.CRASH + 0x6000, trees.CRASH + 0x6fff, "rq")],
    GPU: [(0x7f0000000000, 0x300000, 0x300fff, "r"), (0x7f0000200000, 0x400000, 0x5fffff, "rw")],
}
# It shares the PASID table; 5 is what its requests without a PASID use
REACHED[TWIN] = REACHED[GPU]


@pytest.mark.parametrize("name", ["dump", "kdump", "handoff"])
def test_all_that_is_reached(who, name):
    answer = who("--json", EVERYTHING, name)
    found = runs(answer)
    assert {key: sorted(found[key]) for key in found} == REACHED
    assert [entry["device"] for entry in answer["reached"] if entry["pass_through"]] == \
        ["0000:03:00.1"]
    assert (answer["missing_tables"], answer["more"]) == (0, False)
    assert answer["tables"] == ("copied" if name == "handoff" else "original")
    of_devices = [("context", "0000:04:00.0"), ("root-entry", "0000:09:00.0"),
                  ("pasid-directory", "0000:05:00.0")]
    table = [("page-table", "0000:00:03.0")] * (name == "handoff")      # a dump has its subtree
    assert sorted((entry["object"], entry["device"]) for entry in answer["unknown"]) == \
        sorted(of_devices + table)


def test_one_page(who):
    """An address stands for its page; large pages are cut to what was asked for."""
    answer = who("--json", "300123", "dump")
    assert (answer["first"], answer["last"]) == ("0x300000", "0x300fff")
    assert runs(answer) == {
        NIC: [(0x1000, 0x300000, 0x300fff, "rw"), (0x5000, 0x300000, 0x300fff, "r")],
        DISK: [(0x123400100000, 0x300000, 0x300fff, "rw")],
        GPU: [(0x7f0000000000, 0x300000, 0x300fff, "r")],
        TWIN: [(0x7f0000000000, 0x300000, 0x300fff, "r")]}


def test_range_of_bytes(who):
    answer = who("--json", "0x300ff8-0x301007", "handoff")
    assert runs(answer)[NIC] == [(0x1ff8, 0x300ff8, 0x301007, "rw"),
                                 (0x5ff8, 0x300ff8, 0x300fff, "r")]


def test_nobody_but_pass_through(who):
    answer = who("--json", "600000", "dump")
    assert [entry["device"] for entry in answer["reached"]] == ["0000:03:00.1"]
    assert who("600000", "dump").count("pass-through") == 1


def test_summary(who):
    answer = who("--summary", "--json", "dump")
    assert runs(answer["kernel_text"]) == {NIC: REACHED[NIC][4:]}
    assert runs(answer["kernel_page_tables"]) == {DISK: REACHED[DISK][2:3]}
    units = [(0x7f0000300000, 0x500000, 0x5000ff, "rw"),    # interrupt table, queue
             (0x7f0000310000, 0x510000, 0x510fff, "rw")]
    assert runs(answer["remapping_tables"]) == {DISK: REACHED[DISK][1:2], GPU: units, TWIN: units}
    assert runs(answer["crash_region"]) == {NIC: REACHED[NIC][3:4], DISK: REACHED[DISK][3:]}
    assert answer["kernel_text"]["ranges"] == [{"first": hex(dumps.TEXT),
                                                "last": hex(dumps.TEXT + 0x3fffff)}]
    tables = [(int(each["first"], 16), int(each["last"], 16))
              for each in answer["remapping_tables"]["ranges"]]
    assert (0x500000, 0x5000ff) in tables and (0x510000, 0x510fff) in tables
    (of_ours,) = [pair for pair in tables if pair[0] >= trees.ORIGINAL]
    assert of_ours[0] == trees.ORIGINAL


def test_summary_of_a_handoff(who):
    """It tells of the crash region, and of the rest that it does not know."""
    answer = who("--summary", "--json", "handoff")
    assert [answer[key]["known"] for key in ("kernel_text", "kernel_page_tables",
                                             "remapping_tables", "crash_region")] == \
        [False, False, False, True]
    assert runs(answer["crash_region"]) == {NIC: REACHED[NIC][3:4], DISK: REACHED[DISK][3:]}


def test_without_vmcoreinfo(who, tmp_path):
    _, memory, sealed = trees.build()
    (tmp_path / "bare").write_bytes(dumps.elf(memory, dumps.device_dump(sealed)))
    answer = who("--summary", "--json", "bare")
    assert not answer["kernel_text"]["known"] and answer["remapping_tables"]["known"]


@pytest.mark.parametrize("name", ["dump", "handoff"])
@pytest.mark.parametrize("arguments", [["--summary"], ["300000"]], ids=["summary", "page"])
def test_golden_text(who, name, arguments):
    text = who(*arguments, name)
    golden = GOLDEN / f"who-{name}-{'summary' if '--summary' in arguments else 'page'}.txt"
    if os.environ.get("GOLDEN_UPDATE"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_handoff_beside_the_dump(who, tmp_path):
    """A stock kernel's dump has no note."""
    handoff, memory, _ = trees.build()
    (tmp_path / "stock").write_bytes(dumps.elf(memory, dumps.notes()))
    (tmp_path / "setup_data" / "0").mkdir(parents=True)
    (tmp_path / "setup_data" / "0" / "type").write_text(f"{blobs.SETUP_DATA_TYPE:#x}\n")
    (tmp_path / "setup_data" / "0" / "data").write_bytes(handoff)
    expected = who("--json", EVERYTHING, "dump")
    for source in ("handoff", "setup_data", "dump"):
        assert who("--json", "--handoff", source, EVERYTHING, "stock") == expected


def test_what_adoption_adds_is_not_of_the_crash(who, tmp_path):
    """Mappings outside of the ranges, some with tables elsewhere: the adopting kernel's own."""
    handoff, _, sealed = trees.build()
    handoff = bytearray(handoff)
    # Copies in the order of trees.nic(): top, middle and leaf table
    for at, entry in ((2 * PAGE + 0x1f0 * 8, 0x300000 | 3), (0x1f1 * 8, 0x12345000 | 3)):
        handoff[len(sealed) + at:len(sealed) + at + 8] = entry.to_bytes(8, "little")
    (tmp_path / "adopted").write_bytes(handoff)
    assert who("--json", EVERYTHING, "adopted") == who("--json", EVERYTHING, "handoff")



def dump_of(tables, root):
    """A dump in which the first device's tree is the one at `root`."""
    _, memory, _ = trees.build()
    memory.update(tables.pages())
    made = trees.sections((root, 0, 0), (0, 0, 0), (0, 0), 0, 0)
    made[1] = blobs.Section(blobs.DOMAINS, [blobs.domain(old_root=root)] * 4)
    del made[4:6]       # ranges and records
    return dumps.elf(memory, dumps.notes(dumps.device_dump(blobs.Block(made, tables=0).build())))


def test_table_that_points_at_itself(who, tmp_path):
    """A recursive slot, as some kernels have: each level can be the last one."""
    tables = trees.Tables(0x5000000)
    root = tables.new()
    tables.contents[root][5] = root | 3
    (tmp_path / "cycle").write_bytes(dump_of(tables, root))
    answer = who("--json", f"{root:x}", "cycle")
    assert runs(answer)[NIC] == [(5 << 30 | 5 << 21 | 5 << 12, root, root + 4095, "rw")]
    assert not answer["more"]


def test_sink(who, tmp_path):
    """2^27 leaves to one page: some are listed, and that there are more is said, within seconds."""
    tables = trees.Tables(0x5000000)
    pages = [tables.new() for _ in range(3)]
    for table, below in zip(pages, [*pages[1:], 0x300000]):
        tables.contents[table] = dict.fromkeys(range(512), below | 3)
    (tmp_path / "sink").write_bytes(dump_of(tables, pages[0]))
    answer = who("--json", "300000", "sink")
    assert answer["more"] and len(runs(answer)[NIC]) == 65536
    assert runs(who("--json", "301000", "sink")) == {}


@pytest.mark.parametrize("change, access", [
    ((3, 1), "r"), ((3, 2), "w"), ((1, 3), "r"), ((2, 3), "w"), ((1, 2), None), ((0, 3), None),
    ((1 << 62 | 3, 3), None), ((3, 1 << 11 | 3), None), ((3, 1 << 62 | 3), None)])
def test_rights_of_table_and_leaf_together(who, tmp_path, change, access):
    """And what hardware refuses, reserved bits, leads nowhere. (This unit has neither
    snoop control nor device TLBs.)"""
    tables = trees.Tables(0x5000000)
    root = tables.new()
    tables.map(root, 3, 0x1000, 0x300000 | change[1], table_bits=change[0])
    (tmp_path / "rights").write_bytes(dump_of(tables, root))
    found = runs(who("--json", "300000", "rights")).get(NIC)
    assert found == (access and [(0x1000, 0x300000, 0x300fff, access)])


def test_tables_that_are_not_in_the_dump(who, tmp_path):
    _, memory, sealed = trees.build()
    lost = {at: data for at, data in memory.items() if at != trees.ORIGINAL + 2 * PAGE}
    (tmp_path / "lost").write_bytes(dumps.elf(lost, dumps.notes(dumps.device_dump(sealed))))
    answer = who("--json", EVERYTHING, "lost")
    assert answer["missing_tables"] == 1
    assert runs(answer)[NIC] == REACHED[NIC][4:]
    assert "1 tables are not in the dump: more may be reached" in who("300000", "lost")


def test_report_without_tables(who, tmp_path):
    (tmp_path / "report").write_bytes(trees.build()[2])
    assert who("--json", EVERYTHING, "report")["missing_tables"] == 3


def test_wrong_digest_is_told_and_answered(who, refused, tmp_path):
    handoff = bytearray((tmp_path / "handoff").read_bytes())
    handoff[33] ^= 1
    (tmp_path / "damaged").write_bytes(handoff)
    done = refused(["damaged: offset 0x20: ", "digest"], "who", EVERYTHING, "damaged")
    assert done.out == who(EVERYTHING, "handoff")


def test_dumps_that_do_not_do(who, dmarelay, refused, tmp_path):
    (tmp_path / "stock").write_bytes(dumps.elf({0: bytes(PAGE)}, dumps.notes()))
    done = dmarelay("who", "300000", "stock")
    assert done.status == 1 and "no dmarelay note" in done.err and done.out == ""
    (tmp_path / "garbage").write_bytes(b"?" * 8192)
    refused(["garbage: offset 0x0: ", "expected a dump"], "who", "-H", "handoff", "1", "garbage")
    refused(["garbage: offset 0x0: ", "magic"], "who", "1", "garbage")
    large = bytearray((tmp_path / "kdump").read_bytes())
    for at, word in ((dumps.BLOCK_SIZE, "block_size"), (dumps.BLOCK_SIZE + 8, "bitmap_blocks"),
                     (dumps.BLOCK_SIZE + 12, "max_mapnr")):
        lie = large[:at] + (1 << 31).to_bytes(4, "little") + large[at + 4:]
        (tmp_path / "lie").write_bytes(lie)
        refused([f"lie: offset {at:#x}: ", word], "who", "-H", "handoff", "1", "lie")


def test_mutated_dumps(who, dmarelay, tmp_path):
    """libkdumpfile is not always up to them; the command is: an answer, or one line."""
    generator = random.Random(5)
    statuses = set()
    for form in ("dump", "kdump") * 15:
        data = bytearray((tmp_path / form).read_bytes())
        for _ in range(generator.randrange(1, 4)):
            at = generator.randrange(512)
            data[at:at + 4] = generator.choice([b"\0\0\0\0", b"\xff\xff\xff\xff",
                                                generator.randbytes(4)])
        (tmp_path / "mutant").write_bytes(data)
        done = dmarelay("who", "--summary", "mutant")
        assert done.status in (0, 1, 2)
        assert done.err.count("\n") == (done.status != 0), (done.status, done.err)
        statuses.add(done.status)
    assert statuses >= {0, 2}


def test_crash_of_the_library(who, refused, tmp_path):
    """A section header table where there is none (0.5.1 reads on)."""
    data = bytearray((tmp_path / "dump").read_bytes())
    data[40:48] = (0x1a0e93394f4f).to_bytes(8, "little")
    (tmp_path / "mutant").write_bytes(data)
    refused(["mutant: offset 0x0: ", "libkdumpfile"], "who", "--summary", "mutant")


def static(*arguments, cwd):
    return subprocess.run([f"{COMMAND}.static", *arguments], cwd=cwd, capture_output=True,
                          text=True, timeout=60, check=False)


def test_static_command(who, dmarelay, tmp_path):
    """All but memory of a dump: it says so, and reads the report in it all the same."""
    done = static("who", "300000", "dump", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and "static" in done.stderr
    assert static("who", "300000", "handoff", cwd=tmp_path).stdout == who("300000", "handoff")
    assert static("inspect", "dump", cwd=tmp_path).stdout == dmarelay("inspect", "dump").out


@pytest.mark.parametrize("words, arguments", [
    (["PHYSADDR", "0 arguments"], []), (["1 arguments"], ["300000"]),
    (["one FILE", "2 arguments"], ["--summary", "300000", "dump"]),
    (["'zebra'"], ["zebra", "dump"]), (["'2000-1000'"], ["2000-1000", "dump"]),
    (["'1000-'"], ["1000-", "dump"]), (["'1000x'"], ["1000x", "dump"]),
    (["'+1000'"], ["+1000", "dump"]), (["'1ffffffffffffffff'"], ["1ffffffffffffffff", "dump"])])
def test_usage(refused, words, arguments):
    refused(words, "who", *arguments)


def test_storm(storm_who, who, tmp_path):
    """Some thousand mutants of report and tables, sanitized, as a handoff and as a dump."""
    assert who(EVERYTHING, "handoff")
    done = subprocess.run([storm_who, tmp_path / "handoff", "4000"], capture_output=True,
                          text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    accepted, refused_count = (int(word) for word in done.stdout.split() if word.isdigit())
    assert accepted > 500 and refused_count > 100, done.stdout
