# SPDX-License-Identifier: GPL-2.0-only
"""Boot an EFI application under OVMF, on a machine with a remapping unit, and see what it says."""

import os
import re
import shutil
import subprocess
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build")
RUNS = os.path.join(BUILD, "firmware")
QEMU = "qemu-system-x86_64"
QEMU_10 = os.path.join(BUILD, "cache", "qemu10", "bin", "qemu-system-x86_64")
OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"

START_S = 120       # OVMF, with a busy host in mind
TRACED = ("vtd_dmar_fault", "vtd_fault_disabled", "vtd_reg_dmar_root", "vtd_iotlb_page_hit",
          "vtd_iotlb_page_update")
# The edu device takes 48 bits of address instead of 28. The victim is behind a bridge.
DEVICES = (
    "-device edu,addr=2,dma_mask=0xffffffffffff "
    "-audiodev none,id=audio -device ich9-intel-hda,addr=3 -device hda-micro,audiodev=audio "
    "-device ich9-usb-uhci1,addr=4 "
    "-device pcie-root-port,id=bridge,addr=5 -device edu,bus=bridge,dma_mask=0xffffffffffff").split()


class Boot:
    """One run of QEMU, to its end. What it wrote is kept in `folder`."""

    def __init__(self, name, qemu, unit, options=()):
        self.folder = os.path.join(RUNS, name)
        self.command = [
            qemu, "-nodefaults", "-display", "none", "-no-reboot", "-accel", "tcg", "-cpu", "max",
            "-machine", "q35,kernel-irqchip=split", "-m", "2G",
            "-drive", f"if=pflash,format=raw,readonly=on,file={OVMF_CODE}",
            "-serial", f"file:{self.path('console')}", "-serial", f"file:{self.path('result')}",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
            "-D", self.path("trace"), *(word for event in TRACED for word in ("-trace", event)),
            *(("-device", f"intel-iommu,{unit}") if unit else ()), *options]

    def path(self, kind):
        """Of one of the run's files."""
        return os.path.join(self.folder, kind + ".log")

    def text(self, kind):
        """What that file says."""
        try:
            with open(self.path(kind), encoding="utf-8", errors="replace") as file:
                return file.read().replace("\r", "")
        except FileNotFoundError:
            return ""

    def run(self, limit_s):
        """QEMU's exit status; None if the time limit ended it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        with tempfile.TemporaryDirectory() as private, \
                open(self.path("qemu"), "w", encoding="utf-8") as log:
            variables = os.path.join(private, "vars")
            shutil.copy(OVMF_VARS, variables)
            command = [*self.command, "-drive", f"if=pflash,format=raw,file={variables}"]
            print(*command, file=log, flush=True)
            try:
                return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                      timeout=limit_s, check=False).returncode
            except subprocess.TimeoutExpired:
                return None


def kernel(image, arguments):
    """QEMU's options to start an EFI application with arguments."""
    return "-kernel", os.path.join(BUILD, "efi", image), "-append", arguments


_EVENT = re.compile(r"\b(vtd_\w+) (.*)")
_VALUE = re.compile(r"(\w+) (0x[0-9a-f]+|\d+)")


def events(trace):
    """[(event, {name: number})] of QEMU's trace file."""
    return [(match[1], {name: int(value, 0) for name, value in _VALUE.findall(match[2])})
            for match in map(_EVENT.search, trace.splitlines()) if match]
