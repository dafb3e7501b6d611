# SPDX-License-Identifier: GPL-2.0-only
"""Writes what the fuzz targets start from: OUT/TARGET/NAME, sound inputs and a few damaged ones.

    seeds.py OUT

All is made here and by the builders of tests/cli. Tables of real machines are added where they
are (tests/cli/tables.py says where it looks); the fixed runs of `make check-fuzz` do without.
"""

import os
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cli"))

import blobs        # noqa: E402
import dumps        # noqa: E402
import kernels      # noqa: E402
import tables       # noqa: E402

MENDED, AS_IT_IS = b"\0", b"\1"     # first byte of targets that can make checksums right
DMAR_AT = 0x80                      # as in target_acpi.c


def checksummed(table, at):
    table = bytearray(table)
    table[at] = -(sum(table) - table[at]) & 0xff
    return bytes(table)


def dmar_tables():
    port = tables.scope(2, 0, ((0x1c, 4), (0, 1), (3, 0)))
    return {
        "everything": tables.everything(),
        "empty": tables.table(),
        "units": tables.table(*(tables.unit(base=0xfed90000 + i * 0x1000) for i in range(8))),
        "short": tables.table(tables.structure(0, b"\1\0\0\0"), tables.unit()),
        "endless": tables.table(tables.structure(7, b"", length=0), tables.unit()),
        "beyond": tables.table(tables.structure(1, bytes(20), length=0xffff)),
        "scopes": tables.table(tables.unit(port, port, tables.scope(length=0)),
                               tables.rmrr(port, tables.scope(length=250), base=1, limit=0)),
        "wide": tables.table(tables.unit(), width=256),
    }


def acpi(xsdt=True, **fields):
    """Memory as target_acpi.c has it: RSDP, a table of tables, the DMAR, one more table."""
    kind, form = (b"XSDT", "<QQ") if xsdt else (b"RSDT", "<II")
    entries = struct.pack(form, 0x10000 + DMAR_AT + 0x400, 0x10000 + DMAR_AT)
    where = 0x10040
    rsdp = struct.pack("<8sB6sBIIQB3x", b"RSD PTR ", 0, b"MAKER ", 2 if xsdt else 0,
                       0 if xsdt else where, 36, where if xsdt else 0, 0)
    rsdp = checksummed(checksummed(rsdp[:20], 8) + rsdp[20:], 32)
    head = struct.pack("<4sIBB6s8sI4sI", kind, 36 + len(entries), 1, 0, b"MAKER ", b"MACHINE ",
                       1, b"TEST", 1)
    memory = rsdp.ljust(0x40, b"\0") + (head + entries).ljust(0x40, b"\0")
    memory += tables.table(tables.unit(), tables.rmrr(), **fields)
    memory = memory.ljust(DMAR_AT + 0x400, b"\0") + mcfg()
    return memory.ljust(0x1000, b"\0") + pci_function()


def mcfg():
    """One good entry, and one that leads to RAM; configuration space is the same memory."""
    entries = struct.pack("<QHBBIQHBBI", 0xb0000000, 0, 0, 0xff, 0, 0x10000000, 1, 0, 1, 0)
    head = struct.pack("<4sIBB6s8sI4sI", b"MCFG", 44 + len(entries), 1, 0, b"MAKER ",
                       b"MACHINE ", 1, b"TEST", 1)
    return checksummed(head + bytes(8) + entries, 9)


def pci_function():
    """Device 1's space: a root port with capabilities of both kinds."""
    space = bytearray(0x400)
    struct.pack_into("<IIII", space, 0, 0x12348086, 0x00100007, 0x06040000, 0x00810000)
    struct.pack_into("<I", space, 0x18, 0x00020100)
    space[0x34] = 0x50
    struct.pack_into("<II", space, 0x50, 0x0000e001 & 0xff | 0x60 << 8, 0)
    struct.pack_into("<III", space, 0x60, 0x00420010, 0, 0x000f2810)
    struct.pack_into("<I", space, 0x100, 0x0003 | 1 << 16 | 0x200 << 20)
    struct.pack_into("<14I", space, 0x200, 0x0001 | 2 << 16, *range(1, 14))
    return bytes(space)


