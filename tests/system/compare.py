# SPDX-License-Identifier: GPL-2.0-only
"""The same crash under three kdump kernels, side by side.

    stock           Debian's kernel, as kexec loads it
    stub+stock      the same behind the stub
    stub+adopting   the kernel of kernel/6.12 behind the stub

What needs things that Debian's kernel is built without runs on the small kernel throughout: with
dmarelay=off it is stock.

In each the drivers of the devices with live DMA attach before the dump is saved: that is where
the crashed kernel's DMA and the kdump kernel's drivers meet. `make compare` calls it; it prints a
table and writes build/compare/result.json. Exit status 1 if the adopting kernel lost a dump, or
saw a fault.
"""

import argparse
import collections
import gzip
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field

import images
import judge
import paths
import qemutrace
from cycle import Cycle, Plan, stopwatch
from gdbstub import GdbError
from machine import SOURCES, Config, MachineError

FOLDER = os.path.join(paths.BUILD, "compare")
RESULT = os.path.join(FOLDER, "result.json")
MAPBENCH = os.path.join(paths.BUILD, "system", "mapbench")
KERNELS = ["stock", "stub+stock", "stub+adopting"]
ATTACH_MODULES = ["snd-hda-codec-generic", "snd-hda-intel", "e1000e", "uhci-hcd"]
# QEMU 7.2 itself sometimes ends with a failed assertion when the driver resets a busy e1000e
ATTEMPTS = 3
LIMIT_S = 90                            # from the kdump kernel's entry until all drivers are there
# A context-cache invalidation for one device: stock takes its context entry away
DETACH_EVENT = "vtd_inv_desc_cc_devices"
PAGE_MASK = ~0xfff


@dataclass
class Scenario:
    """One machine and its crash."""
    name: str
    config: dict = field(default_factory=dict)
    kdump_cmdline: str = ""
    loader: str = "load"
    attach: str = ""                # shell commands for the kdump kernel, which is the small one
    fenced: bool = False            # the crashed kernel passes devices through: the stub may fence


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
REMOVE = """
device=0000:00:04.0 driver=/sys/bus/pci/drivers/snd_hda_intel
for round in 1 2; do
    echo $device >$driver/unbind
    echo $device >$driver/bind
    echo 1 >/sys/bus/pci/devices/$device/remove
    echo 1 >/sys/bus/pci/rescan
    [ -e $driver/$device ] && say "removed, rescanned"
done
"""

SCENARIOS = [
    Scenario("drivers attach, 39 bits", {"aw_bits": 39}),
    Scenario("drivers attach, 48 bits", {"aw_bits": 48}),
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
    Scenario("device removed, rescanned", {}, attach=REMOVE),
    Scenario("scalable mode", {"scalable": True}),
    Scenario("scalable mode, translated, then iommu=pt", {"scalable": True}, "iommu=pt"),
    Scenario("scalable mode, iommu=pt, then translated", {"scalable": True, "cmdline": "iommu=pt"},
             fenced=True),
    Scenario("scalable mode, iommu=pt, then iommu=pt", {"scalable": True, "cmdline": "iommu=pt"},
             "iommu=pt", fenced=True),
    Scenario("scalable mode, buffers mapped, no reset", {"scalable": True}, WITHOUT_DRIVERS,
             attach=MAP_ONLY),
    Scenario("scalable mode, device removed, rescanned", {"scalable": True}, attach=REMOVE),
    Scenario("first-level tables", {"first_level": True}),
    Scenario("first-level tables, 4-level CPU", {"first_level": True, "cpu": "max,la57=off"}),
    Scenario("first-level tables, buffers mapped, no reset", {"first_level": True},
             WITHOUT_DRIVERS, attach=MAP_ONLY),
    Scenario("first-level tables, device removed, rescanned", {"first_level": True},
             attach=REMOVE),
]


