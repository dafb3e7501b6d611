# SPDX-License-Identifier: GPL-2.0-only
"""The harness itself: what would make its figures untrue must make it fail."""

import copy
import os
import subprocess
import types

import pytest

import campaign
import compare
import dumpcheck
import hold
import inject
import judge
import paths
import qemutrace
import run as main_job
from cycle import Plan
from machine import Config, Machine, MachineError
from resumed import Resumed
from watch import Seen

HELD = {"reported": 0, "muted": 0, "absorbed": 3, "dma": {}, "crash_region_bytes_changed": 0}
OUTCOME = {"cell": "leaf.flip@entry", "point": inject.ENTRY, "kernel": "stub+stock shown",
           "what": campaign.OUTCOME, "reached_stub": True, "dump_saved": True,
           "dump_verified": True, "tries": [], "hold": HELD}
COUNT = {"cell": "leaf.flip@entry", "point": inject.ENTRY, "kernel": "stub+stock shown",
         "what": campaign.COUNT, "reached_stub": True, "until_power_off": True, "tries": [],
         "after_switch": {"reported": 0, "muted": 0}}
TRY = {"held": {"reported": 0, "muted": 0}, "counted": {"reported": 0, "muted": 0},
       "complaints": []}
COMPARED = {"scenario": "drivers attach, 39 bits", "kernel": "stub+adopting", "what": "count",
            "dump_saved": True, "dump_verified": True, "faults": {"reported": 0, "muted": 0},
            "adopted": 5, "complaints": [], "passed_through": 0, "into_crash": 0, "tries": [],
            "lacks": [], "mode": "shown", "hide_reason": "not-asked", "conflicts": 0, "taken": 0}
HIDDEN = {**COMPARED, "kernel": compare.HIDDEN, "adopted": 0, "mode": "hidden", "hide_reason": "ok"}


def changed(entry, *path, value):
    """A copy of the entry, with another value there."""
    new = copy.deepcopy(entry)
    inner = new
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return new


@pytest.fixture(name="machine")
def fixture_machine(tmp_path):
    """One that is never started, and takes all that it is told."""
    machine = Machine(Config(mem_mib=1), str(tmp_path))
    machine.qmp = lambda *_, **__: {}
    yield machine
    os.rmdir(machine.private)


@pytest.mark.parametrize("event", qemutrace.HEAVY_EVENTS)
def test_outcome_without_instruments(machine, tmp_path, event):
    """An outcome is none if faults or accesses were traced, before it began or on the way."""
    run = Resumed(Plan(paths.kernel_image(), watch="nothing"), str(tmp_path), None)
    run.machine = machine
    for early in (True, False):
        machine.instruments = set()
        machine.trace_event(event, early)
        machine.watch_outcome()
        machine.trace_event(event, True)
        machine.watch_outcome(False)
        with pytest.raises(MachineError, match=event):
            run.verified(1)
        with pytest.raises(MachineError, match=event):
            compare.seen_in(types.SimpleNamespace(machine=machine), "outcome")


def test_instruments_while_the_guest_is_held(machine):
    """What is on between watch_outcome(False) and watch_outcome() is no part of the outcome."""
    machine.watch_outcome()
    machine.watch_outcome(False)
    machine.count_faults(True)
    machine.count_faults(False)
    machine.watch_outcome()
    assert not machine.instruments


@pytest.mark.parametrize("path, value", [
    (("hold", "muted"), 1), (("hold", "reported"), 1), (("dump_verified",), False),
    (("dump_saved",), False), (("hold", "crash_region_bytes_changed"), 1),
    (("tries",), [changed(TRY, "held", "muted", value=1)]),
    (("tries",), [changed(TRY, "held", "reported", value=1)]),
    (("tries",), [changed(TRY, "complaints", value=["BUG: "])]),
])
def test_campaign_outcome_that_is_not_good(path, value):
    """A fault, muted or not, also in a try that was thrown away, fails; absorbed accesses do not."""
    assert campaign.good(OUTCOME)
    assert campaign.good({**OUTCOME, "tries": [TRY]})
    assert not campaign.good(changed(OUTCOME, *path, value=value))
    assert campaign.good({**changed(OUTCOME, *path, value=value), "kernel": "stock"})


@pytest.mark.parametrize("mode, reason, good", [
    ("hidden", "ok", True), ("shown", "root", True), ("shown", "exception", False),
    ("shown", "not-asked", False), ("none", "none", False),
])
def test_campaign_hidden(mode, reason, good):
    """A kernel that was to see no IOMMU may see it only where a condition of hidden mode says so."""
    stub = {"mode": mode, "hide_reason": reason}
    assert campaign.good({**OUTCOME, "kernel": "stub+stock hidden", "stub": stub}) == good
    assert campaign.good({**OUTCOME, "stub": stub})


