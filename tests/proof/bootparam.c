// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the boot loader said (arch/x86/bootparam.c).
 *
 * proof_bootparam	Any memory, each read anew: boot_params, command line, e820 map with its extension,
 *			setup_data chain, cyclic or not. Shortened: a command line of up to 7
 *			characters, a map of up to 3 ranges, a chain of up to 3 nodes. Everything
 *			ends, nothing is written beyond its room, the command line ends with a NUL,
 *			no range of the map or in use wraps.
 * proof_boot_in_use	No ranges in use, any 2, or any 16, which is all that there is room for, and any new one: what was covered
 *			stays covered, and the new range is, if there was room for it.
 */
#include "relay.h"

#undef RELAY_MAX_COMMAND_LINE
#define RELAY_MAX_COMMAND_LINE	8
#undef RELAY_MAX_E820
#define RELAY_MAX_E820		3

#include "boot.h"

#undef BOOT_MAX_SETUP_DATA
#define BOOT_MAX_SETUP_DATA	3

#include "../../arch/x86/bootparam.c"

#include "proof.h"

#define IN_USE	(sizeof(((struct relay_boot *)0)->in_use) / sizeof(((struct relay_boot *)0)->in_use[0]))

static struct boot_store store;

phys_t rsdp_find(const struct boot_store *from)
{
	(void)from;
	return phys(nondet_u64());
}

void proof_bootparam(void)
{
	struct relay_boot boot = { .in_use_count = 0 };
	size_t any = nondet_size();

	if (!bootparam_read(phys(nondet_u64()), &store, &boot))
		return;
	prove(boot.command_line == store.command_line);
	prove(store.command_line[RELAY_MAX_COMMAND_LINE - 1] == '\0' || store.command_line[0] == '\0' ||
	      length(store.command_line, RELAY_MAX_COMMAND_LINE) < RELAY_MAX_COMMAND_LINE);
	prove(boot.e820 == store.e820 && boot.e820_count <= RELAY_MAX_E820);
	prove(!boot.e820_sound || boot.e820_count > 0);
	if (any < boot.e820_count)
		prove(range_fits(boot.e820[any].start, boot.e820[any].size));
	prove(boot.in_use_count <= IN_USE);
	if (any < boot.in_use_count)
		prove(boot.in_use[any].size && range_fits(boot.in_use[any].start, boot.in_use[any].size));
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
	before = covers(&boot, most, at);
	boot_in_use(&boot, start, size);
	prove(boot.in_use_count <= most && (!before || covers(&boot, most, at)));
	if (count < IN_USE && size && start <= UINT64_MAX - size && at >= start && at - start < size)
		prove(covers(&boot, most, at));
}

void proof_boot_in_use(void)
{
	add_to(0);
	add_to(2);
	add_to(IN_USE);
}
