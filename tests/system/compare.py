# SPDX-License-Identifier: GPL-2.0-only
"""The same crash under three kdump kernels, side by side.

    stock           Debian's kernel, as kexec loads it
    stub+stock      the same behind the stub
    stub+adopting   the kernel of kernel/6.12 behind the stub, or of kernel/$SERIES

What needs things that Debian's kernel is built without runs on the small kernel throughout: with
dmarelay=off it is stock.

In each the drivers of the devices with live DMA attach before the dump is saved: that is where
the crashed kernel's DMA and the kdump kernel's drivers meet. `make compare` calls it; it prints a
table and writes build/compare/result.json (of 6.1: build/compare-6.1/result.json). Exit status 1
if the adopting kernel lost a dump, saw a fault, complained, or lost a translation that was in use
at the crash.
"""

import argparse
import collections
import glob
import json
import os
import re
import sys
from dataclasses import dataclass, field

import judge
import paths
from attach import FOLDER, Attach, prepare
from cycle import Plan, stopwatch
from gdbstub import GdbError
from machine import Config, MachineError

RESULT = os.path.join(FOLDER, "result.json")
MAPBENCH = os.path.join(paths.BUILD, "system", "mapbench")
KERNELS = ["stock", "stub+stock", "stub+adopting"]
ATTEMPTS = 3                            # of a QEMU that fails
LIMIT_S = 90                            # from the kdump kernel's entry until all drivers are there


@dataclass
class Scenario:
    """One machine and its crash."""
    name: str
    config: dict = field(default_factory=dict)
    kdump_cmdline: str = ""
    loader: str = "load"
    attach: str = ""                # shell commands for the kdump kernel, which is the small one
    fenced: bool = False            # the crashed kernel passes devices through: the stub may fence
    loses: tuple = ()               # devices whose legacy translations need not outlive all that


# The other drivers map their buffers as soon as they are there, this one when it is used
NETWORK = """
for nic in /sys/class/net/e*; do
    [ ! -d $nic ] || ip link set dev ${nic##*/} up
done
sleep 1
"""
# The drivers that would reset e1000e and HDA stay away. The kernel's own benchmark of dma_map
# takes their place: it maps buffers for a device, and leaves the device alone.
WITHOUT_DRIVERS = "initcall_blacklist=e1000_init_module,azx_driver_init"
MAP_ONLY = """
mount -t debugfs debugfs /sys/kernel/debug
for device in 0000:00:03.0 0000:00:04.0; do
    echo dma_map_benchmark >/sys/bus/pci/devices/$device/driver_override
    echo $device >/sys/bus/pci/drivers/dma_map_benchmark/bind
    for size in "1 32" "512 32" "1024 32" "1 64" "512 64" "1024 64"; do
        /job/mapbench $size >/dev/kmsg 2>&1
    done
    echo $device >/sys/bus/pci/drivers/dma_map_benchmark/unbind
done
"""
# A driver goes and comes back, then its device: the adopted domain is freed with all its tables
# The driver looks for codecs in work of its own, and does not survive being removed meanwhile
REMOVE = """
device=0000:00:04.0 driver=/sys/bus/pci/drivers/snd_hda_intel
for round in 1 2; do
    sleep 1
    echo $device >$driver/unbind
    echo $device >$driver/bind
    sleep 1
    echo 1 >/sys/bus/pci/devices/$device/remove
    echo 1 >/sys/bus/pci/rescan
    [ -e $driver/$device ] && say "removed, rescanned"
done
"""

