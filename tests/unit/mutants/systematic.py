# SPDX-License-Identifier: GPL-2.0-only
"""Break stub/ in every small way there is, or in a sample of them: do the unit tests notice?

    systematic.py OBJECTS [--sample N] [--seed S] [--word WORD] [--again]

OBJECTS is a folder with the unit tests built (`make mutation` builds it, without sanitizers). A change
is killed when a test fails or does not end; one that gives the compiler's very code is none. --word takes
those with WORD in file, function or text; --again what survived last time. survivors.txt has the reasons
why some need not be killed.

A sample goes by a hash of seed and change, so that a change elsewhere in the stub leaves it as it is. Without
--seed the seed is the date (UTC), so that each day's sample is one that no test was written for. Its
survivors are listed, and it fails if fewer are killed than LEAST percent, by more than chance explains.
Without a sample each survivor fails that has no reason, and each reason whose mutant is killed by now.

Results are kept in build/mutation/. Closes on `N passed, N failed, N skipped`: passed are those that were
killed, skipped those that survived and do not fail.
"""

import argparse
import collections
import concurrent.futures
import datetime
import hashlib
import json
import math
import os
import pathlib
import subprocess
import sys
import time

import figures
import operators
import reasons
from trial import NotAMutant, Trial

LEAST = 90      # percent of those that compile to something else
CHANCE = 3      # standard deviations that a sample may stay below that
LIST = pathlib.Path(__file__).with_name("survivors.txt")
RESULTS = pathlib.Path("build/mutation/survivors.json")


class Mutant:
    """A change and what became of it: "killed", "survived", "same" code, or "not compiled"."""

    def __init__(self, path, text, change):
        self.file, self.text, self.change = path.name, text, change
        self.name = f"{path.name}: {change.told(text)}"
        self.verdict = None


class Tests:
    """The order to try them in: what killed others of the file, its namesake, then the quick ones."""

    def __init__(self, objects):
        self.objects, self.kills = objects, collections.defaultdict(collections.Counter)
        self.seconds = {}
        for path in sorted(objects.glob("test_*")):
            start = time.monotonic()
            if subprocess.run([path], capture_output=True, check=False).returncode:
                sys.exit(f"{path.name} fails without a mutation")
            self.seconds[path.name.removeprefix("test_")] = time.monotonic() - start

    def ordered(self, file):
        """For mutants of this file."""
        kills, stem = self.kills[file], file.removesuffix(".c")
        return sorted(self.seconds, key=lambda test: (-kills[test], test != stem, self.seconds[test]))

    def judge(self, mutant, number, originals):
        """Try until one notices."""
        text = mutant.change.applied(mutant.text)
        folder = self.objects / f"mutant.{number}"
        try:
            with Trial(self.objects, folder, mutant.file, text) as trial:
                if trial.compiled() == originals[mutant.file]:
                    mutant.verdict = "same"
                    return
                for test in self.ordered(mutant.file):
                    if trial.notices(test):
                        self.kills[mutant.file][test] += 1
                        mutant.verdict = "killed"
                        return
                mutant.verdict = "survived"
        except NotAMutant:
            mutant.verdict = "not compiled"


def all_mutants():
    """Of all of stub/, in the order of the text."""
    for path in sorted(pathlib.Path("stub").glob("*.c")):
        text, changes = operators.changes(str(path))
        yield from (Mutant(path, text, change) for change in changes)


def chosen(mutants, options):
    """Those to try."""
    if options.again:
        last = set(json.loads(RESULTS.read_text(encoding="utf-8")))
        mutants = [mutant for mutant in mutants if mutant.name in last]
    mutants = [mutant for mutant in mutants if options.word in mutant.name]
    if options.sample:
        mutants.sort(key=lambda mutant: hashlib.sha256(
            f"{options.seed} {mutant.name}".encode()).digest())
        mutants = mutants[:options.sample]
    return mutants


def originals_of(objects, mutants):
    """The object code of each file as it is."""
    code = {}
    for file, text in {mutant.file: mutant.text for mutant in mutants}.items():
        with Trial(objects, objects / "mutant.none", file, text) as trial:
            code[file] = trial.compiled()
    return code


def run(objects, mutants):
    """Judge them all, with a word on progress."""
    tests, originals = Tests(objects), originals_of(objects, mutants)
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = [pool.submit(tests.judge, mutant, number, originals)
                   for number, mutant in enumerate(mutants)]
        for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
            future.result()
            if done % 100 == 0 or done == len(mutants):
                print(f"{done} of {len(mutants)} mutants, {time.monotonic() - start:.0f} s", flush=True)


def is_too_few(killed, tried):
    """Is it less than LEAST percent, by more than chance explains?"""
    least = LEAST / 100
    return killed < tried * least - CHANCE * math.sqrt(tried * least * (1 - least))


def report(mutants, known, is_sample):
    """The rate, survivors without a reason, and the closing line. True if all is well."""
    counts = collections.Counter(mutant.verdict for mutant in mutants)
    alive = {mutant.name for mutant in mutants if mutant.verdict == "survived"}
    odd = reasons.compare(alive, known & {mutant.name for mutant in mutants}, "surviving")
    tried = counts["killed"] + len(alive)
    failed = int(is_too_few(counts["killed"], tried)) if is_sample else odd
    print(f"{counts['killed']} of {tried} killed ({100 * counts['killed'] / max(tried, 1):.1f} %), "
          f"{len(alive & known)} survivors have a stated reason, {len(alive - known)} have none; "
          f"{counts['same']} more give the same code, {counts['not compiled']} do not compile")
    skipped = len(alive) if is_sample else len(alive & known)
    print(f"{counts['killed']} passed, {failed} failed, {skipped} skipped")
    return tried and not failed


def keep(made, there, mutants):
    """For docs/coverage.md: a sample's figures."""
    counts = collections.Counter(mutant.verdict for mutant in mutants)
    tried = counts["killed"] + counts["survived"]
    made["data"] = {"mutants": there, "sample": len(mutants), **counts}
    made["lines"] = figures.table(
        ["mutants there are", "tried", "of the same code, or not compiled", "killed", "survived", "% killed"],
        [[there, len(mutants), len(mutants) - tried, counts["killed"], counts["survived"],
          f"{100 * counts['killed'] / tried:.1f}" if tried else "-"]])
    figures.keep(made, RESULTS.parent)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("objects", type=pathlib.Path)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=lambda text: int(text, 0),
                        default=int(datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d")))
    parser.add_argument("--word", default="")
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    made = figures.stamp("mutation", f"make mutation SAMPLE={options.sample} SEED={options.seed}",
                         "", ["stub", "tests/unit"], {}, [], "")
    everything, known = list(all_mutants()), set(reasons.read(LIST))
    gone = sorted(known - {mutant.name for mutant in everything})
    for name in gone:
        print("in survivors.txt, but no such mutant:", name)
    mutants = chosen(everything, options)
    print(f"{len(mutants)} of {len(everything)} mutants" +
          (f", the sample of `make mutation SAMPLE={options.sample} SEED={options.seed}`"
           if options.sample else ""), flush=True)
    run(options.objects, mutants)
    if options.sample and not options.word and not options.again:
        keep(made, len(everything), mutants)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(sorted({mutant.name for mutant in mutants
                                          if mutant.verdict == "survived"}), indent=1), encoding="utf-8")
    return 0 if report(mutants, known, bool(options.sample)) and not gone else 1


if __name__ == "__main__":
    sys.exit(main())
