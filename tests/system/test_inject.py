# SPDX-License-Identifier: GPL-2.0-only
"""Tables that a crashing kernel has damaged, while devices use them: some cells of the campaign.

`make campaign` runs all of them, beside Debian's 6.12; docs/campaign.md has what it showed.
"""

import itertools

import pytest

import campaign
import inject
import vtdwalk
from cellrun import CellRun

CELLS = {cell.name: cell for cell in inject.cells()}


def run(name, kernel="stub+stock shown", what=campaign.OUTCOME):
    """(what was seen, the entry of result.json)"""
    return campaign.run(CELLS[name], kernel, what)


@pytest.mark.parametrize("name, quarantined", [
    ("root-entry.beyond@entry", {"root-entry"}),
    ("context-table.ones@entry", {"context"}),
    ("interrupt-table.ones@entry", {"irte"}),
    ("dmar.beyond@entry", set()),
])
def test_damage_does_not_cost_the_dump(name, quarantined):
    """What is damaged is quarantined: a verified dump, no fault, nothing in the crash region."""
    cycle, result = run(name)
    assert campaign.good(result) and result["reached_stub"], result
    assert result["stub"]["outcome"] == "switched"
    assert quarantined <= {record["object"] for record in cycle.report.records}


def test_no_fault_until_the_power_off():
    """A bus whose root entry is bad: its devices are served by a scratch page, to the end."""
    _, result = run("root-entry.beyond@entry", what=campaign.COUNT)
    assert campaign.good(result) and result["reached_stub"], result
    assert campaign.refused(result["before_switch"]) > 0, "the damage did nothing"


def test_muted_fault_is_seen():
    """With dmarelay.bad=block a device that goes on is refused, and FPD hides it: not from us."""
    cell = CELLS["context-entry.reserved@entry"]
    base = next(base for base in itertools.count(1) if CellRun.choice(campaign.seed_of(cell, base)) == "uhci")
    _, result = campaign.run(cell, "stub+stock shown", campaign.COUNT, base,
                             cmdline="dmarelay.bad=block")
    assert result["device"] == "uhci" and result["stub"]["outcome"] == "switched"
    assert result["after_switch"]["muted"] > 0 and result["after_switch"]["reported"] == 0, result
    assert not campaign.good(result)


def test_leaf_into_crash_kernel():
    """A live device's leaf that points into the crash kernel is caught, with a record."""
    cycle, result = run("leaf.crash-kernel@entry")
    assert campaign.good(result) and result["reached_stub"], result
    assert result["stub"]["quarantined"] == 1 and result["hold"]["dma"]["hda"] > 0
    record, = cycle.report.records
    (where, _, entry), = cycle.edits
    assert record["device"] == "0000:00:04.0"
    assert int(record["where"], 0) == where
    assert 0 <= cycle.iova - int(record["iova"], 0) < int(str(record["size"]), 0)
    assert int(record["target"], 0) == entry & vtdwalk.ADDRESS


def test_leaf_into_crash_kernel_without_stub():
    """The same costs the dump without the stub: the test above does test something."""
    _, result = run("leaf.crash-kernel@entry", "stock")
    assert result["reached_stub"] and result["hold"]["crash_region_bytes_changed"] > 0
    assert not result["dump_verified"]
