#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# unpack.sh NAME SUITE PACKAGE... - packages of another suite of Debian, below build/cache/NAME
#
# A PACKAGE that begins with + is a kernel's meta package: those that the kernel consists of.
#
# They are not installed but stand beside the release's own, for tools/NAME.sh to start. The mirror
# is the one that apt already uses; the packages are also kept in ${DMARELAY_CACHE:-~/.cache/dmarelay},
# so that a fresh clone need not load them again. Works without root.

set -eu

name=$1 suite=$2
shift 2
top=$(cd "$(dirname "$0")/.." && pwd)
prefix=$top/build/cache/$name
kept=${DMARELAY_CACHE:-${HOME:-/nonexistent}/.cache/dmarelay}/$name
work=$prefix.download

fetch() {
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk '$2 == "bookworm" { print $1; exit }')
	[ -n "$mirror" ] || { echo "unpack.sh: apt knows no bookworm archive: run apt-get update" >&2; exit 1; }
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
		> "$work/sources.list"
	apt="-q -o Dir::Etc::SourceList=$work/sources.list -o Dir::Etc::SourceParts=/dev/null
		-o Dir::State::Lists=$work/lists -o Dir::Cache=$work/apt -o APT::Sandbox::User=root"
	echo "unpack.sh: loading $1 from $suite"
	apt-get $apt update >/dev/null
	# shellcheck disable=SC2046 # a list of names
	(cd "$work" && apt-get $apt download -qq $(names "$@"))
	keep "$work"/*.deb
}

# As apt knows them today: a kernel's packages have its version in their names
names() {
	for package; do
		case $package in
		+*) apt-cache $apt depends --recurse "${package#+}" |
			grep -E '^linux-(image|binary|modules|base)-[0-9]' | grep -v -e -unsigned ;;
		*) echo "$package" ;;
		esac
	done
}

# Whole or not at all. That they cannot be kept is no failure.
keep() {
	mkdir -p "$kept.$$" 2>/dev/null && cp "$@" "$kept.$$" 2>/dev/null &&
		mv -T "$kept.$$" "$kept" 2>/dev/null || rm -rf "$kept.$$"
}

rm -rf "$work" "$prefix"
mkdir -p "$work/lists/partial" "$work/apt/archives/partial"
cp "$kept"/*.deb "$work" 2>/dev/null || fetch "$@"
for deb in "$work"/*.deb; do
	dpkg-deb -x "$deb" "$work/root"
done
mv "$work/root" "$prefix"
rm -rf "$work"
