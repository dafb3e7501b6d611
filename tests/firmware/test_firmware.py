# SPDX-License-Identifier: GPL-2.0-only
"""Copy and switch against QEMU's remapping unit, under live DMA: {format} x {capability set}.

A machine is one line of MACHINES: its QEMU, its unit's properties, and the rows (rows.c) that it
runs, all in one boot. dmarelay-test.efi judges by memory and registers, this file by QEMU's trace:
no fault, and the devices' DMA going on by the copies.
"""

import re
import shutil

import pytest

from boot import DEVICES, QEMU, QEMU_10, START_S, Boot, events, kernel

ROW_S = 60          # one takes a second or two
PAGE_SIZE_BIT = 1 << 7
APPLICATION = "dmarelay-test.efi"

LEGACY_3 = (
    "legacy-3 legacy-3-2M legacy-3-1G legacy-3-folded legacy-pass-through "
    "legacy-pass-through-fenced legacy-3-bad-leaf "
    "legacy-3-bad-table legacy-bad-context legacy-bad-context-blocked legacy-bad-root-entry "
    "legacy-bad-interrupt").split()
LEGACY_4 = "legacy-3 legacy-4 legacy-4-2M legacy-4-1G legacy-4-bad-leaf legacy-4-bad-table".split()
SECOND = (
    "second-3 second-4 second-4-2M second-4-1G second-4-folded scalable-pass-through "
    "scalable-pass-through-fenced second-4-bad-leaf second-4-bad-table second-bad-pasid second-bad-directory "
    "second-bad-context second-bad-context-blocked second-bad-root-entry").split()
FIRST = (
    "first-4 first-4-2M first-4-1G first-4-folded scalable-pass-through "
    "scalable-pass-through-fenced first-4-bad-leaf "
    "first-4-bad-table first-bad-pasid first-bad-directory first-bad-context "
    "first-bad-context-blocked first-bad-root-entry").split()

MACHINES = {
    "39-bit": (QEMU, "intremap=on,aw-bits=39", LEGACY_3),
    "48-bit": (QEMU, "intremap=on,aw-bits=48", LEGACY_4),
    "no-intremap": (QEMU, "intremap=off", ["legacy-3", "legacy-3-bad-leaf"]),
    "caching-mode": (QEMU, "intremap=on,caching-mode=on", ["legacy-3", "legacy-bad-context"]),
    "device-iotlb": (QEMU, "intremap=on,device-iotlb=on", ["legacy-ats", "legacy-3"]),
    "snoop-control": (QEMU, "intremap=on,snoop-control=on", ["legacy-snoop", "legacy-3-bad-leaf"]),
    "no-dma-drain": (QEMU, "intremap=on,dma-drain=off", ["legacy-3", "legacy-3-bad-table"]),
    "scalable": (QEMU, "intremap=on,aw-bits=48,x-scalable-mode=on", [*SECOND, "legacy-4"]),
    "qemu10-legacy": (QEMU_10, "intremap=on,aw-bits=39", ["legacy-3", "legacy-3-bad-leaf"]),
    "qemu10-scalable": (QEMU_10, "intremap=on,aw-bits=48,x-scalable-mode=on",
                        ["second-4", "second-4-bad-leaf"]),
    "first-level": (QEMU_10, "intremap=on,aw-bits=48,x-scalable-mode=on,x-flts=on",
                    [*FIRST, "legacy-4"]),
}
CASES = [(machine, row) for machine, (_, _, rows) in MACHINES.items() for row in rows]

ROW = re.compile(r"^row (?P<name>\S+) root (?P<root>\S+) arena (?P<first>\w+)-(?P<last>\w+) "
                 r"edu (?P<edu>\S+) hda (?P<hda>\S+) uhci (?P<uhci>\S+) victim (?P<victim>\S+)$",
                 re.MULTILINE)


@pytest.fixture(scope="session", name="boots")
def fixture_boots(request):
    """boots(machine): that machine's one boot, with those of its rows that have been asked for."""
    wanted = [item.callspec.params for item in request.session.items
              if "row" in getattr(getattr(item, "callspec", None), "params", {})]
    done = {}

    def boots(machine):
        if machine not in done:
            qemu, unit, _ = MACHINES[machine]
            rows = [params["row"] for params in wanted if params["machine"] == machine]
            boot = Boot(machine, qemu, unit,
                        [*DEVICES, *kernel(APPLICATION, " ".join(rows))])
            boot.run(START_S + ROW_S * len(rows))
            done[machine] = boot
        return done[machine]

    return boots


