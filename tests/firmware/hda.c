// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers: High Definition Audio specification 1.0a, 3.3 and 3.4.3 (commands without DMA);
 * verbs: 7.3.
 */
#include "hda.h"

#include <assert.h>
#include <string.h>

#include "machine.h"
#include "pci.h"
#include "wait.h"

#define HDA_ID		0x293e8086u	/* ich9-intel-hda */

#define GCTL		0x08
#define  GCTL_RUN	(1u << 0)	/* 0: in reset */
#define ICOI		0x60		/* immediate command */
#define ICS		0x68
#define  ICS_BUSY	(1u << 0)
#define DPLBASE		0x70
#define  DPLBASE_ENABLE	(1u << 0)
#define DPUBASE		0x74
#define STREAM_CTL	0x80		/* of stream 0, an input */
#define  CTL_RUN	(1u << 1)
#define  CTL_TAG(n)	((n) << 20)
#define STREAM_CBL	0x88		/* bytes in the ring */
#define STREAM_LVI	0x8c		/* last descriptor */
#define STREAM_BDPL	0x98
#define STREAM_BDPU	0x9c

#define TAG		1u
#define FORMAT		0x0011u		/* 48 kHz, 16 bits, 2 channels */
#define ADC		4u		/* the node of QEMU's hda-micro that records */
#define VERB(node, verb) ((node) << 20 | (verb))
#define SET_FORMAT	0x20000u	/* and 16 bits */
#define SET_STREAM	0x70600u	/* and 8: tag, channel */

bool hda_find(struct hda *hda)
{
	hda->source = pci_find(HDA_ID, false);
	if (hda->source == PCI_NONE)
		return false;
	hda->registers = phys(pci_bar(hda->source, 0));
	return true;
}

void hda_fill_list(void *list, const struct hda_ring *ring)
{
	struct { uint64_t address; uint32_t length, flags; } descriptors[2] = {
		{ ring->pages[0].io, PAGE_SIZE, 0 },
		{ ring->pages[1].io, PAGE_SIZE, 0 },
	};

	static_assert(sizeof(descriptors) == HDA_LIST_BYTES, "descriptor list");
	memcpy(list, descriptors, sizeof(descriptors));
}

static void put(const struct hda *hda, uint32_t offset, uint32_t value)
{
	machine_mmio_write32(hda->registers, offset, value);
}

static bool command(const struct hda *hda, uint32_t verb)
{
	put(hda, ICOI, verb);
	put(hda, ICS, ICS_BUSY);
	return WAIT_FOR(!(machine_mmio_read32(hda->registers, ICS) & ICS_BUSY));
}

bool hda_start(const struct hda *hda, const struct hda_ring *ring)
{
	hda_stop(hda);
	put(hda, GCTL, GCTL_RUN);
	if (!command(hda, VERB(ADC, SET_FORMAT | FORMAT)) ||
	    !command(hda, VERB(ADC, SET_STREAM | TAG << 4)))
		return false;
	put(hda, DPUBASE, (uint32_t)(ring->positions.io >> 32));
	put(hda, DPLBASE, (uint32_t)ring->positions.io | DPLBASE_ENABLE);
	put(hda, STREAM_CBL, 2 * PAGE_SIZE);
	put(hda, STREAM_LVI, 1);
	put(hda, STREAM_BDPL, (uint32_t)ring->list.io);
	put(hda, STREAM_BDPU, (uint32_t)(ring->list.io >> 32));
	put(hda, STREAM_CTL, CTL_TAG(TAG));
	put(hda, STREAM_CTL, CTL_TAG(TAG) | CTL_RUN);
	return true;
}

void hda_stop(const struct hda *hda)
{
	put(hda, GCTL, 0);
}
