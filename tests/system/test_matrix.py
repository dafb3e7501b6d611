# SPDX-License-Identifier: GPL-2.0-only
"""Whole machines: what the stub must do with each, from a real panic to the saved dump.

A case is one row: a name, and what is other than usual (fields of machine.Config and of
cycle.Plan). KASLR is on in both kernels throughout.
"""

import pytest

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
}

NOTHING_TO_DO = {
    "remapping-off": ("no-active-unit", {"cmdline": "intel_iommu=off intremap=off"}),
    "no-dmar-table": ("no-dmar", {"iommu": False}),
    "policy-off": ("policy-off", {"kdump_cmdline": "dmarelay.policy=off"}),
}

# Fault and place (arch/x86/testhook.c): what the report then says. "ok" stands for a switch that
# was complete as far as QEMU can tell.
EXCEPTIONS = {
    "ud": ("abandoned", "exception"),
    "db": ("abandoned", "exception"),                   # in the midst of copying
    "bad-stack-sealed": ("abandoned", "exception"),     # everything copied, nothing touched
    "pf-commit": ("switched", "no-unit-switched"),      # the same, a moment later
    "db-commit": ("switched", "ok"),                    # root pointer new, nothing invalidated
    "gp-committed": ("switched", "ok"),
}


@pytest.mark.parametrize("case", CLEAN)
def test_clean_switch(run, case):
    """Everything of the main job's table holds."""
    cycle = run(**CLEAN[case])
    holds(judge.clean_switch(cycle) + judge.kaslr(cycle.seen))


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


@pytest.mark.parametrize("case", NOTHING_TO_DO)
def test_nothing_to_do(run, case):
    """The unit is left as it was, and the dump saved all the same."""
    reason, options = NOTHING_TO_DO[case]
    cycle = run(firmware="seabios", **options)
    holds(judge.left_alone(cycle, "idle", reason))


def test_arena_too_small(run, wrap):
    """With the smallest arena, what finds no room is vetted and left in place."""
    cycle = run(wrap("--arena", "256K"), firmware="seabios")
    seen = cycle.seen
    assert cycle.report.outcome in ("switched", "abandoned")
    holds(
        judge.same_translation(seen) + judge.going_on(seen) + judge.harmless(cycle)
        + judge.saved(seen))


@pytest.mark.parametrize("trap", EXCEPTIONS)
def test_exception_in_stub(run, wrap, trap):
    """A CPU exception in the stub (a hook of its test build) costs the copies at most."""
    outcome, reason = EXCEPTIONS[trap]
    cycle = run(wrap("--stub", TEST_STUB), firmware="seabios",
                kdump_cmdline=f"dmarelay.test={trap}")
    if reason == "ok":
        holds(judge.reported(cycle.report, outcome, reason) + judge.same_translation(cycle.seen)
              + judge.going_on(cycle.seen) + judge.harmless(cycle) + judge.saved(cycle.seen))
    else:
        holds(judge.left_alone(cycle, outcome, reason))
