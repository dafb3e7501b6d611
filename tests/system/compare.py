# SPDX-License-Identifier: GPL-2.0-only
"""The same crash under several kdump kernels, side by side.

    stock               Debian's kernel, as kexec loads it
    small               the kernel of kernel/6.12, or of kernel/$SERIES, as kexec loads it: it adopts
                        nothing without the stub, and is there to tell what its configuration does
    stub+stock shown    Debian's behind the stub
    stub+stock hidden   Debian's behind the stub, which hides the IOMMU from it
    stub+adopting       the small one behind the stub

In each the drivers of the devices with live DMA attach before the dump is saved: that is where
the crashed kernel's DMA and the kdump kernel's drivers meet. What needs things that Debian's kernel
is built without runs on the small kernel throughout: with dmarelay=off it is stock.

A scenario has runs for three things, since the instruments of one disturb the other: whether a dump is
saved ("outcome": without instruments), how many faults there are from the panic to the power-off
("count": each is counted, and nothing else), and, for the adopting kernel, what becomes of DMA and
translations ("dma": all is traced). `make compare` calls it; it prints a table and writes
build/compare/result.json (of 6.1: build/compare-6.1/result.json). Exit status 1 if the adopting
kernel lost a dump, had a fault, complained, or lost a translation that was in use at the crash; or if
the kernel that sees no IOMMU lost a dump, had a fault, complained, or can be reached by the crashed
kernel's DMA. Where a condition of hidden mode is not met, the row says which: that is no failure.
"""

import argparse
import json
import os
import re
import sys
import time
from dataclasses import dataclass, field

import paths                            # puts tools/ on the path
import figures
import judge
from attach import FOLDER, Attach, prepare
from cycle import Plan, stopwatch
from gdbstub import GdbError
from machine import Config, MachineError
from report import Report
from runs import fork_jobs, locked, read, text_of, write

RESULT = os.path.join(FOLDER, "result.json")
STAMP = os.path.join(FOLDER, "stamp.json")      # when and of what RESULT was begun
SPEAKS_OF = ["stub", "arch", "include", f"kernel/{paths.SERIES}", "tests/system"]
MAPBENCH = os.path.join(paths.BUILD, "system", "mapbench")
KERNELS = ["stock", "small", "stub+stock shown", "stub+stock hidden", "stub+adopting"]
HIDDEN = "stub+stock hidden"
# What is no condition of hidden mode (docs/hidden-mode.md): to show the IOMMU for that is a failure
UNEXCUSED = ("ok", "not-asked", "exception", "none")
WATCH = {"outcome": "nothing", "count": "faults", "dma": "all"}     # what a run is for
ATTEMPTS = 3                            # of a QEMU that fails


@dataclass
class Scenario:
    """One machine and its crash."""
    name: str
    config: dict = field(default_factory=dict)
    kdump_cmdline: str = ""
    loader: str = "load"
    attach: str = ""                # shell commands for the kdump kernel, which is the small one
    kdump: str = ""                 # the same for the kdump kernel that each column has anyway
    first: str = ""                 # and for the crashed kernel, before the crash kernel is loaded
    modules: str = ""               # its initramfs (attach.prepare()), if not the usual one
    crashed_says: str = ""          # on its console, or the row is not what its name says
    kdump_says: str = ""            # on the kdump kernel's, where it must be good
    fenced: bool = False            # the crashed kernel passes devices through: the stub may fence
    adopts: bool = True             # False: the adopting kernel cannot take the copies over, either
    conflicts: int = 0              # hidden: translations with too much in the kdump kernel's memory
    taken: int = 0                  # hidden: pages that it must not have, for conflicts' sake
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
# What was written is read back; memory that DMA did not come to holds something else
READ_AHCI = """
for i in $(seq 300); do
    [ -b /dev/sda ] && break
    usleep 100000
done
dd if=/job/pattern of=/dev/sda bs=64k count=4 oflag=direct
dd if=/dev/sda of=/tmp/read bs=64k count=4 iflag=direct
head -c 256k /job/pattern | cmp - /tmp/read && say "read what was written to $(cd /sys/block/sda/device && pwd -P)"
rm -f /tmp/read
"""
# It is behind xHCI
FIND_KEYBOARD = """
for i in $(seq 100); do
    grep -q Keyboard /sys/bus/usb/devices/*/product && break
    usleep 100000
done
say "read from $(grep -h Keyboard /sys/bus/usb/devices/*/product)"
"""
# Who maps IOVAs for a device as a virtual machine's monitor does
USER = """
device=DEVICE
[ ! -e /sys/bus/pci/devices/$device/driver ] || echo $device >/sys/bus/pci/devices/$device/driver/unbind
echo vfio-pci >/sys/bus/pci/devices/$device/driver_override
echo $device >/sys/bus/pci/drivers_probe
crash=$(grep 'Crash kernel' /proc/iomem | sed 's/^ */0x/; s/-.*//')
group=$(readlink /sys/bus/pci/devices/$device/iommu_group)
vfio-map /dev/vfio/${group##*/} START SIZE >/tmp/vfio 2>&1 &
for i in $(seq 200); do
    [ -s /tmp/vfio ] && break
    usleep 50000
done
say "user $(cat /tmp/vfio)"
"""


