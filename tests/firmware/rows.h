/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rows.h - the table of tests: a format, and what is wrong in it
 *
 * How to add one: a row in rows.c, and its name beside each machine in test_firmware.py that it is
 * to run on.
 */
#ifndef ROWS_H
#define ROWS_H

#include "handoff.h"
#include "tables.h"

/* What is bad, all of it the victim's. How far the damage must reach: the first three cost less. */
enum damage {
	UNDAMAGED,
	BAD_LEAF,		/* leads into the crash region */
	BAD_TABLE,		/* an entry that refers to a table there */
	BAD_INTERRUPT,		/* reserved bits in its interrupt's entry */
	BAD_PASID,		/* a type that does not exist */
	BAD_DIRECTORY,		/* reserved bits in its PASID directory's entry */
	BAD_CONTEXT,		/* reserved bits */
	BAD_ROOT_ENTRY,		/* reserved bits */
	STRAYS,			/* no table; it goes into the crash region, and is to be fenced */
};

struct row {
	const char *name;
	struct table_format format;
	enum damage damage;
	uint16_t rule;		/* enum handoff_rule that the record must name; 0: no record */
	bool block;		/* dmarelay.bad=block: nothing takes the place of what is bad */
};

/* NULL if there is none of that name, which has `length` characters. */
const struct row *row_find(const char *name, unsigned int length);

#endif /* ROWS_H */