SCENARIOS = [
    Scenario("drivers attach, 39 bits", {"aw_bits": 39}),
    Scenario("drivers attach, 48 bits", {"aw_bits": 48}),
    Scenario("39 bits, intremap=off", {"aw_bits": 39, "intremap": False}),
    Scenario("48 bits, intremap=off", {"aw_bits": 48, "intremap": False}),
    Scenario("commands in flight on NVMe and AHCI, input on xHCI", {"more_devices": True}),
    Scenario("translated, then iommu=pt", {}, "iommu=pt"),
    Scenario("iommu=pt, then translated", {"cmdline": "iommu=pt"}, fenced=True),
    Scenario("iommu=pt, then iommu=pt", {"cmdline": "iommu=pt"}, "iommu=pt", fenced=True),
    Scenario("iommu=pt, buffers mapped, no reset", {"cmdline": "iommu=pt"}, WITHOUT_DRIVERS,
             attach=MAP_ONLY, fenced=True),
    Scenario("iommu=pt, then translated, no fence", {"cmdline": "iommu=pt"}, "dmarelay.fence=off"),
    Scenario("OVMF, kexec -s", {"firmware": "ovmf"}, loader="file"),
    Scenario("no KASLR", {}, "nokaslr"),
    Scenario("crashkernel above 4 GiB", {"mem_mib": 6144, "crashkernel": "512M,high"}),
    Scenario("buffers mapped, no reset", {}, WITHOUT_DRIVERS, attach=MAP_ONLY),
    Scenario("device removed, rescanned", {}, attach=REMOVE, loses=("hda",)),
    Scenario("scalable mode", {"scalable": True}),
    Scenario("scalable mode, translated, then iommu=pt", {"scalable": True}, "iommu=pt"),
    Scenario("scalable mode, iommu=pt, then translated", {"scalable": True, "cmdline": "iommu=pt"},
             fenced=True),
    Scenario("scalable mode, iommu=pt, then iommu=pt", {"scalable": True, "cmdline": "iommu=pt"},
             "iommu=pt", fenced=True),
    Scenario("scalable mode, buffers mapped, no reset", {"scalable": True}, WITHOUT_DRIVERS,
             attach=MAP_ONLY),
    Scenario("scalable mode, device removed, rescanned", {"scalable": True}, attach=REMOVE,
             loses=("hda",)),
    Scenario("first-level tables", {"first_level": True}),
    Scenario("first-level tables, 4-level CPU", {"first_level": True, "cpu": "max,la57=off"}),
    Scenario("first-level tables, buffers mapped, no reset", {"first_level": True},
             WITHOUT_DRIVERS, attach=MAP_ONLY),
    Scenario("first-level tables, device removed, rescanned", {"first_level": True},
             attach=REMOVE, loses=("hda",)),
]


def one(scenario, kernel, prepared):
    """Run it; the entry of result.json."""
    image, initrd = prepared[kernel]
    files = {"attach": (NETWORK + scenario.attach).encode(), "mapbench": MAPBENCH}
    cmdline = scenario.kdump_cmdline
    if scenario.attach:
        image, initrd = prepared[f"{kernel} small"]
        cmdline += "" if kernel == "stub+adopting" else " dmarelay=off"
    config = Config(**{"firmware": "seabios", "mem_mib": 1024, **scenario.config})
    if config.more_devices:
        config.initrd = prepared["more devices"]
    folder = os.path.join(FOLDER, re.sub(r"\W+", "-", f"{scenario.name} {kernel}"))
    plan = Plan(image, config, scenario.loader, cmdline, initrd=initrd, files=files,
                kdump_limit_s=LIMIT_S)
    for _ in range(ATTEMPTS):
        problem, legacy, domain_ids, in_flight = "", ({}, {}), {}, {}
        cycle = Attach(plan, folder, stopwatch())
        try:
            cycle.run()
            legacy = cycle.legacy_dma()
            domain_ids = cycle.domain_ids()
            in_flight = cycle.in_flight()
        except (MachineError, GdbError) as error:
            problem = str(error)
        if not cycle.qemu_failed():
            break
    console = cycle.seen.serial.partition("\n@@ panic\n")[2]
    return {
        "scenario": scenario.name, "kernel": kernel,
        "dump_saved": judge.dump_saved(cycle.seen),
        "dump_verified": judge.dump_verified(cycle.seen),
        "faults": None if cycle.panic_mark is None else cycle.faults(),
        "legacy_dma_after_switch": legacy[0],
        "legacy_dma_after_attach": legacy[1],
        "legacy_translations_lost": cycle.lost,
        "completed_after_panic": in_flight,
        "domain_ids": domain_ids,
        "passed_through": len(cycle.seen.passed_through),
        "into_crash": len(cycle.seen.into_crash),
        "adopted": len(re.findall(r"DMAR: relay: adopted domain", console)),
        "complaints": judge.complaints(console),
        "attach": re.findall(r"^@@ (mapped .*|removed.*)$", console, re.MULTILINE),
        "problem": problem,
    }


