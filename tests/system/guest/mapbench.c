/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mapbench PAGES DMA_BITS: map and unmap buffers for whatever device is bound to the kernel's
 * dma_map_benchmark driver. That driver does not touch its device: the DMA that the device does
 * already goes on.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* include/linux/map_benchmark.h, which is not for user space */
struct map_benchmark {
	uint64_t avg_map_100ns, map_stddev, avg_unmap_100ns, unmap_stddev;
	uint32_t threads, seconds;
	int32_t node;
	uint32_t dma_bits, dma_dir, dma_trans_ns, granule;
	uint8_t expansion[76];
};

#define DMA_MAP_BENCHMARK _IOWR('d', 1, struct map_benchmark)

int main(int argc, char **argv)
{
	struct map_benchmark run = { .threads = 1, .seconds = 1, .node = -1 };
	int fd = open("/sys/kernel/debug/dma_map_benchmark", O_RDWR);

	if (argc != 3)
		errx(2, "usage: mapbench PAGES DMA_BITS");
	if (fd < 0)
		err(1, "dma_map_benchmark");
	run.granule = (uint32_t)atoi(argv[1]);
	run.dma_bits = (uint32_t)atoi(argv[2]);
	if (ioctl(fd, DMA_MAP_BENCHMARK, &run))
		err(1, "%s pages, %s bits", argv[1], argv[2]);
	printf("@@ mapped %s pages, %s bits\n", argv[1], argv[2]);
	return 0;
}
