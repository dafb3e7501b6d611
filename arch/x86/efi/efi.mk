# SPDX-License-Identifier: GPL-2.0-only
#
# efi.mk - EFI applications around the stub's own objects, included by the top Makefile
#
# Wants:	BUILD, STUB_CFLAGS, ARCH_CFLAGS; arch.mk's objects below $(BUILD)/stub/obj
# Gives:	$(BUILD)/efi/dmarelay.efi, and the rule by which other .efi files are made: list their
#		objects as prerequisites. `make efi` sees to the packages first. gnu-efi (tools/deps.sh firmware) has the start-up code and
#		the linker script.
#
# stub/, machine.c and the like are linked as they are in the stub's image; only paging.h's windows
# are others here. -fshort-wchar: UEFI's characters have 16 bits.

EFI_BUILD := $(BUILD)/efi
EFI_CFLAGS := $(ARCH_CFLAGS) -Iarch/x86/efi -Itools -fshort-wchar -DGNU_EFI_USE_MS_ABI \
	-isystem /usr/include/efi -isystem /usr/include/efi/x86_64
EFI_CRT0 := /usr/lib/crt0-efi-x86_64.o
EFI_LDFLAGS := -nostdlib -shared -Bsymbolic -znocombreloc -z noexecstack --build-id=none \
	--no-undefined --no-warn-rwx-segments -T /usr/lib/elf_x86_64_efi.lds
EFI_SECTIONS := .text .sdata .data .dynamic .dynsym .rel .rela .reloc

efi_stub := $(STUB_SRCS:%.c=$(arch_obj)/%.o) \
	$(patsubst %,$(arch_obj)/arch/x86/%.o,machine clock apic serial string)
efi_front := $(patsubst %,$(EFI_BUILD)/arch/x86/efi/%.o,firmware crash identity print libc)

efi_show := $(patsubst %,$(EFI_BUILD)/tools/%.o,handoff_read handoff_check problem names sentences \
	registers pci_registers facts show_text show_text_units show_functions_text dmar_view \
	dmar_oddities dmar_odd_scopes dmar_odd_structure show_dmar_text)

$(EFI_BUILD)/dmarelay.efi: $(EFI_BUILD)/arch/x86/efi/inspect.o $(efi_front) $(efi_show) $(efi_stub)

$(EFI_BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(EFI_CFLAGS) -MMD -MP -c $< -o $@

$(EFI_BUILD)/%.efi:
	@mkdir -p $(@D)
	$(LD) $(EFI_LDFLAGS) $(EFI_CRT0) $(filter %.o,$^) -o $(@:.efi=.so) -L/usr/lib -lgnuefi
	$(OBJCOPY) $(EFI_SECTIONS:%=-j %) --target efi-app-x86_64 $(@:.efi=.so) $@

.PHONY: efi
efi:
	@tools/deps.sh build firmware
	@$(MAKE) --no-print-directory $(EFI_BUILD)/dmarelay.efi

-include $(wildcard $(EFI_BUILD)/*/*.d $(EFI_BUILD)/*/*/*.d $(EFI_BUILD)/*/*/*/*.d)
