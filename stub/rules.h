/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rules.h - the list of what the stub checks
 *
 * One row a rule in rules.inc, by table format; the numbers are enum handoff_rule of
 * include/handoff.h. The checks themselves stand in the format's own file. docs/HACKING.md says how to add one.
 */
#ifndef RULES_H
#define RULES_H

#include <stdint.h>

struct rule {
	uint16_t id;		/* enum handoff_rule */
	char	 name[30];	/* format.rule, as records and `dmarelay inspect` show it */
	char	 section[8];	/* of the VT-d spec */
	char	 why[88];	/* what is wrong, as one sentence for the engineer */
};

/*
 * The row of rule `id`, or NULL for a number that this build does not know (a reader may meet the
 * handoff of a newer stub). Owned by the program's constant data.
 */
const struct rule *rule_find(uint16_t id);

/* Its name for the stub's log; "?" if there is no such rule. */
const char *rule_in_log(uint16_t id);

#endif /* RULES_H */
