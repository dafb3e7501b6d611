# SPDX-License-Identifier: GPL-2.0-only
"""What README.md and docs/ must not say: figures in prose, and claims that were found untrue."""

import re

import pytest

import figures

CODE = re.compile(r"^(?: {4}|\t).*$", re.MULTILINE)

WITHDRAWN = [
    (r"\b(36|62) of 62\b|in all 62", "counted losses that the trace of faults had made"),
    (r"[Mm]ainline", "what was measured is Debian's 6.12"),
    (r"storm[^.|]{0,40} costs? |costs? the dump by|million faults costs?", "a dump was lost to the trace"),
    (r"series of 2014: |1,225", "no command counts its lines"),
]
# A number with separators or a share with decimals was measured: it is to stand in a block.
FIGURE = r"\b\d{1,3}(?:,\d{3})+\b|\b\d+\.\d+ ?%"


def said(pattern):
    """Where a document has it, outside of blocks of figures and of code."""
    found = []
    for path in figures.documents():
        text = CODE.sub("", figures.BLOCK.sub("", path.read_text("utf-8")))
        text = re.sub(r"\s+", " ", text)
        found += [f"{path.name}: {text[max(match.start() - 30, 0):match.end() + 30]}"
                  for match in re.finditer(pattern, text)]
    return found


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in WITHDRAWN],
                         ids=[why for _, why in WITHDRAWN])
def test_withdrawn(pattern):
    assert said(pattern) == []


def test_figures_stand_in_blocks():
    assert said(FIGURE) == []
