#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measured figures in README.md and docs/*.md: made by a command, dated, and checked.

    figures.py check    do all blocks say what docs/figures/ says, and are they honest about their age?
    figures.py renew    write all blocks anew from docs/figures/
    figures.py take FILE...
                        copy what a command has measured into docs/figures/, and renew

A figure stands in a block, which docs/figures/NAME.json makes:

    <!-- figures: NAME -->
    ...
    <!-- end of figures: NAME -->

The block is the file's "lines" (Markdown), and a line that says which command measured, at which commit,
when and on what. "speaks_of" holds a hash of each path that the figures depend on. If a path has another
hash today, the block must say so. "data" is the same for programs, and is not looked at.

A command that measures calls keep(stamp(...), "build/run"): build/run/figures/NAME.json; then `make
run-figures` takes it. save() is both at once.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
NAME = r"[a-z0-9][a-z0-9.-]*"
BLOCK = re.compile(rf"<!-- figures: ({NAME}) -->\n(.*?)<!-- end of figures: \1 -->", re.DOTALL)
MARK = re.compile(rf"<!-- (?:end of )?figures: {NAME} -->")
KEYS = {"name": str, "command": str, "commit": str, "date": str, "measured_on": str, "runs": str,
        "speaks_of": dict, "lines": list, "data": (dict, list)}


class Malformed(Exception):
    """A file of docs/figures/ cannot be used; the text says why."""


def source_hash(path, top=TOP):
    """Of a file, or of all files below a folder: names and contents. Of nothing: "absent"."""
    root, digest = top / path, hashlib.sha256()
    files = [root] if root.is_file() else sorted(each for each in root.rglob("*") if each.is_file())
    files = [each for each in files if each.suffix != ".pyc"]
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(top).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16] if files else "absent"


def table(columns, rows):
    """A Markdown table. Numbers get separators and stand on the right."""
    right = [bool(rows) and all(row[index] == "" or isinstance(row[index], (int, float)) for row in rows)
             for index in range(len(columns))]
    text = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    return ["| " + " | ".join(cells) + " |" for cells in
            [columns, ["--:" if each else "---" for each in right], *text]]


def _output(*command):
    """What a program prints; "" if it is not there or fails."""
    try:
        done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.strip()


def here():
    """Emulator and cores of this machine."""
    qemu = re.search(r"version (\S+)", _output("qemu-system-x86_64", "--version"))
    cores = os.cpu_count()
    return f"QEMU {qemu[1] if qemu else 'unknown'} (TCG), {cores} core{'s' if cores > 1 else ''}"


def commit_of(paths):
    """The commit that is checked out, with "+dirty" if one of these paths differs from it."""
    commit = _output("git", "rev-parse", "--short=7", "HEAD") or "unknown"
    return commit + ("+dirty" if _output("git", "status", "--porcelain", "--", *paths) else "")


def stamp(name, command, runs, speaks_of, data, lines, measured_on=None):
    """The figures, with what they are of: today, this commit, these paths as they are.

    runs: how often was measured, as text, or "". speaks_of: the paths that the figures depend on.
    data: for programs. lines: Markdown, what the block shows. measured_on: by default QEMU and cores.
    Call it when the measurement begins if the tree may change meanwhile, and set data and lines later.
    """
    return {"name": name, "command": command, "commit": commit_of(speaks_of),
            "date": datetime.date.today().isoformat(),
            "measured_on": here() if measured_on is None else measured_on, "runs": runs,
            "speaks_of": {path: source_hash(path) for path in speaks_of},
            "lines": lines, "data": data}


def keep(figures, folder):
    """Write FOLDER/figures/NAME.json. Of a program: one that `figures.py take` will find sound."""
    _validate(figures, figures["name"])
    path = pathlib.Path(folder) / "figures" / f"{figures['name']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")


def save(figures, top=TOP):
    """Write docs/figures/NAME.json and the blocks that show it."""
    keep(figures, top / "docs")
    renew(top)


