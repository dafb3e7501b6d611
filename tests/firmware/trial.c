// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is judged here is memory and registers; test_firmware.py judges QEMU's trace besides.
 */
#include "trial.h"

#include "expect.h"
#include "firmware.h"
#include "handoff_read.h"
#include "machine.h"
#include "print.h"
#include "relay.h"
#include "scene.h"
#include "traffic.h"
#include "vtd.h"

static void check_record(const struct handoff_view *view, const struct row *row)
{
	uint32_t count = view->sections[HANDOFF_RECORDS].count;

	if (expect(count == (row->rule ? 1 : 0), "the right number of records") && count)
		expect(handoff_get_record(view, 0).rule == row->rule, "the record names the rule");
}

static void check_report(const struct row *row)
{
	struct handoff_view view;
	struct problem problem;
	uint64_t size;
	phys_t payload = relay_payload(&size);

	if (!expect(handoff_read(&view, (void *)(uintptr_t)payload.pa, size, &problem),
		    "the report can be read"))
		return;
	expect(view.digest_ok, "the report's digest is right");
	expect(view.header.outcome == HANDOFF_SWITCHED && view.header.reason == HANDOFF_OK,
	       "the report says: switched");
	check_record(&view, row);
}

static bool in_arena(const struct relay_boot *boot, uint64_t address)
{
	return address >= boot->arena_phys.pa && address < boot->arena_phys.pa + boot->arena_size;
}

static void check_registers(const struct scene *scene, const struct relay_boot *boot,
			    uint32_t status)
{
	expect((iommu_status() & VTD_G_PERSISTENT) == (status & VTD_G_PERSISTENT),
	       "the unit's status is as it was");
	expect(in_arena(boot, iommu_root() & PAGE_MASK), "the root table is in the arena");
	expect((iommu_root() & ~PAGE_MASK) == (scene->tables.root & ~PAGE_MASK),
	       "the mode is as it was");
	if (scene->remapped)
		expect(in_arena(boot, iommu_interrupt_table() & PAGE_MASK),
		       "the interrupt table is in the arena");
}

/* Copy and switch, with a transfer on its way. */
static void run_stub(const struct scene *scene, const struct relay_boot *boot, bool commit)
{
	uint32_t status = iommu_status();

	expect(!iommu_faulted(), "no fault before the switch");
	edu_write(&lab.edu, scene_iova(scene, FLYING));
	if (expect(relay_open(boot), "the arena is large enough") &&
	    expect(relay_prepare(), "there is something to switch") && commit)
		relay_commit();
	if (commit) {
		check_report(scene->row);
		check_registers(scene, boot, status);
	}
	traffic_ends(&lab.edu, "the transfer across the switch ends");
	expect(lab_has_pattern(lab_buffer(FLYING), EDU_SEED), "it ends where it should");
}

static bool decoys_untouched(void)
{
	for (unsigned int i = 0; i < BUFFERS; i++)
		if (i != RING_0 && i != RING_1 && !lab_untouched(lab.decoys + i * PAGE_SIZE))
			return false;
	return true;
}

/* The original tables now lead elsewhere: does anyone still go by them? */
static void check_who_serves(const struct scene *scene)
{
	scene_lay_decoys(scene);
	expect(iommu_forget(), "the unit forgets");
	edu_write(&lab.edu, scene_iova(scene, AFTER));
	traffic_ends(&lab.edu, "the edu device writes after the switch");
	if (!expect(lab_has_pattern(lab_buffer(AFTER), EDU_SEED), "the copies serve its writes"))
		return;
	traffic_sound("the copies serve the capture of sound");
	expect(decoys_untouched(), "nobody goes by the original tables");
}

/* And now they are gone. */
static void check_without_originals(const struct scene *scene)
{
	tables_reset();
	expect(iommu_forget(), "the unit forgets again");
	edu_read(&lab.edu, scene_iova(scene, SOURCE));
	traffic_ends(&lab.edu, "the edu device reads after the switch");
	edu_write(&lab.edu, scene_iova(scene, ECHO));
	traffic_ends(&lab.edu, "the edu device writes what it read");
	expect(lab_has_pattern(lab_buffer(ECHO), SOURCE_SEED), "it has read what is there");
	traffic_sound("sound is captured without the original tables");
	expect(uhci_runs(&lab.uhci), "USB runs after the switch");
}

static void victim_reaches(iova_t at, enum buffer buffer, const char *what)
{
	edu_write(&lab.victim, at);
	traffic_ends(&lab.victim, what);
	expect(lab_has_pattern(lab_buffer(buffer), VICTIM_SEED), what);
}