@pytest.mark.parametrize("path, value", [
    (("after_switch", "muted"), 1), (("after_switch", "reported"), 1),
    (("until_power_off",), False), (("tries",), [changed(TRY, "counted", "reported", value=1)]),
])
def test_campaign_count_that_is_not_good(path, value):
    """The same where faults are counted."""
    assert campaign.good(COUNT)
    assert not campaign.good(changed(COUNT, *path, value=value))


@pytest.mark.parametrize("path, value", [
    (("faults", "muted"), 1), (("faults", "reported"), 1), (("dump_verified",), False),
    (("complaints",), ["BUG: "]), (("adopted",), 0),
    (("tries",), [{"problem": "", "complaints": [], "faults": {"reported": 0, "muted": 1}}]),
    (("tries",), [{"problem": "", "complaints": ["BUG: "], "faults": None}]),
])
def test_compare_that_is_not_good(path, value):
    """And for the rows of compare.py."""
    assert compare.good(COMPARED)
    assert not compare.good(changed(COMPARED, *path, value=value))


@pytest.mark.parametrize("path, value", [
    (("faults", "muted"), 1), (("faults", "reported"), 1), (("dump_saved",), False),
    (("dump_verified",), False), (("complaints",), ["BUG: "]), (("into_crash",), 1),
    (("lacks",), ["@@ read"]), (("conflicts",), 1), (("taken",), 1), (("mode",), "none"),
    (("tries",), [{"problem": "", "complaints": [], "faults": {"reported": 0, "muted": 1}}]),
    (("tries",), [{"problem": "", "complaints": [], "faults": {"reported": 1, "muted": 0}}]),
    (("tries",), [{"problem": "", "complaints": ["BUG: "], "faults": None}]),
])
def test_hidden_that_is_not_good(path, value):
    """A kernel that sees no IOMMU is held to all that the adopting one is, and to more."""
    assert compare.good(HIDDEN)
    assert not compare.good(changed(HIDDEN, *path, value=value))


@pytest.mark.parametrize("reason, right", [
    ("x2apic", True), ("delivery", True), ("in-place", True), ("ok", False), ("not-asked", False),
    ("exception", False), ("none", False)])
def test_hidden_that_is_shown(reason, right):
    """Conditions excuse that, with whatever outcome the kernel then has; a failure does not."""
    shown = {**HIDDEN, "mode": "shown", "hide_reason": reason}
    assert compare.good(shown) == right
    assert compare.good({**shown, "dump_saved": False}) == right


@pytest.mark.parametrize("kernel", compare.KERNELS)
def test_compare_of_another_crash(kernel):
    """If the crashed kernel was not as the row says, no column says anything."""
    row = {**COMPARED, "scenario": "x2APIC mode", "kernel": kernel, "mode": "hidden"}
    assert compare.good(row)
    assert not compare.good({**row, "lacks": ["x2apic enabled"]})


def test_pages_taken():
    """Reserved pages within the crash region, of the kdump kernel's e820; no others."""
    console = "".join(f"BIOS-e820: [mem {first:#018x}-{last:#018x}] {kind}\n" for first, last, kind in (
        (0x1000, 0x1fff, "reserved"), (0x20000000, 0x20000fff, "reserved"),
        (0x20001000, 0x20002fff, "usable"), (0x20003000, 0x20004fff, "reserved")))
    assert compare.taken(console, [(0x20000000, 0x30000000)]) == 3


def test_counters(tmp_path):
    """The library counts both events, by source, keeps the log's other lines, and logs the first
    of these."""
    program, counters = tmp_path / "program", tmp_path / "faults"
    source = r"""
        #include <stdarg.h>
        #include <stdio.h>
        int __vfprintf_chk(FILE *, int, const char *, va_list);
        static void say(const char *format, ...)
        {
            va_list words;
            va_start(words, format);
            __vfprintf_chk(stdout, 1, format, words);
            va_end(words);
        }
        int main(void)
        {
            for (int i = 0; i < 300; i++)
                say("%d@%zu.%06zu:vtd_dmar_fault sid 0x%x fault %d addr 0x%lx write %d\n",
                    1, (size_t)2, (size_t)3, i % 2 ? 0x28 : 0x100, 5, 6ul, 1);
            for (int i = 0; i < 7; i++)
                say("%d@%zu.%06zu:vtd_fault_disabled Fault processing disabled for context entry\n",
                    1, (size_t)2, (size_t)3);
            say("%d@%zu.%06zu:vtd_iotlb_page_hit sid 0x%x\n", 1, (size_t)2, (size_t)3, 0x28);
        }
    """
    subprocess.run(["gcc", "-x", "c", "-o", program, "-"], input=source.encode(), check=True)
    qemutrace.make_counters(counters)
    said = subprocess.run([program], check=True, capture_output=True, text=True, env={
        "LD_PRELOAD": paths.FAULT_COUNTER, "DMARELAY_FAULTS": str(counters)}).stdout
    faults = qemutrace.read_counters(counters)
    assert faults.by_source == {0x28: 150, 0x100: 150} and faults.muted == 7
    assert faults.reported == 300 and faults.refused == 307
    assert 0 < said.count("vtd_dmar_fault") < 300 and said.count("vtd_iotlb_page_hit") == 1


