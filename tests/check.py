# SPDX-License-Identifier: GPL-2.0-only
"""Run the test suites one after the other and close on one line that sums them up.

    check.py NAME=COMMAND ...

Each suite's output goes through as it comes. Its counts are read from its last line of the form
`N passed, N failed, N skipped` or pytest's own; a suite that fails without counting a failure, or
that counts no test at all, counts as one failed.
"""

import re
import subprocess
import sys
import time

KINDS = ("passed", "failed", "skipped")
# pytest's other words for the same
ALIASES = {"error": "failed", "errors": "failed", "xfailed": "skipped", "xpassed": "failed"}
COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed)\b")
CLOSING = re.compile(r"^=*\s*\d+ (passed|failed|skipped|error|xfailed|xpassed)\b")


def counts_of(line):
    """{'passed': 3, ...} from a closing line."""
    counts = dict.fromkeys(KINDS, 0)
    for number, word in COUNT.findall(line):
        counts[ALIASES.get(word, word)] += int(number)
    return counts


def run_suite(name, command):
    """Its counts, its output passed through."""
    print(f"== {name}: {command}", flush=True)
    start, closing = time.monotonic(), ""
    with subprocess.Popen(command, shell=True, stdout=subprocess.PIPE, text=True, errors="replace",
                          stdin=subprocess.DEVNULL) as process:
        for line in process.stdout:
            # Only the sum at the very end stands alone on a line.
            if CLOSING.match(line):
                closing = line
            print("   " + line, end="", flush=True)
    counts = counts_of(closing)
    if not sum(counts.values()) or (process.returncode and not counts["failed"]):
        print(f"== {name}: exit status {process.returncode}, and no failure counted", flush=True)
        counts["failed"] += 1
    print(f"== {name}: {', '.join(f'{counts[kind]} {kind}' for kind in KINDS)}; "
          f"{time.monotonic() - start:.0f} s", flush=True)
    return counts


def main():
    total = dict.fromkeys(KINDS, 0)
    for suite in sys.argv[1:]:
        for kind, number in run_suite(*suite.split("=", 1)).items():
            total[kind] += number
    print(", ".join(f"{total[kind]} {kind}" for kind in KINDS))
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
