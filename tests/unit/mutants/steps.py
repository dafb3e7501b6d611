# SPDX-License-Identifier: GPL-2.0-only
"""The steps of the switch, each left out or out of order."""

from mutant import Mutant

WBF = ("\tif (!flush_write_buffer(relay, unit)) {\n"
       "\t\tleave_with_queue(relay, unit, HANDOFF_UNIT_SRTP);\n\t\treturn;\n\t}\n")
DMA = "\tif (unit_dma_active(unit))\n\t\tswitch_dma(relay, unit);\n"
CONTEXTS = "!queue_invalidate_contexts(relay, unit)"
PASIDS = "(unit_is_scalable(unit) && !queue_invalidate_pasids(relay, unit))"
IOTLB = "!queue_invalidate_iotlb(relay, unit)"
IN_ORDER = f"{CONTEXTS} ||\n\t    {PASIDS} ||\n\t    {IOTLB}"
TAKE_OVER = "\t\tif (!queue_take_over(relay, unit))\n\t\t\tleave(unit, HANDOFF_UNIT_QUEUE);\n"
FLUSH = ("\tmachine_flush(relay->arena.base + relay->report.tables, "
         "relay->arena.used - relay->report.tables);\n")
COPY = "\tif (!copy_interrupts(relay) || !copy_devices(relay))\n\t\treturn HANDOFF_BUDGET;\n"

