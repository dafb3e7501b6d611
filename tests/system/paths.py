# SPDX-License-Identifier: GPL-2.0-only
"""Where things are in the tree, and what the guest's kernel is."""

import glob
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.join(TOP, "tests", "system")
BUILD = os.path.join(TOP, "build")
sys.path.append(os.path.join(TOP, "tools"))     # where figures.py is
KERNEL_DIR = os.path.join(BUILD, "cache", "kernel")
QEMU_10 = os.path.join(BUILD, "cache", "qemu10", "bin", "qemu-system-x86_64")
DMARELAY = os.path.join(BUILD, "dmarelay")
DMARELAY_STATIC = os.path.join(BUILD, "dmarelay.static")     # for the kdump initramfs
SERIES = os.environ.get("SERIES", "6.12")
ADOPTING_IMAGE = os.path.join(BUILD, "kernel", SERIES, "bzImage")     # `make kernel`
FAULT_COUNTER = os.path.join(BUILD, "system", "faultcount.so")
INITRAMFS_FIRST = os.path.join(BUILD, "system", "first.cpio")
INITRAMFS_KDUMP = os.path.join(BUILD, "system", "kdump.cpio.gz")


def kernel_image(series=""):
    """Debian's vmlinuz: the release's 6.12, or of another series (tools/kernel.sh)."""
    root = KERNEL_DIR + (f"-{series}" if series else "")
    found = glob.glob(f"{root}/boot/vmlinuz-*") or glob.glob(f"{root}/usr/lib/modules/*/vmlinuz")
    if not found:
        raise FileNotFoundError(f"no kernel below {root}: run tools/deps.sh system, tools/kernel.sh")
    return found[0]


def kernel_version(series=""):
    """Its version, as uname -r says it."""
    return os.path.basename(glob.glob(f"{kernel_root(series)}/lib/modules/*")[0])


def kernel_root(series=""):
    """The folder with its lib/modules."""
    root, _, _ = kernel_image(series).rpartition("/boot/")
    return root or kernel_image(series).rpartition("/lib/")[0]
