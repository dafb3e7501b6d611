# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay inspect: what it shows of a sound handoff, and where it finds one."""

import json
import os
import pathlib

import pytest

import blobs

GOLDEN = pathlib.Path(__file__).parent / "golden"


@pytest.fixture
def inspect(dmarelay, tmp_path):
    def run(block, *args):
        (tmp_path / "handoff").write_bytes(block)
        done = dmarelay("inspect", "handoff", *args)
        assert done.status == 0, done.err
        assert done.err == ""
        return done.out
    return run


def check_golden(name, text):
    """GOLDEN_UPDATE=1 writes the file anew: look at the difference before committing it."""
    if os.environ.get("GOLDEN_UPDATE"):
        (GOLDEN / name).write_text(text)
    assert text == (GOLDEN / name).read_text()


BLOCKS = {
    "full": blobs.full,
    "scalable": lambda: blobs.Block(blobs.scalable_sections(), minor=blobs.MINOR,
                                    mode=blobs.HIDDEN).build(),
    "idle": lambda: blobs.Block([blobs.Section.of_bytes(blobs.LOG, b"no DMAR table")], tables=0,
                                outcome=blobs.IDLE, reason=3).build(),
    "abandoned": lambda: blobs.Block([blobs.Section(blobs.UNITS, [blobs.unit(flags=5,
                                                                             dma_reason=38,
                                                                             ir_reason=38)])],
                                     tables=0, outcome=blobs.ABANDONED, reason=13).build(),
    "empty": lambda: blobs.Block([], tables=0).build(),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_golden_text(inspect, name):
    check_golden(f"{name}.txt", inspect(BLOCKS[name]()))


@pytest.mark.parametrize("name", BLOCKS)
def test_golden_json(inspect, name):
    text = inspect(BLOCKS[name](), "--json")
    json.loads(text)
    check_golden(f"{name}.json", text)


def test_ranges(inspect):
    assert "and 2 more" in inspect(blobs.full())
    text = inspect(blobs.full(), "--ranges")
    assert "more" not in text and "0xfff50000-0xfff50fff" in text


def test_totals(inspect):
    report = json.loads(inspect(blobs.full(), "--json"))
    assert report["tables_copied"] == 43
    assert report["bytes_copied"] == 43 * 4096 + 65536 * 16
    assert report["quarantined"] == 7 + 2
    assert report["stub_us"] == 812 + 95 + 2210 + 40 + 133
    assert report["timing"] == {"arrive": 812, "discover": 95, "copy": 2210, "seal": 40,
                                "switch": 133}
    assert report["digest_ok"] is True


def test_record_names_device_iova_and_target(inspect):
    block = blobs.Block([blobs.Section(blobs.UNITS, [blobs.unit()]),
                         blobs.Section(blobs.RECORDS, [blobs.record()])]).build()
    (record,) = json.loads(inspect(block, "-j"))["records"]
    assert record["device"] == "0000:00:1b.0"
    assert (record["iova"], record["size"]) == ("0xffe00000", "0x1000")
    assert record["target"] == "0x70000000"
    assert (record["rule"], record["section"]) == ("second-level.target", "3.7")
    assert record["action"] == "sunk"
    text = inspect(block)
    for word in ("0000:00:1b.0", "0xffe00000-0xffe00fff", "0x70000000", "second-level.target"):
        assert word in text, text


def test_pasids(inspect):
    """JSON lists every entry; the text leaves out what the devices' table has told."""
    block = BLOCKS["scalable"]()
    report = json.loads(inspect(block, "--json"))
    assert [unit["dma"]["mode"] for unit in report["units"]] == ["scalable"]
    assert [device["translation"] for device in report["devices"]] == \
        ["first-level", "translated", "pass-through", "none"]
    assert [(entry["device"], entry["pasid"], entry["domain"], entry["translation"],
             entry["action"]) for entry in report["pasids"]] == [
        ("0000:00:03.0", 0, 0, "first-level", "kept"),
        ("0000:00:03.0", 5, 1, "first-level", "kept"),
        ("0000:00:03.0", 6, 2, "nested", "repaired"),
        ("0000:00:1b.0", 0x100, 3, "translated", "kept"),
        ("0000:00:1b.0", 0xfffff, None, "none", "sunk"),
        ("0000:02:00.0", 0, 4, "pass-through", "repaired"),
        (None, 3, 3, "translated", "kept")]
    assert report["dropped"]["pasids"] == 4
    text = inspect(block)
    rows = text[text.index("PASIDs of these"):text.index("Domains")].splitlines()[2:-1]
    assert [row.split()[:2] for row in rows[:-1]] == [
        ["0000:00:03.0", "5"], ["0000:00:03.0", "6"], ["0000:00:1b.0", "1048575"],
        ["0000:02:00.0", "0"], ["-", "3"]]
    assert "4 PASIDs found no room" in rows[-1]


def test_no_table_of_pasids_without_news(inspect):
    block = blobs.Block([blobs.Section(blobs.UNITS, [blobs.unit(flags=0x5f)]),
                         blobs.Section(blobs.DOMAINS, [blobs.domain()]),
                         blobs.Section(blobs.DEVICES, [blobs.device(old_context_hi=0)]),
                         blobs.Section(blobs.PASIDS, [blobs.pasid()])]).build()
    assert "PASIDs" not in inspect(block)


def test_unknown_table_mode(inspect):
    block = blobs.Block([blobs.Section(blobs.UNITS, [blobs.unit(dma_reason=35)])]).build()
    assert json.loads(inspect(block, "--json"))["units"][0]["dma"]["mode"] == "unknown"


def test_iova_run_at_the_end_of_the_address_space(inspect):
    block = blobs.Block([blobs.Section(blobs.UNITS, [blobs.unit()]),
                         blobs.Section(blobs.RECORDS, [
                             blobs.record(iova=(1 << 64) - 4096, size=8192)])]).build()
    assert "0xfffffffffffff000-0xffffffffffffffff" in inspect(block)


def test_report_of_an_older_stub(inspect):
    """Entries that end where those of minor 1 did; what is not there is not told."""
    block = blobs.Block([blobs.Section(blobs.UNITS, [
        blobs.unit(base=base, fsts=0x11, pmen=1, iqercd=3)[:blobs.UNIT_SIZE_1]
        for base in (0xfed90000, 0xfed91000)])], minor=1).build()
    units = json.loads(inspect(block, "--json"))["units"]
    assert [unit["base"] for unit in units] == ["0xfed90000", "0xfed91000"]
    assert {unit[key] for unit in units for key in ("fsts_at_entry", "pmen_at_entry")} == {"0x0"}
    text = inspect(block)
    assert "\nIOMMU         shown\n" in text
    assert "FSTS" not in text and "PMEN" not in text and "IQERCD" not in text


HIDE_REASONS = ["ok", "not-asked", "no-translation", "not-switched", "in-place", "nested", "shared-table",
                "width", "low-memory", "x2apic", "initrd", "tboot", "no-room", "dmar", "invalidate",
                "interrupts", "delivery", "budget", "exception", "memory-map", "root", "policy"]


def iommu(text):
    """The line about the mode."""
    (line,) = [line for line in text.splitlines() if line.startswith("IOMMU ")]
    return line.removeprefix("IOMMU").strip()


def mode_of(inspect, **header):
    """Its name and its reason in JSON, and the line of the text."""
    block = blobs.Block([], **{"minor": blobs.MINOR, **header}).build()
    report = json.loads(inspect(block, "--json"))
    return report["mode"], report["hide_reason"], iommu(inspect(block))


def test_hidden(inspect):
    assert mode_of(inspect, mode=blobs.HIDDEN) == ("hidden", "ok", "hidden from the kdump kernel")


def test_every_reason_not_to_hide_has_a_name_and_words(inspect):
    words = set()
    for number, name in enumerate(HIDE_REASONS[1:], 1):
        mode, reason, line = mode_of(inspect, hide_reason=number)
        assert (mode, reason) == ("shown", name)
        assert line.startswith(f"shown ({name}: ") and line.endswith(")")
        words.add(line.partition(": ")[2])
    assert len(words) == len(HIDE_REASONS) - 1


def test_conflict_of_hidden_mode(inspect):
    """A record about a device's IOVAs, not about its context entry; and the domain that was changed."""
    block = blobs.Block([
        blobs.Section(blobs.UNITS, [blobs.unit()]),
        blobs.Section(blobs.DOMAINS, [blobs.domain(flags=1 << 8), blobs.domain(id=8)]),
        blobs.Section(blobs.RECORDS, [blobs.record(rule=114, object=3, where=0, found_lo=0, target=0,
                                                   level=0, size=300 * 4096)]),
    ], minor=blobs.MINOR, mode=blobs.HIDDEN).build()
    report = json.loads(inspect(block, "--json"))
    assert report["records"][0]["rule"] == "hide.conflict"
    assert [domain["identity"] for domain in report["domains"]] == [True, False]
    text = inspect(block)
    assert "Device 0000:00:1b.0, domain 7 of unit 0: 300 pages of its IOVA space.\n" in text
    assert "the kdump kernel cannot use the device.\n" in text and "Found 0x" not in text
    assert text.count("; changed for hidden mode\n") == 1


def test_phase_in_two_parts(inspect):
    """What is built for hidden mode, and hiding: one key in JSON, two lines in the text."""
    block = blobs.Block([blobs.Section(blobs.TIMING, [
        blobs.PHASE.pack(phase, 2400, 2400 * us, us) for phase, us in ((7, 50), (5, 9), (7, 20))])],
        minor=blobs.MINOR).build()
    out = inspect(block, "--json")
    assert json.loads(out)["timing"] == {"hide": 70, "switch": 9} and out.count('"hide":') == 1
    assert json.loads(out)["stub_us"] == 79
    assert inspect(block).count("\n  hide ") == 2


def test_older_stub_shows_the_iommu(inspect):
    """Before minor 5 the fields' place was reserved, and whatever stands there means nothing."""
    assert mode_of(inspect, minor=4) == ("shown", "ok", "shown")
    assert mode_of(inspect, minor=4, mode=1, hide_reason=2) == ("shown", "ok", "shown")
    assert mode_of(inspect, minor=4, mode=9, hide_reason=99) == ("shown", "ok", "shown")


def test_newer_stub_may_know_more_modes(inspect):
    assert mode_of(inspect, minor=6, mode=2, hide_reason=22) == \
        ("mode-2", "hide-reason-22", "mode-2 (hide-reason-22)")
    assert mode_of(inspect, minor=6, mode=2) == ("mode-2", "ok", "mode-2")


# VT-d spec, "Fault Reason Encodings"
FAULT_REASONS = [*range(0x01, 0x0f), *range(0x20, 0x29), *range(0x30, 0x33), *range(0x38, 0x3b),
                 *range(0x40, 0x49), *range(0x50, 0x53), *range(0x58, 0x5e), *range(0x70, 0x7d),
                 *range(0x80, 0x88), 0x90, 0x91]


def test_every_fault_reason_has_words(inspect):
    codes = range(256)
    block = blobs.Block([blobs.Section(blobs.UNITS, [blobs.unit()]), blobs.Section(
        blobs.FAULTS, [blobs.fault(0x18, code, 0x1000) for code in codes])]).build()
    faults = json.loads(inspect(block, "--json"))["faults"]
    assert [fault["reason"] for fault in faults] == list(codes)
    assert [fault["reason"] for fault in faults
            if fault["reason_text"] != "a reason not known here"] == FAULT_REASONS
    # What is said of two of them differs, but where both modes have the same
    words = {fault["reason_text"] for fault in faults}
    assert len(words) > 0.8 * len(FAULT_REASONS)


def test_faults_name_the_pasid(inspect):
    block = blobs.Block([blobs.Section(blobs.UNITS, [blobs.unit()]), blobs.Section(blobs.FAULTS, [
        blobs.fault(0x18, 0x71, 0x1000, pasid=0xfffff), blobs.fault(0x18, 5, 0x1000)])]).build()
    assert [fault["pasid"] for fault in json.loads(inspect(block, "--json"))["faults"]] == \
        [0xfffff, None]
    assert "0000:00:03.0 PASID 1048575, page 0x1000" in inspect(block)


def test_functions_tell_who_may_do_dma(inspect):
    functions = json.loads(inspect(blobs.full(), "--json"))["functions"]
    assert [(entry["device"], entry["context_entry"], entry["bus_master"], entry["absent"])
            for entry in functions[:4] + functions[7:8]] == [
        ("0000:00:00.0", False, False, False), ("0000:00:02.0", False, True, False),
        ("0000:00:03.0", True, True, False), ("0000:00:1b.0", True, False, False),
        ("0000:03:00.1", True, False, True)]


def test_every_aer_bit_has_a_name(inspect):
    """PCI Express Base Specification 7.8.4.2 and 7.8.4.5."""
    uncorrectable = [4, 5, *range(12, 27)]
    correctable = [0, 6, 7, 8, 12, 13, 14, 15]
    block = blobs.Block([blobs.Section(blobs.FUNCTIONS, [
        blobs.function(flags=0x32, uncorrectable=1 << bit, aer_control=bit)
        for bit in uncorrectable] + [
        blobs.function(flags=0x32, correctable=1 << bit) for bit in correctable])]).build()
    entries = [entry["aer"] for entry in json.loads(inspect(block, "--json"))["functions"]]
    names = [tuple(entry["uncorrectable_errors"] + entry["correctable_errors"])
             for entry in entries]
    assert len(set(names)) == len(names) and all(len(name) == 1 for name in names)
    assert [entry["first_error"] for entry in entries[:len(uncorrectable)]] == \
        [name for (name,) in names[:len(uncorrectable)]]


def test_log_cannot_steer_the_terminal(inspect):
    text = inspect(blobs.full())
    assert "\x1b" not in text
    assert "\x1b[31m" in json.loads(inspect(blobs.full(), "--json"))["log"]


def test_node_header_is_optional(inspect):
    assert inspect(blobs.node(blobs.full())) == inspect(blobs.full())


def test_tables_need_not_be_there(inspect):
    """The sealed part alone tells everything; the rest of the arena is not even read."""
    block = blobs.full()
    assert inspect(block[:-4096]) == inspect(block)
    assert inspect(block + bytes(100)) == inspect(block)


def test_large_report_is_read_whole(inspect):
    """More than file_read() reads at first."""
    count = 20000
    block = blobs.Block([
        blobs.Section(blobs.UNITS, [blobs.unit()]),
        blobs.Section(blobs.DOMAINS, [blobs.domain(range_count=count)]),
        blobs.Section(blobs.RANGES, [blobs.RANGE.pack(i << 13, (i << 13) + 4095)
                                     for i in range(count)])]).build()
    report = json.loads(inspect(block, "--json"))
    assert len(report["domains"][0]["ranges"]) == count
    assert report["domains"][0]["ranges"][-1]["last"] == hex(((count - 1) << 13) + 4095)


def test_newer_minor_version(inspect):
    """Longer header, longer entries, a section and numbers of tomorrow: read as of today."""
    sections = blobs.full_sections()
    for section in sections:
        if section.kind != blobs.LOG:
            section.entry_size += 24
    sections.insert(0, blobs.Section(77, [b"whatever"]))
    newer = blobs.Block(sections, minor=9, hide_reason=3, real_header_size=112).build()
    same = [line for line in inspect(blobs.full()).splitlines() if not line.startswith("arena")]
    assert [line for line in inspect(newer).splitlines() if not line.startswith("arena")] == same


def test_unknown_numbers_are_shown(inspect):
    block = blobs.Block([blobs.Section(blobs.UNITS, [blobs.unit(dma_reason=99)])], outcome=8,
                        reason=77).build()
    report = json.loads(inspect(block, "--json"))
    assert (report["outcome"], report["reason"]) == ("outcome-8", "reason-77")
    assert report["units"][0]["dma"]["reason"] == "reason-99"
    assert "reason-77" in inspect(block)


def sysfs(folder, nodes):
    """A folder as /sys/kernel/boot_params/setup_data is."""
    for name, (kind, data) in nodes.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "type").write_text(f"{kind:#x}\n")
        (folder / name / "data").write_bytes(data)


