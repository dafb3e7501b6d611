// SPDX-License-Identifier: GPL-2.0-only
#include "traffic.h"

#include <string.h>

#include "expect.h"
#include "interrupt.h"
#include "pci.h"
#include "print.h"
#include "wait.h"

bool held;

bool expect(bool condition, const char *what)
{
	if (!condition) {
		print("    does not hold: %s\n", what);
		held = false;
	}
	return condition;
}

void traffic_ends(const struct edu *edu, const char *what)
{
	expect(edu_wait(edu), what);
}

/* Untranslated still: each device holds a pattern of its own. */
void traffic_load(void)
{
	lab_put_pattern(lab_buffer(SOURCE), EDU_SEED);
	lab_put_pattern(lab_buffer(ECHO), VICTIM_SEED);
	edu_read(&lab.edu, iova(lab_buffer(SOURCE)));
	edu_read(&lab.victim, iova(lab_buffer(ECHO)));
	traffic_ends(&lab.edu, "the edu device takes its pattern");
	traffic_ends(&lab.victim, "the victim takes its pattern");
	lab_put_pattern(lab_buffer(SOURCE), SOURCE_SEED);
	memset((void *)(uintptr_t)lab_buffer(ECHO), 0, PAGE_SIZE);
}

static void fill_ring(uint64_t base)
{
	memset((void *)(uintptr_t)(base + RING_0 * PAGE_SIZE), 0xa5, 2 * PAGE_SIZE);
}

static bool is_silence(enum buffer buffer)
{
	const volatile uint64_t *at = (volatile uint64_t *)(uintptr_t)lab_buffer(buffer);

	for (unsigned int i = 0; i < PAGE_SIZE / 8; i++)
		if (at[i])
			return false;
	return true;
}

/* Sound writes silence over the whole ring, again and again. */
void traffic_sound(const char *what)
{
	fill_ring(lab.data);
	expect(WAIT_FOR(is_silence(RING_0) && is_silence(RING_1)), what);
}

void traffic_start(const struct scene *scene)
{
	struct hda_ring ring = {
		.pages = { scene_iova(scene, RING_0), scene_iova(scene, RING_1) },
		.list = scene_iova(scene, RING_LIST),
		.positions = scene_iova(scene, POSITIONS),
	};

	hda_fill_list((void *)(uintptr_t)lab_buffer(RING_LIST), &ring);
	uhci_fill_frames((void *)(uintptr_t)lab_buffer(FRAMES));
	expect(hda_start(&lab.hda, &ring), "sound starts");
	uhci_start(&lab.uhci, scene_usb_iova(scene, FRAMES));
	edu_write(&lab.edu, scene_iova(scene, BEFORE));

	traffic_ends(&lab.edu, "the edu device writes before the switch");
	expect(lab_has_pattern(lab_buffer(BEFORE), EDU_SEED), "it does so where it should");
	traffic_sound("sound is captured before the switch");
	expect(uhci_runs(&lab.uhci), "USB runs before the switch");
}

void traffic_interrupt(const struct scene *scene, const struct edu *edu, unsigned int handle,
		       bool expected, const char *what)
{
	pci_msi(edu->source, interrupt_address(handle, scene->remapped),
		interrupt_data(scene->remapped));
	edu_interrupt(edu);
	expect(interrupt_arrives(expected) == expected, what);
}

void traffic_stop(void)
{
	hda_stop(&lab.hda);
	uhci_stop(&lab.uhci);
}
