# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay quiesce, on a sysfs of the tests' own making."""

import json
import struct

import pytest

import blobs
from blobs import Section

MASTER = 0x0004
COMMAND = 0x0407        # interrupts off, bus master, memory, I/O: all but one bit must stay
DEVICES = {             # (bus, devfn): sysfs name, then (vendor, command, base class, driver)
    (0, 0x10): ("0000:00:02.0", (0x8086, COMMAND, 0x01, "nvme")),
    (0, 0x18): ("0000:00:03.0", (0x8086, COMMAND, 0x02, None)),
    (0, 0x20): ("0000:00:04.0", (0x8086, COMMAND & ~MASTER, 0x04, None)),
    (0, 0xf8): ("0000:00:1f.0", (0x8086, COMMAND, 0x06, None)),
    (3, 0x01): ("0000:03:00.1", (0xffff, 0xffff, 0xff, None)),
    (4, 0x00): ("0000:04:00.0", None),
    (5, 0x07): ("0000:05:00.7", (0x10de, MASTER, 0x03, None)),
}
STATES = {"0000:00:02.0": "driven", "0000:00:03.0": "orphan", "0000:00:04.0": "idle",
          "0000:00:1f.0": "bridge", "0000:03:00.1": "silent", "0000:04:00.0": "gone",
          "0000:05:00.7": "orphan"}


def config(vendor, command, base_class):
    """64 bytes of configuration space; the status register has bits that a write of 1 clears."""
    return struct.pack("<HHHHBBBB", vendor, 0x1234, command, 0xf910, 3, 0, 0, base_class) + \
        bytes(range(52))


@pytest.fixture(name="sysfs")
def fixture_sysfs(tmp_path):
    """A sysfs with these devices, and their handoff."""
    devices = tmp_path / "sys" / "bus" / "pci" / "devices"
    for name, kind in DEVICES.values():
        if not kind:
            continue
        vendor, command, base_class, driver = kind
        (devices / name).mkdir(parents=True)
        (devices / name / "config").write_bytes(config(vendor, command, base_class))
        if driver:
            (devices / name / "driver").symlink_to(f"../../../../bus/pci/drivers/{driver}")
    node = tmp_path / "sys" / "kernel" / "boot_params" / "setup_data" / "0"
    node.mkdir(parents=True)
    (node / "type").write_text(f"{blobs.SETUP_DATA_TYPE:#x}\n")
    (node / "data").write_bytes(handoff())
    return devices


def handoff(dropped=0):
    return blobs.Block([
        Section(blobs.UNITS, [blobs.unit()]), Section(blobs.DOMAINS, [blobs.domain()]),
        Section(blobs.DEVICES, [blobs.device(bus=bus, devfn=devfn) for bus, devfn in DEVICES],
                dropped=dropped)]).build()


def contents(devices):
    """{device: its configuration space}"""
    return {path.name: (path / "config").read_bytes() for path in devices.iterdir()}


def states(text):
    return {entry["device"]: entry["state"] for entry in json.loads(text)["devices"]}


def test_dry_run(dmarelay, sysfs):
    before = contents(sysfs)
    done = dmarelay("quiesce", "--sysfs", "sys", "--dry-run", "--json")
    assert (done.status, done.err) == (0, "")
    assert states(done.out) == STATES
    assert [entry["driver"] for entry in json.loads(done.out)["devices"]] == ["nvme"] + [None] * 6
    assert contents(sysfs) == before


def test_orphans_are_stopped(dmarelay, sysfs):
    """One bit of each, and nothing else of anything."""
    wanted = contents(sysfs)
    for name in ("0000:00:03.0", "0000:05:00.7"):
        data = bytearray(wanted[name])
        data[4] &= ~MASTER
        wanted[name] = bytes(data)
    done = dmarelay("quiesce", "--sysfs", "sys", "--json")
    assert (done.status, done.err) == (0, "")
    assert states(done.out) == {name: "quiesced" if state == "orphan" else state
                                for name, state in STATES.items()}
    assert contents(sysfs) == wanted
    again = dmarelay("quiesce", "--sysfs", "sys", "--json")
    assert states(again.out) == {name: "idle" if state == "orphan" else state
                                 for name, state in STATES.items()}


def test_text(dmarelay, sysfs):
    done = dmarelay("quiesce", "--sysfs", "sys")
    assert done.status == 0 and sysfs and done.out.splitlines() == [
        "0000:00:02.0 is left to its driver, nvme", "0000:00:03.0 has no driver: stopped",
        "0000:00:04.0 has no driver, and is not allowed to do DMA",
        "0000:00:1f.0 is a bridge, left alone", "0000:03:00.1 does not answer",
        "0000:04:00.0 is gone", "0000:05:00.7 has no driver: stopped"]


def test_one_that_does_not_stop(dmarelay, sysfs):
    """As where the kernel lets nobody write: told, and the others are stopped all the same."""
    config_file = sysfs / "0000:00:03.0" / "config"
    config_file.unlink()
    config_file.symlink_to("/proc/cpuinfo")     # takes no writes; as a command, 'e' has the bit
    done = dmarelay("quiesce", "--sysfs", "sys", "--json")
    assert (done.status, done.err) == (1, "")
    assert states(done.out) == {**STATES, "0000:00:03.0": "failed", "0000:05:00.7": "quiesced"}
    assert "NOT" in dmarelay("quiesce", "--sysfs", "sys").out


def test_other_handoff(dmarelay, sysfs, tmp_path):
    (tmp_path / "saved").write_bytes(handoff(dropped=3))
    done = dmarelay("quiesce", "--sysfs", "sys", "--json", "-n", "saved")
    assert states(done.out) == STATES and json.loads(done.out)["dropped"] == 3
    assert "3 more devices found no room" in dmarelay("quiesce", "--sysfs", "sys", "-n",
                                                      "saved").out


def test_damaged_report_stops_nothing(refused, sysfs, tmp_path):
    before = contents(sysfs)
    block = bytearray(handoff())
    block[33] ^= 1
    (tmp_path / "damaged").write_bytes(block)
    done = refused(["damaged: offset 0x20: ", "digest"], "quiesce", "--sysfs", "sys", "damaged")
    assert done.out == "" and contents(sysfs) == before


def test_usage(refused, dmarelay):
    refused(["FILE or DIR"], "quiesce", "a", "b")
    done = dmarelay("quiesce", "--sysfs", "nowhere")
    assert done.status == 1 and done.out == "" and done.err.count("\n") == 1
