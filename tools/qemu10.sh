#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# qemu10.sh - unpack Debian's backport of QEMU 10 below build/cache/qemu10
#
# QEMU 7.2, the release's own, has no first-level translation (x-flts).
# bin/qemu-system-x86_64 there is a script that finds its data.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
prefix=$top/build/cache/qemu10

[ -x "$prefix/bin/qemu-system-x86_64" ] && exit 0
"$top/tools/unpack.sh" qemu10 bookworm-backports \
	qemu-system-x86 qemu-system-common qemu-system-data seabios

# It asks where it is when it runs: a tree may be moved, or its cache be shared.
mkdir -p "$prefix/bin"
cat > "$prefix/bin/qemu-system-x86_64" <<'END'
#!/bin/sh
usr=$(dirname "$(readlink -f "$0")")/../usr
exec "$usr/bin/qemu-system-x86_64" -L "$usr/share/qemu" -L "$usr/share/seabios" \
	-L /usr/share/qemu -L /usr/share/seabios "$@"
END
chmod +x "$prefix/bin/qemu-system-x86_64"