def user_of(device, start, size):
    """Commands for the crashed kernel; $crash is where its crash region begins."""
    return USER.replace("DEVICE", device).replace("START", start).replace("SIZE", size)


SCENARIOS = [
    Scenario("drivers attach, 39 bits", {"aw_bits": 39}),
    Scenario("drivers attach, 48 bits", {"aw_bits": 48}),
    Scenario("39 bits, intremap=off", {"aw_bits": 39, "intremap": False}),
    Scenario("48 bits, intremap=off", {"aw_bits": 48, "intremap": False}),
    Scenario("commands in flight on NVMe and AHCI, input on xHCI", {"more_devices": True},
             modules="more"),
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
    Scenario("translated, then intel_iommu=off", {}, "intel_iommu=off", adopts=False),
    Scenario("scalable mode, then legacy mode", {"scalable": True}, "intel_iommu=on,sm_off",
             adopts=False),
    Scenario("legacy mode, then scalable mode",
             {"scalable": True, "cmdline": "intel_iommu=on,sm_off"}, adopts=False),
    Scenario("x2APIC mode", {"x2apic": True}, crashed_says="x2apic enabled"),
    Scenario("devices that the crashed kernel had no driver for", {"more_devices": True},
             kdump=READ_AHCI, kdump_says="@@ read what was written"),
    # All of this machine's memory: a device that cannot be used in hidden mode
    Scenario("a user's IOVAs over the crash region", {"spare_nic": True}, modules="vfio",
             first=user_of("0000:00:08.0", "0", "0x40000000"), crashed_says="@@ user mapped",
             conflicts=1),
    # By tables whose entries are all alike
    Scenario("a user's IOVAs over the crash region, one buffer", {"spare_nic": True},
             modules="vfio", first=user_of("0000:00:08.0", "0", "0x40000000 1"),
             crashed_says="@@ user mapped", conflicts=1),
    # One page that the loader does not fill: the device can be used
    Scenario("a user's IOVA in the crash region", {"more_devices": True}, kdump=FIND_KEYBOARD,
             modules="vfio", first=user_of("0000:00:06.0", "$((crash + (64 << 20)))", "0x1000"),
             crashed_says="@@ user mapped", kdump_says="@@ read from QEMU USB Keyboard", taken=1),
]

# What a row runs on instead, where that must be the small kernel
SMALL = {"stock": "small", "stub+stock shown": "stub+adopting", HIDDEN: "stub+adopting hidden",
         "stub+adopting": "stub+adopting"}


def one(scenario, kernel, prepared, what):
    """One run of it; an entry of result.json."""
    image, initrd = prepared[kernel]
    files = {"attach": (NETWORK + scenario.attach + scenario.kdump).encode(),
             "first": scenario.first.encode(), "mapbench": MAPBENCH}
    cmdline = scenario.kdump_cmdline
    if scenario.attach:
        image, initrd = prepared[SMALL[kernel]]
        cmdline += "" if kernel == "stub+adopting" else " dmarelay=off"
    config = Config(**{"firmware": "seabios", "mem_mib": 1024, "one_cpu": True, **scenario.config})
    if scenario.modules:
        config.initrd = prepared[scenario.modules]
    folder = os.path.join(FOLDER, re.sub(r"\W+", "-", f"{scenario.name} {kernel} {what}"))
    plan = Plan(image, config, scenario.loader, cmdline, initrd=initrd, files=files,
                watch=WATCH[what])
    entry = {"scenario": scenario.name, "kernel": kernel, "what": what, "tries": []}
    while True:
        problem, dma = "", {}
        cycle = Attach(plan, folder, stopwatch())
        try:
            cycle.run()
            dma = _dma(cycle) if what == "dma" else {}
        except (MachineError, GdbError) as error:
            problem = str(error)
        entry |= {"problem": problem, "lacks": lacks(scenario, cycle.seen.serial),
                  **seen_in(cycle, what), **dma}
        if not cycle.qemu_failed() or len(entry["tries"]) + 1 == ATTEMPTS:
            return entry
        entry["tries"].append({name: entry[name] for name in ("problem", "faults", "complaints")})


