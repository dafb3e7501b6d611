/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * handoff.h - the ABI between the stub, the kdump kernel and the tools
 *
 * The stub publishes one setup_data node (Linux boot protocol, Documentation/arch/x86/boot.rst) of
 * type HANDOFF_SETUP_DATA_TYPE. Its payload is the arena:
 *
 *	struct handoff_header			at payload + 0
 *	struct handoff_section[section_count]	at payload + header_size
 *	the sections' entries			where their `offset` says
 *	the copied VT-d tables			HANDOFF_TABLES says where; not covered by the digest,
 *						since hardware and kernel go on using them
 *
 * All fields are little-endian. Offsets count bytes from the start of the header. Physical
 * addresses are those of the machine, IOVAs those that a device puts on the bus.
 *
 * Compatibility: a reader refuses another `major`. Within a major, sections may be added and
 * entries may grow at their end: a reader skips section types it does not know and steps through a
 * section by its `entry_size`, never by its own sizeof. docs/handoff.md has the reader's rules.
 */
#ifndef HANDOFF_H
#define HANDOFF_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/build_bug.h>
#else
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#endif

#define HANDOFF_SETUP_DATA_TYPE	0x52414d44u	/* "DMAR" */
#define HANDOFF_MAGIC		0x59414c4552414d44ull	/* "DMARELAY" */
#define HANDOFF_MAJOR		1
#define HANDOFF_MINOR		5
#define HANDOFF_MAX_SECTIONS	32	/* more is malformed */

/* What became of the whole machine. */
enum handoff_outcome {
	HANDOFF_SWITCHED	= 1,	/* the units' flags say which run on copies; `reason` if not all */
	HANDOFF_IDLE		= 2,	/* there was nothing to do: `reason` says why */
	HANDOFF_ABANDONED	= 3,	/* given up before the hardware was touched: `reason` */
};

/* Why, for outcomes and for units that were left as they were. */
enum handoff_reason {
	HANDOFF_OK			= 0,
	/* the machine as a whole */
	HANDOFF_POLICY_OFF		= 1,	/* dmarelay.policy=off */
	HANDOFF_NO_RSDP			= 2,
	HANDOFF_NO_DMAR			= 3,	/* ACPI tables sound, no DMAR among them */
	HANDOFF_BAD_DMAR		= 4,
	HANDOFF_NO_UNITS		= 5,
	HANDOFF_NO_ACTIVE_UNIT		= 6,	/* translation and interrupt remapping off everywhere */
	HANDOFF_NO_ELFCOREHDR		= 7,	/* the crashed kernel's RAM is not known */
	HANDOFF_BAD_ELFCOREHDR		= 8,
	HANDOFF_BAD_E820		= 9,
	HANDOFF_ARENA_TOO_SMALL		= 10,
	HANDOFF_BUDGET			= 11,	/* dmarelay.budget exhausted */
	HANDOFF_EXCEPTION		= 12,	/* a CPU exception cut the stub short; the log has the frame */
	HANDOFF_NO_UNIT_SWITCHED	= 13,	/* every active unit was left: see the units */
	/* one unit */
	HANDOFF_UNIT_ADDRESS		= 32,	/* base is 0, misaligned or overlaps RAM */
	HANDOFF_UNIT_DEAD		= 33,	/* registers read as all ones or all zeros */
	HANDOFF_UNIT_SCALABLE		= 34,	/* scalable mode on a unit that does not have it */
	HANDOFF_UNIT_MODE		= 35,	/* RTADDR.TTM reserved */
	HANDOFF_UNIT_PMR		= 36,	/* protected memory registers are on */
	HANDOFF_UNIT_NO_ROOM		= 37,	/* not even root and context tables fit the arena */
	HANDOFF_UNIT_QUEUE		= 38,	/* the old queue would not stop or ours not start */
	HANDOFF_UNIT_SRTP		= 39,	/* GSTS.RTPS did not come: root pointer put back */
	HANDOFF_UNIT_INVALIDATE		= 40,	/* switched, but an invalidation was not confirmed */
	HANDOFF_UNIT_SIRTP		= 41,	/* GSTS.IRTPS did not come: pointer put back */
	HANDOFF_UNIT_IRTA		= 42,	/* interrupt table's address or size cannot be */
};

/* What the kdump kernel sees of the IOMMU. */
enum handoff_mode {
	HANDOFF_SHOWN		= 0,	/* the DMAR table as it was: the kernel finds the units */
	HANDOFF_HIDDEN		= 1,	/* no DMAR table; the copies map the dump kernel's memory to itself */
};

