# SPDX-License-Identifier: GPL-2.0-only
"""The application that users get."""

import os
import shutil
import subprocess

from boot import TOP

SOURCES = ("Makefile", "linker.ld", "include", "stub", "arch", "tools", "tests", "bench", "kernel")
APPLICATION = "build/efi/dmarelay.efi"


def test_two_builds_in_two_places_give_the_same_bytes(tmp_path):
    """Neither the folder nor the time is in them."""
    for name in SOURCES:
        path = os.path.join(TOP, name)
        (shutil.copytree if os.path.isdir(path) else shutil.copy)(path, tmp_path / name)
    subprocess.run(["make", "-C", tmp_path, APPLICATION], check=True, capture_output=True,
                   env={**os.environ, "MAKEFLAGS": ""})
    with open(os.path.join(TOP, APPLICATION), "rb") as file:
        assert (tmp_path / APPLICATION).read_bytes() == file.read()
