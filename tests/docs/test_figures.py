# SPDX-License-Identifier: GPL-2.0-only
"""The figures of the docs are what docs/figures/ makes, and the tool that says so notices when not."""

import json
import subprocess
import sys

import pytest

import figures

BLOCK = "# Title\n\n<!-- figures: one -->\n<!-- end of figures: one -->\n\nafter\n"


@pytest.fixture
def tree(tmp_path):
    """A tree without git: one document, one block, one file of figures that is in step with it."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "stub").mkdir()
    (tmp_path / "stub" / "a.c").write_text("int a;\n")
    (tmp_path / "arch.c").write_text("int b;\n")
    (tmp_path / "README.md").write_text("nothing here\n")
    (tmp_path / "docs" / "page.md").write_text(BLOCK)
    made = figures.stamp("one", "make one", "3 runs a row", [], {"faults": 1},
                         figures.table(["kernel", "faults"], [["stock", 3689]]), "QEMU")
    made["commit"] = "abc1234"
    made["speaks_of"] = {path: figures.source_hash(path, tmp_path) for path in ("stub", "arch.c")}
    figures.save(made, tmp_path)
    return tmp_path


def page(tree):
    return (tree / "docs" / "page.md").read_text()


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def wrong(tree, words):
    """check finds one thing, and says these words."""
    problems = figures.check(tree)
    assert len(problems) == 1 and words in problems[0], problems


def test_docs_show_what_was_measured():
    assert figures.check() == []


def test_block(tree):
    assert figures.check(tree) == []
    date = json.loads((tree / "docs/figures/one.json").read_text())["date"]
    assert page(tree) == (
        "# Title\n\n<!-- figures: one -->\n| kernel | faults |\n| --- | --: |\n| stock | 3,689 |\n\n"
        f"*`make one`, commit abc1234, {date}, QEMU; 3 runs a row.*\n"
        "<!-- end of figures: one -->\n\nafter\n")


def test_changed_block(tree):
    edit(tree / "docs/page.md", "3,689", "0")
    wrong(tree, "figures one: not what docs/figures/one.json makes")
    figures.renew(tree)
    assert figures.check(tree) == []
    assert "3,689" in page(tree)


@pytest.mark.parametrize("path", ["stub/a.c", "stub/new.c"])
def test_changed_source(tree, path):
    (tree / path).write_text("int c;\n")
    wrong(tree, "figures one: not what")
    figures.renew(tree)
    assert figures.check(tree) == []
    assert " These figures are older than the code: stub has changed since.*\n" in page(tree)
    edit(tree / "docs/page.md", " These figures are older than the code: stub has changed since.", "")
    wrong(tree, "figures one: not what")


def test_sentence_goes(tree):
    """Two changed paths; and when they are as they were, the sentence is to go."""
    before = page(tree)
    (tree / "stub" / "a.c").unlink()
    edit(tree / "arch.c", "b", "c")
    figures.renew(tree)
    assert "older than the code: stub, arch.c have changed since." in page(tree)
    (tree / "stub" / "a.c").write_text("int a;\n")
    edit(tree / "arch.c", "c", "b")
    wrong(tree, "figures one: not what")
    figures.renew(tree)
    assert page(tree) == before


def test_compiled_python_is_no_source(tree):
    (tree / "stub" / "a.pyc").write_text("x")
    assert figures.check(tree) == []


def test_missing_json(tree):
    (tree / "docs/figures/one.json").unlink()
    wrong(tree, "there is no docs/figures/one.json")


def test_missing_block(tree):
    (tree / "docs/page.md").write_text("# Title\n")
    wrong(tree, "docs/figures/one.json: no document shows it")


@pytest.mark.parametrize("mark", ["<!-- figures: one -->\n", "<!-- end of figures: one -->\n"])
def test_half_a_block(tree, mark):
    edit(tree / "README.md", "nothing", mark)
    wrong(tree, "README.md: a block of figures has no beginning or no end")


@pytest.mark.parametrize("words, change", [
    ("not JSON", lambda made: "{"),
    ("the keys are not", lambda made: json.dumps({**made, "extra": 1})),
    ("the keys are not", lambda made: json.dumps([])),
    ("name is 'two'", lambda made: json.dumps({**made, "name": "two"})),
    ("date is", lambda made: json.dumps({**made, "date": "today"})),
    ("speaks_of has the wrong type", lambda made: json.dumps({**made, "speaks_of": ["stub"]})),
    ("lines are not", lambda made: json.dumps({**made, "lines": ["a\nb"]})),
    ("lines are not", lambda made: json.dumps({**made, "lines": ["<!-- end of figures: one -->"]})),
])
def test_malformed(tree, words, change):
    path = tree / "docs/figures/one.json"
    path.write_text(change(json.loads(path.read_text())))
    wrong(tree, f"docs/figures/one.json: {words}")
    before = page(tree)
    figures.renew(tree)
    assert page(tree) == before


def test_stamp(monkeypatch):
    """It is of this machine and this tree; a changed path is told."""
    monkeypatch.setattr(figures, "_output", lambda *command: {
        "qemu-system-x86_64": "QEMU emulator version 7.2.22 (Debian)"}.get(
            command[0], " M stub/a.c" if "status" in command else "abc1234"))
    monkeypatch.setattr(figures.os, "cpu_count", lambda: 2)
    made = figures.stamp("one", "make one", "", ["stub"], {}, [])
    assert (made["commit"], made["measured_on"]) == ("abc1234+dirty", "QEMU 7.2.22 (TCG), 2 cores")
    assert made["speaks_of"] == {"stub": figures.source_hash("stub")}
    monkeypatch.setattr(figures, "_output", lambda *command: "")
    assert figures.stamp("one", "make one", "", ["stub"], {}, [])["commit"] == "unknown"


def test_take(tree):
    """What a command has kept is shown in the docs when it is taken."""
    made = figures.load(tree / "docs/figures/one.json")
    figures.keep({**made, "lines": ["| stock | 5,004 |"]}, tree / "build/run")
    assert figures.check(tree) == [] and "5,004" not in page(tree)
    figures.save(figures.load(tree / "build/run/figures/one.json"), tree)
    assert figures.check(tree) == [] and "5,004" in page(tree)


def test_command(tmp_path):
    """Verbs and exit status."""
    def run(*arguments):
        return subprocess.run([sys.executable, figures.__file__, *arguments], check=False,
                              capture_output=True, text=True)

    assert run("check").returncode == 0
    for wrong_use in ([], ["take"], ["check", "x"]):
        assert run(*wrong_use).returncode == 1 and "usage" in run(*wrong_use).stderr
    (tmp_path / "one.json").write_text("{")
    for name, words in (("one.json", "not JSON"), ("none.json", "No such file")):
        done = run("take", str(tmp_path / name))
        assert done.returncode == 1 and words in done.stderr and name in done.stderr
        assert done.stderr.count("\n") == 1
