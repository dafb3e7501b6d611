/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proof.h - what the proofs share
 *
 * A proof is a function proof_NAME() without arguments. What it leaves open (nondet_*(), a local
 * that is not initialised, what anything() wrote) stands for every value at once; assume() narrows
 * that down and prove() must hold for all that is left. CBMC adds a check for each access and each
 * piece of arithmetic on the way. tests/proof/proofs.py lists the proofs, docs/proofs.md says what
 * they cover.
 */
#ifndef PROOF_H
#define PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define assume(condition)	__CPROVER_assume(condition)
#define prove(condition)	__CPROVER_assert(condition, #condition)

/* Without a body: any value. */
bool nondet_bool(void);
uint8_t nondet_u8(void);
char nondet_char(void);
uint16_t nondet_u16(void);
uint32_t nondet_u32(void);
uint64_t nondet_u64(void);
size_t nondet_size(void);

/* Any bytes in [memory, memory + size), all of which must be writable. */
static inline void anything(void *memory, size_t size)
{
	prove(__CPROVER_w_ok(memory, size));
	if (size)
		__CPROVER_havoc_slice(memory, size);
}

#endif /* PROOF_H */
