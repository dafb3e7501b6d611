#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh SERIES - is the series fit to be sent?
#
# It is what its sources make of it, applies with patch -p1 and with git am, keeps its limits,
# checkpatch --strict has nothing to say, and sparse and W=1 warn of nothing in the touched files that
# they do not warn of without the series. Needs the source that build.sh keeps, and changes it while it
# runs: the files as the distribution has them take the patched ones' place and go again.

set -eu

series=${1:?usage: check.sh SERIES}
top=$(cd "$(dirname "$0")/.." && pwd)
patches=$top/kernel/$series
cache=${DMARELAY_CACHE:-${HOME:-/nonexistent}/.cache/dmarelay}
[ -d "$cache/kernel-$series/linux" ] || cache=$top/build/cache
source=$cache/kernel-$series/linux
scratch=$(mktemp -d)
modified=
failed=0

# The files of a tree that the series modifies, put into the source
put() {
	for file in $modified; do
		cp "$1/$file" "$source/$file"
	done
}

restore() {
	[ ! -d "$scratch/patched" ] || put "$scratch/patched"
	rm -rf "$scratch"
}
trap restore EXIT
trap 'exit 1' INT TERM HUP

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
cp -r "$scratch/tree" "$scratch/plain"

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

# Warnings: without the series, then with it. Only sources are exchanged, so that the configuration
# stays as it is.
objects=$cache/kernel-$series/obj
modified=$(sed -n 's,^--- a/,,p' "$patches"/*.patch | sort -u | grep '\.[ch]$')

# compile LOG FILE...: those of the source's .c files, each anew
compile() {
	log=$1
	shift
	(cd "$source" && touch "$@")
	# shellcheck disable=SC2046 # one target each
	make -C "$source" O="$objects" CC="ccache gcc" W=1 C=1 $(echo "$@" | sed 's/\.c\( \|$\)/.o\1/g') \
		>"$log" 2>&1
}

exec 9>"$cache/kernel-$series.lock"	# as build.sh does
flock 9
for file in $modified; do
	mkdir -p "$scratch/patched.part/$(dirname "$file")"
	cp "$source/$file" "$scratch/patched.part/$file"
done
mv "$scratch/patched.part" "$scratch/patched"
# shellcheck disable=SC2046,SC2086 # lists of files
{
	put "$scratch/plain"
	compile "$scratch/before" $(echo "$modified" | grep '\.c$') || fail "it does not compile without the series"
	put "$scratch/patched"
	compile "$scratch/after" $(echo "$touched" | grep '\.c$') || fail "it does not compile"
}
"$top/kernel/new_warnings.sh" "$scratch/before" "$scratch/after" &&
	say "sparse, W=1: no warning that is new" || fail "sparse, W=1"
exit $failed
