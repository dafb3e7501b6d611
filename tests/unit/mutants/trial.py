# SPDX-License-Identifier: GPL-2.0-only
"""One changed file of stub/ against the unit tests.

The tests find the stub in a library, and so call what a library that is loaded first has in its place.
"""

import pathlib
import subprocess

CFLAGS = ["-std=gnu11", "-w", "-O1", "-fPIC"]
INCLUDES = [f"-I{pathlib.Path(name).resolve()}" for name in ("include", "stub")]
# CPU seconds a test, so that other work on the machine decides nothing: those that notice do so at
# once, unless they notice by not ending. And bytes, for what fills memory instead.
LIMITS = ["prlimit", "--cpu=10", f"--as={4 << 30}", "--core=0"]


class NotAMutant(Exception):
    """It could not be tried."""


class Trial:
    """`text` in the place of stub/`file`, in a `folder` of its own; `objects`: the tests as they are."""

    def __init__(self, objects, folder, file, text):
        self.objects, self.folder, self.file = objects, folder, file
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for file in self.folder.iterdir():
            file.unlink()
        self.folder.rmdir()

    def compiled(self):
        """The code's bytes: files that mean the same to the compiler have the same."""
        run = subprocess.run(["gcc", *CFLAGS, "-shared", self.file, "-o", "mutant.so", *INCLUDES],
                             cwd=self.folder, capture_output=True, text=True, check=False)
        if run.returncode:
            raise NotAMutant("does not compile: " + run.stderr.splitlines()[0])
        return (self.folder / "mutant.so").read_bytes()

    def notices(self, test):
        """Does this test fail, or not end?"""
        return subprocess.run([*LIMITS, self.objects / f"test_{test}"], check=False,
                              env={"CMOCKA_TEST_ABORT": "1", "LD_PRELOAD": self.folder / "mutant.so"},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0