@pytest.mark.parametrize("machine, row", CASES, ids=["/".join(case) for case in CASES])
def test_row(boots, machine, row):
    """All that the application expects holds; and so does what QEMU's trace has to say."""
    qemu = MACHINES[machine][0]
    if not shutil.which(qemu):
        pytest.skip(f"no {qemu}: run tools/qemu10.sh")
    boot = boots(machine)
    result = boot.text("result")
    said = re.search(rf"^row {row} .*?^(ok|failed) {row}$", result, re.MULTILINE | re.DOTALL)
    if not said:
        pytest.fail(f"no result: {boot.text('qemu')[-500:]}\n{result[-2000:]}", pytrace=False)
    if said[1] != "ok":
        pytest.fail(said[0], pytrace=False)
    judge_trace(Part(boot, result, row), "pass-through" in row)


def test_without_switch():
    """The judge judges: tables copied but not switched to do not pass, nor does the trace."""
    qemu, unit, _ = MACHINES["39-bit"]
    boot = Boot("no-switch", qemu, unit, [*DEVICES, *kernel(APPLICATION, "no-switch legacy-3")])
    boot.run(START_S + ROW_S)
    result = boot.text("result")
    assert re.search(r"does not hold: the copies serve its writes\n(.*\n)*failed legacy-3$", result,
                     re.MULTILINE), result
    with pytest.raises(AssertionError, match="never given another root"):
        judge_trace(Part(boot, result, "legacy-3"), False)


@pytest.mark.parametrize("machine", ["39-bit", "no-intremap", "qemu10-legacy"])
def test_arrival(machine):
    """An interrupt in compatibility format arrives, or none does, and the stub can tell (arrival.c)."""
    qemu, unit, _ = MACHINES[machine]
    if not shutil.which(qemu):
        pytest.skip(f"no {qemu}: run tools/qemu10.sh")
    boot = Boot(f"arrival-{machine}", qemu, unit, [*DEVICES, *kernel(APPLICATION, "arrival")])
    boot.run(START_S + ROW_S)
    result = boot.text("result")
    if not re.search("^ok arrival$", result, re.MULTILINE):
        pytest.fail(result, pytrace=False)
    assert ("in x2APIC mode" in result) == (qemu == QEMU_10)


class Part:
    """One row's part of the trace: before the switch and from then on."""

    def __init__(self, boot, result, row):
        announced = {match["name"]: match for match in ROW.finditer(result)}
        self.row = announced[row]
        roots = {int(match["root"], 0) for match in announced.values()}
        mine, everything = int(self.row["root"], 0), events(boot.text("trace"))
        self.before, self.after, self.new_root = [], [], None
        now = None
        for event, values in everything:
            if event == "vtd_reg_dmar_root":
                if values["addr"] in roots:
                    now = self.before if values["addr"] == mine else None
                elif now is not None:
                    now, self.new_root = self.after, values["addr"]
            if now is not None:
                now.append((event, values))

    @staticmethod
    def has_superpages(events_now):
        """Did DMA go by leaves that have PS set?"""
        return any(values["slpte"] & PAGE_SIZE_BIT for event, values in events_now
                   if event == "vtd_iotlb_page_update")

    def number(self, name):
        """One that the application announced the row with."""
        return int(self.row[name], 0)


def judge_trace(part, pass_through):
    """Who translated what: by which root, and with how many faults, reported or muted by FPD."""
    names = [event for event, _ in part.before + part.after]
    assert part.new_root is not None, "the unit was never given another root"
    assert "vtd_dmar_fault" not in names
    # Where a device is refused on purpose: dmarelay.bad=block, and beyond a guarded identity map
    refused = any(word in part.row["name"] for word in ("blocked", "fenced"))
    assert ("vtd_fault_disabled" in names) == refused
    assert part.number("first") <= part.new_root <= part.number("last")
    translated = [part.before, part.after]
    if pass_through:    # which QEMU does not trace
        translated = [part.after] if "fenced" in part.row["name"] else []
    for events_now in translated:
        sources = {values["sid"] for event, values in events_now if "iotlb_page" in event}
        assert {part.number(name) for name in ("edu", "hda", "uhci")} <= sources
    if "folded" in part.row["name"]:
        assert not part.has_superpages(part.before) and part.has_superpages(part.after)
