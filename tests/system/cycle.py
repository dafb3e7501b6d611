# SPDX-License-Identifier: GPL-2.0-only
"""One cycle: boot, live DMA, kexec -p, panic, kdump kernel, dump saved."""
import argparse
import os
import random
import sys
import time

import images
import paths
from gdbstub import Gdb
from machine import Config, Machine

PATTERN_SEED = 0x52414d44
PATTERN_BYTES = 8 << 20


def pattern():
    """What is put into the first kernel's memory and must be found in the dump."""
    return random.Random(PATTERN_SEED).randbytes(PATTERN_BYTES)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("image")
    p.add_argument("--firmware", default="ovmf")
    p.add_argument("--loader", default="load", choices=["load", "file"])
    p.add_argument("--mem", type=int, default=2048)
    p.add_argument("--crashkernel", default="256M")
    p.add_argument("--aw-bits", type=int, default=39)
    p.add_argument("--no-iommu", action="store_true")
    p.add_argument("--cmdline", default="", help="added to the first kernel's")
    p.add_argument("--kdump-cmdline", default="", help="added to the kdump kernel's")
    p.add_argument("--no-dump", action="store_true", help="do not save the dump (quicker)")
    p.add_argument("--out", default=os.path.join(paths.BUILD, "cycle"))
    a = p.parse_args()
    config = Config(firmware=a.firmware, mem_mib=a.mem, crashkernel=a.crashkernel,
                    aw_bits=a.aw_bits, iommu=not a.no_iommu, cmdline=a.cmdline)
    machine = Machine(config, a.out)
    kdump_cmdline = ("console=ttyS0,115200 nr_cpus=1 reset_devices panic=1 intel_iommu=on "
                     + a.kdump_cmdline)
    job = (f"kexec_options={'-s' if a.loader == 'file' else '-c'}\n"
           f"kdump_cmdline='{kdump_cmdline}'\n"
           f"save_dump={0 if a.no_dump else 1}\ndump_level=17\n")
    images.make_disk(machine.disk, {"job": job.encode(), "pattern": pattern(),
                                    "vmlinuz": a.image, "initrd": paths.INITRAMFS_KDUMP}, 1024)
    start = time.monotonic()

    def say(what):
        print(f"[{time.monotonic() - start:6.2f}] {what}", flush=True)

    try:
        with machine:
            say("started")
            machine.wait_serial(r"^@@ ready", 90)
            say("ready")
            machine.order_panic()
            machine.wait_serial(r"Kernel panic", 20)
            say("panic")
            machine.wait_serial(r"^@@ kdump", 60)
            say("kdump init")
            machine.wait_exit(100)
            say("exit")
            images.read_back(machine.disk, "/out", a.out)
    finally:
        for line in machine.serial().splitlines():
            if line.startswith("@@"):
                print(line)
        print(f"log: {machine.serial_path}")


if __name__ == "__main__":
    main()
