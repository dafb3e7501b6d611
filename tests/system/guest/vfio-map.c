/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio-map GROUP START SIZE [BUFFERS]: map the IOVAs from START to START + SIZE for the device of a VFIO group, as a
 * virtual machine monitor does with a guest's memory, and keep them mapped.
 *
 * A few small buffers, 2 unless said otherwise, are mapped in turn again and again, so that SIZE may be more than
 * this machine's memory. With one buffer tables have 512 entries that are alike, as those of a scratch page have.
 * Pinned pages are limited by RLIMIT_MEMLOCK only for processes without CAP_IPC_LOCK, and an initramfs's init has it.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/vfio.h>

#define BUFFER	(2ull << 20)

/* An IOMMU domain with the group's device in it; returns the container. */
static int attach(const char *path)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int container = open("/dev/vfio/vfio", O_RDWR), group = open(path, O_RDWR);

	if (container < 0)
		err(1, "/dev/vfio/vfio");
	if (group < 0)
		err(1, "%s", path);
	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status))
		err(1, "group status");
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		errx(1, "%s: a device of the group is bound to another driver", path);
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container))
		err(1, "group to container");
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		err(1, "type 1 IOMMU");
	return container;
}

int main(int argc, char **argv)
{
	struct vfio_iommu_type1_dma_map map = { .argsz = sizeof(map) };
	uint64_t start, end, all, next = 0;
	char *buffers;
	int container;

	if (argc != 4 && argc != 5)
		errx(2, "usage: vfio-map GROUP START SIZE [BUFFERS]");
	start = strtoull(argv[2], NULL, 0);
	end = start + strtoull(argv[3], NULL, 0);
	all = BUFFER * (argc > 4 ? strtoull(argv[4], NULL, 0) : 2);
	buffers = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buffers == MAP_FAILED)
		err(1, "buffers");
	memset(buffers, 0x5a, all);

	container = attach(argv[1]);
	map.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;
	for (map.iova = start; map.iova < end; map.iova += map.size) {
		map.vaddr = (uint64_t)buffers + next;
		next = (next + BUFFER) % all;
		map.size = end - map.iova < BUFFER ? end - map.iova : BUFFER;
		if (ioctl(container, VFIO_IOMMU_MAP_DMA, &map))
			err(1, "IOVA %#llx", (unsigned long long)map.iova);
	}
	printf("mapped %#" PRIx64 "-%#" PRIx64 "\n", start, end);
	fflush(stdout);
	for (;;)
		pause();
}
