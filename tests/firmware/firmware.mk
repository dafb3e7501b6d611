# SPDX-License-Identifier: GPL-2.0-only
#
# firmware.mk - the tests under OVMF, included by the top Makefile
#
#	make check-firmware			all; the closing line is `N passed, N failed, N skipped`
#	make check-firmware TESTS=legacy-3-2M	some, as pytest's -k chooses

firmware_common := $(patsubst tests/firmware/%.c,$(EFI_BUILD)/tests/firmware/%.o, \
	$(filter-out %/main.c %/leave.c,$(wildcard tests/firmware/*.c)))
firmware_tools := $(patsubst %,$(EFI_BUILD)/tools/%.o,handoff_read handoff_check problem)
firmware_apps := $(patsubst %,$(EFI_BUILD)/%.efi,dmarelay-test leave dmarelay)

$(EFI_BUILD)/dmarelay-test.efi: $(EFI_BUILD)/tests/firmware/main.o
$(EFI_BUILD)/leave.efi: $(EFI_BUILD)/tests/firmware/leave.o
$(EFI_BUILD)/dmarelay-test.efi $(EFI_BUILD)/leave.efi: $(firmware_common) $(firmware_tools) \
	$(efi_front) $(efi_stub)

.PHONY: check-firmware check-firmware-now
check-firmware:
	@tools/deps.sh build firmware
	@tools/qemu10.sh
	@/usr/bin/python3 -B tests/check.py \
		"firmware=$(MAKE) -s --no-print-directory check-firmware-now"

check-firmware-now: $(firmware_apps)
	@/usr/bin/python3 -B -m pytest -v --tb=short -p no:cacheprovider \
		$(if $(TESTS),-k "$(TESTS)") tests/firmware
