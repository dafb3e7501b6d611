#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The adoption's files for another series: port.py SERIES prints its patch 0002.

kernel/6.12 has the one source of relay.c, relay_scalable.c and relay.h. What has to be otherwise
in SERIES is in kernel/SERIES/relay.diff. Change that in a patched kernel tree:
port.py SERIES TREE prints the relay.diff that leads to the files as they are there.
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile

import abi

SOURCE = "6.12"
PATCH = "0002-iommu-vt-d-Find-what-a-kdump-kernel-can-adopt-of-the.patch"
ADDED = re.compile(r"^diff --git a/(\S+) b/\S+\nnew file .*\n(?:index .*\n)?--- .*\n\+\+\+ .*\n"
                   r"@@ .* @@\n((?:\+.*\n)*)", re.MULTILINE)


def read(*names):
    """A file below kernel/."""
    with open(os.path.join(abi.HERE, *names), encoding="utf-8") as file:
        return file.read()


def ported(files, diff):
    """{path: text} with a unified diff applied; all of it has to fit where it says."""
    with tempfile.TemporaryDirectory() as tree:
        for path, text in files.items():
            os.makedirs(os.path.join(tree, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
                file.write(text)
        subprocess.run(["patch", "-d", tree, "-p1", "-s", "--fuzz=0", "--no-backup-if-mismatch"],
                       input=diff, text=True, check=True)
        for path in files:
            with open(os.path.join(tree, path), encoding="utf-8") as file:
                files[path] = file.read()
    return files


def difference(files, tree):
    """What leads from the files to those of a tree, as relay.diff has it."""
    for path, text in files.items():
        with open(os.path.join(tree, path), encoding="utf-8") as file:
            there = file.read()
        yield from difflib.unified_diff(text.splitlines(True), there.splitlines(True),
                                        f"a/{path}", f"b/{path}", n=1)


def patch(source, files):
    """The source's patch, with other files in the place of those that it adds."""
    message, _, rest = source.partition("\n---\n")
    diff = ADDED.sub(lambda match: abi.added(match[1], files[match[1]]),
                     rest[rest.index("diff --git"):])
    stat = subprocess.run(["git", "apply", "--stat", "--summary"], input=diff, text=True,
                          check=True, capture_output=True).stdout
    return f"{message}\n---\n{stat}\n{diff}"


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    source = read(SOURCE, PATCH)
    files = {path: re.sub(r"^\+", "", body, flags=re.MULTILINE)
             for path, body in ADDED.findall(source)}
    if len(sys.argv) == 3:
        sys.stdout.writelines(difference(files, sys.argv[2]))
    else:
        sys.stdout.write(patch(source, ported(files, read(sys.argv[1], "relay.diff"))))


if __name__ == "__main__":
    main()
