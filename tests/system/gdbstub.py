# SPDX-License-Identifier: GPL-2.0-only
"""A small client of QEMU's gdb stub: breakpoints by hardware, registers, physical memory.

Two habits of QEMU 7.2 to know:
- connecting stops the machine, and stop packets nobody asked for may follow;
- continuing at an address that has a breakpoint hits it again at once, so a breakpoint
  is taken away when it has been hit.
"""

import socket
import struct
import time

REGISTERS = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11",
             "r12", "r13", "r14", "r15", "rip")


class GdbError(Exception):
    """The stub refused, or did not answer in time."""


class GdbTimeout(GdbError):
    """Not yet, anyway."""


class Gdb:
    """A connection; the machine is stopped while no continue() is pending."""

    def __init__(self, path, timeout=120):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.buffer = b""
        self._physical = False
        self._drain()

    def _drain(self):
        """Swallow the stop packets of the connection itself."""
        self._send("?")
        until = time.monotonic() + 0.2
        while (left := until - time.monotonic()) > 0:
            try:
                self._receive(left)
            except GdbError:
                break

    def _send(self, payload):
        body = payload.encode()
        self.socket.sendall(b"+$%s#%02x" % (body, sum(body) & 0xff))

    def _receive(self, timeout):
        deadline = time.monotonic() + timeout
        while True:
            start = self.buffer.find(b"$")
            end = self.buffer.find(b"#", start)
            if start >= 0 and 0 <= end and len(self.buffer) >= end + 3:
                body = self.buffer[start + 1:end]
                self.buffer = self.buffer[end + 3:]
                self.socket.sendall(b"+")
                return body.decode()
            left = deadline - time.monotonic()
            if left <= 0:
                raise GdbTimeout("no answer from QEMU's gdb stub")
            self.socket.settimeout(left)
            try:
                chunk = self.socket.recv(65536)
            except socket.timeout:
                continue
            if not chunk:
                raise GdbError("QEMU's gdb stub hung up")
            self.buffer += chunk

    def ask(self, payload, timeout=120):
        """One command, one answer; a stray stop packet is not the answer."""
        self._send(payload)
        while True:
            answer = self._receive(timeout)
            if not answer.startswith(("T", "S")):
                break
        if answer.startswith("E"):
            raise GdbError(f"{payload}: {answer}")
        return answer

    def set_breakpoint(self, address):
        """A hardware breakpoint on every CPU, at a virtual address."""
        self.ask(f"Z1,{address:x},1")

    def clear_breakpoint(self, address):
        """Take it away."""
        self.ask(f"z1,{address:x},1")

    def resume(self):
        """Let the machine run; returns at once."""
        self._send("c")

    def interrupt(self):
        """Stop the machine where it is; returns the registers of one CPU."""
        self.socket.sendall(b"\x03")
        return self.wait_stop(60)

    def wait_stop(self, timeout):
        """Wait until the machine stops; returns the stopping CPU's registers."""
        while True:
            packet = self._receive(timeout)
            if packet.startswith(("T", "S")):
                return self.registers()
            if packet.startswith("W"):
                raise GdbError("the machine is gone")

    def registers(self):
        """{name: value} of the CPU that stopped last."""
        raw = bytes.fromhex(self.ask("g")[:16 * len(REGISTERS)])
        return dict(zip(REGISTERS, struct.unpack(f"<{len(REGISTERS)}Q", raw)))

    def read_physical(self, address, size):
        """Guest-physical memory or device registers (4 or 8 bytes: one access)."""
        self._physical_mode()
        return int.from_bytes(bytes.fromhex(self.ask(f"m{address:x},{size:x}")), "little")

    def write_physical(self, address, value, size):
        """The same, written."""
        self._physical_mode()
        self.ask(f"M{address:x},{size:x}:{value.to_bytes(size, 'little').hex()}")

    def _physical_mode(self):
        if not self._physical:
            self.ask("Qqemu.PhyMemMode:1")
            self._physical = True

    def close(self):
        """Detach: breakpoints go, the machine runs on."""
        try:
            self._send("D")
            self._receive(2)
        except (GdbError, OSError):
            pass
        self.socket.close()
