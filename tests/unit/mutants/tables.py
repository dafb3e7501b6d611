# SPDX-License-Identifier: GPL-2.0-only
"""What is believed that should be vetted, table by table; and what the stub is told by others."""

from mutant import Mutant


def mutant(file, what, old, new, *tests):
    """With tests of one's own."""
    return Mutant(file, what, old, new, tests)


MUTANTS = [
    # Page tables
    mutant("pagetable.c", "a run of leaves goes on into the crash region",
           "walk->gap.last - address < PAGE_SIZE - 1", "false", "pagetable", "second_level"),
    mutant("walk_entry.c", "a superpage may reach into the crash region",
           "return walk->gap.last - address >= size - 1;", "return true;", "pagetable", "second_level"),
    mutant("walk_entry.c", "a leaf's reserved bits", "entry & format->leaf_reserved[level]", "false",
           "second_level", "first_level"),
    mutant("walk_entry.c", "a table entry's reserved bits", "entry & format->table_reserved[level]",
           "false", "second_level"),
    mutant("walk_entry.c", "a table beyond the host's width",
           "\t\treturn format->rule_reserved;\n\tif (entry & format->beyond)\n"
           "\t\treturn format->rule_width;\n\treturn ram_is_crashed",
           "\t\treturn format->rule_reserved;\n\treturn ram_is_crashed", "second_level"),
    mutant("walk_entry.c", "a table that is not in the crashed kernel's RAM",
           "return ram_is_crashed(&walk->relay->ram, phys(entry & format->address), PAGE_SIZE) ?\n"
           "\t       0 : format->rule_provenance;", "return 0;", "second_level"),
    mutant("second_level.c", "2M leaves need not be aligned", "leaf | VTD_BITS(20, 12)", "leaf",
           "second_level"),
    mutant("first_level.c", "1G leaves need not be aligned", "VTD_BITS(29, 13)", "0", "first_level"),
    mutant("fold.c", "leaves that are not side by side are folded",
           "(entries[i] ^ (first + i * walk_span(level))) & ~format->marks", "false", "fold"),
    mutant("fold.c", "folded though no leaf of that size can begin there",
           " && !(entry & below_size)", "", "fold"),
    mutant("mend.c", "entries in place are not mended", "if (record->in_place)", "if (false)",
           "pagetable"),

    # Devices and domains
    mutant("domain.c", "two translations share a domain id", "*clash |= clashes(domain, wanted);", ";",
           "context", "scalable"),
    mutant("domain_id.c", "a fresh domain id is given out twice",
           "\t\tdomain_id_note(unit, (uint16_t)id);\n\t\treturn id;", "\t\treturn id;",
           "property"),
    mutant("context.c", "a context's reserved bits", "entry.hi & VTD_CTX_RESERVED_HI", "false",
           "context"),
    mutant("context.c", "a domain id just out of range", ">= unit_domain_ids(unit)",
           "> unit_domain_ids(unit)", "context"),
    mutant("root.c", "the upper half of a root entry",
           "unit->root[slot] & VTD_ROOT_RESERVED || unit->root[slot + 1])",
           "unit->root[slot] & VTD_ROOT_RESERVED)", "legacy"),
    mutant("root.c", "half a bus in a scalable root", "\t\tcomplete_halves(relay, unit);", "\t\t;",
           "scalable"),
    mutant("pasid.c", "a directory is shared with who sees more of it",
           "return found.pa == with_tag(copy->pa, tag);", "return true;", "scalable"),
    mutant("pasid_entry.c", "dmarelay.pasid=drop drops the device's own", "pasid != user->rid_pasid",
           "true", "scalable"),
    mutant("scalable.c", "a scalable context's reserved bits", "entry->q[0] & reserved_0(unit) ||", "",
           "scalable"),
    mutant("intremap.c", "an interrupt entry's reserved SVT", "VTD_IRTE_SVT(entry.hi) == 3", "false",
           "intremap"),
    mutant("fold.c", "a run that is not aligned to the larger page", "!(entry & below_size)", "true",
           "fold"),
    mutant("fold.c", "tables taken for leaves", "(level == 1 || entry & format->superpage) && ", "",
           "fold"),
    mutant("fold.c", "a page size that the unit does not have",
           "format->leaf_levels & 1u << (level + 1) &&", "", "fold"),
    mutant("fold.c", "marks of hardware keep a table", "& ~format->marks", "", "fold"),
    mutant("fold.c", "more rights than the entry above grants",
           "(leaf & ~(format->granted & ~above))", "leaf", "fold"),
    mutant("fold.c", "execution that the entry above denies", " | (above & format->denied)", "", "fold"),
    mutant("pagetable.c", "a folded table keeps its page",
           "\tarena_rewind(&relay->arena, (uint64_t)((uint8_t *)done->entries - relay->arena.base));\n",
           "", "fold"),
    mutant("repair.c", "the shared sink is mended", "return is_present(repair, table[0]);",
           "return false;", "policy"),
    mutant("repair.c", "reserved memory in the crash region",
           "\n\t       !ram_hits_crash_region(&relay->ram, phys(region->first), "
           "region->last - region->first + 1)", " true", "policy"),
    mutant("repair.c", "a guest's memory for firmware's", "0 : HANDOFF_RULE_RMRR_ELSEWHERE;", "0 : 0;",
           "policy"),
    mutant("repair.c", "reserved memory for who might be meant", "device->devfn, false, &region",
           "device->devfn, true, &region", "policy"),
    mutant("rmrr.c", "another segment's reserved memory", "rmrr.segment != segment || ", "", "machines"),
    mutant("root.c", "faults are not muted", "\t\tmute(relay, unit);", "\t\t;", "policy"),
    mutant("domain_id.c", "the id of a device's sink is given away",
           "if (unit->own_sink_ids[i] == id)", "if (false)", "sink"),
    mutant("domain.c", "one domain for two PASIDs",
           "(!(wanted->flags & BY_PASID) || domain->pasid == wanted->pasid)", "true", "scalable"),
    mutant("sink.c", "the scratch page is not all ones", "memset(page, 0xff, PAGE_SIZE);",
           "memset(page, 0, PAGE_SIZE);", "pagetable", "second_level"),

    # Room
    mutant("share.c", "one device takes all the room", "share->each * share->to_come", "0",
           "pagetable"),
    mutant("share.c", "room is kept back for who has been there", "\t\tshare->to_come--;", "\t\t;",
           "pagetable"),

    # Memory, firmware, the loader
    mutant("ram.c", "RAM is what is no RAM", "entry->type != E820_RAM &&",
           "entry->type == E820_RAM &&", "ram"),
    mutant("ram.c", "low memory counts as crash region", "start < LOW_MEMORY", "false", "ram"),
    mutant("ram.c", "the crash region counts as crashed RAM",
           "!ram_hits_crash_region(ram, start, size);", "true;", "ram"),
    mutant("ram.c", "a range up to the last address overflows",
           "before->last == UINT64_MAX ||", "", "ram"),
    mutant("dmar_items.c", "a structure longer than the table",
           "head.length < sizeof(head) || head.length > left", "false", "dmar"),
    mutant("dmar.c", "the RSDP's checksum", " || sum(rsdp, ACPI_RSDP_V1_SIZE)", "", "dmar"),
    mutant("elfcore.c", "a segment that wraps", "!range_fits(segment.paddr, segment.memsz)", "false",
           "elfcore"),
    mutant("word.c", "a number that overflows", "*value > (UINT64_MAX - digit) / 10", "false",
           "params"),

    # The report
    mutant("report.c", "one entry more than there is room for",
           "section->count == section->capacity", "section->count > section->capacity", "report"),
]
