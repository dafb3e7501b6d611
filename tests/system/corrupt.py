# SPDX-License-Identifier: GPL-2.0-only
"""Handoffs that are damaged, or lie: the adopting kernel must save the dump all the same.

The machine stops at the inner kernel's entry, when the stub has handed over and the kernel has
not yet looked. There one field of the node is changed from outside, in guest RAM. Most changes are
sealed again with a right digest, so that the field itself must be seen to be wrong.

    corrupt.py [NAME...]    all cases, or those named; writes build/corrupt/result.json
"""

import argparse
import json
import os
import re
import struct
import subprocess
import sys

import attach
import judge
import paths
import vtdwalk
from cycle import Plan, stopwatch
from gdbstub import GdbError
from machine import Config, MachineError

FOLDER = os.path.join(paths.BUILD, "corrupt")
RESULT = os.path.join(FOLDER, "result.json")
# QEMU 7.2 itself sometimes ends with a failed assertion when the driver resets a busy e1000e
WITHOUT_E1000E = "initcall_blacklist=e1000_init_module"

# include/handoff.h
NODE = 16
HEADER = {"magic": (0, "<Q"), "major": (8, "<H"), "header_size": (12, "<I"),
          "total_size": (16, "<Q"), "sealed_size": (24, "<Q"), "digest": (32, "<Q"),
          "base": (40, "<Q"), "outcome": (48, "<I"), "section_count": (56, "<I")}
SECTION = {"type": (0, "<I"), "entry_size": (4, "<I"), "count": (8, "<I"), "offset": (16, "<Q"),
           "length": (24, "<Q")}
UNITS, DOMAINS, DEVICES, RANGES, TABLES = 1, 2, 3, 4, 12
ENTRY = {"unit.base": (UNITS, 0, "<Q"), "unit.flags": (UNITS, 12, "<I"),
         "unit.new_root": (UNITS, 48 + 8, "<Q"),
         "domain.unit": (DOMAINS, 0, "<I"), "domain.id": (DOMAINS, 4, "<I"),
         "domain.address_width": (DOMAINS, 8, "<I"), "domain.new_root": (DOMAINS, 24, "<Q"),
         "domain.first_range": (DOMAINS, 48, "<I"), "domain.range_count": (DOMAINS, 52, "<I"),
         "device.unit": (DEVICES, 4, "<I"), "device.domain": (DEVICES, 8, "<I"),
         "device.translation": (DEVICES, 14, "<B"), "device.action": (DEVICES, 15, "<B"),
         "range.first": (RANGES, 0, "<Q"), "range.last": (RANGES, 8, "<Q")}
MASK64 = (1 << 64) - 1


class Block:
    """The handoff in guest RAM."""

    def __init__(self, ram, arena):
        self.ram, self.start = ram, arena + NODE

    def get(self, offset, form):
        """One field."""
        return struct.unpack(form, self.ram.read(self.start + offset, struct.calcsize(form)))[0]

    def put(self, offset, form, value):
        """One field, as much of the value as it holds."""
        bits = 8 * struct.calcsize(form)
        self.ram.write(self.start + offset, struct.pack(form, value & (1 << bits) - 1))

    def section(self, wanted):
        """Where the entry of a section in the section table is."""
        for index in range(self.get(*HEADER["section_count"])):
            at = self.get(*HEADER["header_size"]) + 32 * index
            if self.get(at, "<I") == wanted:
                return at
        raise LookupError(f"no section {wanted}")

    def entries(self, wanted):
        """The offsets of a section's entries."""
        at = self.section(wanted)
        first, size = self.get(at + 16, "<Q"), self.get(at + 4, "<I")
        return [first + index * size for index in range(self.get(at + 8, "<I"))]

    def reseal(self):
        """handoff_digest() of include/handoff.h."""
        raw = self.ram.read(self.start, self.get(*HEADER["sealed_size"]) & ~7)
        state = 0xcbf29ce484222325
        for index, word in enumerate(struct.unpack(f"<{len(raw) // 8}Q", raw)):
            if index != HEADER["digest"][0] // 8:
                state ^= word
            state = state * 0x100000001b3 & MASK64
            state = (state << 29 | state >> 35) & MASK64
        self.put(*HEADER["digest"], state)


def header(name, value, reseal=True):
    """Set a field of the header."""
    def corrupt(block):
        block.put(*HEADER[name], value)
        if reseal:
            block.reseal()
    return corrupt


def section(kind, name, value):
    """Set a field of a section."""
    def corrupt(block):
        offset, form = SECTION[name]
        block.put(block.section(kind) + offset, form, value)
        block.reseal()
    return corrupt


def entries(name, value):
    """Set a field of every entry of its section."""
    def corrupt(block):
        kind, offset, form = ENTRY[name]
        for at in block.entries(kind):
            block.put(at + offset, form, value)
        block.reseal()
    return corrupt


def node_length(block):
    """The node ends in the middle of the sections."""
    block.ram.write(block.start - 4, struct.pack("<I", 200))


def _roots(block):
    return [block.get(at + 24, "<Q") for at in block.entries(DOMAINS)]


def tables(value):
    """Fill the first free entry of every top table; tables are not sealed.

    No device uses that entry: what the unit goes by is as it was, and a fault would be the kernel's
    doing. What becomes of tables in use that are damaged is the campaign's (`@switched`).
    """
    def corrupt(block):
        for root in filter(None, _roots(block)):
            words = struct.unpack("<512Q", block.ram.read(root, 4096))
            index = next(at for at, word in enumerate(words) if not word & 3 or word & vtdwalk.HOLE)
            block.ram.write(root + 8 * index, struct.pack("<Q", value(root)))
    return corrupt


