# SPDX-License-Identifier: GPL-2.0-only
"""How many lines the series add to the kernel, and how many the stub has beside it.

`make kernel-lines` prints a table; `make kernel-lines-figures` takes it into docs/.
"""

import collections
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tools"))
import figures                          # pylint: disable=wrong-import-position

SERIES = ["6.12", "6.1"]
STUB = ["stub", "arch", "include"]


def of_series(series):
    """Lines that the patches add or take away, by kind of file."""
    count = collections.Counter()
    for path in (TOP / "kernel" / series).glob("*.patch"):
        _, *files = re.split(r"^diff --git ", path.read_text("utf-8"), flags=re.MULTILINE)
        for part in files:
            kind = "abi" if "b/drivers/iommu/intel/handoff.h" in part else \
                "new" if "\n--- /dev/null\n" in part else "changed"
            count[kind] += len(re.findall(r"^[+-](?!-- |\+\+ |- $)", part, re.MULTILINE))
    return count


def of_port(series):
    """Lines in which the new files differ from those of 6.12."""
    path = TOP / "kernel" / series / "relay.diff"
    return len(re.findall(r"^[+-](?!-- |\+\+ )", path.read_text("utf-8"), re.MULTILINE)) \
        if path.exists() else 0


def of_folder(folder):
    """All lines of all files, comments and blank ones too."""
    return sum(path.read_bytes().count(b"\n") for path in (TOP / folder).rglob("*") if path.is_file())


def main():
    made = figures.stamp("kernel-lines", "make kernel-lines", "", ["kernel/6.12", "kernel/6.1", *STUB],
                         {}, [], "")
    count = {series: of_series(series) for series in SERIES}
    folders = {folder: of_folder(folder) for folder in STUB}
    made["data"] = {"series": count, "port": of_port("6.1"), "folders": folders}
    rows = [["kernel: new files", *(count[series]["new"] for series in SERIES)],
            ["of these, in which they differ from 6.12's", *map(of_port, SERIES)],
            ["kernel: changed in existing files", *(count[series]["changed"] for series in SERIES)],
            ["kernel: the ABI, `handoff.h`", *(count[series]["abi"] for series in SERIES)],
            *([f"beside the kernel: `{folder}/`", lines, lines] for folder, lines in folders.items())]
    made["lines"] = figures.table(["lines", *SERIES], rows)
    figures.keep(made, TOP / "build" / "kernel-lines")
    print("\n".join(made["lines"]))


if __name__ == "__main__":
    main()
