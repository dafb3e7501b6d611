#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh 6.1|7.3 - unpack another kernel of Debian below build/cache/kernel-SERIES
#
# 6.1 is Debian 12's own, 7.3 is of Debian 13's backports. (6.12, which most machines of the tests run,
# is unpacked by deps.sh.)

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
case ${1:-} in
6.1)	suite=bookworm ;;
7.3)	suite=trixie-backports ;;
*)	sed -n 's/^# \{0,1\}//; 4,7p' "$0"; exit 2 ;;
esac

[ -d "$top/build/cache/kernel-$1" ] || "$top/tools/unpack.sh" "kernel-$1" "$suite" +linux-image-amd64
