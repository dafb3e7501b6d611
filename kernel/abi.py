#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The handoff's ABI for the kernel tree: abi.py [--patch] prints the header, or the patch adding it.

include/handoff.h is the one source. The kernel has its own names for fixed-width types, and no
use for what is there for user space.
"""

import os
import re
import sys
import textwrap

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "..", "include", "handoff.h")
TARGET = "drivers/iommu/intel/handoff.h"
LIMIT = 100

MESSAGE = """\
From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
From: Seed 9e93e4ca maintainers <maintainers@users.noreply.r-seed-9e93e4ca.example>
Date: Sat, 1 Nov 2025 12:00:00 +0000
Subject: [PATCH 1/3] iommu/vt-d: Add the ABI of the dmarelay handoff

The dmarelay stub runs between kexec's purgatory and a kdump kernel. It
copies the VT-d tables that the crashed kernel left live into memory of
the kdump kernel, checks every entry on the way, moves the hardware to
the copies, and describes what it did in a setup_data node.

Add the layout of that node, as the stub and its tools have it.

Signed-off-by: Seed 9e93e4ca maintainers <maintainers@users.noreply.r-seed-9e93e4ca.example>
---
"""


def _width(line):
    return len(line.expandtabs(8))


def _comment(text):
    """A comment in the kernel's style, on as many lines as it takes."""
    if _width(text) <= LIMIT - len("/*  */"):
        return f"/* {text} */"
    return "\n".join(["/*", *(f" * {line}" for line in textwrap.wrap(text, LIMIT - 3)), " */"])


def _narrow(line):
    """Lines that are too wide for the kernel: the comment goes above."""
    if _width(line) <= LIMIT:
        return line
    match = re.fullmatch(r"(\t*)(.*?)\s*/\* (.*) \*/", line)
    if not match:                       # in a comment
        return line.replace("\t\t", "\t", 1)
    indent, code, comment = match.groups()
    return indent + _comment(comment) + (f"\n{indent}{code}" if code else "")


def kernel_header(text):
    """include/handoff.h as a kernel header."""
    text = re.sub(r"#ifdef __KERNEL__\n(.*?)#else\n.*?#endif\n", r"\1", text, flags=re.DOTALL)
    text = re.sub(r"\buint(8|16|32|64)_t\b", r"u\1", text)
    text = re.sub(r"\(1u << (\d+)\)", r"BIT(\1)", text)
    text = text.replace("#include <linux/types.h>\n", "#include <linux/bits.h>\n#include <linux/types.h>\n")
    text = text.replace("handoff.h - the ABI", "The ABI")
    text = re.sub(r"\bHANDOFF_H\b", "_INTEL_HANDOFF_H_", text)
    return "\n".join(map(_narrow, text.splitlines())) + "\n"


def added(target, text):
    """A diff that adds a file."""
    lines = text.splitlines()
    body = "".join(f"+{line}\n" for line in lines)
    return (f"diff --git a/{target} b/{target}\nnew file mode 100644\n"
            f"--- /dev/null\n+++ b/{target}\n@@ -0,0 +1,{len(lines)} @@\n{body}")


def patch(header):
    """A patch for git am and patch -p1 that adds the file."""
    lines = len(header.splitlines())
    return (f"{MESSAGE} {TARGET} | {lines} ++++\n 1 file changed, {lines} insertions(+)\n"
            f" create mode 100644 {TARGET}\n\n{added(TARGET, header)}-- \n2.39\n\n")


def main():
    with open(SOURCE, encoding="utf-8") as file:
        header = kernel_header(file.read())
    sys.stdout.write(patch(header) if sys.argv[1:] == ["--patch"] else header)


if __name__ == "__main__":
    main()