def _validate(figures, name):
    """Malformed, or nothing."""
    if not isinstance(figures, dict) or set(figures) != set(KEYS):
        raise Malformed(f"the keys are not {', '.join(KEYS)}")
    for key, kind in KEYS.items():
        if not isinstance(figures[key], kind):
            raise Malformed(f"{key} has the wrong type")
    if figures["name"] != name:
        raise Malformed(f"name is {figures['name']!r}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", figures["date"]):
        raise Malformed(f"date is {figures['date']!r}")
    if not all(isinstance(line, str) and "\n" not in line and not MARK.search(line)
               for line in figures["lines"]):
        raise Malformed("lines are not lines of Markdown")


def load(path):
    """The figures of one file; Malformed if they are none."""
    try:
        figures = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise Malformed(f"not JSON: {error}") from error
    _validate(figures, path.stem)
    return figures


def render(figures, top=TOP):
    """What stands between the marks."""
    parts = [f"`{figures['command']}`", f"commit {figures['commit']}", figures["date"],
             figures["measured_on"]]
    said = ", ".join(part for part in parts if part)
    said += (f"; {figures['runs']}" if figures["runs"] else "") + "."
    changed = [path for path, was in figures["speaks_of"].items() if source_hash(path, top) != was]
    if changed:
        said += (f" These figures are older than the code: {', '.join(changed)} "
                 f"{'have' if len(changed) > 1 else 'has'} changed since.")
    return "\n".join([*figures["lines"], "", f"*{said}*", ""])


def documents(top=TOP):
    """The files that may have blocks."""
    return [top / "README.md", *sorted((top / "docs").glob("*.md"))]


def _sources(top):
    """{name: figures}, and a line for each file that is malformed."""
    found, problems = {}, []
    for path in sorted((top / "docs" / "figures").glob("*.json")):
        try:
            found[path.stem] = load(path)
        except Malformed as error:
            found[path.stem] = None
            problems.append(f"docs/figures/{path.name}: {error}")
    return found, problems


def check(top=TOP):
    """A line for each thing that is wrong."""
    found, problems = _sources(top)
    shown = set()
    for path in documents(top):
        text, document = path.read_text("utf-8"), path.relative_to(top)
        blocks = BLOCK.findall(text)
        shown.update(name for name, _ in blocks)
        if len(MARK.findall(text)) != 2 * len(blocks):
            problems.append(f"{document}: a block of figures has no beginning or no end")
        for name, body in blocks:
            if name not in found:
                problems.append(f"{document}: figures {name}: there is no docs/figures/{name}.json")
            elif found[name] and body != render(found[name], top):
                problems.append(f"{document}: figures {name}: not what docs/figures/{name}.json makes "
                                "today: run tools/figures.py renew")
    problems += [f"docs/figures/{name}.json: no document shows it" for name in found
                 if name not in shown]
    return problems


def renew(top=TOP):
    """Write all blocks whose files are sound; the others stay, and check tells of them."""
    found, _ = _sources(top)

    def block(match):
        figures = found.get(match[1])
        return match[0] if not figures else (f"<!-- figures: {match[1]} -->\n{render(figures, top)}"
                                             f"<!-- end of figures: {match[1]} -->")

    for path in documents(top):
        old = path.read_text("utf-8")
        new = BLOCK.sub(block, old)
        if new != old:
            path.write_text(new, "utf-8")


def main():
    verb, files = "".join(sys.argv[1:2]), [pathlib.Path(name) for name in sys.argv[2:]]
    if verb not in ("check", "renew", "take") or bool(files) != (verb == "take"):
        sys.exit("usage: figures.py check | renew | take FILE...")
    for path in files:
        try:
            save(load(path))
        except (Malformed, OSError) as error:
            sys.exit(f"figures: {path}: {error}")
    if verb == "renew":
        renew()
    problems = check()
    for problem in problems:
        print(f"figures: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
