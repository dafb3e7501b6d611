# SPDX-License-Identifier: GPL-2.0-only
"""Guest RAM as a file: read and written from outside, kept, and compared page by page."""

import os

PAGE = 4096
CHUNK = 1 << 20
FOUR_GIB = 1 << 32
# hw/i386/pc_q35.c: RAM that would reach into the PCI hole is cut at 2 GiB, the rest goes above
Q35_HOLE_TRIGGER = 0xb0000000
Q35_LOW_WHEN_SPLIT = 0x80000000


class RamFile:
    """Reads go through the file and not a mapping: to look at a hole must not fill it."""

    def __init__(self, path, mem_bytes):
        self.path = path
        self.size = mem_bytes
        self.low = mem_bytes if mem_bytes < Q35_HOLE_TRIGGER else Q35_LOW_WHEN_SPLIT
        self.fd = os.open(path, os.O_RDWR)

    def offset(self, physical, size=1):
        """The file offset of a physical range; None where there is no RAM."""
        if 0 <= physical and physical + size <= self.low:
            return physical
        above = physical - FOUR_GIB
        if above >= 0 and self.low + above + size <= self.size:
            return self.low + above
        return None

    def physical(self, offset):
        """The other way round."""
        return offset if offset < self.low else offset - self.low + FOUR_GIB

    def read(self, physical, size):
        """Bytes at a physical address; None where there is no RAM."""
        offset = self.offset(physical, size)
        return None if offset is None else os.pread(self.fd, size, offset)

    def write(self, physical, data):
        """Change guest memory behind the guest's back."""
        offset = self.offset(physical, len(data))
        if offset is None:
            raise ValueError(f"no RAM at {physical:#x}")
        os.pwrite(self.fd, data, offset)

    def _extents(self):
        """(start, end) of the file's parts that are not holes."""
        end = 0
        while end < self.size:
            try:
                start = os.lseek(self.fd, end, os.SEEK_DATA)
            except OSError:
                return
            end = os.lseek(self.fd, start, os.SEEK_HOLE)
            yield start, end

    def snapshot(self, path):
        """A copy as it is now; only meaningful while the machine is stopped."""
        copy = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.ftruncate(copy, self.size)
        for start, end in self._extents():
            while start < end:
                start += os.copy_file_range(self.fd, copy, end - start, start, start)
        os.close(copy)
        return RamFile(path, self.size)

    def changed_pages(self, before):
        """Physical addresses of the pages that differ from the snapshot `before`."""
        chunks = set()
        for ram in (self, before):
            for start, end in ram._extents():
                chunks.update(range(start // CHUNK, -(-end // CHUNK)))
        changed = []
        for chunk in sorted(chunks):
            new = os.pread(self.fd, CHUNK, chunk * CHUNK)
            old = os.pread(before.fd, CHUNK, chunk * CHUNK)
            if new != old:
                changed += [self.physical(chunk * CHUNK + at) for at in range(0, len(new), PAGE)
                            if new[at:at + PAGE] != old[at:at + PAGE]]
        return changed

    def used_pages(self):
        """Physical addresses of the pages that were ever touched; all others are zero."""
        for start, end in self._extents():
            for offset in range(start, end, PAGE):
                yield self.physical(offset)

    def close(self):
        """Let go of the file."""
        os.close(self.fd)
