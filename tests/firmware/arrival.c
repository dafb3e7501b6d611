// SPDX-License-Identifier: GPL-2.0-only
/*
 * The negative: with the HPET in the timer's place none can come, as if a unit blocked it. (QEMU's unit
 * lets the compatibility format pass, whatever GSTS.CFIS says.)
 */
#include "arrival.h"

#include <string.h>

#include "apic.h"
#include "cpu.h"
#include "expect.h"
#include "machine.h"
#include "print.h"
#include "scene.h"
#include "wait.h"

#define MSR_APIC_BASE	0x1bu
#define  APIC_BASE_X2	(1ull << 10)
#define  APIC_BASE_MASK	0x000ffffffffff000ull
#define CPUID_X2APIC	(1u << 21)	/* leaf 1, ECX */
#define APIC_TPR	0x80u
#define APIC_EOI	0xb0u
#define APIC_SVR	0xf0u
#define  SVR_ENABLE	(1u << 8)
#define APIC_ISR	0x100u
#define APIC_IRR	0x200u
#define APIC_ICR	0x300u
#define  ICR_SELF	(1u << 18)
#define CLASS_WORD	0x70u		/* of ISR and IRR: vectors 0xe0 to 0xff */
#define  CLASS_MASK	0xffff0000u

#define IOAPIC		phys(0xfec00000)
#define PIN_TIMER	2u
#define  REMAPPABLE	(1u << 16)	/* of an entry's high doubleword */
#define  MASKED		(1u << 16)	/* of its low one */

#define HPET		phys(0xfed00000)
#define HPET_CONFIG	0x10u
#define  HPET_LEGACY	3u		/* enabled, in the timer's place */

#define TRIES		5u		/* a busy host may keep the timer for too long */
#define STALE		0xf1u		/* another of the class */

/* What has to be as before. */
struct look {
	uint32_t svr, tpr, isr, irr, entries[6];
	uint8_t pic1, pic2;
};

static uint32_t apic_read(uint32_t offset)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	return base & APIC_BASE_X2 ? (uint32_t)rdmsr(0x800 + offset / 16) :
				     machine_mmio_read32(phys(base & APIC_BASE_MASK), offset);
}

static void apic_write(uint32_t offset, uint32_t value)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if (base & APIC_BASE_X2)
		wrmsr(0x800 + offset / 16, value);
	else
		machine_mmio_write32(phys(base & APIC_BASE_MASK), offset, value);
}

static uint32_t ioapic_read(uint32_t index)
{
	machine_mmio_write32(IOAPIC, 0, index);
	return machine_mmio_read32(IOAPIC, 0x10);
}

static void ioapic_write(uint32_t index, uint32_t value)
{
	machine_mmio_write32(IOAPIC, 0, index);
	machine_mmio_write32(IOAPIC, 0x10, value);
}

static void look(struct look *at)
{
	memset(at, 0, sizeof(*at));
	at->svr = apic_read(APIC_SVR);
	at->tpr = apic_read(APIC_TPR);
	at->isr = apic_read(APIC_ISR + CLASS_WORD) & CLASS_MASK;
	at->irr = apic_read(APIC_IRR + CLASS_WORD) & CLASS_MASK;
	for (uint32_t i = 0; i < 6; i++)
		at->entries[i] = ioapic_read(0x10 + i);
	at->pic1 = inb(0x21);
	at->pic2 = inb(0xa1);
}

/* As the question leaves it, so it has to be, but for what was pending before. */
static void ask(bool expected, const char *what)
{
	struct look before, after;
	bool came = false;

	look(&before);
	before.irr = before.isr = 0;
	for (unsigned int try = 0; try < (expected ? TRIES : 1) && !came; try++)
		came = machine_interrupt_arrives();
	look(&after);
	expect(came == expected, what);
	if (!expect(!memcmp(&before, &after, sizeof(before)), "all is as it was, nothing pending"))
		print("    %s: svr 0x%x tpr 0x%x isr 0x%x irr 0x%x pin 0x%x 0x%x pic 0x%x 0x%x\n", what,
		      after.svr, after.tpr, after.isr, after.irr, after.entries[4], after.entries[5],
		      after.pic1, after.pic2);
}

static void send_self(uint32_t vector)
{
	apic_write(APIC_ICR, ICR_SELF | vector);
	expect(WAIT_FOR(apic_read(APIC_IRR + CLASS_WORD) & 1u << vector % 32),
	       "an interrupt to ourselves is pending");
}

static void ask_remapped(void)
{
	static const char name[] = "legacy-3";
	struct scene scene;

	scene_build(&scene, row_find(name, strlen(name)));
	if (!scene.remapped || !expect(iommu_on(&scene.tables), "the unit takes its tables"))
		return;
	ioapic_write(0x10 + 2 * PIN_TIMER, MASKED);
	ioapic_write(0x11 + 2 * PIN_TIMER, REMAPPABLE | 7u << 17);
	ask(true, "it arrives with interrupt remapping");
	expect(iommu_off(), "the unit goes off");
}

/* As a crashed Linux leaves it, and with a TPR that would hold the interrupt back. */
static void ask_disabled(void)
{
	uint32_t svr = apic_read(APIC_SVR), tpr = apic_read(APIC_TPR);

	apic_write(APIC_SVR, svr & ~SVR_ENABLE);
	apic_write(APIC_TPR, 0xff);
	ask(true, "it arrives at a local APIC that was off");
	apic_write(APIC_TPR, tpr);
	apic_write(APIC_SVR, svr);
}

/* By the handler that only returns (interrupt.c). */
static void take_stale(void)
{
	asm volatile("sti; nop; nop; cli" : : : "memory");
	apic_write(APIC_EOI, 0);
}

static void ask_without_timer(void)
{
	uint32_t config = machine_mmio_read32(HPET, HPET_CONFIG);

	machine_mmio_write32(HPET, HPET_CONFIG, config | HPET_LEGACY);
	ask(false, "none arrives that nobody sends");
	send_self(APIC_TEST_VECTOR);
	ask(false, "a stale one does not count");
	send_self(STALE);
	send_self(APIC_TEST_VECTOR);
	send_self(0xfa);
	expect(!machine_interrupt_arrives(), "a stale one among others does not count");
	expect((apic_read(APIC_IRR + CLASS_WORD) & CLASS_MASK) == 1u << STALE % 32 &&
	       !(apic_read(APIC_ISR + CLASS_WORD) & CLASS_MASK),
	       "what stands behind it in the class stays pending");
	take_stale();
	machine_mmio_write32(HPET, HPET_CONFIG, config);
}

static void ask_x2apic(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	expect(!machine_x2apic_stays(), "xAPIC mode is not x2APIC mode");
	if (!(cpuid(1).ecx & CPUID_X2APIC))
		return;
	wrmsr(MSR_APIC_BASE, base | APIC_BASE_X2);
	print("    in x2APIC mode\n");
	expect(machine_apic_id() == apic_read(0x20), "the id is the local APIC's");
	expect(!machine_x2apic_stays(), "nothing keeps x2APIC mode");
	ask(true, "it arrives in x2APIC mode");
}

bool arrival_run(void)
{
	held = true;
	print("arrival\n");
	expect(machine_apic_id() == apic_read(0x20) >> 24, "the id is the local APIC's");
	ask(true, "it arrives");
	ask_remapped();
	ask_disabled();
	ask_without_timer();
	ask(true, "it arrives again");
	ask_x2apic();
	print("%s arrival\n", held ? "ok" : "failed");
	return held;
}