def _other_root(block):
    """All domains claim the tables of the first."""
    roots = _roots(block)
    for at in block.entries(DOMAINS):
        block.put(at + 24, "<Q", roots[0])
    block.reseal()


CASES = {
    "none": lambda block: None,
    "magic": header("magic", 0),
    "major": header("major", 9),
    "header_size": header("header_size", 0xffffffff, False),
    "total_size": header("total_size", MASK64),
    "sealed_size beyond": header("sealed_size", MASK64 & ~7, False),
    "sealed_size odd": header("sealed_size", 4095, False),
    "digest": header("digest", 1, False),
    "base": header("base", 4096),
    "outcome": header("outcome", 77),
    "section_count": header("section_count", 0xffffffff, False),
    "truncated node": node_length,
    **{f"section {name}": section(DOMAINS, name, value) for name, value in
       (("entry_size", 8), ("count", 0xffffffff), ("offset", MASK64 - 7), ("length", 1 << 40))},
    "tables offset": section(TABLES, "offset", 1 << 60),
    "tables missing": section(TABLES, "type", 4000),
    "ranges missing": section(RANGES, "type", 4000),
    "devices missing": section(DEVICES, "type", 4000),
    **{name: entries(name, value) for name, value in (
        ("unit.base", 0), ("unit.flags", 0), ("unit.new_root", 0x1234000),
        ("domain.unit", 0xfffffff0), ("domain.id", 0xffffffff), ("domain.address_width", 200),
        ("domain.new_root", MASK64), ("domain.first_range", 0xfffffff0),
        ("domain.range_count", 0xffffffff), ("device.unit", 0xfffffff0),
        ("device.domain", 0xfffffff0), ("device.translation", 200), ("device.action", 200),
        ("range.first", MASK64), ("range.last", 0))},
    "shared root": _other_root,
    "table cycle": tables(lambda root: root | 3),
    "table beyond RAM": tables(lambda root: 0x7ffffffffff000 | 3),
    "superpage in no range": tables(lambda root: 0x40000000 | 0x83),
}


class Corrupted(attach.Attach):
    """A cycle with a change between the stub and the kernel."""

    def __init__(self, name, plan, folder, progress):
        super().__init__(plan, folder, progress)
        self.change = CASES[name]

    def _resume(self, stopped):
        if self.seen.unit_after:
            self.change(Block(self.ram, self.arena[0]))
        super()._resume(stopped)


def _adopted(console):
    """Names of the devices whose translations the kernel has taken over."""
    return {attach.NAMES.get(attach.source_of(*where), "other") for where in
            re.findall(r"0000:(\w+):(\w+)\.(\d): DMAR: relay: adopted", console)}


def one(name, image, initrd, crashkernel="256M"):
    """Run a case; the entry of result.json."""
    # A quarter of it, or the first kernel may find no room that large, where KASLR has put it
    config = Config(firmware="seabios", mem_mib=4 * int(crashkernel.removesuffix("M")),
                    crashkernel=crashkernel)
    plan = Plan(image, config, initrd=initrd, kdump_cmdline=WITHOUT_E1000E)
    cycle = Corrupted(name, plan, os.path.join(FOLDER, re.sub(r"\W+", "-", name)),
                      lambda text: None)
    problem = ""
    try:
        cycle.run()
    except (MachineError, GdbError) as error:
        problem = str(error)
    console = cycle.seen.serial.partition("\n@@ panic\n")[2]
    said = re.findall(r"DMAR: relay: (.*)", console)
    result = {"case": name, "problem": problem, "dump_saved": judge.dump_saved(cycle.seen),
              "dump_verified": judge.dump_verified(cycle.seen),
              "complaints": judge.complaints(console),
              "adopted": sum(line.startswith("adopted") for line in said),
              "faults": cycle.faults().refused, "said": said,
              # Of what it did adopt, all must be as it was at the crash
              "adopted_and_lost": sorted(set(cycle.lost) & _adopted(console))}
    result["passed"] = (result["dump_saved"] and result["dump_verified"]
                        and not result["complaints"] and not result["adopted_and_lost"]
                        and (name != "none" or not result["faults"]))
    return result


def options():
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kernel", default=paths.ADOPTING_IMAGE, help="a bzImage, for another")
    parser.add_argument("--crashkernel", default="256M")
    parser.add_argument("cases", nargs="*", metavar="NAME", help="; ".join(CASES))
    args = parser.parse_args()
    if unknown := set(args.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return args


def earlier(names):
    """The entries of an earlier run that this one does not repeat."""
    try:
        with open(RESULT, encoding="utf-8") as file:
            return [entry for entry in json.load(file) if entry["case"] not in names]
    except (OSError, ValueError):
        return []


def main():
    args = options()
    names = args.cases or list(CASES)
    os.makedirs(FOLDER, exist_ok=True)
    initrd = attach.prepare()["stub+adopting"][1]
    image = os.path.join(FOLDER, "vmlinuz.relay")
    subprocess.run([paths.DMARELAY, "wrap", args.kernel, "-o", image], check=True)
    results, progress = earlier(names), stopwatch()
    for name in names:
        result = one(name, image, initrd, args.crashkernel)
        results.append(result)
        progress(f"{'ok  ' if result['passed'] else 'FAIL'} {name}: adopted {result['adopted']}, "
                 f"{result['faults']} faults; {(result['said'] or ['-'])[0]} {result['problem']}")
        with open(RESULT, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2)
            file.write("\n")
    return 0 if all(result["passed"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
