# SPDX-License-Identifier: GPL-2.0-only
"""Do the unit tests notice? Break stub/ in one place at a time and expect a test to fail.

    run.py OBJECTS [WORD]       all mutants, or those with WORD in their file or description

OBJECTS is a folder with the unit tests built as they are (`make check-mutants` builds it, without
sanitizers). For each mutant the one file is compiled anew and loaded in front of them (trial.py), and
the tests that should notice are run: it is killed when one of them fails, or does not end. A text
that is not there exactly once is a failure too: the code has moved on, and the list should.
"""

import concurrent.futures
import itertools
import os
import pathlib
import subprocess
import sys

import steps
import tables
from trial import NotAMutant, Trial


def broken(mutant):
    """The file's text with the mutation."""
    text = pathlib.Path("stub", mutant.file).read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise NotAMutant(f"the text is there {text.count(mutant.old)} times")
    return text.replace(mutant.old, mutant.new)


def judge(objects, number, mutant):
    """None if it was killed, else why not."""
    try:
        with Trial(objects, objects / f"mutant.{number}", mutant.file, broken(mutant)) as trial:
            trial.compiled()
            if any(trial.notices(test) for test in mutant.tests):
                return None
        return "SURVIVED " + ", ".join(mutant.tests)
    except NotAMutant as reason:
        return str(reason)


def main():
    objects, word = pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    mutants = [mutant for mutant in itertools.chain(steps.MUTANTS, tables.MUTANTS)
               if word in mutant.file or word in mutant.what]
    for test in sorted({test for mutant in mutants for test in mutant.tests}):
        if subprocess.run([objects / f"test_{test}"], capture_output=True, check=False).returncode:
            sys.exit(f"test_{test} fails without a mutation")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda pair: judge(objects, *pair), enumerate(mutants))
        for mutant, reason in zip(mutants, results):
            if reason:
                failed += 1
                print(f"{mutant.file}: {mutant.what}: {reason}", flush=True)
    print(f"{len(mutants) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not mutants else 0


if __name__ == "__main__":
    sys.exit(main())
