# SPDX-License-Identifier: GPL-2.0-only
"""What the host gives the devices to do: frames to receive, keys to tell of."""

import socket
import threading


class Source:
    """Calls give() again and again, until stopped."""

    def __init__(self, pause_s):
        self.pause_s = pause_s
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping.wait(self.pause_s):
            try:
                self.give()
            except (OSError, ValueError, RuntimeError):
                # QEMU is not taking any just now, or has ended
                continue

    def give(self):
        """Once."""
        raise NotImplementedError

    def stop(self):
        """No more."""
        self.stopping.set()
        self.thread.join()


class Flood(Source):
    """Frames from the host into the e1000e: about 2,000 a second, then 5."""

    FRAME = b"\xff" * 6 + b"\x02dmaRL" + b"\x88\xb5" + b"frame " * 150

    def __init__(self, local, remote):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(local)
        self.socket.setblocking(False)
        self.remote = remote
        self.burst = 10
        self.paused = False
        super().__init__(0.005)

    def give(self):
        for _ in range(0 if self.paused else self.burst):
            self.socket.sendto(self.FRAME, self.remote)

    def trickle(self):
        """Slow down."""
        self.burst, self.pause_s = 1, 0.2

    def pause(self):
        """No frames for a while."""
        self.paused = True

    def go_on(self):
        """Again."""
        self.paused = False

    def stop(self):
        super().stop()
        self.socket.close()


class Typist(Source):
    """A key, ten times a second."""

    def __init__(self, machine):
        self.machine = machine
        self.down = False
        super().__init__(0.1)

    def give(self):
        self.down = not self.down
        key = {"type": "qcode", "data": "shift"}
        self.machine.qmp("input-send-event", events=[
            {"type": "key", "data": {"down": self.down, "key": key}}])
