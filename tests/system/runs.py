# SPDX-License-Identifier: GPL-2.0-only
"""Runs by the hundred, several at a time, that go on where they were: files, locks, processes."""

import fcntl
import json
import os
from contextlib import contextmanager


@contextmanager
def locked(folder, name, wait=True):
    """Yields whether this process, of all that work in `folder`, has the lock of that name."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name + ".lock"), "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            yield True
        except BlockingIOError:
            yield False


def write(path, data):
    """A whole file or none: others may be reading it."""
    new = f"{path}.{os.getpid()}"
    with open(new, "wb") as file:
        file.write(data)
    os.replace(new, path)


def read(path):
    """The entries of a result file; none if it is not there yet."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return []


def text_of(entries):
    """The content of a result file: a line each."""
    text = ",\n".join(map(json.dumps, entries))
    return f"[\n{text}\n]\n".encode()


def fork_jobs(count, job):
    """job(0) ... job(count - 1), each in a process of its own; returns when all have ended."""
    children = []
    for number in range(1, count):
        child = os.fork()
        if not child:
            try:
                job(number)
            finally:
                os._exit(0)
        children.append(child)
    job(0)
    for child in children:
        os.waitpid(child, 0)
