#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mutate.sh - do the unit tests notice? Breaks stub/ in one place at a time, in a copy below
# build/mutate/, and expects check-unit to fail. Not part of check-unit: it takes minutes.
#
# A line of the list: FILE|sed expression. One that changes nothing is reported, too: the code has
# moved on, and the line should. Exit status 0 only if every mutant was killed.
#
#	tests/unit/mutate.sh		all
#	tests/unit/mutate.sh switch	those whose line has "switch" in it

copy=build/mutate
mkdir -p "$copy/build"
for part in include stub arch tests tools; do
	rm -rf "$copy/$part"
	cp -r "$part" "$copy/"
done

mutants() {
	grep -v '^#' <<-'LIST'
	stub/switch.c|s/unit_write64(unit, VTD_RTADDR, report->old_root);//
	stub/switch.c|s/!queue_invalidate_contexts(relay, unit) ||/false ||/
	stub/switch.c|s/(unit_is_scalable(unit) && !queue_invalidate_pasids(relay, unit)) ||//
	stub/switch.c|s/!queue_invalidate_iotlb(relay, unit))/false)/
	stub/switch.c|s/!queue_invalidate_interrupts(relay, unit))/false)/
	stub/switch.c|s/return !(unit->cap & VTD_CAP_RWBF) ||/return true ||/
	stub/switch.c|s/	queue_finish(relay, unit);//
	stub/switch.c|s/(report->old_irta & ~VTD_IRTA_ADDRESS)/0/
	stub/command.c|s/& VTD_G_PERSISTENT;/;/
	stub/command.c|s/return (int64_t)(.deadline - now) > 0;/return true;/
	stub/queue.c|s/machine_flush(unit->queue, unit->tail);//
	stub/queue.c|s/VTD_QI_WAIT_SW | //
	stub/queue.c|s/!drain(relay, unit) ||//
	stub/copy.c|s/machine_flush(relay->arena.base.*//
	stub/ram.c|s/entry->type != E820_RAM/entry->type == E820_RAM/
	stub/ram.c|s/start < LOW_MEMORY/false/
	stub/ram.c|s/!ram_hits_crash_region(ram, start, size);/true;/
	stub/ram.c|s/before->last == UINT64_MAX ||//
	stub/pagetable.c|s/walk->gap.last - address < PAGE_SIZE - 1/false/
	stub/walk_entry.c|s/return walk->gap.last - address >= size - 1;/return true;/
	stub/walk_entry.c|s/entry & format->beyond/false/
	stub/walk_entry.c|s/entry & format->leaf_reserved.level./false/
	stub/walk_entry.c|s/entry & format->table_reserved.level./false/
	stub/second_level.c|s/leaf | VTD_BITS(20, 12)/leaf/
	stub/first_level.c|s/VTD_BITS(29, 13)/0/
	stub/mend.c|s/if (record->in_place)/if (false)/
	stub/domain.c|s/\*clash |= clashes(domain, wanted);//
	stub/domain_id.c|s/		domain_id_note(unit, (uint16_t)id);//
	stub/context.c|s/entry.hi & VTD_CTX_RESERVED_HI/false/
	stub/context.c|s/>= unit_domain_ids(unit)/> unit_domain_ids(unit)/
	stub/root.c|s/|| unit->root.slot + 1.)/)/
	stub/root.c|s/		complete_halves(relay, unit);/;/
	stub/pasid.c|s/return found.pa == with_tag(copy->pa, tag);/return true;/
	stub/pasid_entry.c|s/pasid != user->rid_pasid/false/
	stub/scalable.c|s/entry->q\[0\] & VTD_SMC_RESERVED_0 ||//
	stub/intremap.c|s/VTD_IRTE_SVT(entry.hi) == 3/false/
	stub/sink.c|s/memset(scratch, 0xff, PAGE_SIZE);/memset(scratch, 0, PAGE_SIZE);/
	stub/dmar_items.c|s/head.length < sizeof(head) || head.length > left/false/
	stub/dmar.c|s/ || sum(rsdp, ACPI_RSDP_V1_SIZE)//
	stub/elfcore.c|s/!range_fits(segment.paddr, segment.memsz)/false/
	stub/word.c|s/.value > (UINT64_MAX - digit) . 10/false/
	stub/report.c|s/section->count == section->capacity/section->count > section->capacity/
	stub/relay.c|s/	seal(relay, HANDOFF_SWITCHED, HANDOFF_OK);//
	stub/unit.c|s/return HANDOFF_UNIT_PMR;/return HANDOFF_OK;/
	LIST
}

killed=0 left=0
mutants | grep -- "${1:-.}" >"$copy/list"
while IFS= read -r line <&3; do
	file=${line%%|*} expression=${line#*|}
	cp "$file" "$copy/$file"
	sed -i "$expression" "$copy/$file"
	if cmp -s "$file" "$copy/$file"; then
		echo "no change: $file|$expression"
		left=$((left + 1))
	elif (cd "$copy" && DMARELAY_TEST_LIMIT=60 make -s -f tests/unit/unit.mk UNIT_CC="gcc -w" \
			check-unit) >"$copy/log" 2>&1; then
		echo "SURVIVED: $file|$expression"
		left=$((left + 1))
	elif ! grep -q ' passed, ' "$copy/log"; then
		echo "does not compile: $file|$expression"
		left=$((left + 1))
	else
		killed=$((killed + 1))
	fi
	cp "$file" "$copy/$file"
done 3<"$copy/list"
echo "$killed killed, $left not"
[ "$left" -eq 0 ]