/* What the victim writes ends on a page in the arena, and nowhere else; and it may read there. */
static void victim_sinks(const struct relay_boot *boot, iova_t at)
{
	edu_write(&lab.victim, at);
	traffic_ends(&lab.victim, "the victim's write into the sink ends");
	expect(lab_count_pattern(boot->arena_phys.pa, boot->arena_size, VICTIM_SEED) == 1,
	       "the victim's write is in the sink");
	expect(lab_untouched(lab_buffer(NEAR)), "the victim's write is not where it was mapped");
	edu_read(&lab.victim, at);
	traffic_ends(&lab.victim, "the victim's read from the sink ends");
}

/* Its entry is not present, and its faults are muted. */
static void victim_is_blocked(const struct relay_boot *boot, iova_t at)
{
	edu_write(&lab.victim, at);
	traffic_ends(&lab.victim, "the victim's blocked write ends");
	expect(!lab_count_pattern(boot->arena_phys.pa, boot->arena_size, VICTIM_SEED),
	       "the victim's write is not in the arena");
	expect(lab_untouched(lab_buffer(NEAR)), "the victim's write is not where it was mapped");
}

static void check_victim(const struct scene *scene, const struct relay_boot *boot)
{
	iova_t near = scene_iova(scene, NEAR);

	switch (scene->row->damage) {
	case UNDAMAGED:
	case BAD_INTERRUPT:
		victim_reaches(near, NEAR, "the victim, unharmed, writes where it should");
		break;
	case STRAYS:
		victim_reaches(near, NEAR, "the victim, fenced, writes where it should");
		edu_write(&lab.victim, iova(lab.forbidden));
		traffic_ends(&lab.victim, "the victim's write into the crash region ends");
		break;
	case BAD_LEAF:
	case BAD_TABLE:
		victim_reaches(scene_beside_iova(scene), BESIDE, "next to the damage all is well");
		victim_sinks(boot, scene_bad_iova(scene));
		victim_reaches(near, NEAR, "far from the damage all is well");
		break;
	default:
		if (scene->row->block)
			victim_is_blocked(boot, near);
		else
			victim_sinks(boot, near);
	}
	expect(lab_untouched(lab.forbidden), "nothing has reached the crash region");
}

static void check_interrupts(const struct scene *scene)
{
	bool victim_interrupts = scene->row->damage != BAD_INTERRUPT;

	traffic_interrupt(scene, &lab.edu, EDU_HANDLE, true, "an interrupt comes after the switch");
	traffic_interrupt(scene, &lab.victim, VICTIM_HANDLE, victim_interrupts,
			victim_interrupts ? "the victim's interrupt arrives" :
					    "the victim's interrupt is blocked");
}

/* What follows on a failure would only wait in vain. */
static void run(const struct scene *scene, const struct relay_boot *boot, bool commit)
{
	traffic_start(scene);
	traffic_interrupt(scene, &lab.edu, EDU_HANDLE, true, "an interrupt comes before it all");
	if (held)
		run_stub(scene, boot, commit);
	if (held)
		check_who_serves(scene);
	if (held)
		check_without_originals(scene);
	if (held)
		check_victim(scene, boot);
	if (held)
		check_interrupts(scene);
	expect(!iommu_faulted(), "no fault after the switch");
}

static void announce(const struct scene *scene, const struct relay_boot *boot)
{
	print("row %s root 0x%lx arena 0x%lx-0x%lx edu 0x%x hda 0x%x uhci 0x%x victim 0x%x\n",
	      scene->row->name, scene->root, boot->arena_phys.pa,
	      boot->arena_phys.pa + boot->arena_size - 1, lab.edu.source, lab.hda.source,
	      lab.uhci.source, lab.victim.source);
}

/* No fault is to be seen: one that is meant is muted. */
static const char *options_of(const struct row *row)
{
	if (row->damage == STRAYS)
		return "dmarelay.log=ttyS1 dmarelay.fence=on dmarelay.faults=mute";
	return row->block ? "dmarelay.log=ttyS1 dmarelay.bad=block" : "dmarelay.log=ttyS1";
}

bool trial_run(const struct row *row, bool commit)
{
	const char *lacks = scene_lacks(row);
	struct relay_boot boot;
	struct scene scene;

	held = true;
	if (lacks) {
		print("row %s\n    does not hold: the unit has %s\nfailed %s\n", row->name, lacks,
		      row->name);
		return false;
	}
	scene_build(&scene, row);
	expect(firmware_crash(&boot, lab.region, LAB_REGION_SIZE, options_of(row)),
	       "the memory map can be told");
	boot.entry_ticks = machine_ticks();
	announce(&scene, &boot);
	lab_reset();
	traffic_load();
	if (expect(iommu_on(&scene.tables), "the unit takes its tables"))
		run(&scene, &boot, commit);
	traffic_stop();
	expect(iommu_off(), "the unit goes off");
	print("%s %s\n", held ? "ok" : "failed", row->name);
	return held;
}