/* Why the IOMMU was not hidden. The first condition that failed; no hidden mode was begun or all of it undone. */
enum handoff_hide_reason {
	HANDOFF_HIDE_OK			= 0,	/* hidden */
	HANDOFF_HIDE_NOT_ASKED		= 1,	/* dmarelay.iommu=show, or auto and no `wrap --hide` */
	HANDOFF_HIDE_NO_TRANSLATION	= 2,	/* no unit translates DMA */
	HANDOFF_HIDE_NOT_SWITCHED	= 3,	/* a unit was left as it was, or its switch is not complete */
	HANDOFF_HIDE_IN_PLACE		= 4,	/* tables were left in the crashed kernel's memory */
	HANDOFF_HIDE_NESTED		= 5,	/* a requester has a nested translation */
	HANDOFF_HIDE_SHARED		= 6,	/* a requester's top table is a lower table of another domain */
	HANDOFF_HIDE_WIDTH		= 7,	/* memory of the dump kernel is beyond a requester's tables */
	HANDOFF_HIDE_LOW_MEMORY		= 8,	/* RAM above 4 GiB, and less than 72 MiB below */
	HANDOFF_HIDE_X2APIC		= 9,	/* APIC id of 255 or more, or x2APIC mode is locked */
	HANDOFF_HIDE_INITRD		= 10,	/* the initrd brings a DMAR table */
	HANDOFF_HIDE_TBOOT		= 11,	/* booted by tboot, which has a copy of the DMAR table */
	HANDOFF_HIDE_NO_ROOM		= 12,	/* of the arena */
	HANDOFF_HIDE_DMAR		= 13,	/* the DMAR table's signature cannot be changed */
	HANDOFF_HIDE_INVALIDATE		= 14,	/* a unit did not confirm an invalidation */
	HANDOFF_HIDE_INTERRUPTS		= 15,	/* a unit did not take the blocked interrupt table */
	HANDOFF_HIDE_DELIVERY		= 16,	/* the compatibility-format interrupt did not arrive */
	HANDOFF_HIDE_BUDGET		= 17,	/* dmarelay.budget exhausted */
	HANDOFF_HIDE_EXCEPTION		= 18,	/* a CPU exception cut it short */
	HANDOFF_HIDE_MEMORY_MAP		= 19,	/* the e820 names the crashed kernel's RAM as the dump kernel's */
	HANDOFF_HIDE_ROOT		= 20,	/* a unit's root table was none: nothing is known of its devices */
	HANDOFF_HIDE_POLICY		= 21,	/* dmarelay.bad=block or policy=isolate do not go with it */
};

struct handoff_header {
	uint64_t magic;		/* HANDOFF_MAGIC */
	uint16_t major;
	uint16_t minor;
	uint32_t header_size;	/* of this struct; the section table follows */
	uint64_t total_size;	/* of the arena, header included: the node's `len` */
	uint64_t sealed_size;	/* where the digest ends: all sections but HANDOFF_TABLES lie before */
	uint64_t digest;	/* handoff_digest() of [0, sealed_size), this field taken as 0 */
	uint64_t base;		/* physical address of this header */
	uint32_t outcome;	/* enum handoff_outcome */
	uint32_t reason;	/* enum handoff_reason */
	uint32_t section_count;
	uint16_t mode;		/* enum handoff_mode; since minor 5, 0 before */
	uint16_t hide_reason;	/* enum handoff_hide_reason; since minor 5, 0 before */
	char	 stub_version[16];	/* NUL-padded */
};

enum handoff_section_type {
	HANDOFF_UNITS		= 1,	/* struct handoff_unit */
	HANDOFF_DOMAINS		= 2,	/* struct handoff_domain */
	HANDOFF_DEVICES		= 3,	/* struct handoff_device */
	HANDOFF_RANGES		= 4,	/* struct handoff_range: IOVAs, in slices per domain */
	HANDOFF_RECORDS		= 5,	/* struct handoff_record: quarantine */
	HANDOFF_FAULTS		= 6,	/* struct handoff_fault */
	HANDOFF_RMRRS		= 7,	/* struct handoff_rmrr */
	HANDOFF_TIMING		= 8,	/* struct handoff_timing */
	HANDOFF_CRASH_REGION	= 9,	/* struct handoff_range: physical, what no leaf may reach */
	HANDOFF_LOG		= 10,	/* char, not NUL-terminated */
	HANDOFF_PASIDS		= 11,	/* struct handoff_pasid: scalable mode */
	HANDOFF_TABLES		= 12,	/* one byte an entry: the copied tables; unsealed */
	HANDOFF_FUNCTIONS	= 13,	/* struct handoff_function: PCI configuration space */
	HANDOFF_HOLES		= 14,	/* struct handoff_hole: one a level, 1 first */
};

