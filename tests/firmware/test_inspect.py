# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay.efi inspect in an EFI shell: on a machine as OVMF leaves it, on one whose tables are in
force (leave.efi plays the firmware that does so), and with reserved memory in the DMAR table."""

import os
import subprocess
import sys

import pytest

from boot import BUILD, DEVICES, QEMU, START_S, TOP, Boot

sys.path.append(os.path.join(TOP, "tests", "cli"))
import tables   # noqa: E402 # pylint: disable=wrong-import-position

SHELL_S = 120
DISK = os.path.join(BUILD, "firmware", "disk-{}.img")
IMAGES = ("dmarelay.efi", "leave.efi")


def make_disk(path, commands):
    """A disk that the shell starts from by itself: with the applications, and these commands."""
    script = path + ".nsh"
    with open(script, "w", encoding="ascii") as file:
        file.write("".join(f"{command}\r\n" for command in ("fs0:", *commands, "reset -s")))
    if os.path.exists(path):
        os.unlink(path)
    subprocess.run(["mformat", "-C", "-i", path, "-T", "16384", "::"], check=True)
    files = [os.path.join(BUILD, "efi", image) for image in IMAGES]
    subprocess.run(["mcopy", "-i", path, *files, "::"], check=True)
    subprocess.run(["mcopy", "-i", path, script, "::startup.nsh"], check=True)


@pytest.fixture(name="shell")
def fixture_shell(request):
    """shell(commands..., unit, options): run them; what `inspect` has then written to a file."""
    def shell(*commands, unit="intremap=on", options=()):
        name = request.node.name
        path = DISK.format(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        make_disk(path, [*commands, "dmarelay.efi inspect >a out.txt"])
        boot = Boot(name, QEMU, unit, [
            *DEVICES, *options, "-drive", f"if=none,id=disk,format=raw,file={path}",
            "-device", "ide-hd,drive=disk,bus=ide.0"])
        assert boot.run(START_S + SHELL_S) == 0, boot.text("console")[-2000:]
        shown = subprocess.run(["mtype", "-i", path, "::out.txt"], capture_output=True, text=True,
                               check=False).stdout.replace("\r", "")
        with open(boot.path("inspect"), "w", encoding="utf-8") as file:
            file.write(shown)
        return shown

    return shell


def test_as_ovmf_leaves_it(shell):
    """QEMU's one unit, which OVMF does not use."""
    shown = shell()
    assert "DRHD, remapping unit at 0xfed90000" in shown
    assert "unit 0: registers at 0xfed90000, segment 0000" in shown
    assert "DMA           was off" in shown
    assert "DMA and interrupt remapping were off in every unit" in shown
    assert "Devices" not in shown


def test_tables_in_force(shell):
    """Devices, domains, the one entry that cannot stand, and two bus masters that have none."""
    shown = shell("leave.efi legacy-bad-context")
    for text in ("DMA           left as it was", "interrupts    left as it was",
                 "Devices (7)", "0000:00:02.0", "0000:01:00.0", "0000:00:1f.2",
                 "domain 5 of unit 0: 39 bits", "0x5540000000-0x554000bfff",
                 "domain 9 of unit 0: pass-through", "Quarantine (3)", "context.reserved",
                 "0000:00:1f.3", "context.absent"):
        assert text in shown, text


def test_reserved_memory(shell, tmp_path):
    """A DMAR table of our own: with a region for the USB controller, and a unit that is not there."""
    table = tmp_path / "dmar"
    table.write_bytes(tables.table(
        tables.unit(base=0xfed91000),
        tables.rmrr(tables.scope(path=((0x14, 0),)), base=0x7b800000, limit=0x7b9fffff,
                    reserved=1)))
    shown = shell(unit=None, options=["-acpitable", f"file={table}"])
    for text in ('of "MAKER " "MACHINE "', "RMRR, reserved memory 0x7b800000-0x7b9fffff",
                 "endpoint     0000:00:14.0", "Oddities (1)", "unit-dead",
                 "Reserved memory regions (RMRR) (1)"):
        assert text in shown, text