def acpi_seeds():
    return {"xsdt": MENDED + acpi(), "rsdt": MENDED + acpi(xsdt=False),
            "as_it_is": AS_IT_IS + acpi(), "checksum": AS_IT_IS + acpi(checksum=1),
            "long": MENDED + acpi(length=0x20000), "wide": MENDED + acpi(width=200)}


def setup_header(**fields):
    values = {"setup_data": 0, "cmd_line_ptr": 0, "ramdisk_image": 0x76000000,
              "ramdisk_size": 0x1000000}
    values.update(fields)
    header = bytearray(123)
    places = {"setup_data": (0x250, "<Q"), "cmd_line_ptr": (0x228, "<I"),
              "ramdisk_image": (0x218, "<I"), "ramdisk_size": (0x21c, "<I")}
    for name, (offset, form) in places.items():
        struct.pack_into(form, header, offset - 0x1f1, values[name])
    struct.pack_into("<IH", header, 0x202 - 0x1f1, 0x53726448, 0x20f)
    return bytes(header)


def boot_params(rest=b"", *, e820=2, rsdp=0, efi=bytes(32), **header):
    entries = [(0x1000, 0x9f000, 1), (0x68000000, 0x10000000, 1), (0x7ffe0000, 0x20000, 3),
               (0xfffc0000, 0x40000, 2)]
    table = b"".join(struct.pack("<QQI", *entry) for entry in entries).ljust(6 * 20, b"\0")
    return (MENDED + struct.pack("<QIII", rsdp, 0, 0, 0) + efi + bytes([e820]) +
            setup_header(**header) + table + rest)


def bootparam_seeds():
    at = 0x1000         # the memory behind boot_params

    def node(following, kind, data, length=None):
        return struct.pack("<QII", following, kind, len(data) if length is None else length) + data
    extension = struct.pack("<QQIQQI", 0x100000000, 0x80000000, 1, 0xe0000000, 0x1000, 2)
    chain = node(at + 0x40, 1, extension).ljust(0x40, b"\0")
    chain += node(at + 0x80, 0x80000000, struct.pack("<IIQQ", 1, 0, 0x1000, 0x7000000)).ljust(0x40, b"\0")
    chain += node(0, 4, struct.pack("<QQQQ", 0, 0, at + 0x200, 0) + bytes(64))
    efi = struct.pack("<8I", 0x34364c45, at + 0x400, 0, 0, 0, 0, 0, 0)
    guid = struct.pack("<QQQ", 0x11d3e4f18868e871, 0x81883cc7800022bc, at + 0x300)
    rsdp = checksummed(struct.pack("<8sB6sBI", b"RSD PTR ", 0, b"MAKER ", 0, at), 8)
    memory = (chain.ljust(0x200, b"\0") + guid.ljust(0x100, b"\0") + rsdp.ljust(0x100, b"\0") +
              b"IBI SYST".ljust(104, b"\0") + struct.pack("<QQ", 1, at + 0x200))
    return {
        "plain": boot_params(b"elfcorehdr=1664M\0", cmd_line_ptr=at),
        "chain": boot_params(chain, setup_data=at),
        "cycle": boot_params(node(at, 9, b""), setup_data=at),
        "odd_extension": boot_params(node(0, 1, b"12345"), setup_data=at),
        "wraps": boot_params(node(2**64 - 8, 9, b"", 2**32 - 1), setup_data=at),
        "rsdp": boot_params(rsdp, rsdp=at),
        "efi": boot_params(memory, efi=efi, setup_data=at),
        "no_bios": b"\xff" + boot_params()[1:], "no_map": boot_params(e820=0), "full_map": boot_params(e820=128),
        "long_line": boot_params(b"x" * 5000, cmd_line_ptr=at),
    }


def elf(*loads, phoff=64, phnum=None, kind=4, machine=62, size=56):
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", kind, machine, 1, 0, phoff, 0, 0, 64,
                       size, len(loads) + 1 if phnum is None else phnum, 0, 0, 0)
    segments = [struct.pack("<IIQQQQQQ", 4, 0, 0, 0, 0, 0, 0, 0)]
    segments += [struct.pack("<IIQQQQQQ", 1, 7, 0, 0, start, 0, end - start, 0)
                 for start, end in loads]
    return head.ljust(phoff, b"\0") + b"".join(segments)


