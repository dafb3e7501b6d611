// SPDX-License-Identifier: GPL-2.0-only
#include "fold.h"

#include "vtd.h"
#include "walk.h"

/* Could a leaf of the next size begin as this entry does? */
static bool may_begin(const struct pt_format *format, uint64_t entry, unsigned int level)
{
	uint64_t below_size = walk_span(level + 1) - walk_span(level);

	return format->leaf_levels & 1u << (level + 1) && entry & format->present &&
	       (level == 1 || entry & format->superpage) && !(entry & below_size);
}

uint64_t fold_table(const struct pt_format *format, const uint64_t *entries, unsigned int level)
{
	uint64_t first = entries[0], marks = 0;

	if (!may_begin(format, first, level))
		return 0;
	for (unsigned int i = 0; i < VTD_ENTRIES; i++) {
		if ((entries[i] ^ (first + i * walk_span(level))) & ~format->marks)
			return 0;
		marks |= entries[i] & format->marks;
	}
	if (level == 1) {	/* PAT moves out of the way of PS (VT-d spec 9.7) */
		uint64_t pat = first & format->pat;

		first = (first & ~format->pat) | (pat ? format->superpage_pat : 0) | format->superpage;
	}
	return first | marks;
}

uint64_t fold_under(const struct pt_format *format, uint64_t above, uint64_t leaf)
{
	uint64_t entry = (leaf & ~(format->granted & ~above)) | (above & format->denied);

	return entry & format->present ? entry : 0;
}
