// SPDX-License-Identifier: GPL-2.0-only
#include "tables.h"

#include <string.h>

#include "addr.h"

#define ENTRIES		512u
#define BIT(n)		(1ull << (n))
#define PRESENT		BIT(0)
#define ADDRESS		0x000ffffffffff000ull
#define LARGE		BIT(7)		/* a leaf above level 1 */
#define RW_SECOND	(BIT(0) | BIT(1))		/* read, write (9.8) */
#define RW_FIRST	(BIT(0) | BIT(1) | BIT(2))	/* present, writable, user (9.7) */

static uint64_t first, end, next;

void tables_init(uint64_t start, uint64_t size)
{
	first = start;
	end = start + size;
	tables_reset();
}

void tables_reset(void)
{
	memset((void *)(uintptr_t)first, 0, end - first);
	next = first;
}

/* There is plenty; should it run out, the tests fail by what the last page is used for twice. */
uint64_t table_page(void)
{
	uint64_t page = next;

	if (next + PAGE_SIZE < end)
		next += PAGE_SIZE;
	return page;
}

static uint64_t *at(uint64_t address)
{
	return (uint64_t *)(uintptr_t)address;
}

/* The table that an entry refers to, made if need be. */
static uint64_t table_below(uint64_t *entry, uint64_t bits)
{
	if (!(*entry & PRESENT))
		*entry = table_page() | bits;
	return *entry & ADDRESS;
}

static uint64_t rights(const struct table_format *format)
{
	return format->kind == FIRST_LEVEL ? RW_FIRST : RW_SECOND;
}

static unsigned int shift_of(unsigned int level)
{
	return PAGE_SHIFT + 9 * (level - 1);
}

uint64_t *table_entry(const struct table_format *format, uint64_t top, uint64_t iova,
		      unsigned int level)
{
	uint64_t table = top;

	for (unsigned int l = format->levels; ; l--) {
		uint64_t *entry = at(table) + (iova >> shift_of(l)) % ENTRIES;

		if (l == level)
			return entry;
		table = table_below(entry, rights(format));
	}
}

uint64_t table_leaf(const struct table_format *format, uint64_t target)
{
	return target | rights(format) | format->leaf_bits;
}

void table_map(const struct table_format *format, uint64_t top, uint64_t iova, uint64_t target,
	       uint64_t size)
{
	unsigned int level = size < BIT(shift_of(format->leaf)) ? 1 : format->leaf;
	uint64_t step = BIT(shift_of(level));

	for (uint64_t done = 0; done < size; done += step)
		*table_entry(format, top, iova + done, level) =
			table_leaf(format, target + done) | (level > 1 ? LARGE : 0);
}

/*
 * Legacy: 16 bytes a bus, of which 8 are used (9.1). Scalable: 8 for devices 0 to 15, 8 for the
 * others (9.2).
 */
uint64_t *table_root_entry(const struct table_format *format, uint64_t root, uint16_t source)
{
	return at(root) + (source >> 8) * 2 + (format->scalable && source & 0x80 ? 1 : 0);
}

uint64_t *table_context(const struct table_format *format, uint64_t root, uint16_t source)
{
	uint64_t contexts = table_below(table_root_entry(format, root, source), PRESENT);

	return at(contexts) + (format->scalable ? (source & 0x7f) * 4 : (source & 0xff) * 2);
}

uint64_t *table_directory_entry(const struct table_format *format, uint64_t root, uint16_t source)
{
	/* 9.4: a directory of 128 entries (PDTS 0), of which all but the first stay empty. */
	return at(table_below(table_context(format, root, source), PRESENT));
}

uint64_t *table_pasid_entry(const struct table_format *format, uint64_t root, uint16_t source)
{
	return at(table_below(table_directory_entry(format, root, source), PRESENT));
}

/* Address width: 1 = 39 bits and 3 levels, 2 = 48 bits and 4; with pass-through the widest. */
static uint64_t width(const struct table_format *format)
{
	return format->levels - 2;
}

/* 9.3 */
static void attach_legacy(const struct table_format *format, uint64_t *context, uint64_t top,
			  uint16_t domain)
{
	static const uint64_t types[] = {
		[SECOND_LEVEL] = 0, [SECOND_LEVEL_ATS] = 1, [PASS_THROUGH] = 2,
	};

	context[0] = top | types[format->kind] << 2 | PRESENT;
	context[1] = (uint64_t)domain << 8 | width(format);
}

/* 9.6: type in bits 8:6; second-level tables in the first quadword, first-level in the third. */
static void attach_scalable(const struct table_format *format, uint64_t *entry, uint64_t top,
			    uint16_t domain)
{
	entry[1] = domain;
	switch (format->kind) {
	case FIRST_LEVEL:
		entry[0] = 1 << 6 | width(format) << 2 | PRESENT;	/* QEMU wants the width */
		entry[2] = top;
		break;
	case PASS_THROUGH:
		entry[0] = 4 << 6 | width(format) << 2 | PRESENT;
		break;
	default:
		entry[0] = top | 2 << 6 | width(format) << 2 | PRESENT;
	}
}

void table_attach(const struct table_format *format, uint64_t root, uint16_t source, uint64_t top,
		  uint16_t domain)
{
	if (format->kind == PASS_THROUGH)
		top = 0;
	if (format->scalable)
		attach_scalable(format, table_pasid_entry(format, root, source), top, domain);
	else
		attach_legacy(format, table_context(format, root, source), top, domain);
}
