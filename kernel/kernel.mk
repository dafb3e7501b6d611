# SPDX-License-Identifier: GPL-2.0-only
#
# The kdump kernel that adopts the stub's copies; the top Makefile includes this file.
#
#	make kernel [SERIES=6.12]	build/kernel/6.12/bzImage
#	make kernel-check		the series applies, and checkpatch, sparse and W=1 are content
#	make compare			stock, stub + stock, stub + adopting: the same crash, side by side

SERIES ?= 6.12
KERNEL_PYTHON := /usr/bin/python3
KERNEL_IMAGE := build/kernel/$(SERIES)/bzImage
KERNEL_ABI := kernel/6.12/0001-iommu-vt-d-Add-the-ABI-of-the-dmarelay-handoff.patch

# One source: include/handoff.h. The patch is kept, so that the series applies without make.
$(KERNEL_ABI): include/handoff.h kernel/abi.py
	@mkdir -p $(@D)
	$(KERNEL_PYTHON) kernel/abi.py --patch >$@

.PHONY: kernel
kernel: $(KERNEL_ABI)
	@tools/deps.sh kernel
	@kernel/build.sh $(SERIES)

.PHONY: kernel-check
kernel-check: kernel
	@kernel/check.sh $(SERIES)

.PHONY: compare compare-now
compare:
	@tools/deps.sh build system kernel
	@$(MAKE) --no-print-directory kernel compare-now

build/system/mapbench: tests/system/guest/mapbench.c
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -Werror -static -o $@ $<

compare-now: build/dmarelay guest-images build/system/mapbench
	@$(KERNEL_PYTHON) -B tests/system/compare.py
