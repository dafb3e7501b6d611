# SPDX-License-Identifier: GPL-2.0-only
"""Holds what a cycle showed against what must be: one Line each, in the order of the table.

What must be depends on what the stub should have done: saved() and harmless() always,
clean_switch() when nothing was wrong, left_alone() when it had nothing to do or gave up.
"""

import re
from dataclasses import dataclass

import dumpcheck
from machine import SOURCES
from watch import GCMD_TE, GSTS_IRES

PAGE = 4096
STUB_LIMIT_BYTES = 128 << 10
STUB_LIMIT_SHARE = 0.05
LEAST_PAGES = 10000                     # of the dump, compared: these machines have 27,000 and more
KASLR_FLAG = 2                          # loadflags bit 1: an address was chosen by KASLR

# Fields of boot_params that the stub may write: where its own node goes, and what the inner
# kernel's file has and the wrapped one had otherwise (offset, size; include/image.h)
BOOT_PARAMS_FIELDS = {"syssize": (0x1f4, 4), "xloadflags": (0x236, 2),
                      "payload_offset": (0x248, 4), "setup_data": (0x250, 8),
                      "init_size": (0x260, 4), "handover_offset": (0x264, 4),
                      "kernel_info_offset": (0x268, 4)}


@dataclass
class Line:
    """One line of the table."""
    name: str
    value: str
    holds: bool


def saved(seen):
    """The dump is on the disk, opens, and tells the truth. Whatever happened."""
    wanted = dumpcheck.PATTERN_BYTES // PAGE
    dump = seen.dump
    differ = f", {len(dump.differ)} differ" if dump.differ else ""
    return [
        Line("dump saved", "makedumpfile ended well, disk unmounted" if _dump_written(seen)
             else "no", _dump_written(seen)),
        Line("dump readable", seen.dump_error or
             f"{dump.compared} pages as they were in RAM{differ}; {dump.left_out} not compared: "
             "devices may write them",
             not seen.dump_error and dump.compared >= LEAST_PAGES and not dump.differ),
        Line("pattern found in the dump", f"{dump.pattern} of {wanted} pages",
             dump.pattern == wanted),
    ]


def _dump_written(seen):
    return "\n@@ makedumpfile 0\n" in seen.serial and "\n@@ saved\n" in seen.serial


def dump_saved(seen):
    """For the result: the dump is on the disk."""
    return saved(seen)[0].holds


def dump_verified(seen):
    """For the result: and it is right."""
    return all(line.holds for line in saved(seen)[1:])


def harmless(cycle):
    """The stub wrote nothing but what is its own to write."""
    seen, image = cycle.seen, cycle.image
    own = [(seen.load, seen.load + image.stub_memory),
           (cycle.arena[0], cycle.arena[0] + cycle.arena[1]),
           (seen.boot_params & -PAGE, (seen.boot_params & -PAGE) + PAGE)]
    if seen.hidden:
        own.append((seen.dmar[0] & -PAGE, (seen.dmar[0] & -PAGE) + PAGE))
    strange = [page for page in seen.changed if page not in seen.device_writable
               and not any(start <= page < end for start, end in own)]
    fields = strange_boot_params(seen)
    # A kernel that adopts the tables adds its own mappings to them, which nobody judges here
    tables = seen.table_pages if adopted(seen) else ()
    # A mere report is shorter than the arena; the sink's page is there to be written to
    arena_changed = [page for page in seen.arena_changed if page + PAGE <= cycle.report.end
                     and page not in seen.scratch and page not in tables]
    return [
        Line("RAM changed by the stub elsewhere", _pages(strange), not strange),
        Line("boot_params changed elsewhere", ", ".join(fields) or "none", not fields),
        Line("arena pages changed by the kdump kernel", _pages(arena_changed)
             + (", adopted tables aside" if adopted(seen) else ""), not arena_changed),
    ]


def kdump_log(seen):
    """What the console shows after the panic; "" if there was none."""
    return seen.serial.partition("Kernel panic - not syncing")[2]


def adopted(seen):
    """Has the kdump kernel adopted the copies for a device?"""
    return "DMAR: relay: adopted" in kdump_log(seen)


