/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tables.h - translation tables as a crash left them, from where they can still be read
 *
 * With a dump: the crashed kernel's own tables, in its memory. Without: the stub's copies, which
 * are behind the report in a handoff as sysfs shows it.
 */
#ifndef TABLES_H
#define TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dump.h"
#include "handoff_read.h"

#define TABLE_ENTRIES	512u

struct tables {
	const struct handoff_view *view;
	struct dump *dump;		/* NULL: the copies */
	const uint8_t *payload;		/* of the handoff; its copied tables may be cut off */
	size_t size;
	struct handoff_record *records;	/* of bad entries, by `where` */
	uint32_t record_count;
};

/* False if memory is out. tables_close() frees what was allocated, and no more. */
bool tables_open(struct tables *tables, const struct handoff_view *view, struct dump *dump,
		 const uint8_t *payload, size_t size);
void tables_close(struct tables *tables);

/* Are these the stub's copies? */
static inline bool tables_copied(const struct tables *tables)
{
	return !tables->dump;
}

/*
 * The page at `address`; false if it is not to be had. Of the crashed kernel's own tables, entries
 * that the stub mended in place are given back as they were.
 */
bool tables_page(const struct tables *tables, uint64_t address, uint64_t entries[TABLE_ENTRIES]);

/* Did the stub find the entry at `address` bad? Only of the crashed kernel's tables. */
bool tables_entry_is_bad(const struct tables *tables, uint64_t address);

#endif /* TABLES_H */
