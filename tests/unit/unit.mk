# SPDX-License-Identifier: GPL-2.0-only
#
# unit.mk - the unit tests: stub/ on a fake machine, with sanitizers; included by the top Makefile
#
#	make check-unit			all of them; the closing line is `N passed, N failed, N skipped`
#	make check-unit-ram		test_ram.c alone, with cmocka's own output
#	make golden-renew		rewrite tests/unit/golden/ from what the stub does now
#	make check-property		random machines, 100000 with the campaign's damage (CELLS=N), and
#					50000 of all kinds (MACHINES=N), 10000 that are asked to hide the
#					IOMMU (HIDDEN=N), and some with sanitizers; others
#					each day, SEED=0x... for those of that seed
#	make check-judge		can they fail? stubs that lose what is well-formed must
#	make coverage			lines and branches of stub/ that they reach; build/coverage/html/
#	make check-mutants		do they notice? each mutant of tests/unit/mutants/ must fail one
#	make mutation			the same for a sample of all mutants that there are (docs/coverage.md)
#
# UNIT_CC=clang-14 uses clang. Failures leave everything below build/unit/.

UNIT_CC ?= gcc
UNIT_BUILD := build/unit
UNIT_CFLAGS := -std=gnu11 -g -O1 -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-Wall -Wextra -Wshadow -Wundef -Wmissing-prototypes -Wredundant-decls -Werror \
	-Iinclude -Istub -Itests/unit -Iarch/x86

