# SPDX-License-Identifier: GPL-2.0-only
"""The campaign's results for docs/: the figures of campaign.md, and campaign.svg.

`make campaign` calls it at its end, with what build/campaign/ has; `make campaign-figures` then takes
the figures. A fault is an access that the unit refused, reported or muted; one that went to a scratch
page was absorbed. Of several runs the extremes are shown.
"""

import collections
import html
import os
import sys

import paths                            # puts tools/ on the path
import campaign
import figures
import inject
from runs import read, write

ROW, LABEL, COLUMN, HEAD = 15, 250, 130, 46
LEGEND = [("#2f9e44", "verified dumps, no fault seen"),
          ("#a9d18e", "verified dumps, faults"), ("#f0b429", "crash region written to"),
          ("#d64545", "no dump, or a wrong one, in one run at least"),
          ("#9aa0a6", "lost before the 64-bit entry")]
GOOD, FAULTS, WRITTEN, LOST, EARLY = (colour for colour, _ in LEGEND)


class Runs:
    """All runs of one cell under one kernel, or of several cells."""

    def __init__(self, entries):
        self.entries = entries
        self.outcomes = [entry for entry in entries if entry["what"] == campaign.OUTCOME]
        self.reached = [entry for entry in self.outcomes if entry["reached_stub"]]
        self.verified = [entry for entry in self.reached if entry["dump_verified"]]
        self.counts = [entry for entry in entries
                       if entry["what"] == campaign.COUNT and entry["reached_stub"]]

    def hold(self, name):
        """The values of one figure of the hold."""
        return [entry["hold"][name] for entry in self.reached]

    def faults(self, name):
        """Those counted to the power-off."""
        return [entry["after_switch"][name] for entry in self.counts]

    @property
    def any_fault(self):
        """In any run, in the hold or later."""
        return any(map(any, (self.hold("reported"), self.hold("muted"), self.faults("reported"),
                             self.faults("muted"))))

    @property
    def harmless(self):
        """All that is looked at is as on a machine without damage."""
        return (len(self.verified) == len(self.outcomes) and not self.any_fault
                and not any(self.hold("crash_region_bytes_changed")))


def span(values):
    """The least and the most, as text."""
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def colour(runs):
    """The worst that happened."""
    if not runs.reached:
        return EARLY
    if len(runs.verified) < len(runs.reached):
        return LOST
    if any(runs.hold("crash_region_bytes_changed")):
        return WRITTEN
    return FAULTS if runs.any_fault else GOOD


def _lost(runs):
    """Why dumps are not verified, in short; [] if all are."""
    said = []
    for entry in runs.outcomes:
        if not entry["reached_stub"]:
            said.append("not reached")
        elif not entry["dump_verified"]:
            said.append(entry["problem"] or (
                "a dump that cannot be read" if not entry["pages_compared"] else
                f"{entry['pages_differ']} pages differ" if entry["pages_differ"] else
                "pages missing"))
    return sorted(set(said))


def _shown(runs):
    """Why the IOMMU was not hidden where it should be; [] if it was."""
    return sorted({f"shown: {entry['stub']['hide_reason']}" for entry in runs.reached
                   if campaign.is_hidden(entry["kernel"]) and entry["stub"]["mode"] != "hidden"})


def words(runs):
    """What stands in a cell of the table."""
    if not runs.outcomes:
        return "-"
    said = [f"{len(runs.verified)} of {len(runs.outcomes)}", *_lost(runs), *_shown(runs)]
    if any(runs.hold("reported")):
        said.append(f"{span(runs.hold('reported'))} faults held")
    if any(runs.faults("reported")):
        cut = any(not entry["until_power_off"] for entry in runs.counts)
        said.append(f"{'at least ' if cut else ''}{span(runs.faults('reported'))} faults later")
    muted = runs.hold("muted") + runs.faults("muted")
    if any(muted):
        said.append(f"{max(muted):,} muted")
    if any(runs.hold("absorbed")):
        said.append(f"{span(runs.hold('absorbed'))} absorbed")
    if any(runs.hold("crash_region_bytes_changed")):
        said.append(f"{span(runs.hold('crash_region_bytes_changed'))} bytes")
    return ", ".join(said)


def by_cell(results):
    """{cell: {kernel: Runs}}, in the order of the results."""
    cells = {}
    for entry in results:
        cells.setdefault(entry["cell"], {}).setdefault(entry["kernel"], []).append(entry)
    return {cell: {kernel: Runs(entries) for kernel, entries in kernels.items()}
            for cell, kernels in cells.items()}


def kernels_of(results):
    """Those that have been run."""
    there = {entry["kernel"] for entry in results}
    return [kernel for kernel in campaign.KERNELS if kernel in there]


