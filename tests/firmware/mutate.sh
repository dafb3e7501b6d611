#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mutate.sh - do the firmware tests notice? Breaks the stub in one place at a time, in a copy below
# build/mutate-firmware/, and expects each of the rows named beside it to fail. The report that the
# stub writes stays right in most of them: it is memory, or the trace, that must tell. Not part of
# check-firmware: it takes minutes.
#
# A line of the list: FILE|sed expression|rows, as pytest's -k chooses. One that changes nothing is
# reported, too. Exit status 0 only if every row failed under every mutant.
#
#	tests/firmware/mutate.sh		all
#	tests/firmware/mutate.sh sink		those whose line has "sink" in it

copy=build/mutate-firmware
mkdir -p "$copy/build"
for part in include stub arch tests tools bench Makefile linker.ld kernel; do
	rm -rf "${copy:?}/$part"
	cp -r "$part" "$copy/"
done
ln -sfn "$(readlink -f build/cache)" "$copy/build/cache"

mutants() {
	grep -v '^#' <<-'LIST'
	stub/switch.c|s/unit_write64(unit, VTD_RTADDR, root);//|test_row
	stub/switch.c|s/unit_write64(unit, VTD_IRTA, irta);//|39-bit or first-level
	stub/sink.c|s/ . VTD_SL_W//|39-bit and bad and not interrupt and not blocked
	stub/sink.c|s/page.level - 1..pa/page[level ? 0 : 1].pa/|scalable and bad and not blocked and not leaf
	stub/walk_entry.c|s/= sink ? sink_for(walk, frame->level)/= sink ? found + 0 * sink_for(walk, 1)/|bad-leaf or bad-table
	stub/context.c|s/	.device->entry = sink_context(.*;//|39-bit and bad-context
	stub/pasid_entry.c|s/(aw != CONTEXT_NO_WIDTH ? .*;/0;/|first-bad and not blocked
	stub/fold.c|s/return first . marks;/return 0;/|folded
	stub/fold.c|s/return first . marks;/return first + 0x200000;/|folded
	stub/fence.c|s/region->ranges.i..first . PAGE_MASK : top/top : top/|fenced
	stub/intremap.c|s/entry.lo & VTD_IRTE_RESERVED_LO/false/|bad-interrupt
	arch/x86/apic.c|s/apic_write(APIC_EOI, 0)/(void)0/|arrival
	arch/x86/apic.c|s/asm volatile("sti.*;//|arrival
	arch/x86/apic.c|s/ . SVR_ENABLE_FF//|arrival
	arch/x86/apic.c|s/apic_write(APIC_TPR, TPR_CLASS_14);//|arrival
	arch/x86/apic.c|s/ioapic_set(pin, saved->low.*;//|arrival
	arch/x86/apic.c|s/came = comes_in_time()/& + 1/|arrival
	LIST
}

killed=0 left=0
mutants | grep -- "${1:-.}" >"$copy/list"
while IFS='|' read -r file expression rows <&3; do
	cp "$file" "$copy/$file"
	sed -i "$expression" "$copy/$file"
	(cd "$copy" && make -s check-firmware-now TESTS="$rows") >"$copy/log" 2>&1
	if cmp -s "$file" "$copy/$file"; then
		echo "no change: $file|$expression"
		left=$((left + 1))
	elif ! grep -q ' failed' "$copy/log"; then
		echo "SURVIVED, or does not compile: $file|$expression"
		left=$((left + 1))
	elif grep -q ' PASSED' "$copy/log"; then
		echo "SURVIVED in part: $file|$expression"
		grep ' PASSED' "$copy/log"
		left=$((left + 1))
	else
		echo "killed in $(grep -c '::.* FAILED' "$copy/log") rows: $file|$expression"
		grep -o 'does not hold: .*' "$copy/log" | sort | uniq -c | sed 's/^/    /'
		killed=$((killed + 1))
	fi
	cp "$file" "$copy/$file"
done 3<"$copy/list"
echo "$killed killed, $left not"
[ "$left" -eq 0 ]
