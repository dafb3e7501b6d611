# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz.mk - fuzz targets for all that reads untrusted bytes; included by the top Makefile
#
#	make check-fuzz			each target for a fixed number of runs, from fixed seeds
#	make fuzz TIME=60		each target for so many seconds; finds stay in build/fuzz/
#	make fuzz TIME=60 TARGET=stub	one of them
#	make fuzz-coverage		what the inputs found so far reach, by target and by file
#	make fuzz-table			the figures of the last two, for docs/fuzzing.md
#
# clang's libFuzzer, with AddressSanitizer and UndefinedBehaviorSanitizer. docs/fuzzing.md has more.

FUZZ_CC := clang-14
FUZZ_BUILD := build/fuzz
FUZZ_INCLUDES := -Iinclude -Istub -Itools -Itests/unit -Iarch/x86 -Itests/fuzz
FUZZ_CFLAGS := -std=gnu11 -g -O1 -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-Wall -Wextra -Wshadow -Wundef -Werror $(FUZZ_INCLUDES)
FUZZ_COVERAGE_CFLAGS := -std=gnu11 -g -O1 \
	-fprofile-instr-generate -fcoverage-mapping $(FUZZ_INCLUDES)

FUZZ_LDFLAGS := -fsanitize=fuzzer,address,undefined
FUZZ_COVERAGE_LDFLAGS := -fsanitize=fuzzer -fprofile-instr-generate

# What steers the mutations: not for machines and judges, which would be most of it.
FUZZ_STEERED := -fsanitize=fuzzer-no-link

TIME ?= 60

fuzz_targets := $(patsubst tests/fuzz/target_%.c,%,$(wildcard tests/fuzz/target_*.c))