class Attach(Cycle):
    """A cycle that goes on tracing DMA until all drivers are there."""

    def __init__(self, plan, folder, progress):
        super().__init__(plan, folder, progress)
        self.attached = {}              # source: trace mark when its driver had attached
        self.traced_until = 0

    def _kdump(self):
        log = qemutrace.Trace(self.machine.trace_path)
        self.machine.trace_event(DETACH_EVENT, True)
        deadline = time.monotonic() + self.plan.kdump_limit_s
        while "\n@@ dumping" not in self.machine.serial():
            self._note_attached(log)
            if self.machine.process.poll() is not None or time.monotonic() > deadline:
                raise MachineError("the kdump kernel did not get to the dump")
            time.sleep(0.002)
        self.gdb.close()
        self._note_attached(log)
        self.traced_until = log.mark()
        for event in (*qemutrace.DMA_EVENTS, DETACH_EVENT):
            self.machine.trace_event(event, False)
        self.progress("drivers attached; saving the dump")
        self.machine.wait_exit(120)
        self.seen.faults_after, _ = log.by_source(self.switched)

    def _note_attached(self, log):
        """The adopting kernel says when; what was traced before it did is not counted."""
        for slot, function in re.findall(r"0000:00:(\w+)\.(\d): DMAR: relay: ",
                                         self.machine.serial()):
            self.attached.setdefault(int(slot, 16) << 3 | int(function), log.mark())

    def qemu_failed(self):
        """The machine's fault, and nobody's in it."""
        with open(os.path.join(self.folder, "qemu.log"), encoding="utf-8") as file:
            return "Assertion" in file.read()

    def faults(self):
        """From the stub's entry to the end, also of a run that did not get far."""
        with open(self.machine.trace_path, "rb") as file:
            file.seek(self.switched)
            after = sum(b":vtd_dmar_fault " in line for line in file)
        return sum(self.seen.faults_in_stub.values()) + after

    def domain_ids(self):
        """{device: the domain ids by which the unit knew it, from the stub's entry to the dump}.

        One, of an adopted device: also when it was removed and came back, if ids do not leak.
        """
        with open(self.machine.trace_path, "rb") as file:
            file.seek(self.switched)
            lines = file.read(self.traced_until - self.switched)
        found = collections.defaultdict(set)
        names = {source: name for name, source in SOURCES.items()}
        for match in re.finditer(rb"vtd_iotlb_page_\w+ .*?sid 0x(\w+) .*?domain 0x(\w+)", lines):
            found[names.get(int(match[1], 16), "other")].add(int(match[2], 16))
        return {name: sorted(ids) for name, ids in found.items()}

    def legacy_dma_after_attach(self):
        """{device: accesses to the crashed kernel's memory after the driver had attached}."""
        with open(self.machine.trace_path, "rb") as file:
            lines = file.read(self.traced_until)
        found = collections.Counter()
        names = {source: name for name, source in SOURCES.items()}
        attached = dict(self.attached)
        for match in re.finditer(rb"(vtd_inv_desc_cc_devices) .*?sid 0x(\w+)|"
                                 rb"vtd_iotlb_page_\w+ .*?sid 0x(\w+) .*?slpte 0x(\w+)", lines):
            if match[1]:
                if match.start() > self.switched:
                    attached.setdefault(int(match[2], 16), match.start())
                continue
            source, target = int(match[3], 16), int(match[4], 16) & PAGE_MASK
            if (source in names and match.start() > attached.get(source, self.traced_until)
                    and not any(start <= target < end for start, end in self.seen.crash)):
                found[names[source]] += 1
        return dict(found)


def prepare():
    """An initramfs for each kernel, and the images; {kernel: (image, initrd)}."""
    os.makedirs(FOLDER, exist_ok=True)
    initrds = {}
    for name, modules in (("modules", ATTACH_MODULES + images.KDUMP_MODULES), ("builtin", [])):
        initrds[name] = os.path.join(FOLDER, f"{name}.cpio.gz")
        with open(initrds[name], "wb") as file:
            file.write(gzip.compress(images.initramfs("kdump", modules), 1, mtime=0))
    stock, small = paths.kernel_image(), paths.ADOPTING_IMAGE
    prepared = {"stock": (stock, initrds["modules"]), "stock small": (small, initrds["builtin"])}
    for name, inner, initrd in (("stub+stock", stock, "modules"),
                                ("stub+adopting", small, "builtin")):
        wrapped = os.path.join(FOLDER, name + ".relay")
        adopting = ["--adopting"] if inner == paths.ADOPTING_IMAGE else []
        subprocess.run([paths.DMARELAY, "wrap", inner, "-o", wrapped, *adopting], check=True)
        prepared[name] = wrapped, initrds[initrd]
    prepared["stub+stock small"] = prepared["stub+adopting small"] = prepared["stub+adopting"]
    return prepared


