# SPDX-License-Identifier: GPL-2.0-only
"""The kdump kernel that adopts the copies, on whole machines: `make check-adopting` builds it.

A few rows of compare.py, which has stock kernels beside them, and of corrupt.py. A row more is its
name in one of the lists.
"""

import pytest

import attach
import campaign
import compare
import corrupt
import forensics
import inject
import judge
from conftest import holds

ROWS = ["drivers attach, 48 bits", "translated, then iommu=pt", "iommu=pt, then translated",
        "device removed, rescanned", "first-level tables"]
# Tables of a bus gone, another device's, led in a circle, or lost in part; (quarantined, seed). Those led in
# a circle are well-formed, and kept
SUNK = {"root-entry.mmio@entry": (True, 1), "context-entry.other-table@entry": (True, 1),
        "level4.self@entry": (False, 1), "level3-table.ones@entry": (True, 2)}
DAMAGED = ["digest", "domain.new_root", "table cycle"]


@pytest.fixture(scope="session", name="prepared")
def fixture_prepared():
    """Wrapped kernels and initramfs, by the names of compare.py."""
    return attach.prepare()


def test_clean_switch(run, prepared):
    """Everything of the main job's table holds, and each driver found its device adopted."""
    image, initrd = prepared["stub+adopting"]
    cycle = run(image, initrd=initrd, firmware="seabios")
    holds(judge.clean_switch(cycle) + judge.kaslr(cycle.seen) + forensics.lines(cycle))
    assert "DMAR: relay: adopted domain" in cycle.seen.serial


@pytest.mark.parametrize("name", ROWS)
def test_attach(prepared, name):
    """Drivers attach to devices at work: not one fault, no legacy translation lost."""
    scenario, = (scenario for scenario in compare.SCENARIOS if scenario.name == name)
    entry = compare.one(scenario, "stub+adopting", prepared, "dma")
    assert compare.good(entry), entry


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_handoff(prepared, name):
    """What does not check out is not used; the dump is saved, and the kernel has no complaint."""
    result = corrupt.one(name, *prepared["stub+adopting"])
    assert result["passed"], result
    assert result["adopted"] == 0 or name != "digest"


@pytest.mark.parametrize("name", SUNK)
def test_sink_outlives_the_attach(name):
    """What goes to a sink does so until the driver has reset its device: not one fault."""
    cell, = (cell for cell in inject.cells() if cell.name == name)
    quarantined, seed = SUNK[name]
    _, result = campaign.run(cell, "stub+adopting", campaign.COUNT, seed)
    assert campaign.good(result) and result["reached_stub"], result
    assert bool(result["stub"]["quarantined"]) == quarantined, result
