#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check-image.sh STUB.ELF STUB.BIN - is the linked stub what its loaders and its users expect?
#
# linker.ld asserts what the linker knows; this looks at what came out. Prints one line.
set -eu

elf=$1
bin=$2

fail()
{
	echo "check-image: $bin: $*" >&2
	exit 1
}

# Bytes OFFSET..OFFSET+COUNT of the image, as one little-endian hexadecimal number.
number()
{
	od -An -v -tx"$2" -j"$1" -N"$2" "$bin" | tr -d ' '
}

symbol()
{
	nm "$elf" | awk -v name="$1" '$3 == name { print $1 }'
}

size=$(wc -c <"$bin")
memory=$((0x$(symbol image_stub_memory)))

[ "$(number 64 8)" = 3147414d494d4452 ] || fail "no image_info at +0x40"
[ $((0x$(number 72 4))) -eq "$size" ] || fail "image_info.stub_size is not the file's $size bytes"
[ $((0x$(number 76 4))) -eq "$memory" ] || fail "image_info.stub_memory is not $memory"
[ "$(tail -c +81 "$bin" | head -c 48 | tr -d '\0' | wc -c)" -eq 0 ] ||
	fail "image_info is filled in before wrapping"
[ "$(symbol entry64)" = 0000000000000200 ] || fail "no 64-bit entry at +0x200"

[ -z "$(nm -u "$elf")" ] || fail "undefined symbols: $(nm -u "$elf" | tr -s ' U\n' ' ')"
LC_ALL=C readelf -rW "$elf" | grep -q 'There are no relocations' || fail "run-time relocations"
if LC_ALL=C readelf -lW "$elf" | grep -Eq 'LOAD.* RWE '; then
	fail "a segment that is writable and executable"
fi
sections=$(objdump -h "$elf" | grep -B1 -w ALLOC |
	awk '$1 ~ /^[0-9]+$/ && $3 !~ /^0+$/ { print $2 }' | xargs)
[ "$sections" = ".text .rodata .data .bss" ] || fail "has the sections $sections"
# The crashed kernel's vector registers are evidence, and nobody has enabled them for us.
if objdump -d --no-show-raw-insn "$elf" | grep -Eq '%([xyz]mm|mm|st)\(?[0-9]'; then
	fail "vector or x87 instructions"
fi

echo "check-image: $bin: $size bytes in the file, $memory in memory"
