# SPDX-License-Identifier: GPL-2.0-only
"""The guest's images: an initramfs for each kernel, and the NVMe disk. All without root.

    images.py first|kdump OUTPUT    writes that initramfs (tests/system/system.mk calls it)
"""

import gzip
import lzma
import os
import re
import shutil
import stat
import subprocess
import sys

import paths

FIRST_MODULES = ["nvme", "ext4", "crc32c_generic", "e1000e", "evdev", "usbhid", "hid-generic",
                 "uhci-hcd",
                 # Before snd-hda-intel, or the controller finds no codec and makes no PCM
                 "snd-hda-codec-generic", "snd-hda-intel"]
NO_MODULES = {"7.3": ["crc32c_generic"]}       # no module in this series
KDUMP_MODULES = ["ext4", "crc32c_generic", "nvme"]     # the disk's last: guest/init-kdump


class Cpio:
    """A "newc" archive in memory: entries need no root and no staging folder."""

    def __init__(self):
        self.data = bytearray()
        self.known = set()

    def _entry(self, name, mode, body=b"", rdev=(0, 0)):
        header = (len(self.known) + 1, mode, 0, 0, 1, 0, len(body), 0, 0, *rdev,
                  len(name.encode()) + 1, 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in header)
        for part in (name.encode() + b"\0", body):
            self.data += part
            self.data += bytes(-len(self.data) % 4)
        self.known.add(name)

    def folder(self, name):
        """The folder and those above it, once."""
        if name and name not in self.known:
            self.folder(os.path.dirname(name))
            self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, body, mode=0o755):
        """A file with this content."""
        if name not in self.known:
            self.folder(os.path.dirname(name))
            self._entry(name, stat.S_IFREG | mode, body)

    def device(self, name, major, minor):
        """A character device."""
        self.folder(os.path.dirname(name))
        self._entry(name, stat.S_IFCHR | 0o600, rdev=(major, minor))

    def program(self, path, name=None):
        """A program of the host, with the libraries that it asks for."""
        self.file(name or "bin/" + os.path.basename(path), read(path))
        ldd = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
        for library in re.findall(r"(/\S+) \(0x", ldd):
            self.file(library.lstrip("/"), read(library))

    def finish(self):
        """The whole archive."""
        self._entry("TRAILER!!!", 0)
        return bytes(self.data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def module_paths(names, series):
    """The named modules and what they depend on, in the order to load them."""
    version, root = paths.kernel_version(series), paths.kernel_root(series)
    if not os.path.exists(f"{root}/lib/modules/{version}/modules.dep"):
        subprocess.run(["/sbin/depmod", "-b", root, version], check=True)
    ordered = []
    for name in names:
        if name in NO_MODULES.get(series, ()):
            continue
        shown = subprocess.run(["/sbin/modprobe", "-C", "/dev/null", "-d", root, "-S", version,
                                "--show-depends", name],
                               capture_output=True, text=True, check=True).stdout
        for line in shown.splitlines():
            word, _, path = line.partition(" ")
            path = path.strip()
            if word == "insmod" and path not in ordered:
                ordered.append(path)
    return ordered


def initramfs(kind, modules=None, series=""):
    """The archive for the "first" or the "kdump" kernel; `modules` if other than the usual ones, of
    this series of Debian's kernel."""
    cpio = Cpio()
    cpio.file("init", read(f"{paths.HERE}/guest/init-{kind}"))
    cpio.device("dev/console", 5, 1)
    for folder in ("proc", "sys", "tmp"):
        cpio.folder(folder)
    cpio.program("/bin/busybox")
    if kind == "first":
        cpio.program("/sbin/kexec")
        cpio.program(f"{paths.BUILD}/system/capture")
        cpio.program(f"{paths.BUILD}/system/vfio-map")
    else:
        cpio.program("/usr/bin/makedumpfile")
        if os.path.exists(paths.DMARELAY_STATIC):
            cpio.program(paths.DMARELAY_STATIC, "bin/dmarelay")
    order = []
    if modules is None:
        modules = FIRST_MODULES if kind == "first" else KDUMP_MODULES
    for path in module_paths(modules, series):
        # Unpacked here, where it is faster than in the guest
        name = os.path.basename(path).removesuffix(".xz")
        body = read(path)
        cpio.file("modules/" + name, lzma.decompress(body) if path.endswith(".xz") else body, 0o644)
        order.append(name)
    cpio.file("modules/order", "".join(name + "\n" for name in order).encode(), 0o644)
    return cpio.finish()


def make_disk(path, files, size_mib):
    """A raw ext4 image that holds `files`: {name: content, or the path of a file to copy}."""
    stage = path + ".d"
    shutil.rmtree(stage, ignore_errors=True)
    os.makedirs(stage)
    for name, content in files.items():
        if isinstance(content, bytes):
            with open(os.path.join(stage, name), "wb") as file:
                file.write(content)
        else:
            shutil.copy(content, os.path.join(stage, name))
    make_blank(path, size_mib)
    subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-F",
                    "-E", "lazy_itable_init=1,root_owner=0:0", "-d", stage, path], check=True)
    shutil.rmtree(stage)


def make_blank(path, size_mib):
    """A sparse file of zeros."""
    with open(path, "wb") as file:
        file.truncate(size_mib << 20)


def read_back(disk, guest_path, target):
    """Copy a file, or a folder's content, out of the disk; no mount, so no root."""
    os.makedirs(target, exist_ok=True)
    subprocess.run(["/sbin/debugfs", "-R", f"rdump {guest_path} {target}", disk],
                   check=True, capture_output=True)


def main():
    kind, output = sys.argv[1:]
    archive = initramfs(kind)
    if output.endswith(".gz"):
        archive = gzip.compress(archive, 9, mtime=0)
    with open(output, "wb") as file:
        file.write(archive)


if __name__ == "__main__":
    main()
