# SPDX-License-Identifier: GPL-2.0-only
"""Lists of what the tests leave open, each with the reason why that may be."""


def read(path):
    """{entry: reason}. A line `# reason` stands for the entries that follow it."""
    found, reason = {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            reason = line[2:]
        elif line.strip():
            found[line.strip()] = reason
    return found


def compare(found, known, what):
    """Tell of entries found but not known, and known but not found; returns how many."""
    odd = [f"{what}, and no reason given: {entry}" for entry in sorted(found - known)] + \
          [f"no longer {what}, but a reason is given: {entry}" for entry in sorted(known - found)]
    for line in odd:
        print(line)
    return len(odd)
