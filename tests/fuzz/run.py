# SPDX-License-Identifier: GPL-2.0-only
"""Runs the fuzz targets, and says what they did.

    run.py check      a fixed number of runs each, the same every time
    run.py long       for --time SECONDS each; what is new stays in build/fuzz/corpus/
    run.py coverage   lines that all inputs reach, by target and by file
    run.py table      what `long` and `coverage` found so far; `make fuzz-figures` takes it into docs/

With --target TARGET, that one alone.

`long` adds its figures to build/fuzz/summary.json, which is of the commit that it was begun at. An input that makes a target fail is kept as
build/fuzz/crashes/TARGET-*; `build/fuzz/bin/TARGET FILE` runs it again. Once mended, the file
goes to tests/fuzz/corpus/TARGET/, which every run begins with.
"""

import argparse
import concurrent.futures
import fnmatch
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
sys.path.insert(0, str(TOP / "tools"))
import figures as docs_figures          # pylint: disable=wrong-import-position

BUILD = TOP / "build" / "fuzz"
SUMMARY = BUILD / "summary.json"
SEED = 20260101
SPEAKS_OF = ["stub", "arch", "include", "tools", "tests/fuzz", "kernel/6.12"]
# libFuzzer copies each input: long queues of freed memory and deep stacks of each would cost more
# than most targets. Run by hand, a target has both.
ASAN = "detect_leaks=1:allocator_may_return_null=1:quarantine_size_mb=4:malloc_context_size=2"

# Target: runs in `check`, longest input, dictionary, what it is there for
TARGETS = {
    "dmar": (400_000, 2048, "acpi", "stub/dmar_items.c"),
    "acpi": (300_000, 6144, "acpi", "stub/acpi.c stub/dmar.c stub/function.c stub/pci_config.c"),
    "bootparam": (150_000, 2048, "bootparam", "arch/x86/bootparam.c arch/x86/rsdp.c"),
    "elfcore": (200_000, 1500, "elfcore", "stub/elfcore.c stub/ram.c"),
    "initrd": (20_000, 1500, "initrd", "stub/initrd.c"),
    "params": (400_000, 512, "params", "stub/params.c stub/word.c"),
    "inspect": (15_000, 8192, "handoff", "tools/handoff_*.c tools/show_text*.c tools/show_json*.c "
                                         "tools/show_functions_*.c"),
    "table": (30_000, 4096, "acpi", "tools/dmar_*.c tools/show_dmar_*.c"),
    "vmcore": (40_000, 16384, "vmcore", "tools/vmcore.c"),
    "wrap": (30_000, 16384, "bzimage", "tools/bzimage.c tools/relay_image.c"),
    "who": (15_000, 1024, "kernel", "tools/reach.c tools/region*.c tools/requester.c tools/tables.c "
                                    "tools/tree.c tools/show_who*.c tools/answer.c"),
    "kernel": (30_000, 1024, "kernel", "*/iommu/intel/relay*.c"),
    "stub": (1_500, 2048, "stub", "stub/*.c"),
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
    _runs, longest, dictionary, _subject = TARGETS[target]
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
    summary = json.loads(SUMMARY.read_text("utf-8")) if SUMMARY.exists() else {}
    if "since" not in summary:          # no commit is known of what is there
        summary = {"targets": {}, "since": docs_figures.stamp("fuzz", "make fuzz", "", SPEAKS_OF,
                                                              {}, [], "")}
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


def profile_of(target, seed_folder):
    """All inputs through the target once: what they reach."""
    raw, profile = BUILD / "coverage" / f"{target}.profraw", BUILD / "coverage" / f"{target}.profdata"
    folders = [*corpora(target, seed_folder), BUILD / "corpus" / target]
    subprocess.run([BUILD / "coverage" / target, "-runs=0",
                    *(folder for folder in folders if folder.is_dir())],
                   check=True, stderr=subprocess.DEVNULL,
                   env=dict(os.environ, LLVM_PROFILE_FILE=str(raw)))
    subprocess.run(["llvm-profdata-14", "merge", "-o", profile, raw], check=True)
    return profile


def cover(command_name, profile, targets, *options):
    objects = [BUILD / "coverage" / target for target in targets]
    return subprocess.run(["llvm-cov-14", command_name, f"-instr-profile={profile}", objects[0],
                           *(f"-object={each}" for each in objects[1:]),
                           "-ignore-filename-regex=tests/", *options], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def coverage(targets):
    """By target, over the files that it is there for; then by file, over all targets."""
    seed_folder, profiles, rows = seeds(), [], {}
    for target in targets:
        profiles.append(profile_of(target, seed_folder))
        files = json.loads(cover("export", profiles[-1], [target], "-summary-only"))["data"][0]["files"]
        lines = [each["summary"]["lines"] for each in files
                 if any(fnmatch.fnmatch(os.path.relpath(each["filename"], TOP), pattern)
                        for pattern in TARGETS[target][3].split())]
        rows[target] = {"lines": sum(each["count"] for each in lines),
                        "covered": sum(each["covered"] for each in lines)}
        print(f"{target:10} {rows[target]['covered']:>5} of {rows[target]['lines']:>5} lines, "
              f"{100 * rows[target]['covered'] / rows[target]['lines']:.1f} %", flush=True)
    (BUILD / "coverage.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    merged = BUILD / "coverage" / "all.profdata"
    subprocess.run(["llvm-profdata-14", "merge", "-o", merged, *profiles], check=True)
    print(cover("report", merged, targets, "-show-region-summary=0"), end="")
    return 0


def table(targets):
    summary = json.loads(SUMMARY.read_text("utf-8"))
    covered = json.loads((BUILD / "coverage.json").read_text("utf-8"))
    rows = [[f"`{target}`", done["executions"], TARGETS[target][0], round(done["seconds"]),
             done["failures"], done["inputs"], f"{100 * lines['covered'] / lines['lines']:.1f} %",
             lines["lines"]]
            for target, done, lines in ((target, summary["targets"][target], covered[target])
                                        for target in targets)]
    seconds = sum(each["seconds"] for each in summary["targets"].values())
    rows.append(["all", summary["executions"], "", round(seconds), summary["failures"], "", "", ""])
    most = max(targets, key=lambda target: summary["targets"][target]["executions"])
    share = summary["targets"][most]["executions"] / summary["executions"]
    made = summary["since"]
    made["data"] = {"targets": summary["targets"], "lines": covered}
    made["lines"] = docs_figures.table(
        ["target", "executions", "in `make check`", "seconds", "failures", "inputs kept", "lines", "of"],
        rows) + ["", f"{100 * share:.0f} % of all executions are of `{most}`."]
    docs_figures.keep(made, BUILD)
    print("\n".join(made["lines"]))
    return 0


MODES = {"check": check, "long": long, "coverage": coverage, "table": table}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("--target", choices=TARGETS)
    parser.add_argument("--time", type=int, default=60)
    arguments = parser.parse_args()
    targets = [arguments.target] if arguments.target else list(TARGETS)
    if arguments.mode == "long":
        return long(targets, arguments.time)
    return MODES[arguments.mode](targets)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
