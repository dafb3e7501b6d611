// SPDX-License-Identifier: GPL-2.0-only
#include "share.h"

void share_begin(struct share *share, struct arena *arena, uint32_t devices)
{
	uint64_t half = (arena->size - arena->used) / 2;

	*share = (struct share){
		.arena = arena, .each = devices ? half / devices & PAGE_MASK : 0, .to_come = devices,
	};
}

void share_next(struct share *share)
{
	if (share->to_come)
		share->to_come--;
}

void *share_page(const struct share *share)
{
	uint64_t kept_back = share->each * share->to_come;
	uint64_t mark = arena_mark(share->arena);
	void *page = arena_page(share->arena);

	if (page && share->arena->size - share->arena->used >= kept_back)
		return page;
	arena_rewind(share->arena, mark);
	return NULL;
}