def elfcore_seeds():
    def lists(*e820, in_use=()):
        return (bytes([len(e820) | len(in_use) << 4]) +
                b"".join(struct.pack("<QQB", start, end - start, kind) for start, end, kind in e820) +
                b"".join(struct.pack("<QQ", *pair) for pair in in_use))
    crash, low = (0x68000000, 0x78000000, 1), (0, 0x9fc00, 1)
    ram = ((0x78000000, 0x7ffe0000), (0x100000, 0x68000000), (0x1000, 0x9fc00))
    image = (0x74600000, 0xb00000)
    return {
        "machine": lists(crash, low, in_use=(image,)) + elf(*ram, (1 << 32, 6 << 30)),
        "carved": lists((0x68000000, 0x70000000, 1), (0x70080000, 0x78000000, 128)) + elf(*ram),
        "overlap": lists(crash, (0x60000000, 0x70000000, 1), crash) + elf(*ram, *ram),
        "edges": lists((0, 2**64 - 1, 1), (2**64 - 4096, 2**64 - 1, 1)) + elf((0, 2**64 - 1)),
        "no_load": lists(crash) + elf(), "no_ram": lists((0, 4096, 2)) + elf(*ram),
        "not_core": lists(crash) + elf(*ram, kind=2), "far": lists(crash) + elf(*ram, phoff=0x200),
        "many": lists(crash) + elf(*ram, phnum=0xfffe), "xnum": lists(crash) + elf(*ram, phnum=0xffff),
    }


def initrd_seeds():
    def file(name, body, *, magic="070701", fields=None):
        name = name.encode() + b"\0"
        values = [1, 0o100644, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name), 0]
        for at, value in (fields or {}).items():
            values[at] = value
        head = magic.encode() + "".join(f"{value:08x}" for value in values).encode() + name
        return b"".join(part + bytes(-len(part) % 4) for part in (head, body))
    dmar, end = file("kernel/firmware/acpi/dmar.aml", b"DMAR" + bytes(44)), file("TRAILER!!!", b"")
    ssdt = file("kernel/firmware/acpi/ssdt.aml", b"SSDT" + bytes(32))
    archives = {
        "dmar": dmar + end, "second": ssdt + end + bytes(512) + dmar, "other": ssdt + end,
        "elsewhere": file("firmware/dmar.aml", b"DMAR") + end, "crc": file("x", b"DMAR", magic="070702") + dmar,
        "padding": bytes(64) + dmar, "long_name": file("x", b"", fields={11: 2**32 - 1}) + dmar,
        "long_file": file("x", b"", fields={6: 2**32 - 1}) + dmar, "gzip": b"\x1f\x8b\x08" + bytes(64),
    }
    return {name: struct.pack("<Q", len(data)) + data for name, data in archives.items()} | {
        "endless": struct.pack("<Q", 2**40), "wraps": struct.pack("<Q", 2**64 - 1) + dmar}


def params_seeds():
    return {str(i): text.encode() for i, text in enumerate([
        "", "root=/dev/nvme0n1 console=ttyS0 elfcorehdr=1664M",
        "dmarelay.policy=keep dmarelay.bad=sink dmarelay.pasid=keep dmarelay.log=off",
        "dmarelay.policy=off dmarelay.bad=block dmarelay.pasid=drop dmarelay.log=ttyS3,9600",
        "elfcorehdr=0x1000@0x68000000 dmarelay.budget=60000", "elfcorehdr=18446744073709551616",
        "dmarelay.budget=0 dmarelay.budget=99999999999999999999 dmarelay.log=ttyS4",
        "a=\"b c\" dmarelay.bad=\"block\" -- dmarelay.policy=off", "elfcorehdr=17179869184G"])}


def inspect_seeds():
    full = blobs.full()
    scalable = blobs.Block(blobs.scalable_sections()).build()
    return {"full": MENDED + full, "scalable": MENDED + scalable,
            "node": MENDED + blobs.node(full), "as_it_is": AS_IT_IS + full,
            "short": MENDED + full[:200], "empty": MENDED + blobs.Block([], tables=0).build(),
            "report": MENDED + blobs.Block(blobs.full_sections(), tables=0, outcome=3, reason=12).build(),
            "odd_size": MENDED + blobs.Block([blobs.Section(blobs.RANGES, [bytes(9)], entry_size=9)]).build()}


