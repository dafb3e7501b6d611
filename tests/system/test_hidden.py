# SPDX-License-Identifier: GPL-2.0-only
"""A stock kdump kernel that sees no IOMMU: from a real panic to the saved dump, in each mode of the unit."""

import pytest

import judge
from conftest import holds

HIDE = "dmarelay.iommu=hide"

ROWS = {
    "39-bit": {},
    "48-bit": {"aw_bits": 48},
    "ovmf-file": {"firmware": "ovmf", "loader": "file"},
    "kdump-passes-through": {"kdump_cmdline": f"{HIDE} iommu=pt"},
    "scalable-second-level": {"scalable": True},
    "scalable-first-level": {"first_level": True},
}


@pytest.mark.parametrize("row", ROWS)
def test_hidden(run, row):
    """Not one fault, reported or muted, from the panic until the machine is off."""
    holds(judge.hidden(run(**{"firmware": "seabios", "kdump_cmdline": HIDE, **ROWS[row]})))
