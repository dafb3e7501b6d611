#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# cbmc.sh - unpack CBMC from Debian 13 below build/cache/cbmc; this release has none
#
# bin/cbmc there is a script that starts it through the dynamic linker and with the libraries that
# it was built for.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
prefix=$top/build/cache/cbmc

[ -x "$prefix/bin/cbmc" ] && exit 0
"$top/tools/unpack.sh" cbmc trixie cbmc libc6 libstdc++6 libgcc-s1 minisat

# It asks where it is when it runs: a tree may be moved, or its cache be shared.
mkdir -p "$prefix/bin"
cat > "$prefix/bin/cbmc" <<'END'
#!/bin/sh
usr=$(dirname "$(readlink -f "$0")")/../usr
lib=$usr/lib/x86_64-linux-gnu
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib:$usr/lib" "$usr/bin/cbmc" "$@"
END
chmod +x "$prefix/bin/cbmc"
