// SPDX-License-Identifier: GPL-2.0-only
#include "interrupt.h"

#include "apic.h"
#include "cpu.h"
#include "machine.h"
#include "wait.h"

#define VECTOR		0xe5u		/* that no firmware uses */

#define MSR_APIC_BASE	0x1bu
#define  APIC_BASE_X2	(1ull << 10)
#define  APIC_BASE_MASK	0x000ffffffffff000ull
#define APIC_EOI	0xb0
#define APIC_SVR	0xf0
#define  SVR_ENABLE	(1u << 8)

#define GATE_INTERRUPT	0x8e00ull	/* present, interrupt gate (SDM 3, 6.14.1) */
#define PAUSE_MS	50u

static volatile unsigned int arrived;
static phys_t apic;

struct interrupt_frame;

__attribute__((interrupt))
static void receive(struct interrupt_frame *frame)
{
	(void)frame;
	arrived++;
	machine_mmio_write32(apic, APIC_EOI, 0);
}

/* What the stub's own IDT does with the class of apic.c's interrupt: EOI is not the handler's. */
__attribute__((interrupt))
static void ignore(struct interrupt_frame *frame)
{
	(void)frame;
}

static uint16_t code_segment(void)
{
	uint16_t cs;

	asm volatile("mov %%cs, %0" : "=r"(cs));
	return cs;
}

static void set_gate(unsigned int vector, uint64_t handler)
{
	struct { uint16_t limit; uint64_t base; } __attribute__((packed)) idt;
	uint64_t *gate;

	asm volatile("sidt %0" : "=m"(idt));
	gate = (uint64_t *)(uintptr_t)idt.base + 2 * vector;
	gate[1] = handler >> 32;
	gate[0] = (handler & 0xffff) | (uint64_t)code_segment() << 16 | GATE_INTERRUPT << 32 |
		  (handler >> 16 & 0xffff) << 48;
}

bool interrupt_init(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if (base & APIC_BASE_X2)
		return false;
	apic = phys(base & APIC_BASE_MASK);
	set_gate(VECTOR, (uintptr_t)receive);
	for (unsigned int vector = APIC_TEST_VECTOR & 0xf0; vector <= 0xff; vector++)
		set_gate(vector, (uintptr_t)ignore);
	machine_mmio_write32(apic, APIC_SVR, machine_mmio_read32(apic, APIC_SVR) | SVR_ENABLE);
	return true;
}

/* 5.1.2.2: interrupt format 1, handle 14:0 in bits 19:5. Else the SDM's, 3, 10.11.1: to CPU 0. */
uint32_t interrupt_address(unsigned int handle, bool remapped)
{
	return 0xfee00000u | (remapped ? handle << 5 | 1u << 4 : 0);
}

uint16_t interrupt_data(bool remapped)
{
	return remapped ? 0 : VECTOR;
}

/* 9.10: fixed delivery, edge, to CPU 0; verified against the whole source id (SVT 1). */
void interrupt_entry(uint64_t *entry, uint16_t source)
{
	entry[0] = (uint64_t)VECTOR << 16 | 1;
	entry[1] = 1ull << 18 | source;
}

/* Firmware has interrupts off while we run; they may come only here. */
static bool has_arrived(void)
{
	asm volatile("sti; nop; nop; cli" : : : "memory");
	return arrived;
}

static bool arrives_soon(void)
{
	uint64_t start = machine_ticks();

	while (machine_ticks() - start < PAUSE_MS * 1000ull * machine_ticks_per_us())
		if (has_arrived())
			return true;
	return false;
}

bool interrupt_arrives(bool expected)
{
	bool result = expected ? WAIT_FOR(has_arrived()) : arrives_soon();

	arrived = 0;
	return result;
}
