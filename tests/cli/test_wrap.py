# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay wrap: what it makes of a kernel, and what it refuses."""

import hashlib
import os
import struct

import pytest

import kernels
import tables
from conftest import TOP

MIB = 1 << 20
DEBIAN = sorted((TOP / "build/cache/kernel/boot").glob("vmlinuz-*"))


@pytest.fixture
def wrap(dmarelay, tmp_path):
    """Wraps a kernel (bytes) and returns the image."""
    def run(image, *args, stub=kernels.stub()):
        (tmp_path / "vmlinuz").write_bytes(image)
        (tmp_path / "stub.bin").write_bytes(stub)
        done = dmarelay("wrap", "vmlinuz", "-o", "out", "--stub", "stub.bin", *args)
        assert done.status == 0, done.err
        assert done.err == ""
        return (tmp_path / "out").read_bytes()
    return run


def test_layout(wrap):
    inner = kernels.kernel()
    stub = kernels.stub(memory=0x201000)        # just over one alignment unit
    wrapped = wrap(inner, "--arena", "1M", stub=stub)
    body = wrapped[kernels.setup_size(wrapped):]
    info = kernels.info(wrapped)

    assert info["inner_offset"] == 0x400000
    assert body[info["inner_offset"]:] == inner[kernels.setup_size(inner):]
    assert info["arena_offset"] == 0x400000 + 0x1235000     # init_size 0x1234567, to the page
    assert info["arena_size"] == MIB
    assert body[:0x40] == stub[:0x40]
    assert body[0x88:len(stub)] == stub[0x88:]
    assert not any(body[len(stub):info["inner_offset"]])


def test_header_says_what_the_loader_must_know(wrap):
    inner = kernels.kernel()
    wrapped = wrap(inner)
    offset = kernels.info(wrapped)["inner_offset"]

    assert kernels.get(wrapped, "init_size") == offset + 0x1235000 + 16 * MIB
    assert kernels.get(wrapped, "syssize") * 16 == len(wrapped) - kernels.setup_size(wrapped)
    assert kernels.get(wrapped, "payload_offset") == 0x2cc + offset
    assert kernels.get(wrapped, "kernel_info_offset") == 0x1000 + offset
    assert kernels.get(wrapped, "handover_offset") == 0
    assert kernels.get(wrapped, "xloadflags") == 0x7f & ~0x0c       # no EFI handover
    assert wrapped[:2] == b"\0\0"
    for name in ("version", "pref_address", "kernel_alignment", "loadflags", "setup_sects",
                 "payload_length", "jump", "relocatable"):
        assert kernels.get(wrapped, name) == kernels.get(inner, name), name


def test_inner_header_can_be_put_back(wrap):
    inner = kernels.kernel()
    info = kernels.info(wrap(inner))
    for name in ("syssize", "init_size", "payload_offset", "handover_offset",
                 "kernel_info_offset", "xloadflags"):
        assert info[name] == kernels.get(inner, name), name


def test_absent_offsets_stay_absent(wrap):
    wrapped = wrap(kernels.kernel(kernel_info_offset=0, payload_offset=0, payload_length=0))
    assert kernels.get(wrapped, "kernel_info_offset") == 0
    assert kernels.get(wrapped, "payload_offset") == 0


def test_old_header_keeps_the_code_behind_it(wrap):
    """Before 2.15 the setup code begins where kernel_info_offset is today."""
    wrapped = wrap(kernels.kernel(version=0x20d, jump=0x66eb, kernel_info_offset=0x90909090))
    assert kernels.get(wrapped, "kernel_info_offset") == 0x90909090
    assert kernels.info(wrapped)["kernel_info_offset"] == 0


def test_setup_sects_zero_means_four(wrap):
    wrapped = wrap(kernels.kernel(setup_sects=0))
    assert wrapped[0xa40:0xa48] == b"RDMIMAG1"


def test_same_input_same_bytes(wrap):
    inner = kernels.kernel(body=os.urandom(4096 + 7), syssize=256, payload_length=0,
                           kernel_info_offset=0)
    assert wrap(inner) == wrap(inner)


def test_adopting_is_for_the_stub_to_know(wrap):
    inner, stub = kernels.kernel(), kernels.stub()
    plain, adopting = wrap(inner, stub=stub), wrap(inner, "--adopting", stub=stub)
    assert kernels.info(plain)["flags"] == 0
    assert kernels.info(adopting)["flags"] == 1
    assert sum(a != b for a, b in zip(plain, adopting, strict=True)) == 1


