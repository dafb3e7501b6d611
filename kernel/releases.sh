#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# releases.sh SERIES - does the series apply to every linux-source-SERIES that apt can get?
#
# Each is loaded (some 150 MB), and the touched files are unpacked, nothing else. The series must apply
# without fuzz; lines may have moved. Nothing is compiled: an interface that has changed elsewhere in the
# kernel is not noticed.

set -eu

series=${1:?usage: releases.sh SERIES}
top=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

modified=$(sed -n 's,^--- a/,,p' "$top/kernel/$series"/*.patch | sort -u)
versions=$(apt-cache madison "linux-source-$series" | awk '{ print $3 }' | sort -uV)
[ -n "$versions" ] || { echo "releases: apt knows no linux-source-$series" >&2; exit 1; }

for version in $versions; do
	mkdir "$scratch/it"
	(cd "$scratch/it" &&
		apt-get download -qq -o APT::Sandbox::User=root "linux-source-$series=$version")
	# shellcheck disable=SC2086 # a list of files
	dpkg-deb --fsys-tarfile "$scratch/it"/*.deb |
		tar -xO "./usr/src/linux-source-$series.tar.xz" |
		tar -C "$scratch/it" --strip-components=1 -xJ \
			$(echo "$modified" | sed "s,^,linux-source-$series/,")
	if cat "$top/kernel/$series"/*.patch | patch -d "$scratch/it" -p1 -s --fuzz=0; then
		echo "releases: $version: applies"
	else
		echo "releases: FAIL $version"
		failed=1
	fi
	rm -rf "$scratch/it"
done
exit $failed
