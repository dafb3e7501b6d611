// SPDX-License-Identifier: GPL-2.0-only
/*
 * testhook.c - forced exceptions, in the test image only
 *
 *	dmarelay.test=FAULT[-PLACE][,FAULT[-PLACE]...]
 *
 * Two of them make an exception in the handling of another: `db,pf-abandon`. Faults and places are
 * listed below; without a place, it is before relay_prepare().
 */
#include "testhook.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define OPTION	"dmarelay.test="

static void divide(void)
{
	asm volatile("div %0" : : "r"(0u), "a"(1u), "d"(0u));
}

static void protection(void)
{
	/* A selector beyond the GDT. */
	asm volatile("mov %0, %%es" : : "r"(0xfff8u));
}

static void page_fault(void)
{
	*(volatile uint64_t *)(uintptr_t)0x123456789000ull = 0;
}

/* A write to our own text: W^X must hold. */
static void text_write(void)
{
	asm volatile("movb $0xc3, entry64(%%rip)" : : : "memory");
}

static _Noreturn void null_stack(void)
{
	asm volatile("xor %%esp, %%esp; push %%rax" : : : "memory");
	__builtin_unreachable();
}

static _Noreturn void bad_stack(void)
{
	asm volatile("mov %0, %%rsp; push %%rax" : : "r"(0x8000000000000000ull) : "memory");
	__builtin_unreachable();
}

/*
 * In the midst of it: a breakpoint on the first page table that is copied, or behind the new root
 * pointer and before any invalidation. It stays armed until TEST_RESUME, or until the kernel boots.
 */
static void breakpoint(enum test_place place)
{
	extern const char pagetable_copy[], queue_invalidate_contexts[];
	const char *at = place == TEST_PREPARE ? pagetable_copy : queue_invalidate_contexts;

	asm volatile("mov %0, %%dr0; mov %1, %%dr7" : : "r"(at), "r"(1ul));
}

/* True if the word at `at` is `word`, and sets `at` behind it. */
static int take(const char **at, const char *word)
{
	size_t i = 0;

	while (word[i] && (*at)[i] == word[i])
		i++;
	if (word[i])
		return 0;
	*at += i;
	return 1;
}

static enum test_place take_place(const char **at)
{
	if (take(at, "-sealed"))
		return TEST_SEALED;
	if (take(at, "-abandon"))
		return TEST_ABANDON;
	if (take(at, "-survey"))
		return TEST_SURVEY;
	if (take(at, "-unguarded"))
		return TEST_UNGUARDED;
	if (take(at, "-committed"))
		return TEST_COMMITTED;
	if (take(at, "-commit"))
		return TEST_COMMIT;
	if (take(at, "-resume"))
		return TEST_RESUME;
	if (take(at, "-leaving"))
		return TEST_LEAVING;
	return TEST_PREPARE;
}

static void one(const char **at, enum test_place place)
{
	static const char names[][12] = { "ud", "de", "gp", "pf", "text", "null-stack", "bad-stack",
					  "nmi", "db" };
	size_t fault = 0;

	while (fault < sizeof(names) / sizeof(names[0]) && !take(at, names[fault]))
		fault++;
	if (take_place(at) != place)
		return;
	switch (fault) {
	case 0:
		asm volatile("ud2");
		break;
	case 1:
		divide();
		break;
	case 2:
		protection();
		break;
	case 3:
		page_fault();
		break;
	case 4:
		text_write();
		break;
	case 5:
		null_stack();
	case 6:
		bad_stack();
	case 7:
		asm volatile("int $2");	/* as an NMI: counted, and the run goes on */
		break;
	case 8:
		breakpoint(place);
		break;
	}
}

void test_hook(const char *command_line, enum test_place place)
{
	const char *at = command_line;

	if (place == TEST_RESUME)
		asm volatile("mov %0, %%dr7" : : "r"(0ul));	/* it has been met */
	while (*at && !take(&at, OPTION))
		at++;
	while (*at && *at != ' ') {
		one(&at, place);
		while (*at && *at != ' ' && *at != ',')
			at++;
		if (*at == ',')
			at++;
	}
}
