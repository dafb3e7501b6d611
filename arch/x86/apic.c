// SPDX-License-Identifier: GPL-2.0-only
/*
 * apic.c - who this CPU is to interrupts, and whether one reaches it
 *
 * Whether a compatibility-format interrupt passes is up to each remapping unit, its lock bits, and what
 * virtual machines make of them: so one is sent. The timer (Intel 8254, channel 0) raises it at the
 * IO-APIC, and the local APIC's IRR tells that it came, whatever the CPU makes of it.
 *
 * All is put back but the timer, which cannot be read back: it is left in mode 0 without a count, its
 * output low, and so silent. Linux programs it before each use. The test sees nothing, and says so, where
 * the 8254 does not tick: its clock is gated, or the HPET has taken its place (its LEG_RT_CNF).
 */
#include "apic.h"

#include "cpu.h"
#include "machine.h"

#define CPUID_1_EDX_MSR		(1u << 5)
#define CPUID_1_EDX_APIC	(1u << 9)	/* present, and not off in IA32_APIC_BASE: SDM 3, 10.4.3 */
#define CPUID_7_EDX_ARCH_CAP	(1u << 29)

#define MSR_APIC_BASE		0x1bu
#define  APIC_BASE_X2		(1ull << 10)
#define  APIC_BASE_ADDRESS	0x000ffffffffff000ull
#define MSR_ARCH_CAPABILITIES	0x10au
#define  ARCH_CAP_XAPIC_DISABLE	(1ull << 21)
#define MSR_XAPIC_DISABLE	0xbdu
#define  XAPIC_DISABLE_LOCKED	(1ull << 0)
#define MSR_X2APIC		0x800u

/* SDM 3, table 10-1 */
#define APIC_TPR		0x80u
#define APIC_EOI		0xb0u
#define APIC_SVR		0xf0u
#define  SVR_ENABLE_FF		0x1ffu		/* bit 8: enabled; 7:0: spurious vector */
#define APIC_ISR		0x100u
#define APIC_IRR		0x200u
#define APIC_BROADCAST		0xffu		/* xAPIC's; greater ids do not fit a message either */

#define TEST_WORD		(APIC_TEST_VECTOR / 32 * 0x10)
#define TEST_BIT		(1u << APIC_TEST_VECTOR % 32)
#define TPR_CLASS_14		0xe0u		/* SDM 3, 10.8.3.1: only class 15 passes */

/* Intel 82093AA, 3.0 */
#define IOAPIC_BASE		0xfec00000ull
#define IOAPIC_SELECT		0x00u
#define IOAPIC_WINDOW		0x10u
#define IOAPIC_VERSION		0x01u
#define IOAPIC_ENTRY(pin)	(0x10u + 2 * (pin))
#define  ENTRY_MASKED		(1u << 16)
#define  ENTRY_DESTINATION	24		/* of the high doubleword */

/* The timer's pin as ACPI mostly has it, and as ISA has it. Pin 1, the keyboard's, is left alone. */
#define LAST_PIN		2u
#define PIN_STEP		2u

#define PIT_CHANNEL0		0x40
#define PIT_COMMAND		0x43
#define  PIT_ONE_SHOT		0x30		/* channel 0, low byte then high byte, mode 0 */
#define PIT_COUNT		1193u		/* 1 ms */
#define PIC1_MASK		0x21
#define PIC2_MASK		0xa1

#define WAIT_US			250000u		/* of 1 ms: a hypervisor may let CPU or timer wait */
#define DRAIN_TURNS		64u		/* of 16 vectors, each may have an interrupt in service once */

struct saved {
	uint32_t svr, tpr;
	uint32_t low[LAST_PIN + 1], high[LAST_PIN + 1];
	uint8_t pic1, pic2;
};

/* IA32_APIC_BASE, or 0 without a local APIC. */
static uint64_t apic_base(void)
{
	uint32_t features = cpuid(1).edx;

	return features & CPUID_1_EDX_MSR && features & CPUID_1_EDX_APIC ? rdmsr(MSR_APIC_BASE) : 0;
}

/* Subleaf 0 of either leaf; EDX is the same in all (SDM 2A, CPUID). */
uint32_t machine_apic_id(void)
{
	struct cpuid topology = cpuid(0x1f);

	if (!topology.ebx)
		topology = cpuid(0xb);
	return topology.ebx ? topology.edx : cpuid(1).ebx >> 24;
}

bool machine_x2apic_stays(void)
{
	if (!(apic_base() & APIC_BASE_X2))
		return false;
	if (machine_apic_id() >= APIC_BROADCAST)
		return true;
	return cpuid(7).edx & CPUID_7_EDX_ARCH_CAP &&
	       rdmsr(MSR_ARCH_CAPABILITIES) & ARCH_CAP_XAPIC_DISABLE &&
	       rdmsr(MSR_XAPIC_DISABLE) & XAPIC_DISABLE_LOCKED;
}

/* apic_base() has been asked. x2APIC's registers are MSRs, in the same order (SDM 3, 10.12.1.2). */
static uint32_t apic_read(uint32_t offset)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if (base & APIC_BASE_X2)
		return (uint32_t)rdmsr(MSR_X2APIC + offset / 0x10);
	return machine_mmio_read32(phys(base & APIC_BASE_ADDRESS), offset);
}

