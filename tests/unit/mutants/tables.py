# SPDX-License-Identifier: GPL-2.0-only
"""What is believed that should be vetted, table by table; and the rest of the stub."""

from mutant import Mutant

MUTANTS = []
