#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# deps.sh GROUP... - see that the Debian packages of each GROUP are there.
#
#   build     what compiles the stub and the dmarelay command
#   unit      what the unit tests and the command's need besides
#   fuzz      clang with its fuzzer and coverage
#   proof     what runs the proofs; their CBMC is tools/cbmc.sh's
#   system    what boots a machine and judges it, and the guest's kernel
#   firmware  what builds EFI applications, and runs them under OVMF
#   bench     what counts instructions
#   kernel    what builds the kdump kernel that adopts, and its source; kernel-6.1: of that series
#
# As root it installs what is missing; otherwise it prints the command that does.
# When nothing is missing it says nothing and takes a few milliseconds.
#
# The guest's kernel is only unpacked below build/cache: it is not to be installed
# here, where it would become this machine's own next kernel. Its package is also kept
# in ${DMARELAY_CACHE:-~/.cache/dmarelay}, so that a fresh clone need not load it again.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
kernel_dir=$top/build/cache/kernel
deb_cache=${DMARELAY_CACHE:-${HOME:-/nonexistent}/.cache/dmarelay}
kernel_meta=linux-image-6.12-amd64

packages_of() {
	case $1 in
	build)	echo gcc libc6-dev binutils make nasm libkdumpfile-dev ;;
	unit)	echo libcmocka-dev python3 python3-pytest makedumpfile acpica-tools gcovr \
		     python3-clang-14 patch ;;
	fuzz)	echo clang-14 libclang-rt-14-dev llvm-14 ;;
	proof)	echo gcc python3 cadical ;;
	system)	echo qemu-system-x86 ovmf seabios python3 python3-pytest python3-libkdumpfile \
		     kexec-tools makedumpfile busybox-static e2fsprogs cpio gzip kmod ;;
	firmware) echo gnu-efi qemu-system-x86 ovmf mtools python3 python3-pytest ;;
	bench)	echo gcc libc6-dev make valgrind ;;
	kernel)	packages_of kernel-6.12 ;;
	kernel-6.*) echo "linux-source-${1#kernel-}" gcc libc6-dev make bc bison flex libelf-dev \
		     libssl-dev ccache git patch xz-utils python3 sparse ;;
	*)	echo "deps.sh: unknown group '$1' (build, unit, fuzz, proof, system, firmware, bench, kernel)" >&2; exit 2 ;;
	esac
}

# Those of the arguments that dpkg does not know as installed
missing_of() {
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | awk -v want="$*" '
		$2 == "installed" { have[$1] = 1 }
		END { n = split(want, w, " ")
		      for (i = 1; i <= n; i++) if (!(w[i] in have)) print w[i] }'
}

# Kept configuration files and questions are of no use where nobody looks: never ask.
# kexec-tools would otherwise offer to take over this machine's reboots.
install_packages() {
	if [ "$(id -u)" -ne 0 ]; then
		echo "deps.sh: packages are missing; as root, run:" >&2
		echo "    apt-get update && apt-get install --no-install-recommends -y $*" >&2
		exit 1
	fi
	echo "deps.sh: installing $*"
	export DEBIAN_FRONTEND=noninteractive
	apt_install "$@" 2>/dev/null || { apt-get update -q && apt_install "$@"; }
}

apt_install() {
	apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

# The newest versioned kernel package behind the meta package
kernel_package() {
	apt-cache depends "$kernel_meta" 2>/dev/null |
		awk '/Depends: linux-image-[0-9]/ { print $2; exit }'
}

# Into the current folder. An old package list may name a version that is gone by now.
download_kernel() {
	apt-get download -qq "$(kernel_package)" 2>/dev/null && return
	[ "$(id -u)" -ne 0 ] || apt-get update -q
	apt-get download -qq "$(kernel_package)" && return
	echo "deps.sh: no $kernel_meta (Debian 12's security archive has it); as root, run:" >&2
	echo "    apt-get update" >&2
	exit 1
}

fetch_kernel() {
	work=$top/build/cache/download
	rm -rf "$work" && mkdir -p "$work"
	if ! cp "$deb_cache/$(kernel_package)"_*.deb "$work" 2>/dev/null; then
		echo "deps.sh: loading Debian's 6.12 kernel for the guest"
		(cd "$work" && download_kernel)
		keep_kernel "$work"/*.deb
	fi
	dpkg-deb -x "$work"/*.deb "$work/kernel"
	rm -rf "$kernel_dir" && mv "$work/kernel" "$kernel_dir"
	rm -rf "$work"
}

# For the next clone; whole or not at all. That it cannot be kept is no failure.
keep_kernel() {
	mkdir -p "$deb_cache" 2>/dev/null && cp "$1" "$deb_cache/new.$$" 2>/dev/null &&
		mv "$deb_cache/new.$$" "$deb_cache/$(basename "$1")" || :
}

[ $# -gt 0 ] || { sed -n 's/^# \{0,1\}//; 3,14p' "$0"; exit 2; }

wanted=
for group; do
	wanted="$wanted $(packages_of "$group")"
done
# shellcheck disable=SC2086 # a list of words
missing=$(missing_of $wanted | sort -u | tr '\n' ' ')
[ -z "$missing" ] || install_packages $missing

case " $* " in
*" system "*) [ -d "$kernel_dir" ] || fetch_kernel ;;
esac