static void apic_write(uint32_t offset, uint32_t value)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if (base & APIC_BASE_X2)
		wrmsr(MSR_X2APIC + offset / 0x10, value);
	else
		machine_mmio_write32(phys(base & APIC_BASE_ADDRESS), offset, value);
}

static uint32_t ioapic_read(uint32_t index)
{
	machine_mmio_write32(phys(IOAPIC_BASE), IOAPIC_SELECT, index);
	return machine_mmio_read32(phys(IOAPIC_BASE), IOAPIC_WINDOW);
}

static void ioapic_write(uint32_t index, uint32_t value)
{
	machine_mmio_write32(phys(IOAPIC_BASE), IOAPIC_SELECT, index);
	machine_mmio_write32(phys(IOAPIC_BASE), IOAPIC_WINDOW, value);
}

/* Masked meanwhile, so that no interrupt goes by half an entry. */
static void ioapic_set(uint32_t pin, uint32_t low, uint32_t high)
{
	ioapic_write(IOAPIC_ENTRY(pin), ENTRY_MASKED);
	ioapic_write(IOAPIC_ENTRY(pin) + 1, high);
	ioapic_write(IOAPIC_ENTRY(pin), low);
}

/* All ones where there is none. */
static bool has_ioapic(void)
{
	uint32_t version = ioapic_read(IOAPIC_VERSION);

	return version != UINT32_MAX && (version >> 16 & 0xff) >= LAST_PIN;
}

static bool is_pending(void)
{
	return apic_read(APIC_IRR + TEST_WORD) & TEST_BIT;
}

/*
 * Let the CPU take what is pending until ours is not. Without EOI, nothing else of the class follows
 * (SDM 3, 10.8.4), so each turn takes one at most, and it shows in the ISR: a spurious one, which wants no
 * EOI, does not. If the crashed kernel has left one of the class in service, ours has to stay pending behind
 * it: what Linux finds so it ends when it sets up the local APIC.
 */
static void drain(void)
{
	for (unsigned int turn = 0; turn < DRAIN_TURNS && is_pending(); turn++) {
		uint32_t before = apic_read(APIC_ISR + TEST_WORD);

		asm volatile("sti; nop; nop; cli" : : : "memory");
		if (apic_read(APIC_ISR + TEST_WORD) & ~before)
			apic_write(APIC_EOI, 0);
	}
}

/* The crashed kernel may have turned the local APIC off: its LVT entries stay masked then (SDM 3, 10.4.7.2). */
static void save_and_open(struct saved *saved)
{
	saved->pic1 = inb(PIC1_MASK);
	saved->pic2 = inb(PIC2_MASK);
	outb(PIC1_MASK, 0xff);
	outb(PIC2_MASK, 0xff);
	saved->tpr = apic_read(APIC_TPR);
	saved->svr = apic_read(APIC_SVR);
	apic_write(APIC_TPR, TPR_CLASS_14);
	apic_write(APIC_SVR, saved->svr | SVR_ENABLE_FF);
	for (uint32_t pin = 0; pin <= LAST_PIN; pin += PIN_STEP) {
		saved->low[pin] = ioapic_read(IOAPIC_ENTRY(pin));
		saved->high[pin] = ioapic_read(IOAPIC_ENTRY(pin) + 1);
	}
}

static void restore(const struct saved *saved)
{
	for (uint32_t pin = 0; pin <= LAST_PIN; pin += PIN_STEP)
		ioapic_set(pin, saved->low[pin], saved->high[pin]);
	apic_write(APIC_SVR, saved->svr);
	apic_write(APIC_TPR, saved->tpr);
	outb(PIC1_MASK, saved->pic1);
	outb(PIC2_MASK, saved->pic2);
}

/* Both pins: edge, high, fixed, physical; bit 48 clear: compatibility format (VT-d 5.1.2.1). */
static void set_pins(uint32_t low)
{
	for (uint32_t pin = 0; pin <= LAST_PIN; pin += PIN_STEP)
		ioapic_set(pin, low, machine_apic_id() << ENTRY_DESTINATION);
}

/* The command takes the timer's output low, the end of the count takes it high: an edge (8254, mode 0). */
static void start_timer(void)
{
	outb(PIT_COMMAND, PIT_ONE_SHOT);
	outb(PIT_CHANNEL0, PIT_COUNT & 0xff);
	outb(PIT_CHANNEL0, PIT_COUNT >> 8);
}

/* The clock is read before the IRR: a CPU that was stopped in between (a virtual one) looks once more. */
static bool comes_in_time(void)
{
	uint64_t start = machine_ticks(), limit = (uint64_t)WAIT_US * machine_ticks_per_us();
	bool late, came;

	do {
		machine_relax();
		late = machine_ticks() - start > limit;
		came = is_pending();
	} while (!came && !late);
	return came;
}

bool machine_interrupt_arrives(void)
{
	struct saved saved;
	bool came = false;

	if (!apic_base() || machine_apic_id() >= APIC_BROADCAST || !has_ioapic())
		return false;
	save_and_open(&saved);
	drain();
	if (!is_pending()) {
		set_pins(APIC_TEST_VECTOR);
		start_timer();
		came = comes_in_time();
		outb(PIT_COMMAND, PIT_ONE_SHOT);
		set_pins(ENTRY_MASKED | APIC_TEST_VECTOR);
		drain();
	}
	restore(&saved);
	return came;
}
