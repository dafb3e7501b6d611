# SPDX-License-Identifier: GPL-2.0-only
#
# bench.mk - how fast is it? Ratios of what runs side by side; included by the top Makefile
#
#	make bench		vetting page tables beside memcpy() of the same, pair by pair
#	make bench-count	the same in instructions, which do not depend on the machine's mood

BENCH := $(BUILD)/bench/copy
BENCH_PAIRS := 31

$(BENCH): bench/copy.c $(wildcard stub/*.c stub/*.h include/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 $(WARNINGS) -ffunction-sections -Wl,--gc-sections -Iinclude -Istub \
		-o $@ bench/copy.c $(STUB_SRCS)

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
