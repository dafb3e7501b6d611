# SPDX-License-Identifier: GPL-2.0-only
"""PCI functions in the report, against QEMU's own configuration spaces at the stub's entry."""

import struct

import judge
import pcispace
from conftest import TEST_STUB, holds


def device_error(stop):
    """A device has got a request that it does not support: QEMU's own injection.

    Returns the header log, which QEMU fills byte by byte as on the wire, most significant first; and
    what all functions then show.
    """
    header = (0x60000001, 0x0100000f, 0x1, 0x7f3a1000)
    stop.machine.qmp("human-monitor-command", **{
        "command-line": "pcie_aer_inject_error behind UNSUP " + " ".join(map(hex, header))})
    return (list(struct.unpack("<4I", struct.pack(">4I", *header))),
            pcispace.Space(stop.machine, stop.gdb).functions())


def test_device_error(run):
    """An error that a device and its root port have noted is in the report, by name."""
    cycle = run(firmware="seabios", port=True, at_entry=device_error)
    report, (header_log, functions) = cycle.report, cycle.found_at_entry
    holds(judge.reported(report, "switched") + judge.saved(cycle.seen))
    assert functions and pcispace.reported(report.functions) == functions
    by_name = {function["device"]: function for function in report.functions}
    device, port = by_name["0000:01:00.0"], by_name["0000:00:06.0"]
    assert device["aer"]["uncorrectable_errors"] == ["unsupported-request"]
    assert device["aer"]["first_error"] == "unsupported-request"
    assert [int(word, 0) for word in device["aer"]["header_log"]] == header_log
    assert "unsupported-request-detected" in device["express"]["device_events"]
    assert port["bridge"]["secondary"] == "0000:01"
    assert "err-fatal-nonfatal-received" in port["root"]["events"]
    assert port["root"]["uncorrectable_source"] == "0000:01:00.0"


def test_exception_in_the_survey(run, wrap):
    """The switch goes on without the survey."""
    cycle = run(wrap("--stub", TEST_STUB), firmware="seabios", kdump_cmdline="dmarelay.test=ud-survey")
    holds(judge.reported(cycle.report, "switched") + judge.going_on(cycle.seen)
          + judge.same_translation(cycle.seen) + judge.harmless(cycle) + judge.saved(cycle.seen))