def test_hide_is_for_the_stub_to_know(wrap):
    inner, stub = kernels.kernel(), kernels.stub()
    plain, hide = wrap(inner, stub=stub), wrap(inner, "--hide", stub=stub)
    assert kernels.info(hide)["flags"] == 2
    assert sum(a != b for a, b in zip(plain, hide, strict=True)) == 1
    assert kernels.info(wrap(inner, "--hide", "--adopting", stub=stub))["flags"] == 3
    assert wrap(inner, "--hide", "--hide", stub=stub) == hide


def test_table_stands_between_stub_and_kernel(wrap, tmp_path):
    table, inner = tables.everything(), kernels.kernel()
    (tmp_path / "DMAR").write_bytes(table)
    plain = kernels.info(wrap(inner, stub=kernels.stub(memory=0x9001)))
    wrapped = wrap(inner, "--dmar", "DMAR", stub=kernels.stub(memory=0x9001))
    info = kernels.info(wrapped)
    start = kernels.setup_size(wrapped)
    assert plain["dmar_offset"] == plain["dmar_size"] == 0
    assert info["dmar_offset"] == 0x9008 and info["dmar_size"] == len(table)
    assert info["inner_offset"] == plain["inner_offset"]
    assert wrapped[start + 0x9008:start + 0x9008 + len(table)] == table
    assert wrapped[start + info["inner_offset"]:] == inner[kernels.setup_size(inner):]


def test_table_moves_the_kernel_if_need_be(wrap, tmp_path):
    (tmp_path / "DMAR").write_bytes(tables.everything())
    info = kernels.info(wrap(kernels.kernel(), "--dmar", "DMAR",
                             stub=kernels.stub(memory=0x1ffff8)))
    assert info["dmar_offset"] == 0x1ffff8 and info["inner_offset"] == 0x400000


