// SPDX-License-Identifier: GPL-2.0-only
#include "world.h"

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <string.h>

#define MOST_ALLOCATIONS	16u

struct world world;

static uint8_t kernel[WORLD_KERNEL_PAGES * WORLD_PAGE] __attribute__((aligned(4096)));
static bool kernel_free[WORLD_KERNEL_PAGES];
static uint32_t kernel_used;
static void *allocations[MOST_ALLOCATIONS];
static unsigned int allocation_count;

static uint64_t image_size(void)
{
	return (uint64_t)world.pages * WORLD_PAGE;
}

void world_begin(uint8_t *image, uint64_t base, uint32_t pages, uint64_t reserved)
{
	if (reserved > (uint64_t)pages * WORLD_PAGE)
		reserved = (uint64_t)pages * WORLD_PAGE;
	world = (struct world){ .image = image, .base = base, .pages = pages, .reserved = reserved,
				.log = world.log };
	kernel_used = 0;
	allocation_count = 0;
	for (uint32_t i = 0; i < pages; i++)
		world.page[i].reserved = (uint64_t)i * WORLD_PAGE < reserved;
	ASAN_POISON_MEMORY_REGION(image + reserved, image_size() - reserved);
}

void world_end(void)
{
	ASAN_UNPOISON_MEMORY_REGION(world.image, image_size());
	while (allocation_count)
		free(allocations[--allocation_count]);
}

bool world_is_ram(uint64_t start, uint64_t size)
{
	world.work++;
	if (start >= world.base && start - world.base < image_size())
		return size <= image_size() - (start - world.base);
	return start >= WORLD_KERNEL && start - WORLD_KERNEL < sizeof(kernel) &&
	       size <= sizeof(kernel) - (start - WORLD_KERNEL);
}

bool world_readable(uint64_t start, uint64_t size)
{
	return start >= world.base && start - world.base <= world.reserved &&
	       size <= world.reserved - (start - world.base);
}

void *world_virt(uint64_t at)
{
	if (at >= world.base && at - world.base < image_size())
		return world.image + (at - world.base);
	if (at >= WORLD_KERNEL && at - WORLD_KERNEL < sizeof(kernel))
		return kernel + (at - WORLD_KERNEL);
	return (void *)(0xdead000000000000ull | (at & 0xffffffffffffull));	/* not canonical */
}

uint64_t world_phys(const void *at)
{
	const uint8_t *byte = at;

	if (byte >= world.image && byte < world.image + image_size())
		return world.base + (uint64_t)(byte - world.image);
	world_must(byte >= kernel && byte < kernel + sizeof(kernel));
	return WORLD_KERNEL + (uint64_t)(byte - kernel);
}

bool world_is_kernel(uint64_t at)
{
	return at >= WORLD_KERNEL && at - WORLD_KERNEL < sizeof(kernel);
}

struct world_page *world_page(uint64_t number)
{
	uint64_t first = world.base / WORLD_PAGE;

	world.work++;
	world_must(number >= first && number - first < world.pages);
	return &world.page[number - first];
}

void *world_alloc_page(void)
{
	if (kernel_used == WORLD_KERNEL_PAGES)
		return NULL;
	kernel_free[kernel_used] = false;
	return memset(kernel + kernel_used++ * WORLD_PAGE, 0, WORLD_PAGE);
}

void world_free_page(void *page)
{
	size_t number = (size_t)((uint8_t *)page - kernel) / WORLD_PAGE;

	world_must((uint8_t *)page == kernel + number * WORLD_PAGE && number < kernel_used && !kernel_free[number]);
	kernel_free[number] = true;
}

void *world_calloc(size_t count, size_t size)
{
	void *memory;

	if (allocation_count == MOST_ALLOCATIONS || world.fail_at == (int)allocation_count + 1 ||
	    count > (64u << 20) / size)
		return NULL;
	memory = calloc(count, size);
	world_must(memory);
	return allocations[allocation_count++] = memory;
}

void world_log(const char *format, ...)
{
	va_list arguments;

	if (!world.log)
		return;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
}
