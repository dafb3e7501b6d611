# SPDX-License-Identifier: GPL-2.0-only
"""`dmarelay` on what a run has saved: does it say of the crash what was seen from outside?

Of the devices' reach our own walker (vtdwalk.py) is the judge, with the tables as they were in
guest RAM when the stub was entered.
"""

import filecmp
import json
import os
import subprocess

import judge
import paths
import vtdwalk
from judge import Line

EVERYTHING = "0-ffffffffffffffff"


def command(*arguments):
    """What the command prints."""
    return subprocess.run([paths.DMARELAY, *arguments], check=True, capture_output=True,
                          timeout=120).stdout


def source_id(device):
    """0000:00:1f.2 as bus 15:8, device 7:3, function 2:0."""
    _, bus, slot = device.split(":")
    number, function = slot.split(".")
    return int(bus, 16) << 8 | int(number, 16) << 3 | int(function)


def reached(*arguments):
    """{source id: (pass-through, [[iova, end, target, access]])} by `dmarelay who`."""
    answer = json.loads(command("who", "--json", EVERYTHING, *arguments))
    assert not answer["missing_tables"] and not answer["more"] and not answer["unknown"]
    found = {}
    for entry in answer["reached"]:
        if entry["pasid"] is not None:      # the walker follows requests without one
            continue
        runs = []
        for run in entry["runs"]:
            iova, first, last = (int(run[key], 16) for key in ("iova", "first", "last"))
            access = vtdwalk.READ * run["read"] | vtdwalk.WRITE * run["write"]
            runs.append([iova, iova + last - first + 1, first, access])
        found[source_id(entry["device"])] = entry["pass_through"], runs
    return found


def expected(cycle):
    """The same by our own walker. A device that reaches nothing is not listed."""
    walked = {source: (kind == vtdwalk.PASS_THROUGH, ranges)
              for source, (kind, _, _, ranges) in cycle.watch.original.items()}
    return {source: found for source, found in walked.items() if found[0] or found[1]}


def _compare(name, cycle, *arguments):
    try:
        found, wanted = reached(*arguments), expected(cycle)
    except (AssertionError, subprocess.SubprocessError) as error:
        return Line(name, str(error) or "incomplete", False)
    differ = [source for source in found.keys() | wanted.keys()
              if found.get(source) != wanted.get(source)]
    runs = sum(len(ranges) for _, ranges in wanted.values())
    return Line(name, f"{len(differ)} of {len(wanted)} devices differ, {runs} runs of pages",
                not differ and runs > 0)


def lines(cycle):
    """`who` by the dump and by the handoff; of an adopting kernel's dump, by that alone."""
    saved = os.path.join(cycle.folder, "out")
    handoff, vmcore = os.path.join(saved, "setup_data"), os.path.join(saved, "vmcore")
    alone = judge.adopted(cycle.seen)
    result = [_report_in_dump(saved)] if alone else []
    options = [] if alone else ["-H", handoff]
    return result + [
        _compare("who reaches what, by the dump", cycle, *options, vmcore),
        _compare("who reaches what, by the copies", cycle, handoff)]


def _report_in_dump(saved):
    """The note in the dump against the node in the running kernel."""
    shown = os.path.join(saved, "inspect-vmcore.json")
    with open(shown, "wb") as file:
        file.write(command("inspect", "--json", os.path.join(saved, "vmcore")))
    same = filecmp.cmp(shown, os.path.join(saved, "inspect.json"), shallow=False)
    return Line("report in the dump", "as the running kernel showed it" if same else "DIFFERS",
                same)
