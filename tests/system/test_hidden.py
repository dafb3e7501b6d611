# SPDX-License-Identifier: GPL-2.0-only
"""A stock kdump kernel that sees no IOMMU: from a real panic to the saved dump, in each mode of the unit."""

import gzip
import os
import subprocess

import pytest

import images
import judge
import paths
import qemutrace
from attach import Attach
from compare import NETWORK
from conftest import RUNS, holds
from cycle import Plan, stopwatch
from machine import SOURCES, Config

HIDE = "dmarelay.iommu=hide"

ROWS = {
    "39-bit": {},
    "48-bit": {"aw_bits": 48},
    "ovmf-file": {"firmware": "ovmf", "loader": "file"},
    "kdump-passes-through": {"kdump_cmdline": f"{HIDE} iommu=pt"},
    "scalable-second-level": {"scalable": True},
    "scalable-first-level": {"first_level": True},
}


@pytest.mark.parametrize("row", ROWS)
def test_hidden(run, row):
    """Not one fault, reported or muted, from the panic until the machine is off."""
    holds(judge.hidden(run(**{"firmware": "seabios", "kdump_cmdline": HIDE, **ROWS[row]})))


def test_drivers_beside_dma_in_flight(wrap, tmp_path):
    """The HDA capture goes on in the crashed kernel's memory while disk and network use the kdump kernel's.

    HDA's own driver is not loaded: nobody resets it.
    """
    initrd = tmp_path / "initrd"
    initrd.write_bytes(gzip.compress(images.initramfs("kdump", ["e1000e", *images.KDUMP_MODULES]), 1, mtime=0))
    plan = Plan(wrap(), Config(firmware="seabios"), kdump_cmdline=HIDE, initrd=str(initrd),
                files={"attach": NETWORK.encode()})
    cycle = Attach(plan, os.path.join(RUNS, "beside"), stopwatch())
    cycle.run()
    log, crash = qemutrace.Trace(cycle.machine.trace_path), cycle.seen.crash
    own = list(log.dma_into(crash, cycle.switched, cycle.traced_until))
    legacy = list(log.legacy_dma(crash, cycle.switched, cycle.traced_until))
    attached = {source: mark for source, mark in reversed(own)}     # each one's first
    assert {SOURCES["nvme"], SOURCES["e1000e"]} <= attached.keys()
    assert SOURCES["hda"] not in attached
    assert sum(source == SOURCES["hda"] and mark > max(attached.values()) for source, mark in legacy) > 0
    assert cycle.seen.hda_overwritten == len(cycle.seen.hda_pages) > 0
    holds(judge.no_faults(cycle.seen) + judge.saved(cycle.seen))


def files_of(series):
    """An image and two initramfs of another kernel of Debian: (wrapped, the first's, the kdump kernel's)."""
    subprocess.run([os.path.join(paths.TOP, "tools", "kernel.sh"), series], check=True)
    made = []
    for name, body in (("first.cpio", images.initramfs("first", series=series)),
                       ("kdump.cpio.gz", gzip.compress(images.initramfs("kdump", series=series), 1, mtime=0))):
        made.append(os.path.join(paths.BUILD, "system", f"{series}-{name}"))
        with open(made[-1], "wb") as file:
            file.write(body)
    image = os.path.join(paths.BUILD, "system", f"{series}.relay")
    subprocess.run([paths.DMARELAY, "wrap", paths.kernel_image(series), "-o", image], check=True)
    return image, *made


@pytest.mark.parametrize("crashed, kdump", [("7.3", "6.1"), ("6.1", "7.3")])
def test_hidden_kernels(run, crashed, kdump):
    """Debian 12's 6.1, and 13's backport, whose page tables another code makes: each in both places."""
    image, _, initrd = files_of(kdump)
    _, first, _ = files_of(crashed)
    machine = Config(firmware="seabios", kernel=crashed, initrd=first)
    holds(judge.hidden(run(image, machine, kdump_cmdline=HIDE, initrd=initrd)))
