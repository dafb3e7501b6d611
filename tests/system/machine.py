# SPDX-License-Identifier: GPL-2.0-only
"""A QEMU machine with an Intel IOMMU and the devices that keep doing DMA, under a time limit."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass

import images
import paths
import qemutrace
from traffic import Flood, Typist

OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"

# Linux gives the timer's interrupt 80 ms to prove itself, or panics. It leaves that out where it
# knows a hypervisor; it does not know this one, which a busy host may well stop for longer.
QUIRKS = "no_timer_check"

# Of the kernel's log, before a line of the guest's init; a program's unfinished line may precede it
LOG_PREFIX = re.compile(r"\[ *\d+\.\d{6}\] (?=@@ )")

# Source ids (bus << 8 | device << 3 | function) of the devices, by the addresses given below
SOURCES = {"nvme": 0x10, "e1000e": 0x18, "hda": 0x20, "uhci": 0x28}
# Of Config.more_devices; a device behind a bridge to PCI is known by the number of that bus
MORE_SOURCES = {"xhci": 0x30, "bridged uhci": 0x100, "ahci": 0xfa}
SOURCES_RESUMABLE = {"virtio": 0x10, "e1000e": 0x18, "hda": 0x20, "uhci": 0x28}

# Guest RAM is a file that is shared: it need not go through the stream of a saved machine
SAVE_CAPABILITIES = [{"capability": "x-ignore-shared", "state": True}]


@dataclass
class Config:
    """What the machine is made of."""
    firmware: str = "ovmf"          # or "seabios"
    mem_mib: int = 2048
    cpu: str = "max"
    cpus: int = 2
    iommu: bool = True              # False: no unit, and no DMAR table
    aw_bits: int = 39
    scalable: bool = False          # scalable mode, in both kernels
    first_level: bool = False       # with first-level tables: QEMU 10, 48 bits
    resumable: bool = False         # QEMU cannot save NVMe: virtio disks instead
    intremap: bool = True
    # Extended interrupt mode, with which Linux turns x2APIC mode on: QEMU 10, whose TCG has x2APIC
    x2apic: bool = False
    uhci: bool = True
    port: bool = False              # a root port with a device behind it that has AER
    # A keyboard in use on xHCI, UHCI behind a bridge, a disk on AHCI; all disks slow
    more_devices: bool = False
    kernel: str = ""                # the crashed one's series, of Debian's: tools/kernel.sh
    spare_nic: bool = False         # one more e1000e, at 00:08.0, with nothing on its wire
    initrd: str = paths.INITRAMFS_FIRST
    cmdline: str = ""               # the first kernel's, added
    crashkernel: str = "256M"
    one_cpu: bool = False           # of the host's; see _pinning()
    limit_s: int = 900

    @property
    def qemu(self):
        """The release's own, unless it lacks what is wanted."""
        return paths.QEMU_10 if self.first_level or self.x2apic else "qemu-system-x86_64"

    @property
    def iommu_properties(self):
        """QEMU's, of the unit."""
        intremap = f"intremap={'on' if self.intremap else 'off'}" + (",eim=on" if self.x2apic else "")
        if self.first_level:
            return f"{intremap},aw-bits=48,x-scalable-mode=on,x-flts=on"
        scalable = ",x-scalable-mode=on" if self.scalable else ""
        return f"{intremap},aw-bits={self.aw_bits}{scalable}"

    @property
    def has_tables(self):
        """Do tables say what the crashed kernel's devices may reach?"""
        return self.iommu and not {"iommu=pt", "intel_iommu=off"} & set(self.cmdline.split())

    @property
    def iommu_option(self):
        """What both kernels are told; of different modes the second would start over."""
        scalable = self.scalable or self.first_level
        return "intel_iommu=on,sm_on" if scalable else "intel_iommu=on"


class MachineError(RuntimeError):
    """The guest did not do what it should, in time."""


class NotReady(MachineError):
    """It did not even come to what is tested."""


def ram_folder(mem_mib):
    """Where guest RAM is kept, and a copy of it, and the disk: in memory, if there is room."""
    try:
        room = shutil.disk_usage("/dev/shm").free >> 20
    except OSError:
        return paths.BUILD
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) and room > 3 * mem_mib else paths.BUILD