def wrap_seeds():
    def pair(stub, kernel, arena=0):
        return struct.pack("<HH", len(stub), arena) + stub + kernel
    body, small = bytes(0x1010), {"init_size": 0x20000, "kernel_alignment": 0x1000}
    stub = kernels.stub(size=0x280, memory=0x1000)
    refused = {"boot_flag": 0, "magic": b"XXXX", "version": 0x20b, "jump": 0x10eb, "loadflags": 0,
               "xloadflags": 0, "relocatable": 0, "kernel_alignment": 0x1800, "syssize": 2**20,
               "payload_length": 2**31, "kernel_info_offset": 2**31, "init_size": 16}
    no_stub = {"magic": b"RDMIMAG2", "stub_size": 1, "stub_memory": 1, "inner_offset": 1}
    seeds = {name: pair(stub, kernels.kernel(body, **{**small, name: value}))
             for name, value in refused.items()}
    seeds |= {"stub_" + name: pair(kernels.stub(**{"size": 0x280, "memory": 0x1000, name: value}),
                                   kernels.kernel(body, **small)) for name, value in no_stub.items()}
    return seeds | {
        "xlf_low": pair(stub, kernels.kernel(body, xloadflags=1, **small)),
        "short": pair(stub, kernels.kernel(body, **small)[:600]),
        "large": pair(stub, kernels.kernel(body, init_size=2**32 - 1, kernel_alignment=0x1000)),
        "plain": pair(stub, kernels.kernel(body, **small)),
        "old": pair(stub, kernels.kernel(body, version=0x20c, jump=0x66eb, kernel_info_offset=0, **small)),
        "one_sector": pair(stub, kernels.kernel(body, setup_sects=1, **small), 1000),
        "unaligned": pair(stub, kernels.kernel(body[:-3], payload_length=0, **small)),
        "aligned": pair(stub, kernels.kernel(body, init_size=0x20000)),
        "wrapped": pair(stub, kernels.kernel(stub + body, **small)),
        "no_stub": pair(b"", kernels.kernel(body)), "no_kernel": pair(stub, b""),
    }


def vmcore_seeds():
    ours = dumps.device_dump(b"DMARELAY".ljust(64, b"\0"))
    other, page = dumps.device_dump(b"x", driver=b"cxgb4"), {0x1000: bytes(64)}
    kdump = dumps.kdump({}, dumps.notes(ours), vmcoreinfo=b"VMCOREINFO")
    return {
        "elf": dumps.elf({}, dumps.notes(ours)), "second": dumps.elf({}, dumps.notes(other, ours)),
        "absent": dumps.elf(page, dumps.notes()), "not_core": dumps.elf({}, b"", type=2),
        "xnum": dumps.elf({}, dumps.notes(ours), phnum=0xffff, shoff=64),
        "far": dumps.elf({}, dumps.notes(ours), phoff=2**63 - 8), "kdump": kdump,
        "endless": dumps.elf({}, dumps.note(b"CORE", 1, b"", size=2**31)),
        "odd_headers": dumps.elf({}, dumps.notes(), phentsize=57), "cut": dumps.elf({}, dumps.notes(ours))[:150],
        "class_32": dumps.elf({}, dumps.notes())[:4] + b"\1" + dumps.elf({}, dumps.notes())[5:],
        "far_notes": kdump[:dumps.SUB_NOTE] + struct.pack("<QQ", 2**63, 2**63) + kdump[dumps.SUB_NOTE + 16:],
        "small_blocks": kdump[:428] + struct.pack("<I", 432) + bytes(48) +
                        struct.pack("<QQ", 512, 0x1000) + bytes(16) + ours,
        "old_kdump": dumps.kdump({}, dumps.notes(), version=3),
        "flat": b"makedumpfile\0".ljust(4096, b"\0"),
    }