BAD_TABLES = {
    "empty": (b"", ["offset 0x0", "DMAR"]),
    "another": (b"APIC" + tables.everything()[4:], ["offset 0x0", "DMAR"]),
    "handoff": (b"DMARELAY" + bytes(100), ["offset 0x0", "DMAR"]),
    "truncated": (tables.everything()[:-1], ["offset 0x4", "truncated"]),
    "checksum": (tables.table(tables.unit(), checksum=1), ["offset 0x9", "checksum"]),
    "structure": (tables.table(tables.structure(1, b"", length=3)), ["offset 0x30", "structure"]),
    "extra": (tables.everything() + b"?", ["1 bytes more"]),
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_refuses_table(refused, tmp_path, case):
    table, words = BAD_TABLES[case]
    (tmp_path / "vmlinuz").write_bytes(kernels.kernel())
    (tmp_path / "DMAR").write_bytes(table)
    refused(["DMAR: ", *words], "wrap", "vmlinuz", "-o", "out", "--dmar", "DMAR")
    assert not (tmp_path / "out").exists()


def test_table_that_is_not_there(dmarelay, tmp_path):
    (tmp_path / "vmlinuz").write_bytes(kernels.kernel())
    done = dmarelay("wrap", "vmlinuz", "-o", "out", "--dmar", "DMAR")
    assert done.status == 1 and "DMAR: " in done.err


def test_odd_sized_body_is_kept_whole(wrap):
    body = os.urandom(8192 + 5)
    wrapped = wrap(kernels.kernel(body=body))
    start = kernels.setup_size(wrapped) + kernels.info(wrapped)["inner_offset"]
    assert wrapped[start:start + len(body)] == body
    assert kernels.get(wrapped, "syssize") * 16 == len(wrapped) - kernels.setup_size(wrapped)


@pytest.mark.parametrize("text, size", [
    ("256K", 256 << 10), ("1m", MIB), ("1G", 1 << 30), ("0x100000", MIB), ("1048577", MIB + 4096)])
def test_arena_sizes(wrap, text, size):
    assert kernels.info(wrap(kernels.kernel(), "--arena", text))["arena_size"] == size


@pytest.mark.parametrize("text", ["", "K", "0", "251K", "4G", "4294963201", "-1", "16MB", "16 M",
                                  "18446744073709551616", "4294967296K", "1T",
                                  "17179869185G", "-18446744073708503040"])
def test_bad_arena(refused, tmp_path, text):
    (tmp_path / "vmlinuz").write_bytes(kernels.kernel())
    refused(["--arena", "256K"], "wrap", "vmlinuz", "-o", "out", "--arena", text)
    assert not (tmp_path / "out").exists()


NO_BODY = b""
REFUSALS = {
    "empty": (b"", ["offset 0x0", "two sectors"]),
    "short": (kernels.kernel()[:1023], ["offset 0x0", "two sectors", "1023"]),
    "boot flag": (kernels.kernel(boot_flag=0x55aa), ["offset 0x1fe", "0xaa55", "0x55aa"]),
    "HdrS": (kernels.kernel(magic=b"HdrT"), ["offset 0x202", "HdrS"]),
    "protocol": (kernels.kernel(version=0x20b), ["offset 0x206", "2.12", "2.11"]),
    "header length": (kernels.kernel(jump=0x65eb), ["offset 0x201", "0x267"]),
    "header length, 2.15": (kernels.kernel(jump=0x69eb), ["offset 0x201", "0x26b"]),
    "header too long": (kernels.kernel(jump=0xffeb), ["offset 0x201", "0x290"]),
    "zImage": (kernels.kernel(loadflags=0), ["offset 0x211", "loaded high"]),
    "no 64-bit entry": (kernels.kernel(xloadflags=0x7e), ["offset 0x236", "64-bit entry"]),
    "below 4G": (kernels.kernel(xloadflags=0x7d), ["offset 0x236", "above 4 GiB"]),
    "not relocatable": (kernels.kernel(relocatable=0), ["offset 0x234", "relocatable"]),
    "alignment 0": (kernels.kernel(kernel_alignment=0), ["offset 0x230", "power of two"]),
    "alignment odd": (kernels.kernel(kernel_alignment=0x300000), ["offset 0x230", "0x300000"]),
    "alignment small": (kernels.kernel(kernel_alignment=0x800), ["offset 0x230", "0x800"]),
    "setup truncated": (kernels.kernel(setup_sects=200)[:50000], ["offset 0x1f1", "truncated"]),
    "no body": (kernels.kernel(body=NO_BODY, payload_length=0, payload_offset=0,
                               kernel_info_offset=0), ["offset 0x1f4", "truncated"]),
    "body truncated": (kernels.kernel()[:-1], ["offset 0x1f4", "truncated", "0x1800", "0x17ff"]),
    "payload truncated": (kernels.kernel(payload_length=0xfffffff0),
                          ["offset 0x248", "truncated"]),
    "kernel_info": (kernels.kernel(kernel_info_offset=0x1800), ["offset 0x268", "0x1800"]),
    "init_size": (kernels.kernel(init_size=0x17ff), ["offset 0x260", "0x1800", "0x17ff"]),
    "init_size overflow": (kernels.kernel(init_size=0xfff00000), ["offset 0x260", "32 bits"]),
    "alignment overflow": (kernels.kernel(kernel_alignment=1 << 31, init_size=0x7f000001),
                           ["offset 0x260", "32 bits"]),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses_kernel(refused, tmp_path, case):
    image, words = REFUSALS[case]
    (tmp_path / "vmlinuz").write_bytes(image)
    (tmp_path / "stub.bin").write_bytes(kernels.stub())
    refused(["vmlinuz: ", *words], "wrap", "vmlinuz", "-o", "out", "--stub", "stub.bin")
    assert not (tmp_path / "out").exists()


BAD_STUBS = {
    "empty": (b"", ["offset 0x0", "not a stub"]),
    "short": (kernels.stub()[:0x200], ["offset 0x0", "not a stub"]),
    "large": (kernels.stub(size=0x20001, memory=0x30000), ["offset 0x0", "0x20000"]),
    "magic": (kernels.stub(magic=b"RDMIMAG2"), ["offset 0x40", "RDMIMAG1"]),
    "truncated": (kernels.stub()[:-1], ["offset 0x48", "stub_size", "0x2fff"]),
    "memory": (kernels.stub(memory=0x2fff), ["offset 0x4c", "stub_memory"]),
    "filled in": (kernels.stub(inner_offset=0x200000), ["offset 0x50", "inner_offset"]),
}


@pytest.mark.parametrize("case", BAD_STUBS)
def test_refuses_stub(refused, tmp_path, case):
    stub, words = BAD_STUBS[case]
    (tmp_path / "vmlinuz").write_bytes(kernels.kernel())
    (tmp_path / "stub.bin").write_bytes(stub)
    refused(["stub.bin: ", *words], "wrap", "vmlinuz", "-o", "out", "--stub", "stub.bin")


def test_largest_stub_is_taken(wrap):
    assert wrap(kernels.kernel(), stub=kernels.stub(size=0x20000, memory=0x20000))


def test_huge_stub_memory_overflows(refused, tmp_path):
    (tmp_path / "vmlinuz").write_bytes(kernels.kernel())
    (tmp_path / "stub.bin").write_bytes(kernels.stub(memory=0xffffffff))
    refused(["32 bits"], "wrap", "vmlinuz", "-o", "out", "--stub", "stub.bin")


def test_refuses_wrapped(wrap, refused, tmp_path):
    (tmp_path / "again").write_bytes(wrap(kernels.kernel()))
    refused(["again: ", f"offset 0x{0xa00 + 0x40:x}", "wrapped already"],
            "wrap", "again", "-o", "out2")


def test_usage(refused, dmarelay, tmp_path):
    (tmp_path / "vmlinuz").write_bytes(kernels.kernel())
    refused(["VMLINUZ"], "wrap", "-o", "out")
    refused(["one VMLINUZ", "2"], "wrap", "vmlinuz", "vmlinuz", "-o", "out")
    refused(["-o OUT"], "wrap", "vmlinuz")
    refused(["--frobnicate"], "wrap", "vmlinuz", "--frobnicate")
    assert dmarelay("wrap", "--help").status == 0


def test_never_over_the_input(refused, tmp_path):
    image = kernels.kernel()
    (tmp_path / "vmlinuz").write_bytes(image)
    os.link(tmp_path / "vmlinuz", tmp_path / "twin")
    os.symlink("vmlinuz", tmp_path / "alias")
    for out in ("vmlinuz", "./vmlinuz", "twin", "alias"):
        refused(["VMLINUZ itself"], "wrap", "vmlinuz", "-o", out)
    assert (tmp_path / "vmlinuz").read_bytes() == image


def test_never_over_a_special_file_or_folder(refused, tmp_path):
    """A pipe stands for /dev/null, which a command that fails this test would replace."""
    (tmp_path / "vmlinuz").write_bytes(kernels.kernel())
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for out in ("pipe", "folder"):
        refused(["regular file"], "wrap", "vmlinuz", "-o", out)


def test_failed_write_leaves_nothing(dmarelay, tmp_path):
    (tmp_path / "vmlinuz").write_bytes(kernels.kernel())
    done = dmarelay("wrap", "vmlinuz", "-o", "no/such/folder/out")
    assert done.status == 1 and done.err.count("\n") == 1
    done = dmarelay("wrap", "missing", "-o", "out")
    assert done.status == 1 and "missing: " in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vmlinuz"]


def test_replaces_whole(wrap, tmp_path):
    (tmp_path / "out").write_bytes(b"old")
    os.umask(0o022)
    wrap(kernels.kernel())
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o644
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "stub.bin", "vmlinuz"]


def test_built_in_stub(dmarelay, tmp_path):
    """Without --stub: the one inside the command is sound, and is what make has built."""
    (tmp_path / "vmlinuz").write_bytes(kernels.kernel())
    done = dmarelay("wrap", "vmlinuz", "-o", "out")
    assert done.status == 0, done.err
    info = kernels.info((tmp_path / "out").read_bytes())
    assert info["magic"] == b"RDMIMAG1"
    assert 0x200 < info["stub_size"] <= 0x20000


@pytest.mark.skipif(not DEBIAN, reason="no Debian kernel in build/cache/kernel")
def test_debian_kernel(dmarelay, tmp_path):
    inner = DEBIAN[-1].read_bytes()
    for out in ("one", "two"):
        done = dmarelay("wrap", DEBIAN[-1], "-o", out)
        assert done.status == 0, done.err
    one = (tmp_path / "one").read_bytes()
    assert hashlib.sha256(one).digest() == \
        hashlib.sha256((tmp_path / "two").read_bytes()).digest()
    info, size = kernels.info(one), kernels.setup_size(inner)
    start = size + info["inner_offset"]
    assert one[start:start + len(inner) - size] == inner[size:]
    assert info["arena_offset"] >= info["inner_offset"] + kernels.get(inner, "init_size")
    assert loaders_accept(one)


def loaders_accept(image):
    """What bzImage64_probe() asks, in Linux and in kexec-tools."""
    return (kernels.get(image, "magic") == b"HdrS" and
            kernels.get(image, "boot_flag") == 0xaa55 and
            kernels.get(image, "version") >= 0x20c and
            kernels.get(image, "loadflags") & 1 and
            kernels.get(image, "xloadflags") & 3 == 3 and
            kernels.get(image, "xloadflags") & 0x20 and       # five-level paging
            kernels.get(image, "relocatable") and
            struct.unpack_from("<I", image, 0x260)[0] >= len(image) - kernels.setup_size(image))
