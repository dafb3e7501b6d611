/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu.h - instructions that C has no words for
 *
 * Bit names are those of the Intel SDM, volume 3 (control registers: 2.5; MSRs: volume 4).
 */
#ifndef CPU_H
#define CPU_H

#include <stdbool.h>
#include <stdint.h>

#define CR0_EM		(1ull << 2)
#define CR0_TS		(1ull << 3)
#define CR0_WP		(1ull << 16)
#define CR4_MCE		(1ull << 6)
#define CR4_PGE		(1ull << 7)
#define CR4_LA57	(1ull << 12)
#define CR4_CET		(1ull << 23)
#define CR4_PKS		(1ull << 24)
#define CR4_LASS	(1ull << 27)
#define CR4_FRED	(1ull << 32)

#define MSR_EFER	0xc0000080u
#define EFER_NXE	(1ull << 11)

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* All zeros for a leaf that the CPU does not have. */
static inline struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid r = { .eax = leaf & 0x80000000u };

	asm volatile("cpuid" : "+a"(r.eax), "=b"(r.ebx), "+c"(r.ecx), "=d"(r.edx));
	if (r.eax < leaf)
		return (struct cpuid){ 0 };
	r = (struct cpuid){ .eax = leaf };
	asm volatile("cpuid" : "+a"(r.eax), "=b"(r.ebx), "+c"(r.ecx), "=d"(r.edx));
	return r;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
		     : "memory");
}

static inline void write_cr0(uint64_t value)
{
	asm volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline void write_cr3(uint64_t value)
{
	asm volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void write_cr4(uint64_t value)
{
	asm volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline void invlpg(const void *page)
{
	asm volatile("invlpg %0" : : "m"(*(const char *)page) : "memory");
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	/* lfence: not before what precedes it. */
	asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outl(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

#endif /* CPU_H */
