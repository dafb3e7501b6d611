// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - from entry.asm's arrival to its departure
 *
 * Every step may be cut short by a CPU exception and has a way on that needs less: in the end, the
 * plain return, after which entry.asm enters the inner kernel as if we had not been there.
 */
#include "arch.h"
#include "boot.h"
#include "entry.h"
#include "image.h"
#include "machine.h"
#include "paging.h"
#include "relay.h"
#include "testhook.h"
#include "traps.h"

static struct boot_store store;
static struct relay_boot boot;
static struct boot_reserve reserve;	/* the kernel reads it: nobody else has this memory until then */
static struct entry_state *arrival;
static phys_t boot_params;
static bool found;	/* there are boot_params to read and write, and there is room for a report */
static bool prepared;	/* there is something to commit */
static bool published;	/* the kernel will find, and reserve, the arena */
static bool taken;	/* the kernel's memory map lacks the pages that it must not have */
static struct relay_trap trap;

/*
 * The header's fields as the inner kernel's own file has them; its decompressor reads them. First
 * of all, and still by the loader's identity map: from here on every way out is just a jump.
 */
static void restore_header(const struct entry_state *entry, const struct image_info *info)
{
	struct setup_header *header = &((struct boot_params *)(uintptr_t)entry->boot_params)->hdr;

	header->syssize = info->inner_syssize;
	header->init_size = info->inner_init_size;
	header->payload_offset = info->inner_payload_offset;
	header->handover_offset = info->inner_handover_offset;
	header->kernel_info_offset = info->inner_kernel_info_offset;
	header->xloadflags = info->inner_xloadflags;
}

/* `dmarelay wrap` makes no other, so this is against damage. */
static bool is_sound(const struct image_info *info, uint64_t load)
{
	return info->magic == IMAGE_INFO_MAGIC && info->inner_offset >= info->stub_memory &&
	       load % PAGE_SIZE == 0 &&
	       info->arena_offset % PAGE_SIZE == 0 && info->arena_size % PAGE_SIZE == 0 &&
	       info->arena_offset >= info->inner_offset && info->arena_offset <= 1ull << 33 &&
	       info->arena_size <= UINT32_MAX &&
	       (!info->dmar_offset || info->dmar_offset >= info->stub_memory) &&
	       (uint64_t)info->dmar_offset + info->dmar_size <= info->inner_offset &&
	       range_fits(load, info->arena_offset + info->arena_size);
}

static void describe_image(struct entry_state *entry, const struct image_info *info)
{
	uint64_t arena = entry->load + info->arena_offset;

	arrival = entry;
	boot_params = phys(entry->boot_params);
	boot.entry_ticks = entry->ticks;
	boot.arena = (void *)(uintptr_t)arena;
	boot.arena_phys = phys(arena);
	boot.arena_size = info->arena_size;
	boot.adopting = info->flags & IMAGE_ADOPTING;
	boot.hide = info->flags & IMAGE_HIDE;
	boot.dmar = phys(info->dmar_offset ? entry->load + info->dmar_offset : 0);
	boot_in_use(&boot, entry->load, info->arena_offset + info->arena_size);
}

static void publish(void)
{
	uint64_t size;
	phys_t payload = relay_payload(&size);

	if (size)
		published = handover_publish(boot_params, boot.arena, &reserve,
					     phys((uintptr_t)&reserve), payload, size);
}

/* Before the kernel can use them: else it is shown the IOMMU. */
static void take_pages(void)
{
	uint32_t count;
	const uint64_t *pages = relay_taken(&count);

	taken = !count || handover_take(boot_params, pages, count);
}

void run_step(enum step step)
{
	switch (step) {
	case STEP_ARRIVE:
		machine_init();
		arrival->restore_segments = segments_restorable(arrival);
		found = bootparam_read(boot_params, &store, &boot) && relay_open(&boot);
		break;
	case STEP_PREPARE:
		test_hook(boot.command_line, TEST_PREPARE);
		prepared = relay_prepare();
		test_hook(boot.command_line, TEST_SEALED);
		break;
	case STEP_ABANDON:
		test_hook(boot.command_line, TEST_ABANDON);
		relay_trapped(&trap);
		relay_abandon(HANDOFF_EXCEPTION);
		break;
	case STEP_SURVEY:
		test_hook(boot.command_line, TEST_SURVEY);
		relay_survey();
		break;
	case STEP_SURVEY_CUT:
		relay_trapped(&trap);
		relay_survey_cut();
		break;
	case STEP_HIDE_PREPARE:
		relay_hide_prepare();
		break;
	case STEP_PUBLISH:
		publish();
		break;
	case STEP_COMMIT:
		test_hook(boot.command_line, TEST_COMMIT);
		relay_commit();
		test_hook(boot.command_line, TEST_COMMITTED);
		break;
	case STEP_RESUME:
		test_hook(boot.command_line, TEST_RESUME);
		relay_trapped(&trap);
		relay_resume();
		break;
	case STEP_CONCLUDE:
		relay_trapped(&trap);
		relay_conclude();
		break;
	case STEP_HIDE:
		test_hook(boot.command_line, TEST_HIDE);
		relay_hide();
		test_hook(boot.command_line, TEST_HIDDEN);
		break;
	case STEP_TAKE:
		take_pages();
		break;
	case STEP_SHOW:
		relay_show();
		break;
	}
}

/* True if the step came to its end. */
static bool completes(enum step step)
{
	struct trap_frame frame;

	if (!trap_guard(step, &frame))
		return true;
	trap = (struct relay_trap){
		.vector = (uint32_t)frame.vector,
		.error = (uint32_t)frame.error,
		.at = frame.rip - arrival->load,
		.address = frame.cr2,
	};
	return false;
}

void arch_main(struct entry_state *entry, const struct image_info *info)
{
	restore_header(entry, info);
	if (!is_sound(info, entry->load) ||
	    !paging_enter(entry, entry->load + info->arena_offset, info->arena_size))
		return;
	describe_image(entry, info);
	if (!completes(STEP_ARRIVE) || !found)
		return;

	if (!completes(STEP_PREPARE)) {
		prepared = false;
		if (!completes(STEP_ABANDON))
			return;
	}
	/* A device that answers with a machine check costs what is known of the others, no more. */
	if (prepared && !completes(STEP_SURVEY))
		(void)completes(STEP_SURVEY_CUT);
	if (prepared && !completes(STEP_HIDE_PREPARE))
		(void)completes(STEP_SHOW);
	test_hook(boot.command_line, TEST_UNGUARDED);

	/*
	 * Before the switch: once the hardware runs on the arena, the kernel must keep off it,
	 * whatever else goes wrong. And again after it, since the report may have grown.
	 */
	if (!completes(STEP_PUBLISH) || !published || !prepared)
		return;
	/* A cut switch is completed. If that is cut as well, the report says what is not known to be. */
	if (!completes(STEP_COMMIT)) {
		if (!completes(STEP_RESUME))
			(void)completes(STEP_CONCLUDE);
	} else if ((!completes(STEP_HIDE) || !completes(STEP_TAKE) || !taken) && !completes(STEP_SHOW)) {
		(void)completes(STEP_CONCLUDE);
	}
	(void)completes(STEP_PUBLISH);
	test_hook(boot.command_line, TEST_LEAVING);
}
