# SPDX-License-Identifier: GPL-2.0-only
"""Tables that a crashing kernel has damaged, while devices use them."""

import pytest

import inject
import judge
import paths
from conftest import holds
from machine import MachineError


def test_leaf_into_crash_kernel(run):
    """A live device's leaves that point into the crash kernel are caught, each with a record."""
    cycle = run(firmware="seabios", inject=inject.hda_into_crash_kernel)
    seen, report = cycle.seen, cycle.report
    holds(
        judge.reported(report, "switched", quarantined=len(seen.injected))
        + judge.on_copies(cycle) + judge.going_on(seen) + judge.harmless(cycle)
        + judge.saved(seen))
    assert seen.translations == ["device 0x0020"]
    named = {(record["device"], int(record["iova"], 0), int(record["target"], 0))
             for record in report.records}
    assert named == {("0000:00:04.0", iova, target) for iova, target in seen.injected}
    # The pages that were not redirected still receive their data; the others nothing any more
    assert seen.hda_overwritten == len(seen.hda_pages) - len(seen.injected)


def test_leaf_into_crash_kernel_without_stub(run):
    """The same costs the dump without the stub: the test above does test something."""
    with pytest.raises(MachineError, match="@@ kdump"):
        run(paths.kernel_image(), firmware="seabios", inject=inject.hda_into_crash_kernel,
            kdump_limit_s=25)


def test_root_entry_garbage(run):
    """With bus 0's root entry gone, its devices go to the sink: not one fault after the switch."""
    cycle = run(firmware="seabios", inject=inject.root_garbage, trace_dma=False,
                one_cpu=True)
    seen, report = cycle.seen, cycle.report
    holds(
        judge.reported(report, "switched", quarantined=1) + judge.on_copies(cycle)
        + judge.harmless(cycle) + judge.saved(seen))
    assert report.records[0]["object"] == "root-entry"
    assert sum(seen.faults_in_stub.values()) > 0, "the injection was not noticed by any device"
    assert sum(seen.faults_after.values()) == 0
    assert seen.hda_overwritten == 0, "the sink is no sink"