def test_finds_the_node_in_a_folder(inspect, dmarelay, tmp_path):
    expected = inspect(blobs.full())
    sysfs(tmp_path / "setup_data", {
        "0": (9, b"seed"), "10": (blobs.SETUP_DATA_TYPE, b"not this one"),
        "2": (blobs.SETUP_DATA_TYPE, blobs.full()), "1": (4, b"efi")})
    done = dmarelay("inspect", "setup_data")
    assert (done.status, done.err, done.out) == (0, "", expected)


def test_folder_without_our_node(dmarelay, tmp_path):
    sysfs(tmp_path / "setup_data", {"0": (9, b"seed")})
    done = dmarelay("inspect", "setup_data")
    assert done.status == 1
    assert done.out == "" and done.err.count("\n") == 1 and "0x52414d44" in done.err


def test_unreadable(dmarelay):
    done = dmarelay("inspect", "missing")
    assert done.status == 1 and done.err.startswith("dmarelay: missing: ")


def test_full_disk_is_told(dmarelay, tmp_path):
    (tmp_path / "handoff").write_bytes(blobs.full())
    status = os.system(f"cd {tmp_path} && {dmarelay_path()} inspect handoff >/dev/full 2>/dev/null")
    assert os.waitstatus_to_exitcode(status) == 1


def dmarelay_path():
    from conftest import COMMAND
    return COMMAND


def test_usage(refused, dmarelay):
    refused(["FILE or DIR"], "inspect", "a", "b")
    refused(["--frobnicate"], "inspect", "--frobnicate")
    for verb in ([], ["wrap"], ["inspect"]):
        done = dmarelay(*verb, "--help")
        assert done.status == 0 and "Exit status" in done.out and done.err == ""
    assert dmarelay("--version").out.startswith("dmarelay ")
    assert dmarelay().status == 2
    refused(["unknown verb"], "frobnicate")
