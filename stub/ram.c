// SPDX-License-Identifier: GPL-2.0-only
#include "ram.h"

#include "elfcore.h"

#define E820_RAM	1u
#define E820_KERN	128u		/* Linux's own mark for RAM with boot data in it */
#define LOW_MEMORY	0x100000ull
#define LOADER_GAP	0x400000ull	/* bytes; larger gaps are not a loader's */

/* Heap sort: no recursion, no extra memory, and no bad case for input that we do not trust. */
static void sift_down(struct handoff_range *ranges, size_t root, size_t count)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child) {
		struct handoff_range swap = ranges[root];

		if (child + 1 < count && ranges[child + 1].first > ranges[child].first)
			child++;
		if (ranges[child].first <= swap.first)
			return;
		ranges[root] = ranges[child];
		ranges[child] = swap;
	}
}

static void sort(struct handoff_range *ranges, size_t count)
{
	for (size_t i = count / 2; i > 0; i--)
		sift_down(ranges, i - 1, count);
	for (size_t end = count; end > 1; end--) {
		struct handoff_range largest = ranges[0];

		ranges[0] = ranges[end - 1];
		ranges[end - 1] = largest;
		sift_down(ranges, 0, end - 1);
	}
}

struct ram_set ram_set_make(struct handoff_range *ranges, size_t count)
{
	size_t merged = 0;

	sort(ranges, count);
	for (size_t i = 0; i < count; i++) {
		struct handoff_range *before = merged ? &ranges[merged - 1] : NULL;

		if (before && (before->last == UINT64_MAX || ranges[i].first <= before->last + 1)) {
			if (ranges[i].last > before->last)
				before->last = ranges[i].last;
		} else {
			ranges[merged++] = ranges[i];
		}
	}
	return (struct ram_set){ ranges, merged };
}

/* Index of the last range that starts at or below `at`; set->count if there is none. */
static size_t set_find(const struct ram_set *set, uint64_t at)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->ranges[middle].first <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : set->count;
}

bool ram_is_crashed(const struct ram *ram, phys_t start, uint64_t size)
{
	size_t i = set_find(&ram->crashed, start.pa);

	return range_fits(start.pa, size) && i < ram->crashed.count &&
	       start.pa + (size - 1) <= ram->crashed.ranges[i].last &&
	       !ram_hits_crash_region(ram, start, size);
}

bool ram_hits_crash_region(const struct ram *ram, phys_t start, uint64_t size)
{
	struct handoff_range gap;

	return !range_fits(start.pa, size) || !ram_gap(ram, start, &gap) ||
	       start.pa + (size - 1) > gap.last;
}

bool ram_gap(const struct ram *ram, phys_t at, struct handoff_range *gap)
{
	const struct ram_set *set = &ram->crash_region;
	size_t before = set_find(set, at.pa);
	size_t after = before < set->count ? before + 1 : 0;

	if (before < set->count && at.pa <= set->ranges[before].last)
		return false;
	gap->first = before < set->count ? set->ranges[before].last + 1 : 0;
	gap->last = after < set->count ? set->ranges[after].first - 1 : UINT64_MAX;
	return true;
}

uint64_t ram_last(const struct ram *ram)
{
	const struct ram_set *sets[] = { &ram->crashed, &ram->crash_region };
	uint64_t last = 0;

	for (size_t i = 0; i < 2; i++)
		if (sets[i]->count && sets[i]->ranges[sets[i]->count - 1].last > last)
			last = sets[i]->ranges[sets[i]->count - 1].last;
	return last;
}

/* Append [start, start + size), unless it is empty or wraps (then it is no memory at all). */
static void append(struct handoff_range *ranges, size_t *count, uint64_t start, uint64_t size)
{
	if (size && range_fits(start, size))
		ranges[(*count)++] = (struct handoff_range){ start, start + (size - 1) };
}

static void append_e820(struct handoff_range *ranges, size_t *count, const struct relay_e820 *entry)
{
	uint64_t start = entry->start, size = entry->size;

	if (entry->type != E820_RAM && entry->type != E820_KERN)
		return;
	if (start < LOW_MEMORY) {
		uint64_t low = LOW_MEMORY - start;

		size = size > low ? size - low : 0;
		start = LOW_MEMORY;
	}
	append(ranges, count, start, size);
}

/* Does any range of `set` touch [first, last]? */
bool ram_set_touches(const struct ram_set *set, uint64_t first, uint64_t last)
{
	size_t i = set_find(set, last);

	return i < set->count && set->ranges[i].last >= first;
}