def mode(seen, report):
    """Was the IOMMU "hidden" from the kdump kernel, "adopted" by it, or merely "shown" to it?

    None if that is not known: the stub did not get to its end, or the DMAR table in guest RAM
    contradicts the report.
    """
    if not seen.unit_after or seen.hidden != (report.mode == "hidden"):
        return None
    if seen.hidden:
        return "hidden"
    return "adopted" if adopted(seen) else "shown"


def strange_boot_params(seen):
    """Offsets of changed bytes of boot_params that are in no field the stub may write."""
    allowed = {offset + at for offset, size in BOOT_PARAMS_FIELDS.values() for at in range(size)}
    pairs = zip(seen.boot_params_before, seen.boot_params_after)
    return [f"{at:#x}" for at, (old, new) in enumerate(pairs) if old != new and at not in allowed]


def _pages(pages):
    shown = ", ".join(f"{page:#x}" for page in pages[:4])
    return f"{len(pages)} pages: {shown}" if pages else "none"


def on_copies(cycle):
    """The unit uses the copies, and was never off in between."""
    seen, arena = cycle.seen, cycle.arena
    root, interrupts = seen.unit_after["rtaddr"] & -PAGE, seen.unit_after["irta"] & -PAGE
    outside = [page for page in seen.table_pages if not inside(page, arena)]
    kept_on = GCMD_TE | seen.unit_before["gsts"] & GSTS_IRES
    off = [value for value in seen.commands if value & kept_on != kept_on]
    return [
        Line("root table in the hardware", _where(root, arena), inside(root, arena)),
        Line("interrupt table in the hardware", _where(interrupts, arena),
             inside(interrupts, arena)),
        Line("page tables outside the arena", _pages(outside), not outside),
        Line("remapping never off in the stub", f"{len(seen.commands)} commands to the unit",
             bool(seen.commands) and not off),
        Line("leaves into the crash kernel", str(len(seen.into_crash)), not seen.into_crash),
        Line("kdump kernel says that it copied", "translation and interrupt tables",
             "Copied translation tables from previous kernel" in seen.serial
             and "Copied IR table for" in seen.serial),
    ]


def inside(page, arena):
    """Does the page lie in the arena (start, size)?"""
    return arena[0] <= page < arena[0] + arena[1]


def _where(page, arena):
    return f"{page:#x}, {'in' if inside(page, arena) else 'OUTSIDE'} the arena"


def same_translation(seen):
    """Every device's IOVAs lead where they led, by a walker of our own and by the data."""
    return [
        Line("translations that differ", ", ".join(seen.translations) or "none",
             not seen.translations),
        Line("HDA capture landing where it did",
             f"{seen.hda_overwritten} of {len(seen.hda_pages)} pages",
             0 < len(seen.hda_pages) == seen.hda_overwritten),
    ]


def going_on(seen):
    """All devices were at work; what outlives the panic went on after the switch, without a fault."""
    before, after = by_device(seen.dma_before), by_device(seen.dma_after)
    return no_faults(seen) + [
        Line("DMA in 0.3 s before the panic", _counts(before), all(before.values())),
        Line("legacy DMA after the switch", _counts(after),
             after["hda"] > 0 and after["uhci"] > 0),
    ]


def _counts(dma):
    return ", ".join(f"{name} {count}" for name, count in dma.items())


def no_faults(seen):
    """Not one, from the panic until the machine is off; FPD hides none. Interrupts are not traced."""
    faults = seen.faults
    return [
        Line("DMA faults from the panic on", f"{faults.reported} reported, {faults.muted} muted",
             faults.refused == 0),
        Line("DMA absorbed by a scratch page", f"{seen.absorbed} accesses", True),
    ]


def complaints(console):
    """Lines in which a kernel finds fault with itself."""
    return re.findall(r"^.*(?:WARNING: |BUG: |kernel BUG at|Bad page|UBSAN|Oops|"
                      r"general protection).*$", console, re.MULTILINE)


def by_device(counter):
    """{device: translations} of a counter by source id."""
    return {name: counter.get(source, 0) for name, source in SOURCES.items()}


def reported(report, outcome, reason=None, quarantined=0):
    """The stub says that it did what it should have done."""
    said = report.outcome + (f" ({report.reason})" if report.reason != "ok" else "")
    return [
        Line("outcome", said, report.outcome == outcome
             and (reason is None or report.reason == reason)),
        Line("report intact", "by its digest" if report.sound else "NO", report.sound),
        Line("quarantined", str(report.quarantined), report.quarantined == quarantined),
    ]


