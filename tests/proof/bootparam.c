// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the boot loader said (arch/x86/bootparam.c).
 *
 * Any memory, each read anew; shortened are the map, 2 ranges, and the setup_data chain, 2 nodes.
 *
 * proof_e820		Any map of any length with any extension: what has no room, or wraps, makes the
 *			map unsound and is not listed.
 * proof_setup_data	Any chain, cyclic, broken off or too long, of nodes of any type and size: it ends,
 *			and nothing is written beyond its room.
 * proof_boot_in_use	No range in use, or any 16, which is all that there is room for, and any
 *			new one: nothing is written beyond the room; where there is room, what was
 *			covered stays covered, and the new range is.
 */
#include "relay.h"

#undef RELAY_MAX_E820
#define RELAY_MAX_E820		2

#include "boot.h"

#undef BOOT_MAX_SETUP_DATA
#define BOOT_MAX_SETUP_DATA	2

#include "../../arch/x86/bootparam.c"

#include "proof.h"

#define IN_USE	(sizeof(((struct relay_boot *)0)->in_use) / sizeof(((struct relay_boot *)0)->in_use[0]))

static struct boot_store store;

phys_t rsdp_find(const struct boot_store *from)
{
	(void)from;
	return phys(nondet_u64());
}

static void some_store(void)
{
	anything(&store.params, sizeof(store.params));
}

static void map_is_sound(const struct relay_boot *boot)
{
	size_t any = nondet_size();

	prove(boot->e820_count <= RELAY_MAX_E820);
	if (any < boot->e820_count)
		prove(range_fits(store.e820[any].start, store.e820[any].size));
}

void proof_e820(void)
{
	struct relay_boot boot = { .in_use_count = 0 };

	some_store();
	read_e820(&store, &boot);
	prove(boot.e820 == store.e820 && (!boot.e820_sound || boot.e820_count > 0));
	map_is_sound(&boot);
	read_e820_extension(nondet_u64() >> 1, nondet_u32(), &store, &boot);
	map_is_sound(&boot);
}

void proof_setup_data(void)
{
	struct relay_boot boot = { .in_use_count = 0, .e820_sound = nondet_bool() };

	store.params.hdr.setup_data = nondet_u64();
	read_setup_data(&store, &boot);
	prove(boot.e820_count <= RELAY_MAX_E820);
	prove(boot.in_use_count <= 2 * BOOT_MAX_SETUP_DATA);
}

static bool covers(const struct relay_boot *boot, size_t most, uint64_t at)
{
	bool found = false;

	for (size_t i = 0; i < most; i++)
		found |= i < boot->in_use_count && at >= boot->in_use[i].start &&
			 at - boot->in_use[i].start < boot->in_use[i].size;
	return found;
}

static void add_to(size_t count)
{
	struct relay_boot boot = { .in_use_count = count };
	uint64_t start = nondet_u64(), size = nondet_u64(), at = nondet_u64();
	size_t most = count < IN_USE ? count + 1 : IN_USE;
	bool before;

	for (size_t i = 0; i < count; i++) {
		boot.in_use[i].start = nondet_u64();
		boot.in_use[i].size = nondet_u64();
		assume(boot.in_use[i].size && boot.in_use[i].start <= UINT64_MAX - boot.in_use[i].size);
	}
	before = count < IN_USE && covers(&boot, most, at);
	boot_in_use(&boot, start, size);
	prove(boot.in_use_count <= most && (!before || covers(&boot, most, at)));
	if (count < IN_USE && size && start <= UINT64_MAX - size && at >= start && at - start < size)
		prove(covers(&boot, most, at));
}

void proof_boot_in_use(void)
{
	add_to(0);
	add_to(IN_USE);
}