def show(results):
    """The table, in Markdown: faults, or what else became of it."""
    print("\n| crash and kdump kernel | " + " | ".join(KERNELS)
          + " | legacy DMA after the attach, stub+adopting |\n|---|---|---|---|---|")
    for scenario in SCENARIOS:
        entries = {entry["kernel"]: entry for entry in results
                   if entry["scenario"] == scenario.name}
        if entries:
            legacy = entries.get(KERNELS[-1], {}).get("legacy_dma_after_attach", {})
            print(f"| {scenario.name} | " + " | ".join(_cell(entries.get(kernel))
                                                       for kernel in KERNELS)
                  + f" | {', '.join(f'{name} {count:,}' for name, count in legacy.items())} |")
    print("| lines of kernel code | 0 | 0 | {new} in new files, {changed} changed, {abi} of the ABI; "
          "the series of 2014: 1,225 | |\n".format(**kernel_lines()))


def _cell(entry):
    if entry is None or entry["faults"] is None:
        return "not run" if entry is None else entry["problem"]
    saved = entry["dump_saved"] and entry["dump_verified"]
    return f"{entry['faults']:,}" if saved else f"**no dump**, {entry['faults']:,}"


def kernel_lines():
    """Of the series, as the patches add and take them away."""
    count = collections.Counter()
    for path in glob.glob(os.path.join(paths.TOP, "kernel", paths.SERIES, "*.patch")):
        with open(path, encoding="utf-8") as file:
            _, *files = re.split(r"^diff --git ", file.read(), flags=re.MULTILINE)
        for part in files:
            kind = "abi" if "b/drivers/iommu/intel/handoff.h" in part else \
                "new" if "\n--- /dev/null\n" in part else "changed"
            count[kind] += len(re.findall(r"^[+-](?!-- |\+\+ |- $)", part, re.MULTILINE))
    return count


def earlier(chosen):
    """The entries of an earlier run that this one does not repeat."""
    try:
        with open(RESULT, encoding="utf-8") as file:
            known = {scenario.name for scenario in SCENARIOS}
            return [entry for entry in json.load(file) if entry["scenario"] in known
                    and (entry["scenario"], entry["kernel"]) not in chosen]
    except (OSError, ValueError):
        return []


def save(results):
    """In the order of the scenarios."""
    order = [scenario.name for scenario in SCENARIOS]
    results.sort(key=lambda entry: (order.index(entry["scenario"]),
                                    KERNELS.index(entry["kernel"])))
    with open(RESULT, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=2)
        file.write("\n")


def good(entry):
    """What the adopting kernel must show; the others are there to be compared with."""
    scenario, = (scenario for scenario in SCENARIOS if scenario.name == entry["scenario"])
    if entry["kernel"] == "stub+stock" and scenario.fenced:
        return entry["passed_through"] > 0      # nobody would lift a fence
    if scenario.fenced and (entry["passed_through"] or entry["into_crash"] or not entry["adopted"]):
        return entry["kernel"] != "stub+adopting"
    return entry["kernel"] != "stub+adopting" or (
        entry["dump_saved"] and entry["dump_verified"] and entry["faults"] == 0
        and not entry["complaints"]
        and (entry["adopted"] > 0 or "iommu=pt" in scenario.config.get("cmdline", ""))
        and (scenario.fenced or set(entry["legacy_translations_lost"]) <= set(scenario.loses))
        and all(len(ids) == 1 for ids in entry["domain_ids"].values())
        and ("more_devices" not in scenario.config or all(entry["completed_after_panic"].values())))


def main():
    parser = argparse.ArgumentParser(prog="make compare", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scenario", default="", help="only those whose name has this")
    parser.add_argument("--kernel", choices=KERNELS, action="append")
    parser.add_argument("--missing", action="store_true", help="only what result.json has not")
    args = parser.parse_args()
    chosen = [(scenario, kernel) for scenario in SCENARIOS if args.scenario in scenario.name
              for kernel in args.kernel or KERNELS]
    if args.missing:
        there = {(entry["scenario"], entry["kernel"]) for entry in earlier(set())}
        chosen = [(scenario, kernel) for scenario, kernel in chosen
                  if (scenario.name, kernel) not in there]
    prepared = prepare()
    results = earlier({(scenario.name, kernel) for scenario, kernel in chosen})
    for scenario, kernel in chosen:
        print(f"-- {scenario.name}: {kernel}", flush=True)
        results.append(one(scenario, kernel, prepared))
        save(results)
    show(results)
    return 0 if results and all(map(good, results)) else 1


if __name__ == "__main__":
    sys.exit(main())