def one(scenario, kernel, prepared):
    """Run it; the entry of result.json."""
    image, initrd = prepared[kernel]
    files, cmdline = {}, scenario.kdump_cmdline
    if scenario.attach:
        image, initrd = prepared[f"{kernel} small"]
        files = {"attach": scenario.attach.encode(), "mapbench": MAPBENCH}
        cmdline += "" if kernel == "stub+adopting" else " dmarelay=off"
    config = Config(**{"firmware": "seabios", **scenario.config})
    folder = os.path.join(FOLDER, re.sub(r"\W+", "-", f"{scenario.name} {kernel}"))
    plan = Plan(image, config, scenario.loader, cmdline, initrd=initrd, files=files,
                kdump_limit_s=LIMIT_S)
    for _ in range(ATTEMPTS):
        problem, legacy, domain_ids = "", {}, {}
        cycle = Attach(plan, folder, stopwatch())
        try:
            cycle.run()
            legacy = cycle.legacy_dma_after_attach()
            domain_ids = cycle.domain_ids()
        except (MachineError, GdbError) as error:
            problem = str(error)
        if not cycle.qemu_failed():
            break
    console = cycle.seen.serial.partition("\n@@ panic\n")[2]
    return {
        "scenario": scenario.name, "kernel": kernel,
        "dump_saved": judge.dump_saved(cycle.seen),
        "dump_verified": judge.dump_verified(cycle.seen),
        "faults": cycle.faults() if cycle.switched else None,
        "legacy_dma_after_attach": legacy,
        "domain_ids": domain_ids,
        "passed_through": len(cycle.seen.passed_through),
        "into_crash": len(cycle.seen.into_crash),
        "adopted": len(re.findall(r"DMAR: relay: adopted domain", console)),
        "complaints": len(re.findall(r"WARNING: CPU|kernel BUG at|BUG: |Bad page", console)),
        "attach": re.findall(r"^@@ (mapped .*|removed.*)$", console, re.MULTILINE),
        "problem": problem,
    }


def show(results):
    """The table, in Markdown."""
    print("\n| scenario | kernel | dump | faults | adopted | legacy DMA after attach |")
    print("|---|---|---|---|---|---|")
    for entry in results:
        dump = "verified" if entry["dump_saved"] and entry["dump_verified"] else \
            entry["problem"] or "lost"
        legacy = ", ".join(f"{name} {count}" for name, count in
                           entry["legacy_dma_after_attach"].items()) or "-"
        print(f"| {entry['scenario']} | {entry['kernel']} | {dump} | {entry['faults']} "
              f"| {entry['adopted']} | {legacy} |")
    print()


def earlier(chosen):
    """The entries of an earlier run that this one does not repeat."""
    try:
        with open(RESULT, encoding="utf-8") as file:
            return [entry for entry in json.load(file)
                    if (entry["scenario"], entry["kernel"]) not in chosen]
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
    fenced = next(scenario.fenced for scenario in SCENARIOS
                  if scenario.name == entry["scenario"])
    if entry["kernel"] == "stub+stock" and fenced:
        return entry["passed_through"] > 0      # nobody would lift a fence
    return entry["kernel"] != "stub+adopting" or (
        entry["dump_saved"] and entry["dump_verified"] and entry["faults"] == 0
        and entry["complaints"] == 0
        and (not fenced or (entry["adopted"] > 0
                            and not entry["passed_through"] and not entry["into_crash"]))
        and all(len(ids) == 1 for ids in entry["domain_ids"].values()))


def main():
    parser = argparse.ArgumentParser(prog="make compare", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scenario", default="", help="only those whose name has this")
    parser.add_argument("--kernel", choices=KERNELS, action="append")
    args = parser.parse_args()
    chosen = [(scenario, kernel) for scenario in SCENARIOS if args.scenario in scenario.name
              for kernel in args.kernel or KERNELS]
    prepared = prepare()
    names = {(scenario.name, kernel) for scenario, kernel in chosen}
    results = earlier(names) if len(chosen) < len(SCENARIOS) * len(KERNELS) else []
    for scenario, kernel in chosen:
        print(f"-- {scenario.name}: {kernel}", flush=True)
        results.append(one(scenario, kernel, prepared))
        save(results)
    show(results)
    return 0 if results and all(map(good, results)) else 1


if __name__ == "__main__":
    sys.exit(main())
