// SPDX-License-Identifier: GPL-2.0-only
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "addr.h"

#define LINE	64u

/* A hash table by page number; `pages` holds the contents. */
struct page {
	uint64_t number_plus_1;		/* 0: free */
	uint8_t *bytes;
};

struct memory_picture {
	struct page *pages;
	size_t room, used;
	uint8_t *arena;			/* or NULL */
	uint64_t arena_pa, arena_size;
};

static struct memory_picture now;

static struct {
	uint8_t *base, *shadow;
	uint64_t pa, size;
} arena;

#define MAX_ALLOWED	8u

static struct { uint64_t first, last; } allowed[MAX_ALLOWED];
static unsigned int allowed_count;

/* Pictures of the arena are large and come and go: the last ones are used again. */
static struct { uint8_t *buffer; uint64_t size; } spare[4];

static uint8_t *take(uint64_t size)
{
	for (unsigned int i = 0; i < 4; i++) {
		uint8_t *buffer = spare[i].buffer;

		if (buffer && spare[i].size == size) {
			spare[i].buffer = NULL;
			return buffer;
		}
	}
	return malloc(size);
}

static void give_back(uint8_t *buffer, uint64_t size)
{
	for (unsigned int i = 0; buffer && i < 4; i++) {
		if (!spare[i].buffer) {
			spare[i].buffer = buffer;
			spare[i].size = size;
			return;
		}
	}
	free(buffer);
}

/* And so are pages. */
static struct spare_page { struct spare_page *next; } *spare_pages;

static uint8_t *take_page(void)
{
	struct spare_page *page = spare_pages;

	if (!page)
		return calloc(1, PAGE_SIZE);
	spare_pages = page->next;
	return memset(page, 0, PAGE_SIZE);
}

static void give_page_back(uint8_t *bytes)
{
	struct spare_page *page = (void *)bytes;

	if (page) {
		page->next = spare_pages;
		spare_pages = page;
	}
}

static struct page *slot_of(struct page *pages, size_t room, uint64_t number)
{
	size_t at = (number * 0x9e3779b97f4a7c15ull >> 20) & (room - 1);

	while (pages[at].number_plus_1 && pages[at].number_plus_1 != number + 1)
		at = (at + 1) & (room - 1);
	return &pages[at];
}

static const uint8_t *find(const struct memory_picture *picture, uint64_t number)
{
	return picture->pages ? slot_of(picture->pages, picture->room, number)->bytes : NULL;
}

static void grow(struct memory_picture *picture)
{
	size_t room = picture->room ? 2 * picture->room : 256;
	struct page *pages = calloc(room, sizeof(*pages));

	for (size_t i = 0; i < picture->room; i++)
		if (picture->pages[i].bytes)
			*slot_of(pages, room, picture->pages[i].number_plus_1 - 1) = picture->pages[i];
	free(picture->pages);
	picture->pages = pages;
	picture->room = room;
}

static uint8_t *find_or_add(struct memory_picture *picture, uint64_t number)
{
	struct page *page;

	if (picture->used >= picture->room / 2)
		grow(picture);
	page = slot_of(picture->pages, picture->room, number);
	if (!page->bytes) {
		page->number_plus_1 = number + 1;
		page->bytes = take_page();
		picture->used++;
	}
	return page->bytes;
}

static void clear(struct memory_picture *picture)
{
	for (size_t i = 0; i < picture->room; i++)
		give_page_back(picture->pages[i].bytes);
	free(picture->pages);
	give_back(picture->arena, picture->arena_size);
	*picture = (struct memory_picture){ .room = 0 };
}

static void forget_arena(void)
{
	free(arena.base);
	free(arena.shadow);
	memset(&arena, 0, sizeof(arena));
}

void memory_reset(void)
{
	clear(&now);
	arena.pa = UINT64_MAX;		/* kept for the next machine, but not there */
	allowed_count = 0;
}

void *memory_arena(uint64_t pa, uint64_t size)
{
	if (arena.size != size) {
		forget_arena();
		arena.base = aligned_alloc(PAGE_SIZE, size);
		arena.shadow = malloc(size);
	}
	arena.pa = pa;
	arena.size = size;
	memset(arena.base, 0, size);
	memset(arena.shadow, MEMORY_STALE, size);
	return arena.base;
}

bool memory_in_arena(uint64_t pa, uint64_t size)
{
	return pa >= arena.pa && pa - arena.pa < arena.size && size <= arena.size - (pa - arena.pa);
}

void memory_flush(const void *data, size_t size)
{
	size_t start = (size_t)((const uint8_t *)data - arena.base) / LINE * LINE;
	size_t end = (size_t)((const uint8_t *)data - arena.base) + size;

	end = (end + LINE - 1) / LINE * LINE;
	memcpy(arena.shadow + start, arena.base + start, (end < arena.size ? end : arena.size) - start);
}

void memory_allow(uint64_t first, uint64_t last)
{
	allowed[allowed_count].first = first;
	allowed[allowed_count++].last = last;
}