class Machine:
    """One run of QEMU. Use it as a context manager; files of the run are in `folder`."""

    def __init__(self, config, folder, saved=""):
        self.config = config
        self.folder = folder
        self.saved = saved              # a folder of save(): go on from there
        self.private = tempfile.mkdtemp(prefix="dmarelay-", dir=ram_folder(config.mem_mib))
        self.ram_path = os.path.join(self.private, "ram")
        self.serial_path = os.path.join(folder, "serial.log")
        self.trace_path = os.path.join(folder, "trace.log")
        self.faults_path = os.path.join(folder, "faults")
        self.events_on = set()          # trace events
        self.outcome_watched = False
        self.instruments = set()        # heavy events that were on while an outcome was measured
        self.disk = os.path.join(self.private, "disk")
        self.blank = os.path.join(self.private, "blank")
        self.sata = os.path.join(self.private, "sata")
        self.started = time.monotonic()
        self.flood = self.typist = None
        self.process = None
        self.qmp_lock = threading.Lock()
        self.qmp_socket = self.qmp_file = self.control = None
        self.clean_up_on_failure = [self.ram_path]

    # -- the command line ------------------------------------------------------------------

    def _arguments(self):
        c = self.config
        arguments = [
            "-nodefaults", "-display", "none", "-no-reboot", "-accel", "tcg,thread=multi",
            "-machine", "q35,kernel-irqchip=split,memory-backend=ram",
            "-object", f"memory-backend-file,id=ram,size={c.mem_mib}M,share=on,"
                       f"mem-path={self.ram_path}",
            "-m", f"{c.mem_mib}M", "-cpu", c.cpu, "-smp", str(c.cpus),
            "-qmp", f"unix:{self._socket('qmp')},server=on,wait=off",
            "-chardev", f"socket,id=gdb,path={self._socket('gdb')},server=on,wait=off",
            "-gdb", "chardev:gdb",
            "-chardev", f"file,id=console,path={self.serial_path},append=on",
            "-serial", "chardev:console",
            "-serial", f"unix:{self._socket('control')},server=on,wait=off",
            "-D", self.trace_path, "-msg", "timestamp=on", "-name", "dmarelay,debug-threads=on",
            "-kernel", paths.kernel_image(c.kernel), "-initrd", c.initrd,
            "-append", f"{QUIRKS} console=ttyS0,115200 crashkernel={c.crashkernel} "
                       f"{c.iommu_option} {c.cmdline}",
        ]
        if c.iommu:
            arguments += ["-device", f"intel-iommu,{c.iommu_properties}"]
        if c.firmware == "ovmf":
            variables = os.path.join(self.private, "vars")
            shutil.copy(OVMF_VARS, variables)
            arguments += ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF_CODE}",
                          "-drive", f"if=pflash,format=raw,file={variables}"]
        if self.saved:
            arguments += ["-incoming", "defer"]
        return arguments + self._storage() + self._devices()

    def _storage(self):
        drives = ["-drive", f"if=none,id=disk,format=raw,file={self.disk}",
                  "-drive", self._written("blank", self.blank)]
        if self.config.resumable:
            virtio = "virtio-blk-pci,disable-legacy=on,iommu_platform=on"
            return drives + ["-device", f"{virtio},drive=disk,serial=dmarelay1,addr=6",
                             "-device", f"{virtio},drive=blank,serial=dmarelay2,addr=2"]
        return drives + ["-device", "nvme,id=nvme,serial=dmarelay,addr=2",
                         "-device", "nvme-ns,drive=disk,nsid=1",
                         "-device", "nvme-ns,drive=blank,nsid=2"]

    def _devices(self):
        devices = [
            "-netdev", f"dgram,id=net,local.type=unix,local.path={self._socket('net')},"
                       f"remote.type=unix,remote.path={self._socket('flood')}",
            "-device", "e1000e,netdev=net,addr=3,romfile=",
            "-audiodev", "none,id=audio",
            "-device", "ich9-intel-hda,id=hda,addr=4", "-device", "hda-micro,audiodev=audio",
        ]
        if self.config.uhci:
            devices += ["-device", "ich9-usb-uhci1,id=uhci,addr=5",
                        "-device", "usb-tablet,bus=uhci.0"]
        if self.config.port:
            devices += ["-device", "pcie-root-port,id=root,chassis=1,addr=6",
                        "-device", "virtio-rng-pci,id=behind,bus=root,aer=on"]
        if self.config.spare_nic:
            devices += ["-device", "e1000e,id=spare,addr=8,romfile="]
        if self.config.more_devices:
            devices += ["-device", "qemu-xhci,id=xhci,addr=6", "-device", "usb-kbd,bus=xhci.0",
                        "-device", "pcie-pci-bridge,id=bridge,addr=7",
                        "-device", "piix3-usb-uhci,id=bridged,bus=bridge,addr=1",
                        "-device", "usb-mouse,bus=bridged.0",
                        "-drive", self._written("sata", self.sata), "-device", "ide-hd,bus=ide.0,drive=sata"]
        return devices

    def _written(self, name, path):
        """A disk to be written to all the time; a slow one has commands in flight at any moment."""
        slow = ",throttling.bps-total=1048576" if self.config.more_devices else ""
        return f"if=none,id={name},format=raw,cache=unsafe,file={path}{slow}"

    def _socket(self, name):
        return os.path.join(self.private, name + ".sock")

    # -- life ------------------------------------------------------------------------------

    def __enter__(self):
        # A time limit's SIGTERM must not leave gigabytes of guest RAM behind
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        os.makedirs(self.folder, exist_ok=True)
        for stale in (self.serial_path, self.trace_path):
            if os.path.exists(stale):
                os.unlink(stale)
        qemutrace.make_counters(self.faults_path)
        if self.saved:
            for name, path in self._state_files().items():
                _copy_sparse(os.path.join(self.saved, name), path)
        else:
            images.make_blank(self.blank, 64)
            images.make_blank(self.sata, 64)
        command = ["timeout", "-k", "5", str(self.config.limit_s), *self._pinning(),
                   self.config.qemu, *self._arguments()]
        with open(os.path.join(self.folder, "qemu.log"), "w", encoding="utf-8") as log:
            log.write(" ".join(command) + "\n")
            log.flush()
            # pylint: disable-next=consider-using-with # it lives as long as this object
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "LD_PRELOAD": paths.FAULT_COUNTER,
                     "DMARELAY_FAULTS": os.path.abspath(self.faults_path)})
        self.control = self._connect("control")
        self.qmp_socket = self._connect("qmp")
        self.qmp_file = self.qmp_socket.makefile("r", encoding="utf-8")
        self.qmp_file.readline()
        self.qmp("qmp_capabilities")
        if self.saved:
            self.qmp("migrate-set-capabilities", capabilities=SAVE_CAPABILITIES)
            self.qmp("migrate-incoming", uri=f"exec:cat {self.saved}/devices")
            self._wait_migrated()
            self.qmp("cont")
        self.flood = Flood(self._socket("flood"), self._socket("net"))
        if self.config.more_devices:
            self.typist = Typist(self)

    # -- keeping a machine as it is --------------------------------------------------------

    def _state_files(self):
        return {"ram": self.ram_path, "disk": self.disk, "blank": self.blank,
                "serial.log": self.serial_path}

    def save(self, folder):
        """Stop the machine and keep it in `folder`; another Machine of this config goes on."""
        os.makedirs(folder, exist_ok=True)
        self.qmp("stop")
        self.qmp("migrate-set-capabilities", capabilities=SAVE_CAPABILITIES)
        self.qmp("migrate", uri=f"exec:cat >{folder}/devices")
        self._wait_migrated()
        for name, path in self._state_files().items():
            _copy_sparse(path, os.path.join(folder, name))

    def _wait_migrated(self):
        for _ in range(1200):
            status = self.qmp("query-migrate").get("status")
            if status == "completed":
                return
            if status in ("failed", "cancelled"):
                break
            time.sleep(0.05)
        raise NotReady(f"QEMU did not save or resume the machine: {status}")

    def _pinning(self):
        """What puts QEMU on one CPU, if that is wanted.

        Devices that fault without end keep QEMU's main loop busy, which then holds the lock that a
        register access of the guest waits for, and takes it again before the guest's thread is
        awake. On a single CPU the scheduler lets the waiting thread run first.
        """
        if not self.config.one_cpu:
            return []
        return ["taskset", "-c", str(max(os.sched_getaffinity(0)))]

    def _connect(self, name):
        client = socket.socket(socket.AF_UNIX)
        for _ in range(200):
            try:
                client.connect(self._socket(name))
                return client
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise MachineError(f"QEMU did not start: see {self.folder}/qemu.log")

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            # Its own session: `timeout` and QEMU, nobody else
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        # Not before: one may be waiting for an answer of QEMU
        for source in filter(None, (self.flood, self.typist)):
            source.stop()
        for opened in (self.qmp_file, self.qmp_socket, self.control):
            if opened:
                opened.close()
        shutil.rmtree(self.private, ignore_errors=True)

    # -- talking ---------------------------------------------------------------------------

    def qmp(self, command, **arguments):
        """One QMP command; its "return" value."""
        message = {"execute": command, "arguments": arguments}
        with self.qmp_lock:
            self.qmp_socket.sendall(json.dumps(message).encode())
            for line in self.qmp_file:
                answer = json.loads(line)
                if "error" in answer:
                    raise MachineError(f"{command}: {answer['error']['desc']}")
                if "return" in answer:
                    return answer["return"]
        raise MachineError(f"{command}: QEMU hung up")

    def trace_event(self, name, enable):
        """Switch a trace event on or off."""
        self.qmp("trace-event-set-state", name=name, enable=enable)
        self.events_on = self.events_on | {name} if enable else self.events_on - {name}
        self._note_instruments()

    def count_faults(self, enable):
        """Faults are counted, or not: faults() has those of all times together."""
        for event in qemutrace.FAULT_EVENTS:
            self.trace_event(event, enable)

    def faults(self):
        """Those counted so far, also when QEMU has ended."""
        return qemutrace.read_counters(self.faults_path)

    def watch_outcome(self, on=True):
        """From here on the guest goes to its outcome, and no instrument may have a part in it.

        Not while the guest is held: `on` is False then.
        """
        self.outcome_watched = on
        self._note_instruments()

    def _note_instruments(self):
        if self.outcome_watched:
            self.instruments |= self.events_on & set(qemutrace.HEAVY_EVENTS)

    def completed(self):
        """{drive: commands that it has completed so far}."""
        return {entry["device"]: sum(entry["stats"][f"{kind}_operations"] for kind in ("rd", "wr"))
                for entry in self.qmp("query-blockstats")}

    def gdb_path(self):
        """Where QEMU's gdb stub listens."""
        return self._socket("gdb")

    def order_panic(self):
        """The guest's init waits for this line.

        Nobody takes frames from the network card's ring of 256 any more: it has to last. Where no
        table tells in which pages they would land, the dump would differ from RAM at the stub's
        entry for no reason known: no more of them then.
        """
        if self.config.has_tables:
            self.flood.trickle()
        else:
            self.flood.pause()
        self.control.sendall(b"panic\n")

    def serial(self):
        """The console so far. The guest's own lines, "@@ ...", begin their lines here."""
        with open(self.serial_path, encoding="utf-8", errors="replace") as file:
            return LOG_PREFIX.sub("\n", file.read().replace("\r", ""))

    def last_words(self, lines=25):
        """The end of the console and of QEMU's own messages, for whoever looks for a cause."""
        with open(os.path.join(self.folder, "qemu.log"), encoding="utf-8", errors="replace") as log:
            qemu = log.read().splitlines()[1:]      # without the command line
        return "\n".join([f"the last of {self.serial_path}:",
                          *self.serial().splitlines()[-lines:], *qemu[-5:]])

    def wait_serial(self, pattern, timeout, interval=0.02):
        """Wait for a line; returns the match. A guest that stops early is an error."""
        regex = re.compile(pattern, re.MULTILINE)
        deadline = time.monotonic() + timeout
        while True:
            gone = self.process.poll() is not None
            match = regex.search(self.serial())
            if match:
                return match
            if gone:
                raise MachineError(f"QEMU ended before the console said '{pattern}'")
            if time.monotonic() > deadline:
                raise MachineError(f"nothing on the console like '{pattern}' in {timeout} s")
            time.sleep(interval)

    def cpu_s(self):
        """Seconds that the virtual CPUs have run: how far a guest can be, whatever else runs here.

        What QEMU's other threads use is not the guest's: devices that fault without end are
        emulated by them. 0 when it is gone.
        """
        total = 0
        try:
            for pid in self._children():
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/stat", encoding="ascii") as file:
                        head, _, tail = file.read().rpartition(")")
                    fields = tail.split()
                    if "(CPU " in head:
                        total += int(fields[11]) + int(fields[12])
        except OSError:
            return 0
        return total / os.sysconf("SC_CLK_TCK")

    def _children(self):
        pid = self.process.pid          # `timeout`, whose child QEMU is: the others exec
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return file.read().split()

    def wait_exit(self, timeout):
        """Wait for the guest to power off."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise MachineError(f"the guest did not power off in {timeout} s") from None


def _copy_sparse(source, target):
    subprocess.run(["cp", "--sparse=always", source, target], check=True)