struct handoff_section {
	uint32_t type;		/* enum handoff_section_type */
	uint32_t entry_size;	/* bytes an entry, at least 1 */
	uint32_t count;		/* entries present */
	uint32_t dropped;	/* entries that found no room */
	uint64_t offset;	/* of the first entry, from the header's start */
	uint64_t length;	/* count * entry_size */
};

/* handoff_unit.flags */
#define HANDOFF_UNIT_DMA_ACTIVE		(1u << 0)	/* GSTS.TES at entry */
#define HANDOFF_UNIT_DMA_SWITCHED	(1u << 1)	/* RTADDR points at new_root */
#define HANDOFF_UNIT_IR_ACTIVE		(1u << 2)	/* GSTS.IRES at entry */
#define HANDOFF_UNIT_IR_SWITCHED	(1u << 3)	/* IRTA points at new_irta */
#define HANDOFF_UNIT_QI			(1u << 4)	/* queued invalidation, now from our queue */
#define HANDOFF_UNIT_ROOT_SINK		(1u << 5)	/* the root itself was bad: all devices in the sink */
#define HANDOFF_UNIT_SCALABLE_MODE	(1u << 6)	/* scalable-mode tables: see HANDOFF_PASIDS */

struct handoff_unit {
	uint64_t base;		/* physical address of the register set */
	uint32_t segment;	/* PCI segment */
	uint32_t flags;		/* HANDOFF_UNIT_* */
	uint32_t dma_reason;	/* enum handoff_reason: why not switched, or not complete */
	uint32_t ir_reason;
	uint32_t version;	/* VER */
	uint32_t gsts;		/* GSTS at entry */
	uint64_t cap;		/* CAP */
	uint64_t ecap;		/* ECAP */
	uint64_t old_root;	/* RTADDR at entry */
	uint64_t new_root;	/* RTADDR as written, 0 if none */
	uint64_t old_irta;	/* IRTA at entry, size and EIME bits included */
	uint64_t new_irta;	/* IRTA as written, 0 if none */
	uint64_t old_iqa;	/* IQA, IQH, IQT at entry: where the crashed kernel's queue stood */
	uint64_t old_iqh;
	uint64_t old_iqt;
	uint32_t root_tables;	/* root and context tables copied */
	uint32_t page_tables;	/* second-level tables copied */
	uint32_t in_place;	/* tables vetted, but left where they were */
	uint32_t irtes;		/* present interrupt entries kept */
	/* since minor 2 */
	uint32_t fsts;		/* FSTS at entry */
	uint32_t pmen;		/* PMEN at entry, 0 on a unit without protected memory */
	uint64_t iqercd;	/* IQERCD at entry, 0 on a unit without queued invalidation */
};

#define HANDOFF_UNIT_SIZE_1	120	/* bytes of an entry up to minor 1 */

/* A translation, by its id on one unit; tables may be shared. */
struct handoff_domain {
	uint32_t unit;		/* index into HANDOFF_UNITS */
	uint32_t id;		/* domain id in the copied context entries */
	uint32_t address_width;	/* input bits: 30, 39, 48, 57 */
	uint32_t flags;		/* HANDOFF_DOMAIN_* */
	uint64_t old_root;	/* top table, crashed kernel's */
	uint64_t new_root;	/* top table, ours; equals old_root if left in place */
	uint32_t tables;	/* copied for this domain */
	uint32_t in_place;	/* left in place */
	uint64_t leaves;	/* present leaves of any size */
	uint32_t first_range;	/* slice of HANDOFF_RANGES, ascending, disjoint */
	uint32_t range_count;
	uint32_t pasid;		/* of the first user seen; 0 in legacy mode */
	uint32_t folded;	/* tables that a superpage stands for in our copy */
};

#define HANDOFF_DOMAIN_COARSE		(1u << 0)	/* ranges merged across gaps for want of room */
#define HANDOFF_DOMAIN_PASS_THROUGH	(1u << 1)	/* no tables: IOVA = physical address */
#define HANDOFF_DOMAIN_SHARED		(1u << 2)	/* tables and ranges are those of an earlier domain */
#define HANDOFF_DOMAIN_FIRST_LEVEL	(1u << 3)	/* first-level tables */
#define HANDOFF_DOMAIN_NESTED		(1u << 4)	/* second-level under a guest's first-level */
#define HANDOFF_DOMAIN_FENCE		(1u << 5)	/* ours, in the place of pass-through; old_root 0 */
#define HANDOFF_DOMAIN_GARBAGE		(1u << 6)	/* its top table is none: its devices were sunk */
#define HANDOFF_DOMAIN_SUNK		(1u << 7)	/* in part: bad entries lead to the scratch page */
#define HANDOFF_DOMAIN_IDENTITY		(1u << 8)	/* extended for hidden mode, or scratch there (hide.conflict) */

