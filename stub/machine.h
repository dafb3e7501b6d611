/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - the machine beneath the stub, chosen at link time
 *
 * arch/x86/machine.c is the bare metal, tests/unit/fake.c the fake. Nothing else in stub/ reaches
 * outside its own memory. A function here may take a CPU exception on bad hardware (bare metal:
 * the trap path then abandons the run), but never hangs.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

/*
 * Copy `size` bytes of physical memory at `from` to the stub's own memory. Returns false, with
 * `to` untouched, if the range wraps or lies beyond what the CPU can address. The caller has
 * vetted that it is RAM, or accepts reading firmware memory (ACPI tables).
 */
bool machine_read(phys_t from, void *to, size_t size);

/*
 * Write to memory that is not ours: only to repair an entry of a table that had to stay in place, or
 * the firmware's DMAR table. What is written is written back from the CPU cache, as for
 * machine_flush(). False as above.
 */
bool machine_write(phys_t to, const void *from, size_t size);

/*
 * A unit's registers, or (read only) PCI configuration space: uncached, aligned; `base` is the unit's
 * register base, `offset` in bytes.
 */
uint32_t machine_mmio_read32(phys_t base, uint32_t offset);
uint64_t machine_mmio_read64(phys_t base, uint32_t offset);
void machine_mmio_write32(phys_t base, uint32_t offset, uint32_t value);
void machine_mmio_write64(phys_t base, uint32_t offset, uint64_t value);

/*
 * An aligned doubleword of a function's PCI configuration space, segment 0, by the ports CF8 and CFC:
 * the first 256 bytes. All ones where no function answers.
 */
uint32_t machine_pci_read32(uint8_t bus, uint8_t devfn, uint8_t offset);

/* Write back and order: afterwards [data, data + size) of our own memory is visible to a unit
 * that does not snoop the CPU caches (ECAP.C = 0). */
void machine_flush(const void *data, size_t size);

/* Order all earlier stores before all later ones (a coherent unit needs no more). */
void machine_fence(void);

/*
 * A clock that never stops, and its rate: what the CPU says, else a guess on the high side, so that
 * no limit is shorter than promised. At least 1.
 */
uint64_t machine_ticks(void);
uint32_t machine_ticks_per_us(void);

/*
 * The rate, measured where the CPU does not say it; machine_ticks_per_us() gives it from then on.
 * Takes 2 ms and a dozen port accesses, so only when the hardware is quiet: under a storm of DMA
 * faults each access may take a tenth of a second (seen under QEMU).
 */
uint32_t machine_measure_clock(void);

/* Non-maskable interrupts that have come since the stub began; they are counted and pass by. */
uint64_t machine_nmis(void);

/*
 * This CPU's APIC id (x2APIC's, 32 bits), and whether its local APIC is in x2APIC mode and cannot leave
 * it: locked by firmware (IA32_XAPIC_DISABLE_STATUS, Intel SDM volume 4), or an id that xAPIC mode does not
 * have. A kernel without interrupt remapping has to leave x2APIC mode.
 */
uint32_t machine_apic_id(void);
bool machine_x2apic_stays(void);

/*
 * Does an interrupt in compatibility format reach this CPU? Makes the timer (PIT) raise one by the IO-APIC
 * and waits, for 250 ms at most, until the local APIC has it. The IO-APIC's entries, the local APIC and the
 * timer are afterwards as before; nothing stays pending.
 */
bool machine_interrupt_arrives(void);

/* One turn of a poll. */
void machine_relax(void);

/*
 * Open the console that dmarelay.log= names: ttyS`port` (0-3) at `baud`. False if there is no such
 * port; machine_console() then goes on writing nowhere.
 */
bool machine_console_open(unsigned int port, uint32_t baud);

/* A finished line of log text for a human who watches (the serial port, or nowhere). */
void machine_console(const char *text, size_t size);

#endif /* MACHINE_H */
