# SPDX-License-Identifier: GPL-2.0-only
"""dmarelay inspect on DMAR tables of real machines, against their index and against iasl.

The tables are not part of this tree: tables.real_folder() says where they are looked for.
"""

import ast
import json
import re
import shutil
import subprocess
from collections import Counter

import pytest

import tables

REAL = tables.real_tables()
needs_tables = pytest.mark.skipif(not REAL, reason="no real DMAR tables here")
needs_iasl = pytest.mark.skipif(not shutil.which("iasl"), reason="no iasl (acpica-tools)")

# Quirks that the tables' README names, and what is to be told about them.
QUIRKS = {
    "758e60a46d13": "the register base is 0",
    "722a18a96991": "the region begins at 0",
    "abc78c1cfd01": "the region begins at 0",
    "80665014dc56": "the structure is misaligned",
    "6b42d984b1e1": "the size field is not 0",
    "997c9e715e10": "the size field is not 0",
}


def report(dmarelay, path):
    done = dmarelay("inspect", "--json", path)
    assert (done.status, done.err) == (0, ""), path
    return json.loads(done.out)


@needs_tables
def test_index(dmarelay):
    """Every table: what the index says of its header, and how many structures of each type."""
    for path, row in REAL:
        shown = report(dmarelay, path)
        counts = Counter(structure["type_number"] for structure in shown["structures"])
        assert counts == ast.literal_eval(row["types"]), path
        assert shown["host_address_width"] == int(row["haw"]), path
        assert (shown["flags"], shown["length"], shown["revision"]) == \
            (int(row["flags"]), int(row["len"]), int(row["rev"])), path
        assert shown["checksum_ok"], path
        assert dmarelay("inspect", path).status == 0, path


@needs_tables
@pytest.mark.parametrize("name", QUIRKS)
def test_quirk(dmarelay, name):
    path = next((path for path, row in REAL if row["sha1_12"] == name), None)
    if not path:
        pytest.skip("this table is not here")
    texts = [oddity["text"] for oddity in report(dmarelay, path)["oddities"]]
    assert any(text.startswith(QUIRKS[name]) for text in texts), texts


def disassemble(table, folder):
    """iasl's fields, in its order: [(name, value)]."""
    shutil.copy(table, folder / "table.dat")
    subprocess.run(["iasl", "-d", "table.dat"], cwd=folder, check=True, capture_output=True)
    text = (folder / "table.dsl").read_text(encoding="latin-1")
    return re.findall(r"^\[[0-9A-Fa-f]+h [^\]]*\] +([^:]+?) : (\S+)", text, re.M)


def by_iasl(fields):
    """Of each structure its type and what it is about; of each scope type, bus and path."""
    structures, scopes = [], []
    for name, value in fields:
        if name == "Subtable Type":
            structures.append([int(value, 16)])
        elif name in ("Register Base Address", "Base Address", "End Address (limit)"):
            structures[-1].append(int(value, 16))
        elif name == "Device Scope Type":
            scopes.append([int(value, 16)])
        elif name == "PCI Bus Number":
            scopes[-1].append(int(value, 16))
        elif name == "PCI Path":
            device, function = value.split(",")
            scopes[-1].append(f"{int(device, 16):02x}.{int(function, 16):x}")
    return structures, scopes


def by_us(shown):
    structures = [[structure["type_number"]] + [int(structure[key], 16) for key in
                                                ("base", "limit") if key in structure]
                  for structure in shown["structures"]]
    scopes = [[scope["type_number"], scope["bus"], *scope["path"]]
              for structure in shown["structures"] for scope in structure.get("scopes", [])]
    return structures, scopes


def iasl_knows(row):
    """Older versions do not know SATC and SIDP."""
    return set(ast.literal_eval(row["types"])) <= {0, 1, 2, 3, 4}


@needs_tables
@needs_iasl
def test_against_iasl(dmarelay, tmp_path):
    """Every table that iasl knows all structures of, and those are nearly all."""
    compared = 0
    for path, row in REAL:
        if iasl_knows(row):
            expected = by_iasl(disassemble(path, tmp_path))
            assert all(expected), "iasl's output could not be read"
            assert by_us(report(dmarelay, path)) == expected, path
            compared += 1
    assert compared > len(REAL) * 0.9
