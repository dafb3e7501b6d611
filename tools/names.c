// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <stddef.h>
#include <stdio.h>

#include "rules.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const outcomes[] = {
	[HANDOFF_SWITCHED]	= "switched",
	[HANDOFF_IDLE]		= "idle",
	[HANDOFF_ABANDONED]	= "abandoned",
};

static const struct reason {
	const char *name;
	const char *text;
} reasons[] = {
	[HANDOFF_OK]			= { "ok", "" },
	[HANDOFF_POLICY_OFF]		= { "policy-off", "dmarelay.policy=off was asked for" },
	[HANDOFF_NO_RSDP]		= { "no-rsdp", "the ACPI tables were not found" },
	[HANDOFF_NO_DMAR]		= { "no-dmar", "the firmware describes no remapping unit" },
	[HANDOFF_BAD_DMAR]		= { "bad-dmar", "the DMAR table is malformed" },
	[HANDOFF_NO_UNITS]		= { "no-units", "the DMAR table lists no unit" },
	[HANDOFF_NO_ACTIVE_UNIT]	= { "no-active-unit",
		"DMA and interrupt remapping were off in every unit" },
	[HANDOFF_NO_ELFCOREHDR]		= { "no-elfcorehdr",
		"no elfcorehdr= that says where the crashed kernel's RAM is" },
	[HANDOFF_BAD_ELFCOREHDR]	= { "bad-elfcorehdr", "the ELF core header is malformed" },
	[HANDOFF_BAD_E820]		= { "bad-e820", "the memory map is malformed" },
	[HANDOFF_ARENA_TOO_SMALL]	= { "arena-too-small", "the arena cannot hold the report" },
	[HANDOFF_BUDGET]		= { "budget", "the time of dmarelay.budget was used up" },
	[HANDOFF_EXCEPTION]		= { "exception",
		"a CPU exception in the stub: see the log" },
	[HANDOFF_NO_UNIT_SWITCHED]	= { "no-unit-switched",
		"every active unit was left as it was: see the units" },
	[HANDOFF_UNIT_ADDRESS]		= { "unit-address",
		"its base address is 0, misaligned or in RAM" },
	[HANDOFF_UNIT_DEAD]		= { "unit-dead",
		"its registers read as all ones or all zeros" },
	[HANDOFF_UNIT_SCALABLE]		= { "unit-scalable", 
		"it is in scalable mode, which it says it does not have" },
	[HANDOFF_UNIT_MODE]		= { "unit-mode", "its translation table mode is reserved" },
	[HANDOFF_UNIT_PMR]		= { "unit-pmr", "its protected memory registers are on" },
	[HANDOFF_UNIT_NO_ROOM]		= { "unit-no-room",
		"not even its root and context tables fit into the arena" },
	[HANDOFF_UNIT_QUEUE]		= { "unit-queue",
		"its old invalidation queue would not stop, or ours not start" },
	[HANDOFF_UNIT_SRTP]		= { "unit-srtp",
		"it did not take the root table: the old pointer was put back" },
	[HANDOFF_UNIT_INVALIDATE]	= { "unit-invalidate",
		"switched, but an invalidation was not confirmed" },
	[HANDOFF_UNIT_SIRTP]		= { "unit-sirtp",
		"it did not take the interrupt table: the old pointer was put back" },
	[HANDOFF_UNIT_IRTA]		= { "unit-irta",
		"its interrupt table's address or size cannot be" },
};

static const char *const modes[] = {
	[HANDOFF_SHOWN]		= "shown",
	[HANDOFF_HIDDEN]	= "hidden",
};

static const struct reason hide_reasons[] = {
	[HANDOFF_HIDE_OK]		= { "ok", "" },
	[HANDOFF_HIDE_NOT_ASKED]	= { "not-asked",
		"to hide it was not asked for, or there was nothing to switch" },
	[HANDOFF_HIDE_NO_TRANSLATION]	= { "no-translation", "no unit translates DMA" },
	[HANDOFF_HIDE_NOT_SWITCHED]	= { "not-switched",
		"a unit was left as it was, or its switch is not complete: see the units" },
	[HANDOFF_HIDE_IN_PLACE]		= { "in-place",
		"tables were left in the crashed kernel's memory" },
	[HANDOFF_HIDE_NESTED]		= { "nested", "a device has a nested translation" },
	[HANDOFF_HIDE_SHARED]		= { "shared-table",
		"a device's top table is a lower table of another domain" },
	[HANDOFF_HIDE_WIDTH]		= { "width",
		"memory of the kdump kernel is beyond what a device's tables can map" },
	[HANDOFF_HIDE_LOW_MEMORY]	= { "low-memory",
		"the kdump kernel has RAM above 4 GiB, and less than 72 MiB below" },
	[HANDOFF_HIDE_X2APIC]		= { "x2apic",
		"the CPU's APIC id is 255 or more, or x2APIC mode is locked" },
	[HANDOFF_HIDE_INITRD]		= { "initrd", "the initrd brings a DMAR table" },
	[HANDOFF_HIDE_TBOOT]		= { "tboot",
		"the machine was booted by tboot, which has a copy of the DMAR table" },
	[HANDOFF_HIDE_NO_ROOM]		= { "no-room", "the arena has no room for it" },
	[HANDOFF_HIDE_DMAR]		= { "dmar",
		"the DMAR table's signature cannot be changed" },
	[HANDOFF_HIDE_INVALIDATE]	= { "invalidate",
		"a unit did not confirm an invalidation" },
	[HANDOFF_HIDE_INTERRUPTS]	= { "interrupts",
		"a unit did not take the interrupt table that blocks all interrupts" },
	[HANDOFF_HIDE_DELIVERY]		= { "delivery",
		"an interrupt in compatibility format, raised as a trial, did not arrive" },
	[HANDOFF_HIDE_BUDGET]		= { "budget", "the time of dmarelay.budget was used up" },
	[HANDOFF_HIDE_EXCEPTION]	= { "exception",
		"a CPU exception in the stub, or no way to change the kdump kernel's memory map" },
	[HANDOFF_HIDE_MEMORY_MAP]	= { "memory-map",
		"the kdump kernel's memory map lists the crashed kernel's RAM" },
	[HANDOFF_HIDE_ROOT]		= { "root",
		"a unit's root table was invalid, so that nothing is known of its devices" },
	[HANDOFF_HIDE_POLICY]		= { "policy",
		"dmarelay.bad=block or dmarelay.policy=isolate rules it out" },
};

