# SPDX-License-Identifier: GPL-2.0-only
#
# The whole-machine tests and the main job; the top Makefile includes this file.

SYSTEM_PYTHON := /usr/bin/python3

build/system/capture build/system/vfio-map: build/system/%: tests/system/guest/%.c
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -Werror -static -o $@ $<

build/system/first.cpio: tests/system/guest/init-first build/system/capture build/system/vfio-map
build/system/kdump.cpio.gz: tests/system/guest/init-kdump build/dmarelay.static

build/system/first.cpio build/system/kdump.cpio.gz: tests/system/images.py tests/system/paths.py
	$(SYSTEM_PYTHON) tests/system/images.py $(word 1,$(subst ., ,$(@F))) $@

# In QEMU, of the host: counts faults where a trace of them would slow the guest down
build/system/faultcount.so: tests/system/faultcount.c
	@mkdir -p $(@D)
	$(CC) -O2 $(WARNINGS) -fPIC -shared -o $@ $<

.PHONY: guest-images
guest-images: build/system/first.cpio build/system/kdump.cpio.gz build/system/faultcount.so

# KDUMP=stock or adopting: that kdump kernel alone. run.py builds the one that adopts when its turn has
# come, so that the first result does not wait for it.
# Two steps: before the packages are there, the rules below build/ cannot even be asked.
KDUMP ?= both
FIRMWARE ?= ovmf
LOADER ?= load
MEM ?= 2G
CRASHKERNEL ?= 256M

.PHONY: run run-now
run:
	@tools/deps.sh build system
	@$(MAKE) --no-print-directory run-now

run-now: build/dmarelay guest-images
	@$(SYSTEM_PYTHON) -B tests/system/run.py --kdump=$(KDUMP) --firmware=$(FIRMWARE) \
		--loader=$(LOADER) --mem=$(MEM) --crashkernel=$(CRASHKERNEL)

# TESTS= chooses some, as pytest's -k does
.PHONY: check-system check-system-now
check-system:
	@tools/deps.sh build system
	@$(MAKE) --no-print-directory check-system-now

check-system-now: build/dmarelay build/stub-test/stub.bin guest-images build/system/libinject.so
	@$(SYSTEM_PYTHON) -B -m pytest -v --tb=short -p no:cacheprovider \
		$(if $(TESTS),-k "$(TESTS)") --ignore=tests/system/test_adopting.py tests/system

# The injector that damages the fake machine too, as a library
build/system/libinject.so: $(wildcard tests/inject/*)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -g $(WARNINGS) -fPIC -shared -o $@ $(filter %.c,$^)

# CELL= and KERNEL= choose, SEED= damages otherwise, SEEDS= of them from that one on, COUNTED= of
# these with runs that count faults, REPEAT= each, JOBS= machines at a time, MINUTES= and no more
.PHONY: campaign campaign-now
campaign:
	@tools/deps.sh build system kernel
	@$(MAKE) --no-print-directory kernel campaign-now

campaign-now: build/dmarelay guest-images build/system/libinject.so
	@export CMDLINE="$(CMDLINE)"; $(SYSTEM_PYTHON) -B tests/system/campaign.py $(if $(CELL),--cell="$(CELL)") \
		$(if $(KERNEL),--kernel="$(KERNEL)") $(if $(SEED),--seed=$(SEED)) \
		$(if $(SEEDS),--seeds=$(SEEDS)) $(if $(COUNTED),--counted=$(COUNTED)) \
		$(if $(REPEAT),--repeat=$(REPEAT)) $(if $(JOBS),--jobs=$(JOBS)) \
		$(if $(MINUTES),--minutes=$(MINUTES)); \
		status=$$?; $(SYSTEM_PYTHON) -B tests/system/campaign_report.py && exit $$status

.PHONY: scratch scratch-now
# What a sink's scratch page should hold: docs/campaign.md. NVME=1: the machine with NVMe
scratch:
	@tools/deps.sh build system
	@$(MAKE) --no-print-directory scratch-now

scratch-now: build/dmarelay guest-images build/system/libinject.so
	@$(SYSTEM_PYTHON) -B tests/system/scratch.py $(if $(NVME),--nvme)
