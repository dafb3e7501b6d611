# SPDX-License-Identifier: GPL-2.0-only
"""The injector of tests/inject on a whole machine: tables in guest RAM damaged from outside.

The library is the one that damages the fake machine of the unit tests; here it gets a running
machine's memory and unit, and what of that machine a damage may name.
"""

import ctypes
import os
import random
import re
import struct
from dataclasses import dataclass

import paths
import vtdwalk
from machine import SOURCES_RESUMABLE as DEVICES

PAGE = 4096
LIBRARY = os.path.join(paths.BUILD, "system", "libinject.so")
BEYOND_RAM = 0x7f00000000               # within 39 bits, and no RAM is that high here
NOBODYS_REGISTERS = 0xfed40000          # a TPM's, and there is none: reads as all ones
BEFORE, ENTRY, SWITCHED = "before the panic", "at the entry", "after the switch"
POINTS = {BEFORE: (1, "before"), ENTRY: (2, "entry"), SWITCHED: (4, "switched")}    # inject.h
NONE = "none"                           # structure and damage of the machine that is left as it was
PARTS = ("free", "kernel", "initrd", "arena")

READ = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64)
WRITE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64)


class _Machine(ctypes.Structure):
    """struct inject_machine of tests/inject/inject.h."""
    _fields_ = [("context", ctypes.c_void_p), ("read", READ), ("write", WRITE), ("choose", READ),
                ("root", ctypes.c_uint64), ("interrupts", ctypes.c_uint64),
                ("queue", ctypes.c_uint64), ("dmar", ctypes.c_uint64),
                ("dmar_size", ctypes.c_uint64), ("crash", ctypes.c_uint64 * len(PARTS)),
                ("beyond", ctypes.c_uint64), ("mmio", ctypes.c_uint64),
                ("other", ctypes.c_uint64), ("iova", ctypes.c_uint64),
                ("source", ctypes.c_uint32), ("levels", ctypes.c_uint32),
                ("domain", ctypes.c_uint32)]


class _Cell(ctypes.Structure):
    """struct inject_cell."""
    _fields_ = [("structure", ctypes.c_char_p), ("damage", ctypes.c_char_p),
                ("points", ctypes.c_uint32)]


@dataclass(frozen=True)
class Cell:
    """One structure, one damage, one time."""
    index: int
    structure: str
    damage: str
    point: str

    @property
    def name(self):
        """As CELL= of `make campaign` has it."""
        return f"{self.structure}.{self.damage}@{POINTS[self.point][1]}"


def _library():
    library = ctypes.CDLL(LIBRARY)
    library.inject_cell.restype = ctypes.POINTER(_Cell)
    return library


def cells():
    """Those of tests/inject/cells.def that are for whole machines."""
    library, found = _library(), [Cell(-1, NONE, NONE, ENTRY)]
    for index in range(library.inject_cell_count()):
        cell = library.inject_cell(index).contents
        names = [text.decode().lower().replace("_", "-")
                 for text in (cell.structure, cell.damage)]
        found += [Cell(index, *names, point) for point, (bit, _) in POINTS.items()
                  if cell.points & bit]
    return found


@dataclass
class Target:
    """What the machine is made of, for the injector."""
    ram: object                 # RamFile
    unit: dict                  # registers: rtaddr, irta, iqa
    parts: dict                 # a page in each of PARTS that there is
    device: str                 # one of DEVICES
    iova: int                   # that it uses just now


def inject(cell, target, seed):
    """Damage it. Returns [(address, old word, new word)], in the order written: none if the machine
    has nothing of the kind there."""
    ram, chance, edits = target.ram, random.Random(seed), []

    def read(_, address):
        raw = ram.read(address, 8)
        return struct.unpack("<Q", raw)[0] if raw else 0

    def write(_, address, value):
        edits.append((address, read(None, address), value))
        ram.write(address, struct.pack("<Q", value))

    walker = vtdwalk.Walker(ram, target.unit["rtaddr"])
    context = walker.context(DEVICES[target.device])
    others = [walker.context(source) for name, source in DEVICES.items() if name != target.device]
    other = chance.choice([found for found in others if found])
    dmar, dmar_size = find_dmar(ram)
    machine = _Machine(
        None, READ(read), WRITE(write), READ(lambda _, limit: chance.randrange(limit)),
        target.unit["rtaddr"], target.unit["irta"], target.unit["iqa"], dmar, dmar_size,
        (ctypes.c_uint64 * len(PARTS))(*(target.parts.get(part, 0) for part in PARTS)),
        BEYOND_RAM, NOBODYS_REGISTERS, other.top, target.iova, context.source, context.levels,
        other.domain)
    _library().inject(ctypes.byref(machine), cell.index)
    return edits


def find_dmar(ram):
    """(address, size) of the firmware's table, masked or not: SeaBIOS puts it at the end of low RAM."""
    area = 1 << 20
    start = ram.low - area
    data = ram.read(start, area)
    for found in re.finditer(b"DMAR|XMAR", data):
        at = found.start()
        size, = struct.unpack_from("<I", data, at + 4)
        if 48 <= size <= area - at and sum(data[at:at + size]) % 256 == 0:
            return start + at, size
    raise LookupError("no DMAR table")