static const char *const translations[] = {
	[0]			= "none",
	[HANDOFF_TRANSLATED]	= "translated",
	[HANDOFF_PASS_THROUGH]	= "pass-through",
	[HANDOFF_FIRST_LEVEL]	= "first-level",
	[HANDOFF_NESTED]	= "nested",
};

static const char *const actions[] = {
	[HANDOFF_KEPT]		= "kept",
	[HANDOFF_SUNK]		= "sunk",
	[HANDOFF_BLOCKED]	= "blocked",
	[HANDOFF_REPAIRED]	= "repaired",
	[HANDOFF_FENCED]	= "fenced",
};

static const char *const objects[] = {
	[HANDOFF_ROOT_TABLE]		= "root-table",
	[HANDOFF_ROOT_ENTRY]		= "root-entry",
	[HANDOFF_CONTEXT]		= "context",
	[HANDOFF_PAGE_TABLE]		= "page-table",
	[HANDOFF_LEAF]			= "leaf",
	[HANDOFF_IR_TABLE]		= "ir-table",
	[HANDOFF_IRTE]			= "irte",
	[HANDOFF_PASID_DIRECTORY]	= "pasid-directory",
	[HANDOFF_PASID]			= "pasid",
};

static const char *const phases[] = {
	[HANDOFF_PHASE_ARRIVE]		= "arrive",
	[HANDOFF_PHASE_DISCOVER]	= "discover",
	[HANDOFF_PHASE_COPY]		= "copy",
	[HANDOFF_PHASE_SEAL]		= "seal",
	[HANDOFF_PHASE_SWITCH]		= "switch",
	[HANDOFF_PHASE_SURVEY]		= "survey",
	[HANDOFF_PHASE_HIDE]		= "hide",
};

static struct label pick(const char *name, const char *kind, uint32_t number)
{
	struct label label;

	if (name)
		snprintf(label.text, sizeof(label.text), "%s", name);
	else
		snprintf(label.text, sizeof(label.text), "%s-%u", kind, number);
	return label;
}

#define PICK(table, kind, number) \
	pick((number) < COUNT(table) ? (table)[number] : NULL, kind, number)

struct label outcome_name(uint32_t outcome)
{
	return PICK(outcomes, "outcome", outcome);
}

struct label reason_name(uint32_t reason)
{
	return pick(reason < COUNT(reasons) ? reasons[reason].name : NULL, "reason", reason);
}

const char *reason_text(uint32_t reason)
{
	return reason < COUNT(reasons) && reasons[reason].text ? reasons[reason].text : "";
}

struct label mode_name(uint32_t mode)
{
	return PICK(modes, "mode", mode);
}

struct label hide_reason_name(uint32_t reason)
{
	return pick(reason < COUNT(hide_reasons) ? hide_reasons[reason].name : NULL, "hide-reason",
		    reason);
}

const char *hide_reason_text(uint32_t reason)
{
	return reason < COUNT(hide_reasons) ? hide_reasons[reason].text : "";
}

struct label translation_name(uint32_t translation)
{
	return PICK(translations, "translation", translation);
}

struct label action_name(uint32_t action)
{
	return PICK(actions, "action", action);
}

struct label object_name(uint32_t object)
{
	return PICK(objects, "object", object);
}

struct label phase_name(uint32_t phase)
{
	return PICK(phases, "phase", phase);
}

struct label rule_name(uint32_t rule)
{
	const struct rule *found = rule_find((uint16_t)rule);

	return pick(found ? found->name : NULL, "rule", rule);
}

struct label device_name(uint32_t segment, uint32_t bus, uint32_t devfn)
{
	struct label label;

	snprintf(label.text, sizeof(label.text), "%04x:%02x:%02x.%x", segment, bus,
		 devfn >> 3 & 0x1f, devfn & 7);
	return label;
}

struct label bus_name(uint32_t segment, uint32_t bus)
{
	struct label label;

	snprintf(label.text, sizeof(label.text), "%04x:%02x", segment, bus);
	return label;
}

struct label unit_version(uint32_t ver)
{
	struct label label;

	snprintf(label.text, sizeof(label.text), "%u.%u", ver >> 4 & 0xf, ver & 0xf);
	return label;
}

const char *unit_mode(const struct handoff_unit *unit)
{
	if (unit->flags & HANDOFF_UNIT_SCALABLE_MODE)
		return "scalable";
	return unit->dma_reason == HANDOFF_UNIT_MODE ? "unknown" : "legacy";
}