class Machine:
    """The steps of target_stub.c."""

    TABLES, PAGES = 0x10100000, 64
    LEGACY_ECAP, CAP = 0xf0005a | 0x40, 0x00c0000c222f0686

    def __init__(self):
        self.bytes, self.next = b"", 0

    def page(self):
        self.next += 1
        return self.next - 1

    def step(self, kind, form, *values):
        self.bytes += bytes([kind]) + struct.pack("<" + form, *values)
        return self

    def word(self, page, index, value):
        return self.step(0, "BHQ", page, index, value)

    def entry(self, page, index, target, low=3, high=0):
        return self.step(1, "BHBHH", page, index, target, low, high)

    def map(self, page, index, count, address):
        return self.step(2, "BHBQ", page, index, count, address | 3)

    def unit(self, *, cap=CAP, ecap=LEGACY_ECAP, flags=0, behaviour=0):
        root, interrupts = self.page(), self.page()
        self.step(3, "QQBHBH", cap, ecap, root, flags, interrupts, behaviour)
        return root, interrupts

    def dmar(self, structure):
        self.bytes += bytes([4, len(structure)]) + structure
        return self

    def machine(self, pages=48, option=0, ticks=10, jump=0):
        return self.step(5, "HBHH", pages, option, ticks, jump)

    def tree(self, levels, leaf=0x20000000, low=3):
        """A tree with a run of 4 KiB leaves and a 2 MiB one; returns its root."""
        pages = [self.page() for _ in range(levels)]
        for above, below in zip(pages, pages[1:]):
            self.entry(above, 1, below, low)
        self.map(pages[-1], 5, 9, leaf)
        self.word(pages[-2], 7, 0x30000000 | low | 0x80)
        return pages[0]

    def legacy(self, *, levels=3, leaf=0x20000000, **unit):
        root, interrupts = self.unit(**unit)
        contexts = self.page()
        self.entry(root, 0, contexts, 1)
        for devfn in (0x10, 0xf8):
            tree = self.tree(levels, leaf)
            self.entry(contexts, devfn * 2, tree, 1)
            self.word(contexts, devfn * 2 + 1, (devfn + 1) << 8 | levels - 2)
        self.word(contexts, 0x21 * 2, 2 << 2 | 1).word(contexts, 0x21 * 2 + 1, 9 << 8 | 2)
        self.word(interrupts, 4, 0x100300001).word(interrupts, 5, 0x400f8)
        return self

    def scalable(self, *, levels=4, **unit):
        root, interrupts = self.unit(flags=unit.pop("flags", 0) | 1, **unit)
        contexts, directory, table = self.page(), self.page(), self.page()
        self.entry(root, 0, contexts, 1)
        self.entry(contexts, 0x10 * 4, directory, 0x9)
        self.entry(directory, 0, table, 1)
        second, first = self.tree(levels), self.tree(4, low=7)
        self.entry(table, 0, second, 2 << 6 | 2 << 2 | 1).word(table, 1, 7)
        self.word(table, 8, 1 << 6 | 1).word(table, 9, 8).entry(table, 10, first, 1)
        self.entry(table, 16, second, 3 << 6 | 2 << 2 | 1).word(table, 17, 9).entry(table, 18, first, 1)
        self.word(table, 24, 4 << 6 | 2 << 2 | 1).word(table, 25, 10)
        self.word(interrupts, 4, 0x100300001).word(interrupts, 5, 0x400f8)
        return self


def stub_seeds():
    rmrr = tables.rmrr(tables.scope(path=((2, 0),)), base=0x20005000, limit=0x20005fff)
    machines = {
        "empty": Machine(), "idle": Machine().legacy(flags=0x20),
        "legacy": Machine().legacy(), "interrupts": Machine().legacy(flags=0x700c),
        "four_levels": Machine().legacy(levels=4), "crash_region": Machine().legacy(leaf=0x6fffc000),
        "no_queue": Machine().legacy(flags=0x10), "block": Machine().legacy().machine(option=1),
        "small": Machine().legacy().machine(pages=20), "slow": Machine().legacy().machine(jump=40),
        "scalable": Machine().scalable(), "drop": Machine().scalable().machine(option=2),
        "scalable_ir": Machine().scalable(flags=0x300c), "two": Machine().legacy().scalable(),
        "deaf": Machine().legacy(behaviour=0x10), "deaf_queue": Machine().legacy(behaviour=0x80),
        "brought": Machine().legacy().machine(ticks=0x800a).dmar(b"\1\0\x7f\0"),
        "rmrr": Machine().legacy().dmar(rmrr), "dead": Machine().legacy(behaviour=0xe00),
        "loop": Machine().legacy().entry(5, 3, 4), "clash": Machine().legacy().word(2, 0x1f1, 0x1101),
    }
    return {name: machine.bytes for name, machine in machines.items()}


