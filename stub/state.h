/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state.h - struct relay: everything that one run knows
 */
#ifndef STATE_H
#define STATE_H

#include "alias.h"
#include "arena.h"
#include "budget.h"
#include "dmar.h"
#include "hide.h"
#include "memo.h"
#include "pagetable.h"
#include "params.h"
#include "pci_config.h"
#include "ram.h"
#include "relay.h"
#include "report.h"
#include "share.h"
#include "sink.h"
#include "unit.h"

struct relay {
	struct relay_boot boot;
	struct params params;
	struct budget budget;
	struct arena arena;
	struct report report;
	struct ram ram;
	struct dmar dmar;
	struct dmar damaged_dmar;	/* the firmware's, if dmar_brought */
	bool dmar_brought;		/* `dmar` is the image's own */
	struct pci_config pci;
	struct sink sink;		/* the one that all may share */
	struct sink_room sink_room;	/* for those of their own */
	struct share share;		/* of what is left, for page tables */
	struct memo memo;
	struct alias alias;
	struct hide hide;
	struct pagetable_formats formats;
	bool unmendable;		/* some table in place has a bad entry that stays: trust none again */
	uint64_t *scratch[PAGETABLE_MAX_LEVELS];	/* one page a level, to vet tables left in place */
	struct unit units[UNIT_MAX];
	uint32_t unit_count;
	uint64_t nmis_told;		/* in the log */
	enum handoff_outcome outcome;
	enum handoff_reason reason;
	uint64_t phase_start;		/* ticks */
};

#endif /* STATE_H */
