# SPDX-License-Identifier: GPL-2.0-only
"""One way to break the stub."""

import typing


class Mutant(typing.NamedTuple):
    """In stub/`file`, `old` becomes `new`; one of `tests` must notice. `what` says what is wrong."""
    file: str
    what: str
    old: str
    new: str
    tests: tuple = ("steps", "switch")
