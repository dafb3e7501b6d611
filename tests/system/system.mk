# SPDX-License-Identifier: GPL-2.0-only
#
# The whole-machine tests and the main job; the top Makefile includes this file.

SYSTEM_PYTHON := /usr/bin/python3

build/system/capture: tests/system/guest/capture.c
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -Werror -static -o $@ $<

build/system/first.cpio: tests/system/guest/init-first build/system/capture
build/system/kdump.cpio.gz: tests/system/guest/init-kdump build/dmarelay.static

build/system/first.cpio build/system/kdump.cpio.gz: tests/system/images.py tests/system/paths.py
	$(SYSTEM_PYTHON) tests/system/images.py $(word 1,$(subst ., ,$(@F))) $@

.PHONY: guest-images
guest-images: build/system/first.cpio build/system/kdump.cpio.gz

# Two steps: before the packages are there, the rules below build/ cannot even be asked.
KDUMP ?= adopting
FIRMWARE ?= ovmf
LOADER ?= load
MEM ?= 2G
CRASHKERNEL ?= 256M

.PHONY: run run-now
run:
	@tools/deps.sh build system
	@$(MAKE) --no-print-directory $(if $(filter adopting,$(KDUMP)),kernel) run-now

run-now: build/dmarelay guest-images
	@$(SYSTEM_PYTHON) -B tests/system/run.py --kdump=$(KDUMP) --firmware=$(FIRMWARE) \
		--loader=$(LOADER) --mem=$(MEM) --crashkernel=$(CRASHKERNEL)

# TESTS= chooses some, as pytest's -k does
.PHONY: check-system check-system-now
check-system:
	@tools/deps.sh build system
	@$(MAKE) --no-print-directory check-system-now

check-system-now: build/dmarelay build/stub-test/stub.bin guest-images
	@$(SYSTEM_PYTHON) -B -m pytest -v --tb=short -p no:cacheprovider \
		$(if $(TESTS),-k "$(TESTS)") --ignore=tests/system/test_adopting.py tests/system
