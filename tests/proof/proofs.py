# SPDX-License-Identifier: GPL-2.0-only
"""The proofs: what CBMC runs for each. What they say, and their bounds, stands at the top of each harness."""

import typing


class Proof(typing.NamedTuple):
    """proof_`name`() of `harness`, with `sources` linked in, loops unwound `unwind` times."""
    name: str
    harness: str
    sources: tuple = ()
    unwind: int = 1
    unwindset: tuple = ()               # loops that need another bound
    without: tuple = ()                 # checks left out
    cadical: bool = False               # a solver that some take better to than to CBMC's own


RAM = ("stub/ram.c", "stub/arena.c")
WALK = ("stub/second_level.c", "stub/first_level.c")
FOLD = ("stub/fold.c", *WALK)
READER = ("tools/handoff_check.c",)
QUEUE = ("stub/command.c", "stub/unit.c", "tests/proof/machine.c")
# The clock, and a hash, may wrap.
WRAPS = ("unsigned-overflow", "conversion")
# Fields are taken out of entries by a conversion.
FIELDS = ("conversion",)
VET = ("stub/vet.c",)
MACHINE = ("tests/proof/machine.c",)
ACPI = ("stub/arena.c", *MACHINE)
REPORT = ("stub/arena.c",)
SHARE = ("stub/share.c", "stub/arena.c")

PROOFS = (
    Proof("memo_init", "memo.c", ("stub/memo.c", "stub/arena.c"), 22),
    Proof("acpi_find", "acpi.c", ACPI, 57, ("find_in.0:3", "memcmp.0:9"), without=WRAPS),
    Proof("acpi_nameless", "acpi.c", ACPI, 37, without=WRAPS),
    Proof("dmar_find", "acpi.c", ACPI, 57, ("find_in.0:3", "memcmp.0:57"), without=WRAPS),
    Proof("dmar_items", "dmar.c", ("stub/dmar_items.c",), 2),
    Proof("dmar_scopes", "dmar.c", ("stub/dmar_items.c",), 2),
    Proof("elfcore", "elfcore.c", ("stub/elfcore.c", "stub/arena.c", "tests/proof/machine.c"), 4,
          ("memcmp.0:7",)),
    Proof("ram_set", "ram.c", RAM, 5),
    Proof("ram_gap", "ram.c", RAM, 5),
    Proof("ram_ask", "ram.c", RAM, 5, cadical=True),
    Proof("word", "word.c", ("stub/word.c",), 7),
    Proof("number", "word.c", ("stub/word.c",), 8),
    Proof("number_long", "word.c", ("stub/word.c",), 23),
    Proof("params", "word.c", ("stub/word.c",), 10),
    Proof("params_console", "word.c", ("stub/word.c",), 10),
    *(Proof(f"walk_leaves_{stage}_level", "walk.c", WALK, 7) for stage in ("second", "first")),
    *(Proof(f"walk_entry_{stage}_level_{level}", "walk.c", WALK, 7)
      for stage in ("second", "first") for level in range(2, 6)),
    *(Proof(f"walk_leave_{stage}_level_{level}", "walk.c", WALK, 7)
      for stage in ("second", "first") for level in (1, 2, 3, 4, "root")),
    Proof("sink", "sink.c", (), 7),
    Proof("hole_fill", "hole.c", ("stub/memo.c",), 7, ("memo_next_copy.0:4", "hole_fill.0:4")),
    Proof("queue_submit", "queue.c", QUEUE, 7, without=WRAPS),
    Proof("queue_run", "queue.c", QUEUE, 7, without=WRAPS),
    Proof("queue_drain", "queue.c", QUEUE, 7, without=WRAPS),
    Proof("handoff_header", "handoff_read.c", READER, 17),
    Proof("handoff_section", "handoff_read.c", READER, 17, without=("pointer-overflow",)),
    Proof("handoff_entries", "handoff_read.c", READER, 4),
    Proof("handoff_extent", "handoff_read.c", READER, 17),
    Proof("e820", "bootparam.c", MACHINE, 4),
    Proof("setup_data", "bootparam.c", MACHINE, 4, ("boot_in_use.0:5",), without=("unsigned-overflow",)),
    Proof("boot_in_use", "bootparam.c", MACHINE, 17, without=("unsigned-overflow",), cadical=True),
    Proof("context", "context.c", VET, 7, without=FIELDS),
    Proof("pasid_entry", "pasid_entry.c", VET, 9, without=FIELDS),
    Proof("intremap", "intremap.c", VET, 3, ("make_unit.0:7",), without=FIELDS),
    Proof("report_init", "report.c", REPORT, 15),
    Proof("report_add", "report.c", REPORT, 2),
    Proof("report_seal", "report.c", REPORT, 15),
    Proof("memo", "memo.c", ("stub/memo.c", "stub/arena.c"), 5, without=WRAPS),
    Proof("ranges", "ranges.c", ("stub/ranges.c",), 5),
    Proof("ranges_forget", "ranges.c", ("stub/ranges.c",), 5),
    Proof("ranges_cover", "ranges.c", ("stub/ranges.c",), 5),
    Proof("share_begin", "share.c", SHARE),
    Proof("share_page", "share.c", SHARE),
    Proof("share_next", "share.c", SHARE),
    Proof("arena", "arena.c", ("stub/arena.c",), 2),
)