def lacks(scenario, console):
    """What the kernels have not said, of what the row is about."""
    crashed, _, kdump = console.partition("\n@@ panic\n")
    return [words for words, said in ((scenario.crashed_says, crashed), (scenario.kdump_says, kdump))
            if words not in said]


def seen_in(cycle, what):
    """What any run says, but of an outcome with instruments on: there is no such thing."""
    if what == "outcome" and cycle.machine.instruments:
        raise MachineError(f"an outcome, with {sorted(cycle.machine.instruments)} on")
    console, faults = cycle.seen.serial.partition("\n@@ panic\n")[2], cycle.faults()
    report = cycle.report or Report("")
    return {
        "mode": judge.mode(cycle.seen, report), "hide_reason": report.hide_reason,
        "panic_to_entry_s": round(cycle.seen.panic_to_entry_s, 2), "memory_kib": memory(console),
        "dump_saved": judge.dump_saved(cycle.seen),
        "dump_verified": judge.dump_verified(cycle.seen),
        "pages_compared": cycle.seen.dump.compared, "pages_left_out": cycle.seen.dump.left_out,
        "faults": None if what == "outcome" else {"reported": faults.reported,
                                                  "muted": faults.muted},
        "passed_through": len(cycle.seen.passed_through),
        "into_crash": len(cycle.seen.into_crash),
        "adopted": len(re.findall(r"DMAR: relay: adopted domain", console)),
        "complaints": judge.complaints(console),
        "attach": re.findall(r"^@@ (mapped .*|removed.*|read .*)$", console, re.MULTILINE),
        "conflicts": sum(record["rule"] == "hide.conflict" for record in report.records),
        "taken": taken(console, cycle.seen.crash),
    }


def memory(console):
    """What the kdump kernel had for itself, before anything ran in it (MemTotal)."""
    found = re.search(r"^@@ memory (\d+)$", console, re.MULTILINE)
    return int(found[1]) if found else None


def taken(console, crash):
    """Pages of the crash region that the kdump kernel's e820 lists as reserved."""
    reserved = [(int(first, 16), int(last, 16) + 1) for first, last in re.findall(
        r"BIOS-e820: \[mem 0x(\w+)-0x(\w+)\] reserved", console)]
    return sum(last - first for first, last in reserved
               if any(start <= first and last <= end for start, end in crash)) // judge.PAGE


def _dma(cycle):
    """What a run in which all is traced says of DMA."""
    after_switch, after_attach = cycle.legacy_dma()
    return {"legacy_dma_after_switch": after_switch, "legacy_dma_after_attach": after_attach,
            "absorbed": cycle.seen.absorbed, "legacy_translations_lost": cycle.lost,
            "completed_after_panic": cycle.in_flight(), "domain_ids": cycle.domain_ids()}


def key(entry):
    """What an entry is the result of."""
    return entry["scenario"], entry["kernel"], entry["what"], entry.get("repeat", 0)


def results_there():
    """Of earlier runs, but of scenarios, columns and forms of an entry that are no more."""
    known = {scenario.name for scenario in SCENARIOS}
    return [entry for entry in read(RESULT)
            if entry["scenario"] in known and entry["kernel"] in KERNELS and "lacks" in entry]


def save(entry):
    """Add or replace one, in the order of the scenarios."""
    order = [scenario.name for scenario in SCENARIOS]
    with locked(FOLDER, "result"):
        entries = {key(old): old for old in results_there()}
        entries[key(entry)] = entry
        write(RESULT, text_of(sorted(entries.values(), key=lambda one: (
            order.index(one["scenario"]), KERNELS.index(one["kernel"]), key(one)))))


def refused(entry):
    """Faults, reported or muted; those of tries that were thrown away as well."""
    counts = [one["faults"] for one in (entry, *entry["tries"]) if one["faults"]]
    return sum(count["reported"] + count["muted"] for count in counts)