enum handoff_translation {
	HANDOFF_TRANSLATED	= 1,	/* second-level */
	HANDOFF_PASS_THROUGH	= 2,
	HANDOFF_FIRST_LEVEL	= 3,
	HANDOFF_NESTED		= 4,
};

enum handoff_action {
	HANDOFF_KEPT		= 1,	/* as in the crashed kernel */
	HANDOFF_SUNK		= 2,	/* mapped to the scratch page */
	HANDOFF_BLOCKED		= 3,	/* not present; FPD in an IRTE, else if bad=block */
	HANDOFF_REPAIRED	= 4,	/* changed so that it can stand: a fresh domain id */
	HANDOFF_FENCED		= 5,	/* was passed through, now kept out of the crash region */
};

struct handoff_device {
	uint16_t segment;
	uint8_t  bus;
	uint8_t  devfn;		/* device 7:3, function 2:0 */
	uint32_t unit;		/* index into HANDOFF_UNITS */
	uint32_t domain;	/* index into HANDOFF_DOMAINS; ~0 if it has none */
	uint16_t domain_id;	/* in our copy */
	uint8_t  translation;	/* enum handoff_translation, in scalable mode of RID_PASID; 0: none */
	uint8_t  action;	/* enum handoff_action for the device as a whole */
	uint64_t old_context[2];	/* the entry as found, low and high quadword */
};

#define HANDOFF_NO_DOMAIN	0xffffffffu

/* A present PASID table entry of a device in scalable mode. */
struct handoff_pasid {
	uint32_t device;	/* index into HANDOFF_DEVICES: the first one whose table this is */
	uint32_t pasid;
	uint32_t domain;	/* index into HANDOFF_DOMAINS; ~0 if it has none */
	uint16_t domain_id;	/* in our copy */
	uint8_t  translation;	/* enum handoff_translation; 0 if of no known type */
	uint8_t  action;	/* enum handoff_action */
	uint64_t old_entry[3];	/* as found, the three low quadwords */
};

struct handoff_range {
	uint64_t first;
	uint64_t last;		/* inclusive */
};

/* What a record is about; also its blast radius. */
enum handoff_object {
	HANDOFF_ROOT_TABLE	= 1,	/* costs the unit's devices */
	HANDOFF_ROOT_ENTRY	= 2,	/* its bus */
	HANDOFF_CONTEXT		= 3,	/* its device */
	HANDOFF_PAGE_TABLE	= 4,	/* an entry that refers to a table: its subtree */
	HANDOFF_LEAF		= 5,	/* that leaf */
	HANDOFF_IR_TABLE	= 6,	/* the unit's interrupts */
	HANDOFF_IRTE		= 7,	/* that interrupt */
	HANDOFF_PASID_DIRECTORY	= 8,	/* an entry of it: 64 PASIDs of its device */
	HANDOFF_PASID		= 9,	/* that PASID of its device */
};

