# SPDX-License-Identifier: GPL-2.0-only
"""What the harness must know of a bzImage, wrapped or not, to follow it from outside."""

import struct

INFO_OFFSET = 0x40                      # include/image.h
INFO_MAGIC = b"RDMIMAG1"
ENTRY64 = 0x200                         # Linux boot protocol, 64-bit entry


class BzImage:
    """Offsets count from the protected-mode part's first byte: where the loader puts it."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        setup_sectors = data[0x1f1] or 4
        self.image = data[(setup_sectors + 1) * 512:]
        self.init_size, = struct.unpack_from("<I", data, 0x260)
        self.alignment, = struct.unpack_from("<I", data, 0x230)
        self.wrapped = self.image[INFO_OFFSET:INFO_OFFSET + 8] == INFO_MAGIC
        self.stub_size = self.stub_memory = self.inner_offset = 0
        self.arena_offset = self.arena_size = 0
        self.inner_init_size = self.init_size
        if self.wrapped:
            (self.stub_size, self.stub_memory, self.inner_offset, _, self.arena_offset,
             self.arena_size, _, self.inner_init_size) = struct.unpack_from(
                 "<IIIIQQII", self.image, INFO_OFFSET + 8)

    def find(self, memory, regions):
        """Where a loader has put it: (start, end) physical regions are searched."""
        head = self.image[:4096]
        for start, end in regions:
            aligned = -(-start // self.alignment) * self.alignment
            for address in range(aligned, end, self.alignment):
                if memory.read(address, len(head)) == head:
                    return address
        return None