def quick_and_small(cycle):
    """Within the limits of size and time."""
    report = cycle.report
    own, outside = report.total_us / 1e6, cycle.seen.stub_s
    share = own / cycle.seen.panic_to_entry_s
    phases = ", ".join(f"{phase} {us / 1000:.2f}" for phase, us in report.stub_us.items())
    return [
        Line("stub image", f"{cycle.image.stub_size} bytes",
             0 < cycle.image.stub_size <= STUB_LIMIT_BYTES),
        Line("time in the stub, by itself", f"{own * 1000:.2f} ms ({phases})", own > 0),
        Line("time in the stub, from outside", f"{outside * 1000:.2f} ms", own <= outside),
        Line("of the time from panic to kernel",
             f"{share:.2%} of {cycle.seen.panic_to_entry_s:.2f} s", share <= STUB_LIMIT_SHARE),
    ]


def copied(cycle):
    """As many tables as a walker of our own finds behind the new root."""
    seen, report = cycle.seen, cycle.report
    return [Line("tables copied", str(report.tables_copied),
                 0 < report.tables_copied == len(seen.table_pages)),
            Line("bytes copied", f"{report.bytes_copied} (interrupt table included)",
                 report.bytes_copied >= report.tables_copied * PAGE)]


def clean_switch(cycle):
    """All lines of a run in which nothing is wrong: the main job's table."""
    seen = cycle.seen
    return (reported(cycle.report, "switched") + copied(cycle) + quick_and_small(cycle)
            + on_copies(cycle) + same_translation(seen) + going_on(seen) + harmless(cycle)
            + saved(seen))


def hidden(cycle):
    """A stock kernel that sees no IOMMU: not a fault, and each device reaches its memory at once."""
    seen, arena = cycle.seen, cycle.arena
    root, interrupts = seen.unit_after["rtaddr"] & -PAGE, seen.unit_after["irta"] & -PAGE
    outside = [page for page in seen.table_pages if not inside(page, arena)]
    off = [value for value in seen.commands if not value & GCMD_TE]
    kdump = kdump_log(seen)
    # But for what the options on its command line make it say
    sees = re.findall(r"^.*(?:DMAR: (?!IOMMU enabled|Enable scalable mode)|DMAR-IR|"
                      r"Adding to iommu group).*$", kdump, re.MULTILINE)
    lacking = [name for name, source in SOURCES.items() if source not in seen.identity]
    return reported(cycle.report, "switched") + [
        Line("DMAR table masked, and reported so", cycle.report.mode,
             seen.hidden and cycle.report.mode == "hidden"),
        Line("root table in the hardware", _where(root, arena), inside(root, arena)),
        Line("interrupt table in the hardware", _where(interrupts, arena), inside(interrupts, arena)),
        Line("page tables outside the arena", _pages(outside), not outside),
        Line("translation never off in the stub", f"{len(seen.commands)} commands to the unit",
             bool(seen.commands) and not off),
        Line("leaves into the crash kernel but its own to itself", str(len(seen.into_crash)),
             not seen.into_crash),
        Line("devices that cannot reach its memory", ", ".join(lacking) or "none", not lacking),
        Line("kdump kernel sees no IOMMU", "; ".join(sees) or "not a line of it", not sees),
        Line("complaints of the kdump kernel", "; ".join(complaints(kdump)) or "none",
             not complaints(kdump)),
    ] + same_translation(seen) + going_on(seen) + harmless(cycle) + saved(seen)


def left_alone(cycle):
    """The unit, if there is one, is as the crashed kernel left it."""
    seen = cycle.seen
    unit = Line("unit left as it was", "yes" if seen.unit_before == seen.unit_after else "no",
                seen.unit_before == seen.unit_after)
    return [unit] + same_translation(seen) + harmless(cycle) + saved(seen)


def kaslr(seen):
    """Both kernels' decompressors say in boot_params that they have chosen an address."""
    flags = [int(flags) & KASLR_FLAG for flags in re.findall(r"^@@ loadflags (\d+)$", seen.serial,
                                                             re.MULTILINE)]
    return [Line("KASLR on in both kernels", str(flags), len(flags) == 2 and all(flags))]


def failures(lines):
    """Those that do not hold, as text; empty if all do."""
    return "\n".join(f"{line.name}: {line.value}" for line in lines if not line.holds)
