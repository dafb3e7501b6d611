# SPDX-License-Identifier: GPL-2.0-only
"""The stub's image and the tree that it is made from."""

import glob
import os
import shutil
import subprocess

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = ("Makefile", "linker.ld", "include", "stub", "arch", "tools", "tests", "bench", "kernel")
KIB = 1024


def tracked():
    """All files of the project, without what is built."""
    listing = subprocess.run(["git", "-C", TOP, "ls-files"], check=True, capture_output=True, text=True)
    return listing.stdout.splitlines()


def build(folder, target):
    subprocess.run(["make", "-C", folder, target], check=True, capture_output=True,
                   env={**os.environ, "MAKEFLAGS": ""})
    with open(os.path.join(folder, target), "rb") as file:
        return file.read()


@pytest.fixture(name="copy")
def fixture_copy(tmp_path):
    """The sources once more, in another place."""
    for name in SOURCES:
        path = os.path.join(TOP, name)
        (shutil.copytree if os.path.isdir(path) else shutil.copy)(path, tmp_path / name)
    return str(tmp_path)


def test_two_builds_in_two_places_give_the_same_bytes(copy):
    assert build(copy, "build/stub/stub.bin") == build(TOP, "build/stub/stub.bin")


def test_image_is_at_most_128_kib():
    assert 0 < os.path.getsize(os.path.join(TOP, "build/stub/stub.bin")) <= 128 * KIB


RECURSION = """static volatile int n;
int again(int x);
int again(int x) { return n ? again(again(x)) * again(n) : x; }
uint64_t arena_mark("""


@pytest.mark.parametrize("damage, complaint", [
    ({"uint64_t arena_mark(": "char pad[1 << 18] = { 1 };\nuint64_t arena_mark(",
      "return arena->used;": "return (uint64_t)pad[arena->used];"}, "larger than 128 KiB"),
    ({"uint64_t arena_mark(": "int here, *address = &here;\nuint64_t arena_mark(",
      "return arena->used;": "return arena->used + (uint64_t)*address;"}, "relocations"),
    ({"return arena->used;": "int missing(void);\nreturn (uint64_t)missing();"}, "missing"),
    ({"uint64_t arena_mark(": RECURSION, "return arena->used;": "return (uint64_t)again(1);"}, "recursion"),
    ({"return arena->used;": "volatile char big[20000] = { 0 };\nreturn (uint64_t)big[arena->used];"}, "check-stack"),
], ids=["size", "relocation", "undefined", "recursion", "stack"])
def test_build_refuses(copy, damage, complaint):
    """The promises about the image are checked by the build, not believed."""
    path = os.path.join(copy, "stub/arena.c")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for old, new in damage.items():
        assert old in text
        text = text.replace(old, new)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    run = subprocess.run(["make", "-C", copy, "build/stub/stub.bin"], capture_output=True, text=True,
                         check=False, env={**os.environ, "MAKEFLAGS": ""})
    assert run.returncode and complaint in run.stdout + run.stderr


@pytest.mark.parametrize("header", [name for name in tracked()
                                    if name.startswith(("include/", "stub/", "arch/")) and name.endswith(".h")])
def test_header_stands_alone(header):
    """GNU-EFI's headers are there for those of the EFI front, and for no other."""
    efi = ["-isystem", "/usr/include/efi"] if header.startswith("arch/x86/efi/") else []
    subprocess.run(["gcc", "-std=gnu11", "-ffreestanding", "-fsyntax-only", "-x", "c", "-Wall", "-Wextra", "-Werror",
                    "-Iinclude", "-Istub", "-Iarch/x86", *efi, header], check=True, cwd=TOP)


def assert_made(patch, *command):
    made = subprocess.run(["/usr/bin/python3", *command], cwd=TOP, check=True, capture_output=True, text=True).stdout
    found, = glob.glob(os.path.join(TOP, "kernel", patch))
    with open(found, encoding="utf-8") as file:
        assert file.read() == made


@pytest.mark.parametrize("series", ["6.12", "6.1"])
def test_kernel_series_carries_this_abi(series):
    """The patch that brings handoff.h into the kernel is made from ours."""
    assert_made(f"{series}/0001-*.patch", "kernel/abi.py", "--patch")


def test_kernel_series_have_one_adoption():
    """That of 6.12 is the source, the other adds what relay.diff says."""
    assert_made("6.1/0002-*.patch", "kernel/port.py", "6.1")


def test_every_source_has_its_licence():
    sources = [name for name in tracked() if name.endswith((".c", ".h", ".asm", ".inc", ".S", ".ld", ".py", ".sh", ".mk"))]
    without = [name for name in sources
               if "SPDX-License-Identifier: GPL-2.0-only" not in open(os.path.join(TOP, name), encoding="utf-8").read(400)]
    assert sources and not without


GCC = "drivers/iommu/intel/iommu.c:{}:7: warning: unused variable 'x' [-Wunused-variable]\n"
SPARSE = "drivers/iommu/intel/pasid.c:{}:23: warning: incorrect type in assignment\n"


@pytest.mark.parametrize("before, after, new", [
    (GCC.format(10), GCC.format(12), 0),                        # the patch moves lines
    (GCC.format(10), GCC.format(12) + GCC.format(40), 1),       # the same once more
    (GCC.format(10), GCC.format(12) + SPARSE.format(9), 1),
    (SPARSE.format(9), "  CC      drivers/iommu/intel/pasid.o\n", 0),
    ("a.o: warning: objtool: f+0x12: odd\n", "a.o: warning: objtool: f+0x20: odd\n", 0),
    ("", "a.c:3:1: error: odd\n", 1),
])
def test_kernel_check_notices_new_warnings(tmp_path, before, after, new):
    """In whichever file, also one that the series only hooks into."""
    (tmp_path / "before").write_text(before)
    (tmp_path / "after").write_text(after)
    run = subprocess.run([os.path.join(TOP, "kernel/new_warnings.sh"), tmp_path / "before", tmp_path / "after"],
                         capture_output=True, text=True)
    assert (run.returncode, run.stdout.count("\n")) == (int(new > 0), new)
