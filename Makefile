# SPDX-License-Identifier: GPL-2.0-only
#
# dmarelay
#
#	make run	the main job: a real panic under live DMA, through the stub, to a saved dump;
#			with a stock kdump kernel, then with one that adopts
#	make check	all tests; `make check-unit` for the quick ones
#	make		the stub and the dmarelay command
#	make efi	dmarelay.efi, the same for an EFI shell
#
# Everything that is made lies below build/.

BUILD := build
CC := gcc
LD := ld
OBJCOPY := objcopy

WARNINGS := -Wall -Wextra -Wshadow -Wundef -Wmissing-prototypes -Wredundant-decls -Werror
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)=.

STUB_SRCS := $(wildcard stub/*.c)
# -maccumulate-outgoing-args: no pushes, so that each frame has one size for check-stack.py to add.
# -falign-*=1: padding is a page of the image, and buys nothing in code that waits for memory.
STUB_CFLAGS := -std=gnu11 -O2 -falign-functions=1 -falign-jumps=1 -falign-loops=1 -g -ffreestanding -fPIE -mgeneral-regs-only -mno-red-zone \
	-fno-stack-protector -fcf-protection=none -fvisibility=hidden \
	-fno-asynchronous-unwind-tables -maccumulate-outgoing-args \
	$(WARNINGS) $(REPRODUCIBLE)

TOOL_SRCS := $(filter-out tools/dump_%.c,$(wildcard tools/*.c)) \
	stub/rules.c stub/dmar_items.c stub/second_level.c stub/first_level.c
TOOL_OBJS := $(TOOL_SRCS:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/tools/stub_blob.o
DUMP_SRCS := $(wildcard tools/dump_*.c)
TOOL_CFLAGS := -std=gnu11 -O2 -g $(WARNINGS) $(REPRODUCIBLE) -Iinclude -Istub

.PHONY: all
all:
	@tools/deps.sh build
	@$(MAKE) --no-print-directory $(BUILD)/dmarelay $(BUILD)/dmarelay.static

include arch/x86/arch.mk
include arch/x86/efi/efi.mk

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(TOOL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/obj/tools/stub_blob.o: tools/stub_blob.S $(BUILD)/stub/stub.bin
	@mkdir -p $(@D)
	$(CC) -Wa,-I$(BUILD)/stub -c $< -o $@

$(BUILD)/dmarelay: $(TOOL_OBJS) $(BUILD)/obj/tools/dump_kdumpfile.o
	$(CC) -o $@ $^ -lkdumpfile

# One file to put into a kdump initramfs; libkdumpfile is not to be had for it.
$(BUILD)/dmarelay.static: $(TOOL_OBJS) $(BUILD)/obj/tools/dump_none.o
	$(CC) -static -o $@ $^

-include $(patsubst %.c,$(BUILD)/obj/%.d,$(TOOL_SRCS) $(DUMP_SRCS))
include tests/unit/unit.mk
include tests/fuzz/fuzz.mk
include tests/proof/proof.mk
include tests/system/system.mk
include tests/firmware/firmware.mk
include bench/bench.mk
-include kernel/kernel.mk

# The suites, quick ones first. Each has a target of its own; here they are summed up.
.PHONY: check check-docs check-cli check-image
check:
	@tools/deps.sh build unit fuzz proof system firmware
	@tools/qemu10.sh
	@tools/cbmc.sh
	@$(MAKE) --no-print-directory $(BUILD)/dmarelay $(BUILD)/stub-test/stub.bin guest-images
	@/usr/bin/python3 -B tests/check.py \
		"docs=$(MAKE) -s --no-print-directory check-docs" \
		"unit=$(MAKE) -s --no-print-directory check-unit" \
		"coverage=$(MAKE) -s --no-print-directory coverage" \
		"mutants=$(MAKE) -s --no-print-directory check-mutants" \
		"mutation=$(MAKE) -s --no-print-directory mutation SAMPLE=100" \
		"property=$(MAKE) -s --no-print-directory check-property" \
		"cli=$(MAKE) -s --no-print-directory check-cli" \
		"image=$(MAKE) -s --no-print-directory check-image" \
		"fuzz=$(MAKE) -s --no-print-directory check-fuzz" \
		"proofs=$(MAKE) -s --no-print-directory prove" \
		"firmware=$(MAKE) -s --no-print-directory check-firmware-now" \
		"system=$(MAKE) -s --no-print-directory check-system" \
		"adopting=$(MAKE) -s --no-print-directory check-adopting"

check-docs:
	@/usr/bin/python3 -B -m pytest -q -p no:cacheprovider tests/docs

# What the last `make run`, `make coverage` ... has measured becomes the figures of README.md and docs/
.PHONY: FORCE
%-figures: FORCE
	@/usr/bin/python3 -B tools/figures.py take $(BUILD)/$*/figures/*.json

check-cli: $(BUILD)/dmarelay $(BUILD)/dmarelay.static
	@/usr/bin/python3 -B -m pytest -q -p no:cacheprovider tests/cli

check-image: $(BUILD)/stub/stub.bin
	@/usr/bin/python3 -B -m pytest -q -p no:cacheprovider tests/image

.PHONY: clean
clean:
	rm -rf $(BUILD)
