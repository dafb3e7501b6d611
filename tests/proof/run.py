# SPDX-License-Identifier: GPL-2.0-only
"""Run the proofs, or break what they prove and expect them to fail.

    run.py prove [WORD]         all proofs, or those with WORD in their name
    run.py mutants [WORD]       all mutants, or those with WORD in their proof's, file's or own name

Two run at a time. The time told, and limited, is CPU time: it does not depend on what else the
machine does. A mutant is killed when CBMC finds a property that fails; when it finds none, or runs
out of time, or the text is not there exactly once, the mutant counts as failed. A function that is
called and has no body fails the proof, whether the call can be reached or not, and kills no mutant.
Closes on `N passed, N failed, N skipped`; results are kept in build/proof/.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import typing

import mutants
import proofs

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / "build/proof"
CBMC = TOP / "build/cache/cbmc/bin/cbmc"
LIMIT = 240                                             # seconds of CPU; proofs take less than 120
MEMORY = 6 << 30
FAILED = 10                                             # CBMC's exit status: a property fails
INCLUDES = ("include", "stub", "arch/x86", "tools", "tests/proof")
# Beside those that CBMC 6 makes by itself: bounds, pointers, signed overflow, shifts, division, unwinding.
CHECKS = ("conversion", "unsigned-overflow", "pointer-overflow")
PARTS = ("include", "stub", "arch/x86", "tools", "tests/proof")


class Run(typing.NamedTuple):
    """What CBMC said."""
    status: int
    seconds: float
    text: str

    def properties(self):
        """How many it checked."""
        match = re.search(r"^\*\* \d+ of (\d+) failed", self.text, re.MULTILINE)
        return int(match[1]) if match else 0

    def missing(self):
        """Names of functions that are called and have no body. nondet_*() are CBMC's own, no calls."""
        return sorted(set(re.findall(r"no body for (?:callee|function) '?(\w+)", self.text)))

    def violated(self):
        """Where, and what, for a message."""
        match = re.search(r"Violated property:\n\s*(.*)\n\s*(.*)\n", self.text)
        return f"{match[2].strip()} ({match[1].strip().removesuffix(' thread 0')})" if match else "?"


def limits():
    """For CBMC alone."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(proof, tree, log):
    """CBMC on one proof over the sources below `tree`."""
    command = [CBMC, f"tests/proof/{proof.harness}", *proof.sources, "--function", f"proof_{proof.name}",
               "--unwind", str(proof.unwind), "--slice-formula", "--stop-on-fail",
               *(f"-I{folder}" for folder in INCLUDES),
               *(f"--{check}-check" for check in CHECKS if check not in proof.without)]
    if proof.unwindset:
        command += ["--unwindset", ",".join(proof.unwindset)]
    if proof.cadical:
        command += ["--external-sat-solver", "cadical"]
    with open(log, "w", encoding="utf-8") as output:
        # pylint: disable=subprocess-popen-preexec-fn
        process = subprocess.Popen(command, cwd=tree, stdout=output, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, preexec_fn=limits)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(process.returncode, usage.ru_utime + usage.ru_stime, log.read_text(encoding="utf-8"))


def prove(proof):
    """(it holds, a line about it, seconds)"""
    result = run(proof, TOP, BUILD / f"{proof.name}.log")
    if result.missing():
        return False, f"NOT PROVED: no body for {', '.join(result.missing())}", result.seconds
    if result.status == 0 and "VERIFICATION SUCCESSFUL" in result.text and result.properties():
        return True, f"holds, {result.properties()} properties", result.seconds
    if result.status == FAILED:
        return False, f"FAILS: {result.violated()}", result.seconds
    last = result.text.strip().splitlines()[-1:] or ["nothing"]
    return False, f"NOT PROVED: status {result.status}, {last[0]}", result.seconds


def broken_tree(mutant, tree):
    """A copy of the sources with the mutation; None and why if there can be none."""
    shutil.rmtree(tree, ignore_errors=True)
    for part in PARTS:
        shutil.copytree(TOP / part, tree / part)
    text = (TOP / mutant.file).read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        return f"the text is there {text.count(mutant.old)} times"
    (tree / mutant.file).write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    return None


def break_it(number, mutant):
    """(it was killed, a line about it, seconds)"""
    proof = next(proof for proof in proofs.PROOFS if proof.name == mutant.proof)
    tree = BUILD / f"mutant.{number}"
    try:
        reason = broken_tree(mutant, tree)
        if reason:
            return False, reason, 0
        result = run(proof, tree, BUILD / f"mutant.{number}.log")
    finally:
        shutil.rmtree(tree, ignore_errors=True)
    if result.missing():
        return False, f"NOT RUN: no body for {', '.join(result.missing())}", result.seconds
    if result.status == FAILED and "VERIFICATION FAILED" in result.text:
        return True, f"killed: {result.violated()}", result.seconds
    return False, f"SURVIVED: status {result.status}", result.seconds


def main():
    what, word = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    BUILD.mkdir(parents=True, exist_ok=True)
    if what == "prove":
        names = [proof.name for proof in proofs.PROOFS if word in proof.name]
        jobs = [(prove, proof) for proof in proofs.PROOFS if word in proof.name]
    else:
        chosen = [mutant for mutant in mutants.MUTANTS
                  if any(word in text for text in (mutant.proof, mutant.file, mutant.what))]
        names = [f"{mutant.proof}: {mutant.what}" for mutant in chosen]
        jobs = [(break_it, number, mutant) for number, mutant in enumerate(chosen)]

    results = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        started = {pool.submit(*job): name for name, job in zip(names, jobs)}
        for done in concurrent.futures.as_completed(started):
            good, line, seconds = done.result()
            results[started[done]] = {"passed": good, "seconds": round(seconds, 1), "result": line}
            print(f"{started[done]}: {line}, {seconds:.0f} s", flush=True)
    (BUILD / f"{what}.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    passed = sum(result["passed"] for result in results.values())
    print(f"{passed} passed, {len(results) - passed} failed, 0 skipped")
    return 0 if results and passed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