static bool is_allowed(uint64_t pa)
{
	for (unsigned int i = 0; i < allowed_count; i++)
		if (pa >= allowed[i].first && pa <= allowed[i].last)
			return true;
	return false;
}

/* The bytes at `pa` up to the end of its page, or NULL. */
static const uint8_t *bytes_at(uint64_t pa)
{
	static const uint8_t zeros[PAGE_SIZE];
	const uint8_t *page;

	if (memory_in_arena(pa, 1))
		return arena.base + (pa - arena.pa);
	page = find(&now, pa >> PAGE_SHIFT);
	if (page)
		return page + pa % PAGE_SIZE;
	return is_allowed(pa) ? zeros + pa % PAGE_SIZE : NULL;
}

static size_t part_of(uint64_t pa, size_t size)
{
	size_t left = PAGE_SIZE - pa % PAGE_SIZE;

	return size < left ? size : left;
}

bool memory_get(uint64_t pa, void *to, size_t size)
{
	while (size) {
		size_t part = part_of(pa, size);
		const uint8_t *from = bytes_at(pa);

		if (!from)
			return false;
		memcpy(to, from, part);
		to = (uint8_t *)to + part;
		pa += part;
		size -= part;
	}
	return true;
}

void memory_put(uint64_t pa, const void *from, size_t size)
{
	while (size) {
		size_t part = part_of(pa, size);

		if (memory_in_arena(pa, 1)) {
			memcpy(arena.base + (pa - arena.pa), from, part);
			memcpy(arena.shadow + (pa - arena.pa), from, part);
		} else {
			memcpy(find_or_add(&now, pa >> PAGE_SHIFT) + pa % PAGE_SIZE, from, part);
		}
		from = (const uint8_t *)from + part;
		pa += part;
		size -= part;
	}
}

void memory_put64(uint64_t pa, uint64_t value)
{
	memory_put(pa, &value, sizeof(value));
}

uint64_t memory_get64(uint64_t pa)
{
	uint64_t value = 0;

	return memory_get(pa, &value, sizeof(value)) ? value : 0;
}

void memory_fill(uint64_t pa, uint8_t byte, size_t size)
{
	uint8_t page[PAGE_SIZE];

	memset(page, byte, sizeof(page));
	while (size) {
		size_t part = part_of(pa, size);

		memory_put(pa, page, part);
		pa += part;
		size -= part;
	}
}

struct memory_picture *memory_snapshot(void)
{
	struct memory_picture *picture = calloc(1, sizeof(*picture));

	for (size_t i = 0; i < now.room; i++)
		if (now.pages[i].bytes)
			memcpy(find_or_add(picture, now.pages[i].number_plus_1 - 1),
			       now.pages[i].bytes, PAGE_SIZE);
	return picture;
}

struct memory_picture *memory_arena_picture(bool snoops)
{
	struct memory_picture *picture = calloc(1, sizeof(*picture));

	picture->arena = take(arena.size);
	picture->arena_pa = arena.pa;
	picture->arena_size = arena.size;
	memcpy(picture->arena, snoops ? arena.base : arena.shadow, arena.size);
	return picture;
}

bool memory_get_by_unit(bool snoops, uint64_t pa, void *to, size_t size)
{
	if (snoops || !memory_in_arena(pa, size))
		return memory_get(pa, to, size);
	memcpy(to, arena.shadow + (pa - arena.pa), size);
	return true;
}

void memory_put_by_unit(bool snoops, uint64_t pa, const void *from, size_t size)
{
	uint64_t line = (pa - arena.pa) / LINE * LINE;

	if (!snoops && memory_in_arena(pa, size) && memcmp(arena.base + line, arena.shadow + line, LINE))
		memcpy(arena.shadow + (pa - arena.pa), from, size);
	else
		memory_put(pa, from, size);
}

void memory_picture_free(struct memory_picture *picture)
{
	if (picture)
		clear(picture);
	free(picture);
}

bool memory_picture_get(const struct memory_picture *picture, uint64_t pa, void *to, size_t size)
{
	const uint8_t *page;

	if (pa >= picture->arena_pa && pa - picture->arena_pa < picture->arena_size)
		page = picture->arena + ((pa & PAGE_MASK) - picture->arena_pa);
	else
		page = find(picture, pa >> PAGE_SHIFT);
	if (!page || size > PAGE_SIZE - pa % PAGE_SIZE)
		return false;
	memcpy(to, page + pa % PAGE_SIZE, size);
	return true;
}

bool memory_unchanged(const struct memory_picture *picture, uint64_t *where)
{
	for (size_t i = 0; i < picture->room; i++) {
		const struct page *page = &picture->pages[i];
		const uint8_t *today = page->bytes ? find(&now, page->number_plus_1 - 1) : NULL;

		if (!page->bytes || (today && !memcmp(today, page->bytes, PAGE_SIZE)))
			continue;
		for (size_t at = 0; at < PAGE_SIZE; at++) {
			if (!today || today[at] != page->bytes[at]) {
				*where = ((page->number_plus_1 - 1) << PAGE_SHIFT) + at;
				return false;
			}
		}
	}
	return true;
}
