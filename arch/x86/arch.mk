# SPDX-License-Identifier: GPL-2.0-only
#
# arch.mk - the stub's image for x86-64, included by the top Makefile
#
# Wants:	BUILD (the output folder), STUB_SRCS (stub/*.c), STUB_CFLAGS
# Gives:	$(BUILD)/stub/stub.bin, and $(BUILD)/stub-test/stub.bin with the test hook linked
#		in, each checked by tools/check-image.sh and tools/check-stack.py
#
# The two images share all objects but one: nohook.o or testhook.o.

NASM ?= nasm
ARCH_NASMFLAGS := -f elf64 -w+all -w+error -w-unknown-warning -i arch/x86/
ARCH_LDFLAGS := -pie --no-dynamic-linker -z noexecstack -z text --build-id=none --no-undefined \
	--fatal-warnings --gc-sections -T linker.ld
ARCH_CFLAGS := $(STUB_CFLAGS) -Iinclude -Istub -Iarch/x86

arch_obj := $(BUILD)/stub/obj
arch_srcs := $(filter-out %/testhook.c %/nohook.c,$(wildcard arch/x86/*.c))
arch_asm := $(wildcard arch/x86/*.asm)
arch_objs := $(arch_asm:%.asm=$(arch_obj)/%.o) $(arch_srcs:%.c=$(arch_obj)/%.o) \
	$(STUB_SRCS:%.c=$(arch_obj)/%.o)

# What goes through every entry is made fast, all else small: 64 KiB is what the image may have.
arch_fast := pagetable walk_entry fold ranges memo hole intremap report
arch_small := $(filter-out $(arch_fast:%=$(arch_obj)/stub/%.o) $(arch_obj)/arch/x86/string.o, \
	$(filter-out $(arch_asm:%.asm=$(arch_obj)/%.o),$(arch_objs)))
$(arch_small): ARCH_CFLAGS += -Os

# Its texts are not for the image: see there.
$(arch_obj)/stub/rules.o: ARCH_CFLAGS += -ffunction-sections -fdata-sections

$(arch_obj)/%.o: %.c Makefile arch/x86/arch.mk
	@mkdir -p $(@D)
	$(CC) $(ARCH_CFLAGS) -MMD -MP -fcallgraph-info=su -c $< -o $@

$(arch_obj)/%.o: %.asm arch/x86/entry.inc Makefile arch/x86/arch.mk
	@mkdir -p $(@D)
	$(NASM) $(ARCH_NASMFLAGS) $< -o $@

$(BUILD)/stub/stub.elf: $(arch_obj)/arch/x86/nohook.o
$(BUILD)/stub-test/stub.elf: $(arch_obj)/arch/x86/testhook.o
$(BUILD)/stub/stub.elf $(BUILD)/stub-test/stub.elf: $(arch_objs) linker.ld
	@mkdir -p $(@D)
	$(LD) $(ARCH_LDFLAGS) $(filter %.o,$^) -o $@

$(BUILD)/stub/stub.bin $(BUILD)/stub-test/stub.bin: %/stub.bin: %/stub.elf \
		tools/check-image.sh tools/check-stack.py
	$(OBJCOPY) -O binary $< $@.tmp
	@tools/check-image.sh $< $@.tmp
	@/usr/bin/python3 tools/check-stack.py --asm arch/x86 $(arch_obj)
	@mv $@.tmp $@

-include $(arch_srcs:%.c=$(arch_obj)/%.d) $(STUB_SRCS:%.c=$(arch_obj)/%.d)
