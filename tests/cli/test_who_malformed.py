# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay who: odd tables, files that do not do, and mutants of everything."""

import random
import subprocess

import pytest

import blobs
import dumps
import trees
from conftest import COMMAND
from dumps import PAGE
from trees import EVERYTHING, NIC, REACHED, runs


def dump_of(tables, root, *, records=(), width=39):
    """A dump in which the tree of all domains is the one at `root`."""
    _, memory, _ = trees.build()
    memory.update(tables.pages())
    made = trees.sections((root, 0, 0), (0, 0, 0), (0, 0), 0, 0)
    made[1] = blobs.Section(blobs.DOMAINS, [blobs.domain(old_root=root, address_width=width)] * 4)
    made[4:6] = [blobs.Section(blobs.RECORDS, records)] if records else []      # no ranges
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


def test_table_that_leads_to_nothing_may_elsewhere(who, tmp_path):
    """At another level its entries are leaves; on a way that allows more, they are allowed."""
    tables = trees.Tables(0x5000000)
    root, both, middle, nothing = (tables.new() for _ in range(4))
    tables.contents[root] = {0: both | 3, 1: middle | 3}
    tables.contents[middle] = {0: both | 3}
    tables.contents[both] = {7: nothing | 3}
    (tmp_path / "levels").write_bytes(dump_of(tables, root))
    assert runs(who("--json", f"{nothing:x}", "levels"))[NIC] == [
        (1 << 30 | 7 << 12, nothing, nothing + 4095, "rw")]
    tables.contents[root] = {0: middle | 1, 1: middle | 3}
    tables.contents[both] = {7: 0x300000 | 2}
    (tmp_path / "rights").write_bytes(dump_of(tables, root))
    assert runs(who("--json", "300000", "rights"))[NIC] == [
        (1 << 30 | 7 << 12, 0x300000, 0x300fff, "w")]


def test_quarantined_table(who, tmp_path):
    """The stub found the entry of a table bad: so is all that is reached through it."""
    tables = trees.Tables(0x5000000)
    root = tables.new()
    tables.map(root, 3, 0x1000, 0x300000 | 3)
    tables.map(root, 3, 1 << 30, 0x300000 | 3)
    record = blobs.record(rule=35, object=4, level=3, where=root, found_lo=root + PAGE | 3)
    (tmp_path / "subtree").write_bytes(dump_of(tables, root, records=[record]))
    assert [run[3] for run in runs(who("--json", "300000", "subtree"))[NIC]] == ["rwq", "rw"]


def test_large_pages_that_there_are_not(who, tmp_path):
    """Of 512 GiB: the bit means nothing there."""
    tables = trees.Tables(0x5000000)
    root = tables.new()
    tables.map(root, 4, 0, 0x80 | 3, level=4)
    tables.map(root, 4, 1 << 39, 0x80 | 3, level=3)     # 1 GiB: that there is
    (tmp_path / "large").write_bytes(dump_of(tables, root, width=48))
    assert runs(who("--json", "300000", "large"))[NIC] == [
        ((1 << 39) + 0x300000, 0x300000, 0x300fff, "rw")]


def test_few_runs_in_the_summary(who, tmp_path):
    tables = trees.Tables(0x5000000)
    root = tables.new()
    for number in range(6):
        tables.map(root, 3, number << 12, trees.CRASH + (number << 13) | 3)
    (tmp_path / "runs").write_bytes(dump_of(tables, root))
    text = who("--summary", "runs")
    assert "    and 2 more runs\n" in text and text.count("IOVA 0x3000-") > 0
    assert "IOVA 0x4000-" not in text


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


def test_endless_sink(who, tmp_path):
    """2^36 ways to nowhere: each table is looked at once a level."""
    tables = trees.Tables(0x5000000)
    root = tables.new()
    tables.contents[root] = dict.fromkeys(range(512), root | 3)
    (tmp_path / "sink").write_bytes(dump_of(tables, root, width=48))
    answer = who("--json", "301000", "sink")
    assert runs(answer) == {} and not answer["more"]


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
    assert runs(answer)[NIC] == REACHED[NIC][5:]
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