/* Which rule struck. stub/rules.inc has each one's name, spec section and cost. */
enum handoff_rule {
	HANDOFF_RULE_ROOT_TABLE_PROVENANCE	= 1,
	HANDOFF_RULE_ROOT_RESERVED		= 2,
	HANDOFF_RULE_ROOT_WIDTH			= 3,
	HANDOFF_RULE_ROOT_PROVENANCE		= 4,
	HANDOFF_RULE_CONTEXT_RESERVED		= 16,
	HANDOFF_RULE_CONTEXT_TYPE		= 17,
	HANDOFF_RULE_CONTEXT_AW			= 18,
	HANDOFF_RULE_CONTEXT_WIDTH		= 19,
	HANDOFF_RULE_CONTEXT_PROVENANCE		= 20,
	HANDOFF_RULE_CONTEXT_DOMAIN_RANGE	= 21,
	HANDOFF_RULE_CONTEXT_DOMAIN_CLASH	= 22,
	HANDOFF_RULE_CONTEXT_UNTRACKED		= 23,
	HANDOFF_RULE_CONTEXT_POLICY		= 24,
	HANDOFF_RULE_CONTEXT_ABSENT		= 25,
	HANDOFF_RULE_CONTEXT_GARBAGE		= 26,
	HANDOFF_RULE_SL_RESERVED		= 32,
	HANDOFF_RULE_SL_WIDTH			= 33,
	HANDOFF_RULE_SL_SUPERPAGE		= 34,
	HANDOFF_RULE_SL_PROVENANCE		= 35,
	HANDOFF_RULE_SL_TARGET			= 36,
	HANDOFF_RULE_SL_UNTRACKED		= 37,
	HANDOFF_RULE_SL_GARBAGE			= 38,
	HANDOFF_RULE_IR_TABLE_PROVENANCE	= 48,
	HANDOFF_RULE_IRTE_RESERVED		= 49,
	HANDOFF_RULE_IRTE_POSTED		= 50,
	HANDOFF_RULE_SM_ROOT_RESERVED		= 64,
	HANDOFF_RULE_SM_ROOT_WIDTH		= 65,
	HANDOFF_RULE_SM_ROOT_PROVENANCE		= 66,
	HANDOFF_RULE_SM_CONTEXT_RESERVED	= 67,
	HANDOFF_RULE_SM_CONTEXT_WIDTH		= 68,
	HANDOFF_RULE_SM_CONTEXT_PROVENANCE	= 69,
	HANDOFF_RULE_SM_CONTEXT_NO_ROOM		= 70,
	HANDOFF_RULE_SM_CONTEXT_ABSENT		= 71,
	HANDOFF_RULE_PASID_DIR_RESERVED		= 80,
	HANDOFF_RULE_PASID_DIR_WIDTH		= 81,
	HANDOFF_RULE_PASID_DIR_PROVENANCE	= 82,
	HANDOFF_RULE_PASID_DIR_NO_ROOM		= 83,
	HANDOFF_RULE_PASID_RESERVED		= 84,
	HANDOFF_RULE_PASID_TYPE			= 85,
	HANDOFF_RULE_PASID_AW			= 86,
	HANDOFF_RULE_PASID_WIDTH		= 87,
	HANDOFF_RULE_PASID_PROVENANCE		= 88,
	HANDOFF_RULE_PASID_DOMAIN_RANGE		= 89,
	HANDOFF_RULE_PASID_DOMAIN_CLASH		= 90,
	HANDOFF_RULE_PASID_UNTRACKED		= 91,
	HANDOFF_RULE_PASID_POLICY		= 92,
	HANDOFF_RULE_PASID_GARBAGE		= 93,
	HANDOFF_RULE_FL_RESERVED		= 96,
	HANDOFF_RULE_FL_WIDTH			= 97,
	HANDOFF_RULE_FL_SUPERPAGE		= 98,
	HANDOFF_RULE_FL_PROVENANCE		= 99,
	HANDOFF_RULE_FL_TARGET			= 100,
	HANDOFF_RULE_FL_UNTRACKED		= 101,
	HANDOFF_RULE_FL_GARBAGE			= 102,
	HANDOFF_RULE_RMRR_UNMAPPED		= 112,
	HANDOFF_RULE_RMRR_ELSEWHERE		= 113,
	HANDOFF_RULE_HIDE_CONFLICT		= 114,
};

/* One struck rule. Fields that do not apply are 0 (device: bus and devfn of the first user seen). */
struct handoff_record {
	uint16_t rule;		/* enum handoff_rule */
	uint8_t  object;	/* enum handoff_object */
	uint8_t  action;	/* enum handoff_action */
	uint8_t  level;		/* of the table that holds the entry: 1 = leaf table */
	uint8_t  in_place;	/* 1: the crashed kernel's own table was edited, `found` is what it held */
	uint16_t segment;
	uint8_t  bus;
	uint8_t  devfn;
	uint16_t domain_id;
	uint32_t unit;		/* index into HANDOFF_UNITS */
	uint64_t where;		/* physical address of the entry in the crashed kernel's table */
	uint64_t found[2];	/* the entry as read; 8-byte entries use the first */
	uint64_t iova;		/* first IOVA it translates (LEAF, PAGE_TABLE), index (IRTE), PASID */
	uint64_t size;		/* bytes of IOVA space it covers */
	uint64_t target;	/* the address it referred to */
};

struct handoff_fault {
	uint32_t unit;		/* index into HANDOFF_UNITS */
	uint32_t fsts;		/* FSTS at entry */
	uint64_t record[2];	/* fault record as read; F (bit 127) set, or both 0 if only FSTS tells */
};

