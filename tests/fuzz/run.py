# SPDX-License-Identifier: GPL-2.0-only
"""Runs the fuzz targets, and says what they did.

    run.py check      a fixed number of runs each, the same every time
    run.py long       for --time SECONDS each; what is new stays in build/fuzz/corpus/
    run.py coverage   lines that all inputs together reach, by file

With --target TARGET, that one alone.

`long` adds its figures to build/fuzz/summary.json. An input that makes a target fail is kept as
build/fuzz/crashes/TARGET-*; `build/fuzz/bin/TARGET FILE` runs it again. Once mended, the file
goes to tests/fuzz/corpus/TARGET/, which every run begins with.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
BUILD = TOP / "build" / "fuzz"
SUMMARY = BUILD / "summary.json"
SEED = 20260101
# libFuzzer copies each input: long queues of freed memory and deep stacks of each would cost more
# than most targets. Run by hand, a target has both.
ASAN = "detect_leaks=1:allocator_may_return_null=1:quarantine_size_mb=4:malloc_context_size=2"

# Target: runs in `check`, longest input, dictionary
TARGETS = {
    "dmar": (400_000, 1024, "acpi"),
    "acpi": (300_000, 2048, "acpi"),
    "bootparam": (150_000, 2048, "bootparam"),
    "elfcore": (200_000, 1500, "elfcore"),
    "params": (400_000, 512, "params"),
    "inspect": (15_000, 8192, "handoff"),
    "table": (30_000, 4096, "acpi"),
    "vmcore": (40_000, 16384, "vmcore"),
    "wrap": (30_000, 16384, "bzimage"),
    "kernel": (30_000, 1024, "kernel"),
    "stub": (1_500, 2048, "stub"),
}


def seeds():
    folder = BUILD / "seeds"
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-B", HERE / "seeds.py", folder], check=True)
    return folder


def corpora(target, seed_folder):
    """Folders to start from that exist: seeds, and inputs that once failed."""
    return [folder for folder in (seed_folder / target, HERE / "corpus" / target) if folder.is_dir()]


def command(target, extra, folders):
    _runs, longest, dictionary = TARGETS[target]
    crashes = BUILD / "crashes"
    crashes.mkdir(parents=True, exist_ok=True)
    return [BUILD / "bin" / target, f"-max_len={longest}", f"-artifact_prefix={crashes}/{target}-",
            f"-dict={HERE / 'dict' / dictionary}.dict", "-timeout=60", "-rss_limit_mb=3000",
            "-print_final_stats=1", "-len_control=0", *extra, *folders]


def figures_of(output):
    """Executions, and libFuzzer's counts: edges covered, features, inputs kept."""
    executions = re.findall(r"stat::number_of_executed_units:\s*(\d+)", output)
    last = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", output)
    edges, features, inputs = map(int, last[-1]) if last else (0, 0, 0)
    return {"executions": int(executions[-1]) if executions else 0,
            "edges": edges, "features": features, "inputs": inputs}


def run(target, extra, folders):
    """Its figures, whether it came through, and what it said."""
    environment = dict(os.environ, ASAN_OPTIONS=ASAN,
                       UBSAN_OPTIONS="print_stacktrace=1")
    start = time.monotonic()
    done = subprocess.run(command(target, extra, folders), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", env=environment,
                          check=False)
    figures = figures_of(done.stdout)
    figures["seconds"] = round(time.monotonic() - start, 1)
    good = done.returncode == 0 and figures["executions"] > 0
    return figures, good, done.stdout


def report(target, figures, good, output):
    print(f"{target:10} {figures['executions']:>11,} executions, {figures['edges']:>5} edges, "
          f"{figures['features']:>6} features, {figures['inputs']:>5} inputs, "
          f"{figures['seconds']:>6} s{'' if good else '   FAILED'}", flush=True)
    if not good:
        print("\n".join(output.splitlines()[-60:]), flush=True)


def check(targets):
    """Every target starts from scratch, in a process of its own; two at a time."""
    seed_folder = seeds()

    def one(target):
        extra = [f"-runs={TARGETS[target][0]}", f"-seed={SEED}"]
        return target, *run(target, extra, corpora(target, seed_folder))

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for target, figures, good, output in pool.map(one, targets):
            report(target, figures, good, output)
            failed += not good
    print(f"{len(targets) - failed} passed, {failed} failed, 0 skipped")
    return failed


def add_to_summary(target, figures, good):
    summary = json.loads(SUMMARY.read_text("utf-8")) if SUMMARY.exists() else {"targets": {}}
    entry = summary["targets"].setdefault(target, {"executions": 0, "seconds": 0, "failures": 0})
    entry["executions"] += figures["executions"]
    entry["seconds"] = round(entry["seconds"] + figures["seconds"], 1)
    entry["failures"] += not good
    entry.update({key: figures[key] for key in ("edges", "features", "inputs")})
    summary["executions"] = sum(each["executions"] for each in summary["targets"].values())
    summary["failures"] = sum(each["failures"] for each in summary["targets"].values())
    SUMMARY.write_text(json.dumps(summary, indent=1, sort_keys=True) + "\n", "utf-8")
    return summary


def long(targets, seconds):
    seed_folder, failed, summary = seeds(), 0, {}
    for target in targets:
        corpus = BUILD / "corpus" / target
        corpus.mkdir(parents=True, exist_ok=True)
        figures, good, output = run(target, [f"-max_total_time={seconds}"],
                                    [corpus, *corpora(target, seed_folder)])
        report(target, figures, good, output)
        summary = add_to_summary(target, figures, good)
        failed += not good
    print(f"{summary['executions']:,} executions in all, {summary['failures']} failures: "
          f"{SUMMARY.relative_to(TOP)}")
    return failed


def coverage(targets):
    seed_folder = seeds()
    profiles = []
    for target in targets:
        profile = BUILD / "coverage" / f"{target}.profraw"
        folders = [*corpora(target, seed_folder), BUILD / "corpus" / target]
        subprocess.run([BUILD / "coverage" / target, "-runs=0",
                        *(folder for folder in folders if folder.is_dir())],
                       check=True, stderr=subprocess.DEVNULL,
                       env=dict(os.environ, LLVM_PROFILE_FILE=str(profile)))
        profiles.append(profile)
    merged = BUILD / "coverage" / "all.profdata"
    subprocess.run(["llvm-profdata-14", "merge", "-o", merged, *profiles], check=True)
    objects = [BUILD / "coverage" / target for target in targets]
    subprocess.run(["llvm-cov-14", "report", f"-instr-profile={merged}", objects[0],
                    *(f"-object={each}" for each in objects[1:]),
                    "-ignore-filename-regex=tests/", "-show-region-summary=0"], check=True)
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=("check", "long", "coverage"))
    parser.add_argument("--target", choices=TARGETS)
    parser.add_argument("--time", type=int, default=60)
    arguments = parser.parse_args()
    targets = [arguments.target] if arguments.target else list(TARGETS)
    if arguments.mode == "check":
        return check(targets)
    return long(targets, arguments.time) if arguments.mode == "long" else coverage(targets)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