def good(entry):
    """What the adopting and the hidden kernel must show; the others are there to be compared with."""
    scenario, = (scenario for scenario in SCENARIOS if scenario.name == entry["scenario"])
    if scenario.crashed_says in entry["lacks"]:
        return False
    if entry["kernel"] == HIDDEN:
        return _good_hidden(scenario, entry)
    if entry["kernel"] == "stub+stock shown" and scenario.fenced:
        return entry["passed_through"] > 0      # nobody would lift a guarded identity map
    if entry["kernel"] != "stub+adopting" or not scenario.adopts:
        return True
    if scenario.fenced and (entry["passed_through"] or entry["into_crash"] or not entry["adopted"]):
        return False
    if not _undisturbed(entry):
        return False
    if not entry["adopted"] and "iommu=pt" not in scenario.config.get("cmdline", ""):
        return False
    return entry["what"] != "dma" or _good_dma(scenario, entry)


def _undisturbed(entry):
    """A right dump, no fault, no complaint; all that the row is about was there."""
    return (entry["dump_saved"] and entry["dump_verified"] and not refused(entry)
            and not any(one["complaints"] for one in (entry, *entry["tries"]))
            and not entry["lacks"])


def _good_hidden(scenario, entry):
    if entry["mode"] == "shown":
        return entry["hide_reason"] not in UNEXCUSED
    return (entry["mode"] == "hidden" and _undisturbed(entry) and not entry["into_crash"]
            and entry["conflicts"] == scenario.conflicts and entry["taken"] == scenario.taken)


def _good_dma(scenario, entry):
    # A guarded identity map leaves out the dump kernel's memory, and nothing else: watch.py
    return (set(entry["legacy_translations_lost"]) <= set(scenario.loses)
            and all(len(ids) == 1 for ids in entry["domain_ids"].values())
            and (scenario.modules != "more"
                 or all(entry["completed_after_panic"].values())))


def show(results):
    """In short."""
    for scenario in SCENARIOS:
        entries = [entry for entry in results if entry["scenario"] == scenario.name]
        if entries:
            print(f"{scenario.name}: " + "; ".join(
                f"{kernel} {cell(entries, kernel)}" for kernel in KERNELS))
    for entry in results:
        if entry["kernel"] == HIDDEN and entry["mode"] != "hidden":
            print(f"not hidden: {entry['scenario']}, {entry['what']}: {entry['hide_reason']}")
    for entry in results:
        if not good(entry):
            print(f"NOT AS IT MUST BE: {json.dumps(entry)}")


def cell(entries, kernel):
    """What the runs of a scenario under one kernel say: the dump, and its faults."""
    mine = [entry for entry in entries if entry["kernel"] == kernel]
    outcomes = [entry for entry in mine if entry["what"] == "outcome"]
    counts = [entry for entry in mine if entry["what"] == "count"]
    saved = sum(entry["dump_saved"] and entry["dump_verified"] for entry in outcomes)
    if not outcomes:
        return "not run"
    said = ["dump" if saved == len(outcomes) else f"dump {saved} of {len(outcomes)}" if saved else
            "**no dump**"]
    if counts:
        said.append(faults_of(counts))
    if kernel == HIDDEN:
        said += sorted({f"shown: {entry['hide_reason']}" for entry in mine if entry["mode"] != "hidden"})
    return ", ".join(said)


def faults_of(counts):
    """The least and the most of some runs; "at least" of those that did not come to the power-off."""
    faults = [entry["faults"]["reported"] for entry in counts]
    muted = max(entry["faults"]["muted"] for entry in counts)
    text = f"{min(faults):,}" + (f" to {max(faults):,}" if max(faults) > min(faults) else "")
    cut = "at least " if any(entry["problem"] for entry in counts) else ""
    return f"{cut}{text} faults" + (f", {muted:,} muted" if muted else "")


def kernels_of(results):
    """Those that have been run."""
    return [kernel for kernel in KERNELS if any(entry["kernel"] == kernel for entry in results)]


def table(results):
    """For the docs: a row a scenario, what its runs say under each kernel."""
    kernels, rows = kernels_of(results), []
    for scenario in SCENARIOS:
        entries = [entry for entry in results if entry["scenario"] == scenario.name]
        if entries:
            rows.append([scenario.name] + [cell(entries, kernel) for kernel in kernels])
    return figures.table(["crash and kdump kernel", *kernels], rows)


def summary(results):
    """A line a kernel, over all scenarios."""
    rows = []
    for kernel in kernels_of(results):
        mine = [entry for entry in results if entry["kernel"] == kernel]
        outcomes = [entry for entry in mine if entry["what"] == "outcome"]
        faults = [refused(entry) for entry in mine if entry["what"] == "count"]
        rows.append([kernel, len(outcomes),
                     sum(entry["dump_saved"] and entry["dump_verified"] for entry in outcomes),
                     len(faults), sum(not count for count in faults),
                     max(faults) if faults else "-"])
    return figures.table(["kdump kernel", "runs", "dump saved and verified", "runs that count faults",
                          "of these, without one, reported or muted", "most faults"], rows)