class Kernel:
    """The steps of target_kernel.c on one of its bases."""

    TOP, CONTEXT = 0xf0, 0xe0
    UNITS, DOMAINS, DEVICES, RANGES = 1, 2, 3, 4

    def __init__(self, base, options=0):
        self.bytes = bytes([base, options])

    def step(self, kind, form, *values):
        self.bytes += bytes([kind]) + struct.pack("<" + form, *values)
        return self

    def header(self, word, value):
        return self.step(0, "BQ", word, value)

    def field(self, section, index, offset, size, value):
        return self.step(1, "BBBBQ", section, index, offset, size.bit_length() - 1, value)

    def word(self, page, index, value):
        return self.step(2, "BHQ", page, index, value)

    def entry(self, page, index, target, low=3, high=0):
        return self.step(3, "BHBHH", page, index, target, low, high)

    def copy(self, page, index, source, source_index, words=0):
        return self.step(4, "BHBHB", page, index, source, source_index, words)

    def bit(self, page, index, bit):
        return self.step(5, "BHB", page, index, bit)

    def node(self, offset, size, value):
        return self.step(6, "BBQ", offset, size - 1, value)

    def device(self, number, flags, group=0, alias=0):
        return self.step(8, "BBBH", number, flags, group, alias)

    def unit(self, number, register, value):
        return self.step(9, "BBQ", number, register, value)

    def kernel(self, which, value=0):
        return self.step(10, "BH", which, value)

    def count(self, section, count):
        return self.step(7, "BI", section, count)


