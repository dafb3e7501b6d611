// SPDX-License-Identifier: GPL-2.0-only
#include "rows.h"

#include <stddef.h>
#include <string.h>

#define LEGACY(kind, levels, leaf)	{ false, kind, levels, leaf, 0, false }
#define SCALABLE(kind, levels, leaf)	{ true, kind, levels, leaf, 0, false }
/* SNP, 9.8 */
#define SNOOPED		{ false, SECOND_LEVEL, 3, 1, 1 << 11, false }
#define FOLDABLE(scalable, kind, levels) { scalable, kind, levels, 1, 0, true }

#define LEGACY_3	LEGACY(SECOND_LEVEL, 3, 1)
#define LEGACY_4	LEGACY(SECOND_LEVEL, 4, 1)
#define SECOND_4	SCALABLE(SECOND_LEVEL, 4, 1)
#define FIRST_4		SCALABLE(FIRST_LEVEL, 4, 1)

static const struct row rows[] = {
	{ "legacy-3", LEGACY_3, UNDAMAGED, 0, false },
	{ "legacy-3-2M", LEGACY(SECOND_LEVEL, 3, 2), UNDAMAGED, 0, false },
	{ "legacy-3-1G", LEGACY(SECOND_LEVEL, 3, 3), UNDAMAGED, 0, false },
	{ "legacy-3-folded", FOLDABLE(false, SECOND_LEVEL, 3), UNDAMAGED, 0, false },
	{ "legacy-4", LEGACY_4, UNDAMAGED, 0, false },
	{ "legacy-4-2M", LEGACY(SECOND_LEVEL, 4, 2), UNDAMAGED, 0, false },
	{ "legacy-4-1G", LEGACY(SECOND_LEVEL, 4, 3), UNDAMAGED, 0, false },
	{ "legacy-pass-through", LEGACY(PASS_THROUGH, 3, 1), UNDAMAGED, 0, false },
	{ "legacy-pass-through-fenced", LEGACY(PASS_THROUGH, 3, 1), STRAYS, 0, false },
	{ "legacy-ats", LEGACY(SECOND_LEVEL_ATS, 3, 1), UNDAMAGED, 0, false },
	{ "legacy-snoop", SNOOPED, UNDAMAGED, 0, false },
	{ "legacy-3-bad-leaf", LEGACY_3, BAD_LEAF, HANDOFF_RULE_SL_TARGET, false },
	{ "legacy-3-bad-table", LEGACY_3, BAD_TABLE, HANDOFF_RULE_SL_PROVENANCE, false },
	{ "legacy-4-bad-leaf", LEGACY_4, BAD_LEAF, HANDOFF_RULE_SL_TARGET, false },
	{ "legacy-4-bad-table", LEGACY_4, BAD_TABLE, HANDOFF_RULE_SL_PROVENANCE, false },
	{ "legacy-bad-context", LEGACY_3, BAD_CONTEXT, HANDOFF_RULE_CONTEXT_RESERVED, false },
	{ "legacy-bad-context-blocked", LEGACY_3, BAD_CONTEXT, HANDOFF_RULE_CONTEXT_RESERVED, true },
	{ "legacy-bad-root-entry", LEGACY_3, BAD_ROOT_ENTRY, HANDOFF_RULE_ROOT_RESERVED, false },
	{ "legacy-bad-interrupt", LEGACY_3, BAD_INTERRUPT, HANDOFF_RULE_IRTE_RESERVED, false },

	{ "second-3", SCALABLE(SECOND_LEVEL, 3, 1), UNDAMAGED, 0, false },
	{ "second-4", SECOND_4, UNDAMAGED, 0, false },
	{ "second-4-2M", SCALABLE(SECOND_LEVEL, 4, 2), UNDAMAGED, 0, false },
	{ "second-4-1G", SCALABLE(SECOND_LEVEL, 4, 3), UNDAMAGED, 0, false },
	{ "second-4-folded", FOLDABLE(true, SECOND_LEVEL, 4), UNDAMAGED, 0, false },
	{ "scalable-pass-through", SCALABLE(PASS_THROUGH, 4, 1), UNDAMAGED, 0, false },
	{ "scalable-pass-through-fenced", SCALABLE(PASS_THROUGH, 4, 1), STRAYS, 0, false },
	{ "second-4-bad-leaf", SECOND_4, BAD_LEAF, HANDOFF_RULE_SL_TARGET, false },
	{ "second-4-bad-table", SECOND_4, BAD_TABLE, HANDOFF_RULE_SL_PROVENANCE, false },
	{ "second-bad-pasid", SECOND_4, BAD_PASID, HANDOFF_RULE_PASID_TYPE, false },
	{ "second-bad-directory", SECOND_4, BAD_DIRECTORY, HANDOFF_RULE_PASID_DIR_RESERVED, false },
	{ "second-bad-context", SECOND_4, BAD_CONTEXT, HANDOFF_RULE_SM_CONTEXT_RESERVED, false },
	{ "second-bad-context-blocked", SECOND_4, BAD_CONTEXT, HANDOFF_RULE_SM_CONTEXT_RESERVED,
	  true },
	{ "second-bad-root-entry", SECOND_4, BAD_ROOT_ENTRY, HANDOFF_RULE_SM_ROOT_RESERVED, false },

	{ "first-4", FIRST_4, UNDAMAGED, 0, false },
	{ "first-4-2M", SCALABLE(FIRST_LEVEL, 4, 2), UNDAMAGED, 0, false },
	{ "first-4-1G", SCALABLE(FIRST_LEVEL, 4, 3), UNDAMAGED, 0, false },
	{ "first-4-folded", FOLDABLE(true, FIRST_LEVEL, 4), UNDAMAGED, 0, false },
	{ "first-4-bad-leaf", FIRST_4, BAD_LEAF, HANDOFF_RULE_FL_TARGET, false },
	{ "first-4-bad-table", FIRST_4, BAD_TABLE, HANDOFF_RULE_FL_PROVENANCE, false },
	{ "first-bad-pasid", FIRST_4, BAD_PASID, HANDOFF_RULE_PASID_TYPE, false },
	{ "first-bad-directory", FIRST_4, BAD_DIRECTORY, HANDOFF_RULE_PASID_DIR_RESERVED, false },
	{ "first-bad-context", FIRST_4, BAD_CONTEXT, HANDOFF_RULE_SM_CONTEXT_RESERVED, false },
	{ "first-bad-context-blocked", FIRST_4, BAD_CONTEXT, HANDOFF_RULE_SM_CONTEXT_RESERVED,
	  true },
	{ "first-bad-root-entry", FIRST_4, BAD_ROOT_ENTRY, HANDOFF_RULE_SM_ROOT_RESERVED, false },
};

const struct row *row_find(const char *name, unsigned int length)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strlen(rows[i].name) == length && !memcmp(rows[i].name, name, length))
			return &rows[i];
	return NULL;
}