unit_tests := $(patsubst tests/unit/test_%.c,%,$(wildcard tests/unit/test_*.c))
unit_subject := $(wildcard stub/*.c) arch/x86/bootparam.c arch/x86/rsdp.c arch/x86/handover.c
unit_support := $(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c))
unit_objs := $(patsubst %.c,$(UNIT_BUILD)/%.o,$(unit_subject) $(unit_support) $(wildcard tests/inject/*.c))
# What `dmarelay inspect` reads and shows a handoff with.
unit_reader := $(patsubst %,$(UNIT_BUILD)/tools/%.o,handoff_read handoff_check problem names \
	sentences registers facts show_text show_text_units show_functions_text pci_registers)

.PRECIOUS: $(UNIT_BUILD)/%.o

$(UNIT_BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -MMD -MP -c $< -o $@

# One archive, so that each test links only what it uses; or a library, so that the mutants can
# stand in for part of it (UNIT_LIB=so).
UNIT_LIB := a
unit_library := $(UNIT_BUILD)/subject.$(UNIT_LIB)

$(UNIT_BUILD)/subject.a: $(unit_objs)
	@rm -f $@
	ar rcs $@ $^

$(UNIT_BUILD)/subject.so: $(unit_objs)
	$(UNIT_CC) -shared -Wl,-soname,$(abspath $@) -o $@ $^

$(UNIT_BUILD)/reader.a: $(unit_reader)
	@rm -f $@
	ar rcs $@ $^

$(UNIT_BUILD)/test_%: $(UNIT_BUILD)/tests/unit/test_%.o $(unit_library)
	$(UNIT_CC) $(UNIT_CFLAGS) -o $@ $^ -lcmocka

$(UNIT_BUILD)/test_golden: $(UNIT_BUILD)/reader.a

.PHONY: check-unit golden-renew
check-unit: $(unit_tests:%=$(UNIT_BUILD)/test_%)
	@tests/unit/run.sh $(sort $^)

check-unit-%: $(UNIT_BUILD)/test_%
	$<

# Without sanitizers: for what is run many times.
FAST_BUILD := build/unit-fast
FAST_CFLAGS := -std=gnu11 -g -O2 -Wall -Wextra -Wshadow -Wundef -Wmissing-prototypes \
	-Wredundant-decls -Werror -Iinclude -Istub -Itests/unit -Iarch/x86
fast_make = $(MAKE) -s --no-print-directory -f tests/unit/unit.mk UNIT_BUILD=$(FAST_BUILD) \
	UNIT_CFLAGS="$(FAST_CFLAGS)"

# The whole of both programs' machines takes two cores a few minutes.
MACHINES := 50000
CELLS := 100000
HIDDEN := 10000
property_seed = $(if $(SEED),--seed $(SEED))
property_objs := tests/unit/property/property.o tests/unit/property/shrink.o

$(UNIT_BUILD)/property: $(addprefix $(UNIT_BUILD)/,$(property_objs)) $(unit_library)
	$(UNIT_CC) $(UNIT_CFLAGS) -o $@ $^ -lcmocka

.PHONY: check-property
check-property: $(UNIT_BUILD)/property
	@$(fast_make) $(FAST_BUILD)/property
	@/usr/bin/python3 -B tests/check.py \
		"judge=$(MAKE) -s --no-print-directory check-judge" \
		"cells=$(FAST_BUILD)/property --cells --machines $(CELLS) $(property_seed)" \
		"many=$(FAST_BUILD)/property --machines $(MACHINES) $(property_seed)" \
		"hidden=$(FAST_BUILD)/property --hidden --machines $(HIDDEN) $(property_seed)" \
		"sanitized=$(UNIT_BUILD)/property --machines 4000 $(property_seed)"

# As the compiler reads it, without sanitizers and their branches.
COVERAGE_BUILD := build/coverage
COVERAGE_CFLAGS := -std=gnu11 -g -O0 --coverage -Iinclude -Istub -Itests/unit -Iarch/x86
coverage_make = $(MAKE) -s --no-print-directory -f tests/unit/unit.mk UNIT_BUILD=$(COVERAGE_BUILD)/unit \
	UNIT_CFLAGS="$(COVERAGE_CFLAGS)"

.PHONY: coverage
coverage:
	@tools/deps.sh unit
	@$(coverage_make) $(unit_tests:%=$(COVERAGE_BUILD)/unit/test_%)
	@PYTHONPATH=tools /usr/bin/python3 -B tests/unit/coverage.py $(COVERAGE_BUILD)

# The tests as what mutants are tried on.
MUTATION_BUILD := build/mutation/unit
mutation_make = $(MAKE) -s --no-print-directory -f tests/unit/unit.mk UNIT_BUILD=$(MUTATION_BUILD) \
	UNIT_LIB=so UNIT_CFLAGS="$(FAST_CFLAGS) -fPIC"

.PHONY: check-judge
check-judge:
	@$(mutation_make) $(MUTATION_BUILD)/property
	@/usr/bin/python3 -B tests/unit/mutants/judge.py $(MUTATION_BUILD) $(MUTANTS)

.PHONY: check-mutants mutation
check-mutants:
	@$(mutation_make) $(unit_tests:%=$(MUTATION_BUILD)/test_%)
	@/usr/bin/python3 -B tests/unit/mutants/run.py $(MUTATION_BUILD) $(MUTANTS)

# make mutation SAMPLE=600 SEED=20250131, WORD=queue.c for all of a file, ALL=1 for all there are (hours).
# Without SEED the sample is another one each day.
SAMPLE := 600
mutation_sample = $(if $(ALL),,--sample $(SAMPLE) $(if $(SEED),--seed $(SEED)))
mutation:
	@tools/deps.sh unit
	@$(mutation_make) $(unit_tests:%=$(MUTATION_BUILD)/test_%)
	@PYTHONPATH=tests/unit:tools /usr/bin/python3 -B tests/unit/mutants/systematic.py $(MUTATION_BUILD) \
		$(if $(WORD),--word "$(WORD)",$(mutation_sample)) $(if $(AGAIN),--again)

golden-renew: $(UNIT_BUILD)/test_golden
	DMARELAY_GOLDEN=renew $<

-include $(wildcard $(UNIT_BUILD)/*/*.d $(UNIT_BUILD)/*/*/*.d $(UNIT_BUILD)/*/*/*/*.d)