def kernel_seeds():
    """Sound handoffs, and damage of each kind. A device's context entry is at its devfn times two."""
    seeds = {f"base{number}-{options}": Kernel(number, options)
             for number in range(50) for options in (0, 6)}
    top, context = Kernel.TOP, Kernel.CONTEXT
    seeds |= {
        "magic": Kernel(0).header(0, 1), "major": Kernel(0).header(1, 2), "digest": Kernel(0, 1).header(9, 1),
        "total": Kernel(0).header(2, 2**32), "sealed": Kernel(0).header(3, 2**40),
        "section": Kernel(0).header(14, 2**63), "same_section": Kernel(0).header(10, 1 | 120 << 32),
        "short": Kernel(0).node(12, 4, 100), "longer": Kernel(0).node(12, 4, 2**31),
        "another": Kernel(0).node(8, 4, 5), "after_another": Kernel(0).kernel(4, 5),
        "outcome": Kernel(0).header(6, 2), "none": Kernel(0).kernel(5), "off": Kernel(0).kernel(0),
        "not_kdump": Kernel(0).kernel(1), "no_memory": Kernel(0).kernel(3, 1),
        "no_region": Kernel(0).kernel(2, 1), "direct": Kernel(0, 8), "passthrough": Kernel(3, 2),
        "no_range": Kernel(0).word(top, 1, 0x20000083), "loop": Kernel(0).entry(top, 1, top),
        "shared": Kernel(0).entry(top, 1, top + 1), "huge": Kernel(3).word(top + 1, 2, 0x20000083),
        "another_context": Kernel(0).bit(context, 0x33, 8), "high_root": Kernel(0).bit(context, 0x32, 55),
        "id_shared": Kernel(0).field(Kernel.DOMAINS, 1, 4, 4, 9), "id_reserved": Kernel(0).field(2, 0, 4, 4, 1),
        "another_top": Kernel(0).field(Kernel.DOMAINS, 0, 24, 8, 0x75030000),
        "another_width": Kernel(0).field(Kernel.DOMAINS, 0, 8, 4, 48),
        "another_level": Kernel(5).field(Kernel.DOMAINS, 1, 12, 4, 0),
        "bad_slice": Kernel(0).field(Kernel.DOMAINS, 0, 48, 4, 2**32 - 1),
        "bad_range": Kernel(0).field(Kernel.RANGES, 1, 0, 8, 1),
        "not_switched": Kernel(0).field(Kernel.UNITS, 0, 12, 4, 1), "other_root": Kernel(0).unit(0, 3, 0x1000),
        "one_group": Kernel(0).device(0, 0, 7).device(1, 0, 7),
        "group": Kernel(3).device(0, 32, 7).device(1, 32, 7), "leaves": Kernel(0).device(0, 32).device(1, 32),
        "ats": Kernel(3).device(4, 1), "kind": Kernel(0).device(0, 2), "wider": Kernel(0).device(0, 64),
        "untrusted": Kernel(3, 2).device(3, 4), "not_pci": Kernel(0).device(0, 8), "vmd": Kernel(0).device(0, 16),
        "alias": Kernel(3).device(0, 0, 0, 0x18).device(1, 16),
        "scalable_group": Kernel(5).device(0, 32, 7).device(1, 32, 7), "rid": Kernel(1).bit(context, 0x19 * 4 + 1, 1),
        "fences": Kernel(8).device(2, 32, 7).device(3, 32, 7), "fences_pt": Kernel(8, 2).device(2, 0, 7).device(3, 0, 7),
        "fence_ats": Kernel(8).device(2, 1).device(3, 1), "fence_and_kept": Kernel(8).device(0, 0, 7).device(2, 0, 7),
        "fence_another_id": Kernel(8).bit(context + 3, 0x01 * 2 + 1, 8).device(2, 0, 7).device(3, 0, 7),
        "no_fence": Kernel(8).field(Kernel.DOMAINS, 3, 12, 4, 0).device(2, 0, 7).device(3, 0, 7),
        "scalable_fences": Kernel(9).device(3, 32, 7).device(4, 32, 7),
        "pt_leaves": Kernel(6, 2).device(3, 32).device(8, 32),
    }
    seeds |= {f"count{section}-{count}": Kernel(5).count(section, count)
              for section in (1, 2, 3, 4, 11, 12) for count in (0, 1, 0x10000)}
    return {name: kernel.bytes for name, kernel in seeds.items()}


def who_seeds():
    """Each base, by the copies and by the dump; a page that is mapped, all memory, no memory."""
    def who(base, options, first=0x20005000, last=0x20005fff, steps=b""):
        return bytes([base, options]) + struct.pack("<QQ", first, last) + steps
    seeds = {f"base{base}-{options}": who(base, options) for base in range(50) for options in (0, 2, 6)}
    seeds |= {f"all-{options}": who(base, options, 0, 2**64 - 1) for base in (3, 5) for options in (0, 2)}
    loop = struct.pack("<BBHQ", 8, 4, 1, 0x10004003)
    return seeds | {"none": who(0, 2, 1, 0), "loop": who(0, 2, steps=loop), "levels": who(0, 14),
                    "digest": who(0, 1, steps=Kernel(0).header(9, 1).bytes[2:]),
                    "records": who(2, 0, steps=Kernel(0).field(5, 0, 16, 8, 0).bytes[2:])}


def all_seeds():
    dmar = dmar_tables()
    return {"dmar": dmar, "table": dmar, "acpi": acpi_seeds(), "bootparam": bootparam_seeds(),
            "elfcore": elfcore_seeds(), "initrd": initrd_seeds(), "params": params_seeds(), "inspect": inspect_seeds(),
            "vmcore": vmcore_seeds(), "wrap": wrap_seeds(), "stub": stub_seeds(),
            "kernel": kernel_seeds(), "who": who_seeds()}


def main():
    out = pathlib.Path(sys.argv[1])
    seeds = all_seeds()
    if os.environ.get("FUZZ_REAL_TABLES"):
        real = {path.stem: path.read_bytes() for path, _row in tables.real_tables()}
        seeds["dmar"], seeds["table"] = {**seeds["dmar"], **real}, {**seeds["table"], **real}
    for target, inputs in seeds.items():
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in inputs.items():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
