#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""How deep can the stub's stack get?

Adds up the deepest path from arch_main() over the call graphs that gcc writes with
-fcallgraph-info=su, one .ci file an object. Assembly has no such file: a comment in the source says
what a function needs and calls, as `stack: NAME BYTES calls NAME...`.

Fails on what would make the sum a guess: recursion, calls by pointer, frames of variable size, a
function that nobody describes; and on a depth that does not fit the stack (STACK_SIZE in entry.inc)
with a margin to spare.
"""

import argparse
import pathlib
import re
import sys

ENTRY = "arch_main"
MARGIN = 2048       # what entry.asm pushes, and room for a compiler that inlines otherwise
RETURN_ADDRESS = 8  # gcc's figure for a frame leaves it out

NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "([^"]+)"')
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
FRAME = re.compile(r"(\d+) bytes \(([^)]+)\)")
ASM = re.compile(r"^;\s*stack: (\w+) (\d+) calls (.+)$", re.MULTILINE)
STACK_SIZE = re.compile(r"^STACK_SIZE\s+equ\s+(\d+)", re.MULTILINE)


class StackError(Exception):
    """Why the depth cannot be told, or is too much."""


def read_graph(objects, asm):
    """Returns {function: frame size} and {function: set of callees}."""
    frames, calls = {}, {}
    for path in sorted(objects.rglob("*.ci")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if node := NODE.match(line):
                name, label = node.groups()
                if frame := FRAME.search(label):
                    # Bounded: by arguments that are pushed; the size is the most (gcc, -fstack-usage)
                    if frame[2] not in ("static", "dynamic,bounded"):
                        raise StackError(f"{name} has a frame of variable size ({frame[2]})")
                    frames[name] = int(frame[1]) + RETURN_ADDRESS
            elif edge := EDGE.match(line):
                calls.setdefault(edge[1], set()).add(edge[2])
    for path in sorted(asm.glob("*.asm")):
        for name, size, callees in ASM.findall(path.read_text(encoding="utf-8")):
            frames[name] = int(size)
            calls[name] = set(callees.split())
    return frames, calls


def deepest(name, frames, calls, path, known):
    """The deepest path from `name` down, as (bytes, [functions])."""
    if name in path:
        raise StackError("recursion: " + " > ".join(path[path.index(name):] + [name]))
    if name == "__indirect_call":
        raise StackError(f"{path[-1]} calls by pointer")
    if name not in frames:
        raise StackError(f"{path[-1] if path else 'the entry'} calls {name}, of which nothing is "
                         "known")
    if name not in known:
        below = [deepest(callee, frames, calls, path + [name], known)
                 for callee in sorted(calls.get(name, ()))]
        depth, chain = max(below, default=(0, []))
        known[name] = depth + frames[name], [name] + chain
    return known[name]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asm", type=pathlib.Path, required=True,
                        help="folder of *.asm and entry.inc")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the deepest path")
    parser.add_argument("objects", type=pathlib.Path, help="folder of objects and .ci files")
    options = parser.parse_args()

    size = int(STACK_SIZE.search((options.asm / "entry.inc").read_text(encoding="utf-8"))[1])
    try:
        frames, calls = read_graph(options.objects, options.asm)
        known = {}
        depth, chain = deepest(ENTRY, frames, calls, [], known)
        if depth > size - MARGIN:
            raise StackError(f"{depth} of {size} bytes are used, less than {MARGIN} are left: "
                             + " > ".join(chain))
    except StackError as error:
        sys.exit(f"check-stack: {error}")
    print(f"check-stack: at most {depth} of {size} bytes, in {len(known)} functions")
    if options.verbose:
        for name in chain:
            print(f"{frames[name]:6} {name}")


if __name__ == "__main__":
    main()
