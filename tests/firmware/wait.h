/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait.h - wait for a device, on a host that may be busy with other things
 */
#ifndef WAIT_H
#define WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

#define WAIT_SECONDS	20u

static inline bool wait_over(uint64_t start)
{
	machine_relax();
	return machine_ticks() - start > WAIT_SECONDS * 1000000ull * machine_ticks_per_us();
}

/* True as soon as `condition` holds, false if it does not in WAIT_SECONDS. */
#define WAIT_FOR(condition)							\
({										\
	uint64_t wait_start = machine_ticks();					\
	bool wait_holds;							\
										\
	while (!(wait_holds = (condition)) && !wait_over(wait_start))		\
		;								\
	wait_holds;								\
})

#endif /* WAIT_H */
