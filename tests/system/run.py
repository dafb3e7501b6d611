# SPDX-License-Identifier: GPL-2.0-only
"""The main job: a real panic under live DMA, through the stub, to a saved dump, judged.

`make run` calls it. Writes build/run/{serial.log,vmcore,inspect.txt,result.json}, and what `make
run-figures` takes into README.md; the exit status is 0 only if every line of the table holds, 1 if
one does not, 2 for wrong options.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys

import forensics
import judge
import paths
import figures
from cycle import Cycle, Plan, stopwatch
from gdbstub import GdbError
from machine import Config, MachineError
from report import Report

SPEAKS_OF = ["stub", "arch", "include", "kernel/6.12", "tests/system"]
FOLDER = os.path.join(paths.BUILD, "run")
SIZES = {"": 1, "M": 1, "G": 1024}


def mebibytes(text):
    """2048, 2048M or 2G."""
    match = re.fullmatch(r"(\d+)([MG]?)", text)
    if not match or not 1024 <= int(match[1]) * SIZES[match[2]] <= 65536:
        raise argparse.ArgumentTypeError(f"'{text}' is no memory size from 1G to 64G")
    return int(match[1]) * SIZES[match[2]]


def options():
    """From the command line; the Makefile passes its variables."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kdump", default="adopting", choices=["stock", "adopting"])
    parser.add_argument("--firmware", default="ovmf", choices=["ovmf", "seabios"])
    parser.add_argument("--loader", default="load", choices=["load", "file"])
    parser.add_argument("--mem", default=2048, type=mebibytes)
    parser.add_argument("--crashkernel", default="256M")
    return parser.parse_args()


def wrap(kdump, output):
    """Put the stub in front of the kdump kernel."""
    kernel = paths.kernel_image() if kdump == "stock" else paths.ADOPTING_IMAGE
    subprocess.run([paths.DMARELAY, "wrap", kernel, "-o", output], check=True)


def result(cycle, report, lines, args):
    """What result.json holds."""
    seen = cycle.seen
    return {
        "passed": all(line.holds for line in lines),
        "dump_saved": judge.dump_saved(seen),
        "dump_verified": judge.dump_verified(seen),
        "faults_from_panic": {"reported": seen.faults.reported, "muted": seen.faults.muted,
                              "absorbed": seen.absorbed},
        "tables_copied": report.tables_copied,
        "bytes_copied": report.bytes_copied,
        "quarantined": report.quarantined,
        "stub_image_bytes": cycle.image.stub_size,
        "stub_us": report.stub_us,
        "stub_us_from_outside": round(seen.stub_s * 1e6),
        "panic_to_kernel_us": round(seen.panic_to_entry_s * 1e6),
        "legacy_dma_after_switch": judge.by_device(seen.dma_after),
        "outcome": report.outcome,
        "reason": report.reason,
        "options": vars(args),
        "lines": [vars(line) for line in lines],
    }


def write_results(values):
    """The files of build/run; what the run did not get to make is not there."""
    for name in ("vmcore", "inspect.txt"):
        saved = os.path.join(FOLDER, "out", name)
        if os.path.exists(saved):
            os.replace(saved, os.path.join(FOLDER, name))
    with open(os.path.join(FOLDER, "result.json"), "w", encoding="utf-8") as file:
        json.dump(values, file, indent=2)
        file.write("\n")


def table(lines, args):
    """Name, value, and whether it holds: lines of text."""
    width = max(len(line.name) for line in lines)
    return [f"{paths.kernel_version()}, {args.kdump} kdump kernel, {args.firmware}, "
            f"kexec_{'file_' if args.loader == 'file' else ''}load, {args.mem} MiB, "
            f"crashkernel={args.crashkernel}", "",
            *(f"{'ok  ' if line.holds else 'FAIL'}  {line.name:{width}}  {line.value}"
              for line in lines)]


def keep(made, values, shown):
    """For README.md: the table as a block of code."""
    made["data"] = values
    made["lines"] = [f"    {line}".rstrip() for line in shown]
    figures.keep(made, FOLDER)


def main():
    args = options()
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    image = os.path.relpath(os.path.join(FOLDER, "vmlinuz.relay"))
    made = figures.stamp("run", "make run", "1 run", SPEAKS_OF, {}, [])
    wrap(args.kdump, image)
    config = Config(firmware=args.firmware, mem_mib=args.mem, crashkernel=args.crashkernel)
    cycle = Cycle(Plan(image, config, args.loader), FOLDER, stopwatch())
    lines = []
    try:
        cycle.run()
    except (MachineError, GdbError) as error:
        lines.append(judge.Line("the run", str(error), False))
    report = cycle.report or Report("")
    if not lines:
        lines = judge.clean_switch(cycle) + forensics.lines(cycle)
    values, shown = result(cycle, report, lines, args), table(lines, args)
    write_results(values)
    keep(made, values, shown)
    print("\n".join(["", *shown, ""]))
    passed = all(line.holds for line in lines)
    print(f"{'passed' if passed else 'FAILED'}: see {os.path.relpath(FOLDER)}/")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
