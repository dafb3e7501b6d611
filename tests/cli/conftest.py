# SPDX-License-Identifier: GPL-2.0-only
"""Runs the dmarelay command: $DMARELAY, or the one that make has built."""

import json
import os
import pathlib
import subprocess
import types

import pytest

import dumps
import trees

TOP = pathlib.Path(__file__).resolve().parents[2]
COMMAND = pathlib.Path(os.environ.get("DMARELAY", TOP / "build" / "dmarelay"))


@pytest.fixture
def dmarelay(tmp_path):
    """Call it with arguments: returns status, stdout and stderr. Runs in tmp_path."""
    if not COMMAND.exists():
        pytest.fail(f"{COMMAND} is not there: run make first")

    def run(*args):
        done = subprocess.run([COMMAND, *map(str, args)], cwd=tmp_path, capture_output=True,
                              timeout=60, check=False)
        assert done.returncode >= 0, f"killed by signal {-done.returncode}"
        return types.SimpleNamespace(status=done.returncode, out=done.stdout.decode(),
                                     err=done.stderr.decode())
    return run


@pytest.fixture
def refused(dmarelay):
    """Call it with words and arguments: exit status 2 and one line that holds every word."""
    def check(words, *args):
        done = dmarelay(*args)
        assert done.status == 2, (done.out, done.err)
        assert done.err.count("\n") == 1 and done.err.startswith("dmarelay"), done.err
        for word in words:
            assert word in done.err, f"{word!r} is not in {done.err!r}"
        return done
    return check


def build(name, sources, *flags):
    """Compiles a C program of this folder against tools/ with the sanitizers on."""
    out = TOP / "build" / "tests" / "cli" / name
    out.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror",
                    "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
                    f"-I{TOP}/include", f"-I{TOP}/stub", f"-I{TOP}/tools", *flags,
                    "-o", out, *[TOP / source for source in sources]], check=True)
    return out


@pytest.fixture(scope="session")
def storm():
    """storm.c: the readers and their reports under a storm of mutated blocks, sanitized."""
    tools = ["handoff_read", "handoff_check", "problem", "show_text", "show_text_units",
             "show_functions_text", "show_functions_json", "pci_registers",
             "show_json", "show_json_units", "sentences", "facts", "names", "registers",
             "json", "vmcore", "dmar_view", "dmar_oddities", "dmar_odd_structure",
             "dmar_odd_scopes",
             "show_dmar_text", "show_dmar_json"]
    return build("storm", ["tests/cli/storm.c", "stub/rules.c", "stub/dmar_items.c"] +
                 [f"tools/{name}.c" for name in tools])


@pytest.fixture(scope="session")
def storm_who():
    """storm_who.c: the same for `dmarelay who`, with memory in the place of a dump."""
    tools = ["handoff_read", "handoff_check", "problem", "facts", "names", "registers", "json",
             "show_json_units", "tables", "tree", "requester", "reach", "regions",
             "region_kernel", "region_units", "answer", "show_who", "show_who_json"]
    return build("storm_who", ["tests/cli/storm_who.c", "stub/rules.c", "stub/second_level.c",
                               "stub/first_level.c"] + [f"tools/{name}.c" for name in tools])


@pytest.fixture
def who(dmarelay, tmp_path):
    """who(arguments...): its answer, from JSON. The files dump, kdump, handoff are there."""
    handoff, memory, sealed = trees.build()
    notes = dumps.notes(dumps.device_dump(sealed))
    (tmp_path / "handoff").write_bytes(handoff)
    (tmp_path / "dump").write_bytes(dumps.elf(memory, notes))
    (tmp_path / "kdump").write_bytes(dumps.kdump(memory, notes))

    def run(*arguments):
        done = dmarelay("who", *arguments)
        assert (done.status, done.err) == (0, ""), done.err
        return json.loads(done.out) if "--json" in arguments else done.out
    return run
