# SPDX-License-Identifier: GPL-2.0-only
"""Can the property tests fail? Break the stub so that it loses what is well-formed, and expect that they do.

    judge.py OBJECTS [WORD]     all of them, or those with WORD in file or description

OBJECTS is a folder with the property program built as a user of the stub's library (`make check-judge`
builds it). Each change is compiled and loaded in front (trial.py); `property --stop` then tries machines, and
machines with the campaign's damage, and must fail at one of them.
"""

import pathlib
import subprocess
import sys

from mutant import Mutant
from run import broken
from trial import NotAMutant, Trial

MACHINES = 3000
EITHER = ("", "--cells")
HIDDEN = ("--hidden",)

MUTANTS = [
    Mutant("context.c", "every context entry of legacy mode is refused",
           "\tif (entry.lo & VTD_CTX_RESERVED_LO ||", "\tif (true || entry.lo & VTD_CTX_RESERVED_LO ||", EITHER),
    Mutant("pasid_entry.c", "every PASID entry is refused",
           "\tif (entry->q[4] |", "\tif (true || entry->q[4] |", ("",)),
    Mutant("walk_entry.c", "every leaf that is vetted is refused",
           "\tif (!(format->leaf_levels & 1u << level))", "\tif (true)", EITHER),
    Mutant("pagetable.c", "a table with one bad entry is corrupt",
           "return table->bad >= GARBAGE_LEAST && table->bad > table->present / 2;", "return table->bad;",
           EITHER),
    Mutant("pagetable.c", "no table is corrupt",
           "return table->bad >= GARBAGE_LEAST && table->bad > table->present / 2;", "return false;", EITHER),
    Mutant("context.c", "FPD in every context entry that is kept",
           "\tdevice->entry->hi = (device->found.hi & ~VTD_CTX_DID_MASK) |",
           "\tdevice->entry->lo |= VTD_CTX_FPD;\n\tdevice->entry->hi = (device->found.hi & ~VTD_CTX_DID_MASK) |",
           EITHER),
    Mutant("context.c", "the first device of each bus is redirected",
           "context_is_isolated(relay, &device->blame)", "device->blame.devfn < 8", ("",)),
    Mutant("intremap.c", "every interrupt entry is blocked", "\t\tif (!rule) {", "\t\tif (false) {", EITHER),
    Mutant("rmrr.c", "reserved memory is mapped for every device",
           "if (scope_names(relay, &item, sizeof(rmrr), segment, bus, devfn, perhaps)) {", "if (true) {", ("",)),
    Mutant("repair.c", "reserved memory takes the place of what is mapped",
           "if (present && !is_ours(repair->relay, entry & VTD_SL_ADDRESS))", "if (false)", ("",)),
    Mutant("pasid.c", "there is no room for a PASID table",
           "\tmemory = arena_alloc(&relay->arena, size, PAGE_SIZE);\n",
           "\tmemory = level == LEVEL_TABLE ? NULL : arena_alloc(&relay->arena, size, PAGE_SIZE);\n", ("",)),
    Mutant("domain.c", "there is no room for a domain with tables", "\tif (number < 0)\n", "\tif (number >= 0)\n",
           EITHER),
    Mutant("domain.c", "every domain id clashes",
           "\t*clash = domain_id_is_sink(unit, wanted->id);", "\t*clash = true;", EITHER),
    Mutant("quarantine.c", "every record is dropped", "report_add(report, HANDOFF_RECORDS);",
           "(report_drop(report, HANDOFF_RECORDS), (struct handoff_record *)0);", EITHER),
    Mutant("unit.c", "the second unit is left alone", "\tif (unit->report->pmen & (VTD_PMEN_EPM | VTD_PMEN_PRS))",
           "\tif (unit->index || unit->report->pmen & (VTD_PMEN_EPM | VTD_PMEN_PRS))", ("",)),
    Mutant("identity_map.c", "IOVAs that were mapped lead to the dump kernel's memory",
           "\tif (!is_free(map, *entry, level))\t/*", "\tif (level > 1 && !is_free(map, *entry, level))\t/*", HIDDEN),
    Mutant("identity_map.c", "a guest's memory keeps its place", "*conflicts ? PUT_SCRATCH : PUT_IDENTITY", "PUT_IDENTITY",
           HIDDEN),
    Mutant("identity_map.c", "an entry on the way keeps its lack of rights", "\tgrant(map, entry, copy);\n", "",
           HIDDEN),
    Mutant("missing.c", "missing entries of a bus stay so", "\t\tif (table && table[i] & VTD_CTX_P)", "\t\tif (table)",
           HIDDEN),
    Mutant("ram.c", "the arena is the dump kernel's to give", "gap_first = boot->arena_phys.pa,",
           "gap_first = UINT64_MAX - boot->arena_size,", HIDDEN),
]


def result(objects, kind, environment):
    """The property program's exit status: 0 if it passes, 1 if it fails. It ends: each machine has a limit."""
    return subprocess.run([objects / "property", *([kind] if kind else []), "--machines", str(MACHINES),
                           "--stop"], check=False, env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode


def judge(objects, number, mutant):
    """None if the property tests fail of it, as they must; else why not."""
    try:
        with Trial(objects, objects / f"judged.{number}", mutant.file, broken(mutant)) as trial:
            trial.compiled()
            kinds = [kind or "machines" for kind in mutant.tests
                     if result(objects, kind, {"LD_PRELOAD": trial.folder / "mutant.so"}) != 1]
        return "NOT NOTICED by " + ", ".join(kinds) if kinds else None
    except NotAMutant as reason:
        return str(reason)


def main():
    objects, word = pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    mutants = [mutant for mutant in MUTANTS if word in mutant.file or word in mutant.what]
    for kind in EITHER + HIDDEN:
        if result(objects, kind, {}):
            sys.exit(f"property {kind} fails without a mutation")
    failed = 0
    for number, mutant in enumerate(mutants):
        reason = judge(objects, number, mutant)
        if reason:
            failed += 1
            print(f"{mutant.file}: {mutant.what}: {reason}", flush=True)
    print(f"{len(mutants) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
