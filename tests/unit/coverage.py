# SPDX-License-Identifier: GPL-2.0-only
"""Which lines and branches of stub/ do the unit tests reach?

    coverage.py BUILD

BUILD is a folder with the unit tests built for gcov (`make coverage` builds it). Leaves there:
summary.txt, html/index.html, coverage.json. What is not reached must stand in uncovered.txt with the
reason, by function and text, so that it may move; what stands there must not be reached.
Closes on `N passed, N failed, N skipped`: files of stub/, and the two shares.
"""

import json
import pathlib
import subprocess
import sys

import figures
import reasons

LEAST = {"lines": 98.0, "branches": 95.0}       # percent
LIST = pathlib.Path(__file__).with_name("uncovered.txt")


def run_tests(build):
    """All of them, from a clean slate."""
    for old in build.rglob("*.gcda"):
        old.unlink()
    log = build / "tests.log"
    with open(log, "w", encoding="utf-8") as file:
        if subprocess.run(["tests/unit/run.sh", *sorted(build.glob("unit/test_*"))], stdout=file,
                          check=False).returncode:
            sys.exit(f"coverage: unit tests fail, see {log}")
    print("unit tests:", log.read_text(encoding="utf-8").splitlines()[-1])


def collect(build):
    """gcovr's account of each file."""
    (build / "html").mkdir(exist_ok=True)
    subprocess.run(["gcovr", "--root", ".", "--filter", "stub/", "--print-summary", build / "unit",
                    "--txt", build / "summary.txt", "--html-details", build / "html/index.html",
                    "--json", build / "coverage.json"], check=True, stdout=subprocess.DEVNULL)
    return json.loads((build / "coverage.json").read_text(encoding="utf-8"))["files"]


def open_ends(file):
    """What is not reached of a file, as uncovered.txt has it; and how much was, of how much."""
    text = pathlib.Path(file["file"]).read_text(encoding="utf-8").splitlines()
    functions = sorted((function["lineno"], function["name"]) for function in file["functions"])
    found, counts = set(), {"lines": [0, 0], "branches": [0, 0]}
    for line in (line for line in file["lines"] if not line.get("gcovr/noncode")):
        number, branches = line["line_number"], [branch["count"] for branch in line["branches"]]
        missed = branches.count(0)
        counts["lines"][0] += line["count"] > 0
        counts["lines"][1] += 1
        counts["branches"][0] += len(branches) - missed
        counts["branches"][1] += len(branches)
        where = max((function for function in functions if function[0] <= number), default=(0, "-"))[1]
        if not line["count"]:
            found.add(f"{file['file']}: {where}: line: {text[number - 1].strip()}")
        elif missed:
            found.add(f"{file['file']}: {where}: {missed} of {len(branches)} branches: "
                      f"{text[number - 1].strip()}")
    return found, counts


def tool(command):
    """Its version."""
    first = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    return f"{command} {first.splitlines()[0].split()[-1]}"


def keep(made, build, total, known):
    """For docs/coverage.md."""
    made["data"] = {**total, "with_reason": known}
    made["lines"] = figures.table(["", "reached", "of", "%"], [
        [kind, reached, there, f"{100 * reached / there:.2f}"] for kind, (reached, there) in total.items()])
    figures.keep(made, build)


def main():
    build = pathlib.Path(sys.argv[1])
    made = figures.stamp("coverage", "make coverage", "", ["stub", "tests/unit"], {}, [],
                         f"{tool('gcc')}, {tool('gcovr')}")
    run_tests(build)
    files = collect(build)
    known, found, passed = set(reasons.read(LIST)), set(), 0
    total = {"lines": [0, 0], "branches": [0, 0]}
    for file in files:
        ends, counts = open_ends(file)
        passed += ends <= known
        found |= ends
        for kind, (reached, there) in counts.items():
            total[kind][0] += reached
            total[kind][1] += there
    failed = reasons.compare(found, known, "unreached")
    for kind, (reached, there) in total.items():
        share = 100 * reached / there
        print(f"{kind}: {share:.2f} %, {reached} of {there} ({LEAST[kind]:.0f} % are due)")
        passed += share >= LEAST[kind]
        failed += share < LEAST[kind]
    keep(made, build, total, len(found))
    print(f"{len(found)} with a reason; {build}/html/index.html, {build}/summary.txt")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
