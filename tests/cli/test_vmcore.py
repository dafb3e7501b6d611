# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay inspect on crash dumps: the handoff in the notes, and all that can be wrong there."""

import struct
import subprocess

import pytest

import blobs
import dumps
from dumps import PAGE

NOTES_AT = dumps.EHDR.size + 2 * dumps.PHDR.size        # of an ELF dump with one run of memory
MEMORY = {0x100000: bytes(range(256)) * 16}


def dump_notes(block=None):
    return dumps.notes(dumps.device_dump(b"another driver's", b"cxgb4"),
                       dumps.device_dump(block or sealed()))


def sealed():
    """What the kernel adds: the tables stay behind."""
    return blobs.full()[:-4096]


FORMS = {"elf": dumps.elf, "kdump": dumps.kdump}


@pytest.fixture(name="expected")
def fixture_expected(dmarelay, tmp_path):
    """expected(*options): what the same handoff in a file of its own shows."""
    (tmp_path / "handoff").write_bytes(blobs.full())
    return lambda *options: dmarelay("inspect", "handoff", *options).out


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("options", [[], ["--json"], ["--ranges"]], ids=["text", "json", "ranges"])
def test_same_as_a_handoff(dmarelay, expected, tmp_path, form, options):
    (tmp_path / "vmcore").write_bytes(FORMS[form](MEMORY, dump_notes()))
    done = dmarelay("inspect", "vmcore", *options)
    assert (done.status, done.err) == (0, "")
    assert done.out == expected(*options)


@pytest.mark.parametrize("option", ["-c", "-l", "-E"])
def test_what_makedumpfile_keeps(dmarelay, expected, tmp_path, option):
    """The real one, at work on /proc/vmcore as it were. Without vmcoreinfo: it has no kernel."""
    notes = dumps.device_dump(sealed()) + dumps.note(b"CORE", 1, bytes(336))
    (tmp_path / "proc-vmcore").write_bytes(dumps.elf(MEMORY, notes))
    subprocess.run(["makedumpfile", option, "-d", "0", tmp_path / "proc-vmcore",
                    tmp_path / "vmcore"], check=True, capture_output=True)
    done = dmarelay("inspect", "vmcore")
    assert (done.status, done.err) == (0, "")
    assert done.out == expected()


def test_flattened(refused, tmp_path):
    """makedumpfile -F writes a stream, to be rearranged."""
    (tmp_path / "proc-vmcore").write_bytes(dumps.elf(MEMORY, dumps.device_dump(sealed())))
    flat = subprocess.run(["makedumpfile", "-F", "-c", "-d", "0", tmp_path / "proc-vmcore"],
                          check=True, capture_output=True).stdout
    (tmp_path / "flat").write_bytes(flat)
    refused(["flat: offset 0x0: ", "flattened", "makedumpfile -R"], "inspect", "flat")


@pytest.mark.parametrize("form", FORMS)
def test_dump_without_the_note(dmarelay, tmp_path, form):
    (tmp_path / "vmcore").write_bytes(FORMS[form](MEMORY, dumps.notes(
        dumps.device_dump(sealed(), b"cxgb4"),
        dumps.note(b"LINUX", dumps.VMCOREDD, b"dmarelay\0"),     # too short
        dumps.note(b"OTHER", dumps.VMCOREDD, b"dmarelay".ljust(44, b"\0") + sealed()))))
    done = dmarelay("inspect", "vmcore")
    assert (done.status, done.out) == (1, "")
    assert done.err.count("\n") == 1 and "no dmarelay note" in done.err


def test_padding_of_the_last_note_may_be_missing(dmarelay, tmp_path):
    (tmp_path / "vmcore").write_bytes(dumps.kdump(MEMORY, dumps.note(b"CORE", 1, b"odd")[:-1]))
    done = dmarelay("inspect", "vmcore")
    assert (done.status, done.out) == (1, "")


