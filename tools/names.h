/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - words for the handoff's numbers
 *
 * A number that this build does not know comes from a newer stub, and is shown as a number.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdint.h>

#include "handoff.h"

/* A short text by value: `.text` lives until the end of the full expression it is used in. */
struct label {
	char text[40];
};

struct label outcome_name(uint32_t outcome);
struct label reason_name(uint32_t reason);
struct label mode_name(uint32_t mode);
struct label hide_reason_name(uint32_t reason);
struct label translation_name(uint32_t translation);
struct label action_name(uint32_t action);
struct label object_name(uint32_t object);
struct label phase_name(uint32_t phase);
struct label rule_name(uint32_t rule);
struct label device_name(uint32_t segment, uint32_t bus, uint32_t devfn);	/* 0000:00:1f.2 */

struct label bus_name(uint32_t segment, uint32_t bus);				/* 0000:00 */
struct label unit_version(uint32_t ver);					/* 1.0 */

/* "legacy" or "scalable"; "unknown" if RTADDR said neither. */
const char *unit_mode(const struct handoff_unit *unit);

/* The reason as a sentence's part, or "" if it is not known. */
const char *reason_text(uint32_t reason);
const char *hide_reason_text(uint32_t reason);

/* What a fault record's reason code says (VT-d spec, appendix "Fault Reason Encodings"). */
const char *fault_text(uint32_t code);

/* Bits of a register that are worth a word. The lists end with a NULL name. */
struct flag {
	uint64_t mask;
	const char *name;
};

extern const struct flag cap_flags[], ecap_flags[], gsts_flags[], fsts_flags[], pmen_flags[];

/* The same of a PCI function's registers; of status registers only what is an event. */
extern const struct flag command_flags[], status_flags[], device_status_flags[], uncorrectable_flags[],
	correctable_flags[], root_status_flags[];

const char *port_type_name(uint32_t type);

/* Which uncorrectable error came first, and is in the header log; NULL if none is told. */
const char *first_error_name(const struct handoff_function *function);

#endif /* NAMES_H */
