# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay quiesce in a kdump kernel that has a driver for the disk alone."""

import json
import os

import judge
import qemutrace
from conftest import RUNS, holds
from cycle import Cycle, Plan, stopwatch
from machine import Config

DEVICES = {"nvme": "0000:00:02.0", "e1000e": "0000:00:03.0", "hda": "0000:00:04.0",
           "uhci": "0000:00:05.0"}
# Before the dump is saved: so it also shows that the disk is left alone
STOP = b"""
mkdir -p /job/out
dmarelay quiesce --json >/job/out/quiesce.json
say "quiesced $?"
sleep 1
say "settled"
"""


class Quiesced(Cycle):
    """A cycle that counts DMA by source until the command has run, and for a second after."""

    before = after = None

    def _kdump(self):
        log = qemutrace.Trace(self.machine.trace_path)
        self.machine.wait_serial(r"^@@ kdump", self.plan.kdump_limit_s)
        self.gdb.close()
        marks = [self.switched]
        for line in (r"^@@ quiesced \d+$", r"^@@ settled"):
            self.machine.wait_serial(line, self.plan.kdump_limit_s)
            marks.append(log.mark())
        for event in qemutrace.DMA_EVENTS:
            self.machine.trace_event(event, False)
        self.machine.wait_exit(300)
        self.before, self.after = (log.dma(*pair) for pair in zip(marks, marks[1:]))


def test_quiesce(wrap, request):
    """Those without a driver do no more DMA, the disk does, and the dump is saved."""
    folder = os.path.join(RUNS, request.node.name)
    plan = Plan(wrap(), Config(firmware="seabios"), files={"attach": STOP})
    cycle = Quiesced(plan, folder, stopwatch())
    cycle.run()
    assert "\n@@ quiesced 0\n" in cycle.seen.serial
    with open(f"{folder}/out/quiesce.json", encoding="utf-8") as file:
        states = {entry["device"]: entry["state"] for entry in json.load(file)["devices"]}
    # Linux stops UHCI controllers itself, as it finds them (drivers/usb/host/pci-quirks.c)
    assert {name: states[device] for name, device in DEVICES.items()} == {
        "nvme": "driven", "e1000e": "quiesced", "hda": "quiesced", "uhci": "idle"}
    before, after = (judge.by_device(counter) for counter in (cycle.before, cycle.after))
    assert before["hda"] > 0 and before["uhci"] > 0, "nothing was there to be stopped"
    assert sum(cycle.after.values()) == after["nvme"]
    holds(judge.saved(cycle.seen))
