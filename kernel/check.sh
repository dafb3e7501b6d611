#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh SERIES - is the series fit to be sent?
#
# It is what its sources make of it, applies with patch -p1 and with git am, keeps its limits, and
# checkpatch --strict, sparse and W=1 have nothing to say. Needs the source that build.sh keeps.

set -eu

series=${1:?usage: check.sh SERIES}
top=$(cd "$(dirname "$0")/.." && pwd)
patches=$top/kernel/$series
cache=${DMARELAY_CACHE:-${HOME:-/nonexistent}/.cache/dmarelay}
[ -d "$cache/kernel-$series/linux" ] || cache=$top/build/cache
source=$cache/kernel-$series/linux
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

say() { echo "kernel-check: $*"; }
fail() { say "FAIL $*"; failed=1; }

# Patches that are made: the same ABI in all series, the same code but for relay.diff
/usr/bin/python3 "$top/kernel/abi.py" --patch | cmp - "$patches"/0001-*.patch &&
	say "the ABI: include/handoff.h" || fail "the ABI is not that of include/handoff.h"
if [ -f "$patches/relay.diff" ]; then
	/usr/bin/python3 "$top/kernel/port.py" "$series" | cmp - "$patches"/0002-*.patch &&
		say "the code: kernel/6.12, $(grep -v '^--- \|^+++ ' "$patches/relay.diff" | grep -c '^[-+]') lines of difference" ||
		fail "0002 is not what kernel/6.12 and relay.diff make"
fi

# What the series touches, as the distribution has it
touched=$(sed -n 's,^+++ b/,,p' "$patches"/*.patch | sort -u)
for file in $touched; do
	mkdir -p "$scratch/tree/$(dirname "$file")"
	[ ! -f "$source/$file" ] || cp "$source/$file" "$scratch/tree/$file"
done
(cd "$scratch/tree" && cat "$cache/kernel-$series/series" | patch -p1 -R -s)
cp -r "$scratch/tree" "$scratch/am"

cat "$patches"/*.patch | patch -d "$scratch/tree" -p1 -s --fuzz=0 && say "patch -p1: applies" ||
	fail "patch -p1"
(cd "$scratch/am" && git init -q && git add -A && git -c user.name=x -c user.email=x@x commit -qm x &&
	git -c user.name=x -c user.email=x@x am -q "$patches"/*.patch) && say "git am: applies" ||
	fail "git am"

# Lines changed in existing files, and of each new one
changed=$(cd "$scratch/am" && git diff --numstat --diff-filter=M HEAD~3 |
	awk '{ n += $1 + $2 } END { print n }')
[ "$changed" -le 80 ] || fail "too many lines changed"
counts="changed lines in existing files: $changed"
for limit in relay.c=700 relay_domain.c=250 relay_legacy.c=100 relay_scalable.c=200 relay.h=160; do
	lines=$(wc -l <"$scratch/am/drivers/iommu/intel/${limit%=*}")
	counts="$counts; ${limit%=*}: $lines"
	[ "$lines" -le "${limit#*=}" ] || fail "${limit%=*} is too long"
done
say "$counts"

# The directory has its maintainers: FILE_PATH_CHANGES asks for no more
(cd "$source" && perl scripts/checkpatch.pl --strict --ignore FILE_PATH_CHANGES -q \
	"$patches"/*.patch) && say "checkpatch --strict: clean" || fail "checkpatch"

objects=$cache/kernel-$series/obj
compiled=$(echo "$touched" | grep '\.c$')
(cd "$source" && touch $compiled)
# shellcheck disable=SC2086 # one target each
make -C "$source" O="$objects" CC="ccache gcc" W=1 C=1 $(echo "$compiled" | sed 's/c$/o/') \
	>"$scratch/log" 2>&1 || fail "sparse, W=1"
if grep -E 'relay[a-z_]*\.[ch]|handoff\.h' "$scratch/log" | grep -E 'warning|error'; then
	fail "sparse, W=1"
else
	say "sparse, W=1: clean"
fi
exit $failed
