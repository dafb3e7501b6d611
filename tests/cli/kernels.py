# SPDX-License-Identifier: GPL-2.0-only
"""Builds minimal bzImages (Linux boot protocol, Documentation/arch/x86/boot.rst) and stubs."""

import struct

# Fields of the setup header: offset in the file, format
FIELDS = {
    "setup_sects": (0x1f1, "B"), "syssize": (0x1f4, "I"), "boot_flag": (0x1fe, "H"),
    "jump": (0x200, "H"), "magic": (0x202, "4s"), "version": (0x206, "H"),
    "loadflags": (0x211, "B"), "kernel_alignment": (0x230, "I"), "relocatable": (0x234, "B"),
    "xloadflags": (0x236, "H"), "payload_offset": (0x248, "I"), "payload_length": (0x24c, "I"),
    "pref_address": (0x258, "Q"), "init_size": (0x260, "I"), "handover_offset": (0x264, "I"),
    "kernel_info_offset": (0x268, "I"),
}

INFO_OFFSET = 0x40
INFO = struct.Struct("<8sIIIIQQIIIIIHHII")
INFO_NAMES = ("magic", "stub_size", "stub_memory", "inner_offset", "flags", "arena_offset",
              "arena_size", "syssize", "init_size", "payload_offset", "handover_offset",
              "kernel_info_offset", "xloadflags", "reserved2", "dmar_offset", "dmar_size")


def get(image, name):
    offset, form = FIELDS[name]
    return struct.unpack_from("<" + form, image, offset)[0]


def kernel(body=None, *, setup_sects=4, **fields):
    """A bzImage that wrap accepts; keywords set header fields to something else."""
    body = bytes(range(256)) * 24 if body is None else body
    image = bytearray((setup_sects or 4) * 512 + 512) + body
    image[0:2] = b"MZ"
    values = {"setup_sects": setup_sects, "syssize": len(body) // 16, "boot_flag": 0xaa55,
              "jump": 0x6aeb, "magic": b"HdrS", "version": 0x20f, "loadflags": 1,
              "kernel_alignment": 0x200000, "relocatable": 1, "xloadflags": 0x7f,
              "payload_offset": 0x2cc, "payload_length": 0x800, "pref_address": 0x1000000,
              "init_size": 0x1234567, "handover_offset": 0x190, "kernel_info_offset": 0x1000}
    values.update(fields)
    for name, value in values.items():
        offset, form = FIELDS[name]
        struct.pack_into("<" + form, image, offset, value)
    return bytes(image)


def stub(size=0x3000, memory=0x9000, **fields):
    values = dict.fromkeys(INFO_NAMES, 0)
    values.update(magic=b"RDMIMAG1", stub_size=size, stub_memory=memory)
    values.update(fields)
    code = bytearray(b"\xf4" * size)        # hlt
    code[INFO_OFFSET:INFO_OFFSET + INFO.size] = INFO.pack(*values.values())
    return bytes(code)


def setup_size(image):
    return (get(image, "setup_sects") + 1) * 512


def info(wrapped):
    """The info block of a wrapped image, as a dictionary."""
    return dict(zip(INFO_NAMES, INFO.unpack_from(wrapped, setup_size(wrapped) + INFO_OFFSET)))
