# SPDX-License-Identifier: GPL-2.0-only
"""Whole machines: what the stub must do with each, from a real panic to the saved dump.

A case is one row: a name, and what is other than usual (fields of machine.Config and of
cycle.Plan). KASLR is on in both kernels throughout.
"""

import pytest

import forensics
import judge
from conftest import TEST_STUB, holds

CLEAN = {
    "load-ovmf": {},
    "file-ovmf": {"loader": "file"},
    "load-seabios": {"firmware": "seabios"},
    "file-seabios": {"firmware": "seabios", "loader": "file"},
    "48-bit": {"aw_bits": 48, "firmware": "seabios"},
    "4-level-cpu-paging": {"cpu": "max,la57=off", "firmware": "seabios"},
    "crashkernel-high": {"mem_mib": 6144, "crashkernel": "256M,high", "firmware": "seabios"},
    "scalable-second-level": {"scalable": True, "firmware": "seabios"},
    "scalable-first-level": {"first_level": True, "firmware": "seabios"},
    "scalable-4-level-cpu": {"first_level": True, "cpu": "max,la57=off", "firmware": "seabios"},
}

LEFT_ALONE = {
    "remapping-off": ("idle", "no-active-unit", {"cmdline": "intel_iommu=off intremap=off"}),
    "no-dmar-table": ("idle", "no-dmar", {"iommu": False}),
    "policy-off": ("idle", "policy-off", {"kdump_cmdline": "dmarelay.policy=off"}),
    "no-time": ("abandoned", "budget", {"kdump_cmdline": "dmarelay.budget=1"}),
}

# Fault and place (arch/x86/testhook.c): what the report then says. After an exception in the switch the
# stub completes it. Cut a second time it cannot, and says so. (QEMU's unit forgets all at SRTP, so that
# nothing stale is left even then.)
EXCEPTIONS = {
    "ud": ("abandoned", "exception"),                   # before anything is looked at
    "db": ("abandoned", "exception"),                   # in the midst of copying
    "bad-stack-sealed": ("abandoned", "exception"),     # everything copied, nothing touched
    "pf-commit": ("switched", "no-unit-switched"),      # the same, a moment later
    "db-commit": ("switched", "ok"),                    # root pointer new, nothing invalidated: completed
    "db-commit,db-resume": ("switched", "unit-invalidate"),     # and again in the completion
    "gp-committed": ("switched", "ok"),
}


@pytest.mark.parametrize("case", CLEAN)
def test_clean_switch(run, case):
    """Everything of the main job's table holds."""
    cycle = run(**CLEAN[case])
    holds(judge.clean_switch(cycle) + judge.kaslr(cycle.seen) + forensics.lines(cycle))


def test_pass_through(run):
    """iommu=pt: contexts without page tables. QEMU does not trace such DMA: RAM must tell.

    Without UHCI, which writes to pages that only its own schedule names.
    """
    cycle = run(cmdline="iommu=pt", uhci=False, firmware="seabios")
    seen = cycle.seen
    holds(
        judge.reported(cycle.report, "switched") + judge.copied(cycle) + judge.on_copies(cycle)
        + judge.same_translation(seen) + judge.no_faults(seen) + judge.harmless(cycle)
        + judge.saved(seen))


def test_interrupt_remapping_alone(run):
    """intel_iommu=off leaves interrupt remapping on: its table, and nothing else, is moved."""
    cycle = run(cmdline="intel_iommu=off", firmware="seabios")
    seen = cycle.seen
    holds(judge.reported(cycle.report, "switched") + judge.same_translation(seen)
          + judge.harmless(cycle) + judge.saved(seen))
    assert judge.inside(seen.unit_after["irta"], cycle.arena)
    assert seen.unit_after["rtaddr"] == seen.unit_before["rtaddr"]
    assert "Copied IR table for" in seen.serial


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_left_alone(run, case):
    """The unit is left as it was, and the dump saved all the same."""
    outcome, reason, options = LEFT_ALONE[case]
    cycle = run(firmware="seabios", **options)
    holds(judge.reported(cycle.report, outcome, reason) + judge.left_alone(cycle))


def test_arena_too_small(run, wrap):
    """With the smallest arena, tables that find no room are vetted and left in place."""
    cycle = run(wrap("--arena", "256K"), firmware="seabios")
    seen, report = cycle.seen, cycle.report
    holds(judge.reported(report, "switched") + judge.same_translation(seen)
          + judge.going_on(seen) + judge.harmless(cycle) + judge.saved(seen))
    outside = {page for page in seen.table_pages if not judge.inside(page, cycle.arena)}
    assert judge.inside(seen.unit_after["rtaddr"], cycle.arena)
    assert len(outside) == report.in_place > 0
    assert seen.unit_after["irta"] == seen.unit_before["irta"], "1 MiB found room in 256 KiB?"


@pytest.mark.parametrize("trap", EXCEPTIONS)
def test_exception_in_stub(run, wrap, trap):
    """A CPU exception in the stub (a hook of its test build) costs the copies at most."""
    cycle = run(wrap("--stub", TEST_STUB), firmware="seabios",
                kdump_cmdline=f"dmarelay.test={trap}")
    seen, (outcome, reason) = cycle.seen, EXCEPTIONS[trap]
    assert (cycle.report.outcome, cycle.report.reason) == (outcome, reason)
    if reason in ("ok", "unit-invalidate"):
        holds(judge.going_on(seen) + judge.same_translation(seen) + judge.harmless(cycle)
              + judge.saved(seen))
    else:
        holds(judge.left_alone(cycle))
