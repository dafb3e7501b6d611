// SPDX-License-Identifier: GPL-2.0-only
/*
 * faultcount.so - QEMU's DMA faults, counted and not logged: for LD_PRELOAD
 *
 * QEMU's trace events for a fault are a line of text each, written by the thread that emulates the
 * faulting device while it holds QEMU's global lock. A device that faults without end then keeps
 * the guest's CPU from its registers, and the trace decides what becomes of the guest. This library
 * takes the place of the function that QEMU's log writes with (__vfprintf_chk) and, for these two
 * events alone, adds one to a counter. The first LOGGED lines are written all the same, for
 * whoever looks for a cause.
 *
 * DMARELAY_FAULTS names the file of counters, which must be there: struct counters. Who reads it:
 * qemutrace.py. Without that variable all is logged as usual.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LOGGED	100u

struct counters {
	uint64_t muted;			/* vtd_fault_disabled: FPD is set; QEMU does not say whose */
	uint64_t reported[1 << 16];	/* vtd_dmar_fault, by source id */
};

typedef int vfprintf_chk(FILE *file, int flag, const char *format, va_list arguments);

static struct counters *counters;
static vfprintf_chk *real;

__attribute__((constructor)) static void open_counters(void)
{
	const char *path = getenv("DMARELAY_FAULTS");
	int file = path ? open(path, O_RDWR) : -1;

	real = (vfprintf_chk *)dlsym(RTLD_NEXT, "__vfprintf_chk");
	if (file < 0)
		return;
	counters = mmap(NULL, sizeof(*counters), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (counters == MAP_FAILED)
		abort();		/* nothing would be counted, and that would look like no faults */
}

static uint64_t add(uint64_t *counter)
{
	return __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

/* The event's name stands behind "%d@%zu.%06zu:", the thread and the time (-msg timestamp=on). */
static uint64_t count(const char *format, va_list arguments)
{
	va_list words;
	uint64_t sum;

	if (!strncmp(format, "vtd_fault_disabled ", strlen("vtd_fault_disabled ")))
		return add(&counters->muted);
	if (strncmp(format, "vtd_dmar_fault sid ", strlen("vtd_dmar_fault sid ")))
		return 0;
	va_copy(words, arguments);
	(void)va_arg(words, int);
	(void)va_arg(words, size_t);
	(void)va_arg(words, size_t);
	sum = add(&counters->reported[va_arg(words, int) & 0xffff]);
	va_end(words);
	return sum;
}

int __vfprintf_chk(FILE *file, int flag, const char *format, va_list arguments)
{
	const char *event = counters ? strchr(format, ':') : NULL;

	if (event && count(event + 1, arguments) > LOGGED)
		return 0;
	return real(file, flag, format, arguments);
}