def test_notes_filled_up_with_zeros(dmarelay, tmp_path):
    """As where the kernel rounds up to a page: the end, even if more follows."""
    (tmp_path / "vmcore").write_bytes(dumps.elf(MEMORY, bytes(64) + dump_notes()))
    assert dmarelay("inspect", "vmcore").status == 1


def test_many_memory_ranges(dmarelay, expected, tmp_path):
    """Beyond 65534 the number of program headers stands in a section header."""
    plain = dumps.elf(MEMORY, dump_notes())
    extra = struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, 0, 0, 2, 0, 0)
    (tmp_path / "vmcore").write_bytes(dumps.elf(MEMORY, dump_notes(), phnum=0xffff,
                                                shoff=len(plain)) + extra)
    assert dmarelay("inspect", "vmcore").out == expected()


def patched(data, at, value):
    return data[:at] + value + data[at + len(value):]


def quad(value):
    return struct.pack("<Q", value)


def elf():
    return dumps.elf(MEMORY, dump_notes())


def kdump():
    return dumps.kdump(MEMORY, dump_notes())


def kdump_notes_at():
    return struct.unpack_from("<Q", kdump(), dumps.SUB_NOTE)[0]


OURS = 12 + 8 + 44 + len(b"another driver's")
OURS += -OURS % PAGE                                    # in the notes: behind the other driver's
PAYLOAD = OURS + 12 + 8 + 44
MALFORMED = {
    "ELF header": (elf()[:63], 0, ["ELF header", "64 bytes", "63"]),
    "32-bit": (patched(elf(), 4, b"\1"), 4, ["2 and 1", "found 1 and 1"]),
    "big-endian": (patched(elf(), 5, b"\2"), 4, ["found 2 and 2"]),
    "no core": (patched(elf(), 16, b"\2"), 16, ["e_type", "found 2"]),
    "e_phentsize": (patched(elf(), 54, b"\x20"), 54, ["e_phentsize", "56", "found 32"]),
    "e_phoff negative": (patched(elf(), 32, quad(1 << 63)), 32, ["e_phoff"]),
    "e_phoff beyond": (patched(elf(), 32, quad(1 << 40)), 1 << 40, ["program header", "found 0"]),
    "section header": (dumps.elf(MEMORY, dump_notes(), phnum=0xffff, shoff=1 << 50), 1 << 50,
                       ["section header"]),
    "p_offset beyond": (patched(elf(), 64 + 8, quad(1 << 40)), 1 << 40, ["note: expected 12"]),
    "p_filesz negative": (patched(elf(), 64 + 32, quad(1 << 63)), 64 + 8, ["p_offset"]),
    "p_offset wraps": (patched(elf(), 64 + 8, quad((1 << 63) - 8)), 64 + 8, ["p_offset"]),
    "note larger than the notes": (
        patched(elf(), NOTES_AT + 4, b"\xff" * 4), NOTES_AT, ["note", "0xffffffff more"]),
    "note name larger than the notes": (
        patched(elf(), NOTES_AT, b"\xff" * 4), NOTES_AT, ["name of 0xffffffff"]),
    "cut in the note": (elf()[:NOTES_AT + OURS + 30], NOTES_AT + OURS + 20,
                        ["device dump name", "44 bytes", "found 10"]),
    "cut in the handoff": (elf()[:NOTES_AT + PAYLOAD + 60], NOTES_AT + PAYLOAD, ["80 bytes", "60"]),
    "no handoff in it": (dumps.elf(MEMORY, dump_notes(b"nothing to see")), NOTES_AT + PAYLOAD,
                         ["magic"]),
    "major": (dumps.elf(MEMORY, dump_notes(patched(sealed(), 8, b"\2"))),
              NOTES_AT + PAYLOAD + 8, ["major", "found 2"]),
    "kdump header": (kdump()[:100], dumps.BLOCK_SIZE, ["block_size", "found 0"]),
    "old kdump": (dumps.kdump(MEMORY, dump_notes(), version=3), 8, ["header_version", "found 3"]),
    "block_size": (patched(kdump(), dumps.BLOCK_SIZE, b"\xff" * 4), 0xffffffff + 48,
                   ["offset_note"]),
    "offset_note negative": (patched(kdump(), dumps.SUB_NOTE, quad(1 << 63)), dumps.SUB_NOTE,
                             ["offset_note", "0x8000000000000000"]),
    "size_note negative": (patched(kdump(), dumps.SUB_NOTE + 8, quad(1 << 63)), dumps.SUB_NOTE,
                           ["offset_note", "0x8000000000000000 bytes"]),
    # Where the other driver's note ends there are but 64 bytes left
    "size_note small": (patched(kdump(), dumps.SUB_NOTE + 8, quad(OURS + 64)),
                        kdump_notes_at() + OURS, ["note", "0x40 bytes"]),
    "size_note a little small": (
        patched(kdump(), dumps.SUB_NOTE + 8, quad(OURS + len(dumps.device_dump(sealed())) - 4)),
        kdump_notes_at() + OURS, ["note"]),
    "kdump cut in the handoff": (kdump()[:kdump_notes_at() + PAYLOAD + 60],
                                 kdump_notes_at() + PAYLOAD, ["80 bytes", "60"]),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed(refused, tmp_path, case):
    data, offset, words = MALFORMED[case]
    (tmp_path / "vmcore").write_bytes(data)
    done = refused([f"vmcore: offset {offset:#x}: ", "expected", *words], "inspect", "vmcore")
    assert done.out == ""


def test_wrong_digest_is_told_and_shown(refused, tmp_path):
    """At its place in the dump."""
    (tmp_path / "vmcore").write_bytes(patched(elf(), NOTES_AT + PAYLOAD + 33, b"\xee"))
    done = refused([f"offset {NOTES_AT + PAYLOAD + 32:#x}: ", "digest"], "inspect", "vmcore")
    assert "WRONG" in done.out


def test_endless_notes(dmarelay, tmp_path):
    """Notes and program headers without end: a bound, not a day."""
    empty = dumps.note(b"X", 1, b"") * 1000
    data = dumps.elf(MEMORY, empty, phnum=0xfffe)
    with open(tmp_path / "vmcore", "wb") as file:
        for at in range(64, 64 + 0xfffe * dumps.PHDR.size, dumps.PHDR.size):
            file.seek(at)
            file.write(dumps.PHDR.pack(dumps.PT_NOTE, 0, 1 << 23, 0, 0, len(empty), 0, 0))
        file.seek(0)
        file.write(data[:64])
        file.seek(1 << 23)
        file.write(empty)
    assert dmarelay("inspect", "vmcore").status == 1


@pytest.mark.parametrize("form", FORMS)
def test_truncated_anywhere(dmarelay, tmp_path, form):
    data = FORMS[form](MEMORY, dump_notes())
    end = data.index(blobs.MAGIC) + len(sealed())
    edges = {0, 4, 8, 12, 63, 64, 120, 400, 432, PAGE, PAGE + 56, end - 1, end - len(sealed())}
    for cut in {edge + delta for edge in edges for delta in (-1, 0, 1)}:
        if not 8 <= cut < end:
            continue
        (tmp_path / "vmcore").write_bytes(data[:cut])
        done = dmarelay("inspect", "vmcore")
        assert done.status == 2 and done.out == "" and done.err.count("\n") == 1, cut


@pytest.mark.parametrize("form", FORMS)
def test_storm(storm, tmp_path, form):
    """Some thousand mutants, sanitized: both fates must occur, and no crash."""
    block = blobs.Block(blobs.scalable_sections(), tables=0).build()
    # The notes first: mutations prefer a file's beginning
    (tmp_path / "vmcore").write_bytes(FORMS[form]({0: bytes(PAGE)},
                                                  dumps.device_dump(block)))
    done = subprocess.run([storm, tmp_path / "vmcore", "6000"], capture_output=True, text=True,
                          timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    accepted, refused_count = (int(word) for word in done.stdout.split() if word.isdigit())
    assert accepted > 300 and refused_count > 300, done.stdout