struct handoff_rmrr {
	uint64_t base;
	uint64_t limit;		/* inclusive */
	uint32_t segment;
	uint16_t scopes;	/* device scope entries */
	uint8_t  first_bus;	/* start bus and path of the first one */
	uint8_t  first_devfn;
};

/* handoff_function.flags */
#define HANDOFF_FUNCTION_ABSENT		(1u << 0)	/* reads as all ones: all else is 0 */
#define HANDOFF_FUNCTION_CONTEXT	(1u << 1)	/* had a context entry: see HANDOFF_DEVICES */
#define HANDOFF_FUNCTION_VIRTUAL	(1u << 2)	/* SR-IOV's: its ids read as all ones */
#define HANDOFF_FUNCTION_BRIDGE		(1u << 3)	/* secondary, subordinate and so on are valid */
#define HANDOFF_FUNCTION_EXPRESS	(1u << 4)	/* port_type, device_control and _status are */
#define HANDOFF_FUNCTION_AER		(1u << 5)	/* aer_* and header_log are */
#define HANDOFF_FUNCTION_ROOT		(1u << 6)	/* root_status and error_source are */
#define HANDOFF_FUNCTION_BAD_LIST	(1u << 7)	/* a capability list led nowhere, or in circles */
#define HANDOFF_FUNCTION_NO_EXTENDED	(1u << 8)	/* read by ports: not the space where AER is */

/*
 * A PCI function at the crash: nothing had been written to it since. Names are those of the PCI
 * Express Base Specification, chapter 7.
 */
struct handoff_function {
	uint16_t segment;
	uint8_t  bus;
	uint8_t  devfn;
	uint32_t flags;		/* HANDOFF_FUNCTION_* */
	uint16_t vendor;
	uint16_t device;
	uint32_t class_revision;	/* class code 31:8, revision 7:0 */
	uint16_t command;
	uint16_t status;
	uint8_t  header_type;	/* bit 7: has more functions */
	uint8_t  secondary;	/* bus behind the bridge, and the last one behind that */
	uint8_t  subordinate;
	uint8_t  port_type;	/* Device/Port Type: 0 endpoint, 4 root port, ... */
	uint16_t secondary_status;
	uint16_t bridge_control;
	uint16_t device_control;
	uint16_t device_status;
	uint32_t aer_uncorrectable;	/* Uncorrectable Error Status, Severity */
	uint32_t aer_severity;
	uint32_t aer_correctable;	/* Correctable Error Status */
	uint32_t aer_control;	/* Advanced Error Capabilities and Control: first error in 4:0 */
	uint32_t header_log[4];	/* of the request that the first error was about */
	uint32_t root_status;	/* Root Error Status */
	uint32_t error_source;	/* requesters: correctable 15:0, else 31:16 */
};

/*
 * What stands in each entry of the copied page tables of a level that was not present: it leads to
 * the sink. No section, or no entries: these were left. Hardware may have set accessed and dirty
 * bits.
 */
struct handoff_hole {
	uint64_t entry;
};

#define HANDOFF_HOLE_MARKS	0x360ull	/* bits 5 and 6 in first-, 8 and 9 in second-level tables */

enum handoff_phase {
	HANDOFF_PHASE_ARRIVE	= 1,	/* own stack, page tables, IDT; clock calibration */
	HANDOFF_PHASE_DISCOVER	= 2,
	HANDOFF_PHASE_COPY	= 3,
	HANDOFF_PHASE_SEAL	= 4,
	HANDOFF_PHASE_SWITCH	= 5,
	HANDOFF_PHASE_SURVEY	= 6,	/* of PCI functions, between seal and switch */
	HANDOFF_PHASE_HIDE	= 7,	/* what is built for hidden mode; and, once more, hiding */
};

struct handoff_timing {
	uint32_t phase;		/* enum handoff_phase */
	uint32_t ticks_per_us;	/* TSC rate used for `us` */
	uint64_t ticks;		/* TSC ticks spent in the phase */
	uint64_t us;
};

/*
 * The digest of the block at `header`, its own field taken as 0: FNV-1a over the 64-bit words of
 * [0, sealed_size), with a rotation so that a changed bit reaches all others. Every step is a
 * bijection of the state: a change confined to one word is always seen. It guards against damage,
 * not against an adversary. `sealed_size` is a multiple of 8, `header` 8-byte aligned.
 */
static inline uint64_t handoff_digest(const void *header, uint64_t sealed_size)
{
	const uint64_t *word = (const uint64_t *)header;
	uint64_t state = 0xcbf29ce484222325ull;

	for (uint64_t i = 0; i < sealed_size / 8; i++) {
		if (i != offsetof(struct handoff_header, digest) / 8)
			state ^= word[i];
		state *= 0x100000001b3ull;
		state = state << 29 | state >> 35;
	}
	return state;
}

