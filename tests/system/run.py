# SPDX-License-Identifier: GPL-2.0-only
"""The main job: a real panic under live DMA, through the stub, to a saved dump, judged.

`make run` calls it. First the kdump kernel is Debian's, from which the stub hides the IOMMU; then one
that adopts the copies, which is built (`make kernel`) when its turn has come. Each writes
build/run/{stock,adopting}/{serial.log,vmcore,inspect.txt,result.json}, and what `make run-figures`
takes into README.md. The exit status is 0 only if every line of all tables holds, 1 if one does not,
2 for wrong options.
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

SPEAKS_OF = ["stub", "arch", "include", "tests/system"]
FOLDER = os.path.join(paths.BUILD, "run")
SIZES = {"": 1, "M": 1, "G": 1024}
MODES = {"stock": "hidden", "adopting": "adopted"}      # by kdump kernel: the judge.mode() to be seen
# README.md has the first table in full, and of the second these lines and those that do not hold
IN_README = ["mode", "outcome", "tables copied", "stub image", "time in the stub, by itself",
             "kdump kernel says that it copied", "DMA faults from the panic on",
             "legacy DMA after the switch", "dump saved", "dump readable", "report in the dump"]


def mebibytes(text):
    """2048, 2048M or 2G."""
    match = re.fullmatch(r"(\d+)([MG]?)", text)
    if not match or not 1024 <= int(match[1]) * SIZES[match[2]] <= 65536:
        raise argparse.ArgumentTypeError(f"'{text}' is no memory size from 1G to 64G")
    return int(match[1]) * SIZES[match[2]]


def options():
    """From the command line; the Makefile passes its variables."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kdump", default="both", choices=["both", *MODES])
    parser.add_argument("--firmware", default="ovmf", choices=["ovmf", "seabios"])
    parser.add_argument("--loader", default="load", choices=["load", "file"])
    parser.add_argument("--mem", default=2048, type=mebibytes)
    parser.add_argument("--crashkernel", default="256M")
    return parser.parse_args()


def build_kernel():
    """The kernel that adopts; MachineError if that fails. Its progress is shown."""
    print("building the adopting kernel: ten minutes and more the first time, seconds if it was "
          "built before (make kernel)", flush=True)
    # A make of its own: what the calling one says of its jobs is not for this process
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    command = ["make", "--no-print-directory", "-C", paths.TOP, "kernel"]
    if subprocess.run(command, env=environment, check=False).returncode:
        raise MachineError("the adopting kernel could not be built: see above")


def wrap(kdump, output):
    """Put the stub in front of the kdump kernel."""
    kernel, *more = [paths.kernel_image(), "--hide"] if kdump == "stock" else [paths.ADOPTING_IMAGE]
    subprocess.run([paths.DMARELAY, "wrap", kernel, "-o", output, *more], check=True)


def result(cycle, lines, args):
    """What result.json holds; less if there is no cycle to tell of."""
    values = {"passed": all(line.holds for line in lines), "mode": None}
    if cycle:
        values |= measured(cycle, cycle.report or Report(""))
    return values | {"options": args, "lines": [vars(line) for line in lines]}


def measured(cycle, report):
    """The part of it that is of the cycle."""
    seen = cycle.seen
    return {
        "mode": judge.mode(seen, report),
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
    }


def write_results(folder, values):
    """The files of one run; what the run did not get to make is not there."""
    for name in ("vmcore", "inspect.txt"):
        saved = os.path.join(folder, "out", name)
        if os.path.exists(saved):
            os.replace(saved, os.path.join(folder, name))
    with open(os.path.join(folder, "result.json"), "w", encoding="utf-8") as file:
        json.dump(values, file, indent=2)
        file.write("\n")


def table(lines, args):
    """Name, value, and whether it holds: lines of text."""
    width = max(len(line.name) for line in lines)
    return [f"{paths.kernel_version()}, {args['kdump']} kdump kernel, {args['firmware']}, "
            f"kexec_{'file_' if args['loader'] == 'file' else ''}load, {args['mem']} MiB, "
            f"crashkernel={args['crashkernel']}", "",
            *(f"{'ok  ' if line.holds else 'FAIL'}  {line.name:{width}}  {line.value}"
              for line in lines)]


def keep(made, values, lines, args):
    """For README.md: the table as a block of code."""
    if args["kdump"] == "adopting":
        lines = [line for line in lines if line.name in IN_README or not line.holds]
    made["data"] = values
    made["lines"] = [f"    {line}".rstrip() for line in table(lines, args)]
    figures.keep(made, FOLDER)


def judged(cycle, kdump):
    """All lines of a run that came to its end."""
    seen, report = cycle.seen, cycle.report
    mode = judge.mode(seen, report)
    lines = [judge.Line("mode", str(mode), mode == MODES[kdump])]
    if kdump == "stock":
        lines += judge.hidden(cycle) + judge.quick_and_small(cycle)
    else:
        lines += judge.clean_switch(cycle)
    return lines + forensics.lines(cycle)


def run(args, folder):
    """One kdump kernel: the cycle, or None if there was nothing to run, and the table's lines."""
    cycle = None
    try:
        if args["kdump"] == "adopting":
            build_kernel()
        image = os.path.relpath(os.path.join(folder, "vmlinuz.relay"))
        wrap(args["kdump"], image)
        config = Config(firmware=args["firmware"], mem_mib=args["mem"],
                        crashkernel=args["crashkernel"])
        cycle = Cycle(Plan(image, config, args["loader"]), folder, stopwatch())
        cycle.run()
    except (MachineError, GdbError, subprocess.CalledProcessError) as error:
        return cycle, [judge.Line("the run", str(error), False)]
    return cycle, judged(cycle, args["kdump"])


def one(args):
    """Run, write the results and show the table; do all its lines hold?"""
    folder = os.path.join(FOLDER, args["kdump"])
    speaks_of = SPEAKS_OF + ([f"kernel/{paths.SERIES}"] if args["kdump"] == "adopting" else [])
    made = figures.stamp(f"run-{args['kdump']}", "make run", "1 run", speaks_of, {}, [])
    cycle, lines = run(args, folder)
    values = result(cycle, lines, args)
    write_results(folder, values)
    keep(made, values, lines, args)
    print("\n".join(["", *table(lines, args), ""]), flush=True)
    return values["passed"]


def main():
    args = vars(options())
    chosen = list(MODES) if args["kdump"] == "both" else [args["kdump"]]
    for kdump in chosen:
        shutil.rmtree(os.path.join(FOLDER, kdump), ignore_errors=True)
        os.makedirs(os.path.join(FOLDER, kdump))
    passed = {}
    for number, kdump in enumerate(chosen, 1):
        what = {"stock": "Debian's kdump kernel, from which the stub hides the IOMMU",
                "adopting": "a kdump kernel that adopts the copies"}[kdump]
        print(f"{number} of {len(chosen)}, {kdump}: {what}", flush=True)
        passed[kdump] = one({**args, "kdump": kdump})
    for kdump, good in passed.items():
        print(f"{'passed' if good else 'FAILED'}: {kdump}, "
              f"see {os.path.relpath(os.path.join(FOLDER, kdump))}/")
    return 0 if all(passed.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
