# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay who: a machine of six devices, by its dump and by the stub's copies."""

import json
import os
import pathlib

import pytest

import blobs
import dumps
import trees
from dumps import PAGE
from trees import DISK, EVERYTHING, GPU, NIC, REACHED, TWIN, runs

GOLDEN = pathlib.Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["dump", "kdump", "handoff"])
def test_all_that_is_reached(who, name):
    answer = who("--json", EVERYTHING, name)
    found = runs(answer)
    assert {key: sorted(found[key]) for key in found} == REACHED
    assert [entry["device"] for entry in answer["reached"] if entry["pass_through"]] == \
        ["0000:03:00.1"]
    assert len(answer["reached"]) == len(REACHED) + 1
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
                                 (0x5ff8, 0x300ff8, 0x300fff, "r"),
                                 (0x6000, 0x301000, 0x301007, "rw")]
    assert runs(who("--json", "301000-301000", "dump"))[NIC] == [
        (0x2000, 0x301000, 0x301000, "rw"), (0x6000, 0x301000, 0x301000, "rw")]


def test_nobody_but_pass_through(who):
    answer = who("--json", "600000", "dump")
    assert [entry["device"] for entry in answer["reached"]] == ["0000:03:00.1"]
    assert who("600000", "dump").count("pass-through") == 1


def test_summary(who):
    answer = who("--summary", "--json", "dump")
    assert runs(answer["kernel_text"]) == {NIC: REACHED[NIC][5:]}
    assert runs(answer["kernel_page_tables"]) == {DISK: REACHED[DISK][2:3]}
    units = [(0x7f0000300000, 0x500000, 0x5000ff, "rw"),    # interrupt table, queue
             (0x7f0000310000, 0x510000, 0x510fff, "rw")]
    assert runs(answer["remapping_tables"]) == {DISK: REACHED[DISK][1:2], GPU: units, TWIN: units}
    assert runs(answer["crash_region"]) == {NIC: REACHED[NIC][4:5], DISK: REACHED[DISK][3:]}
    assert answer["kernel_text"]["ranges"] == [{"first": hex(dumps.TEXT),
                                                "last": hex(dumps.TEXT + 0x3fffff)}]
    tables = [(int(each["first"], 16), int(each["last"], 16))
              for each in answer["remapping_tables"]["ranges"]]
    assert tables[0][0] != 0    # a context entry that was not present refers to nothing
    assert (0x500000, 0x5000ff) in tables and (0x510000, 0x510fff) in tables
    (of_ours,) = [pair for pair in tables if pair[0] >= trees.ORIGINAL]
    assert of_ours[0] == trees.ORIGINAL


def test_summary_of_a_handoff(who):
    """It tells of the crash region, and of the rest that it does not know."""
    answer = who("--summary", "--json", "handoff")
    assert [answer[key]["known"] for key in ("kernel_text", "kernel_page_tables",
                                             "remapping_tables", "crash_region")] == \
        [False, False, False, True]
    assert runs(answer["crash_region"]) == {NIC: REACHED[NIC][4:5], DISK: REACHED[DISK][3:]}


def test_text_that_begins_within_a_page(who, tmp_path):
    _, memory, sealed = trees.build()
    info = dumps.VMCOREINFO.replace(b"(_stext)=ffffffff81000000", b"(_stext)=ffffffff81001000")
    (tmp_path / "within").write_bytes(dumps.elf(memory, dumps.notes(dumps.device_dump(sealed),
                                                                    vmcoreinfo=info)))
    text = who("--summary", "--json", "within")["kernel_text"]
    assert text["ranges"] == [{"first": hex(dumps.TEXT + PAGE),
                               "last": hex(dumps.TEXT + 0x3fffff)}]


def test_encrypted_kernel(who, tmp_path):
    _, memory, sealed = trees.build()
    info = dumps.VMCOREINFO + b"NUMBER(sme_mask)=140737488355328\n"
    (tmp_path / "sme").write_bytes(dumps.elf(memory, dumps.notes(dumps.device_dump(sealed),
                                                                 vmcoreinfo=info)))
    answer = who("--summary", "--json", "sme")
    assert not answer["kernel_text"]["known"] and not answer["kernel_page_tables"]["known"]


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
    leaf_table = 2 * PAGE
    for at, entry in ((leaf_table + 4 * 8, 0x300000 | 3), (leaf_table + 0x1f0 * 8, 0x300000 | 3),
                      (0x1f1 * 8, 0x12345000 | 3)):
        handoff[len(sealed) + at:len(sealed) + at + 8] = entry.to_bytes(8, "little")
    (tmp_path / "adopted").write_bytes(handoff)
    assert who("--json", EVERYTHING, "adopted") == who("--json", EVERYTHING, "handoff")