MUTANTS = [
    # Tables in memory
    Mutant("copy.c", "the copies stay in the CPU's cache", FLUSH, ""),
    Mutant("copy.c", "flushed before the devices are copied", COPY, FLUSH + COPY.replace(
        "!copy_interrupts(relay) ||", "!copy_interrupts(relay) || (relay->arena.size = 0) ||")),
    Mutant("mend.c", "entries in place are not mended", "if (record->in_place)", "if (false)",
           ("steps", "pagetable")),
    Mutant("relay.c", "mended after the switch",
           "\tmend_in_place(&the_relay);\n\tswitch_all(&the_relay);\n",
           "\tswitch_all(&the_relay);\n\tmend_in_place(&the_relay);\n", ("steps", "pagetable")),
    Mutant("switch.c", "the write buffer is not flushed", WBF, ""),
    Mutant("switch.c", "the write buffer is flushed after SRTP", WBF + DMA, DMA + WBF),
    Mutant("switch.c", "a write buffer that stays full is not minded",
           "command(relay, unit, VTD_G_WBF, 0, VTD_G_WBF, 0)",
           "(command(relay, unit, VTD_G_WBF, 0, VTD_G_WBF, 0), true)"),
    Mutant("switch.c", "the write buffer is not waited for",
           "command(relay, unit, VTD_G_WBF, 0, VTD_G_WBF, 0)",
           "command(relay, unit, VTD_G_WBF, 0, 0, 0)"),

    # What was there before
    Mutant("switch.c", "the fault interrupt is not masked",
           "\tunit_write32(unit, VTD_FECTL, unit_read32(unit, VTD_FECTL) | VTD_FECTL_IM);\n", ""),
    Mutant("switch.c", "old fault records are not cleared",
           "unit_write64(unit, high, VTD_FRCD_HIGH_F);", ";"),
    Mutant("switch.c", "old fault status is not cleared",
           "\tunit_write32(unit, VTD_FSTS, VTD_FSTS_CLEAR);\n", ""),

    # Our queue
    Mutant("switch.c", "the crashed kernel's queue is kept", "!queue_take_over(relay, unit)", "false"),
    Mutant("switch.c", "no matter whether the queue follows",
           "\t\tif (!queue_take_over(relay, unit))\n\t\t\tleave(unit, HANDOFF_UNIT_QUEUE);\n",
           "\t\tqueue_take_over(relay, unit);\n"),
    Mutant("switch.c", "one unit after the other, queue and all", TAKE_OVER,
           TAKE_OVER + "\t\telse\n\t\t\tswitch_unit(relay, unit);\n"),
    Mutant("queue.c", "the old queue is not drained", "!drain(relay, unit) ||", ""),
    Mutant("queue.c", "a queue in error is waited for", "if (errors & VTD_FSTS_IQE)", "if (false)"),
    Mutant("queue.c", "an old queue's error is not cleared",
           "\tunit_write32(unit, VTD_FSTS, VTD_FSTS_IQE);\n", ""),
    Mutant("queue.c", "a queue in error does not end there",
           "\tunit_write64(unit, VTD_IQT, (head + width(unit)) % size);\n", ""),
    Mutant("queue.c", "a queue of nobody's is written to",
           "!ram_is_crashed(&relay->ram, at, width(unit))", "false"),
    Mutant("queue.c", "a head beyond the queue is written to", "head >= size ||", ""),
    Mutant("queue.c", "the old queue is not turned off",
           "|| !command(relay, unit, 0, VTD_G_QIE, VTD_G_QIE, 0))", ")"),
    Mutant("queue.c", "not waited for until the old queue is off",
           "|| !command(relay, unit, 0, VTD_G_QIE, VTD_G_QIE, 0))",
           "|| !command(relay, unit, 0, VTD_G_QIE, 0, 0))"),
    Mutant("queue.c", "IQT is not set back", "\tunit_write64(unit, VTD_IQT, tail);\n", ""),
    Mutant("queue.c", "IQA is not written", "\tunit_write64(unit, VTD_IQA, address);\n", ""),
    Mutant("queue.c", "IQA loses the descriptors' width", " | (old->old_iqa & VTD_IQA_DW)", ""),
    Mutant("queue.c", "our queue is not turned on",
           "return command(relay, unit, VTD_G_QIE, 0, VTD_G_QIE, VTD_G_QIE);", "return true;"),
    Mutant("queue.c", "not waited for until our queue is on",
           "return command(relay, unit, VTD_G_QIE, 0, VTD_G_QIE, VTD_G_QIE);",
           "return command(relay, unit, VTD_G_QIE, 0, 0, 0);"),
    Mutant("queue.c", "a queue that fails to start is not taken back",
           "\tcommand(relay, unit, 0, VTD_G_QIE, VTD_G_QIE, 0);\n\tstart", "\tstart"),
    Mutant("queue.c", "the old queue is not given back",
           "\tstart(relay, unit, old->old_iqa, 0);\n", ""),

    # A descriptor
    Mutant("queue.c", "descriptors are too narrow for scalable mode",
           "unit->report->old_iqa & VTD_IQA_DW ? 32 : 16", "16"),
    Mutant("queue.c", "no Wait behind a descriptor",
           "\tadd(unit, wait[0], wait[1]);\n", ""),
    Mutant("queue.c", "the Wait writes no status", "VTD_QI_WAIT_SW | ", ""),
    Mutant("queue.c", "the status of the Wait before is taken for this one's",
           "\t*status = STATUS_PENDING;\n", ""),
    Mutant("queue.c", "descriptors stay in the CPU's cache",
           "\tmachine_flush(unit->queue, unit->tail);\n", ""),
    Mutant("queue.c", "the status stays in the CPU's cache",
           "\tmachine_flush(unit->status, sizeof(*unit->status));\n", ""),
    Mutant("queue.c", "the unit is not told of new descriptors",
           "\tunit_write64(unit, VTD_IQT, unit->tail);\n", ""),
    Mutant("queue.c", "the unit is told before the descriptors are in memory",
           "\tmachine_flush(unit->queue, unit->tail);\n"
           "\tmachine_flush(unit->status, sizeof(*unit->status));\n"
           "\tunit_write64(unit, VTD_IQT, unit->tail);\n",
           "\tunit_write64(unit, VTD_IQT, unit->tail);\n"
           "\tmachine_flush(unit->queue, unit->tail);\n"
           "\tmachine_flush(unit->status, sizeof(*unit->status));\n"),
    Mutant("queue.c", "the Wait is not waited for", "while (*status != STATUS_DONE)", "while (false)"),
    Mutant("queue.c", "an error of the queue is waited out",
           "unit_read32(unit, VTD_FSTS) & VTD_FSTS_IQE ||", "!unit_read32(unit, VTD_VER) ||"),

    # The root table
    Mutant("switch.c", "RTADDR is not written", "\tunit_write64(unit, VTD_RTADDR, root);\n", ""),
    Mutant("switch.c", "RTADDR loses its mode", " | (report->old_root & ~VTD_RTADDR_ADDRESS)", ""),
    Mutant("switch.c", "SRTP is left out",
           "!command(relay, unit, VTD_G_SRTP, 0, VTD_G_SRTP, VTD_G_SRTP)", "false"),
    Mutant("switch.c", "SRTP is not waited for",
           "!command(relay, unit, VTD_G_SRTP, 0, VTD_G_SRTP, VTD_G_SRTP)",
           "!command(relay, unit, VTD_G_SRTP, 0, 0, 0)"),
    Mutant("switch.c", "SRTP before RTADDR",
           "\tunit_write64(unit, VTD_RTADDR, root);\n"
           "\tif (!command(relay, unit, VTD_G_SRTP, 0, VTD_G_SRTP, VTD_G_SRTP)) {",
           "\tbool done = command(relay, unit, VTD_G_SRTP, 0, VTD_G_SRTP, VTD_G_SRTP);\n"
           "\tunit_write64(unit, VTD_RTADDR, root);\n\tif (!done) {"),
    Mutant("switch.c", "RTADDR is not put back",
           "unit_write64(unit, VTD_RTADDR, report->old_root);", ""),
    Mutant("switch.c", "contexts are not invalidated", CONTEXTS + " ||", ""),
    Mutant("switch.c", "PASIDs are not invalidated", PASIDS + " ||", ""),
    Mutant("switch.c", "the IOTLB is not invalidated", "||\n\t    " + IOTLB, ""),
    Mutant("switch.c", "IOTLB before contexts", IN_ORDER, f"{IOTLB} || {CONTEXTS} || {PASIDS}"),
    Mutant("switch.c", "IOTLB before PASIDs", IN_ORDER, f"{CONTEXTS} || {IOTLB} || {PASIDS}"),
    Mutant("switch.c", "PASIDs before contexts", IN_ORDER, f"{PASIDS} || {CONTEXTS} || {IOTLB}"),
    Mutant("switch.c", "invalidated before SRTP",
           "\tunit_write64(unit, VTD_RTADDR, root);\n",
           f"\tif ({IN_ORDER})\n\t\treturn;\n"
           "\tunit->cap |= VTD_CAP_ESRTPS;\n\tunit_write64(unit, VTD_RTADDR, root);\n"),
    Mutant("switch.c", "every unit is thought to invalidate by itself at SRTP",
           "if (unit->cap & VTD_CAP_ESRTPS)", "if (true)"),
    Mutant("switch.c", "ESIRTPS is taken for ESRTPS's",
           "if (unit->cap & VTD_CAP_ESRTPS)", "if (!(unit->cap & VTD_CAP_ESRTPS))"),
    Mutant("queue.c", "contexts: not asked by register",
           "\tunit_write64(unit, VTD_CCMD, VTD_CCMD_ICC | VTD_CCMD_GLOBAL);\n", ""),
    Mutant("queue.c", "contexts: the register is not waited for",
           "return command_wait_clear(relay, unit, VTD_CCMD, VTD_CCMD_ICC);", "return true;"),
    Mutant("queue.c", "IOTLB: not asked by register",
           "\tunit_write64(unit, iotlb, VTD_IOTLB_IVT | VTD_IOTLB_GLOBAL | (writes ? VTD_IOTLB_DW : 0) |\n"
           "\t\t\t\t  (reads ? VTD_IOTLB_DR : 0));\n", ""),
    Mutant("queue.c", "IOTLB: the register is not waited for",
           "return command_wait_clear(relay, unit, iotlb, VTD_IOTLB_IVT);", "return true;"),
    Mutant("queue.c", "registers while the queue is on (contexts)",
           "\tif (queue_is_ours(unit))\n\t\treturn queued(relay, unit, VTD_QI_CONTEXT_GLOBAL);\n", ""),
    Mutant("queue.c", "writes are not drained (queue)", "(writes ? VTD_QI_IOTLB_DW : 0)", "0"),
    Mutant("queue.c", "reads are not drained (queue)", "(reads ? VTD_QI_IOTLB_DR : 0)", "0"),
    Mutant("queue.c", "writes are not drained (register)", "(writes ? VTD_IOTLB_DW : 0)", "0"),
    Mutant("queue.c", "reads are not drained (register)", "(reads ? VTD_IOTLB_DR : 0)", "0"),
    Mutant("switch.c", "an invalidation that fails is not told",
           "\t\treport->dma_reason = HANDOFF_UNIT_INVALIDATE;\n}", "\t\t;\n}"),

    # The interrupt table
    Mutant("switch.c", "IRTA is not written", "\tunit_write64(unit, VTD_IRTA, irta);\n", ""),
    Mutant("switch.c", "IRTA loses its size and mode", " | (report->old_irta & ~VTD_IRTA_ADDRESS)", ""),
    Mutant("switch.c", "SIRTP is left out",
           "!command(relay, unit, VTD_G_SIRTP, 0, VTD_G_SIRTP, VTD_G_SIRTP)", "false"),
    Mutant("switch.c", "SIRTP is not waited for",
           "!command(relay, unit, VTD_G_SIRTP, 0, VTD_G_SIRTP, VTD_G_SIRTP)",
           "!command(relay, unit, VTD_G_SIRTP, 0, 0, 0)"),
    Mutant("switch.c", "IRTA is not put back",
           "unit_write64(unit, VTD_IRTA, report->old_irta);", ""),
    Mutant("switch.c", "interrupt entries are not invalidated",
           "&& !queue_invalidate_interrupts(relay, unit))", "&& false)"),
    Mutant("switch.c", "interrupt entries are invalidated before SIRTP",
           "\tunit_write64(unit, VTD_IRTA, irta);\n",
           "\tqueue_invalidate_interrupts(relay, unit);\n\tunit->cap |= VTD_CAP_ESIRTPS;\n"
           "\tunit_write64(unit, VTD_IRTA, irta);\n"),
    Mutant("switch.c", "every unit is thought to invalidate by itself at SIRTP",
           "!(unit->cap & VTD_CAP_ESIRTPS) &&", "false &&"),
    Mutant("switch.c", "interrupts move though nothing can be invalidated",
           "if (!queue_is_ours(unit)) {", "if (false) {"),
    Mutant("switch.c", "entries mended in place are not invalidated",
           "\t\tqueue_invalidate_interrupts(relay, unit);\t/* entries mended in place */", "\t\t;"),

    # The end
    Mutant("switch.c", "no last Wait", "!queue_finish(relay, unit) &&", "false &&"),
    Mutant("switch.c", "no last Wait in a unit that is left", "\tqueue_finish(relay, unit);\n", ""),
    Mutant("relay.c", "not sealed before the switch",
           "\tend_phase(relay, HANDOFF_PHASE_SEAL);\n\tseal(relay, HANDOFF_SWITCHED, HANDOFF_OK);\n",
           "\tend_phase(relay, HANDOFF_PHASE_SEAL);\n", ("relay", "report")),
    Mutant("relay.c", "not sealed after the switch", "\tswitch_all(&the_relay);\n\trelay_conclude();\n",
           "\tswitch_all(&the_relay);\n"),

    # Commands, and units that do not answer
    Mutant("command.c", "one-shots are sent again", "& VTD_G_PERSISTENT;", ";"),
    Mutant("command.c", "a command forgets what is on",
           "unit_read32(unit, VTD_GSTS) & VTD_G_PERSISTENT;", "0;"),
    Mutant("command.c", "a poll without end",
           "\t\treturn false;\n\tif (*deadline == NOT_BEGUN)", "\t\treturn true;\n\tif (*deadline == NOT_BEGUN)"),
    Mutant("command.c", "a poll that gives up at once", "\treturn true;\n}\n\nbool command(",
           "\treturn false;\n}\n\nbool command("),
    Mutant("command.c", "time is up without a last look", "\treturn true;\n}\n\nbool command(",
           "\treturn *deadline != LAST_LOOK;\n}\n\nbool command("),
    Mutant("switch.c", "another unit, though time is up (first pass)",
           "\t\tif (budget_exhausted(&relay->budget)) {\n\t\t\tleave(unit, HANDOFF_BUDGET);\n"
           "\t\t\tcontinue;\n\t\t}\n", "", ("switch", "relay")),
    Mutant("switch.c", "another unit, though time is up (second pass)",
           "\t\tif (budget_exhausted(&relay->budget))\n\t\t\tleave_with_queue(relay, unit, HANDOFF_BUDGET);\n"
           "\t\telse\n\t\t\tswitch_unit(relay, unit);\n", "\t\tswitch_unit(relay, unit);\n",
           ("switch", "relay")),

    # Which units
    Mutant("unit.c", "protected memory does not matter", "return HANDOFF_UNIT_PMR;",
           "return HANDOFF_OK;", ("unit",)),
    Mutant("unit.c", "scalable mode without a queue",
           "return unit->report->flags & HANDOFF_UNIT_QI ? HANDOFF_OK : HANDOFF_UNIT_QUEUE;",
           "return HANDOFF_OK;", ("steps", "switch", "unit", "scalable")),
    Mutant("unit.c", "a reserved table mode does not matter", "return HANDOFF_UNIT_MODE;",
           "return HANDOFF_OK;", ("unit",)),
    Mutant("unit.c", "a dead unit is driven", "reason = HANDOFF_UNIT_DEAD;", "reason = HANDOFF_OK;",
           ("unit",)),
]
