/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tables.h - the "crashed kernel's" tables, in any format
 *
 * They are written from the VT-d specification's figures, in bits; nothing of stub/ helps to make
 * them.
 */
#ifndef TABLES_H
#define TABLES_H

#include <stdbool.h>
#include <stdint.h>

enum table_kind {
	SECOND_LEVEL,
	SECOND_LEVEL_ATS,	/* legacy mode: device TLBs allowed */
	FIRST_LEVEL,		/* scalable mode */
	PASS_THROUGH,
};

struct table_format {
	bool scalable;
	enum table_kind kind;
	unsigned int levels;
	unsigned int leaf;	/* level of the leaves: 1 = 4 KiB, 2 = 2 MiB, 3 = 1 GiB */
	uint64_t leaf_bits;	/* set in each, besides the rights */
	bool full;		/* leaves of 4 KiB fill their table: it can be folded */
};

/* All tables are taken from [start, start + size); tables_reset() clears it. */
void tables_init(uint64_t start, uint64_t size);
void tables_reset(void);
uint64_t table_page(void);

/* Map `size` bytes, in leaves of the format or, where these are too large, of 4 KiB. */
void table_map(const struct table_format *format, uint64_t top, uint64_t iova, uint64_t target,
	       uint64_t size);

/* The entry that is responsible for `iova` in its table of `level`; that table must be there. */
uint64_t *table_entry(const struct table_format *format, uint64_t top, uint64_t iova,
		      unsigned int level);

/* An entry for 4 KiB at `target`, in the format's bits. */
uint64_t table_leaf(const struct table_format *format, uint64_t target);

/* Let the device translate by `top` (unless PASS_THROUGH). `root` is the root table's page. */
void table_attach(const struct table_format *format, uint64_t root, uint16_t source, uint64_t top,
		  uint16_t domain);

/* Where the device's entries are. The last two: scalable mode, of its only PASID. */
uint64_t *table_root_entry(const struct table_format *format, uint64_t root, uint16_t source);
uint64_t *table_context(const struct table_format *format, uint64_t root, uint16_t source);
uint64_t *table_directory_entry(const struct table_format *format, uint64_t root, uint16_t source);
uint64_t *table_pasid_entry(const struct table_format *format, uint64_t root, uint16_t source);

#endif /* TABLES_H */
