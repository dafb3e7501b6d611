// SPDX-License-Identifier: GPL-2.0-only
/*
 * Room for page tables (stub/share.c on stub/arena.c), step by step.
 *
 * Sound is a share when the arena still has what is kept back: `each` bytes, whole pages, for every
 * device that is to come. An arena of up to 64 pages, anything taken of it; up to 4 devices.
 *
 * proof_share_begin	it is sound from the beginning, whatever the arena has left
 * proof_share_page	A page is one of the arena, aligned, where nothing was taken, and leaves the share
 *			sound: nobody takes what is kept back for others, and the arena is never
 *			exceeded. None is refused while more than that, and a page, is left; a refusal
 *			changes nothing.
 * proof_share_next	The next device leaves it sound, and finds its share, page by page, if what was
 *			taken before were pages.
 *
 * By induction that holds for any number of pages and turns.
 */
#include "share.h"

#include "proof.h"

#define MOST	(64 * PAGE_SIZE)

static uint8_t memory[MOST];
static struct arena arena;

static void some_arena(void)
{
	arena = (struct arena){ .base = memory, .size = nondet_u64(), .used = nondet_u64() };
	assume(arena.size <= MOST && arena.used <= arena.size);
}

static uint64_t left(void)
{
	return arena.size - arena.used;
}

static bool is_sound(const struct share *share)
{
	return share->each <= MOST && share->each % PAGE_SIZE == 0 && share->to_come <= 4 &&
	       left() >= share->each * share->to_come;
}

static struct share some_share(void)
{
	struct share share = { &arena, nondet_u64(), nondet_u32() };

	some_arena();
	assume(is_sound(&share));
	return share;
}

void proof_share_begin(void)
{
	uint32_t devices = nondet_u32();
	struct share share;

	some_arena();
	assume(devices <= 4);
	share_begin(&share, &arena, devices);
	prove(share.arena == &arena && share.to_come == devices && is_sound(&share));
	prove(2 * share.each * devices <= left());
}

void proof_share_page(void)
{
	struct share share = some_share();
	uint64_t kept_back = share.each * share.to_come, used = arena.used;
	uint64_t start = (used + PAGE_SIZE - 1) & PAGE_MASK;
	uint8_t *page = share_page(&share);

	prove(arena.used <= arena.size && is_sound(&share));
	if (!page) {
		prove(arena.used == used && start + PAGE_SIZE + kept_back > arena.size);
		return;
	}
	prove(page == memory + start && start + PAGE_SIZE == arena.used);
	prove(left() >= kept_back);
}

void proof_share_next(void)
{
	struct share share = some_share();
	uint32_t to_come = share.to_come;
	uint64_t taken = nondet_u64();

	share_next(&share);
	prove(is_sound(&share) && share.to_come == (to_come ? to_come - 1 : 0));
	/* It has taken some of its share, and now wants another page of it. */
	assume(to_come && arena.used % PAGE_SIZE == 0 && taken % PAGE_SIZE == 0 && taken < share.each);
	arena.used += taken;
	prove(share_page(&share));
}