def dma_table(results):
    """What devices did under the adopting kernel, in the runs in which all was traced."""
    def words(counts):
        return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "none"

    return figures.table(
        ["crash and kdump kernel", "devices adopted", "accesses to the crashed kernel's memory "
         "after the switch", "of these, after the driver had attached", "absorbed by a scratch page",
         "translations lost"],
        [[entry["scenario"], entry["adopted"], words(entry["legacy_dma_after_switch"]),
          words(entry["legacy_dma_after_attach"]), entry["absorbed"],
          ", ".join(entry["legacy_translations_lost"]) or "none"]
         for entry in results if entry["what"] == "dma" and "absorbed" in entry])


def costs(results):
    """Under emulation, and of runs without instruments: each scenario's to be set side by side."""
    rows = []
    for scenario in SCENARIOS:
        mine = {entry["kernel"]: entry for entry in results if entry["what"] == "outcome"
                and entry["scenario"] == scenario.name and entry.get("memory_kib")}
        if mine:
            rows.append([scenario.name] + [
                f"{mine[kernel]['panic_to_entry_s']:.2f} s, {mine[kernel]['memory_kib']:,} KiB"
                if kernel in mine else "-" for kernel in kernels_of(results)])
    return figures.table(["crash and kdump kernel", *kernels_of(results)], rows)


def write_figures():
    """The figures of docs/kernel.md, of all that has been run."""
    results, stamp = results_there(), read(STAMP)
    runs = [sum(entry["what"] == what for entry in results) for what in WATCH]
    stamp["runs"] = "{} runs for outcomes, {} that count faults, {} that trace DMA".format(*runs)
    suffix = "" if paths.SERIES == "6.12" else f"-{paths.SERIES}"
    for name, lines in (("compare", table(results)), ("compare-summary", summary(results)),
                        ("compare-dma", dma_table(results)), ("compare-costs", costs(results))):
        figures.keep({**stamp, "name": name + suffix, "data": [], "lines": lines}, FOLDER)


def chosen_runs(args):
    """[(scenario, kernel, what, repeat)], in the order to run them."""
    kinds = [("outcome", repeat) for repeat in range(args.outcomes)] + \
            [("count", repeat) for repeat in range(args.counts)] + [("dma", 0)]
    return [(scenario, kernel, what, repeat) for what, repeat in kinds for scenario in SCENARIOS
            for kernel in args.kernel or KERNELS if args.scenario in scenario.name
            if what != "dma" or kernel == "stub+adopting"
            if not (scenario.attach and kernel == "small")]     # stock's column is that already


def job(args, number, prepared):
    """One after the other, on a host CPU of its own: all kernels alike."""
    cpus = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpus[number % len(cpus)]})
    for scenario, kernel, what, repeat in chosen_runs(args)[number::args.jobs]:
        if args.minutes and time.monotonic() - args.start > args.minutes * 60:
            return
        wanted = scenario.name, kernel, what, repeat
        with locked(FOLDER, re.sub(r"\W+", "-", " ".join(map(str, wanted))), wait=False) as mine:
            if not mine or (not args.scenario and wanted in set(map(key, results_there()))):
                continue
            print(f"-- {scenario.name}: {kernel}, {what}", flush=True)
            entry = {**one(scenario, kernel, prepared, what), "repeat": repeat}
            save(entry)
            print(json.dumps(entry), flush=True)


def main():
    parser = argparse.ArgumentParser(prog="make compare", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scenario", default="", help="only those whose name has this, and again")
    parser.add_argument("--kernel", choices=KERNELS, action="append")
    parser.add_argument("--outcomes", type=int, default=1, help="so many runs for each outcome")
    parser.add_argument("--counts", type=int, default=1, help="so many that count faults")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0, help="no new runs after so many")
    args = parser.parse_args()
    args.start = time.monotonic()
    prepared = prepare()
    if not os.path.exists(RESULT):
        command = "make compare" + ("" if paths.SERIES == "6.12" else f" SERIES={paths.SERIES}")
        write(STAMP, json.dumps(figures.stamp("compare", command, "", SPEAKS_OF, [], [])).encode())
    fork_jobs(args.jobs, lambda number: job(args, number, prepared))
    results = [entry for entry in results_there() if args.scenario in entry["scenario"]
               and entry["kernel"] in (args.kernel or KERNELS)]
    show(results)
    write_figures()
    return 0 if results and all(map(good, results)) else 1


if __name__ == "__main__":
    sys.exit(main())
