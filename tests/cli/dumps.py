# SPDX-License-Identifier: GPL-2.0-only
"""Builds crash dumps: ELF as /proc/vmcore is, and makedumpfile's kdump-compressed format.

Layouts from the ELF specification and from makedumpfile's IMPLEMENTATION and diskdump_mod.h,
x86-64.
"""

import struct
import zlib

PAGE = 4096
PT_LOAD, PT_NOTE, ET_CORE, EM_X86_64 = 1, 4, 4, 62
VMCOREDD = 0x700
DIRECT_MAP = 0xffff888000000000
EHDR = struct.Struct("<16sHHIQQQIHHHHHH")
PHDR = struct.Struct("<IIQQQQQQ")
PAGE_DESC = struct.Struct("<QIIQ")
ZLIB = 1
# Offsets of fields that tests damage
BLOCK_SIZE, SUB_NOTE = 428, PAGE + 48
# The kernel lies at 32 MiB: text of 4 MiB, then 2 MiB of data with its page tables.
KERNEL_MAP, PHYS_BASE, STEXT = 0xffffffff80000000, 0x1000000, 0xffffffff81000000
TEXT, DATA = 0x2000000, 0x2400000
UTS, TOP_TABLE = DATA, DATA + PAGE
VMCOREINFO = f"""OSRELEASE=6.12.0-test
PAGESIZE=4096
SYMBOL(init_uts_ns)={KERNEL_MAP + UTS - PHYS_BASE:x}
SYMBOL(_stext)={STEXT:x}
SYMBOL(init_top_pgt)={KERNEL_MAP + TOP_TABLE - PHYS_BASE:x}
OFFSET(uts_namespace.name)=0
NUMBER(phys_base)={PHYS_BASE}
NUMBER(pgtable_l5_enabled)=0
KERNELOFFSET=0
NUMBER(KERNEL_IMAGE_SIZE)=1073741824
""".encode()


def note(name, kind, body, *, size=None):
    """One note; `size` is what it claims of its body."""
    name += b"\0"
    return (struct.pack("<III", len(name), len(body) if size is None else size, kind)
            + name.ljust(-len(name) % 4 + len(name), b"\0")
            + body.ljust(-len(body) % 4 + len(body), b"\0"))


def device_dump(body, driver=b"dmarelay"):
    """What vmcore_add_device_dump() makes: the name has 8 bytes, whole pages in all."""
    head = 12 + 8 + 44
    body = body.ljust(-(head + len(body)) % PAGE + len(body), b"\0")
    return (struct.pack("<III8s44s", 8, 44 + len(body), VMCOREDD, b"LINUX", driver) + body)


def notes(*ours, vmcoreinfo=VMCOREINFO):
    """As in /proc/vmcore: device dumps first, then CPUs (a prstatus of zeros) and vmcoreinfo."""
    return (b"".join(ours) + note(b"CORE", 1, bytes(336))
            + note(b"VMCOREINFO", 0, vmcoreinfo))


def kernel():
    """{physical address: page} of a kernel's data: its name, and page tables that map it.

    Text with 2 MiB leaves, executable; data not, as Linux has it.
    """
    tables = {TOP_TABLE: {511: TOP_TABLE + PAGE | 3},
              TOP_TABLE + PAGE: {510: TOP_TABLE + 2 * PAGE | 3},
              TOP_TABLE + 2 * PAGE: {8: TEXT | 0xa1, 9: TEXT + (2 << 20) | 0xa1,
                                     10: 1 << 63 | DATA | 0xe3}}
    names = b"".join(name.ljust(65, b"\0") for name in
                     [b"Linux", b"test", b"6.12.0-test", b"#1 SMP", b"x86_64", b"(none)"])
    return {UTS: names.ljust(PAGE, b"\0"),
            **{at: page(entries) for at, entries in tables.items()}}


def page(entries):
    """A page of 512 quadwords, of which {index: value}."""
    return b"".join(struct.pack("<Q", entries.get(index, 0)) for index in range(512))


def _runs(memory):
    """[(start, bytes)] of neighbouring pages of {address: page}."""
    runs = []
    for address in sorted(memory):
        if runs and runs[-1][0] + len(runs[-1][1]) == address:
            runs[-1][1].extend(memory[address])
        else:
            runs.append((address, bytearray(memory[address])))
    return runs


def elf(memory, note_bytes, **header):
    """An ELF core of {physical address: page}."""
    runs = _runs(memory)
    at = -(-(EHDR.size + PHDR.size * (1 + len(runs)) + len(note_bytes)) // PAGE) * PAGE
    note_at = EHDR.size + PHDR.size * (1 + len(runs))
    segments = [PHDR.pack(PT_NOTE, 0, note_at, 0, 0, len(note_bytes), len(note_bytes), 0)]
    body = b""
    for start, data in runs:
        segments.append(PHDR.pack(PT_LOAD, 7, at + len(body), DIRECT_MAP + start, start,
                                  len(data), len(data), 0))
        body += data
    fields = {"ident": b"\x7fELF\x02\x01\x01", "type": ET_CORE, "machine": EM_X86_64, "version": 1,
              "entry": 0, "phoff": EHDR.size, "shoff": 0, "flags": 0, "ehsize": EHDR.size,
              "phentsize": PHDR.size, "phnum": len(segments), "shentsize": 0, "shnum": 0,
              "shstrndx": 0, **header}
    head = EHDR.pack(*fields.values()) + b"".join(segments) + note_bytes
    return head.ljust(at, b"\0") + body


def _bitmaps(memory, pages):
    bits = bytearray(-(-pages // (8 * PAGE)) * PAGE)
    for address in memory:
        bits[address // PAGE // 8] |= 1 << address // PAGE % 8
    return bytes(bits) * 2


def _kdump_header(pages, bitmaps, version):
    names = [b"Linux", b"test", b"6.12.0-test", b"#1", b"x86_64", b"(none)"]
    return (b"KDUMP   " + struct.pack("<I", version)
            + b"".join(name.ljust(65, b"\0") for name in names)
            + struct.pack("<6xQQIIIIIIIIII", 0, 0, ZLIB, PAGE, 1, len(bitmaps) // PAGE, pages, 0,
                          0, 0, 0, 1)).ljust(PAGE, b"\0")


def kdump(memory, note_bytes, *, version=6, vmcoreinfo=VMCOREINFO):
    """A kdump-compressed dump (zlib) of {physical address: page}."""
    pages = max(memory, default=0) // PAGE + 1
    bitmaps = _bitmaps(memory, pages)
    at = 2 * PAGE + len(bitmaps)
    packed = [zlib.compress(bytes(memory[address])) for address in sorted(memory)]
    table, body, data_at = b"", b"", at + PAGE_DESC.size * len(packed)
    for data in packed:
        table += PAGE_DESC.pack(data_at + len(body), len(data), ZLIB, 0)
        body += data
    note_at = data_at + len(body)
    info_at = note_at + note_bytes.find(vmcoreinfo)
    sub = struct.pack("<QIIQQQQQQQQQQQ", 0, 0, 0, 0, 0, info_at, len(vmcoreinfo), note_at,
                      len(note_bytes), 0, 0, 0, 0, pages).ljust(PAGE, b"\0")
    return _kdump_header(pages, bitmaps, version) + sub + bitmaps + table + body + note_bytes