def svg(results):
    """A row a cell, a column a kernel."""
    cells, kernels = by_cell(results), kernels_of(results)
    width = LABEL + COLUMN * len(kernels) + 10
    height = HEAD + ROW * len(cells) + 20 * len(LEGEND) + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
             'font-family="sans-serif" font-size="11">',
             f'<rect width="{width}" height="{height}" fill="white"/>']

    def text(x, y, what, anchor="start", fill="#222"):
        parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}">'
                     f'{html.escape(what)}</text>')

    for column, kernel in enumerate(kernels):
        text(LABEL + column * COLUMN + COLUMN / 2, HEAD - 10, kernel, "middle")
    text(LABEL - 8, HEAD - 10, "damage", "end")
    for row, (cell, runs) in enumerate(cells.items()):
        top = HEAD + row * ROW
        text(LABEL - 8, top + 11, cell, "end")
        for column, kernel in enumerate(kernels):
            if kernel in runs and runs[kernel].outcomes:
                left, mine = LABEL + column * COLUMN, runs[kernel]
                parts.append(f'<rect x="{left}" y="{top}" width="{COLUMN - 2}" '
                             f'height="{ROW - 1}" fill="{colour(mine)}"/>')
                text(left + COLUMN / 2, top + 11,
                     f"{len(mine.verified)} of {len(mine.outcomes)}", "middle", "#000")
    top = HEAD + ROW * len(cells) + 16
    for row, (fill, what) in enumerate(LEGEND):
        parts.append(f'<rect x="{LABEL}" y="{top + 20 * row}" width="14" height="14" '
                     f'fill="{fill}"/>')
        text(LABEL + 20, top + 20 * row + 11, what)
    return "\n".join(parts + ["</svg>", ""])


def summary(results):
    """A line a kernel and group of cells."""
    cells, rows = by_cell(results), []
    telling = {cell for cell, runs in cells.items() if "stock" in runs and not runs["stock"].harmless}
    points = {entry["cell"]: entry["point"] for entry in results}
    groups = [("with an effect under Debian's kernel alone",
               lambda cell: cell in telling and points[cell] != inject.SWITCHED),
              ("without one there, or not run there",
               lambda cell: cell not in telling and points[cell] != inject.SWITCHED),
              ("damaged after the switch", lambda cell: points[cell] == inject.SWITCHED)]
    for group, member in groups:
        mine = [entry for entry in results if member(entry["cell"])]
        for kernel in kernels_of(mine):
            runs = Runs([entry for entry in mine if entry["kernel"] == kernel])
            rows.append([
                f"{group}: {len(set(entry['cell'] for entry in mine))}", kernel,
                len(runs.outcomes), len(runs.reached), len(runs.verified),
                sum(bool(value) for value in runs.hold("crash_region_bytes_changed")),
                _share(runs.hold("reported"), runs.hold("muted")), max(runs.hold("muted"), default=0),
                max(runs.hold("absorbed"), default=0),
                _share(runs.faults("reported"), runs.faults("muted"))])
    return figures.table(
        ["cells", "kdump kernel", "runs", "came to the 64-bit entry", "dump verified",
         "crash region written to in the hold", "runs with faults in the hold (most)", "most muted",
         "most absorbed", "runs with faults from the switch to the power-off (most)"], rows)


def _share(reported, muted):
    """3 of 9 (1,234): how many runs have faults, and the most of one."""
    sums = [sum(pair) for pair in zip(reported, muted)]
    return f"{sum(map(bool, sums))} of {len(sums)} ({max(sums):,})" if sums else "-"


def pages(results):
    """How much of each dump was held against RAM."""
    runs = Runs([entry for entry in results if entry.get("pages_compared")])
    if not runs.outcomes:
        return []
    return ["", f"Pages of a saved dump: {span([entry['pages_compared'] for entry in runs.outcomes])} "
            f"compared, {span([entry['pages_left_out'] for entry in runs.outcomes])} left out since "
            "devices could write them by sound tables."]


def hidden(results):
    """How many runs hid the IOMMU, and why the others did not."""
    runs = Runs([entry for entry in results if campaign.is_hidden(entry["kernel"])])
    shown = collections.Counter(entry["stub"]["hide_reason"] for entry in runs.reached
                                if entry["stub"]["mode"] != "hidden")
    if not runs.reached:
        return []
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(shown.items()))
    return ["", f"Of {len(runs.reached)} runs of stub+stock hidden that came to the 64-bit entry, "
            f"{len(runs.reached) - shown.total()} hid the IOMMU"
            + (f"; the others had it shown, for these reasons: {reasons}." if shown else ".")]


def table(results):
    """A line a cell."""
    kernels, rows = kernels_of(results), []
    for cell, runs in by_cell(results).items():
        devices = sorted({entry["device"] for mine in runs.values() for entry in mine.entries
                          if entry["device"]})
        rows.append([f"`{cell}`", ", ".join(devices)] + [
            words(runs[kernel]) if kernel in runs else "-" for kernel in kernels])
    return figures.table(["cell", "device", *kernels], rows)


def report():
    """Of all that build/campaign has; written there, and the picture into docs/."""
    results, stamp = read(campaign.RESULT), read(campaign.STAMP)
    seeds, counted = ({entry["seed"] for entry in results if entry["what"] == what}
                      for what in (campaign.OUTCOME, campaign.COUNT))
    if campaign.CMDLINE:
        stamp["command"] += f" CMDLINE={campaign.CMDLINE}"
    stamp["runs"] = (f"seed {', '.join(map(str, sorted(seeds)))}, each run once; faults to the "
                     f"power-off counted for {len(counted) or 'none'} of the seeds")
    bad = [list(campaign.key(entry)) for entry in results if not campaign.good(entry)]
    figures.keep({**stamp, "name": "campaign" + campaign.SUFFIX, "data": bad,
                  "lines": summary(results) + hidden(results) + pages(results)}, campaign.FOLDER)
    figures.keep({**stamp, "name": "campaign-cells" + campaign.SUFFIX, "data": [],
                  "lines": table(results)}, campaign.FOLDER)
    if not campaign.SUFFIX:
        write(os.path.join(paths.TOP, "docs", "campaign.svg"), svg(results).encode())


if __name__ == "__main__":
    sys.exit(report())
