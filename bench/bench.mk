# SPDX-License-Identifier: GPL-2.0-only
#
# bench.mk - how fast is it? Ratios of what runs side by side; included by the top Makefile
#
#	make bench		vetting page tables beside memcpy() of the same, pair by pair
#	make bench-count	the same in instructions, which do not depend on the machine's mood

BENCH := $(BUILD)/bench/copy
BENCH_PAIRS := 31

# The walk as the image has it: with the stub's own flags, which allow no vector registers, and its own
# optimization (arch.mk). -ffunction-sections, so that what needs a machine can be left out.
bench_obj := $(BUILD)/bench/obj

$(bench_obj)/%.o: %.c Makefile arch/x86/arch.mk $(wildcard stub/*.h include/*.h)
	@mkdir -p $(@D)
	$(CC) $(STUB_CFLAGS) $(if $(filter $(basename $(notdir $<)),$(arch_fast)),,-Os) -ffunction-sections \
		-Iinclude -Istub -c $< -o $@

$(BENCH): bench/copy.c $(STUB_SRCS:%.c=$(bench_obj)/%.o)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 $(WARNINGS) -Wl,--gc-sections -Iinclude -Istub -o $@ $^

.PHONY: bench bench-count
bench: $(BENCH)
	$(BENCH) $(BENCH_PAIRS)

bench-count: $(BENCH)
	@tools/deps.sh bench
	@for what in walk memcpy; do \
		valgrind --tool=callgrind --callgrind-out-file=$(BUILD)/bench/$$what.callgrind \
			--toggle-collect=time_$$what $(BENCH) $$what 2>&1 | \
			sed -n "s/.*Collected : /$$what, instructions: /p"; \
	done
