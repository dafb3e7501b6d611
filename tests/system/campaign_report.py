# SPDX-License-Identifier: GPL-2.0-only
"""The campaign's results for docs/: campaign.json, campaign.svg, and the tables of campaign.md.

    campaign_report.py [RESULT.json]    build/campaign/result.json, unless another is given
"""

import html
import json
import os
import re
import sys

import campaign
import inject
import paths

DOCS = os.path.join(paths.TOP, "docs")
ROW, LABEL, COLUMN, HEAD = 15, 250, 130, 46
LEGEND = [("#2f9e44", "verified dump, no fault after the switch"),
          ("#a9d18e", "verified dump, faults"), ("#f0b429", "crash region written to"),
          ("#d64545", "no dump, or a wrong one"), ("#9aa0a6", "lost before the 64-bit entry")]
GOOD, FAULTS, WRITTEN, LOST, EARLY = (colour for colour, _ in LEGEND)


def faults(entry):
    """After the switch, or what is in its place without a stub; the hold's own are not counted."""
    return entry["faults_after_switch"]


def colour(entry):
    """The worst that happened."""
    if not entry["reached_stub"]:
        return EARLY
    if not entry["dump_verified"]:
        return LOST
    if entry["crash_region_bytes_changed"]:
        return WRITTEN
    return FAULTS if faults(entry) else GOOD


def words(entry):
    """What stands in a cell of the table and of the plot."""
    if not entry["reached_stub"]:
        return "not reached"
    said = ["dump"]
    if not entry["dump_verified"]:
        said = ["wrong dump" if entry["dump_saved"] else "no dump: " +
                entry["problem"].removeprefix("the kdump kernel is ").removeprefix("the kdump kernel's ")]
    if faults(entry):
        said.append(f"{faults(entry):,} faults")
    if entry["crash_region_bytes_changed"]:
        said.append(f"{entry['crash_region_bytes_changed']:,} bytes")
    return ", ".join(said)


def by_cell(results):
    """{cell: {kernel: entry}}, in the order of the results."""
    cells = {}
    for entry in results:
        cells.setdefault(entry["cell"], {})[entry["kernel"]] = entry
    return cells


def svg(results):
    """A row a cell, a column a kernel."""
    cells = by_cell(results)
    width = LABEL + COLUMN * len(campaign.KERNELS) + 10
    height = HEAD + ROW * len(cells) + 20 * len(LEGEND) + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
             'font-family="sans-serif" font-size="11">',
             f'<rect width="{width}" height="{height}" fill="white"/>']

    def text(x, y, what, anchor="start", fill="#222"):
        parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}">'
                     f'{html.escape(what)}</text>')

    for column, kernel in enumerate(campaign.KERNELS):
        text(LABEL + column * COLUMN + COLUMN / 2, HEAD - 10, kernel, "middle")
    text(LABEL - 8, HEAD - 10, "damage", "end")
    for row, (cell, kernels) in enumerate(cells.items()):
        top = HEAD + row * ROW
        text(LABEL - 8, top + 11, cell, "end")
        for column, kernel in enumerate(campaign.KERNELS):
            if kernel not in kernels:
                continue
            entry = kernels[kernel]
            left = LABEL + column * COLUMN
            parts.append(f'<rect x="{left}" y="{top}" width="{COLUMN - 2}" height="{ROW - 1}" '
                         f'fill="{colour(entry)}"/>')
            said = words(entry).partition(", ")[2]
            text(left + COLUMN / 2, top + 11, said, "middle", "#000")
    top = HEAD + ROW * len(cells) + 16
    for row, (fill, what) in enumerate(LEGEND):
        parts.append(f'<rect x="{LABEL}" y="{top + 20 * row}" width="14" height="14" '
                     f'fill="{fill}"/>')
        text(LABEL + 20, top + 20 * row + 11, what)
    return "\n".join(parts + ["</svg>", ""])


def summary(results):
    """How far it is, and a line a kernel."""
    whole = [kernels for kernels in by_cell(results).values()
             if len(kernels) == len(campaign.KERNELS)]
    lines = [f"{len(whole)} of {len(inject.cells())} cells have been run under all kernels.", "",
             "| kdump kernel | cells | came to the 64-bit entry | of these, dump verified | "
             "without a fault after the switch | most faults | crash region written to |",
             "|---|---|---|---|---|---|---|"]
    for kernel in campaign.KERNELS:
        entries = [entry for entry in results if entry["kernel"] == kernel]
        reached = [entry for entry in entries if entry["reached_stub"]]
        lines.append(
            f"| {kernel} | {len(entries)} | {len(reached)} "
            f"| {sum(entry['dump_verified'] for entry in reached)} "
            f"| {sum(not faults(entry) for entry in reached)} "
            f"| {max(map(faults, reached), default=0):,} "
            f"| {sum(bool(entry['crash_region_bytes_changed']) for entry in reached)} cells |")
    return lines


def table(results):
    """A line a cell."""
    lines = ["| cell | device | " + " | ".join(campaign.KERNELS) + " |",
             "|---|---|" + "---|" * len(campaign.KERNELS)]
    for cell, kernels in by_cell(results).items():
        device = next(iter(kernels.values()))["device"]
        lines.append(f"| `{cell}` | {device} | " + " | ".join(
            words(kernels[kernel]) if kernel in kernels else "-" for kernel in campaign.KERNELS)
            + " |")
    return lines


def replace(text, name, lines):
    """What stands between the marks of that name."""
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    return re.sub(f"{start}.*?{end}", lambda _: "\n".join([start, *lines, end]), text,
                  flags=re.DOTALL)


def main():
    with open(sys.argv[1] if len(sys.argv) > 1 else campaign.RESULT, encoding="utf-8") as file:
        results = json.load(file)
    campaign.write(os.path.join(DOCS, "campaign.json"), campaign.text_of(results))
    campaign.write(os.path.join(DOCS, "campaign.svg"), svg(results).encode())
    path = os.path.join(DOCS, "campaign.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = replace(text, "summary", summary(results))
    text = replace(text, "table", table(results))
    campaign.write(path, text.encode())


if __name__ == "__main__":
    main()
