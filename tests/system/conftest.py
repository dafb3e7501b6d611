# SPDX-License-Identifier: GPL-2.0-only
"""Fixtures of the whole-machine tests: wrapped kernels, and a cycle of them."""

import os
import re
import subprocess

import pytest

import judge
import paths
from cycle import Cycle, Plan, stopwatch
from machine import Config

RUNS = os.path.join(paths.BUILD, "system", "runs")
TEST_STUB = os.path.join(paths.BUILD, "stub-test", "stub.bin")


def holds(lines):
    """Fail with the lines that do not hold, and nothing else."""
    failures = judge.failures(lines)
    if failures:
        pytest.fail(failures, pytrace=False)


@pytest.fixture(scope="session", name="wrap")
def fixture_wrap():
    """wrap(options...): the stock kernel with a stub in front, made once for each options."""
    made = {}

    def wrap(*options):
        if options not in made:
            image = os.path.join(paths.BUILD, "system", f"vmlinuz.relay{len(made)}")
            subprocess.run([paths.DMARELAY, "wrap", paths.kernel_image(), "-o", image, *options],
                           check=True)
            made[options] = image
        return made[options]

    yield wrap
    for image in made.values():
        os.unlink(image)


@pytest.fixture(name="run")
def fixture_run(request, wrap):
    """run(...): one cycle, to its end. What is not a field of Plan is one of Config, unless that is given.

    The console and QEMU's files stay below build/system/runs, in a folder named like the test.
    """
    def run(image=None, machine=None, **options):
        folder = os.path.join(RUNS, re.sub(r"[/,]", "-", request.node.name))
        plan_fields = Plan.__dataclass_fields__
        plan = {name: value for name, value in options.items() if name in plan_fields}
        config = {name: value for name, value in options.items() if name not in plan_fields}
        cycle = Cycle(Plan(image or wrap(), machine or Config(**config), **plan), folder, stopwatch())
        cycle.run()
        return cycle

    return run