#define HANDOFF_AT(type, field, at) \
	static_assert(offsetof(struct type, field) == (at), #type "." #field)
#define HANDOFF_SIZE(type, size) \
	static_assert(sizeof(struct type) == (size), #type)

HANDOFF_AT(handoff_header, magic, 0);
HANDOFF_AT(handoff_header, major, 8);
HANDOFF_AT(handoff_header, minor, 10);
HANDOFF_AT(handoff_header, header_size, 12);
HANDOFF_AT(handoff_header, total_size, 16);
HANDOFF_AT(handoff_header, sealed_size, 24);
HANDOFF_AT(handoff_header, digest, 32);
HANDOFF_AT(handoff_header, base, 40);
HANDOFF_AT(handoff_header, outcome, 48);
HANDOFF_AT(handoff_header, reason, 52);
HANDOFF_AT(handoff_header, section_count, 56);
HANDOFF_AT(handoff_header, mode, 60);
HANDOFF_AT(handoff_header, hide_reason, 62);
HANDOFF_AT(handoff_header, stub_version, 64);
HANDOFF_SIZE(handoff_header, 80);

HANDOFF_AT(handoff_section, type, 0);
HANDOFF_AT(handoff_section, entry_size, 4);
HANDOFF_AT(handoff_section, count, 8);
HANDOFF_AT(handoff_section, dropped, 12);
HANDOFF_AT(handoff_section, offset, 16);
HANDOFF_AT(handoff_section, length, 24);
HANDOFF_SIZE(handoff_section, 32);

HANDOFF_AT(handoff_unit, base, 0);
HANDOFF_AT(handoff_unit, segment, 8);
HANDOFF_AT(handoff_unit, flags, 12);
HANDOFF_AT(handoff_unit, dma_reason, 16);
HANDOFF_AT(handoff_unit, ir_reason, 20);
HANDOFF_AT(handoff_unit, version, 24);
HANDOFF_AT(handoff_unit, gsts, 28);
HANDOFF_AT(handoff_unit, cap, 32);
HANDOFF_AT(handoff_unit, ecap, 40);
HANDOFF_AT(handoff_unit, old_root, 48);
HANDOFF_AT(handoff_unit, new_root, 56);
HANDOFF_AT(handoff_unit, old_irta, 64);
HANDOFF_AT(handoff_unit, new_irta, 72);
HANDOFF_AT(handoff_unit, old_iqa, 80);
HANDOFF_AT(handoff_unit, old_iqh, 88);
HANDOFF_AT(handoff_unit, old_iqt, 96);
HANDOFF_AT(handoff_unit, root_tables, 104);
HANDOFF_AT(handoff_unit, page_tables, 108);
HANDOFF_AT(handoff_unit, in_place, 112);
HANDOFF_AT(handoff_unit, irtes, 116);
HANDOFF_AT(handoff_unit, fsts, HANDOFF_UNIT_SIZE_1);
HANDOFF_AT(handoff_unit, pmen, 124);
HANDOFF_AT(handoff_unit, iqercd, 128);
HANDOFF_SIZE(handoff_unit, 136);

HANDOFF_AT(handoff_domain, unit, 0);
HANDOFF_AT(handoff_domain, id, 4);
HANDOFF_AT(handoff_domain, address_width, 8);
HANDOFF_AT(handoff_domain, flags, 12);
HANDOFF_AT(handoff_domain, old_root, 16);
HANDOFF_AT(handoff_domain, new_root, 24);
HANDOFF_AT(handoff_domain, tables, 32);
HANDOFF_AT(handoff_domain, in_place, 36);
HANDOFF_AT(handoff_domain, leaves, 40);
HANDOFF_AT(handoff_domain, first_range, 48);
HANDOFF_AT(handoff_domain, range_count, 52);
HANDOFF_AT(handoff_domain, pasid, 56);
HANDOFF_AT(handoff_domain, folded, 60);
HANDOFF_SIZE(handoff_domain, 64);

HANDOFF_AT(handoff_device, segment, 0);
HANDOFF_AT(handoff_device, bus, 2);
HANDOFF_AT(handoff_device, devfn, 3);
HANDOFF_AT(handoff_device, unit, 4);
HANDOFF_AT(handoff_device, domain, 8);
HANDOFF_AT(handoff_device, domain_id, 12);
HANDOFF_AT(handoff_device, translation, 14);
HANDOFF_AT(handoff_device, action, 15);
HANDOFF_AT(handoff_device, old_context, 16);
HANDOFF_SIZE(handoff_device, 32);

HANDOFF_AT(handoff_pasid, device, 0);
HANDOFF_AT(handoff_pasid, pasid, 4);
HANDOFF_AT(handoff_pasid, domain, 8);
HANDOFF_AT(handoff_pasid, domain_id, 12);
HANDOFF_AT(handoff_pasid, translation, 14);
HANDOFF_AT(handoff_pasid, action, 15);
HANDOFF_AT(handoff_pasid, old_entry, 16);
HANDOFF_SIZE(handoff_pasid, 40);

HANDOFF_AT(handoff_range, first, 0);
HANDOFF_AT(handoff_range, last, 8);
HANDOFF_SIZE(handoff_range, 16);

HANDOFF_AT(handoff_record, rule, 0);
HANDOFF_AT(handoff_record, object, 2);
HANDOFF_AT(handoff_record, action, 3);
HANDOFF_AT(handoff_record, level, 4);
HANDOFF_AT(handoff_record, in_place, 5);
HANDOFF_AT(handoff_record, segment, 6);
HANDOFF_AT(handoff_record, bus, 8);
HANDOFF_AT(handoff_record, devfn, 9);
HANDOFF_AT(handoff_record, domain_id, 10);
HANDOFF_AT(handoff_record, unit, 12);
HANDOFF_AT(handoff_record, where, 16);
HANDOFF_AT(handoff_record, found, 24);
HANDOFF_AT(handoff_record, iova, 40);
HANDOFF_AT(handoff_record, size, 48);
HANDOFF_AT(handoff_record, target, 56);
HANDOFF_SIZE(handoff_record, 64);

HANDOFF_AT(handoff_fault, unit, 0);
HANDOFF_AT(handoff_fault, fsts, 4);
HANDOFF_AT(handoff_fault, record, 8);
HANDOFF_SIZE(handoff_fault, 24);

HANDOFF_AT(handoff_rmrr, base, 0);
HANDOFF_AT(handoff_rmrr, limit, 8);
HANDOFF_AT(handoff_rmrr, segment, 16);
HANDOFF_AT(handoff_rmrr, scopes, 20);
HANDOFF_AT(handoff_rmrr, first_bus, 22);
HANDOFF_AT(handoff_rmrr, first_devfn, 23);
HANDOFF_SIZE(handoff_rmrr, 24);

HANDOFF_AT(handoff_function, segment, 0);
HANDOFF_AT(handoff_function, bus, 2);
HANDOFF_AT(handoff_function, devfn, 3);
HANDOFF_AT(handoff_function, flags, 4);
HANDOFF_AT(handoff_function, vendor, 8);
HANDOFF_AT(handoff_function, device, 10);
HANDOFF_AT(handoff_function, class_revision, 12);
HANDOFF_AT(handoff_function, command, 16);
HANDOFF_AT(handoff_function, status, 18);
HANDOFF_AT(handoff_function, header_type, 20);
HANDOFF_AT(handoff_function, secondary, 21);
HANDOFF_AT(handoff_function, subordinate, 22);
HANDOFF_AT(handoff_function, port_type, 23);
HANDOFF_AT(handoff_function, secondary_status, 24);
HANDOFF_AT(handoff_function, bridge_control, 26);
HANDOFF_AT(handoff_function, device_control, 28);
HANDOFF_AT(handoff_function, device_status, 30);
HANDOFF_AT(handoff_function, aer_uncorrectable, 32);
HANDOFF_AT(handoff_function, aer_severity, 36);
HANDOFF_AT(handoff_function, aer_correctable, 40);
HANDOFF_AT(handoff_function, aer_control, 44);
HANDOFF_AT(handoff_function, header_log, 48);
HANDOFF_AT(handoff_function, root_status, 64);
HANDOFF_AT(handoff_function, error_source, 68);
HANDOFF_SIZE(handoff_function, 72);

HANDOFF_AT(handoff_hole, entry, 0);
HANDOFF_SIZE(handoff_hole, 8);

HANDOFF_AT(handoff_timing, phase, 0);
HANDOFF_AT(handoff_timing, ticks_per_us, 4);
HANDOFF_AT(handoff_timing, ticks, 8);
HANDOFF_AT(handoff_timing, us, 16);
HANDOFF_SIZE(handoff_timing, 24);

#undef HANDOFF_AT
#undef HANDOFF_SIZE

#endif /* HANDOFF_H */
