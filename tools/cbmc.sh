#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# cbmc.sh - unpack Debian 13's CBMC, a bounded model checker, below build/cache/cbmc
#
# Debian 12 has none. It is not installed but stands beside the system, with the C library that it
# was built for: bin/cbmc there is a script that starts it through its own dynamic linker. The
# mirror is the one that apt already uses. Works without root.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
prefix=$top/build/cache/cbmc
deb_cache=${DMARELAY_CACHE:-${HOME:-/nonexistent}/.cache/dmarelay}
packages="cbmc libc6 libstdc++6 libgcc-s1 minisat zlib1g"

[ -x "$prefix/bin/cbmc" ] && exit 0

work=$top/build/cache/cbmc.download
rm -rf "$work" "$prefix"
mkdir -p "$work/lists/partial" "$work/apt/archives/partial"

fetch() {
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk '$2 == "bookworm" { print $1; exit }')
	[ -n "$mirror" ] || { echo "cbmc.sh: apt knows no bookworm archive: run apt-get update" >&2; exit 1; }
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" \
		> "$work/sources.list"
	apt="apt-get -q -o Dir::Etc::SourceList=$work/sources.list -o Dir::Etc::SourceParts=/dev/null
		-o Dir::State::Lists=$work/lists -o Dir::Cache=$work/apt -o APT::Sandbox::User=root"
	echo "cbmc.sh: loading CBMC from trixie"
	$apt update >/dev/null
	# shellcheck disable=SC2086 # lists of words
	(cd "$work" && $apt download -qq $packages)
	mkdir -p "$deb_cache/cbmc" 2>/dev/null && cp "$work"/*.deb "$deb_cache/cbmc" 2>/dev/null || :
}

cp "$deb_cache"/cbmc/*.deb "$work" 2>/dev/null || fetch
for deb in "$work"/*.deb; do
	dpkg-deb -x "$deb" "$work/root"
done
mv "$work/root" "$prefix"
rm -rf "$work"

mkdir -p "$prefix/bin"
libraries=$prefix/usr/lib/x86_64-linux-gnu
for tool in cbmc goto-cc goto-instrument; do
	cat > "$prefix/bin/$tool" <<-END
	#!/bin/sh
	exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries:$prefix/usr/lib" "$prefix/usr/bin/$tool" "\$@"
	END
	chmod +x "$prefix/bin/$tool"
done
