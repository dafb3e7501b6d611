# SPDX-License-Identifier: GPL-2.0-only
"""The steps of the switch, each left out or out of order."""

from mutant import Mutant

WBF = "\telse if (!flush_write_buffer(relay, unit))\n\t\treason = HANDOFF_UNIT_SRTP;\n"
MOVE = "\tif (!reason) {\n\t\tmove(relay, unit);\n"
CONTEXTS = "queue_invalidate_contexts(relay, unit)"
PASIDS = "(!unit_is_scalable(unit) || queue_invalidate_pasids(relay, unit))"
IOTLB = "queue_invalidate_iotlb(relay, unit)"
IN_ORDER = f"{CONTEXTS} &&\n\t       {PASIDS} &&\n\t       {IOTLB}"
TAKE_OVER = ("\tif (queue_take_over(relay, unit))\n\t\treturn true;\n"
             "\tleave(unit, HANDOFF_UNIT_QUEUE);\n\treturn false;\n")
BEGIN = ("\t\tif (relay->units[i].work && !begin_unit(relay, &relay->units[i]))\n"
         "\t\t\trelay->units[i].stage = UNIT_DONE;\n")
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
    Mutant("switch.c", "the write buffer is flushed after SRTP", WBF + MOVE,
           MOVE + "\t\tflush_write_buffer(relay, unit);\n"),
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
    Mutant("switch.c", "the crashed kernel's queue is kept", "if (queue_take_over(relay, unit))", "if (true)"),
    Mutant("switch.c", "no matter whether the queue follows",
           TAKE_OVER, "\tqueue_take_over(relay, unit);\n\treturn true;\n"),
    Mutant("switch.c", "one unit after the other, queue and all", BEGIN,
           "\t\tif (relay->units[i].work) {\n\t\t\tif (begin_unit(relay, &relay->units[i]))\n"
           "\t\t\t\tswitch_unit(relay, &relay->units[i]);\n\t\t\trelay->units[i].stage = UNIT_DONE;\n\t\t}\n"),
    Mutant("queue.c", "the old queue is not drained", "drain(relay, unit) &&", ""),
    Mutant("queue.c", "a queue in error is waited for", "if (errors & VTD_FSTS_IQE)", "if (false)"),
    Mutant("queue.c", "an old queue's error is not cleared",
           "\tunit_write32(unit, VTD_FSTS, VTD_FSTS_IQE);\n", ""),
    Mutant("queue.c", "a queue in error does not end there",
           "\tunit_write64(unit, VTD_IQT, (head + width(unit)) % size);\n", ""),
    Mutant("queue.c", "a queue of nobody's is written to",
           "!ram_is_crashed(&relay->ram, at, width(unit))", "false"),
    Mutant("queue.c", "a head beyond the queue is written to", "head >= size ||", ""),
    Mutant("queue.c", "the old queue is not turned off",
           "&& command(relay, unit, 0, VTD_G_QIE, VTD_G_QIE, 0) &&", "&&"),
    Mutant("queue.c", "not waited for until the old queue is off",
           "&& command(relay, unit, 0, VTD_G_QIE, VTD_G_QIE, 0) &&",
           "&& command(relay, unit, 0, VTD_G_QIE, 0, 0) &&"),
    Mutant("queue.c", "IQT is not set back", "\tunit_write64(unit, VTD_IQT, tail);\n", ""),
    Mutant("queue.c", "IQA is not written", "\tunit_write64(unit, VTD_IQA, address);\n", ""),
    Mutant("queue.c", "IQA loses the descriptors' width", " | (unit->report->old_iqa & VTD_IQA_DW)", ""),
    Mutant("queue.c", "our queue is not turned on",
           "return command(relay, unit, VTD_G_QIE, 0, VTD_G_QIE, VTD_G_QIE);", "return true;"),
    Mutant("queue.c", "not waited for until our queue is on",
           "return command(relay, unit, VTD_G_QIE, 0, VTD_G_QIE, VTD_G_QIE);",
           "return command(relay, unit, VTD_G_QIE, 0, 0, 0);"),
    Mutant("queue.c", "a queue that fails to start is not taken back",
           "\tcommand(relay, unit, 0, VTD_G_QIE, VTD_G_QIE, 0);\n\tstart", "\tstart"),
    Mutant("queue.c", "the old queue is not given back",
           "\tstart(relay, unit, unit->report->old_iqa, 0);\n", ""),

    # A descriptor
    Mutant("queue.c", "descriptors are too narrow for scalable mode",
           "unit->report->old_iqa & VTD_IQA_DW ? 32 : 16", "16"),
    Mutant("queue.c", "no Wait behind a descriptor",
           "\tadd(unit, wait[0], wait[1]);\n", ""),
    Mutant("queue.c", "the Wait writes no status", "VTD_QI_WAIT_SW | ", ""),
    Mutant("queue.c", "the status of the Wait before is taken for this one's",
           "unit->waits++;", "unit->waits = 1;"),
    Mutant("queue.c", "descriptors stay in the CPU's cache",
           "\tmachine_flush(descriptor, width(unit));\n", ""),
    Mutant("queue.c", "the unit is not told of new descriptors",
           "\tunit_write64(unit, VTD_IQT, unit->tail);\n", ""),
    Mutant("queue.c", "the unit is told before the descriptors are in memory",
           "\tadd(unit, wait[0], wait[1]);\n\tunit_write64(unit, VTD_IQT, unit->tail);\n",
           "\tunit_write64(unit, VTD_IQT, unit->tail + width(unit));\n\tadd(unit, wait[0], wait[1]);\n"),
    Mutant("queue.c", "the Wait is not waited for", "while (*status != unit->waits)", "while (false)"),
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
    Mutant("switch.c", "contexts are not invalidated", CONTEXTS + " &&", ""),
    Mutant("switch.c", "PASIDs are not invalidated", PASIDS + " &&", ""),
    Mutant("switch.c", "the IOTLB is not invalidated", "&&\n\t       " + IOTLB, ""),
    Mutant("switch.c", "IOTLB before contexts", IN_ORDER, f"{IOTLB} && {CONTEXTS} && {PASIDS}"),
    Mutant("switch.c", "IOTLB before PASIDs", IN_ORDER, f"{CONTEXTS} && {IOTLB} && {PASIDS}"),
    Mutant("switch.c", "PASIDs before contexts", IN_ORDER, f"{PASIDS} && {CONTEXTS} && {IOTLB}"),
    Mutant("switch.c", "invalidated before SRTP",
           "\tunit_write64(unit, VTD_RTADDR, root);\n",
           "\tif (!invalidate_dma(relay, unit))\n\t\treturn;\n"
           "\tunit->cap |= VTD_CAP_ESRTPS;\n\tunit_write64(unit, VTD_RTADDR, root);\n"),
    Mutant("switch.c", "every unit is thought to invalidate by itself at SRTP",
           "unit->cap & VTD_CAP_ESRTPS ||", "true ||"),
    Mutant("switch.c", "ESIRTPS is taken for ESRTPS's",
           "unit->cap & VTD_CAP_ESRTPS ||", "!(unit->cap & VTD_CAP_ESRTPS) ||"),
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
           "|| invalidate_dma(relay, unit))", "|| (invalidate_dma(relay, unit), true))"),

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
           "VTD_CAP_ESIRTPS || queue_invalidate_interrupts(relay, unit))", "VTD_CAP_ESIRTPS || true)"),
    Mutant("switch.c", "interrupt entries are invalidated before SIRTP",
           "\tunit_write64(unit, VTD_IRTA, irta);\n",
           "\tqueue_invalidate_interrupts(relay, unit);\n\tunit->cap |= VTD_CAP_ESIRTPS;\n"
           "\tunit_write64(unit, VTD_IRTA, irta);\n"),
    Mutant("switch.c", "every unit is thought to invalidate by itself at SIRTP",
           "unit->cap & VTD_CAP_ESIRTPS ||", "true ||"),
    Mutant("switch.c", "interrupts move though nothing can be invalidated",
           "if (!queue_is_ours(unit)) {", "if (false) {"),
    Mutant("switch.c", "entries mended in place are not invalidated",
           "\t\tflush_interrupts(relay, unit);\n\tif (!queue_finish", "\t\t;\n\tif (!queue_finish"),

    Mutant("switch.c", "mended entries that may be cached are told to be in place, no more",
           "\t\tunit->report->ir_reason = HANDOFF_UNIT_INVALIDATE;\n}",
           "\t\tunit->report->ir_reason = unit->ir_left;\n}"),
    Mutant("relay.c", "interrupts that are not complete are told to be",
           "return (enum handoff_reason)unit->ir_reason;", "any = true;"),

    # The end
    Mutant("switch.c", "no last Wait", "!queue_finish(relay, unit) &&", "false &&"),
    Mutant("switch.c", "no last Wait in a unit that is left", "\t\tqueue_finish(relay, unit);\n\t}\n}\n\n/* False",
           "\t}\n}\n\n/* False"),
    Mutant("relay.c", "not sealed before the switch",
           "\tend_phase(relay, HANDOFF_PHASE_SEAL);\n"
           "\tseal(relay, HANDOFF_SWITCHED, HANDOFF_NO_UNIT_SWITCHED);\n",
           "\tend_phase(relay, HANDOFF_PHASE_SEAL);\n", ("relay", "report")),
    Mutant("relay.c", "not sealed after the switch", "\tswitch_all(&the_relay);\n\trelay_conclude();\n",
           "\tswitch_all(&the_relay);\n"),

    # Commands, and units that do not answer
    Mutant("command.c", "one-shots are sent again", "& VTD_G_PERSISTENT;", ";"),
    Mutant("command.c", "a command forgets what is on",
           "unit_read32(unit, VTD_GSTS) & VTD_G_PERSISTENT;", "0;"),
    Mutant("command.c", "a poll without end",
           "\t\treturn false;\n\tif (*deadline == NOT_BEGUN)", "\t\treturn true;\n\tif (*deadline == NOT_BEGUN)"),
    Mutant("command.c", "a poll that gives up at once", "\treturn true;\n}\n\nbool command_settle(",
           "\treturn false;\n}\n\nbool command_settle("),
    Mutant("command.c", "time is up without a last look", "\treturn true;\n}\n\nbool command_settle(",
           "\treturn *deadline != LAST_LOOK;\n}\n\nbool command_settle("),
    Mutant("switch.c", "another unit, though time is up (first pass)",
           "\tif (budget_exhausted(&relay->budget)) {\n\t\tleave(unit, HANDOFF_BUDGET);\n"
           "\t\treturn false;\n\t}\n", "", ("switch", "relay")),
    Mutant("switch.c", "another unit, though time is up (second pass)",
           "\tif (budget_exhausted(&relay->budget))\n\t\treason = HANDOFF_BUDGET;\n", "\tif (false)\n\t\t;\n",
           ("switch", "relay")),

    # Cut short by an exception
    Mutant("relay.c", "what was cut is not gone on with", "\tswitch_resume(&the_relay);\n", "", ("cut",)),
    Mutant("relay.c", "units have no work before they are begun", "\tswitch_begin(&the_relay);\n\tswitch_resume",
           "\tswitch_resume", ("cut",)),
    Mutant("relay.c", "a switch that is not complete is told to be",
           "return (enum handoff_reason)unit->dma_reason;", "any = true;", ("cut",)),
    Mutant("relay.c", "nobody tells that an exception left a unit", "left = HANDOFF_EXCEPTION;", ";", ("cut",)),
    Mutant("switch.c", "a moved unit is not completed", "\t\tmove(relay, unit);\n\t\treturn;\n", "\t\treturn;\n",
           ("cut",)),
    Mutant("switch.c", "a unit that is not moved is moved", "\tif (moved) {", "\tif (true) {", ("cut",)),
    Mutant("switch.c", "a command that was cut is not waited for", "\tcommand_settle(relay, unit);\n", "", ("cut",)),
    Mutant("switch.c", "DMA's row says switched before it may be",
           "\treport->dma_reason = HANDOFF_UNIT_INVALIDATE;\n\tif", "\treport->dma_reason = HANDOFF_OK;\n\tif",
           ("cut",)),
    Mutant("switch.c", "the interrupts' row says switched before it may be",
           "\treport->ir_reason = HANDOFF_UNIT_INVALIDATE;\n\tif", "\treport->ir_reason = HANDOFF_OK;\n\tif",
           ("cut",)),
    Mutant("switch.c", "DMA's row says so when the pointer is written already",
           "\treport->flags |= HANDOFF_UNIT_DMA_SWITCHED;\n\tunit_write64(unit, VTD_RTADDR, root);\n",
           "\tunit_write64(unit, VTD_RTADDR, root);\n\treport->flags |= HANDOFF_UNIT_DMA_SWITCHED;\n", ("cut",)),
    Mutant("switch.c", "the interrupts' row says so when the pointer is written already",
           "\treport->flags |= HANDOFF_UNIT_IR_SWITCHED;\n\tunit_write64(unit, VTD_IRTA, irta);\n",
           "\tunit_write64(unit, VTD_IRTA, irta);\n\treport->flags |= HANDOFF_UNIT_IR_SWITCHED;\n", ("cut",)),
    Mutant("switch.c", "a row says switched of a pointer that was not written",
           "unit_read64(unit, VTD_RTADDR) != report->new_root", "false", ("cut",)),
    Mutant("switch.c", "mended interrupt entries of a unit that is left stay cached",
           "\t\tflush_interrupts(relay, unit);\n\tqueue_finish", "\t\t;\n\tqueue_finish", ("cut",)),
    Mutant("switch.c", "a cut unit's queue does not end in a Wait", "\tqueue_finish(relay, unit);\n}\n\nvoid",
           "}\n\nvoid", ("cut",)),
    Mutant("queue.c", "a queue that was turned off stays off",
           "\tif (!(unit_read32(unit, VTD_GSTS) & VTD_G_QIE))\n\t\treturn start_ours(relay, unit);\n", "", ("cut",)),
    Mutant("queue.c", "the crashed kernel's queue is taken for ours",
           "return unit_read64(unit, VTD_IQA) == our_iqa(relay, unit);", "return true;", ("cut",)),

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