bool ram_set_covers(const struct ram_set *set, uint64_t first, uint64_t last)
{
	size_t i = set_find(set, first);

	return i < set->count && set->ranges[i].last >= last;
}

bool ram_touches(const struct ram *ram, phys_t start, uint64_t size)
{
	return ram_hits_crash_region(ram, start, size) ||
	       ram_set_touches(&ram->crashed, start.pa, start.pa + (size - 1));
}

/*
 * Loaders carve pieces of their own out of the e820's RAM (kexec-tools: the copy of low memory that
 * goes into the dump). A small gap in the crash region that the crashed kernel did not have is that.
 */
static void close_gaps(struct ram *ram)
{
	struct ram_set *set = &ram->crash_region;
	size_t merged = 0;

	for (size_t i = 1; i < set->count; i++) {
		struct handoff_range *before = &set->ranges[merged], *range = &set->ranges[i];
		uint64_t first = before->last + 1, last = range->first - 1;

		if (last - first < LOADER_GAP && !ram_set_touches(&ram->crashed, first, last))
			before->last = range->last;
		else
			set->ranges[++merged] = *range;
	}
	set->count = merged + 1;
}

static enum handoff_reason discover_crash_region(struct ram *ram, const struct relay_boot *boot,
						 const struct elfcore *core, struct arena *arena)
{
	size_t count = 0, most = boot->e820_count + boot->in_use_count + 1;
	struct handoff_range *ranges = arena_alloc(arena, most * sizeof(*ranges), 8);

	if (!ranges)
		return HANDOFF_ARENA_TOO_SMALL;
	for (size_t i = 0; i < boot->e820_count; i++)
		append_e820(ranges, &count, &boot->e820[i]);
	if (!count)
		return HANDOFF_BAD_E820;	/* a kernel without RAM: this is not its map */
	for (size_t i = 0; i < boot->in_use_count; i++)
		append(ranges, &count, boot->in_use[i].start, boot->in_use[i].size);
	append(ranges, &count, core->address.pa, core->size);
	ram->crash_region = ram_set_make(ranges, count);
	close_gaps(ram);
	return HANDOFF_OK;
}

/* Whole pages of [first, last] that lie below and above [gap_first, gap_last], which is of whole pages. */
static void append_around(struct handoff_range *ranges, size_t *count, uint64_t first, uint64_t last,
			  uint64_t gap_first, uint64_t gap_last)
{
	uint64_t below = last < gap_first ? last + 1 : gap_first, above = first > gap_last ? first : gap_last + 1;

	if (first < below)
		append(ranges, count, first, below - first);
	if (above <= last)
		append(ranges, count, above, last - above + 1);
}

static enum handoff_reason discover_dump_memory(struct ram *ram, const struct relay_boot *boot, struct arena *arena)
{
	struct handoff_range *ranges = arena_alloc(arena, 2 * boot->e820_count * sizeof(*ranges), 8);
	uint64_t gap_first = boot->arena_phys.pa, gap_last = gap_first + boot->arena_size - 1;
	size_t count = 0;

	if (!ranges)
		return HANDOFF_ARENA_TOO_SMALL;
	for (size_t i = 0; i < boot->e820_count; i++) {
		const struct relay_e820 *entry = &boot->e820[i];
		uint64_t first = (entry->start + ~PAGE_MASK) & PAGE_MASK;
		uint64_t end = (entry->start + entry->size) & PAGE_MASK;

		if ((entry->type == E820_RAM || entry->type == E820_KERN) && first >= entry->start && first < end)
			append_around(ranges, &count, first, end - 1, gap_first, gap_last);
	}
	ram->dump_memory = ram_set_make(ranges, count);
	return HANDOFF_OK;
}

enum handoff_reason ram_discover(struct ram *ram, const struct relay_boot *boot,
				 const struct params *params, struct arena *arena)
{
	enum handoff_reason reason;
	struct elfcore core;

	*ram = (struct ram){ .crashed.count = 0 };
	if (!boot->e820_sound)
		return HANDOFF_BAD_E820;
	if (!params->elfcorehdr_given)
		return HANDOFF_NO_ELFCOREHDR;
	reason = elfcore_read(&core, phys(params->elfcorehdr), arena);
	if (reason != HANDOFF_OK)
		return reason;
	ram->crashed = ram_set_make(core.loads, core.load_count);
	reason = discover_crash_region(ram, boot, &core, arena);
	return reason != HANDOFF_OK ? reason : discover_dump_memory(ram, boot, arena);
}
