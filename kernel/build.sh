#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh SERIES - the adopting kdump kernel: build/kernel/SERIES/bzImage
#
# Debian's linux-source-SERIES, the patches of kernel/SERIES and the fragment
# kernel/config/kdump.config over tinyconfig. The patched source, the build tree and ccache's files
# are kept in ${DMARELAY_CACHE:-~/.cache/dmarelay}, or below build/ if that cannot be written to,
# so that the next build takes seconds. A kernel that was built before is only copied.
#
# With MORE=FRAGMENT (a full path) another fragment goes on top; the result is then
# build/kernel/SERIES/bzImage-NAME, with NAME the fragment's. Flags for make: MAKE_FLAGS.

set -eu

series=${1:?usage: build.sh SERIES}
top=$(cd "$(dirname "$0")/.." && pwd)
tarball=/usr/src/linux-source-$series.tar.xz
fragments="$top/kernel/config/kdump.config ${MORE:-}"
variant=${MORE:+-$(basename "$MORE" .config)}
result=$top/build/kernel/$series/bzImage$variant

cache=${DMARELAY_CACHE:-${HOME:-/nonexistent}/.cache/dmarelay}
mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || cache=$top/build/cache
work=$cache/kernel-$series
source=$work/linux
objects=$work/obj$variant

say() { echo "kernel: $*"; }

# One at a time: trees share what is kept
exec 9>"$cache/kernel-$series.lock"
flock 9

[ -d "$top/kernel/$series" ] || { say "no patches for $series: see kernel/" >&2; exit 2; }

version=$(dpkg-query -W -f '${Version}' "linux-source-$series")
# shellcheck disable=SC2086 # a list of files
key=$({ echo "$version"; cat "$top/kernel/$series"/*.patch $fragments; } | sha256sum | cut -c1-16)

unpack() {
	[ "$(cat "$work/version" 2>/dev/null)" != "$version" ] || return 0
	say "unpacking linux-source-$series $version"
	rm -rf "$work" && mkdir -p "$work"
	tar -C "$work" -xf "$tarball"
	mv "$work/linux-source-$series" "$source"
	echo "$version" >"$work/version"
}

# Take back what an older series did, so that only what differs is built again.
apply() {
	cat "$top/kernel/$series"/*.patch >"$work/series.new"
	if ! cmp -s "$work/series.new" "$work/series"; then
		[ ! -f "$work/series" ] || patch -d "$source" -p1 -R -s <"$work/series"
		rm -f "$work/series"
		say "applying $(ls "$top/kernel/$series"/*.patch | wc -l) patches"
		patch -d "$source" -p1 -s --no-backup-if-mismatch <"$work/series.new"
		cp "$work/series.new" "$work/series"
	fi
	rm "$work/series.new"
}

configure() {
	# shellcheck disable=SC2086 # a list of files
	cat $fragments >"$work/fragment.new"
	if ! cmp -s "$work/fragment.new" "$objects/fragment"; then
		say "configuring"
		mkdir -p "$objects"
		kbuild -s tinyconfig
		(cd "$source" && scripts/kconfig/merge_config.sh -m -O "$objects" \
			"$objects/.config" "$work/fragment.new" >/dev/null)
		kbuild -s olddefconfig
		granted || exit 1
		cp "$work/fragment.new" "$objects/fragment"
	fi
	rm "$work/fragment.new"
}

# Kconfig drops in silence what it cannot give.
granted() {
	missing=$(grep '^CONFIG_.*=[^n]' "$work/fragment.new" | grep -vxFf "$objects/.config") || return 0
	say "not to be had: $missing" >&2
	return 1
}

kbuild() {
	make -C "$source" O="$objects" CC="ccache gcc" "$@"
}

# A line now and then, or one that changes on a terminal; everything in the log.
progress() {
	start=$(date +%s)
	tee "$objects/log" | awk -v start="$start" -v tty="$([ -t 1 ] && echo 1 || echo 0)" '
		/warning:|error:|Error / { print; next }
		{ n++ }
		tty == 1 { printf "\rkernel: %5d steps  %-60.60s", n, $1 " " $2; fflush() }
		tty == 0 && n % 200 == 0 { printf "kernel: %d steps, at %s\n", n, $2; fflush() }
		END { printf "%skernel: %d steps\n", tty == 1 ? "\r" : "", n }'
}

build() {
	export CCACHE_DIR="$cache/ccache"
	export KBUILD_BUILD_TIMESTAMP="1970-01-01" KBUILD_BUILD_USER=dmarelay KBUILD_BUILD_HOST=dmarelay
	configure
	say "building; the first time takes ten minutes, later ones seconds"
	image=$objects/arch/x86/boot/bzImage
	rm -f "$image"
	# shellcheck disable=SC2086 # flags
	nice -n 10 make -C "$source" O="$objects" CC="ccache gcc" \
		-j"$(nproc)" ${MAKE_FLAGS:-} bzImage 2>&1 | progress
	[ -f "$image" ] || { tail -20 "$objects/log" >&2; say "failed: see $objects/log" >&2; exit 1; }
	cp "$image" "$work/bzImage-$key"
}

mkdir -p "$(dirname "$result")"
if [ ! -f "$work/bzImage-$key" ]; then
	unpack
	apply
	build
fi
cmp -s "$work/bzImage-$key" "$result" || cp "$work/bzImage-$key" "$result"
say "$(basename "$result"): $(stat -c %s "$result") bytes, linux-source-$series $version"