def test_dump_that_lacks_pages(machine, tmp_path):
    """Or has others than RAM had, or cannot be opened, is no right dump."""
    run = Resumed(Plan(paths.kernel_image()), str(tmp_path), None)
    run.machine = machine
    run.seen = Seen(serial="\n@@ makedumpfile 0\n@@ saved\n", dump_error="",
                    dump=dumpcheck.Checked(compared=90, left_out=10))
    assert run.verified(100) and not run.verified(101)
    run.seen.dump.differ = [0x1000]
    assert not run.verified(100)
    run.seen.dump.differ, run.seen.dump_error = [], "no"
    assert not run.verified(100)


class Shapes:
    """A walker that finds one scratch page, and one page table."""

    def __init__(self, scratch, table):
        self.sinks = lambda: {scratch}
        self.upper_tables = set
        self.table_pages = lambda source: {table}


@pytest.mark.parametrize("scratch, right", [(0x9000, True), (0x8000, False), (0x1000, False)])
def test_scratch_page_that_is_none(scratch, right):
    """A page of the report or a table in use is not excused as a scratch page."""
    ram = types.SimpleNamespace(read=lambda at, size: (0x2000).to_bytes(size, "little"))
    walker, contexts = Shapes(scratch, 0x8000), [types.SimpleNamespace(source=8)]
    if right:
        assert hold.scratch_pages(ram, walker, contexts, (0x1000, 0x10000)) == {scratch}
    else:
        with pytest.raises(ValueError, match=hex(scratch)):
            hold.scratch_pages(ram, walker, contexts, (0x1000, 0x10000))


CONSOLE = {"panic": "Kernel panic - not syncing: sysrq triggered crash\n",
           "adopted": "nvme 0000:00:02.0: DMAR: relay: adopted domain 2, 9 ranges in use\n"}


@pytest.mark.parametrize("mode, masked, reported, console", [
    ("hidden", True, "hidden", "panic"),
    ("shown", False, "shown", "panic"),
    ("shown", False, "none", "panic"),              # the report was lost; the table was not masked
    ("shown", False, "shown", "adopted panic"),     # the crashed kernel said so, not the kdump kernel
    ("adopted", False, "shown", "panic adopted"),
    ("adopted", False, "shown", "panic adopted panic"),     # the kdump kernel panicked later
    (None, True, "shown", "panic"),
    (None, True, "none", "panic"),
    (None, False, "hidden", "panic adopted"),
])
def test_mode(mode, masked, reported, console):
    """Guest RAM, report and console decide together; where they contradict, nothing is known."""
    serial = "".join(CONSOLE[each] for each in console.split())
    seen = Seen(unit_after={"gsts": 1}, hidden=masked, serial=serial)
    assert judge.mode(seen, types.SimpleNamespace(mode=reported)) == mode


def test_mode_of_a_run_cut_short():
    """The stub did not get to its end, so that neither table nor unit was looked at."""
    assert judge.mode(Seen(serial=CONSOLE["panic"]), types.SimpleNamespace(mode="none")) is None


@pytest.mark.parametrize("kdump, bad, said", [
    ("both", None, ["run stock", "result stock", "build", "run adopting", "result adopting"]),
    ("both", "stock", ["run stock", "result stock", "build", "run adopting", "result adopting"]),
    ("both", "adopting", ["run stock", "result stock", "build", "run adopting", "result adopting"]),
    ("both", "build", ["run stock", "result stock", "build", "result adopting"]),
    ("stock", None, ["run stock", "result stock"]),
    ("adopting", None, ["build", "run adopting", "result adopting"]),
])
def test_main_job(monkeypatch, tmp_path, kdump, bad, said):
    """The first result is there before a kernel is built; one run that fails fails the whole."""
    done = []

    def build():
        done.append("build")
        if bad == "build":
            raise MachineError("no kernel")

    def cycle(_plan, folder, _progress):
        which = os.path.basename(folder)
        done.append(f"run {which}")
        return types.SimpleNamespace(run=lambda: None, report=None)

    monkeypatch.setattr(main_job, "FOLDER", str(tmp_path))
    monkeypatch.setattr(main_job, "build_kernel", build)
    monkeypatch.setattr(main_job, "wrap", lambda *_: None)
    monkeypatch.setattr(main_job, "Plan", lambda *_: None)
    monkeypatch.setattr(main_job, "Cycle", cycle)
    monkeypatch.setattr(main_job, "measured", lambda cycle, report: {})
    monkeypatch.setattr(main_job, "Report", lambda *_: None)
    monkeypatch.setattr(main_job, "judged", lambda cycle, which: [
        judge.Line("dump saved", "", which != bad)])
    monkeypatch.setattr(main_job, "write_results", lambda folder, values: done.append(
        f"result {os.path.basename(folder)}"))
    monkeypatch.setattr("sys.argv", ["run.py", f"--kdump={kdump}"])
    assert main_job.main() == (1 if bad else 0)
    assert done == said
