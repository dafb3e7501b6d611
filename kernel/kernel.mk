# SPDX-License-Identifier: GPL-2.0-only
#
# The kdump kernel that adopts the stub's copies; the top Makefile includes this file.
#
#	make kernel		build/kernel/6.12/bzImage
#	make kernel-lines	how many lines the series have, and the stub beside them
#	make kernel-check	the series applies, checkpatch is content, no new warning of sparse and W=1
#	make kernel-releases	the series applies without fuzz to all that Debian serves of it
#	make check-adopting	whole machines whose kdump kernel it is
#	make compare		several kdump kernels, the same crash, side by side
#
# With SERIES=6.1 any of them is about that kernel.

SERIES ?= 6.12
export SERIES
KERNEL_PYTHON := /usr/bin/python3
KERNEL_IMAGE := build/kernel/$(SERIES)/bzImage
KERNEL_ABI := kernel/$(SERIES)/0001-iommu-vt-d-Add-the-ABI-of-the-dmarelay-handoff.patch
KERNEL_FILES := 0002-iommu-vt-d-Find-what-a-kdump-kernel-can-adopt-of-the.patch
KERNEL_PORTED := $(patsubst %/relay.diff,%/$(KERNEL_FILES),$(wildcard kernel/$(SERIES)/relay.diff))

# One source: include/handoff.h, and kernel/6.12 for other series. The patches are kept, so that
# the series applies without make.
$(KERNEL_ABI): include/handoff.h kernel/abi.py
	@mkdir -p $(@D)
	$(KERNEL_PYTHON) kernel/abi.py --patch >$@

$(KERNEL_PORTED): kernel/%/$(KERNEL_FILES): kernel/%/relay.diff kernel/6.12/$(KERNEL_FILES) kernel/port.py
	$(KERNEL_PYTHON) kernel/port.py $* >$@.new
	mv $@.new $@

.PHONY: kernel
kernel: $(KERNEL_ABI) $(KERNEL_PORTED)
	@tools/deps.sh kernel-$(SERIES)
	@kernel/build.sh $(SERIES)

.PHONY: kernel-check kernel-releases kernel-lines
kernel-check: kernel
	@kernel/check.sh $(SERIES)

kernel-lines:
	@$(KERNEL_PYTHON) -B kernel/lines.py

kernel-releases:
	@kernel/releases.sh $(SERIES)

# TESTS= chooses some, as pytest's -k does
.PHONY: check-adopting check-adopting-now
check-adopting:
	@tools/deps.sh build system kernel
	@tools/qemu10.sh
	@$(MAKE) --no-print-directory kernel check-adopting-now

check-adopting-now: build/dmarelay guest-images build/system/mapbench build/system/libinject.so
	@$(KERNEL_PYTHON) -B -m pytest -v --tb=short -p no:cacheprovider \
		$(if $(TESTS),-k "$(TESTS)") tests/system/test_adopting.py

.PHONY: compare compare-now
compare:
	@tools/deps.sh build system kernel-$(SERIES)
	@tools/qemu10.sh
	@$(MAKE) --no-print-directory kernel compare-now

build/system/mapbench: tests/system/guest/mapbench.c
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -Werror -static -o $@ $<

# KERNEL= and SCENARIO= choose, OUTCOMES= and COUNTS= runs each, JOBS= at a time, MINUTES= and no more
compare-now: build/dmarelay guest-images build/system/mapbench
	@$(KERNEL_PYTHON) -B tests/system/compare.py $(if $(KERNEL),--kernel="$(KERNEL)") \
		$(if $(SCENARIO),--scenario="$(SCENARIO)") $(if $(OUTCOMES),--outcomes=$(OUTCOMES)) \
		$(if $(COUNTS),--counts=$(COUNTS)) $(if $(JOBS),--jobs=$(JOBS)) \
		$(if $(MINUTES),--minutes=$(MINUTES))
