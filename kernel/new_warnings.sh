#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# new_warnings.sh BEFORE AFTER - print the warnings and errors of build log AFTER that BEFORE lacks
#
# A warning is the same in both logs if it differs only in line, column and code offset, since a patch
# moves lines. A warning that comes more often in AFTER is new. Fails if there are any.

set -eu

before=${1:?usage: new_warnings.sh BEFORE AFTER}
after=${2:?usage: new_warnings.sh BEFORE AFTER}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

warnings() {
	sed -nE '/(warning|error):/{s/:[0-9]+(:[0-9]+)?:/:/;s/\+0x[0-9a-f]+//g;p}' "$1" | LC_ALL=C sort
}

warnings "$before" >"$scratch/before"
warnings "$after" >"$scratch/after"
LC_ALL=C comm -13 "$scratch/before" "$scratch/after" >"$scratch/new"
cat "$scratch/new"
[ ! -s "$scratch/new" ]
