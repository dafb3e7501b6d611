#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# qemu10.sh - unpack Debian's backport of QEMU 10 below build/cache/qemu10
#
# QEMU 7.2, the release's own, has no first-level translation (x-flts). The newer one is not
# installed but stands beside it: bin/qemu-system-x86_64 there is a script that finds its data.
# The mirror is the one that apt already uses. Works without root.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
prefix=$top/build/cache/qemu10
deb_cache=${DMARELAY_CACHE:-${HOME:-/nonexistent}/.cache/dmarelay}
packages="qemu-system-x86 qemu-system-common qemu-system-data seabios"

[ -x "$prefix/bin/qemu-system-x86_64" ] && exit 0

work=$top/build/cache/qemu10.download
rm -rf "$work" "$prefix"
mkdir -p "$work/lists/partial" "$work/apt/archives/partial"

fetch() {
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk '$2 == "bookworm" { print $1; exit }')
	[ -n "$mirror" ] || { echo "qemu10.sh: apt knows no bookworm archive: run apt-get update" >&2; exit 1; }
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm-backports main" \
		> "$work/sources.list"
	apt="apt-get -q -o Dir::Etc::SourceList=$work/sources.list -o Dir::Etc::SourceParts=/dev/null
		-o Dir::State::Lists=$work/lists -o Dir::Cache=$work/apt -o APT::Sandbox::User=root"
	echo "qemu10.sh: loading QEMU 10 from bookworm-backports"
	$apt update >/dev/null
	# shellcheck disable=SC2086 # lists of words
	(cd "$work" && $apt download -qq $packages)
	mkdir -p "$deb_cache/qemu10" 2>/dev/null && cp "$work"/*.deb "$deb_cache/qemu10" 2>/dev/null || :
}

cp "$deb_cache"/qemu10/*.deb "$work" 2>/dev/null || fetch
for deb in "$work"/*.deb; do
	dpkg-deb -x "$deb" "$work/root"
done
mv "$work/root" "$prefix"
rm -rf "$work"

# It asks where it is when it runs: a tree may be moved, or its cache be shared.
mkdir -p "$prefix/bin"
cat > "$prefix/bin/qemu-system-x86_64" <<'END'
#!/bin/sh
usr=$(dirname "$(readlink -f "$0")")/../usr
exec "$usr/bin/qemu-system-x86_64" -L "$usr/share/qemu" -L "$usr/share/seabios" \
	-L /usr/share/qemu -L /usr/share/seabios "$@"
END
chmod +x "$prefix/bin/qemu-system-x86_64"