# What each target is linked with, besides its own file. Archives, so that each takes what it uses.
fuzz_stub := $(wildcard stub/*.c) $(addprefix arch/x86/,bootparam.c rsdp.c handover.c)
fuzz_machine := $(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c))
fuzz_tools := $(filter-out tools/main.c tools/wrap.c tools/inspect.c tools/who.c tools/quiesce.c tools/dump_%,$(wildcard tools/*.c))

fuzz_needs_stub := machine stub
fuzz_needs_inspect := tools stub
fuzz_needs_table := tools stub
fuzz_needs_vmcore := tools stub
fuzz_needs_wrap := tools stub
fuzz_needs_kernel := relay machine stub
fuzz_needs_who := bases tools machine stub
fuzz_needs_default := stub bytes

fuzz_bytes := tests/fuzz/bytes.c
fuzz_bases := tests/fuzz/kernel/bases.c tests/fuzz/kernel/edit.c

# The kernel's side: the new files of the series, and what they run on.
FUZZ_SERIES := $(FUZZ_BUILD)/kernel/6.12
fuzz_series := $(addprefix $(FUZZ_SERIES)/,$(sort $(shell sed -n 's,^+++ b/\(.*/relay[^/]*\.c\)$$,\1,p' kernel/6.12/*.patch)))
fuzz_relay := $(wildcard tests/fuzz/kernel/*.c) $(fuzz_series)

$(fuzz_series) &: $(wildcard kernel/6.12/*.patch)
	@rm -rf $(FUZZ_SERIES)
	git apply --directory=$(FUZZ_SERIES) --include='*/relay*.[ch]' --include='*/handoff.h' $(sort $^)

# In the kernel's dialect of C, with headers of the kernel's names before all others.
fuzz_as_kernel := $(fuzz_series) $(addprefix tests/fuzz/kernel/,driver.c devices.c units.c)
FUZZ_KERNEL_INCLUDES := -Itests/fuzz/kernel -Itests/fuzz/kernel/intel \
	-I$(FUZZ_SERIES)/drivers/iommu/intel
FUZZ_KERNEL_CFLAGS := -DCONFIG_CRASH_DUMP -fno-strict-aliasing -fwrapv -fno-sanitize=alignment \
	-fno-sanitize-coverage=trace-cmp \
	-Wno-unused-parameter -Wno-sign-compare -Wno-shadow

# $(1): name of a build (fuzz or coverage), $(2): its flags, $(3): flags to link with
define fuzz_build
$(FUZZ_BUILD)/obj/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$(FUZZ_CC) $$(FUZZ_FIRST) $(2) $$(FUZZ_STEERED) $$(FUZZ_LAST) -MMD -MP -c $$< -o $$@

$(fuzz_as_kernel:%.c=$(FUZZ_BUILD)/obj/$(1)/%.o): FUZZ_FIRST = $(FUZZ_KERNEL_INCLUDES)
$(fuzz_as_kernel:%.c=$(FUZZ_BUILD)/obj/$(1)/%.o): FUZZ_LAST = $(FUZZ_KERNEL_CFLAGS)
$(fuzz_as_kernel:%.c=$(FUZZ_BUILD)/obj/$(1)/%.o): $(fuzz_series)
$(patsubst %.c,$(FUZZ_BUILD)/obj/$(1)/%.o,$(filter %/relay.c,$(fuzz_series))): FUZZ_LAST += -include tests/fuzz/kernel/state.h

$(patsubst %,$(FUZZ_BUILD)/obj/$(1)/tools/%.o,reach regions): FUZZ_LAST = -DREACH_MAX_TABLES=20000
$(patsubst %.c,$(FUZZ_BUILD)/obj/$(1)/%.o,$(fuzz_machine) $(wildcard tests/fuzz/kernel/*.c)): FUZZ_STEERED =

$(foreach part,stub machine tools bytes bases relay,
$(FUZZ_BUILD)/obj/$(1)/$(part).a: $(patsubst %.c,$(FUZZ_BUILD)/obj/$(1)/%.o,$(fuzz_$(part)))
	@rm -f $$@
	ar rcs $$@ $$^
)
$(foreach target,$(fuzz_targets),
$(FUZZ_BUILD)/$(1)/$(target): $(FUZZ_BUILD)/obj/$(1)/tests/fuzz/target_$(target).o \
		$(patsubst %,$(FUZZ_BUILD)/obj/$(1)/%.a,$(or $(fuzz_needs_$(target)),$(fuzz_needs_default)))
	@mkdir -p $$(@D)
	$(FUZZ_CC) $(3) -o $$@ -Wl,--start-group $$^ -Wl,--end-group $(if $(findstring machine,$(fuzz_needs_$(target))),-lcmocka)
)
endef

$(eval $(call fuzz_build,bin,$(FUZZ_CFLAGS),$(FUZZ_LDFLAGS)))
$(eval $(call fuzz_build,coverage,$(FUZZ_COVERAGE_CFLAGS),$(FUZZ_COVERAGE_LDFLAGS)))

.PHONY: check-fuzz fuzz fuzz-coverage fuzz-table fuzz-deps
fuzz-deps:
	@tools/deps.sh unit fuzz

check-fuzz: fuzz-deps $(fuzz_targets:%=$(FUZZ_BUILD)/bin/%)
	@/usr/bin/python3 -B tests/fuzz/run.py check $(TARGET:%=--target %)

fuzz: fuzz-deps $(fuzz_targets:%=$(FUZZ_BUILD)/bin/%)
	@/usr/bin/python3 -B tests/fuzz/run.py long --time $(TIME) $(TARGET:%=--target %)

fuzz-coverage: fuzz-deps $(fuzz_targets:%=$(FUZZ_BUILD)/coverage/%)
	@/usr/bin/python3 -B tests/fuzz/run.py coverage $(TARGET:%=--target %)

fuzz-table:
	@/usr/bin/python3 -B tests/fuzz/run.py table $(TARGET:%=--target %)

.SECONDARY:
-include $(shell find $(FUZZ_BUILD)/obj -name '*.d' 2>/dev/null)
