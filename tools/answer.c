// SPDX-License-Identifier: GPL-2.0-only
#include "answer.h"

const struct reach *answer_reach(const struct answer *answer, const struct requester *requester)
{
	return requester->domain < answer->reaches->count ?
	       &answer->reaches->domains[requester->domain] : NULL;
}

uint64_t answer_missing(const struct answer *answer)
{
	uint64_t missing = 0;

	for (uint32_t i = 0; i < answer->reaches->count; i++)
		missing += answer->reaches->domains[i].missing;
	return missing;
}

uint32_t answer_take(const struct answer *answer, uint32_t count, uint32_t *left)
{
	uint32_t shown = count < answer->most ? count : answer->most;

	if (shown > *left)
		shown = *left;
	*left -= shown;
	return shown;
}

bool answer_has_more(const struct answer *answer, uint32_t left)
{
	if (!left)
		return true;
	for (uint32_t i = 0; i < answer->reaches->count; i++)
		if (answer->reaches->domains[i].more)
			return true;
	return false;
}

bool record_leaves_unknown(const struct tables *tables, const struct handoff_record *record)
{
	if (record->action == HANDOFF_REPAIRED)
		return false;
	switch (record->object) {
	case HANDOFF_ROOT_TABLE:
	case HANDOFF_ROOT_ENTRY:
	case HANDOFF_CONTEXT:
	case HANDOFF_PASID_DIRECTORY:
	case HANDOFF_PASID:
		return true;
	case HANDOFF_PAGE_TABLE:
		return tables_copied(tables);
	default:
		return false;
	}
}
